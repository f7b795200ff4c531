"""A sheet as the ledger sees it: every row as prints, and the fields of the rows that differ."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple, Protocol

from sheetops.domain.plan import Conflict, Write
from sheetops.domain.requests import Requests
from sheetops.domain.table import Raw, Table
from sheetops.domain.template import BY_KEY, Kind
from sheetops.domain.values import Feedback, Problem
from sheetops.domain.view import View
from sheetops.ledger.prints import CELL, Printer, joined, mapped, plain, plain_texts

CORE = ("customer", "description")
AT_ONCE = 5000  # rows whose texts are in memory at one time
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
    """One request table as the run saw it, with the run's writes over it.

    A sheet may have a hundred thousand rows, so all that is made for each of them is made column by column, and
    each different cell once; a `Seen` is made only for rows that must be looked at closely.
    """

    def __init__(self, table: Table, view: View, writes: Iterable[Write], printer: Printer) -> None:
        self.table, self.view, self.printer = table, view, printer
        self.keys = sorted(table.columns)
        self.columns: dict[str, list[Raw]] = {key: table.column(key) for key in self.keys}
        self.person_keys = [key for key in self.keys if not BY_KEY[key].by_job]
        self._typed = Requests(table, view.lists, view.language, view.today)
        self.written: dict[int, set[str]] = {}
        for write in writes:
            index = self.index_of(write.edit.ref.row)  # `write.row` counts rows that came in meanwhile
            if index is not None and write.edit.column in self.columns:
                self._overlay(index, write.edit.column, write.edit.new)

    def index_of(self, row: int) -> int | None:
        """Which begun row stands in this row of the tab, None for one that is not begun."""
        index = bisect_left(self.table.numbers, row)
        return index if index < len(self.table) and self.table.numbers[index] == row else None

    def _overlay(self, index: int, key: str, value: Raw) -> None:
        if self.columns[key] is self.table.column(key):
            self.columns[key] = list(self.columns[key])
        self.columns[key][index] = value
        self.written.setdefault(index, set()).add(key)

    @cached_property
    def prints(self) -> list[bytes]:
        """The print of every row in sheet order, b"" where nothing is left in it."""
        found: list[bytes] = []
        for start in range(0, len(self.table), AT_ONCE):
            found += self.part(range(start, min(start + AT_ONCE, len(self.table)))).prints()
        return found

    @cached_property
    def identifiers(self) -> list[str | None]:
        """The ID of every row as it is kept."""
        if "id" not in self.columns:
            return [None] * len(self.table)
        return [self.printer.identifier(text) or None for text in plain_texts(self.columns["id"])]

    def part(self, indexes: Sequence[int]) -> Part:
        """Some of the rows, to be printed."""
        return Part(self, indexes)

    def place(self, index: int) -> Place:
        """Where a row stands."""
        return Place(self.table.tab, self.table.numbers[index])

    def row(self, index: int) -> Seen:
        """A row by itself."""
        written = frozenset(self.written[index]) if index in self.written else _NOTHING
        return Seen(self.place(index), self.identifiers[index], self.prints[index], index, written)

    def person_print(self, row: Seen) -> bytes:
        """The print of the cells that people own."""
        return self.part([row.index]).person_prints()[0]

    def core_print(self, row: Seen) -> bytes | None:
        """The print of customer and description, None while there is no description."""
        return self.part([row.index]).core_prints()[0]

    def core(self, row: Seen) -> dict[str, str]:
        """Customer and description as fields, where they are not blank."""
        texts = {key: plain(self.columns[key][row.index]) for key in CORE if key in self.columns}
        return {key: self.printer.field(text) for key, text in texts.items() if text}

    def read(self, key: str, raw: Raw) -> tuple[object, Problem | None]:
        """One cell, typed, and why it cannot be understood."""
        return self._typed.read(key, raw)

    def fields(self, indexes: Sequence[int]) -> list[dict[str, str]]:
        """The fields of these rows: dates, numbers and list keys in clear, everything else as prints."""
        columns = self.part(indexes).field_columns()
        rows = zip(*columns.values(), strict=True)
        return [{key: text for key, text in zip(columns, row, strict=True) if text} for row in rows]


class Part:
    """Some rows of a table. Their texts live no longer than it, for those of all rows would fill the memory."""

    def __init__(self, table: SeenTable, indexes: Sequence[int]) -> None:
        self._table, self._printer = table, table.printer
        if isinstance(indexes, range):
            self._cells = {key: c[indexes.start : indexes.stop] for key, c in table.columns.items()}
        else:
            self._cells = {key: [c[index] for index in indexes] for key, c in table.columns.items()}
        self._count = len(indexes)

    @cached_property
    def _texts(self) -> dict[str, list[str]]:
        return {key: plain_texts(cells) for key, cells in self._cells.items()}

    def _joined(self, keys: Iterable[str]) -> Iterator[str]:
        """Each row as one text of the cells under `keys`."""
        labelled = []
        for key in keys:
            before = key + CELL
            labelled.append([before + text if text else "" for text in self._texts[key]])
        return map(joined, zip(*labelled, strict=True)) if labelled else iter([""] * self._count)

    def prints(self) -> list[bytes]:
        """The prints of whole rows, b"" where nothing is left in a row."""
        return self._printer.rows(self._joined(self._table.keys))

    def person_prints(self) -> list[bytes]:
        """The prints of the cells that people own."""
        none = self._printer.row("")
        return [mark or none for mark in self._printer.rows(self._joined(self._table.person_keys))]

    def core_prints(self) -> list[bytes | None]:
        """The prints of customer and description, None while there is no description."""
        if CORE[-1] not in self._texts:
            return [None] * self._count
        texts = self._joined(key for key in CORE if key in self._texts)
        both = zip(texts, self._texts[CORE[-1]], strict=True)
        return [mark or None for mark in self._printer.rows(text if told else "" for text, told in both)]

    def field_columns(self) -> dict[str, list[str]]:
        """As `SeenTable.fields`, by column in the order of the keys' names; blank where a row has no such field."""
        columns = {}
        for key in self._table.keys:
            if BY_KEY[key].kind in _TYPED:
                columns[key] = self._typed_fields(key, self._cells[key])
            elif key == "id":
                columns[key] = [self._printer.identifier(text) for text in self._texts[key]]
            else:
                columns[key] = self._printer.fields(self._texts[key])
        return columns

    def _typed_fields(self, key: str, cells: list[Raw]) -> list[str]:
        if bool in set(map(type, cells)):  # TRUE is no 1, though both are alike to a set
            return [self._field(key, raw) for raw in cells]
        return mapped(cells, lambda some: [self._field(key, raw) for raw in some])

    def _field(self, key: str, raw: Raw) -> str:
        text = plain(raw)
        if not text:
            return ""
        value, problem = self._table.read(key, raw)
        return self._shown(value, text) if value is not None or problem is not None else ""

    def _shown(self, value: object, text: str) -> str:
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Feedback):
            return f"{value.score or ''}{self._printer.field(text)}"
        return self._printer.field(text) if value is None else str(value)


def _labelled(key: str, texts: list[str]) -> list[str]:
    before = key + CELL
    return [before + text if text else "" for text in texts]
