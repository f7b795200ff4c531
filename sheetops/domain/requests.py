"""Rows as typed requests: each distinct cell value is read once, whatever the number of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from itertools import compress
from typing import Any, NamedTuple, TypeVar

from sheetops.domain import values
from sheetops.domain.cell_texts import NUMBERS, as_texts, blanks
from sheetops.domain.choices import Choices
from sheetops.domain.rows import is_blank
from sheetops.domain.table import Raw, RowRef, Table
from sheetops.domain.values import Feedback, Owner, Problem

T = TypeVar("T")
# The columns that are no plain texts.
_LISTS, _DAYS = frozenset(("source", "type", "urgency")), frozenset(("due", "resolved"))
_READ = _LISTS | _DAYS | {"opened", "first_response", "owner", "priority", "feedback", "nps"}
_FEW = 4  # rows are few where so many times as many are more than all
Reader = Callable[[Raw], tuple[object, Problem | None]]


class Request(NamedTuple):
    """One row, typed. A cell that is blank or cannot be understood is None (owners: empty)."""

    tab: str
    row: int
    id: str | None
    source: str | None
    customer: str | None
    description: str | None
    type: str | None
    urgency: str | None
    priority: int | None
    owners: tuple[Owner, ...]
    due: date | None
    resolved: date | None
    result: str | None
    feedback: Feedback | None
    notes: str | None
    opened: date | datetime | None
    first_response: date | datetime | None
    status: str | None
    cause: str | None
    compensation: str | None
    customer_type: str | None
    industry: str | None
    nps: int | None

    @property
    def open(self) -> bool:
        """Not yet resolved."""
        return self.resolved is None

    @property
    def lead(self) -> Owner | None:
        """The owner who answers for it: the marked lead, else the first named."""
        return lead_of(self.owners)


def lead_of(owners: Sequence[Owner]) -> Owner | None:
    """Who of several owners answers for a request: the marked lead, else the first named."""
    return next((owner for owner in owners if owner.lead), owners[0] if owners else None)


class Requests:
    """A table read as typed requests, column by column, with the problems of the cells that make no sense."""

    def __init__(self, table: Table, lists: Mapping[str, Choices], language: str, today: date) -> None:
        self.table = table
        self.language = language
        self.today = today
        self.lists = lists
        self._cells: dict[str, list[Raw]] = {}
        self._texts: dict[str, Sequence[str]] = {}
        self._distinct: dict[str, Iterable[Raw]] = {}
        self._meanings: dict[str, Mapping[Raw, Any]] = {}
        self._values: dict[str, list[Any]] = {}
        self._unreadable: dict[str, dict[Raw, Problem]] = {}
        self._repeated: dict[str, frozenset[str]] = {}
        self._empty: dict[str, list[int]] = {}
        self._single: dict[
            str, dict[Raw, Any]
        ] = {}  # what texts mean, of columns of which single cells were asked

    def __len__(self) -> int:
        return len(self.table)

    def some(self, indexes: Sequence[int]) -> Requests:
        """These rows of the table alone, each where it stands in the sheet. `indexes` rise."""
        of = self.table
        numbers = [of.numbers[index] for index in indexes]
        table = Table(of.grid, of.header_row, of.match, of.living, numbers)
        return Requests(table, self.lists, self.language, self.today)

    def changed(self, table: Table, new: Mapping[str, Mapping[int, Raw]]) -> Requests:
        """The requests of `table`, which is this one with `new` cells (key → index → value): no other is read again."""
        after = Requests(table, self.lists, self.language, self.today)
        after._cells = _without(self._cells, new)
        after._distinct, after._meanings = _without(self._distinct, new), _without(self._meanings, new)
        after._texts, after._values = dict(self._texts), dict(self._values)
        after._unreadable = dict(self._unreadable)
        for key, cells in new.items():
            if key in self._texts:
                after._texts[key] = _with(
                    self._texts[key], {at: values.as_text(raw) for at, raw in cells.items()}
                )
            if key in self._values:
                readings = {at: (raw, *self.read(key, raw)) for at, raw in cells.items()}
                after._values[key] = _with(
                    self._values[key], {at: value for at, (_, value, _) in readings.items()}
                )
                odd = {_seen(raw): problem for raw, _, problem in readings.values() if problem}
                after._unreadable[key] = {**self._problems(key), **odd}
        return after

    def cells(self, key: str) -> list[Raw]:
        """The raw column `key`, where TRUE and FALSE are the texts that people see (True would equal 1)."""
        if key not in self._cells:
            column = self.table.column(key)
            if bool in self.table.kinds(key):
                column = list(map(_seen, column))
            self._cells[key] = column
        return self._cells[key]

    def kinds(self, key: str) -> frozenset[type]:
        """The types of `cells(key)`."""
        kinds = self.table.kinds(key)
        return (kinds - {bool}) | {str} if bool in kinds else kinds

    def texts(self, key: str) -> Sequence[str]:
        """The column `key` as texts, "" where a cell is empty."""
        if key not in self._texts:
            self._texts[key] = as_texts(self.cells(key), self.kinds(key))
        return self._texts[key]

    def distinct(self, key: str) -> Iterable[Raw]:
        """Each different raw value of the column `key` once, in the order of its first row."""
        if key not in self._distinct:
            few = self.table.few(key) if bool not in self.table.kinds(key) else None
            self._distinct[key] = dict.fromkeys(self.cells(key)) if few is None else few
        return self._distinct[key]

    def few(self, key: str) -> bool:
        """Whether many cells under `key` are alike, so that each different one is better looked at once."""
        return self.table.few(key) is not None

    def repeated(self, key: str) -> frozenset[str]:
        """The texts that stand in several rows of the column of texts `key`."""
        if key not in self._repeated:
            cells = self.cells(key)
            blank = cells.count(None) if type(None) in self.kinds(key) else 0
            # Different numbers are different texts.
            numbers = self.kinds(key) <= NUMBERS and len(set(cells)) == len(cells) - blank + bool(blank)
            count = Counter(() if numbers else filter(None, self.values(key)))
            self._repeated[key] = frozenset(compress(count, map((1).__lt__, count.values())))
        return self._repeated[key]

    def meanings(self, key: str) -> Mapping[Raw, Any]:
        """What each different raw value under `key` is read as; of columns that are no plain texts."""
        if key not in self._meanings:
            read = self._reader(key)
            assert read is not None
            readings = {raw: read(raw) for raw in self.distinct(key)}
            self._meanings[key] = {raw: value for raw, (value, _) in readings.items()}
            self._distinct[key] = self._meanings[key]
            self._unreadable[key] = {raw: problem for raw, (_, problem) in readings.items() if problem}
        return self._meanings[key]

    def _problems(self, key: str) -> Mapping[Raw, Problem]:
        if key not in self._unreadable:
            if self._reader(key) is None:
                return {}
            self.meanings(key)
        return self._unreadable[key]

    def empty(self, key: str) -> list[int]:
        """The rows whose cell under `key` shows nothing but blanks."""
        if key not in self._empty:
            cells, few = self.cells(key), self.few(key)
            blank = set(filter(is_blank, self.distinct(key))) if few else set()
            rows = compress(range(len(cells)), map(blank.__contains__, cells)) if blank else ()
            self._empty[key] = list(rows) if few else blanks(cells, self.kinds(key))
        return self._empty[key]

    def blank(self, key: str) -> list[int]:
        """The rows whose cell under `key` is empty or holds blanks alone; none without such a column."""
        if not self.table.has(key):
            return []
        empty = self.empty(key)
        column, formulas, rows = self.table.columns[key], self.table.grid.formulas, self.table.numbers
        if not formulas:
            return empty
        # A formula is a person's, whatever it shows.
        return [index for index in empty if (rows[index], column) not in formulas]

    def values(self, key: str) -> list[Any]:
        """The typed column `key`, one value a row: what `Request` holds under that name (`owner`: owners)."""
        if key not in self._values:
            read = self._reader(key)
            if read is None or (not self.table.has(key) and key != "owner"):
                self._values[key] = self._stripped(key) if self.table.has(key) else self.cells(key)
                return self._values[key]
            self._values[key] = list(map(self.meanings(key).__getitem__, self.cells(key)))
        return self._values[key]

    def _stripped(self, key: str) -> list[Any]:
        """A column of texts without the blanks around them, None where nothing is left."""
        # Texts are mostly all different, so remembering what each one means would only cost.
        texts: Any = self.texts(key)
        if str in self.kinds(key):
            texts = list(map(str.strip, texts))
        return texts if all(texts) else [text or None for text in texts]

    def read(self, key: str, raw: Raw) -> tuple[Any, Problem | None]:
        """One cell under `key`, typed, and why it cannot be understood; for cells that are in no table."""
        read = self._reader(key)
        raw = _seen(raw)
        return (_text(raw), None) if read is None else read(raw)

    def unreadable(self, key: str) -> Iterator[tuple[int, Problem]]:
        """The rows whose cell under `key` cannot be understood, and why."""
        problems = self._problems(key)
        if problems:
            cells = self.cells(key)
            for index in compress(range(len(cells)), map(problems.__contains__, cells)):
                yield index, problems[cells[index]]

    def count_unreadable(self, key: str) -> int:
        """How many cells under `key` cannot be understood."""
        problems = self._problems(key)
        return sum(map(problems.__contains__, self.cells(key))) if problems else 0

    @cached_property
    def problems(self) -> dict[tuple[int, str], Problem]:
        """Every cell that cannot be understood: (index, key) → why."""
        keys = ("owner" if name == "owners" else name for name in Request._fields[2:])
        return {(index, key): problem for key in keys for index, problem in self.unreadable(key)}

    def _reader(self, key: str) -> Reader | None:
        if key not in _READ:
            return None
        if key in _LISTS:
            choices = self.lists[key]
            return lambda raw: choices.read(raw, self.language)
        if key in ("opened", "first_response"):
            return lambda raw: values.read_date(raw, self.today)
        if key in _DAYS:
            return self._day
        if key == "owner":
            return lambda raw: (values.read_owners(raw), None)
        known: Mapping[str, Reader] = {
            "priority": values.read_priority,
            "feedback": values.read_feedback,
            "nps": values.read_score,
        }
        return known[key]

    def _day(self, raw: Raw) -> tuple[date | None, Problem | None]:
        value, problem = values.read_date(raw, self.today)
        return values.as_date(value), problem

    @cached_property
    def all(self) -> list[Request]:
        """Every begun row, in sheet order."""
        columns: list[list[Any]] = [[self.table.tab] * len(self.table), list(self.table.numbers)]
        columns.extend(self.values("owner" if name == "owners" else name) for name in Request._fields[2:])
        return [Request._make(row) for row in zip(*columns, strict=True)]

    def at(self, index: int) -> Request:
        """The `index`-th begun row alone, where not all of them are wanted."""
        if "all" in self.__dict__:
            return self.all[index]
        typed: list[Any] = []
        for name in Request._fields[2:]:
            typed.append(self.value("owner" if name == "owners" else name, index))
        return Request._make((self.table.tab, self.table.numbers[index], *typed))

    def value(self, key: str, index: int) -> Any:
        """What `values(key)` holds of the `index`-th row, where the other rows are not wanted."""
        whole = self._values.get(key)
        if whole is not None:
            return whole[index]
        if not self.table.has(key):
            return () if key == "owner" else None
        raw, read = _seen(self.table.column(key)[index]), self._reader(key)
        if read is None:
            return _text(raw)
        if key in self._meanings:
            return self._meanings[key][raw]
        if raw.__class__ is not str:  # a number may equal one of another type
            return read(raw)[0]
        known = self._single.setdefault(key, {})
        if raw not in known:
            known[raw] = read(raw)[0]
        return known[raw]

    def values_at(self, key: str, indexes: Sequence[int]) -> list[Any]:
        """What `values(key)` holds of these rows; where they are few, the others are not read."""
        known = self._values.get(key)
        if known is None and _FEW * len(indexes) > len(self):
            known = self.values(key)
        if known is not None:
            return [known[index] for index in indexes]
        if not self.table.has(key):
            return [() if key == "owner" else None] * len(indexes)
        column, read = self.table.column(key), self._reader(key)
        cells = [_seen(column[index]) for index in indexes]
        if read is None:
            return [text.strip() or None for text in as_texts(cells, frozenset(map(type, cells)))]
        meanings = self._meanings.get(key) or {raw: read(raw)[0] for raw in dict.fromkeys(cells)}
        return list(map(meanings.__getitem__, cells))

    @cached_property
    def open_rows(self) -> list[int]:
        """The rows without a resolved date, in the order of the sheet."""
        cells, meanings = self.table.column("resolved"), self._meanings.get("resolved")
        if meanings is None:
            different = set(cells)
            if len(cells) < _FEW * len(different):
                return [index for index, day in enumerate(self.values("resolved")) if day is None]
            meanings = {raw: self._day(raw)[0] for raw in different}  # neither TRUE nor 1 is a date
        elif bool in self.table.kinds("resolved"):
            cells = self.cells("resolved")
        none = {raw for raw, day in meanings.items() if day is None}
        return list(compress(range(len(cells)), map(none.__contains__, cells)))

    def ref(self, index: int) -> RowRef:
        """The identity of the `index`-th request."""
        return self.table.ref(index)


def _without(columns: Mapping[str, T], keys: Container[str]) -> dict[str, T]:
    return {key: column for key, column in columns.items() if key not in keys}


def _with(column: Sequence[T], new: Mapping[int, T]) -> list[T]:
    changed = list(column)
    for index, value in new.items():
        changed[index] = value
    return changed


def _seen(raw: Raw) -> Raw:
    """TRUE and FALSE as people see them."""
    return values.as_text(raw) if isinstance(raw, bool) else raw


def _text(raw: Raw) -> str | None:
    if raw.__class__ is str:
        return raw.strip() or None
    return None if raw is None else values.as_text(raw).strip() or None
