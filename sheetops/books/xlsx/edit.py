"""Changing cells of a workbook: exactly those of a plan, by patching the bytes of their rows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, MutableMapping
from operator import itemgetter
from os import PathLike
from typing import NamedTuple

from sheetops.books.xlsx import xmlbytes
from sheetops.books.xlsx.cellref import wanted_cell
from sheetops.books.xlsx.cellvalue import Value, checked, serial
from sheetops.books.xlsx.formulas import drop_from_chain, has_formulas, mark_recalculation
from sheetops.books.xlsx.guard import Guard
from sheetops.books.xlsx.package import Package, SheetRef
from sheetops.books.xlsx.row import Cell, Row, cell_xml
from sheetops.books.xlsx.sheet import SheetXml, require_distinct_tabs, worksheet_ref
from sheetops.books.xlsx.strings import SharedStrings
from sheetops.books.xlsx.styles import Styles, is_1904
from sheetops.books.xlsx.tables import (
    grow_dimension,
    grow_filter,
    grow_rules,
    grow_table,
    grown_filter,
    grown_tables,
    lowest_bottom,
    tables_of,
)
from sheetops.books.xlsx.xmlbytes import integer
from sheetops.domain.cells import cell_name
from sheetops.errors import EditRefused

_SAME_MOMENT = 5e-9
"""Two day numbers closer than this (half a millisecond) are one moment: Excel keeps no more."""

Refusals = MutableMapping[tuple[str, str], EditRefused]
"""(tab, address) as the caller wrote them → why the cell may not be changed."""


class Patched(NamedTuple):
    """What a patch changed: the parts, and the cells by (tab as the workbook spells it, address)."""

    parts: frozenset[str]
    cells: Mapping[tuple[str, str], Value]


class _Book:
    """What all tabs of one patch share."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.styles = Styles(package)
        self.strings = SharedStrings(package)
        self.epoch_1904 = is_1904(package)


