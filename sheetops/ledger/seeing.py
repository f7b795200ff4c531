"""A sheet as the ledger sees it: every row as prints, and the fields of the rows that differ."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from operator import add
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sheetops.domain.choices import Choices
from sheetops.domain.plan import Conflict, Write
from sheetops.domain.requests import Requests
from sheetops.domain.table import Raw, Table
from sheetops.domain.template import BY_KEY, Kind
from sheetops.domain.values import Feedback, read_date
from sheetops.ledger.packing import Coded, Column, Marks, Texts, coded
from sheetops.ledger.prints import (
    CELL,
    JOB,
    MARK_BYTES,
    NEXT,
    NO_MARK,
    Print,
    Printer,
    encoded,
    mapped,
    mark_of,
    plain,
    plain_texts,
    shown_marks,
    without_truths,
)

if TYPE_CHECKING:
    from sheetops.ledger.keyed_marks import Words

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


class Reading(Protocol):
    """By what the cells of a table are understood (`View`, `Requests`)."""

    @property
    def lists(self) -> Mapping[str, Choices]: ...
    @property
    def language(self) -> str: ...
    @property
    def today(self) -> date: ...


class Place(NamedTuple):
    """Where a row stands."""

    tab: str
    row: int


def core_of(fields: Mapping[str, str]) -> bytes:
    """The prints of customer and description, one after the other; `NO_MARK` for a blank one."""
    return b"".join(mark_of(fields.get(key)) for key in CORE)


def described(core: bytes) -> bytes | None:
    """The prints of customer and description, None without a description."""
    return core if core[-MARK_BYTES:] != NO_MARK else None


def differing(core: bytes, other: bytes) -> int:
    """How many of customer and description are told on both sides and differ."""
    both = (
        (core[at : at + MARK_BYTES], other[at : at + MARK_BYTES]) for at in range(0, len(core), MARK_BYTES)
    )
    return sum(one != two and NO_MARK not in (one, two) for one, two in both)


@dataclass(slots=True)
class Seen:
    """One begun row as it stands after the run's writes."""

    place: Place
    identifier: str | None
    print: Print
    meant: Print  # the same with the due date as it is understood, however it is written
    index: int  # in its table
    written: frozenset[str] = frozenset()  # the fields that this run wrote


class SeenTable:
    """One request table as the run saw it, with the run's writes over it.

    A sheet may have a hundred thousand rows, so all that is made for each of them is made column by column, and
    each different cell once; a `Seen` is made only for rows that must be looked at closely.
    """

    def __init__(
        self,
        table: Table,
        view: Reading,
        writes: Iterable[Write],
        printer: Printer,
        keyed: tuple[array[int], Words] | None = None,
    ) -> None:
        """`keyed` are marks of rows and what the ledger keeps of them, where somebody asked for that before."""
        self._keyed = keyed
        self.table, self.view, self.printer = table, view, printer
        self.keys = sorted(table.columns)
        self.columns: dict[str, list[Raw]] = {key: table.column(key) for key in self.keys}
        self.person_keys = [key for key in self.keys if key not in JOB]
        self._typed = Requests(table, view.lists, view.language, view.today)
        self._some: dict[int, Print | None] | None = None  # the rows that were printed, if not all
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
    def prints(self) -> list[Print | None]:
        """The print of every row in sheet order, None where nothing is left in it."""
        return self._printed(range(len(self.table)))

    def _printed(self, indexes: Sequence[int]) -> list[Print | None]:
        found: list[Print | None] = []
        for start in range(0, len(indexes), AT_ONCE):
            found += self.part(indexes[start : start + AT_ONCE]).prints()
        return found

    def print_some(self, indexes: Sequence[int]) -> None:
        """Print these rows; the others need no print, for `print_of` is not asked for theirs."""
        self._some = dict(zip(indexes, self._printed(indexes), strict=True))

    def print_of(self, index: int) -> Print | None:
        """As `prints`, of one row: where some were printed, one of these."""
        return self.prints[index] if self._some is None else self._some[index]

    @cached_property
    def identifiers(self) -> list[str | None]:
        """The ID of every row as it is kept."""
        texts = mapped(self.columns["id"], plain_texts) if "id" in self.columns else []
        return [text or None for text in self.printer.identifiers(texts)]

    @cached_property
    def marks(self) -> Words:
        """The mark of every row as the ledger keeps it; 0 where none is known, as of rows that this run wrote."""
        marks = self.table.marks
        marks = array("Q", bytes(8 * len(self.table)) if marks is None else marks)
        for index in self.written:
            marks[index] = 0
        if self._keyed is not None and self._keyed[0] == marks:
            return self._keyed[1]
        return self.printer.row_marks(marks)

    def part(self, indexes: Sequence[int]) -> Part:
        """Some of the rows, to be printed."""
        return Part(self, indexes)

    def place(self, index: int) -> Place:
        """Where a row stands."""
        return Place(self.table.tab, self.table.numbers[index])

    def row(self, index: int) -> Seen:
        """A row by itself, in which something is left."""
        written = frozenset(self.written[index]) if index in self.written else _NOTHING
        mark = self.print_of(index)
        assert mark is not None
        return Seen(self.place(index), mark[-1] or None, mark, self.meant(index) or mark, index, written)

    def meant(self, index: int) -> Print | None:
        """The print of a row with the due date as it is understood; None where nothing is left in it."""
        mark = self.print_of(index)
        if mark is None or not mark[1]:
            return mark
        return mark[0], self.field("due", self.columns["due"][index]), mark[2]

    def cores(self, indexes: Sequence[int]) -> list[bytes]:
        """The prints of customer and description of these rows (see `core_of`)."""
        part = self.part(indexes)
        return list(map(add, *(part.marks(key) for key in CORE)))

    def fields(self, indexes: Sequence[int]) -> list[dict[str, str]]:
        """The fields of these rows: dates, numbers and list keys in clear, everything else as prints."""
        columns = self.part(indexes).field_columns()
        rows = zip(*(column.texts() for column in columns.values()), strict=True)
        return [{key: text for key, text in zip(columns, row, strict=True) if text} for row in rows]

    def field(self, key: str, raw: Raw) -> str:
        """One typed cell as a field: in clear, or as its print where it cannot be understood."""
        text = plain(raw)
        if not text:
            return ""
        value, problem = self._typed.read(key, raw)
        if value is None:
            return self.printer.field(text) if problem is not None else ""
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Feedback):
            return f"{value.score or ''}{self.printer.field(text)}"
        return str(value)

    def still_says(self, index: int, key: str, old: str | None, was: Print, now: Print) -> bool:
        """Whether a cell that gave the field `old` in a row printed as `was` may only be understood otherwise by now.

        Of the due date the prints tell. Elsewhere it was not understood and reads as it did, or is a date that has
        no year and meant that day when it was near.
        """
        if key == "due":
            return now[1] == was[1]
        raw = self.columns[key][index]
        if not old or BY_KEY[key].kind not in _TYPED:
            return False
        if BY_KEY[key].kind in (Kind.DATE, Kind.MOMENT) and old[:1] != "#":
            value = read_date(raw, date.fromisoformat(old[:10]))[0]
            return value is not None and value.isoformat() == old
        return old == self.printer.field(plain(raw))

    def due_mark(self, raw: Raw) -> str:
        """The due date as it is compared: as the field, but a text that is not its date as its print."""
        text = plain(raw)
        return text if text == self.field("due", raw) else self.printer.field(text)


