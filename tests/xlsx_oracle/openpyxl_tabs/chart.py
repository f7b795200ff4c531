"""Charts of a tab as native ones: the numbers stay in cells, and a copy of them lies in the chart for viewers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from openpyxl.chart import BarChart, LineChart
from openpyxl.chart.axis import ChartLines, NumericAxis, TextAxis
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumFmt,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.legend import Legend
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import Series as XlSeries
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)
from openpyxl.drawing.text import Font as DrawnFont
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.worksheet.worksheet import Worksheet

from sheetops.books.xlsx.cell_forms import legible
from sheetops.books.xlsx.looks import GREY, INK, RULE, font_name
from sheetops.books.xlsx.ranges import reference
from sheetops.domain.table import Raw
from sheetops.domain.tabs import Cell, Chart, Range, Series, Tab
from sheetops.domain.values import as_text
from sheetops.errors import TabRefused

COLOURS: Final = ("2B7286", "E2A33B", "7DB59F", "C4573F", "8A7AB8", "9AA7B0", "5D93C4", "B8895A")
LINE_OVER_BARS: Final = "C4573F"
_BLANK: Final = Cell()
MOST_LABELLED: Final = 12  # bars that bear their number before the numbers crowd


def add_chart(sheet: Worksheet, chart: Chart, tab: Tab, language: str) -> None:
    """Draw one chart. Raises TabRefused for a combination that no spreadsheet can show."""
    lines = [s for s in chart.series if s.line or chart.kind == "line"]
    bars = [s for s in chart.series if s not in lines]
    if chart.kind == "bar" and lines:
        raise TabRefused(f"the chart {chart.title!r} cannot have lines over lying bars", where=tab.name)
    drawn: Any = _Drawer(chart, tab, language).draw(bars, lines)  # the stubs take whole centimetres only
    corner = AnchorMarker(col=chart.column - 1, row=chart.row - 1, rowOff=25_400)
    size = XDRPositiveSize2D(int(chart.width_cm * 360_000), int(chart.height_cm * 360_000))
    drawn.anchor = OneCellAnchor(_from=corner, ext=size)
    sheet.add_chart(drawn)


class _Drawer:
    """One chart being drawn."""

    def __init__(self, chart: Chart, tab: Tab, language: str) -> None:
        self.chart, self.tab, self.font = chart, tab, font_name(language)
        self.values = {s: [_number(v) for v in self._cells(s.values)] for s in chart.series}

    def _cells(self, block: Range) -> list[Raw]:
        """The values of a block of this tab; none of another tab, which is not known here."""
        if block.tab not in (None, self.tab.name):
            return []
        rows = self.tab.rows[block.first_row - 1 : block.last_row]
        width = slice(block.first_column - 1, block.last_column)
        return [cell.value for row in rows for cell in (row[width] or (_BLANK,))]

    def draw(self, bars: list[Series], lines: list[Series]) -> BarChart | LineChart:
        second = [s for s in lines if s.second] if bars else []
        first_lines = [s for s in lines if s not in second]
        parts: list[BarChart | LineChart] = []
        if bars:
            parts.append(self._bars(bars))
        if first_lines:
            parts.append(self._lines(first_lines))
        main = parts[0]
        self._axes(main, [*bars, *first_lines], percent=self.chart.percent and not second)
        if second:
            parts.append(self._second(second))
        for part in parts[1:]:
            main += part
        main.title = self._title(self.chart.title, 12, INK, bold=True)
        main.legend = Legend(legendPos="b") if len(self.chart.series) > 1 else None
        if main.legend:
            main.legend.overlay = False
            main.legend.txPr = self._rich(9, GREY)
        main.roundedCorners = False
        main.graphical_properties = GraphicalProperties(solidFill="FFFFFF", ln=LineProperties(solidFill=RULE))
        return main

    def _bars(self, bars: list[Series]) -> BarChart:
        drawn = BarChart()
        drawn.type = "bar" if self.chart.kind == "bar" else "col"
        drawn.grouping = "stacked" if self.chart.kind == "stacked" else "clustered"
        drawn.overlap = 100 if self.chart.kind == "stacked" else None
        drawn.gapWidth = 55
        for series in bars:
            shape = self._series(series)
            shape.graphicalProperties = GraphicalProperties(
                solidFill=self._colour(series), ln=LineProperties(noFill=True)
            )
            shape.invertIfNegative = False
            drawn.series.append(shape)
        if len(bars) == 1 and self._count(bars[0].values) <= MOST_LABELLED:
            drawn.dataLabels = self._labels(bars[0])
        return drawn

    def _lines(self, lines: list[Series]) -> LineChart:
        drawn = LineChart()
        drawn.grouping = "standard"
        for series in lines:
            shape, colour = self._series(series), self._colour(series)
            shape.graphicalProperties = GraphicalProperties(
                ln=LineProperties(solidFill=colour, w=25400, cap="rnd")
            )
            spot = GraphicalProperties(solidFill=colour, ln=LineProperties(solidFill="FFFFFF", w=9525))
            shape.marker = Marker(symbol="circle", size=6, spPr=spot)
            shape.smooth = False
            drawn.series.append(shape)
        return drawn

    def _second(self, lines: list[Series]) -> LineChart:
        """Lines on an axis of their own at the right, with a category axis that is there but not shown."""
        drawn = self._lines(lines)
        drawn.x_axis = TextAxis(axId=20, crossAx=200, delete=True)
        drawn.y_axis = NumericAxis(axId=200, crossAx=20, crosses="max", delete=False)
        self._value_axis(drawn.y_axis, lines, self.chart.percent)
        drawn.y_axis.majorGridlines = None
        return drawn

    def _series(self, series: Series) -> XlSeries:
        place = self.chart.series.index(series)
        values, labels = self.values[series], self._cells(self.chart.categories)
        points = [NumVal(idx=i, v=v) for i, v in enumerate(values) if v is not None]
        texts = [StrVal(idx=i, v=legible(as_text(v))) for i, v in enumerate(labels) if v is not None]
        numbers = NumRef(
            f=reference(series.values, self.tab.name),
            numCache=NumData(formatCode="General", ptCount=len(values), pt=points) if values else None,
        )
        names = StrRef(
            f=reference(self.chart.categories, self.tab.name),
            strCache=StrData(ptCount=len(labels), pt=texts) if labels else None,
        )
        return XlSeries(
            idx=place,
            order=place,
            tx=SeriesLabel(v=legible(series.name)),
            val=NumDataSource(numRef=numbers),
            cat=AxDataSource(strRef=names),
        )

    def _colour(self, series: Series) -> str:
        if series.colour:
            return series.colour
        if series.line and self.chart.kind != "line":
            return LINE_OVER_BARS
        return COLOURS[self.chart.series.index(series) % len(COLOURS)]

    def _axes(self, drawn: BarChart | LineChart, series: Sequence[Series], percent: bool) -> None:
        across = drawn.x_axis
        across.delete = False
        across.number_format = "General"
        across.majorTickMark, across.tickLblPos = "none", "low"
        across.spPr = GraphicalProperties(ln=LineProperties(solidFill=GREY, w=9525))
        across.txPr = self._rich(9, INK)
        across.title = self._title(self.chart.x_title, 9, GREY) if self.chart.x_title else None
        self._value_axis(drawn.y_axis, series, percent)
        drawn.y_axis.title = self._title(self.chart.y_title, 9, GREY) if self.chart.y_title else None
        if self.chart.kind == "bar":  # the first category on top, the value axis still below
            across.scaling.orientation = "maxMin"
            drawn.y_axis.crosses = "max"

    def _value_axis(self, axis: NumericAxis, series: Sequence[Series], percent: bool) -> None:
        known = self._reach(series)
        axis.delete = False
        axis.majorTickMark = "none"
        axis.majorGridlines = ChartLines(
            spPr=GraphicalProperties(ln=LineProperties(solidFill="E6EBEE", w=9525))
        )
        axis.spPr = GraphicalProperties(ln=LineProperties(noFill=True))
        axis.txPr = self._rich(9, GREY)
        axis.numFmt = NumFmt("0%" if percent else "General", sourceLinked=False)
        if not known or min(known) < 0:
            return
        axis.scaling.min = 0
        if percent and max(known) <= 1:
            axis.scaling.max, axis.majorUnit = 1, 0.2
        elif not percent and max(known) <= 5 and all(v == int(v) for v in known):
            axis.majorUnit = 1  # else half requests stand on the axis

    def _reach(self, series: Sequence[Series]) -> list[float]:
        columns = [self.values[s] for s in series]
        if self.chart.kind == "stacked" and columns:
            size = max(map(len, columns))
            return [sum((c[i] or 0) if i < len(c) else 0 for c in columns) for i in range(size)]
        return [v for column in columns for v in column if v is not None]

    def _labels(self, series: Series) -> DataLabelList:
        known = [v for v in self.values[series] if v is not None]
        percent = self.chart.percent and not any(s.second for s in self.chart.series)
        whole = all(v == int(v) for v in known)
        labels = DataLabelList(numFmt="0%" if percent else "#,##0" if whole else "#,##0.0", dLblPos="outEnd")
        labels.showVal = True
        labels.showSerName = labels.showCatName = labels.showLegendKey = labels.showPercent = (
            labels.showBubbleSize
        ) = False
        labels.txPr = self._rich(9, INK)
        return labels

    def _count(self, block: Range) -> int:
        return (block.last_row - block.first_row + 1) * (block.last_column - block.first_column + 1)

    def _letters(self, size: float, colour: str, bold: bool = False) -> CharacterProperties:
        face = DrawnFont(typeface=self.font)
        return CharacterProperties(sz=int(size * 100), b=bold, solidFill=colour, latin=face, ea=face)

    def _rich(self, size: float, colour: str) -> RichText:
        letters = self._letters(size, colour)
        paragraph = Paragraph(pPr=ParagraphProperties(defRPr=letters), endParaRPr=letters, r=[])
        return RichText(bodyPr=RichTextProperties(), p=[paragraph])

    def _title(self, text: str, size: float, colour: str, bold: bool = False) -> Title:
        letters = self._letters(size, colour, bold)
        run = RegularTextRun(rPr=letters, t=legible(text))
        rich = RichText(
            bodyPr=RichTextProperties(), p=[Paragraph(pPr=ParagraphProperties(defRPr=letters), r=[run])]
        )
        return Title(tx=Text(rich=rich), overlay=False)


def _number(value: Raw) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
