"""What is asked of many rows at once is what each of them is told by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.domain.table import Raw
from sheetops.ledger import Ledger
from tests.sheets import log, row
from tests.unit.ledger.looks import DAY, SHEET, START, look_at_rows, see

IDS = st.sampled_from(
    (None, "20261101", "20261102", " 20261101 ", 20261103, "20261103", True, "x@example.com")
)
WORDS = st.sampled_from((None, "", "alpha", " alpha", "beta", 7))
DONE = st.sampled_from((None, date(2026, 11, 4), date(2026, 11, 5)))
ROWS = st.lists(
    st.builds(
        lambda id, customer, description, resolved: row(
            id=id, customer=customer, description=description, resolved=resolved, urgency="High"
        ),
        IDS,
        WORDS,
        WORDS,
        DONE,
    ),
    max_size=6,
)


@settings(max_examples=16, deadline=None)
@given(looks=st.lists(ROWS, max_size=3), now=ROWS)
def test_the_lives_of_a_table_are_those_of_its_rows(
    new_ledger: Callable[[], Ledger], looks: list[list[list[Raw]]], now: list[list[Raw]]
) -> None:
    ledger = new_ledger()
    for day, rows in enumerate(looks):
        look_at_rows(ledger, rows, day)
    view = see([log(*now)], START + 14 * DAY)
    history = ledger.history(SHEET, view.now)
    view = replace(view, history=history)
    here = view.logs[0]
    every = range(len(here))
    each = [view.life(here, index) for index in every]
    assert view.lives(here, lambda life: True) == each
    assert view.lives_at(here, every) == each
    assert view.lives_at(here, every[1::2]) == each[1::2]
    assert history.earliest() == min((life.first_seen for life in history.lives.values()), default=None)
    resolved = [life if life is not None and life.resolved_seen else None for life in each]
    assert view.lives(here, lambda life: life.resolved_seen is not None) == resolved
    differing = [history.differing(here.table, index) for index in every]
    assert history.differing_in(here.table, every) == differing
    ids = here.values("id")
    assert history.lives_of(ids) == [history.life(identifier) for identifier in ids]
