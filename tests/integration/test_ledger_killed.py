"""kill -9 while a run of a sheet whose rows have marks is remembered: the next run says, writes and remembers what it
would have, had the run not been remembered at all, or in whole."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import psycopg
import pytest
import time_machine
from sqlalchemy import Engine, event

from bench.workload import make
from sheetops.books.xlsx import read_plain
from sheetops.cli.demo import _write_workbook
from sheetops.ledger import open_ledger
from sheetops.ledger.ledger import Ledger
from tests.crowd import started
from tests.integration.ledger_places import postgres
from tests.lockstep import BOOK, SETTINGS, World, same, saved_by_another_program
from tests.lockstep_people import People

NOW = datetime(2026, 10, 28, 2, tzinfo=UTC)
RUN = ["run", "desk", "--json"]


class Moment(NamedTuple):
    """When the process is killed, while a run is remembered: before a statement, `commit`, or when all is over."""

    what: str
    number: int = 0


NEVER, NOT_AT_ALL, UNFINISHED = Moment("never"), Moment("not at all"), Moment("unfinished")


class Left(NamedTuple):
    """What the run after it said and left."""

    said: tuple[Any, str, str]
    files: dict[str, bytes]
    ledger: dict[str, list[str]]


def _watched(moment: Moment, told: str) -> None:
    """Let this process be killed at the moment; in `told` it says how many statements remembering took."""
    real, state = Ledger.record, SimpleNamespace(inside=False, seen=0)

    def reached(here: Moment) -> None:
        if state.inside and here == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def record(*what: Any) -> None:
        if moment == NOT_AT_ALL:
            os._exit(0)
        state.inside = True
        real(*what)
        reached(Moment("after"))
        state.inside = False
        Path(told).write_text(str(state.seen))

    @event.listens_for(Engine, "before_cursor_execute")
    def statement(*_: object) -> None:
        state.seen += state.inside
        reached(Moment("before", state.seen))

    @event.listens_for(Engine, "commit")
    def commit(*_: object) -> None:
        reached(Moment("commit"))

    Ledger.record = record  # type: ignore[assignment, method-assign]
    if moment == UNFINISHED:
        Ledger.finish_run = lambda *_: None  # type: ignore[method-assign]


def _run(home: str, name: str, large: int, moment: Moment) -> None:
    """One run in a world, in a process of its own."""
    _watched(moment, f"{home}/statements")
    world = World(Path(home), name, large)
    world.tokens = count(50)
    with pytest.MonkeyPatch.context() as patch:
        world.run(RUN, NOW + timedelta(hours=1), patch)


class Desk:
    """A sheet that was run on once and then worked in, and copies of it in which the second run is killed."""

    def __init__(
        self, home: Path, patch: pytest.MonkeyPatch, kind: str, large: int, stack: ExitStack
    ) -> None:
        self.home, self.patch, self.large = home, patch, large
        self.server = stack.enter_context(postgres()) if kind == "postgresql" else None
        self.people, self._copies = People(5, lambda _: None), count()
        self.base = home / "base"
        self.base.mkdir()

    def begin(self) -> None:
        """The first run, in the common place, and what people do after it."""
        settings = SETTINGS | ({"ledger": self.server, "ledger_key": "ledger.key"} if self.server else {})
        (self.base / "sheetops.yaml").write_text(json.dumps(settings))
        world = World(self.home, "base", self.large, self.server)
        code, _, err = world.run(RUN, NOW, self.patch)
        assert code in (0, 1) and world.ledger() and world.marked, err
        for _ in range(3):
            self.people.change(self.base / BOOK, date(2026, 10, 28), 4)
        alone = self.after(NEVER, self.worked)  # undisturbed
        self.statements = int((self.home / "statements").read_text())
        self.expected = {"nothing": self.after(NOT_AT_ALL), "all": self.after(UNFINISHED)}
        for left in self.expected.values():
            same("what it says", left.said[1], alone.said[1])
            assert left.said[0] == alone.said[0] and left.files[BOOK] == alone.files[BOOK]

    def worked(self, book: Path) -> None:
        """What people do between the second run and the third."""
        self.second = book.read_bytes()
        for _ in range(2):
            self.people.change(book, date(2026, 10, 28), 4)
        self.third = book.read_bytes()

    def after(self, moment: Moment, work: Any = None, wait: float | None = None) -> Left:
        """What the third run says and leaves, the second killed at the moment, or after so many seconds."""
        world = self._copy()
        child = started(_run, str(self.home), world.away.name, self.large, moment)
        if wait is not None:
            time.sleep(wait)
            child.kill()
        child.join(120)
        self.ended = child.exitcode
        if world.here.exists():  # it had no time to put it back
            world.here.rename(world.away)
        book = world.away / BOOK
        if work is not None:
            work(book)
        self.written = book.read_bytes() == self.second
        if self.written:
            book.write_bytes(self.third)
        world.tokens = count(100)
        said = world.run(RUN, NOW + timedelta(hours=2), self.patch)
        left = Left(said, world.files(), world.ledger())
        here = world.away
        place, key = (
            (self.address, here / "ledger.key") if self.server else (here / "state" / "ledger.db", None)
        )
        with open_ledger(place, key_file=key) as ledger:
            assert ledger.rebuild() == 0, moment
        shutil.rmtree(world.away)
        return left

    def _copy(self) -> World:
        number = next(self._copies)
        away = self.home / f"copy-{number}"
        shutil.copytree(self.base, away)
        if self.server is None:
            return World(self.home, away.name, self.large)
        name = f"{self.server.rpartition('/')[2]}_copy"
        self.address = self.server.rpartition("/")[0] + f"/{name}"
        with psycopg.connect(self.server.rpartition("/")[0] + "/postgres", autocommit=True) as link:
            link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            link.execute(f"CREATE DATABASE {name} TEMPLATE {self.server.rpartition('/')[2]}")
        settings = json.loads((away / "sheetops.yaml").read_text()) | {"ledger": self.address}
        (away / "sheetops.yaml").write_text(json.dumps(settings))
        return World(self.home, away.name, self.large, self.address)

    def hold(self, left: Left, expected: str, moment: object) -> None:
        """Require that the third run left what it was to leave."""
        twin = self.expected[expected]
        for name, mine, theirs in zip(("code", "stdout", "stderr"), left.said, twin.said, strict=True):
            same(f"{moment}: {name}", str(mine), str(theirs))
        assert list(left.files) == list(twin.files), moment
        assert [name for name in left.files if left.files[name] != twin.files[name]] == [], moment
        for name in twin.ledger:
            rows, others = (_rows(one.ledger, name) for one in (left, twin))
            same(f"{moment}: table {name}", rows, others)


def _rows(ledger: dict[str, list[str]], name: str) -> str:
    """The rows of a table, in their order but without a number that PostgreSQL gives to nobody again."""
    rows = ledger[name]
    if name in ("findings", "mails"):
        rows = [row.partition(", ")[2] for row in rows]
    return "\n".join(rows)


@pytest.fixture(params=["sqlite", "postgresql"])
def small(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with ExitStack() as stack:
        desk = Desk(tmp_path, monkeypatch, request.param, 0, stack)
        with time_machine.travel(NOW, tick=False):
            _write_workbook(desk.base / BOOK, "zh-Hans")
            saved_by_another_program(desk.base / BOOK)
        desk.begin()
        yield desk


@pytest.fixture(params=["sqlite", "postgresql"])
def large(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """As many rows as have marks by themselves."""
    with ExitStack() as stack:
        desk = Desk(tmp_path, monkeypatch, request.param, read_plain._LARGE, stack)
        shutil.copy(make(tmp_path / "made", 9_000).path, desk.base / BOOK)
        desk.begin()
        yield desk


def _hold_moments(desk: Desk, moments: list[Moment]) -> None:
    for moment in moments:
        left = desk.after(moment)
        assert desk.ended == -signal.SIGKILL and desk.written, moment
        desk.hold(left, "all" if moment.what == "after" else "nothing", moment)


def test_killed_while_it_is_remembered(small: Desk) -> None:
    assert small.statements > 12
    _hold_moments(small, [Moment("before", small.statements - 1), Moment("after")])


@pytest.mark.slow
def test_killed_at_every_statement(large: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    moments = [Moment("before", number + 1) for number in range(large.statements)]
    _hold_moments(large, [*moments, Moment("commit"), Moment("after")])
    with capsys.disabled():
        print(f"\n9,000 rows: killed before each of {len(moments)} statements, at the commit and after it")


@pytest.mark.slow
def test_killed_at_any_time(large: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """From outside, wherever the process is: whatever it has written and remembered then, the next run is right."""
    began = time.monotonic()
    large.after(NEVER)
    whole, dice, seen = (time.monotonic() - began) * 0.6, random.Random(5), Counter[str]()
    alone = large.expected["all"]
    for _ in range(30):
        left = large.after(NEVER, wait=dice.uniform(0.2, whole))
        seen["killed" if large.ended else "done"] += 1
        seen["written" if large.written else "not written"] += 1
        if large.written:
            assert left.said[0] == alone.said[0] and left.files[BOOK] == alone.files[BOOK]
            same("what it says", left.said[1], alone.said[1])
    with capsys.disabled():
        print(f"\n9,000 rows: {dict(seen)}, the next run each time as if nothing had happened")
    assert seen["killed"] > 10
