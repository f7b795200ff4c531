"""What people did since the last run counts at once: whoever did what was asked is not told again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sheetops.domain.rules import judge
from sheetops.domain.table import Grid, Raw
from sheetops.domain.view import View
from sheetops.jobs.fill import fill
from sheetops.ledger import Ledger
from tests.sheets import log, row
from tests.unit.ledger.looks import DAY, SHEET, START, look_at_rows, see

_ROW: dict[str, Raw] = {
    "id": "20261101",
    "source": "Phone",
    "customer": "W*-shop",
    "description": "alpha",
    "type": "Complaint",
    "urgency": "High",
    "priority": 5,
    "owner": "Tech-Z*",
    "due": date(2026, 12, 30),
    "result": "looked into",
}


def request(**cells: Raw) -> list[Raw]:
    return row(**{**_ROW, **cells})


def later(ledger: Ledger, *rows: list[Raw]) -> View:
    """What a run two weeks after the first look is given."""
    view = see([log(*rows)], START + 14 * DAY)
    return replace(view, history=ledger.history(SHEET, view.now))


def stale(view: View) -> list[int]:
    return [finding.row for finding in judge(view) if finding.rule == "stale-priority"]


@pytest.fixture(params=["asleep", "awake"])
def seen(ledger: Ledger, request: pytest.FixtureRequest) -> Ledger:
    """A ledger that saw the request, and nothing of it change (asleep) or something that is no progress (awake)."""
    look_at_rows(ledger, [row(**_ROW)], 0)
    if request.param == "awake":
        look_at_rows(ledger, [row(**{**_ROW, "notes": "seen"})], 1)
    return ledger


@pytest.mark.parametrize(
    "typed",
    [
        {"result": "repaired, being tested"},
        {"result": None},
        {"owner": "Tech-L*"},
        {"due": date(2026, 12, 28)},
        {"urgency": "Medium"},
    ],
)
def test_progress_since_the_last_run_counts_at_once(seen: Ledger, typed: dict[str, Raw]) -> None:
    assert stale(later(seen, request())) == [2]
    assert stale(later(seen, request(**typed), request(id="20261102"))) == []


@pytest.mark.parametrize(
    "typed", [{"notes": "called"}, {"priority": 4}, {"result": "looked into "}, {"due": "2026/12/30"}]
)
def test_what_is_no_progress_does_not_count(seen: Ledger, typed: dict[str, Raw]) -> None:
    assert stale(later(seen, request(**typed))) == [2]


@pytest.mark.parametrize("awake", [False, True])
def test_what_is_understood_otherwise_by_now_is_no_progress(ledger: Ledger, awake: bool) -> None:
    """A date without a year half a year on, and an urgency that has come into the Lists tab since."""
    for day in range(1 + awake):
        rows = [request(due="5 Jan", notes=str(day)), request(id="20261102", urgency="P0", notes=str(day))]
        look_at_rows(ledger, rows, day)
    now = START + 270 * DAY
    view = see([log(*rows), Grid("Lists", [["Urgency"], ["High"], ["P0"]])], now)
    assert [request.due for _, _, request in view.requests()] == [date(2028, 1, 5), date(2026, 12, 30)]
    assert view.logs[0].values("urgency")[1] is not None
    assert stale(replace(view, history=ledger.history(SHEET, now))) == [2, 3]


def test_what_a_job_fills_in_the_same_run_is_no_progress(ledger: Ledger) -> None:
    look_at_rows(ledger, [request(due=None)], 0)
    view = later(ledger, request(due=None))
    filled = view.after(fill(view).edits)
    assert filled.logs[0].value("due", 0) is not None
    assert stale(filled) == [2]
    typed = later(ledger, request(due=date(2026, 12, 1)))
    assert stale(typed) == [], "the same by a person is"
