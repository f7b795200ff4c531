"""What a book was read into: raw tabs, the request tables found in them, and each row's identity."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from operator import itemgetter
from pathlib import PurePath
from typing import NamedTuple

from sheetops.domain.addresses import UNALIKE, Called
from sheetops.domain.cells import cell_name as cell_name
from sheetops.domain.cells import column_letters as column_letters
from sheetops.domain.living import LIVING, Living
from sheetops.domain.rows import Marks, Rows, are_few, at_numbers, begun_rows, marks_of, types_of
from sheetops.domain.template import BY_KEY, TAB_NAMES, HeaderMatch, find_header, tab_kind
from sheetops.errors import HeaderNotFound


class CellError(str):
    """An error value that a formula left in a cell, such as `#REF!`."""

    __slots__ = ()


Raw = str | int | float | bool | date | datetime | time | timedelta | CellError | None
"""A cell as read: blank is None; a date is `date`, a date with a time `datetime` (naive, the team's time)."""


def as_text(raw: Raw) -> str:
    """A cell as the person sees it, near enough for messages: whole numbers without a point, ISO dates, TRUE."""
    if raw is None or type(raw) is str:
        return raw or ""
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, datetime):
        return raw.strftime("%Y-%m-%d %H:%M")
    return str(raw)


@dataclass(frozen=True, slots=True)
class Grid:
    """One tab as read. `rows[0]` is sheet row 1; rows may be ragged; keys of mappings are (row, column) from 1."""

    name: str
    rows: Sequence[Sequence[Raw]]
    formulas: Mapping[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, first column, last row, last column
    visible: bool = True
    attached: frozenset[str] = frozenset()  # `drawing`, `comments` …, where the book tells what hangs on it
    gid: int | None = None  # the tab's number in addresses of the sheet, where it has addresses

    def cell(self, row: int, column: int) -> Raw:
        """The value at (row, column), None outside the grid."""
        if isinstance(self.rows, Rows):
            value = self.rows.cell(row, column)
        elif row > len(self.rows) or column > len(self.rows[row - 1]):
            return None
        else:
            value = self.rows[row - 1][column - 1]
        return None if value == "" else value


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A whole book as read in one moment: where it lies, its tabs in order, and what marks this state of it."""

    location: str
    grids: tuple[Grid, ...]
    token: str  # changes whenever the stored bytes or values change
    title: str = ""  # what people call it, where that is not the name of a file

    @property
    def name(self) -> str:
        """What messages call the sheet: its title, or the name of its file."""
        return self.title or PurePath(self.location).name

    def grid(self, name: str) -> Grid | None:
        """The tab called `name` (upper and lower case are one, as in every spreadsheet)."""
        return next((g for g in self.grids if g.name.casefold() == name.casefold()), None)


NEW_ROW = 0
"""The row number of a reference to a row of a living tab that is to be added below the last used one."""


class RowRef(NamedTuple):
    """Who a row is: where it was seen, its ID, and the values that people own in it.

    The row number is only where to look first; a row is the same row when ID and fingerprint agree. In a living
    tab the ID alone says which row it is, and the row number `NEW_ROW` means one that is still to be added.
    """

    tab: str
    row: int
    id: str | None
    fingerprint: tuple[Raw, ...]


class Table:
    """One request log, or one living tab: its header was found. Columns are lists, aligned with `numbers`."""

    def __init__(
        self,
        grid: Grid,
        header_row: int,
        match: HeaderMatch,
        living: Living | None = None,
        numbers: Sequence[int] | None = None,  # of some of the begun rows, where not all are wanted
    ) -> None:
        self.living = living
        self.grid = grid
        self.tab = grid.name
        self.header_row = header_row
        self.match = match
        self.columns: Mapping[str, int] = match.columns
        if numbers is None:
            numbers = begun_rows(grid.rows, header_row, sorted(match.columns.values()))
        self.numbers: Sequence[int] = numbers
        self._columns: dict[str, list[Raw]] = {}
        self._kinds: dict[str, frozenset[type]] = {}
        self._few: dict[str, Mapping[Raw, None] | None] = {}
        self._refs: dict[int, RowRef] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    def changed(self, grid: Grid, new: Mapping[str, Mapping[int, Raw]]) -> Table:
        """The table once cells of begun rows hold other values (key → index → value), as `grid` has them.

        What was read of the other columns is kept. No row may have begun or been emptied by the change.
        """
        table = Table.__new__(Table)
        table.grid, table.tab, table.header_row = grid, self.tab, self.header_row
        table.match, table.columns, table.numbers = self.match, self.columns, self.numbers
        table.living, table._refs = self.living, {}
        table._columns = {key: column for key, column in self._columns.items() if key not in new}
        table._few = {key: few for key, few in self._few.items() if key not in new}
        table._kinds = {
            key: kinds.union(map(type, new[key].values())) if key in new else kinds
            for key, kinds in self._kinds.items()
        }
        return table

    def index_of(self, row: int) -> int | None:
        """Which begun row stands in this row of the tab, None for one that is not begun."""
        index = bisect_left(self.numbers, row)
        return index if index < len(self.numbers) and self.numbers[index] == row else None

    def column(self, key: str) -> list[Raw]:
        """The raw values under `key`, one a begun row; all None where the sheet has no such column."""
        values = self._columns.get(key)
        if values is None:
            values = self._columns[key] = self._read(key)
        return values

    def kinds(self, key: str) -> frozenset[type]:
        """The types of the cells under `key`, and perhaps of cells that a change has taken out."""
        if key not in self._kinds:
            few = self.few(key)
            kinds = types_of(few) if few is not None else None
            self._kinds[key] = frozenset(map(type, self.column(key))) if kinds is None else kinds
        return self._kinds[key]

    def few(self, key: str) -> Mapping[Raw, None] | None:
        """The different values under `key`, in the order of their first rows, where many cells are alike."""
        if key not in self._few:
            cells = self.column(key)
            if not self.has(key):
                self._few[key] = dict.fromkeys(cells[:1])
            else:
                self._few[key] = dict.fromkeys(cells) if are_few(cells) else None
        return self._few[key]

    def _read(self, key: str) -> list[Raw]:
        at = self.columns.get(key)
        if at is None:
            return self._nothing
        index = at - 1
        if isinstance(self.grid.rows, Rows):
            return self._from_columns(self.grid.rows.columns[index])
        try:
            column = list(map(itemgetter(index), self._rows))
        except IndexError:  # rows may end before this column
            column = [row[index] if index < len(row) else None for row in self._rows]
        return [None if raw == "" else raw for raw in column] if "" in column else column

    @cached_property
    def _nothing(self) -> list[Raw]:
        """The column of every key that the sheet has no column for."""
        return [None] * len(self.numbers)

    def _from_columns(self, column: Sequence[Raw]) -> list[Raw]:
        """The cells of the begun rows, of a column in which blanks are None."""
        cells = at_numbers(column, self.numbers)
        return cells if isinstance(cells, list) else list(cells)

    @cached_property
    def marks(self) -> Marks | None:
        """What marks each begun row (see `Rows.marks`), where the book tells."""
        return marks_of(self.grid.rows, self.numbers)

    @cached_property
    def _rows(self) -> list[Sequence[Raw]]:
        """The begun rows as the grid has them."""
        rows = self.grid.rows
        return [rows[number - 1] for number in self.numbers]

    def cell(self, index: int, key: str) -> str:
        """The A1 name of the cell under `key` in the `index`-th begun row."""
        return cell_name(self.numbers[index], self.columns[key])

    def has(self, key: str) -> bool:
        """Whether the sheet has the column `key`."""
        return key in self.columns

    @cached_property
    def person_keys(self) -> tuple[str, ...]:
        """The columns of ours that people own: they make a row's fingerprint."""
        known = self.living.by_key if self.living else BY_KEY
        return tuple(key for key in self.columns if not known[key].by_job)

    def ref(self, index: int) -> RowRef:
        """The identity of the `index`-th begun row."""
        known = self._refs.get(index)
        if known is None:
            known = self._refs[index] = self._ref(index)
        return known

    def _ref(self, index: int) -> RowRef:
        raw = self.column("id")[index] if self.has("id") else None
        identifier = as_text(raw).strip() or None
        if self.living and identifier is not None:
            return RowRef(self.tab, self.numbers[index], identifier, ())
        return RowRef(
            self.tab, self.numbers[index], identifier, tuple([column[index] for column in self._told])
        )

    @cached_property
    def _told(self) -> list[list[Raw]]:
        """The columns that make a row's fingerprint."""
        # Who has no ID in a living tab was typed by a person, whose cells are then all there is to know it by.
        return [self.column(key) for key in (self.columns if self.living else self.person_keys)]

    def refs(self) -> Iterator[RowRef]:
        """The identities of all begun rows, which are not kept."""
        return map(self._ref, range(len(self)))

    def new_ref(self, identifier: str) -> RowRef:
        """The identity of a row of a living tab that is to be added under this ID."""
        return RowRef(self.tab, NEW_ROW, identifier, ())

    @cached_property
    def free_row(self) -> int:
        """The first row below everything in the tab: values in any column, formulas and merged cells."""
        grid = self.grid
        filled = (
            number
            for number in range(len(grid.rows), 0, -1)
            if any(v not in (None, "") for v in grid.rows[number - 1])
        )
        formulas = max((row for row, _ in grid.formulas), default=0)
        merged = max((bottom for _, _, bottom, _ in grid.merged), default=0)
        return max(next(filled, 0), formulas, merged, self.header_row) + 1


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a job works on: the raw sheet and the request tables found in it."""

    raw: RawSheet
    tables: tuple[Table, ...]
    language: str
    living: tuple[Table, ...] = ()  # the living tabs, one of a kind
    called: Called = UNALIKE  # what tells the sheet from its namesakes

    @property
    def all_tables(self) -> tuple[Table, ...]:
        """Every table whose cells jobs may edit."""
        return (*self.tables, *self.living)

    def living_tab(self, kind: str) -> Table | None:
        """The living tab of this kind."""
        return next((table for table in self.living if table.living and table.living.kind == kind), None)

    @property
    def location(self) -> str:
        """The sheet's path or address, for messages."""
        return self.raw.location

    @property
    def name(self) -> str:
        """What messages call the sheet."""
        return self.called.name if self.called.needed else self.raw.name

    def known_tab(self, kind: str) -> Grid | None:
        """The tab of this kind (`people`, `lists`, `checks` …), whatever language its name is in."""
        return next((g for g in self.raw.grids if tab_kind(g.name) == kind), None)

    def tab_name(self, kind: str) -> str:
        """The name of the tab of this kind: the one that is there, else the one for the sheet's language."""
        there = self.known_tab(kind)
        return there.name if there else TAB_NAMES[kind][self.language]


def take_snapshot(
    raw: RawSheet,
    log_tabs: Iterable[str] = (),
    extra_names: Mapping[str, str] | None = None,
    language: str | None = None,
) -> Snapshot:
    """Find the request tables in a raw sheet.

    `log_tabs` names the tabs to take (none: every visible tab whose header matches and that is not one of ours);
    `extra_names` maps a team's own header texts to keys. Raises HeaderNotFound where nothing matches.
    """
    named = tuple(log_tabs)
    living = find_living(raw)
    taken = {table.tab for table in living}
    tables = []
    for grid in _candidates(raw, named):
        if grid.name in taken:
            continue
        found = find_header(grid.rows, extra_names, at_least=3 if named else 4)
        if found is not None:
            tables.append(Table(grid, *found))
        elif named:
            raise HeaderNotFound(
                "no row of this tab looks like the header of a request log",
                where=f"{raw.location}, tab {grid.name}",
                mend="check `log_tabs` in the settings, or name the columns under `columns`",
            )
    if not tables:
        raise _no_header(raw, extra_names)
    largest = max(tables, key=lambda table: len(table.columns))
    return Snapshot(raw, tuple(tables), language or largest.match.language, living)


def find_living(raw: RawSheet) -> tuple[Table, ...]:
    """The living tabs, by their headers: of several of one kind the one that bears the kind's name, else the first."""
    found: list[Table] = []
    for kind in LIVING:
        tables = [table for grid in raw.grids if (table := living_table(grid, kind)) is not None]
        tables.sort(key=lambda table: not kind.is_named(table.tab))
        found += tables[:1]
    return tuple(found)


def living_table(grid: Grid, kind: Living) -> Table | None:
    """The table of a tab whose header is one of this kind's, with a column for the ID."""
    header = find_header(grid.rows, columns=kind.columns, at_least=kind.at_least, ask=False)
    return Table(grid, *header, kind) if header is not None and "id" in header[1].columns else None


def _candidates(raw: RawSheet, named: tuple[str, ...]) -> list[Grid]:
    if not named:
        # A hidden tab is a copy or an archive more often than a log: it is taken only when it is named.
        return [grid for grid in raw.grids if grid.visible and tab_kind(grid.name) in (None, "log")]
    grids = [(name, raw.grid(name)) for name in named]
    for name, grid in grids:
        if grid is None:
            raise HeaderNotFound(
                f"there is no tab called {name}",
                where=raw.location,
                mend=f"the tabs are: {', '.join(g.name for g in raw.grids)}",
            )
    return [grid for _, grid in grids if grid is not None]


def _no_header(raw: RawSheet, extra_names: Mapping[str, str] | None) -> HeaderNotFound:
    if not any(any(value not in (None, "") for value in row) for grid in raw.grids for row in grid.rows):
        return HeaderNotFound(
            "the sheet is empty", where=raw.location, mend="`sheetops init FILE` makes one to start from"
        )
    best = max(
        (
            (len(f[1].columns), g.name, f)
            for g in raw.grids
            if (f := find_header(g.rows, extra_names, at_least=1))
        ),
        default=None,
    )
    if best is None:
        mend = "name your columns under `columns` in the settings, or run `sheetops adopt`"
    else:
        count, tab, (row, _) = best
        mend = f"the best was tab {tab}, row {row} with {count} known column{'s' * (count != 1)}; name yours under `columns` in the settings"
    return HeaderNotFound(
        "no tab has a row that looks like the header of a request log", where=raw.location, mend=mend
    )
