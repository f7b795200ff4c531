"""A sheet in each kind of book, and the hand of a person who works in it: what the contract suite works on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Protection
from openpyxl.worksheet.protection import SheetProtection

from sheetops.books.base import Book
from sheetops.books.google.book import GoogleBook
from sheetops.books.memory import MemoryBook
from sheetops.books.xlsx.book import XlsxBook
from sheetops.domain.plan import Edit
from sheetops.domain.table import Grid, Raw, Snapshot, take_snapshot
from tests.google_desk import google_desk as spreadsheet
from tests.google_desk import lock_cell
from tests.sheets import log, row
from tests.sheets_server.world import World

Rows = list[list[Raw]]
START = log(
    *(
        row(id=f"202611{n:02}", description=f"Case {n}", urgency="High", type="Consult", priority=3)
        for n in range(1, 9)
    )
)


class Desk:
    """A book, and the hand of a person who works in it without asking."""

    def __init__(
        self,
        book: Book,
        person: Callable[[Callable[[Rows], None], str], None],
        tick: Callable[[str, int, int, Raw], None],
        lock: Callable[[int, int], None],
        elsewhere: Callable[[Path], Book] | None = None,
    ) -> None:
        self.book = book
        self.lock = lock  # no job may change this cell (row, column) of the log
        self._elsewhere = elsewhere
        self._person = person
        self._tick = tick

    def elsewhere(self, state: Path) -> Book:
        """The same sheet as a job on another machine has it, whose state folder is `state`."""
        assert self._elsewhere is not None
        return self._elsewhere(state)

    def person(self, change: Callable[[Rows], None], tab: str = "Requests") -> None:
        """A person works in a tab: `change` is given its rows."""
        self._person(change, tab)

    def tick(self, tab: str, row: int, column: int, value: Raw) -> None:
        """A person types into one cell of another tab."""
        self._tick(tab, row, column, value)

    def rows(self, tab: str = "Requests") -> Rows:
        grid = self.book.read().grid(tab)
        assert grid is not None
        return [[None if v == "" else v for v in r] for r in grid.rows]


def memory_desk(_folder: Path) -> Desk:
    book = MemoryBook([START])

    def person(change: Callable[[Rows], None], tab: str) -> None:
        grids = {grid.name: [list(r) for r in grid.rows] for grid in book.grids}
        change(grids[tab])
        book.change([Grid(name, rows) for name, rows in grids.items()])

    def tick(tab: str, row: int, column: int, value: Raw) -> None:
        grids = []
        for grid in book.grids:
            rows = [list(r) for r in grid.rows]
            if grid.name == tab:
                rows += [[] for _ in range(row - len(rows))]
                rows[row - 1] += [None] * (column - len(rows[row - 1]))
                rows[row - 1][column - 1] = value
            grids.append(Grid(grid.name, rows))
        book.change(grids)

    def lock(row: int, column: int) -> None:
        book.forbids = lambda write: "locked" if (write.row, write.column) == (row, column) else ""

    return Desk(book, person, tick, lock)


def xlsx_desk(folder: Path) -> Desk:
    path = folder / "desk.xlsx"
    _save(path, START.rows)

    def person(change: Callable[[Rows], None], tab: str) -> None:
        workbook = openpyxl.load_workbook(path)
        sheet = workbook[tab]
        rows: Rows = [[_day(v) for v in r] for r in sheet.iter_rows(values_only=True)]
        before = len(rows)
        change(rows)
        for number in range(1, max(before, len(rows)) + 1):
            values = rows[number - 1] if number <= len(rows) else []
            for column in range(1, max(sheet.max_column, len(values)) + 1):
                sheet.cell(number, column).value = values[column - 1] if column <= len(values) else None  # type: ignore[assignment]
        workbook.save(path)

    def tick(tab: str, row: int, column: int, value: Raw) -> None:
        workbook = openpyxl.load_workbook(path)
        workbook[tab].cell(row, column, value)  # type: ignore[arg-type]
        workbook.save(path)

    def lock(row: int, column: int) -> None:
        workbook = openpyxl.load_workbook(path)
        sheet = workbook["Requests"]
        sheet.protection = SheetProtection(sheet=True, password="x")
        for number in range(1, len(START.rows) + 9):
            for at in range(1, len(START.rows[0]) + 1):
                sheet.cell(number, at).protection = Protection(locked=(number, at) == (row, column))
        workbook.save(path)

    return Desk(XlsxBook(str(path)), person, tick, lock, lambda state: XlsxBook(str(path), state=state))


def _day(value: Any) -> Raw:
    """A date as Python has it; openpyxl reads a moment at midnight."""
    return value.date() if isinstance(value, datetime) else value


def _save(path: Path, rows: Sequence[Sequence[Raw]]) -> None:
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    sheet.title = "Requests"
    for values in rows:
        sheet.append(list(values))
    workbook.save(path)


def google_desk(_folder: Path) -> Desk:
    world = World()
    book, person, tick = spreadsheet(START.name, START.rows, world)

    def elsewhere(_state: Path) -> Book:
        other = GoogleBook(book.location, book.service.access, book.service._client)
        other.service._sleep = lambda _: None
        return other

    return Desk(book, person, tick, partial(lock_cell, world, book.service.id), elsewhere)


def see(raw: Any) -> Snapshot:
    return take_snapshot(raw)


def due(seen: Snapshot, index: int, day: date = date(2026, 11, 20)) -> Edit:
    table = seen.tables[0]
    return Edit(table.ref(index), "due", table.cell(index, "due"), None, day, "because")
