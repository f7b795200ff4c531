"""Reading a sheet cell by cell from its own bytes: slower than calamine, but for every file Excel takes.

Calamine lays a sheet out as one full rectangle, so two cells in opposite corners cost all memory there is; it
reads a prefixed UTF-16 sheet as empty, and stops at numbers too large for a date. Such sheets come here.
"""

from __future__ import annotations

from sheetops.books.xlsx.cellref import MAX_ROW
from sheetops.books.xlsx.moments import moment
from sheetops.books.xlsx.package import Package, SheetRef
from sheetops.books.xlsx.row import Cell, Row
from sheetops.books.xlsx.sheet import SheetXml
from sheetops.books.xlsx.strings import SharedStrings
from sheetops.books.xlsx.styles import date_styles, is_1904
from sheetops.domain.patterns import pattern
from sheetops.domain.table import CellError, Raw

MOST_CELLS = 60_000_000
"""The largest rectangle that is left to calamine: about what 1.4 GB hold."""

_COLUMNS = ((pattern(rb"[\"'][A-Z]{3}[0-9]"), 16384), (pattern(rb"[\"'][A-Z]{2}[0-9]"), 702))
_ROW_NUMBER = pattern(rb"row\s[^<>]*?\br\s*=\s*[\"']([0-9]{1,7})[\"']")
_CELL_ROW = pattern(rb"[\"'][A-Z]{1,3}([0-9]{1,7})[\"']")
_TAIL = 1 << 16


def is_for_us(raw: bytes, xml: bytes) -> bool:
    """Whether the sheet part (as stored, and in UTF-8) is one that calamine reads wrongly or not at all."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw[:64] or b"<![CDATA[" in xml:
        return True
    width = next((count for pattern, count in _COLUMNS if pattern.search(xml)), 26)
    return width * MAX_ROW > MOST_CELLS and width * _height(xml) > MOST_CELLS


def _height(xml: bytes) -> int:
    """The last row that has a cell: by the rows' numbers, in any order, or by the last cells' addresses."""
    end = xml.rfind(b"sheetData")  # texts after the rows may speak of rows too
    end = len(xml) if end < 0 else end
    found = [*_ROW_NUMBER.findall(xml, 0, end), *_CELL_ROW.findall(xml, max(0, end - _TAIL), end)]
    return max(map(int, found), default=0)


def read_cells(package: Package, sheet: SheetRef) -> list[list[Raw]]:
    """The values of a worksheet, row by row from row 1, each row as long as its last cell."""
    xml = SheetXml(package, sheet)
    strings, dates = SharedStrings(package), date_styles(package)
    early = is_1904(package)
    rows: list[list[Raw]] = []
    for number, (start, end) in xml.find_rows(xml.row_numbers).items():
        row = Row(number, xml.data[start:end], xml.row_prefix, xml.where)
        values = {column: _value(cell, strings, dates, early) for column, cell in row.cells.items()}
        filled = [column for column, value in values.items() if value is not None]
        if not filled:
            continue
        rows.extend([] for _ in range(number - len(rows)))
        rows[number - 1] = [values.get(column) for column in range(1, max(filled) + 1)]
    return rows


def _value(cell: Cell, strings: SharedStrings, dates: frozenset[int], early: bool) -> Raw:
    value = cell.value(strings)
    if isinstance(value, str):
        return CellError(value[1:]) if value.startswith("\0") else value or None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and cell.style in dates:
        return moment(float(value), early)
    return value
