"""New workbooks: openpyxl makes an empty one, with its theme and properties; the tabs are put in as into any other."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sheetops.books.xlsx.looks import INK, SIZE, font_name
from sheetops.domain.tabs import Tab

if TYPE_CHECKING:
    from openpyxl import Workbook


def new_workbook(tabs: Sequence[Tab], language: str) -> bytes:
    """A new workbook of `tabs` as a file, the first one in view; `language` chooses the fonts.

    Raises EditRefused, naming the cell, for a value that no workbook can hold, and TabRefused for a name, chart
    or drop-down that Excel would not take.
    """
    from sheetops.books.xlsx.tab import draw_tab
    from sheetops.books.xlsx.tab_source import parts_of

    package = parts_of(_empty(tabs, language), tabs[0].name)
    for tab in tabs:
        draw_tab(package, replace(tab, names=()), language)
    return package.to_bytes()


def _empty(tabs: Sequence[Tab], language: str) -> Workbook:
    """A workbook with a blank sheet in the place of the first tab, and the names that all tabs may use."""
    from openpyxl import Workbook
    from openpyxl.workbook.defined_name import DefinedName

    from sheetops.books.xlsx.ranges import reference
    from sheetops.books.xlsx.tab import check_name

    check_name(tabs[0].name, "the new workbook")
    book = Workbook()
    book.properties.creator = "sheetops"
    book.worksheets[0].title = tabs[0].name
    book.worksheets[0].sheet_view.tabSelected = True
    _set_default_font(book, font_name(language))
    for tab in tabs:
        for name, block in tab.names:
            book.defined_names[name] = DefinedName(name, attr_text=reference(block, tab.name))
    return book


def _set_default_font(book: Any, name: str) -> None:
    """Cells yet to be typed and the width of columns go by the font of the Normal style, the first of all."""
    from openpyxl.styles import Font

    normal = Font(name=name, size=SIZE, color=INK, family=2)
    book._fonts[0] = normal
    book._named_styles["Normal"].font = copy(normal)
