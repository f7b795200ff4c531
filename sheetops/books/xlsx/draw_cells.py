"""Cells of a tab into a worksheet: values that stay what they are, styles, links, notes, spans and row heights."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from openpyxl.comments import Comment
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from sheetops.books.xlsx.draw_style import LOOKS, SIZE, Styles, line_height
from sheetops.domain.table import Raw, cell_name
from sheetops.domain.tabs import Cell, Link, Tab
from sheetops.errors import EditRefused

MOST_CHARACTERS: Final = 32_767  # of a cell, in UTF-16 units (Excel specifications and limits)
MOST_LINKS: Final = 65_530  # of a sheet (the same); with more, Excel calls the file damaged
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FIRST_DAY = date(1900, 3, 1)  # before it, serial numbers of programs differ
_PLAIN = Cell()


def draw_cells(sheet: Worksheet, tab: Tab, styles: Styles, language: str) -> None:
    """Draw every cell of `tab`. Raises EditRefused, naming the cell, for a value that no workbook can hold."""
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
    target._style = styles.of(cell.style, format, quoted, edged=not sheet.sheet_view.showGridLines)
    if value is not None:
        # Set past openpyxl's guessing, which makes formulas and errors out of text.
        target._value = value
        target.data_type = kind
    if cell.note:
        lines = sum(max(1, math.ceil(_width(part) / 34)) for part in cell.note.split("\n"))
        target.comment = Comment(_clean(cell.note, where), "sheetops", height=20 + 19 * lines, width=260)


def _value(cell: Cell, where: str) -> tuple[Raw, str, str | None]:
    """What to store, openpyxl's letter for its kind, and the number format it needs."""
    value = cell.value
    if value is None:
        return None, "n", None
    if isinstance(value, str):
        text = _clean(str(value), where)
        return text, "f" if cell.formula and text.startswith("=") else "s", None
    if isinstance(value, bool):
        return value, "b", None
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            raise EditRefused("a cell cannot hold a number that is not finite", where=where)
        return value, "n", None
    return _moment(value)


def _moment(value: date | datetime | time | timedelta) -> tuple[Raw, str, str | None]:
    if isinstance(value, timedelta):
        return value, "d", "[h]:mm"
    if isinstance(value, time):
        return value, "d", "hh:mm"
    if value < (datetime.combine(_FIRST_DAY, time()) if isinstance(value, datetime) else _FIRST_DAY):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat(), "s", None
    return value, "d", "yyyy-mm-dd hh:mm" if isinstance(value, datetime) else "yyyy-mm-dd"


def _clean(text: str, where: str) -> str:
    """`text` as a part of the package must hold it: what looks like an escape (`_x0041_`) is escaped itself."""
    found = _CONTROL.search(text)
    if found:
        raise EditRefused(
            f"the text holds the control character U+{ord(found[0]):04X}, which no workbook can hold",
            where=where,
            mend="take it out of the text",
        )
    size = len(text.encode("utf-16-le")) // 2
    if size > MOST_CHARACTERS:
        raise EditRefused(
            f"the text is {size:,} characters long; a cell holds {MOST_CHARACTERS:,}",
            where=where,
            mend="shorten it",
        )
    return _ESCAPE_LIKE.sub("_x005F_", text.replace("\r\n", "\n").replace("\r", "\n"))


def _set_link(sheet: Worksheet, row: int, column: int, link: Link) -> None:
    name = cell_name(row, column)
    if link.url is not None:
        hyperlink = Hyperlink(ref=name, target=link.url)
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
        raise EditRefused(f"the span would hide {lost[0].value!r}", where=where)
    sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=last)
    first: Any = sheet.cell(row, column)
    for number in range(column + 1, last + 1):
        covered: Any = sheet.cell(row, number)
        covered._style = first._style


def _width(text: str) -> int:
    """Characters that `text` takes in a line; East Asian ones take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _set_heights(sheet: Worksheet, tab: Tab, language: str) -> None:
    """The given heights, and estimates where a spreadsheet does not fit the row itself: spans and large letters."""
    given = dict(tab.heights)
    for number, row in enumerate(tab.rows, 1):
        if number not in given and any(cell.span > 1 or LOOKS[cell.style].size > SIZE for cell in row):
            given[number] = max(_height(tab, column, cell, language) for column, cell in enumerate(row, 1))
    for number, height in given.items():
        sheet.row_dimensions[number].height = height


def _height(tab: Tab, column: int, cell: Cell, language: str) -> float:
    look = LOOKS[cell.style]
    lines = 1
    if look.wrap and isinstance(cell.value, str):
        room = sum(_column_width(tab, column + more) for more in range(cell.span)) * SIZE / look.size - 1
        lines = sum(
            max(1, math.ceil(_width(part) * (1.1 if look.bold else 1.0) / max(room, 1)))
            for part in cell.value.split("\n")
        )
    return lines * line_height(language, look.size) + 5


def _column_width(tab: Tab, column: int) -> float:
    return tab.widths[column - 1] if column <= len(tab.widths) else 9.0
