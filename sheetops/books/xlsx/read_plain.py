"""Reading a sheet whose rows all have the form that Excel, LibreOffice and openpyxl write: one regular expression a row.

The cells come column by column, so that one look at the types of a column's cells serves a thousand of them, and
each text and each day is one object however often it occurs. That is faster than calamine and takes a fifth of
its memory. Any row of another form raises NotPlain, and the sheet is read by calamine. A large sheet is taken by
`read_bulk` piece by piece, which comes to the same, and only its pieces that are odd by the regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetops.books.xlsx.cellref import MAX_ROW
from sheetops.books.xlsx.moments import moment
from sheetops.books.xlsx.package import Package, SheetRef
from sheetops.books.xlsx.sheet import SheetXml
from sheetops.books.xlsx.strings import SharedStrings, plain_text
from sheetops.books.xlsx.styles import Styles, is_1904
from sheetops.domain.rows import Marks
from sheetops.domain.table import CellError, Raw, column_letters
from sheetops.errors import SheetopsError

if TYPE_CHECKING:
    from sheetops.books.xlsx.read_bulk import Bulk

_CHUNK = 1 << 20  # bytes of rows that are held as cells at one time
_LARGE_CHUNK = 1 << 21  # and as arrays: more come sooner to an end, and need more memory
MOST_COLUMNS = 100  # a pattern for more takes longer than calamine
_LARGE = 4 << 20  # bytes of rows (some 7,500) that take longer to read than the start of numpy
_MOST_FAILURES = 3  # pieces that `read_bulk` leaves before it is left
_FEW_ROWS = 500  # of which the cells are taken one by one sooner than a pattern for a whole row is compiled
_LETTERS = re.compile(rb'<c r="([A-Z]{1,3})[0-9]')
_INSIDE = (  # of a cell: format, type and stored text
    rb'(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?(?:/>|>(?:<f(?:>| [^<>]*[^<>/]>)[^<]*</f>|<f [^<>]*/>)?'
    rb"(?:(?:<v>|<is><t[^<>]*>)([^<]*)(?:</v>|</t></is>))?</c>)"
)
_ANY_ROW = re.compile(rb'<row r="([0-9]+)"(?: [^<>]*?)?(?:/>|>(.*?)</row>)', re.DOTALL)
ANY_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]+)"' + _INSIDE)


class NotPlain(Exception):
    """The sheet has rows of another form."""


class Plain:
    """What all sheets of a workbook share: its texts, and which formats show days."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.texts = SharedStrings(package).plain()
        styles = Styles(package)
        self.dates = styles.date_styles()
        self.durations = frozenset(style for style in self.dates if styles.is_duration(style))
        self.days = _Days(is_1904(package))

    def read(self, ref: SheetRef) -> PlainSheet:
        """The cells. Raises NotPlain."""
        try:
            sheet = SheetXml(self._package, ref)
        except SheetopsError:
            raise NotPlain from None
        if sheet.prefix or sheet.row_prefix or sheet.scan is not sheet.data or sheet.encoding.codec:
            raise NotPlain
        return _Columns(self).read(sheet.data, sheet.rows_start, sheet.rows_end)

    def value(self, style: bytes, kind: bytes, text: bytes) -> Raw:
        """What a cell holds, given as it is written. Raises NotPlain."""
        if not text:
            return None
        if kind == b"s":
            return self.texts_at([text])[0]
        if kind in (b"", b"n"):
            number = int(style or b"0")
            if number in self.durations:
                raise NotPlain
            return self.days[text] if number in self.dates else _number(text)
        if kind == b"b":
            return text in (b"1", b"true")
        if kind == b"e":
            return CellError(text.decode())
        if kind in (b"str", b"inlineStr"):
            return plain_text(text.decode())
        raise NotPlain

    def texts_at(self, places: Sequence[bytes]) -> list[Raw]:
        """The shared texts at these places. Raises NotPlain."""
        try:
            numbers = list(map(int, places))
            if min(numbers) < 0:
                raise NotPlain
            return list(map(self.texts.__getitem__, numbers))
        except (ValueError, IndexError):
            raise NotPlain from None


class PlainSheet(NamedTuple):
    """The cells of a sheet, and what it may have beside them."""

    columns: list[list[Raw]]
    """Each as long as the sheet has rows; blanks are None."""
    formulas: Mapping[tuple[int, int], str] | None = None
    """By (row, column), with their `=`; None where they were not looked for."""
    hidden: Set[int] | None = None
    """The numbers of the hidden rows; None where they were not looked for."""
    marks: Marks | None = None
    """See `Rows.marks`."""


class _Days(dict[bytes, Raw]):
    """The stored text of a day or moment → what it is; b"" is a blank."""

    def __init__(self, early: bool) -> None:
        super().__init__({b"": None})
        self.early = early

    def __missing__(self, text: bytes) -> Raw:
        number = _number(text)
        if number < 1:  # a time without a day, or nothing that a calendar knows
            raise NotPlain
        value = self[text] = moment(number, self.early)
        return value


