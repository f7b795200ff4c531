"""Two worlds that live the same days: in one the rows of the team's sheet have marks, in the other they have none.

What a run may leave out where rows have marks it leaves out without anybody noticing: whatever the commands print,
write, mail and remember must be the same in both worlds after every command.
"""

from __future__ import annotations

import json
import random
import secrets
import shutil
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from difflib import unified_diff
from io import StringIO
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
import time_machine
from sqlalchemy import NullPool, create_engine, select

from sheetops import runner
from sheetops.books.xlsx import read_bulk, read_plain
from sheetops.cli import main
from sheetops.cli.demo import _write_workbook
from sheetops.ledger import tables as t

BOOK = "log.xlsx"
_SAVES_WORK = ("looks", "standing")  # which the world without marks does not have
SETTINGS: dict[str, Any] = {
    "sheets": [{"name": "desk", "path": BOOK, "backups": 2}],
    "state": "state",
    "mail": {"outbox": "outbox", "sender": "desk@house.internal"},
}


class World:
    """A folder that stands at the place that all worlds share while something is done in it."""

    def __init__(self, home: Path, name: str, large: int, ledger: str | None = None) -> None:
        """`large` is from how many bytes on rows have marks; `ledger` the address of its ledger, if that is no file."""
        self.here, self.away, self.large = home / "here", home / name, large
        self.tokens, self.marked = count(1), 0
        self._ledger = ledger or f"sqlite:///{self.away / 'state' / 'ledger.db'}"

    @contextmanager
    def there(self) -> Iterator[Path]:
        """Its folder, at the common place."""
        self.away.rename(self.here)
        try:
            yield self.here
        finally:
            self.here.rename(self.away)

    def run(self, words: list[str], now: datetime, patch: pytest.MonkeyPatch) -> tuple[Any, str, str]:
        """How `sheetops WORDS` ended, and what it said."""
        out, err = StringIO(), StringIO()
        with self.there() as folder, patch.context() as some, time_machine.travel(now, tick=False):
            some.setattr(read_plain, "_LARGE", self.large)
            some.setattr(read_plain, "_LARGE_CHUNK", 30_000)
            some.setattr(read_bulk, "_MOST_ODD", 1.0)
            some.setattr(secrets, "token_hex", lambda size=6: f"{next(self.tokens):0{2 * size}x}")
            some.setattr(runner, "time", SimpleNamespace(perf_counter=lambda: 0.0))
            some.setattr(sys, "stdout", out)
            some.setattr(sys, "stderr", err)
            some.setenv("XDG_STATE_HOME", str(folder / "state"))
            some.chdir(folder)
            random.seed(str(words))  # boundaries in mails
            try:
                main(words)
            except SystemExit as left:
                return left.code, out.getvalue(), err.getvalue()
        raise AssertionError("a command ends")

    def files(self) -> dict[str, bytes]:
        """All that stands in its folder but for the ledger's file."""
        found = (path for path in sorted(self.away.rglob("*")) if path.is_file())
        return {
            str(path.relative_to(self.away)): path.read_bytes()
            for path in found
            if "ledger.db" not in path.name
        }

    def ledger(self, but: Collection[str] = ()) -> dict[str, list[str]]:
        """What the ledger holds, table by table."""
        engine = create_engine(self._ledger.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
        with engine.connect() as link:
            self.marked = len(link.execute(select(t.standing)).all())
            return {
                table.name: [
                    repr(tuple(row)) for row in link.execute(select(table).order_by(*table.primary_key))
                ]
                for table in t.metadata.sorted_tables
                if table.name not in but
            }


class Lockstep:
    """The two worlds."""

    def __init__(
        self, home: Path, patch: pytest.MonkeyPatch, began: datetime, book: bytes | None = None
    ) -> None:
        """`book` is one whose rows have marks by themselves; without it there is a small one with two logs."""
        self.patch, self.said, self.settings = patch, 0, SETTINGS
        self.worlds = (
            World(home, "with", 0 if book is None else read_plain._LARGE),
            World(home, "without", 1 << 60),
        )
        first = self.worlds[0]
        first.away.mkdir()
        if book is None:
            with time_machine.travel(began, tick=False):
                _write_workbook(first.away / BOOK, "zh-Hans")
                saved_by_another_program(first.away / BOOK, 30)
        else:
            (first.away / BOOK).write_bytes(book)
        (first.away / "sheetops.yaml").write_text(json.dumps(SETTINGS))
        code, out, err = first.run(["status"], began, patch)  # the ledger and its key
        assert code == 1, (code, out, err)
        shutil.copytree(first.away, self.worlds[1].away)

    @property
    def book(self) -> Path:
        """The workbook that people work in."""
        return self.worlds[0].away / self._name

    @property
    def _name(self) -> str:
        return str(self.settings["sheets"][0]["path"])

    def rename(self, name: str) -> None:
        """Somebody gives the workbook another name."""
        for world in self.worlds:
            (world.away / self._name).rename(world.away / name)
        self.settings = self.settings | {"sheets": [{**self.settings["sheets"][0], "path": name}]}
        self.settle({})

    def worked(self) -> None:
        """Let the other world have the workbook that people left in the first."""
        shutil.copyfile(self.book, self.worlds[1].away / self._name)

    def settle(self, team: dict[str, object]) -> None:
        """Write the team's settings anew."""
        self.settings = self.settings | {"team": {**self.settings.get("team", {}), **team}}
        for world in self.worlds:
            (world.away / "sheetops.yaml").write_text(json.dumps(self.settings, default=str))

    def run(self, *words: str, now: datetime) -> tuple[Any, str, str]:
        """`sheetops WORDS` in both worlds. Raises AssertionError where they differ in anything."""
        one, other = (world.run(list(words), now, self.patch) for world in self.worlds)
        what = f"{now} {' '.join(words)}"
        assert one[2].count("a defect of sheetops") == 0, f"{what}: {one[2]}"
        for name, mine, theirs in zip(("code", "stdout", "stderr"), one, other, strict=True):
            same(f"{what}: {name}", str(mine), str(theirs))
        files, others = (world.files() for world in self.worlds)
        assert list(files) == list(others), f"{what}: files {set(files) ^ set(others)}"
        for name in files:
            assert files[name] == others[name], f"{what}: {name} differs"
        tables, other_tables = (world.ledger(_SAVES_WORK) for world in self.worlds)
        for name in tables:
            same(f"{what}: table {name}", "\n".join(tables[name]), "\n".join(other_tables[name]))
        self.said += len(one[1])
        return one


def same(what: str, mine: str, theirs: str) -> None:
    """Raise AssertionError with the lines that differ, if any do."""
    if mine != theirs:
        lines = list(unified_diff(mine.splitlines(), theirs.splitlines(), "one", "other", n=0))
        raise AssertionError(what + "\n" + "\n".join(line[:400] for line in lines[:30]))


def saved_by_another_program(path: Path, elsewhere: int = 0) -> None:
    """With its texts in one table, as Excel has them: only those are taken in bulk.

    So many of its requests stand in a tab of their own.
    """
    book = openpyxl.load_workbook(path)
    log = book.worksheets[0]
    if elsewhere:
        rows = list(log.iter_rows(values_only=True))
        other = book.create_sheet("第二组")
        for cells in (rows[0], *rows[-elsewhere:]):
            other.append(cells)
        log.delete_rows(len(rows) - elsewhere + 1, elsewhere)
    book.save(path)


def at(day: datetime, hour: int) -> datetime:
    """An hour of a day in Shanghai, by UTC."""
    return day.astimezone(UTC).replace(hour=hour - 8, minute=0, second=0, microsecond=0)
