"""A tab written as the sheet of a person's workbook, without openpyxl: the source of a graft.

Every sheet part that comes out is the very one that openpyxl would write for the same tab (a test compares them);
but importing openpyxl and laying out its objects cell by cell took more time than the rest of a save. Only charts,
which have parts of their own, and tabs with notes are still drawn by it (see `draw`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sheetops.books.xlsx.partnames import Rel
from sheetops.books.xlsx.tab_origin import EPOCHS_APART, Parts, Source
from sheetops.books.xlsx.tab_write_around import around, drawing_id, names_of
from sheetops.books.xlsx.tab_write_rows import Rows
from sheetops.books.xlsx.tab_write_styles import Stylesheet
from sheetops.books.xlsx.xmlbytes import Node, parse
from sheetops.domain.tabs import Tab

_SHEET = "xl/worksheets/sheet1.xml"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_LINK_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def can_write(tab: Tab) -> bool:
    """Whether the tab has no notes, whose shapes openpyxl places."""
    return not any(cell.note for row in tab.rows for cell in row)


@dataclass(frozen=True)
class _Parts:
    """The sheet of the source, what it relates to, and its charts with their own parts."""

    sheet: bytes
    links: list[Rel] = field(default_factory=list)
    charts: Parts | None = None

    def part(self, name: str) -> bytes:
        return self.sheet if name == _SHEET or self.charts is None else self.charts.part(name)

    def tree(self, name: str) -> tuple[bytes, Node]:
        if name == _SHEET or self.charts is None:
            return self.sheet, parse(self.sheet, name)
        return self.charts.tree(name)

    def content_type(self, name: str) -> str | None:
        return _SHEET_TYPE if name == _SHEET or self.charts is None else self.charts.content_type(name)

    def rels(self, part: str) -> list[Rel]:
        return self.links if part == _SHEET or self.charts is None else self.charts.rels(part)


def written(tab: Tab, language: str, date1904: bool) -> Source:
    """The tab as the source of a graft, its dates counted as the target counts them.

    Raises EditRefused, naming the cell, for a value that no workbook can hold, and TabRefused for a span over other
    values, or a drop-down or chart that Excel would not take.
    """
    styles = Stylesheet(language)
    rows = Rows(tab, styles, language, date1904)
    columns = [(column, styles.number(style)) for column, style in tab.column_styles]
    sheet = around(tab, rows, dict(columns), styles)
    parts = _Parts(sheet, list(_links(rows)))
    if tab.charts:
        from sheetops.books.xlsx.draw import charts_of  # openpyxl

        charts = charts_of(tab, language)
        drawing = next(rel for rel in charts.rels(_SHEET) if rel.kind == "drawing")
        parts = _Parts(sheet, [*parts.links, drawing._replace(id=drawing_id(rows))], charts)
    shift = -EPOCHS_APART if date1904 else 0
    return Source(parts, tab.name, "visible", _SHEET, styles.part(), names_of(tab), shift, rows.xml)


def _links(rows: Rows) -> Iterator[Rel]:
    for number, url in enumerate(rows.urls, 1):
        yield Rel(f"rId{number}", _LINK_TYPE, url, "External", None)
