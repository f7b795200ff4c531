"""A year of a service desk, looked at every evening: what the ledger says is what really happened."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from sheetops.books.base import Applied
from sheetops.domain.history import Life
from sheetops.domain.plan import Edit, Plan, resolve
from sheetops.ledger import Ledger, open_ledger
from tests.unit.ledger.desk import Desk, Request
from tests.unit.ledger.looks import DAY, SHEET, START, see


def evening(ledger: Ledger, desk: Desk) -> None:
    """The job's run: it gives IDs to rows without one, as `fill` does, and the ledger looks."""
    now = START + desk.day * DAY
    view = see(desk.grids(), now)
    by_tab = {table.tab: [r for r in desk.rows if r.tab == table.tab] for table in view.snapshot.tables}
    edits = []
    for table in view.snapshot.tables:
        for index, request in enumerate(by_tab[table.tab]):
            if "id" not in request.cells:
                request.cells["id"] = desk.next_id()
                edits.append(Edit(table.ref(index), "id", "A1", None, request.cells["id"], ""))
    run = ledger.start_run(SHEET, ["fill"], now)
    writes, conflicts = resolve(edits, view.snapshot)
    assert not conflicts
    ledger.record(run, view, Plan(edits=tuple(edits)), Applied(tuple(writes)))
    ledger.finish_run(run, "done", {})


def replay(ledger: Ledger, seed: int, days: int) -> Desk:
    desk = Desk(seed)
    while desk.day < 0:
        desk.live()
        desk.day += 1
    evening(ledger, desk)
    for _ in range(days):
        desk.day += 1
        desk.live()
        evening(ledger, desk)
    return desk


def day_of(moment: datetime | None) -> int | None:
    return None if moment is None else (moment.date() - START.date()).days


def differences(request: Request, life: Life) -> set[str]:
    """What the ledger says otherwise than it was."""
    said = {
        "first_response": day_of(life.first_response),
        "resolved": day_of(life.resolved_seen),
        "reopened": [(one.resolved, day_of(one.seen)) for one in life.reopenings],
    }
    was = {"first_response": request.answered, "resolved": request.resolved, "reopened": request.reopened}
    return {name for name in was if said[name] != was[name]}


@pytest.mark.parametrize(
    "seed", [1, 2, pytest.param(3, marks=pytest.mark.slow), pytest.param(4, marks=pytest.mark.slow)]
)
def test_a_daily_look_knows_what_can_be_known_and_marks_the_rest(tmp_path: Path, seed: int) -> None:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        desk = replay(ledger, seed, 365 if seed > 2 else 120)
        lives = ledger.history(SHEET, START).lives
        count: Counter[str] = Counter()
        for request in desk.requests:
            if "id" not in request.cells or (
                request.deleted is not None and request.deleted <= request.opened
            ):
                count["never seen"] += 1
                continue
            life = lives[str(request.cells["id"])]
            wrong = differences(request, life)
            assert not wrong & request.knowable, (request, life)
            count["known in full" if len(request.knowable) == 3 else "known in part"] += 1
            if wrong and "first_seen" not in life.unsure and not wrong <= life.unsure:
                assert request.hidden, (request, life)  # two evenings that look alike: nothing to mark it by
                count["not to be seen: undone the same day"] += 1
            if request.lost is not None:
                assert "first_seen" in life.unsure, (request, life)
                count["marked: typed anew"] += 1
            if request.opened < 0:
                assert "first_seen" in life.unsure
                count["marked: older than the ledger"] += 1
            elif request.lost is None and request.deleted is None:
                assert day_of(life.first_seen) == request.opened, (request, life)
        assert ledger.rebuild() == 0
        gone = [r for r in desk.requests if r.deleted is not None]
        print(f"\nseed {seed}: {len(desk.requests)} requests, {len(gone)} deleted, {dict(count)}")
        assert count["known in full"] > 0.75 * len(desk.requests)
        assert sum(len(r.reopened) for r in desk.requests if len(r.knowable) == 3) > 10
