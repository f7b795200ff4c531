"""The parts that hang on a tab written without openpyxl: its charts with their places, and its notes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from sheetops.books.xlsx.cell_forms import legible, width_of
from sheetops.books.xlsx.partnames import Rel
from sheetops.books.xlsx.tab_book import RELATIONSHIPS
from sheetops.books.xlsx.tab_write_chart import CHART, DRAWN, chart_xml
from sheetops.books.xlsx.tab_write_rows import inline_text
from sheetops.books.xlsx.xmlbytes import MAIN, Node, parse
from sheetops.domain.table import cell_name
from sheetops.domain.tabs import Chart, Tab

_SPACE: Final = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_TYPES: Final = "application/vnd.openxmlformats-officedocument"
_EMU: Final = 360_000  # of a centimetre
_BELOW: Final = (
    25_400  # of the edge of its first row, 2 points: its frame would be printed on the page before
)
_NOTES_ID, _SHAPES_ID = "comments", "anysvml"
_NOTE_LINE: Final = 32  # digits that a line of a note holds
_NOTE_STYLE = "position:absolute; margin-left:59.25pt;margin-top:1.5pt;width:260px;height:{}px;z-index:1;visibility:hidden"
_SHAPE_TYPE = (
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>'
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)


@dataclass
class Written:
    """Parts by name, each with its content type, and what each of them relates to."""

    parts: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    ties: dict[str, list[Rel]] = field(default_factory=dict)

    def part(self, name: str) -> bytes:
        return self.parts[name][0]

    def tree(self, name: str) -> tuple[bytes, Node]:
        return self.part(name), parse(self.part(name), name)

    def content_type(self, name: str) -> str | None:
        return self.parts[name][1]

    def rels(self, part: str) -> list[Rel]:
        return self.ties.get(part, [])

    def add(self, name: str, data: bytes, type: str) -> None:
        self.parts[name] = (data, type)

    def tie(self, part: str, id: str, kind: str, target: str, external: bool = False) -> None:
        """Relate `part` to the part `target`, or to an address outside."""
        to = None if external else target
        self.ties.setdefault(part, []).append(
            Rel(id, f"{RELATIONSHIPS}/{kind}", target, "External" if external else "Internal", to)
        )


def add_charts(written: Written, sheet: str, id: str, tab: Tab, language: str) -> None:
    """Hang the charts of `tab` on its `sheet` by the relationship `id`. Raises TabRefused as `chart_xml` does."""
    drawing, places = "xl/drawings/drawing1.xml", []
    written.tie(sheet, id, "drawing", drawing)
    for number, chart in enumerate(tab.charts, 1):
        name = f"xl/charts/chart{number}.xml"
        written.tie(drawing, f"rId{number}", "chart", name)
        written.add(name, chart_xml(chart, tab, language), f"{_TYPES}.drawingml.chart+xml")
        places.append(_place(chart, number))
    shapes = f'<wsDr xmlns="{_SPACE}">{"".join(places)}</wsDr>'
    written.add(drawing, shapes.encode(), f"{_TYPES}.drawing+xml")


def _place(chart: Chart, number: int) -> str:
    """Where a chart stands: its upper left cell and its size, whatever rows and columns measure."""
    wide, high = int(chart.width_cm * _EMU), int(chart.height_cm * _EMU)
    shown = f'<c:chart xmlns:c="{CHART}" xmlns:r="{RELATIONSHIPS}" r:id="rId{number}"/>'
    return (
        f"<oneCellAnchor><from><col>{chart.column - 1}</col><colOff>0</colOff>"
        f"<row>{chart.row - 1}</row><rowOff>{_BELOW}</rowOff></from>"
        f'<ext cx="{wide}" cy="{high}"/><graphicFrame>'
        f'<nvGraphicFramePr><cNvPr id="{number}" name="Chart {number}"/><cNvGraphicFramePr/></nvGraphicFramePr><xfrm/>'
        f'<a:graphic xmlns:a="{DRAWN}"><a:graphicData uri="{CHART}">{shown}</a:graphicData></a:graphic>'
        "</graphicFrame><clientData/></oneCellAnchor>"
    )


def notes_of(tab: Tab) -> list[tuple[int, int, str]]:
    """Row, column and text of each note."""
    return [
        (row, column, cell.note)
        for row, cells in enumerate(tab.rows, 1)
        for column, cell in enumerate(cells, 1)
        if cell.note
    ]


def add_notes(written: Written, sheet: str, tab: Tab) -> None:
    """Hang the notes of `tab` on its `sheet`: their texts, and the shapes that programs show them in."""
    notes = notes_of(tab)
    if not notes:
        return
    texts, shapes = "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"
    written.tie(sheet, _NOTES_ID, "comments", texts)
    written.tie(sheet, _SHAPES_ID, "vmlDrawing", shapes)
    said = "".join(
        f'<comment ref="{cell_name(row, column)}" authorId="0" shapeId="0">'
        f"<text>{inline_text(legible(note))}</text></comment>"
        for row, column, note in notes
    )
    authors = "<authors><author>sheetops</author></authors>"
    comments = f'<comments xmlns="{MAIN}">{authors}<commentList>{said}</commentList></comments>'
    written.add(texts, comments.encode(), f"{_TYPES}.spreadsheetml.comments+xml")
    drawn = "".join(_shape(number, *note) for number, note in enumerate(notes, 1026))
    spaces = "".join(
        f' xmlns:{prefix}="urn:schemas-microsoft-com:{name}"'
        for prefix, name in (("v", "vml"), ("o", "office:office"), ("x", "office:excel"))
    )
    vml = f"<xml{spaces}>{_SHAPE_TYPE}{drawn}</xml>"
    written.add(shapes, vml.encode(), f"{_TYPES}.vmlDrawing")


def _shape(number: int, row: int, column: int, note: str) -> str:
    lines = sum(max(1, math.ceil(width_of(part) / _NOTE_LINE)) for part in note.split("\n"))
    return (
        f'<v:shape type="#_x0000_t202" style="{_NOTE_STYLE.format(24 + 20 * lines)}" fillcolor="#ffffe1"'
        f' o:insetmode="auto" id="_x0000_s{number:04}"><v:fill color2="#ffffe1"/>'
        '<v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"/></v:textbox>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>'
        f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
    )


def legacy(tab: Tab) -> str:
    """What a sheet says of the shapes of its notes, behind its charts."""
    return f'<legacyDrawing xmlns:r="{RELATIONSHIPS}" r:id="{_SHAPES_ID}"/>' if notes_of(tab) else ""
