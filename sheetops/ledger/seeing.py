"""A sheet as the ledger sees it: every row as prints, and the fields of the rows that differ."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple, Protocol

from sheetops.domain.plan import Conflict, Write
from sheetops.domain.requests import Requests
from sheetops.domain.table import Raw, Table
from sheetops.domain.template import BY_KEY, Kind
from sheetops.domain.values import Feedback
from sheetops.domain.view import View
from sheetops.ledger.prints import CELL, Printer, joined, mapped, plain, plain_texts

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
    """One request table as the run saw it, with the run's writes over it.

    A sheet may have a hundred thousand rows, so all that is made for each of them is made column by column, and
    each different cell once; a `Seen` is made only for rows that must be looked at closely.
    """

    def __init__(self, table: Table, view: View, writes: Iterable[Write], printer: Printer) -> None:
        self.table, self.view, self.printer = table, view, printer
        self.keys = sorted(table.columns)
        self.columns: dict[str, list[Raw]] = {key: table.column(key) for key in self.keys}
        self._person_keys = [key for key in self.keys if not BY_KEY[key].by_job]
        self._core_keys = [key for key in CORE if key in self.columns]
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
    def _texts(self) -> dict[str, list[str]]:
        """Column → its cells as `key, separator, text`, blank where the cell is."""
        return {key: _labelled(key, plain_texts(self.columns[key])) for key in self.keys}

    @cached_property
    def prints(self) -> list[bytes]:
        """The print of every row in sheet order, b"" where nothing is left in it."""
        return self.printer.rows(map(joined, zip(*self._texts.values(), strict=True)))

    @cached_property
    def identifiers(self) -> list[str | None]:
        """The ID of every row as it is kept."""
        if "id" not in self._texts:
            return [None] * len(self.table)
        skip, kept = len("id" + CELL), self.printer.identifier
        return [kept(text[skip:]) or None for text in self._texts["id"]]

    def place(self, index: int) -> Place:
        """Where a row stands."""
        return Place(self.table.tab, self.table.numbers[index])

    def row(self, index: int) -> Seen:
        """A row by itself."""
        written = frozenset(self.written[index]) if index in self.written else _NOTHING
        return Seen(self.place(index), self.identifiers[index], self.prints[index], index, written)

    def person_prints(self, indexes: Sequence[int]) -> list[bytes]:
        """The prints of the cells that people own in these rows."""
        if not self._person_keys:
            return [self.printer.row("")] * len(indexes)
        picked = ([self._texts[key][index] for index in indexes] for key in self._person_keys)
        none = self.printer.row("")
        return [mark or none for mark in self.printer.rows(map(joined, zip(*picked, strict=True)))]

    def person_print(self, row: Seen) -> bytes:
        """The print of the cells that people own."""
        return self.person_prints([row.index])[0]

    def core_prints(self, indexes: Sequence[int]) -> list[bytes | None]:
        """The prints of customer and description in these rows, None while there is no description."""
        if CORE[-1] not in self._texts:
            return [None] * len(indexes)
        picked = ([self._texts[key][index] for index in indexes] for key in self._core_keys)
        cells = zip(*picked, strict=True)
        return [mark or None for mark in self.printer.rows(joined(c) if c[-1] else "" for c in cells)]

    def core_print(self, row: Seen) -> bytes | None:
        """The print of customer and description, None while there is no description."""
        return self.core_prints([row.index])[0]

    def core(self, row: Seen) -> dict[str, str]:
        """Customer and description as fields, where they are not blank."""
        texts = {key: self._texts[key][row.index].partition(CELL)[2] for key in self._core_keys}
        return {key: self.printer.field(text) for key, text in texts.items() if text}

    def fields(self, indexes: Sequence[int]) -> list[dict[str, str]]:
        """The fields of these rows: dates, numbers and list keys in clear, everything else as prints."""
        columns = self.field_columns(indexes)
        rows = zip(*columns.values(), strict=True)
        return [{key: text for key, text in zip(columns, row, strict=True) if text} for row in rows]

    def field_columns(self, indexes: Sequence[int]) -> dict[str, list[str]]:
        """As `fields`, by column in the order of the keys' names; blank where a row has no such field.

        Only these rows are read, so that the work follows what changed.
        """
        columns = {}
        for key in self.keys:
            if BY_KEY[key].kind in _TYPED:
                columns[key] = self._typed_fields(key, [self.columns[key][index] for index in indexes])
                continue
            skip, labelled = len(key + CELL), self._texts[key]
            texts = [labelled[index][skip:] for index in indexes]
            columns[key] = self._identified(texts) if key == "id" else self.printer.fields(texts)
        return columns

    def _typed_fields(self, key: str, cells: list[Raw]) -> list[str]:
        if bool in set(map(type, cells)):  # TRUE is no 1, though both are alike to a set
            return [self._field(key, raw) for raw in cells]
        return mapped(cells, lambda some: [self._field(key, raw) for raw in some])

    def _identified(self, texts: list[str]) -> list[str]:
        return [self.printer.identifier(text) for text in texts]

    def _field(self, key: str, raw: Raw) -> str:
        text = plain(raw)
        if not text:
            return ""
        value, problem = self._typed.read(key, raw)
        return self._shown(value, text) if value is not None or problem is not None else ""

    def _shown(self, value: object, text: str) -> str:
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Feedback):
            return f"{value.score or ''}{self.printer.field(text)}"
        return self.printer.field(text) if value is None else str(value)


def _labelled(key: str, texts: list[str]) -> list[str]:
    before = key + CELL
    return [before + text if text else "" for text in texts]