class _TabPatch:
    """The patch of one tab."""

    def __init__(self, book: _Book, ref: SheetRef, wanted: Mapping[tuple[int, int], Value]) -> None:
        self.book = book
        self.ref = ref
        self.sheet = SheetXml(book.package, ref)
        self.rows: dict[int, dict[int, Value]] = defaultdict(dict)
        for (row, column), value in wanted.items():
            self.rows[row][column] = value
        self.tables = tables_of(book.package, ref.part)
        self.guard = Guard(self.sheet, book.styles, self.tables, self.rows)
        self.lowest_bottom = lowest_bottom(self.sheet, self.tables)
        self.column_styles = self._column_styles()
        self.new_rows: list[tuple[int, int, bytes]] = []
        self.cells: dict[tuple[int, int], Value] = {}
        self.refused: dict[tuple[int, int], EditRefused] = {}
        self.formulas_gone: set[str] = set()
        self.filled: dict[int, tuple[frozenset[int], frozenset[int]]] = {}

    def _column_styles(self) -> list[tuple[int, int, int]]:
        """(first column, last column, format) of the columns that have one."""
        found = []
        for cols in self.sheet.shell.all("cols"):
            for node in cols.all("col"):
                first, last, style = (integer(node.attrs.get(name)) for name in ("min", "max", "style"))
                found.append((first, last, style))
        return found

    def plan(self) -> None:
        """Work out the new rows without changing anything; the cells that may not change come into `refused`."""
        sheet = self.sheet
        try:
            places = sheet.find_rows(sorted(self.rows))
        except EditRefused as error:  # of the whole tab
            self.refused = {(row, column): error for row, columns in self.rows.items() for column in columns}
            return
        for number, (start, end) in places.items():
            row = Row(number, sheet.data[start:end], sheet.row_prefix, sheet.where)
            new = self._new_cells(row)
            if new:
                self.new_rows.append((start, end, row.written(new, sheet.row_prefix)))

    def commit(self) -> None:
        """Put the new rows, and what must grow with them, into the package."""
        if not self.cells:
            return
        sheet, package = self.sheet, self.book.package
        written = [at for at, value in self.cells.items() if value is not None]
        tab = [ref.part for ref in package.sheets()].index(self.ref.part)
        grown = grown_tables(sheet, self.tables, self.filled)
        filtered = grown_filter(sheet, self.filled) if self.filled else None
        areas = [(table.area, bottom) for table, bottom in grown] + ([filtered] if filtered else [])
        around = grow_dimension(sheet, written) + grow_rules(sheet, areas)
        around += grow_filter(package, sheet, tab, filtered) if filtered else []
        changes = [(sheet.position(start), sheet.position(end), new) for start, end, new in around]
        changes += [self._opened()] if sheet.empty else self.new_rows
        if sheet.encoding.codec is None:
            package.set_part(self.ref.part, xmlbytes.pieces_of(sheet.data, changes))
        else:
            package.set_part(self.ref.part, sheet.encoding.encode(xmlbytes.splice(sheet.data, changes)))
        for table, bottom in grown:
            grow_table(package, table, bottom)
        drop_from_chain(package, self.ref.sheet_id, self.formulas_gone)

    def _opened(self) -> tuple[int, int, bytes]:
        """For a self-closing sheetData: open it around the new rows."""
        sheet = self.sheet
        tag = sheet.data[sheet.open_start : sheet.rows_start]
        name = f"{sheet.prefix}:sheetData" if sheet.prefix else "sheetData"
        rows = b"".join(new for _, _, new in self.new_rows)
        opened = tag[:-2].rstrip() + b">" + rows + b"</" + name.encode() + b">"
        return sheet.open_start, sheet.rows_start, opened

    def _new_cells(self, row: Row) -> dict[int, bytes]:
        """The new element of each cell of the row that the plan changes."""
        new: dict[int, bytes] = {}
        watched = row.number > self.lowest_bottom
        before = row.filled() if watched else frozenset()
        after = set(before)
        for column, value in sorted(self.rows[row.number].items(), key=itemgetter(0)):
            cell = row.cells.get(column)
            style = cell.style if cell else self._default_style(row, column)
            where = f"{self.sheet.where}, cell {cell_name(row.number, column)}"
            try:
                if self._same(cell, style, value, where):
                    continue
                self.guard.check(row.number, column, cell, style, where)
                new[column] = self._cell(row, column, style, value, where)
            except EditRefused as error:
                self.refused[row.number, column] = error
                continue
            self.cells[row.number, column] = value
            after.discard(column)
            if value is not None:
                after.add(column)
            if cell and cell.formula is not None:
                self.formulas_gone.add(cell_name(row.number, column))
        if watched:
            self.filled[row.number] = before, frozenset(after)
        return new

    def _cell(self, row: Row, column: int, style: int, value: Value, where: str) -> bytes:
        plain: str | bool | int | float | None
        if isinstance(value, dt.date):
            plain = serial(value, self.book.epoch_1904, where)
            style = self.book.styles.for_date(style, value)
        else:
            plain = value
        return cell_xml(row.cells.get(column), row, column, style, plain, self.sheet.row_prefix)

    def _default_style(self, row: Row, column: int) -> int:
        """The format that Excel gives to a new cell: its row's, else its column's, else the plain one."""
        if row.style is not None:
            return row.style
        styles = (s for first, last, s in self.column_styles if first <= column <= last)
        return next(styles, 0)

    def _same(self, cell: Cell | None, style: int, value: Value, where: str) -> bool:
        """Whether the cell holds the value already, so that not a byte of it needs to change."""
        if cell is None or not cell.filled:
            return value is None
        if cell.formula is not None or value is None:
            return False
        old = cell.value(self.book.strings)
        if isinstance(value, dt.date):
            return self._same_moment(old, style, value, where)
        if isinstance(value, bool) or isinstance(old, bool):
            return value is old
        if isinstance(value, str) or isinstance(old, str):
            return value == old
        return old is not None and not isinstance(old, dt.date) and old == value

    def _same_moment(self, old: Value, style: int, value: dt.date, where: str) -> bool:
        if not self.book.styles.is_date(style) or isinstance(old, str | bool) or old is None:
            return False
        day = serial(value, self.book.epoch_1904, where)
        if isinstance(old, dt.date):
            old = serial(old, self.book.epoch_1904, where)
        return abs(old - day) < _SAME_MOMENT


