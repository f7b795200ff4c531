"""The Checks tab lists some thousands of findings; of those that come into it later the ledger knows since when they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from sheetops.domain.plan import Plan
from sheetops.domain.table import Grid, Raw
from sheetops.jobs import checks_tab
from sheetops.jobs.validate import validate
from sheetops.ledger import Ledger
from tests.sheets import log, row
from tests.unit.ledger.looks import DAY, SHEET, START, look, look_at_rows, see

FIRST, LATER = START.date(), (START + 7 * DAY).date()


def ask(number: int, **cells: Raw) -> list[Raw]:
    known: dict[str, Raw] = {"source": "Phone", "type": "Complaint", "priority": 3, "owner": "Tech-Z*"}
    words = ("printer", "invoice", "export", "delivery", "login")
    known |= {"customer": f"{words[number]}*-shop", "description": f"the {words[number]} stopped on Monday"}
    return row(**{"id": f"2026110{number}", "urgency": "?", **known, **cells})


def judged(ledger: Ledger, day: int, rows: Sequence[list[Raw]], *checks: Grid) -> Plan:
    """What a run on this day says, remembered."""
    now = START + day * DAY
    view = see([log(*rows), *checks], now)
    plan = validate(replace(view, history=ledger.history(SHEET, now)))
    look(ledger, log(*rows), now=now, plan=plan, jobs=["validate"])
    return plan


def written(plan: Plan) -> Grid:
    (tab,) = plan.tabs
    return Grid(tab.name, [list(cells) for cells in tab.values()])


def first_seen(plan: Plan) -> dict[object, object]:
    """ID → the day that its line says."""
    rows = written(plan).rows
    start = next(at for at, cells in enumerate(rows) if "#" in cells)
    return {cells[2]: cells[7] for cells in rows[start + 1 :] if len(cells) > 8}


@pytest.mark.parametrize("noted", [None, "seen"])  # so that its request sleeps in the ledger, or not
@pytest.mark.parametrize("deleted", [False, True])
def test_a_finding_that_comes_into_a_list_that_was_cut_keeps_its_day(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, noted: str | None, deleted: bool
) -> None:
    monkeypatch.setattr(checks_tab, "MOST_LISTED", 2)
    first = judged(ledger, 0, [ask(1), ask(2), ask(3, urgency="High", due=date(2026, 11, 3)), ask(4)])
    assert first_seen(first) == {"20261101": FIRST, "20261102": FIRST}
    mended = [ask(1, urgency="Low"), ask(2, urgency="Low"), ask(3), ask(4, notes=noted)]
    look_at_rows(ledger, [ask(1), ask(2), ask(3), ask(4, notes=noted)], 1)
    later = judged(ledger, 7, mended, *(() if deleted else (written(first),)))
    assert first_seen(later) == {"20261103": LATER, "20261104": FIRST}


def test_in_a_list_that_was_not_cut_a_changed_cell_is_a_new_finding(ledger: Ledger) -> None:
    first = judged(ledger, 0, [ask(1), ask(2)])
    later = judged(ledger, 7, [ask(1), ask(2, urgency="??"), ask(3)], written(first))
    assert first_seen(later) == {"20261101": FIRST, "20261102": LATER, "20261103": LATER}
