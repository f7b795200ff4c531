"""Reading a workbook: values by calamine (or cell by cell where it fails), and what calamine does not tell (formulas, errors, hidden rows,
merged cells) by one look over the bytes of each sheet."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from functools import cached_property
from html import unescape
from typing import TYPE_CHECKING, TypeVar, cast

from sheetops.books.xlsx.package import Package, SheetRef
from sheetops.books.xlsx.read_cells import is_for_us, read_cells
from sheetops.domain.table import CellError, Grid, Raw, RawSheet

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_T = TypeVar("_T")
_FORMULA = re.compile(rb"<(?:\w+:)?c(\s[^<>]*)?>\s*<(?:\w+:)?f(?:\s[^>]*?)?(?:/>|>([^<]*)<)")
_ERROR = re.compile(
    rb"<(?:\w+:)?c(\s[^<>]*\bt=[\"']e[\"'][^<>]*)(?<!/)>"
    rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)<",  # never on into the next cell
    re.DOTALL,
)
_HIDDEN = re.compile(rb"<(?:\w+:)?row(\s[^<>]*\bhidden=[\"'](?:1|true)[\"'][^<>]*)>")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*\bref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']")
_R = re.compile(rb"\br=[\"']([A-Z]*)(\d+)[\"']")
_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^<>]*)>")


def read_workbook(data: bytes, location: str, package: Package | None = None) -> RawSheet:
    """All worksheets of the workbook in `data`. Raises NotAWorkbook or RefusedWorkbook with one clear line."""
    package = package or Package.from_bytes(data, location)
    book = _open(data)
    grids = tuple(_grid(package, book, sheet) for sheet in package.sheets() if sheet.kind == "worksheet")
    return RawSheet(location, grids, hashlib.sha256(data).hexdigest())


def _open(data: bytes) -> CalamineWorkbook | None:
    from python_calamine import CalamineWorkbook

    return _or_none(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))


def _or_none(read: Callable[[], _T]) -> _T | None:
    """What calamine reads, or None for whatever stops it, its panics included."""
    try:
        return read()
    except Exception:
        return None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return None


def _grid(package: Package, book: CalamineWorkbook | None, sheet: SheetRef) -> Grid:
    xml, _ = package.utf8(sheet.part)
    rows, places = _values(package, book, sheet, xml), _Places(xml)
    for row, column, value in places.cells(_ERROR):
        while len(rows) < row:
            rows.append([])
        rows[row - 1].extend([None] * (column - len(rows[row - 1])))
        rows[row - 1][column - 1] = CellError(value)
    return Grid(
        sheet.name,
        rows,
        formulas={(row, column): f"={text}" for row, column, text in places.cells(_FORMULA)},
        hidden_rows=places.rows(_HIDDEN),
        merged=tuple((int(m[2]), _column(m[1]), int(m[4]), _column(m[3])) for m in _MERGED.finditer(xml)),
        visible=sheet.state == "visible",
        attached=frozenset(rel.kind for rel in package.rels(sheet.part)),
    )


def _values(package: Package, book: CalamineWorkbook | None, sheet: SheetRef, xml: bytes) -> list[list[Raw]]:
    """The values by calamine, or cell by cell where calamine would be wrong, too hungry or at a loss."""
    if book is not None and not is_for_us(package.part(sheet.part), xml):
        rows = _or_none(lambda: book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False))
        if rows is not None:
            return cast(list[list[Raw]], rows)
    return read_cells(package, sheet)


class _Places:
    """Where the rows and cells of a sheet stand, also those that do not say it."""

    def __init__(self, xml: bytes) -> None:
        self._xml = xml

    def cells(self, pattern: re.Pattern[bytes]) -> list[tuple[int, int, str]]:
        """(row, column, text) of the cells that `pattern` finds; its groups are the attributes and the text."""
        cells = []
        for match in pattern.finditer(self._xml):
            place = _R.search(match[1] or b"")
            if place is not None and place[1]:
                row, column = int(place[2]), _column(place[1])
            else:
                row, column = self._counted[match.start()]
            cells.append((row, column, unescape((match[2] or b"").decode())))
        return cells

    def rows(self, pattern: re.Pattern[bytes]) -> frozenset[int]:
        """The numbers of the rows that `pattern` finds; its group is the attributes."""
        found = ((match.start(), _R.search(match[1])) for match in pattern.finditer(self._xml))
        return frozenset(int(place[2]) if place else self._counted[at][0] for at, place in found)

    @cached_property
    def _counted(self) -> dict[int, tuple[int, int]]:
        """(row, column) of every cell, and (row, 0) of every row, by where its tag starts.

        A row without a number follows the row before it, a cell without an address the cell before it.
        """
        counted = {}
        row = column = 0
        for match in _ROW_OR_CELL.finditer(self._xml):
            place = _R.search(match[2])
            if match[1] == b"row":
                row, column = int(place[2]) if place else row + 1, 0
            else:
                column = _column(place[1]) if place and place[1] else column + 1
            counted[match.start()] = row, column
        return counted


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