def patch_cells(
    package: Package, edits: Mapping[tuple[str, str], object], refused: Refusals | None = None
) -> Patched:
    """Set the cells of `edits` ((tab, address) → value) in `package`, in memory, and say what changed.

    Values: text, bool, int, float, date, datetime without zone, or None, which empties the cell and
    keeps its look. A cell that holds its value already is not touched. Nothing is changed at all if one
    edit is refused: EditRefused (cell or value), SheetError (no such tab), NotAWorkbook or
    RefusedWorkbook (the tab's part cannot be read, or two tabs have one name). With `refused`, cells and values that are refused
    are put there instead, and all others are set.
    """
    require_distinct_tabs(package)
    wanted: dict[SheetRef, dict[tuple[int, int], Value]] = defaultdict(dict)
    given: dict[tuple[SheetRef, tuple[int, int]], tuple[str, str]] = {}
    failed: Refusals = {} if refused is None else refused
    refs = {tab: worksheet_ref(package, tab) for tab in dict.fromkeys(tab for tab, _ in edits)}
    for (tab, address), value in edits.items():
        ref = refs[tab]
        where = f"{package.where}, tab {ref.name!r}"
        try:
            at = wanted_cell(address, where)
            if at in wanted[ref]:
                raise EditRefused(f"cell {address} is given twice", where=where)
            wanted[ref][at] = checked(value, f"{where}, cell {address.upper()}")
        except EditRefused as error:
            failed[tab, address] = error
        else:
            given[ref, at] = tab, address
    book = _Book(package)
    # The order of the edits is not the caller's to choose: the same plan gives the same bytes.
    tabs = [_TabPatch(book, ref, wanted[ref]) for ref in package.sheets() if ref in wanted]
    for tab_patch in tabs:
        tab_patch.plan()
        failed.update({given[tab_patch.ref, at]: error for at, error in tab_patch.refused.items()})
    if refused is None and failed:
        raise next(iter(failed.values()))
    return _committed(package, book, tabs)


def _committed(package: Package, book: _Book, tabs: list[_TabPatch]) -> Patched:
    """Put what was worked out into the package."""
    before = package.touched()
    changed = [tab_patch for tab_patch in tabs if tab_patch.cells]
    if changed:
        computes = has_formulas(package, [tab_patch.sheet for tab_patch in tabs])
        for tab_patch in changed:
            tab_patch.commit()
        book.styles.flush()
        if computes:
            mark_recalculation(package)
    cells = {
        (tab_patch.ref.name, cell_name(*at)): value
        for tab_patch in changed
        for at, value in tab_patch.cells.items()
    }
    return Patched(package.touched() - before, cells)


def edit_cells(
    path: str | PathLike[str],
    edits: Mapping[tuple[str, str], object],
    save_as: str | PathLike[str] | None = None,
) -> None:
    """Set exactly the cells of `edits` ((tab, address) → value) in the workbook at `path`.

    Values are as for `patch_cells`. The file is replaced safely, after the new one was checked, and only
    if a cell changes; with `save_as` the result goes there and `path` is never touched. Raises
    SheetError (and its kinds: EditRefused, RefusedWorkbook, NotAWorkbook) when nothing could be done
    without harm, and SheetInUse when someone has the workbook open.
    """
    from sheetops.books.xlsx.check import check_save
    from sheetops.books.xlsx.saving import Check, save_changed

    def change(package: Package) -> Check | None:
        done = patch_cells(package, edits)
        return (lambda after: check_save(package, after, done.cells)) if done.cells else None

    save_changed(path, change, save_as)
