"""Since when a finding stands is told of its own request, where rows share their ID too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from sheetops.domain.plan import Plan
from sheetops.domain.table import Raw
from sheetops.domain.tabs import Tab
from sheetops.jobs.checks_tab import checks_tab, read_lines
from sheetops.jobs.decisions import COLUMNS
from sheetops.jobs.validate import findings
from sheetops.ledger import Ledger
from tests.sheets import log, row
from tests.unit.ledger.looks import DAY, SHEET, START, look, see


def twin(customer: str, **more: Raw) -> list[Raw]:
    """A row whose due date is none, with an ID that other rows have too."""
    return row(
        **{
            "id": "20261101",
            "customer": customer,
            "description": f"{customer} cannot pay",
            "due": "someday",
            **more,
        }
    )


ANN, BOB, CAT = (twin(f"{letter}*-shop") for letter in "ABC")


def judged(ledger: Ledger, rows: Sequence[Sequence[Raw]], day: int) -> Tab:
    """The Checks tab of a run that judges these rows, in a sheet whose Checks tab somebody deleted."""
    seen = see([log(*rows)], START + day * DAY)
    seen = replace(seen, history=ledger.history(SHEET, seen.now))
    found = findings(seen)
    tab = checks_tab(seen, read_lines(seen, found))
    look(ledger, log(*rows), now=seen.now, jobs=["validate"], plan=Plan(findings=tuple(found)))
    return tab


def since(tab: Tab) -> dict[str, date]:
    """Cell of a due date → first seen."""
    at = {name: place for place, name in enumerate(COLUMNS)}
    lines = (line for line in tab.rows[6:] if str(line[at["cell"]].value).startswith("I"))
    return {str(line[at["cell"]].value): line[at["first_seen"]].value for line in lines}  # type: ignore[misc]


def days(ledger: Ledger, rows: Sequence[Sequence[Raw]], day: int) -> list[int]:
    told = since(judged(ledger, rows, day))
    return [(told[f"I{number}"] - START.date()).days for number in range(2, 2 + len(rows))]


def test_rows_with_one_id_have_each_their_own_day(ledger: Ledger) -> None:
    assert days(ledger, [ANN], 0) == [0]
    assert days(ledger, [ANN, BOB], 1) == [0, 1]
    assert days(ledger, [BOB, ANN, CAT], 2) == [1, 0, 2]
    called = twin("B*-shop", notes="called")  # it has a row of its own in the ledger now
    assert days(ledger, [CAT, called, ANN], 3) == [2, 1, 0]
    assert days(ledger, [called, CAT], 4) == [1, 2]
    stories = {story.events[0].moment[:10]: story for story in ledger.stories("20261101") if not story.gone}
    assert sorted(stories) == [str((START + n * DAY).date()) for n in (1, 2)], "as `history` tells"


@pytest.mark.parametrize("again", [ANN, twin("A*-shop", description="another matter")])
def test_a_row_that_somebody_copied_is_new_and_the_other_is_not(ledger: Ledger, again: list[Raw]) -> None:
    assert days(ledger, [ANN, BOB], 0) == [0, 0]
    assert sorted(days(ledger, [ANN, BOB, again], 1)) == [0, 0, 1]
    assert sorted(days(ledger, [BOB, again, ANN], 2)) == [0, 0, 1]
