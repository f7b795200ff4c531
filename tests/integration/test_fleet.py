"""A fleet on real PostgreSQL: workers die, stop at the worst moment and wake, and every workbook is right."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet_crew import crew, is_stopped, judge
from tests.fleet_desk import days, make_books, run_plainly, settings_for, sha
from tests.integration.ledger_places import emptied, postgres

pytest.importorskip("procrastinate", reason="the extra `scale` is not installed")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.mark.parametrize("moment", ["stop-after-check"])
def test_one_dies_and_one_sleeps_past_the_limit_and_nothing_is_lost_or_doubled(
    server: str, tmp_path: Path, moment: str
) -> None:
    books = make_books(tmp_path / "books", 6)
    plain = [Path(shutil.copy(book, tmp_path / f"plain-{book.name}")) for book in books]
    dates = days(4)
    first = {str(book): sha(book.read_bytes()) for book in books}
    with crew(tmp_path, emptied(server)) as team:
        numbers = team.ask_all(books, dates)
        sleeper = team.start("one", moment, 2)
        mortal = team.start("two", "die-before-rename", 4)
        run_plainly(settings_for(tmp_path, "plain", None), plain, dates)  # while they work
        team.until(lambda: is_stopped(sleeper.pid), 30, "the first worker stops")
        assert mortal.wait(60) == -signal.SIGKILL
        team.start("three")
        team.until(lambda: team.query("SELECT 1 FROM sheetops_orders WHERE deaths > 0") != [], 30, "rescue")
        team.until(lambda: team.open_orders() == 0, 60, "all orders end")
        os.kill(sleeper.pid, signal.SIGCONT)
        team.until(
            lambda: any(e["what"] == "left" and e["at"] > 0 for e in team.entries("one")[-1:]), 20, "it wakes"
        )
        team.leave()
        judge(team, books, first, plain, numbers)
        assert [e["what"] for e in team.entries("one")][-2:] == ["woke", "left"]
