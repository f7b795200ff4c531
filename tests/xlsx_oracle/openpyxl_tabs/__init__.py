"""Tabs laid out with openpyxl: what our own writer must equal, part by part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sheetops.books.xlsx.cell_forms import heights
from sheetops.books.xlsx.tab_write_pages import breaks_of
from sheetops.domain.tabs import Tab

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from tests.xlsx_oracle.openpyxl_tabs.style import Styles

_PAPER_A4 = 9


def workbook_of(tab: Tab, language: str) -> Workbook:
    """A workbook with `tab` as its only sheet.

    Raises EditRefused, naming the cell, for a value that no workbook can hold, and TabRefused for a name, chart
    or drop-down that Excel would not take.
    """
    return new_workbook((tab,), language)


def new_workbook(tabs: Sequence[Tab], language: str) -> Workbook:
    """A new workbook of `tabs`, the first one in view; `language` chooses the fonts."""
    from openpyxl import Workbook

    from sheetops.books.xlsx.tab import check_name
    from tests.xlsx_oracle.openpyxl_tabs.style import Styles

    book = Workbook()
    book.properties.creator = "sheetops"
    for empty in book.worksheets:
        book.remove(empty)
    styles = Styles(book, language)
    for tab in tabs:
        check_name(tab.name, "the new workbook")
        _draw_tab(book.create_sheet(tab.name), tab, styles, language)
    book.active = 0
    book.worksheets[0].sheet_view.tabSelected = True
    return book


def _draw_tab(sheet: Worksheet, tab: Tab, styles: Styles, language: str) -> None:
    from sheetops.books.xlsx.ranges import address, reference
    from tests.xlsx_oracle.openpyxl_tabs.cells import draw_cells
    from tests.xlsx_oracle.openpyxl_tabs.chart import add_chart
    from tests.xlsx_oracle.openpyxl_tabs.help import add_choice, add_highlight

    _set_columns(sheet, tab, styles)
    _set_view(sheet, tab)
    draw_cells(sheet, tab, styles, language)
    _set_print(sheet, tab, language)
    if tab.filter is not None:
        sheet.auto_filter.ref = address(tab.filter)
    for choice in tab.choices:
        add_choice(sheet, choice)
    for highlight in tab.highlights:
        add_highlight(sheet, highlight)
    for chart in tab.charts:
        add_chart(sheet, chart, tab, language)
    _set_names(sheet, [(name, reference(block, tab.name)) for name, block in tab.names])


def _set_columns(sheet: Worksheet, tab: Tab, styles: Styles) -> None:
    from openpyxl.utils import get_column_letter

    for number, width in enumerate(tab.widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width + 0.71  # the padding Excel counts in
    for number, style in tab.column_styles:
        column: Any = sheet.column_dimensions[get_column_letter(number)]
        column._style = styles.of(style)


def _set_view(sheet: Worksheet, tab: Tab) -> None:
    rows, columns = tab.frozen
    if rows or columns:
        sheet.freeze_panes = sheet.cell(rows + 1, columns + 1).coordinate
    sheet.sheet_view.showGridLines = tab.gridlines
    if tab.colour:
        sheet.sheet_properties.tabColor = tab.colour


def _set_print(sheet: Any, tab: Tab, language: str) -> None:
    from openpyxl.worksheet.pagebreak import Break

    from sheetops.books.xlsx.ranges import address

    sheet.page_setup.paperSize = _PAPER_A4
    sheet.page_setup.orientation = "landscape" if tab.landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.7
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.left.text, sheet.oddFooter.center.text = "&A", "&P / &N"
    if tab.printed is not None:
        sheet.print_area = address(tab.printed)
    for row in breaks_of(tab, heights(tab, language), language):
        sheet.row_breaks.append(Break(id=row - 1))
    if tab.repeat_rows:
        sheet.print_title_rows = f"1:{tab.repeat_rows}"


def _set_names(sheet: Worksheet, names: Sequence[tuple[str, str]]) -> None:
    from openpyxl.workbook.defined_name import DefinedName

    book = sheet.parent
    assert book is not None
    for name, target in names:
        book.defined_names[name] = DefinedName(name, attr_text=target)
