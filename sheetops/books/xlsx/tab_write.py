"""A tab written as the sheet of a person's workbook: the source of a graft.

Every part that comes out is the very one that openpyxl would write for the same tab (a test compares them); but
importing openpyxl and laying out its objects cell by cell took more time than the rest of a save.
"""

from __future__ import annotations

from sheetops.books.xlsx.tab_origin import EPOCHS_APART, Source
from sheetops.books.xlsx.tab_write_around import around, drawing_id, names_of
from sheetops.books.xlsx.tab_write_parts import Written, add_charts, add_notes
from sheetops.books.xlsx.tab_write_rows import Rows
from sheetops.books.xlsx.tab_write_styles import Stylesheet
from sheetops.domain.tabs import Tab

_SHEET = "xl/worksheets/sheet1.xml"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def written(tab: Tab, language: str, date1904: bool) -> Source:
    """The tab as the source of a graft, its dates counted as the target counts them.

    Raises EditRefused, naming the cell, for a value that no workbook can hold, and TabRefused for a span over other
    values, or a drop-down or chart that Excel would not take.
    """
    styles = Stylesheet(language)
    rows = Rows(tab, styles, language, date1904)
    columns = [(column, styles.number(style)) for column, style in tab.column_styles]
    parts = Written()
    parts.add(_SHEET, around(tab, rows, dict(columns), styles), _SHEET_TYPE)
    for number, url in enumerate(rows.urls, 1):
        parts.tie(_SHEET, f"rId{number}", "hyperlink", url, external=True)
    if tab.charts:
        add_charts(parts, _SHEET, drawing_id(rows), tab, language)
    add_notes(parts, _SHEET, tab)
    shift = -EPOCHS_APART if date1904 else 0
    return Source(parts, tab.name, "visible", _SHEET, styles.part(), names_of(tab), shift, rows.xml)
