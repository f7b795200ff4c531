"""Cells of a tab into a worksheet: values that stay what they are, styles, links, notes, spans and row heights."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from openpyxl.comments import Comment
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from sheetops.books.xlsx.cellvalue import checked
from sheetops.books.xlsx.draw_style import LOOKS, SIZE, Styles, line_height
from sheetops.domain.table import Raw, cell_name
from sheetops.domain.tabs import Cell, Link, Tab
from sheetops.errors import TabRefused

MOST_LINKS: Final = 65_530  # of a sheet (the same); with more, Excel calls the file damaged
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\U0001f300-\U0003fffd]"
)
_FIRST_MONTH: Final = (1900, 3)  # before it, the day numbers of programs differ
_PLAIN = Cell()


def draw_cells(sheet: Worksheet, tab: Tab, styles: Styles, language: str) -> None:
    """Draw every cell of `tab`.

    Raises EditRefused, naming the cell, for a value that no workbook can hold, and TabRefused for a span over
    other values.
    """
    links = 0
    for row_number, row in enumerate(tab.rows, 1):
        for column, cell in enumerate(row, 1):
            if cell == _PLAIN:
                continue
            where = f"{tab.name}!{cell_name(row_number, column)}"
            _draw(sheet, row_number, column, cell, styles, where)
            if cell.link is not None and links < MOST_LINKS:
                links += 1
                _set_link(sheet, row_number, column, cell.link)
            if cell.span > 1:
                _merge(sheet, row_number, column, row, where)
    _set_heights(sheet, tab, language)


def _draw(sheet: Worksheet, row: int, column: int, cell: Cell, styles: Styles, where: str) -> None:
    target: Any = sheet.cell(row, column)
    value, kind, format = _value(cell, where)
    quoted = kind == "s" and isinstance(value, str) and value[:1] in ("=", "+", "-", "@")
    target._style = styles.of(cell.style, format, quoted)
    if value is not None:
        # Set past openpyxl's guessing, which makes formulas and errors out of text.
        target._value = value
        target.data_type = kind
    if cell.note:
        lines = sum(max(1, math.ceil(_width(part) / 32)) for part in cell.note.split("\n"))
        target.comment = Comment(legible(cell.note), "sheetops", height=24 + 20 * lines, width=260)


def _value(cell: Cell, where: str) -> tuple[Raw, str, str | None]:
    """What to store, openpyxl's letter for its kind, and the number format it needs."""
    value = cell.value
    if isinstance(value, timedelta):
        return value, "d", "[h]:mm"
    if isinstance(value, time):
        return value, "d", "hh:mm"
    if isinstance(value, str):
        text = legible(value)
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


def legible(text: str) -> str:
    """`text` with control characters as their pictures (U+2400…): one in a quoted cell must not stop a job."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub(lambda m: chr(0x2400 + ord(m[0])) if m[0] < " " else "\ufffd", plain)


def _set_link(sheet: Worksheet, row: int, column: int, link: Link) -> None:
    name = cell_name(row, column)
    if link.url is not None:
        hyperlink = Hyperlink(ref=name, target=legible(link.url))
    else:
        hyperlink = Hyperlink(
            ref=name, location=f"{quote_sheetname(link.tab or sheet.title)}!{link.cell or 'A1'}"
        )
    # Set past openpyxl, which would write the address into a cell that is left empty.
    target: Any = sheet.cell(row, column)
    target._hyperlink = hyperlink


def _merge(sheet: Worksheet, row: int, column: int, cells: Sequence[Cell], where: str) -> None:
    last = column + cells[column - 1].span - 1
    lost = [cell for cell in cells[column:last] if cell.value is not None]
    if lost:
        raise TabRefused(f"the span would hide {lost[0].value!r}", where=where)
    sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=last)
    first: Any = sheet.cell(row, column)
    for number in range(column + 1, last + 1):
        covered: Any = sheet.cell(row, number)
        covered._style = first._style


def _width(text: str) -> float:
    """Digits that `text` takes in a line; an East Asian letter is nearly as wide as two."""
    return 0.92 * len(text) + 0.93 * len(_WIDE.findall(text))


def _set_heights(sheet: Worksheet, tab: Tab, language: str) -> None:
    """The given heights, and estimates for rows of several lines or large letters.

    No program fits a row to merged cells, and LibreOffice fits none at all when it opens the file.
    """
    given = dict(tab.heights)
    usual = line_height(language)
    for number, row in enumerate(tab.rows, 1):
        if number not in given:
            height = max(
                (_height(tab, column, cell, language) for column, cell in enumerate(row, 1)), default=0
            )
            if height > usual or any(cell.span > 1 for cell in row):
                given[number] = height + 5
    for number, height in given.items():
        sheet.row_dimensions[number].height = height


def _height(tab: Tab, column: int, cell: Cell, language: str) -> float:
    """Points that the text of one cell takes."""
    if not isinstance(cell.value, str) or cell.formula:
        return line_height(language, LOOKS[cell.style].size)
    look = LOOKS[cell.style]
    lines = 1
    if look.wrap:
        room = sum(_column_width(tab, column + more) for more in range(cell.span)) * SIZE / look.size * 0.97
        wide = 1.1 if look.bold else 1.0
        lines = sum(max(1, math.ceil(_width(part) * wide / max(room, 1))) for part in cell.value.split("\n"))
    return lines * line_height(language, look.size)


def _column_width(tab: Tab, column: int) -> float:
    return tab.widths[column - 1] if column <= len(tab.widths) else 9.0
