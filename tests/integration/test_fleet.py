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


@pytest.mark.parametrize(
    ("sleep", "death", "size"),
    [
        ("stop-after-check", "die-before-rename", (4, 3)),
        pytest.param("stop-after-check", "die-before-rename", (6, 4), marks=pytest.mark.slow),
        pytest.param("stop-before-check", "die-after-rename", (6, 4), marks=pytest.mark.slow),
    ],
)
def test_one_dies_and_one_sleeps_past_the_limit_and_nothing_is_lost_or_doubled(
    server: str, tmp_path: Path, sleep: str, death: str, size: tuple[int, int]
) -> None:
    """`size`: workbooks, and days of work on each."""
    books = make_books(tmp_path / "books", size[0])
    plain = [Path(shutil.copy(book, tmp_path / f"plain-{book.name}")) for book in books]
    dates = days(size[1])
    first = {str(book): sha(book.read_bytes()) for book in books}
    with crew(tmp_path, emptied(server)) as team:
        numbers = team.ask_all(books, dates)
        sleeper = team.start("one", sleep, 2)
        mortal = team.start("two", death, 4)
        run_plainly(settings_for(tmp_path, "plain", None), plain, dates)  # while they work
        team.until(lambda: is_stopped(sleeper.pid), 120, "the first worker stops")
        assert mortal.wait(120) == -signal.SIGKILL
        team.start("three")
        team.until(lambda: team.query("SELECT 1 FROM sheetops_orders WHERE deaths > 0") != [], 120, "rescue")
        team.until(lambda: team.open_orders() == 0, 180, "all orders end")
        os.kill(sleeper.pid, signal.SIGCONT)
        team.until(lambda: [e["what"] for e in team.entries("one")][-1:] == ["left"], 60, "it wakes")
        team.leave()
        judge(team, books, first, plain, numbers)
        assert [e["what"] for e in team.entries("one")][-2:] == ["woke", "left"]


def test_a_worker_outlives_its_connections_and_leaves_when_its_sheet_is_done(
    server: str, tmp_path: Path
) -> None:
    books, dates = make_books(tmp_path / "books", 3), days(8)
    with crew(tmp_path, emptied(server)) as team:
        numbers = team.ask_all(books, dates, ["fill"])
        worker = team.start("one")
        team.until(lambda: team.open_orders() < len(numbers) - 1, 120, "it works")
        team.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'sheetops%'"
        )
        left = team.open_orders()
        team.until(lambda: team.open_orders() < left - 3, 120, "it comes back")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0, team.logs()
        states = dict(team.query("SELECT state, count(*) FROM sheetops_orders GROUP BY state"))
        assert set(states) == {"done", "waiting"} and sum(map(int, map(str, states.values()))) == len(numbers)
        assert team.query("SELECT max(deaths) FROM sheetops_orders") == [(0,)]
        said = (tmp_path / "one.log").read_text(encoding="utf-8")
        assert said.strip().endswith("left; nothing was cut short") and "Traceback" not in said
