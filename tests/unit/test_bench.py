"""The benchmark measures what it says."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from bench.measure import Failed, inside, once, python
from bench.suite import LOOKS, Desk
from bench.workload import HEADER, OPENED, make
from sheetops.books.xlsx.read import read_workbook

RESOLVED = HEADER.index("实际解决时间")


def rows_of(path: Path) -> list[list[object]]:
    grid = read_workbook(path.read_bytes(), str(path)).grids[0]
    assert list(grid.rows[0]) == [*HEADER, OPENED]
    return [list(row) for row in grid.rows[1:]]


def test_a_log_as_it_stood_holds_what_had_come_and_nothing_of_later(tmp_path: Path) -> None:
    day = LOOKS[3]
    now = rows_of(make(tmp_path, 400, opened=True).path)
    then = rows_of(make(tmp_path, 400, opened=True, until=day).path)
    came = [row for row in now if isinstance(row[-1], date) and row[-1] <= day]
    assert [row[:9] for row in then] == [row[:9] for row in came] and 0 < len(then) < len(now)
    done = [row[RESOLVED] for row in then if isinstance(row[RESOLVED], date)]
    assert done and max(map(str, done)) <= str(day)
    still_open = sum(
        row[RESOLVED] is not None and was[RESOLVED] is None for row, was in zip(came, then, strict=True)
    )
    assert still_open > 0


def test_a_part_of_a_process_tells_what_it_took() -> None:
    ready: list[str] = []
    took = inside(python("-c", "print('more'); print(1.25)"), lambda: ready.append("once"))
    assert took.cpu == 1.25 and ready == ["once"]
    with pytest.raises(Failed, match="no such figure"):
        inside(python("-c", "raise SystemExit('no such figure')"), lambda: None)


def test_a_run_that_did_not_do_its_work_is_not_measured(tmp_path: Path) -> None:
    desk = Desk(tmp_path, make(tmp_path, 30).path)
    desk.fresh()
    once(desk.command("sheetops_jobs"), desk.env, (0, 1))
    desk.require_done()
    with sqlite3.connect(desk.here / "state" / "sheetops" / "ledger.db") as link:
        link.execute("UPDATE runs SET outcome = 'failed'")
    with pytest.raises(Failed, match="ended as failed"):
        desk.require_done()
