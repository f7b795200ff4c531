"""Reading a workbook: values by calamine (or cell by cell where it fails), and what calamine does not tell (formulas, errors, hidden rows,
merged cells) by one look over the bytes of each sheet."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING, TypeVar, cast

from sheetops.books.xlsx.package import Package, SheetRef
from sheetops.books.xlsx.read_cells import is_for_us, read_cells
from sheetops.domain.table import CellError, Grid, Raw, RawSheet

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_T = TypeVar("_T")
_FORMULA = re.compile(rb"<(?:\w+:)?c(\s[^>]*)?>\s*<(?:\w+:)?f(?:\s[^>]*?)?(?:/>|>([^<]*)<)")
_ERROR = re.compile(rb"<(?:\w+:)?c(\s[^>]*\bt=[\"']e[\"'][^>]*)>.*?<(?:\w+:)?v>([^<]*)<", re.DOTALL)
_HIDDEN = re.compile(rb"<(?:\w+:)?row(\s[^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*)>")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*\bref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']")
_R = re.compile(rb"\br=[\"']([A-Z]*)(\d+)[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")


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
    rows = _values(package, book, sheet, xml)
    for row, column, value in _cells(xml, _ERROR):
        while len(rows) < row:
            rows.append([])
        rows[row - 1].extend([None] * (column - len(rows[row - 1])))
        rows[row - 1][column - 1] = CellError(value)
    return Grid(
        sheet.name,
        rows,
        formulas={(row, column): f"={text}" for row, column, text in _cells(xml, _FORMULA)},
        hidden_rows=frozenset(_row_number(xml, m.start(), m[1]) for m in _HIDDEN.finditer(xml)),
        merged=tuple((int(m[2]), _column(m[1]), int(m[4]), _column(m[3])) for m in _MERGED.finditer(xml)),
        visible=sheet.state == "visible",
    )


def _values(package: Package, book: CalamineWorkbook | None, sheet: SheetRef, xml: bytes) -> list[list[Raw]]:
    """The values by calamine, or cell by cell where calamine would be wrong, too hungry or at a loss."""
    if book is not None and not is_for_us(package.part(sheet.part), xml):
        rows = _or_none(lambda: book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False))
        if rows is not None:
            return cast(list[list[Raw]], rows)
    return read_cells(package, sheet)


def _cells(xml: bytes, pattern: re.Pattern[bytes]) -> list[tuple[int, int, str]]:
    """(row, column, text) of the cells that `pattern` finds; its groups are the attributes and the text."""
    cells = []
    for match in pattern.finditer(xml):
        place = _R.search(match[1] or b"")
        if place is not None and place[1]:
            row, column = int(place[2]), _column(place[1])
        else:
            row, column = _place_by_counting(xml, match.start())
        cells.append((row, column, unescape((match[2] or b"").decode())))
    return cells


def _place_by_counting(xml: bytes, at: int) -> tuple[int, int]:
    """The place of a cell that does not say it: one after the cell before, in the row it stands in."""
    row_match = list(_ROW.finditer(xml, 0, at))[-1]
    column = 0
    for cell in _CELL.finditer(xml, row_match.end(), at + 3):
        place = _R.search(xml[cell.start() : xml.index(b">", cell.start())])
        column = _column(place[1]) if place is not None and place[1] else column + 1
    tag = xml[row_match.start() : xml.index(b">", row_match.start())]
    return _row_number(xml, row_match.start(), tag), column


def _row_number(xml: bytes, at: int, attributes: bytes) -> int:
    place = _R.search(attributes)
    if place is not None:
        return int(place[2])
    number = 0
    for match in _ROW.finditer(xml, 0, at + 1):
        place = _R.search(xml[match.start() : xml.index(b">", match.start())])
        number = int(place[2]) if place is not None else number + 1
    own = xml[at : xml.index(b">", at)]
    return number if _ROW.match(own + b">") is None or number else 1


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