class _Columns:
    """The cells of one sheet."""

    def __init__(self, shared: Plain) -> None:
        self._shared = shared
        self._columns: list[list[Raw]] = []
        self._height = 0
        self._bulk: Bulk | None = None
        self._failures = 0

    def read(self, xml: bytes, start: int, end: int) -> PlainSheet:
        if end - start > _LARGE:
            from sheetops.books.xlsx.read_bulk import Bulk

            self._bulk = Bulk(self._shared, xml)
        at = start
        while at < end:
            stop = _row_after(xml, at + _LARGE_CHUNK, end)
            if not self._take_in_bulk(at, stop):
                stop = _row_after(xml, at + _CHUNK, end)
                self._take(xml, at, stop)
            at = stop
        if self._bulk is None:
            return PlainSheet(self._columns)
        marks = self._bulk.marks.of_rows(self._height if self._columns else 0)
        if self._failures:
            return PlainSheet(self._columns, marks=marks)
        return PlainSheet(self._columns, self._bulk.formulas, self._bulk.hidden, marks)

    def _take_in_bulk(self, start: int, end: int) -> bool:
        """Whether these rows could be taken so."""
        if self._bulk is None or self._failures >= _MOST_FAILURES:
            return False
        try:
            columns = self._bulk.take(start, end, self._height)
        except NotPlain:
            self._failures += 1
            return False
        self._widen_to(len(columns))
        height = self._bulk.last_row - self._height
        for place, column in enumerate(self._columns):
            column += columns[place] if place < len(columns) else [None] * height
        self._height = self._bulk.last_row
        return True

    def _take(self, xml: bytes, start: int, end: int) -> None:
        count = xml.count(b"<row", start, end)
        find = _few if count <= _FEW_ROWS else _many
        rows = find(xml, start, end, len(self._columns)) if self._columns else []
        if len(rows) != count:
            self._widen(_LETTERS.findall(xml, start, end))
            rows = find(xml, start, end, len(self._columns))
            if len(rows) != count:
                raise NotPlain
        if not rows:
            return
        numbers, *parts = zip(*rows, strict=True)
        wanted = self._rows_of(list(map(int, numbers)))
        for place, column in enumerate(self._columns):
            cells = self._values(*parts[3 * place : 3 * place + 3])
            column += cells if wanted is None else _spread(cells, wanted, self._height - len(column))

    def _widen(self, letters: Sequence[bytes]) -> None:
        self._widen_to(max(map(_number_of, set(letters)), default=0))

    def _widen_to(self, width: int) -> None:
        if width > MOST_COLUMNS:
            raise NotPlain
        missing = width - len(self._columns)
        self._columns += [[None] * self._height for _ in range(missing)]

    def _rows_of(self, numbers: list[int]) -> list[int] | None:
        """Where the rows of a chunk belong after those before it; None where they follow without a gap."""
        before, self._height = self._height, numbers[-1]
        if numbers[-1] > MAX_ROW or any(a >= b for a, b in zip([before, *numbers], numbers, strict=False)):
            raise NotPlain
        return None if numbers[-1] - before == len(numbers) else [number - before - 1 for number in numbers]

    def _values(self, styles: Sequence[bytes], kinds: Sequence[bytes], texts: Sequence[bytes]) -> list[Raw]:
        """The cells of one column; the common cases take no step a cell."""
        shared, kind = self._shared, set(kinds)
        if kind == {b"s"} and b"" not in texts:
            return shared.texts_at(texts)
        if kind <= {b"", b"n"}:
            dated = {style for style in set(styles) if int(style or b"0") in shared.dates}
            if any(int(style or b"0") in shared.durations for style in dated):
                raise NotPlain
            if not dated:
                return [_number(text) if text else None for text in texts]
            if dated == set(styles):
                return list(map(shared.days.__getitem__, texts))
            pairs = zip(styles, texts, strict=True)
            return [
                shared.days[text] if style in dated or not text else _number(text) for style, text in pairs
            ]
        cells = list(zip(styles, kinds, texts, strict=True))
        told = {cell: shared.value(*cell) for cell in set(cells)}
        return list(map(told.__getitem__, cells))


def _row_after(xml: bytes, at: int, end: int) -> int:
    """Where the next row after `at` begins."""
    close = xml.find(b"</row>", at, end)
    return end if close < 0 else close + len(b"</row>")


def _spread(cells: list[Raw], places: list[int], count: int) -> Iterator[Raw]:
    """The cells at their places among `count` rows, of which some are missing."""
    row: list[Raw] = [None] * count
    for place, cell in zip(places, cells, strict=True):
        row[place] = cell
    return iter(row)


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        raise NotPlain from None


def _number_of(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _many(xml: bytes, start: int, end: int, width: int) -> list[Any]:
    """The rows of this form and of at most `width` cells: number, then format, type and stored text of each cell."""
    rows = _row_pattern(width).findall(xml, start, end)
    return rows if width else [(number,) for number in rows]  # rows of a height or a format, and no cell yet


def _few(xml: bytes, start: int, end: int, width: int) -> list[Any]:
    """The same as `_many`, slower a row, but nothing is compiled for the width of each tab."""
    places = {column_letters(number).encode(): number - 1 for number in range(1, width + 1)}
    rows = []
    for number, inside in _ANY_ROW.findall(xml, start, end):
        row, last, at = [b""] * (3 * width), -1, 0
        for cell in ANY_CELL.finditer(inside):
            place = places.get(cell[1], -1)
            if cell.start() != at or cell[2] != number or place <= last:
                break
            row[3 * place : 3 * place + 3] = cell.groups(b"")[2:]
            last, at = place, cell.end()
        else:
            if at == len(inside):
                rows.append((number, *row))
    return rows


@lru_cache
def _row_pattern(width: int) -> re.Pattern[bytes]:
    cells = (
        rb'(?:<c r="%b\1"%b)?' % (column_letters(number).encode(), _INSIDE) for number in range(1, width + 1)
    )
    return re.compile(rb'<row r="([0-9]+)"(?: [^<>]*)?(?:/>|>%b</row>)' % b"".join(cells))
