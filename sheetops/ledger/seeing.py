"""A sheet as the ledger sees it: every row as prints, and the fields of the rows that differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple, Protocol

from sheetops.domain.plan import Conflict, Write
from sheetops.domain.requests import Requests
from sheetops.domain.table import Grid, Raw, Table
from sheetops.domain.template import BY_KEY, Kind
from sheetops.domain.values import Feedback
from sheetops.domain.view import View
from sheetops.ledger.prints import CELL, Printer, joined, plain

CORE = ("customer", "description")
_NOTHING: frozenset[str] = frozenset()
_TYPED = frozenset((Kind.DATE, Kind.MOMENT, Kind.LIST, Kind.PRIORITY, Kind.SCORE, Kind.FEEDBACK))


class Done(Protocol):
    """What a book did with a plan (`sheetops.books.base.Applied`)."""

    @property
    def writes(self) -> tuple[Write, ...]: ...
    @property
    def conflicts(self) -> tuple[Conflict, ...]: ...
    @property
    def tabs(self) -> tuple[str, ...]: ...
    @property
    def token(self) -> str | None: ...


class Place(NamedTuple):
    """Where a row stands."""

    tab: str
    row: int


def differing(fields: Mapping[str, str], others: Mapping[str, str]) -> int:
    """How many of customer and description are told on both sides and differ."""
    return sum(key in fields and key in others and fields[key] != others[key] for key in CORE)


@dataclass(slots=True)
class Seen:
    """One begun row as it stands after the run's writes."""

    place: Place
    identifier: str | None
    print: bytes
    index: int  # in its table
    written: frozenset[str] = frozenset()  # the fields that this run wrote


class SeenTable:
    """One request table as the run saw it, with the run's writes over it; prints are made for every row, fields only when asked for."""

    def __init__(self, table: Table, view: View, writes: Iterable[Write], printer: Printer) -> None:
        self.table, self.view, self.printer = table, view, printer
        self.keys = sorted(table.columns)
        self.columns: dict[str, list[Raw]] = {key: table.column(key) for key in self.keys}
        self._person_keys = [key for key in self.keys if not BY_KEY[key].by_job]
        self.written: dict[int, set[str]] = {}
        index_of = {number: index for index, number in enumerate(table.numbers)}
        for write in writes:
            index = index_of.get(write.edit.ref.row)  # `write.row` counts rows that came in meanwhile
            if index is not None and write.edit.column in self.columns:
                self._overlay(index, write.edit.column, write.edit.new)

    def _overlay(self, index: int, key: str, value: Raw) -> None:
        if self.columns[key] is self.table.column(key):
            self.columns[key] = list(self.columns[key])
        self.columns[key][index] = value
        self.written.setdefault(index, set()).add(key)

    @cached_property
    def _texts(self) -> dict[str, list[str]]:
        """Column → its cells as `key, separator, text`, blank where the cell is."""
        return {
            key: [f"{key}{CELL}{text}" if (text := plain(raw)) else "" for raw in self.columns[key]]
            for key in self.keys
        }

    @cached_property
    def rows(self) -> list[Seen]:
        """The begun rows, in sheet order."""
        identifiers = self._texts.get("id") or [""] * len(self.table)
        tab, numbers, of_row = self.table.tab, self.table.numbers, self.printer.row
        seen = []
        for index, cells in enumerate(zip(*self._texts.values(), strict=True)):
            text = joined(cells)
            if text:
                identifier = self.printer.identifier(identifiers[index][len("id" + CELL) :]) or None
                written = frozenset(self.written[index]) if index in self.written else _NOTHING
                seen.append(Seen(Place(tab, numbers[index]), identifier, of_row(text), index, written))
        return seen

    def person_print(self, row: Seen) -> bytes:
        """The print of the cells that people own."""
        return self.printer.row(joined(self._texts[key][row.index] for key in self._person_keys))

    def core_print(self, row: Seen) -> bytes | None:
        """The print of customer and description, None while there is no description."""
        if "description" not in self._texts or not self._texts["description"][row.index]:
            return None
        return self.printer.row(joined(self._texts[key][row.index] for key in CORE if key in self._texts))

    def core(self, row: Seen) -> dict[str, str]:
        """Customer and description as fields, where they are not blank."""
        texts = {key: self._texts[key][row.index].partition(CELL)[2] for key in CORE if key in self._texts}
        return {key: self.printer.field(text) for key, text in texts.items() if text}

    def fields(self, rows: Sequence[Seen]) -> list[dict[str, str]]:
        """The fields of these rows: dates, numbers and list keys in clear, everything else as prints.

        Only these rows are read as requests, so that the work follows what changed.
        """
        width = max(self.table.columns[key] for key in self.keys)
        grid: list[list[Raw]] = [[]]
        for row in rows:
            cells: list[Raw] = [None] * width
            for key in self.keys:
                cells[self.table.columns[key] - 1] = self.columns[key][row.index]
            grid.append(cells)
        view = self.view
        table = Table(Grid(self.table.tab, grid), 1, self.table.match)
        log = Requests(table, view.lists, view.language, view.today)
        fields: list[dict[str, str]] = [{} for _ in rows]
        for key in self.keys:
            texts = [self._texts[key][row.index][len(key) + 1 :] for row in rows]
            for at, text in enumerate(self._column(key, texts, log)):
                if text:
                    fields[at][key] = text
        return fields

    def _column(self, key: str, texts: list[str], log: Requests) -> list[str]:
        if key == "id":
            return list(map(self.printer.identifier, texts))
        if BY_KEY[key].kind not in _TYPED:
            return [self.printer.field(text) if text else "" for text in texts]
        unreadable = {at for at, _ in log.unreadable(key)}
        return [
            self._typed(value, text) if value is not None or at in unreadable else ""
            for at, (value, text) in enumerate(zip(log.values(key), texts, strict=True))
        ]

    def _typed(self, value: object, text: str) -> str:
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Feedback):
            return f"{value.score or ''}{self.printer.field(text)}"
        return self.printer.field(text) if value is None else str(value)
