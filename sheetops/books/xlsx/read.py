"""Reading a workbook: values by one pass over plain rows, else by calamine, else cell by cell; and what stands beside
values (formulas, hidden rows, merged cells) by a look over the bytes of each sheet."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, cast

from sheetops.books.xlsx.package import Package, SheetRef
from sheetops.books.xlsx.read_cells import is_for_us, read_cells
from sheetops.books.xlsx.read_plain import NotPlain, Plain, PlainSheet
from sheetops.domain.patterns import pattern
from sheetops.domain.rows import Rows
from sheetops.domain.table import CellError, Grid, Raw, RawSheet
from sheetops.errors import NotAWorkbook

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_T = TypeVar("_T")
_FORMULA = pattern(rb"<(?:\w+:)?c(\s[^<>]*)?>\s*<(?:\w+:)?f(?:\s[^>]*?)?(?:/>|>([^<]*)<)")
_ERROR = pattern(
    rb"<(?:\w+:)?c(\s[^<>]*\bt=[\"']e[\"'][^<>]*)(?<!/)>"
    rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)<",  # never on into the next cell
    re.DOTALL,
)
_HIDDEN = pattern(rb"<(?:\w+:)?row(\s[^<>]*\bhidden=[\"'](?:1|true)[\"'][^<>]*)>")
_MERGED = pattern(rb"<(?:\w+:)?mergeCell\s[^>]*\bref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']")
_R = pattern(rb"\br=[\"']([A-Z]*)(\d+)[\"']")
_ROW_OR_CELL = pattern(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^<>]*)>")


def read_workbook(data: bytes, location: str, package: Package | None = None) -> RawSheet:
    """All worksheets of the workbook in `data`. Raises NotAWorkbook or RefusedWorkbook with one clear line."""
    package = package or Package.from_bytes(data, location)
    book = _Book(package, data)
    try:
        grids = tuple(book.grid(sheet) for sheet in package.sheets() if sheet.kind == "worksheet")
    except UnicodeDecodeError as error:  # where no reader of values looked: in a formula, for one
        raise NotAWorkbook(
            "its text is not valid UTF-8", where=location, mend="open it in Excel and save it again"
        ) from error
    return RawSheet(location, grids, hashlib.sha256(data).hexdigest())


class _Book:
    """The readers of one workbook, each made when a sheet first needs it."""

    def __init__(self, package: Package, data: bytes) -> None:
        self._package, self._data = package, data

    @cached_property
    def _plain(self) -> Plain:
        return Plain(self._package)

    @cached_property
    def _calamine(self) -> CalamineWorkbook | None:
        return _open(self._data)

    def grid(self, sheet: SheetRef) -> Grid:
        """One worksheet."""
        xml, _ = self._package.utf8(sheet.part)
        places = _Places(xml)
        plain = self._plain_rows(sheet)
        return Grid(
            sheet.name,
            self._rows(sheet, xml, places) if plain is None else Rows(plain.columns, plain.marks),
            formulas=places.formulas() if plain is None or plain.formulas is None else plain.formulas,
            hidden_rows=places.hidden() if plain is None or plain.hidden is None else frozenset(plain.hidden),
            merged=tuple(
                (int(m[2]), _column(m[1]), int(m[4]), _column(m[3])) for m in places.after_rows(_MERGED)
            ),
            visible=sheet.state == "visible",
            attached=frozenset(rel.kind for rel in self._package.rels(sheet.part)),
        )

    def _plain_rows(self, sheet: SheetRef) -> PlainSheet | None:
        """The values by the reader that is sure of plain rows, or None."""
        try:
            return self._plain.read(sheet)
        except (NotPlain, ValueError):
            # a ValueError: a character that XML does not know, bytes that are no UTF-8
            return None

    def _rows(self, sheet: SheetRef, xml: bytes, places: _Places) -> list[list[Raw]]:
        """The values by one of the readers for every sheet."""
        rows = self._values(sheet, xml)
        for row, column, value in places.cells(_ERROR, b"c"):
            while len(rows) < row:
                rows.append([])
            rows[row - 1].extend([None] * (column - len(rows[row - 1])))
            rows[row - 1][column - 1] = CellError(value)
        return rows

    def _values(self, sheet: SheetRef, xml: bytes) -> list[list[Raw]]:
        """The values by calamine, or cell by cell where calamine would be wrong, too hungry or at a loss."""
        book = self._calamine
        if book is not None and not is_for_us(self._package.part(sheet.part), xml):
            rows = _or_none(lambda: book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False))
            if rows is not None:
                return cast(list[list[Raw]], rows)
        return read_cells(self._package, sheet)


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


class _Places:
    """Where the rows and cells of a sheet stand, also those that do not say it."""

    def __init__(self, xml: bytes) -> None:
        self._xml = xml
        self._rows_end = max(0, xml.rfind(b"sheetData"))

    def _has(self, *words: bytes) -> bool:
        """Whether any of the words stands before the end of the rows: most sheets lack most of what is looked for."""
        return any(self._xml.find(word, 0, self._rows_end) >= 0 for word in words)

    def after_rows(self, pattern: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
        """What `pattern` finds after the rows."""
        return pattern.finditer(self._xml, self._rows_end)

    def cells(self, pattern: re.Pattern[bytes], name: bytes) -> list[tuple[int, int, str]]:
        """(row, column, text) of the cells that `pattern` finds; its groups are the attributes and the text.

        Each of them has an element `name` in it, or is it.
        """
        cells: list[tuple[int, int, str]] = []
        if not self._has(b"<" + name, b":" + name):
            return cells
        from html import unescape  # with a table of two thousand names

        for match in pattern.finditer(self._xml):
            place = _R.search(match[1] or b"")
            if place is not None and place[1]:
                row, column = int(place[2]), _column(place[1])
            else:
                row, column = self._counted[match.start()]
            cells.append((row, column, unescape((match[2] or b"").decode())))
        return cells

    def formulas(self) -> dict[tuple[int, int], str]:
        """What the cells compute, by (row, column)."""
        return {(row, column): f"={text}" for row, column, text in self.cells(_FORMULA, b"f")}

    def hidden(self) -> frozenset[int]:
        """The numbers of the hidden rows."""
        if not self._has(b"hidden"):
            return frozenset()
        found = ((match.start(), _R.search(match[1])) for match in _HIDDEN.finditer(self._xml))
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
