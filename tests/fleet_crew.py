"""Starting workers as processes, giving them orders, and judging what they left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import psycopg

from sheetops.cli.edge import Edge
from sheetops.cli.fleet import linked
from sheetops.ledger.ledger import place_of
from sheetops.scheduling.fleet import orders
from sheetops.settings.load import load
from tests.fleet_desk import JOBS, broken_chains, same_but_for_numbers, settings_for, sha, tabs_of

ROOT = Path(__file__).parents[1]


@dataclass
class Crew:
    """A folder with workbooks, a database, and the workers on them, each as if on a machine of its own."""

    folder: Path
    database: str
    stalled_after: float = 2
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, moment: str = "never", count: int = 0) -> subprocess.Popen[bytes]:
        config = settings_for(self.folder, name, self.database, self.stalled_after)
        command = [sys.executable, "-m", "tests.fleet_worker", str(self.journal(name)), moment, str(count)]
        command += ["worker", "--config", str(config)]
        with (self.folder / f"{name}.log").open("ab") as log:
            made = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        self.workers[name] = made
        return made

    def journal(self, name: str) -> Path:
        return self.folder / f"{name}.journal"

    def entries(self, name: str) -> list[dict[str, object]]:
        path = self.journal(name)
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def ask_all(self, books: Sequence[Path], dates: Sequence[date], jobs: Sequence[str] = JOBS) -> list[int]:
        """Order every book's run of each day; the days of a book in their order."""
        config = settings_for(self.folder, "asking", self.database)
        loaded = load(config)
        made = []
        with linked(loaded, "test", install=True) as link, Edge(loaded, _wishes(config)).ledger as ledger:
            sheets = {book: ledger.number_of(str(book)) for book in books}
            for day in dates:
                for book in books:
                    wanted = orders.Wanted(sheets[book], place_of(str(book)), tuple(jobs), as_of=day)
                    number = orders.ask(link, wanted)
                    assert number is not None
                    made.append(number)
        return made

    def query(self, sql: str) -> list[tuple[object, ...]]:
        return self.link.execute(sql).fetchall()  # type: ignore[call-overload,no-any-return]

    @cached_property
    def link(self) -> psycopg.Connection:
        """The tests' own connection, for questions many times a second."""
        return psycopg.connect(self.database, autocommit=True)

    def open_orders(self) -> int:
        return int(str(self.query("SELECT count(*) FROM sheetops_orders WHERE ended IS NULL")[0][0]))

    def until(self, done: Callable[[], bool], seconds: float, what: str) -> None:
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, f"{what}: not within {seconds} s\n{self.logs()}"
            time.sleep(0.05)

    def logs(self) -> str:
        return "\n".join(
            f"-- {p.name}\n{p.read_text('utf-8')[-3000:]}" for p in sorted(self.folder.glob("*.log"))
        )

    def leave(self) -> None:
        """Every worker that still lives is told to leave, and does so cleanly."""
        for worker in self.workers.values():
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.send_signal(signal.SIGTERM)
        for name, worker in self.workers.items():
            code = worker.wait(60)
            assert code in (0, -signal.SIGKILL), f"{name} left with {code}\n{self.logs()}"


def _wishes(config: Path):  # type: ignore[no-untyped-def]
    from sheetops.cli.common import Wishes

    return Wishes((), config, None, False, False, True, False, False)


@contextmanager
def crew(folder: Path, database: str, stalled_after: float = 2) -> Iterator[Crew]:
    """A crew none of whose processes outlives the test."""
    made = Crew(folder, database, stalled_after)
    try:
        yield made
    finally:
        for worker in made.workers.values():
            if worker.poll() is None:
                os.kill(worker.pid, signal.SIGKILL)
                worker.wait(10)
        made.link.close()


def is_stopped(pid: int) -> bool:
    """Whether the process is stopped (Linux)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except FileNotFoundError:
        return False


def overlaps(crew: Crew) -> list[str]:
    """Holds of one workbook that two living workers had at once.

    The hold of an attempt that was given up on ends when its order got another attempt: its own journal cannot say so.
    """
    found: dict[str, list[tuple[float, float, str]]] = {}
    for journal in sorted(crew.folder.glob("*.journal")):
        entries = crew.entries(journal.stem)
        last = max(
            (float(str(e["at"])) for e in entries), default=0.0
        )  # of one that was killed, as far as is known
        cut = [float(str(e["at"])) for e in entries if e["what"] in _CUTS]
        for entry in entries:
            if entry["what"] != "took":
                continue
            began = float(str(entry["at"]))
            left = [
                float(str(e["at"]))
                for e in entries
                if e["what"] == "left" and e["session"] == entry["session"]
            ]
            ends = [at for at in (*left, *cut) if at >= began]
            found.setdefault(str(entry["path"]), []).append((began, min(ends, default=last), journal.stem))
    wrong = []
    for path, holds in found.items():
        holds.sort()
        for one, two in pairwise(holds):
            if two[0] < one[1]:
                wrong.append(f"{path}: {one} and {two}")
    return wrong


_CUTS = ("stop-before-check", "stop-after-check", "die-before-rename", "die-after-rename")


def judge(
    crew: Crew, books: Sequence[Path], first: dict[str, str], expected: Sequence[Path], numbers: Sequence[int]
) -> dict[str, int]:
    """Everything that must hold after the work: what is wrong is counted, and told by the assertion."""
    states = Counter(str(row[0]) for row in crew.query("SELECT state FROM sheetops_orders"))
    lost = len(numbers) - states["done"]
    last = {str(book): sha(book.read_bytes()) for book in books}
    chains = broken_chains(first, last, sorted(crew.folder.glob("*.journal")))
    wrong = [
        f"{book.name}: {difference}"
        for book, plain in zip(books, expected, strict=True)
        for difference in same_but_for_numbers(tabs_of(book), tabs_of(plain))
    ]
    doubled = overlaps(crew)
    bad = [f"{lost} lost"] * bool(lost) + doubled + chains + wrong
    assert bad == [], "\n".join([*bad, str(states), crew.logs()])
    left = [path.name for book in books for path in book.parent.glob(".*.tmp")]
    assert left == []
    return {"wrong": len(wrong), "overlaps": len(doubled) + len(chains), "lost": lost}
