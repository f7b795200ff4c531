"""The fleet at full size: 2,000 runs on 200 workbooks, four workers, one killed and one put to sleep."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.fleet_crew import Crew, crew, is_stopped, judge
from tests.fleet_desk import days, make_books, run_plainly, settings_for, sha
from tests.integration.ledger_places import emptied, postgres

pytest.importorskip("procrastinate", reason="the extra `scale` is not installed")

BOOKS = int(os.environ.get("FLEET_BOOKS", "200"))
DAYS = 10
JOBS = ("fill", "validate")
STALLED_AFTER = 6.0


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.mark.slow
def test_two_thousand_runs_with_a_death_and_a_long_sleep(
    server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    books, dates = make_books(tmp_path / "books", BOOKS), days(DAYS)
    plain = _copies(books, tmp_path / "plain")
    alone = _copies(books[: BOOKS // 10], tmp_path / "alone-books")
    first = {str(book): sha(book.read_bytes()) for book in books}
    looped = run_plainly(settings_for(tmp_path, "plain", None), plain, dates, JOBS) / (BOOKS * DAYS)
    four, counts, states = _four_workers(server, tmp_path, books, first, plain)
    one = _one_worker(server, tmp_path / "alone", alone)
    with capsys.disabled():
        print(
            f"\n{BOOKS * DAYS} runs on {BOOKS} workbooks, 4 workers, 1 killed -9, 1 stopped past the limit and woken"
        )
        print(
            f"  wrong workbooks {counts['wrong']}, overlaps {counts['overlaps']}, lost {counts['lost']}; {states}"
        )
        load = f"{os.cpu_count()} cores, load {os.getloadavg()[2]:.1f} over the last quarter of an hour"
        print(f"  runs a second, each run on the same workbooks and days ({load}):")
        print(f"    a plain loop           {1 / looped:6.2f}")
        print(f"    1 worker               {one:6.2f}   ({BOOKS * DAYS // 10} runs)")
        print(f"    4 workers, with both   {four:6.2f}   (of which 2 were left in the end)")


def _copies(books: Sequence[Path], folder: Path) -> list[Path]:
    folder.mkdir()
    return [Path(shutil.copy(book, folder / book.name)) for book in books]


def _four_workers(
    server: str, folder: Path, books: Sequence[Path], first: dict[str, str], plain: Sequence[Path]
) -> tuple[float, dict[str, int], str]:
    with crew(folder, emptied(server), STALLED_AFTER) as team:
        numbers = team.ask_all(books, days(DAYS), JOBS)
        began = time.monotonic()
        sleeper = team.start("one", "stop-after-check", len(numbers) // 20)
        mortal = team.start("two")
        team.start("three")
        team.start("four")
        team.until(lambda: _written(team, "two") >= len(numbers) // 15, 1800, "the second worker works")
        os.kill(mortal.pid, signal.SIGKILL)
        team.until(lambda: is_stopped(sleeper.pid), 1800, "the first worker stops")
        slept = time.monotonic()
        team.until(
            lambda: team.query("SELECT 1 FROM sheetops_orders WHERE deaths > 0 HAVING count(*) > 1") != [],
            300,
            "both are replaced",
        )
        team.until(lambda: time.monotonic() > slept + 3 * STALLED_AFTER, 300, "it sleeps long enough")
        os.kill(sleeper.pid, signal.SIGCONT)
        team.until(lambda: team.open_orders() == 0, 3600, "all orders end")
        rate = len(numbers) / (time.monotonic() - began)
        team.leave()
        counts = judge(team, books, first, plain, numbers)
        deaths = team.query("SELECT sum(deaths), sum(failures) FROM sheetops_orders")[0]
        return rate, counts, f"{deaths[0]} orders taken over, {deaths[1]} tried again"


def _written(team: Crew, name: str) -> int:
    return sum(entry["what"] == "replaced" for entry in team.entries(name))


def _one_worker(server: str, folder: Path, books: Sequence[Path]) -> float:
    folder.mkdir()
    with crew(folder, emptied(server), STALLED_AFTER) as team:
        numbers = team.ask_all(books, days(DAYS), JOBS)
        began = time.monotonic()
        team.start("only")
        team.until(lambda: team.open_orders() == 0, 3600, "all orders end")
        rate = len(numbers) / (time.monotonic() - began)
        team.leave()
        return rate