class Part:
    """Some rows of a table. Their texts live no longer than it, for those of all rows would fill the memory."""

    def __init__(self, table: SeenTable, indexes: Sequence[int]) -> None:
        self._table, self._printer, self._indexes = table, table.printer, indexes

    def _cells(self, key: str) -> list[Raw]:
        column, indexes = self._table.columns.get(key), self._indexes
        if column is None:
            return [None] * len(indexes)
        if isinstance(indexes, range):
            return column[indexes.start : indexes.stop]
        return [column[index] for index in indexes]

    def prints(self) -> list[Print | None]:
        """The prints of whole rows, None where nothing is left in a row."""
        people = self._people()
        dues = mapped(self._cells("due"), lambda some: list(map(self._table.due_mark, some)))
        ids = self._printer.identifiers(mapped(self._cells("id"), plain_texts))
        prints = zip(self._printer.rows(people), dues, ids, strict=True)
        if b"" not in people:
            return list(prints)
        return [
            mark if text or mark[1] or mark[2] else None for text, mark in zip(people, prints, strict=True)
        ]

    def _people(self) -> list[bytes]:
        """What people wrote in each row, as `joined` has it."""
        keys = self._table.person_keys
        if not keys:
            return [b""] * len(self._indexes)
        labels = [f"{NEXT}{key}{CELL}".encode() for key in keys]
        columns = [
            mapped(self._cells(key), partial(_labelled, label))
            for key, label in zip(keys, labels, strict=True)
        ]
        if b"" in columns[0]:  # then rows begin with another column, so the mark between cells goes later
            return [text[1:] for text in map(b"".join, zip(*columns, strict=True))]
        columns[0] = mapped(self._cells(keys[0]), partial(_labelled, labels[0][1:]))
        return list(map(b"".join, zip(*columns, strict=True)))

    def marks(self, key: str) -> list[bytes]:
        """The prints of the cells under `key`, `NO_MARK` where there are none."""
        return self._printer.marks(plain_texts(self._cells(key)))

    def field_columns(self) -> dict[str, Column]:
        """As `SeenTable.fields`, by column in the order of the keys' names."""
        return {key: self.field_column(key) for key in self._table.keys}

    def field_column(self, key: str) -> Column:
        """The fields under one key."""
        if key == "id":
            prints = map(self._table.print_of, self._indexes)
            return coded([mark[-1] if mark is not None else "" for mark in prints])
        cells, different = without_truths(self._cells(key))
        many = 2 * len(different) > len(cells)
        known = cells if many else list(different)
        if BY_KEY[key].kind in _TYPED:
            fields = [self._table.field(key, raw) for raw in known]
        else:
            marks = b"".join(self._printer.marks(plain_texts(known)))
            if many:
                return Marks(marks)
            fields = shown_marks(marks)
        if many:
            return Texts(fields)
        numbers = dict(zip(known, range(len(known)), strict=True))
        return Coded(fields, list(map(numbers.__getitem__, cells)))


def _labelled(label: bytes, cells: Sequence[Raw]) -> list[bytes]:
    return [label + text if text else b"" for text in encoded(plain_texts(cells))]
