"""What is asked of many rows at once is what each of them is told by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.domain.table import Raw
from sheetops.domain.watched import Watched
from sheetops.ledger import Ledger, lives
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
    assert len(history.lives) == len(set(history.lives)) and dict(history.lives).keys() == set(history.lives)
    view = replace(view, history=history)
    here = view.logs[0]
    every = range(len(here))
    each = [view.life(here, index) for index in every]
    assert view.lives(here, lambda life: True) == each
    assert view.lives(here, lambda life: True, every[::2]) == each[::2]
    assert view.lives_at(here, every) == each
    assert view.lives_at(here, every[1::2]) == each[1::2]
    resolved = [life if life is not None and life.resolved_seen else None for life in each]
    assert view.lives(here, lambda life: life.resolved_seen is not None) == resolved
    differing = [history.differing(here.table, index) for index in every]
    assert history.differing_in(here.table, every) == differing
    both = [count >= 2 for count in differing]
    assert [count >= 2 for count in history.differing_in(here.table, every, 2)] == both
    ids = here.values("id")
    assert history.lives_of(ids) == [history.life(identifier) for identifier in ids]
    with patch.multiple(lives, PART=0, TIMES=999):  # now no more is read than what is asked for
        for few in (0, lives.FEW):
            with patch.object(lives, "FEW", few):
                asked = [ledger.history(SHEET, view.now) for _ in range(4)]
                assert asked[0].lives_of(ids) == history.lives_of(ids)
                assert asked[1].differing_in(here.table, every) == differing
                assert [asked[2].life(identifier) for identifier in ids] == history.lives_of(ids)
                assert asked[2].first_seen(ids) == history.first_seen(ids)
                assert asked[3].reopened_among(ids) == history.reopened_among(ids)
                assert set(asked[3].lives) == set(history.lives) and bool(asked[3].lives) == bool(
                    looks and any(looks)
                )
    back = [at for at, life in enumerate(map(history.life, ids)) if life is not None and life.reopenings]
    assert history.reopened_among(ids) == back


@settings(max_examples=16, deadline=None)
@given(
    looks=st.lists(ROWS, min_size=1, max_size=3),
    tabs=st.tuples(ROWS, ROWS),
    asked=st.lists(st.sets(st.integers(0, 11)), max_size=4),
)
def test_what_is_watched_is_told_alike_whatever_was_asked_before(
    new_ledger: Callable[[], Ledger],
    looks: list[list[list[Raw]]],
    tabs: tuple[list[list[Raw]], ...],
    asked: list[set[int]],
) -> None:
    ledger = new_ledger()
    for day, rows in enumerate(looks):
        look_at_rows(ledger, rows, day)
    view = see([log(*rows, name=name) for name, rows in zip(("A", "B"), tabs, strict=True)], START + 14 * DAY)
    view = replace(view, history=ledger.history(SHEET, view.now))
    lives = [view.life(table, index) for table in view.logs for index in range(len(table))]
    since = view.history.since
    assert since is not None
    watched = Watched(view)
    for rows in ({at for at in some if at < len(lives)} for some in asked):
        told = [lives[at] for at in rows]
        sure = [
            life if life and life.first_seen > since and "first_seen" not in life.unsure else None
            for life in told
        ]
        assert watched.of(rows) == sure
        assert watched.each(lambda life: life and life.first_seen, rows) == [
            life and life.first_seen for life in sure
        ]
    back = [(at, life) for at, life in enumerate(lives) if life is not None and life.reopenings]
    assert watched.reopened() == back


def test_where_both_must_differ_one_alone_is_no_other_request(ledger: Ledger) -> None:
    def asked(customer: Raw, description: Raw, number: int = 1) -> list[Raw]:
        return row(id=f"2026110{number}", customer=customer, description=description, urgency="High")

    look_at_rows(ledger, [asked("alpha", "beta", number) for number in range(1, 6)], 0)
    rows = [asked("alpha", "new", 1), asked("new", "beta", 2), asked("new", "new", 3), asked(None, "new", 4)]
    rows.append(asked("beta", "alpha", 5))
    view = see([log(*rows)], START + 14 * DAY)
    view = replace(view, history=ledger.history(SHEET, view.now))
    here = view.logs[0]
    assert view.history.differing_in(here.table, range(5), 2) == [0, 0, 2, 0, 2]
    known = [life is not None for life in view.lives(here, lambda life: True)]
    assert known == [True, True, False, True, False]
