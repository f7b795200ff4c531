"""Cells of a tab into a worksheet: values that stay what they are, styles, links, notes, spans and row heights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from openpyxl.comments import Comment
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from sheetops.books.xlsx import cell_forms
from sheetops.books.xlsx.cell_forms import heights, is_quoted, legible, refuse_hiding, stored, width_of
from sheetops.domain.table import cell_name
from sheetops.domain.tabs import Cell, Link, Tab
from tests.xlsx_oracle.openpyxl_tabs.style import Styles

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
            if cell.link is not None and links < cell_forms.MOST_LINKS:
                links += 1
                _set_link(sheet, row_number, column, cell.link)
            if cell.span > 1:
                _merge(sheet, row_number, column, row, where)
    for number, height in heights(tab, language).items():
        sheet.row_dimensions[number].height = height


def _draw(sheet: Worksheet, row: int, column: int, cell: Cell, styles: Styles, where: str) -> None:
    target: Any = sheet.cell(row, column)
    value, kind, format = stored(cell, where)
    target._style = styles.of(cell.style, format, is_quoted(value, kind))
    if value is not None:
        # Set past openpyxl's guessing, which makes formulas and errors out of text.
        target._value = value
        target.data_type = kind
    if cell.note:
        lines = sum(max(1, math.ceil(width_of(part) / 32)) for part in cell.note.split("\n"))
        target.comment = Comment(legible(cell.note), "sheetops", height=24 + 20 * lines, width=260)


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
    last = refuse_hiding(cells, column, where)
    sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=last)
    first: Any = sheet.cell(row, column)
    for number in range(column + 1, last + 1):
        covered: Any = sheet.cell(row, number)
        covered._style = first._style
