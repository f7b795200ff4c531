"""What the ledger keeps of living tabs, on SQLite and PostgreSQL: rows by their IDs, keys once listed, no one's words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sheetops.books.memory import MemoryBook
from sheetops.domain.plan import Plan
from sheetops.domain.table import Grid
from sheetops.domain.view import View
from sheetops.jobs.undo import Kept, undo
from sheetops.ledger import Ledger, open_ledger
from sheetops.runner import Order, Report, run_order
from tests.integration.ledger_places import emptied, postgres
from tests.sheets import NoPost, log, policy
from tests.unit.improving import blank_tab
from tests.unit.test_follow_up import DONE, case

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    place: str | Path = tmp_path / "ledger.db"
    if request.param == "postgresql":
        place = emptied(request.getfixturevalue("server"))
    with open_ledger(place, key_file=tmp_path / "key") as opened:
        yield opened


def book() -> MemoryBook:
    return MemoryBook([log(*(case(n) for n in range(1, 4))), blank_tab(DONE)])


def run(desk: MemoryBook, ledger: Ledger, jobs: tuple[str, ...] = ("improve",), **own: object) -> Report:
    order = Order(desk, jobs, lambda language: policy(language, timezone="UTC"), own=own)  # type: ignore[arg-type]
    return run_order(order, ledger, NoPost(), lambda: NOW)


def lines(desk: MemoryBook) -> list[list[object]]:
    grid = desk.read().grid("Follow-ups")
    assert grid is not None
    return [list(row) for row in grid.rows[1:] if any(v is not None for v in row)]


def test_rows_are_remembered_by_their_ids_and_words_of_people_are_not(ledger: Ledger) -> None:
    desk = book()
    made = run(desk, ledger)
    assert made.run is not None and "Follow-ups" in made.applied.tabs
    assert len(lines(desk)) == 6  # three to call back, three complainants to tell
    past = ledger.edits_of(made.run)
    follow = [edit for edit in past if edit.tab == "Follow-ups"]
    assert {edit.id for edit in follow} == {f"FUP-00{n}" for n in range(1, 7)} and all(
        e.living for e in follow
    )
    assert all(
        edit.new is None and not edit.stored for edit in follow if edit.column in ("customer", "about")
    )
    history = ledger.history(desk.location, NOW.replace(tzinfo=None))
    assert "tell/IMP-001/20261101" in history.listed() and history.highest["FUP-"] == 6
    assert run(desk, ledger).applied.writes == ()


def test_undo_takes_back_rows_in_which_nobody_wrote(ledger: Ledger) -> None:
    desk = book()
    made = run(desk, ledger)
    assert made.run is not None
    grids = [Grid(g.name, [list(r) for r in g.rows]) for g in desk.grids]
    follow = next(g for g in grids if g.name == "Follow-ups")
    follow.rows[2][8] = "Yes"  # type: ignore[index]
    follow.rows[4][3] = "K*-Shop, new name"  # type: ignore[index]  # put right in a column of the job
    desk.change(grids)
    kept: list[Kept] = []

    def take_back(view: View) -> Plan:
        edits, stay = undo(
            ledger.edits_of(str(made.run), view), view.snapshot, view.texts, (), ledger.print_of
        )
        kept.extend(stay)
        return Plan(edits=edits)

    run(desk, ledger, (), undo=take_back)
    left, corrected = lines(desk)
    assert corrected[0] == "FUP-004" and corrected[3] == "K*-Shop, new name" and corrected[4]
    assert left[0] == "FUP-002" and left[8] == "Yes" and left[3] == "K*-Shop"
    assert {one.reason for one in kept} == {"row-in-use"} and {one.past.id for one in kept} == {
        "FUP-002",
        "FUP-004",
    }
    assert date(2026, 11, 5) == left[6]
    # What was taken out is not listed again.
    assert [write.edit.column for write in run(desk, ledger).applied.writes] == ["state"]
