"""A tab written as the sheet of a person's workbook, without openpyxl: the source of a graft.

Every sheet part that comes out is the very one that openpyxl would write for the same tab (a test compares them);
but importing openpyxl and laying out its objects cell by cell took more time than the rest of a save. Only charts and
notes, which have parts of their own, are still drawn by it (see `draw`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sheetops.books.xlsx.package import Rel
from sheetops.books.xlsx.tab_origin import EPOCHS_APART, Source
from sheetops.books.xlsx.tab_write_around import around, names_of
from sheetops.books.xlsx.tab_write_rows import Rows
from sheetops.books.xlsx.tab_write_styles import Stylesheet
from sheetops.books.xlsx.xmlbytes import Node, parse
from sheetops.domain.tabs import Tab

_SHEET = "xl/worksheets/sheet1.xml"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_LINK_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def can_write(tab: Tab) -> bool:
    """Whether the tab has no parts beside its sheet."""
    return not tab.charts and not any(cell.note for row in tab.rows for cell in row)


@dataclass(frozen=True)
class _Parts:
    """The one part of the source, and what it relates to."""

    sheet: bytes
    links: list[Rel] = field(default_factory=list)

    def part(self, name: str) -> bytes:
        return self.sheet

    def tree(self, name: str) -> tuple[bytes, Node]:
        return self.sheet, parse(self.sheet, name)

    def content_type(self, name: str) -> str:
        return _SHEET_TYPE

    def rels(self, part: str) -> list[Rel]:
        return self.links


def written(tab: Tab, language: str, date1904: bool) -> Source:
    """The tab as the source of a graft, its dates counted as the target counts them.

    Raises EditRefused, naming the cell, for a value that no workbook can hold, and TabRefused for a span over other
    values or a drop-down that Excel would not take.
    """
    styles = Stylesheet(language)
    rows = Rows(tab, styles, language, date1904)
    columns = [(column, styles.number(style)) for column, style in tab.column_styles]
    sheet = around(tab, rows, dict(columns), styles)
    parts = _Parts(sheet, list(_links(rows)))
    shift = -EPOCHS_APART if date1904 else 0
    return Source(parts, tab.name, "visible", _SHEET, styles.part(), names_of(tab), shift, rows.xml)


def _links(rows: Rows) -> Iterator[Rel]:
    for number, url in enumerate(rows.urls, 1):
        yield Rel(f"rId{number}", _LINK_TYPE, url, "External", None)
