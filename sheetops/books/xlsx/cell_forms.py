"""What a cell of a tab stores and how much room it takes, for whatever draws it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

from sheetops.books.xlsx.cellvalue import MAX_TEXT, checked
from sheetops.books.xlsx.looks import LOOKS, SIZE, line_height
from sheetops.domain.patterns import pattern
from sheetops.domain.table import Raw
from sheetops.domain.tabs import Cell, Tab
from sheetops.errors import TabRefused

MOST_LINKS: Final = (
    65_530  # of a sheet (Excel specifications and limits); with more, Excel calls the file damaged
)
_CONTROL = pattern(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_WIDE: Final = (  # first and last signs of what East Asian fonts draw wide; as a pattern it takes 5 ms to compile
    ("\u1100", "\u115f"),
    ("\u2e80", "\ua4cf"),
    ("\uac00", "\ud7a3"),
    ("\uf900", "\ufaff"),
    ("\ufe30", "\ufe6f"),
    ("\uff00", "\uff60"),
    ("\U0001f300", "\U0003fffd"),
)
_FIRST_MONTH: Final = (1900, 3)  # before it, the day numbers of programs differ


def stored(cell: Cell, where: str) -> tuple[Raw, str, str | None]:
    """What to store, openpyxl's letter for its kind, and the number format it needs.

    Raises EditRefused, naming `where`, for a value that no workbook can hold.
    """
    value = cell.value
    if isinstance(value, timedelta):
        return value, "d", "[h]:mm"
    if isinstance(value, time):
        return value, "d", "hh:mm"
    if isinstance(value, str):
        text = legible(value)
        if len(text) > MAX_TEXT // 2:  # of it, all else is legible now
            checked(text, where)
        return text, "f" if cell.formula and text.startswith("=") else "s", None
    checked(value, where)
    if isinstance(value, date):
        return _day(value)
    return value, "b" if isinstance(value, bool) else "n", None


def _day(value: date | datetime) -> tuple[Raw, str, str | None]:
    exact = isinstance(value, datetime)
    if (value.year, value.month) < _FIRST_MONTH:
        return str(value), "s", None
    return value, "d", "yyyy-mm-dd hh:mm" if exact else "yyyy-mm-dd"


def is_quoted(value: Raw, kind: str) -> bool:
    """Whether the text is one that a program might take for a formula, so that its style must say it is none."""
    return kind == "s" and isinstance(value, str) and value[:1] in ("=", "+", "-", "@")


def legible(text: str) -> str:
    """`text` with control characters as their pictures (U+2400…): one in a quoted cell must not stop a job."""
    if text.isprintable():
        return text
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub(lambda m: chr(0x2400 + ord(m[0])) if m[0] < " " else "\ufffd", plain)


def refuse_hiding(row: Sequence[Cell], column: int, where: str) -> int:
    """The last column that the span of the cell in `column` covers; TabRefused if it would hide a value."""
    last = column + row[column - 1].span - 1
    lost = [cell for cell in row[column:last] if cell.value is not None]
    if lost:
        raise TabRefused(f"the span would hide {lost[0].value!r}", where=where)
    return last


def width_of(text: str) -> float:
    """Digits that `text` takes in a line; an East Asian letter is nearly as wide as two."""
    return 0.92 * len(text) + 0.93 * (0 if text.isascii() else sum(map(_is_wide, text)))


@cache
def _is_wide(sign: str) -> bool:
    return any(first <= sign <= last for first, last in _WIDE)


def heights(tab: Tab, language: str) -> dict[int, float]:
    """The given heights in points, and estimates for rows of several lines or large letters.

    No program fits a row to merged cells, and LibreOffice fits none at all when it opens the file.
    """
    given = dict(tab.heights)
    usual = line_height(language)
    rooms = _Rooms(tab, language)
    for number, row in enumerate(tab.rows, 1):
        if number not in given:
            height = max(map(rooms.height, range(1, len(row) + 1), row), default=0)
            if height > usual or any(cell.span > 1 for cell in row):
                given[number] = height + 5
    return given


class _Rooms:
    """How high the cells of a tab are; texts that stand in many rows are measured once."""

    def __init__(self, tab: Tab, language: str) -> None:
        self._widths = tab.widths
        self._lines = {style: line_height(language, look.size) for style, look in LOOKS.items()}
        self._known: dict[tuple[int, Cell], float] = {}

    def height(self, column: int, cell: Cell) -> float:
        """Points that the text of one cell takes."""
        value = cell.value
        if not isinstance(value, str) or cell.formula or not LOOKS[cell.style].wrap:
            return self._lines[cell.style]
        key = (column, cell)
        if key not in self._known:
            self._known[key] = self._wrapped(column, cell, value)
        return self._known[key]

    def _wrapped(self, column: int, cell: Cell, text: str) -> float:
        look = LOOKS[cell.style]
        room = sum(self._width(column + more) for more in range(cell.span)) * SIZE / look.size * 0.97
        wide = 1.1 if look.bold else 1.0
        lines = sum(max(1, math.ceil(width_of(part) * wide / max(room, 1))) for part in text.split("\n"))
        return lines * self._lines[cell.style]

    def _width(self, column: int) -> float:
        return self._widths[column - 1] if column <= len(self._widths) else 9.0
