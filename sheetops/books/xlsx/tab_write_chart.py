"""Charts of a tab as native ones: the numbers stay in cells, and a copy of them lies in the chart for viewers.

Elements stand in the order of dml-chart.xsd (ECMA-376), as openpyxl writes them (a test compares both), so that a
review that an earlier version wrote stays as it is where it says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Final

from sheetops.books.xlsx.cell_forms import legible
from sheetops.books.xlsx.looks import GREY, INK, RULE, font_name
from sheetops.books.xlsx.ranges import reference
from sheetops.books.xlsx.xmlbytes import escape
from sheetops.domain.table import Raw
from sheetops.domain.tabs import Cell, Chart, Range, Series, Tab
from sheetops.domain.values import as_text
from sheetops.errors import TabRefused

CHART: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DRAWN: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
COLOURS: Final = ("2B7286", "E2A33B", "7DB59F", "C4573F", "8A7AB8", "9AA7B0", "5D93C4", "B8895A")
LINE_OVER_BARS: Final = "C4573F"
GRID: Final = "E6EBEE"
MOST_LABELLED: Final = 12  # bars that bear their number before the numbers crowd
_BLANK: Final = Cell()
_A: Final = f' xmlns:a="{DRAWN}"'
_THIN, _THICK = ' w="9525"', ' w="25400" cap="rnd"'  # in English metric units, 12,700 of a point
_FIRST, _SECOND = ("10", "100"), ("20", "200")  # the numbers of the category axis and of the value axis
_UP, _DOWN = '<orientation val="minMax"/>', '<orientation val="maxMin"/>'
_TICKS = '<majorTickMark val="none"/><minorTickMark val="none"/>'
_SHOWN = "".join(
    f'<show{name} val="{int(name == "Val")}"/>'
    for name in ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")
)


def chart_xml(chart: Chart, tab: Tab, language: str) -> bytes:
    """One chart of `tab` as its part. Raises TabRefused for a combination that no spreadsheet can show."""
    lines = [s for s in chart.series if s.line or chart.kind == "line"]
    bars = [s for s in chart.series if s not in lines]
    if chart.kind == "bar" and lines:
        raise TabRefused(f"the chart {chart.title!r} cannot have lines over lying bars", where=tab.name)
    return _Writer(chart, tab, language).xml(bars, lines).encode()


class _Writer:
    """One chart being written."""

    def __init__(self, chart: Chart, tab: Tab, language: str) -> None:
        self.chart, self.tab, self.font = chart, tab, _text(font_name(language))
        self.values = {s: [_number(v) for v in self._cells(s.values)] for s in chart.series}
        self._numbers = count()  # of the series, in the order in which they are written

    def _cells(self, block: Range) -> list[Raw]:
        """The values of a block of this tab; none of another tab, which is not known here."""
        if block.tab not in (None, self.tab.name):
            return []
        rows = self.tab.rows[block.first_row - 1 : block.last_row]
        width = slice(block.first_column - 1, block.last_column)
        return [cell.value for row in rows for cell in (row[width] or (_BLANK,))]

    def xml(self, bars: list[Series], lines: list[Series]) -> str:
        chart = self.chart
        second = [s for s in lines if s.second] if bars else []
        first = [s for s in lines if s not in second]
        plots = self._bars(bars) if bars else ""
        plots += self._lines(first, _FIRST) if first else ""
        plots += self._lines(second, _SECOND) if second else ""
        axes = self._first_axes([*bars, *first], percent=chart.percent and not second)
        axes += self._second_axes(second) if second else ""
        legend = f'<legend><legendPos val="b"/><overlay val="0"/>{self._letters(9, GREY)}</legend>'
        return (
            f'<chartSpace xmlns="{CHART}"><roundedCorners val="0"/>'
            f"<chart>{self._title(chart.title, 12, INK, bold=True)}<plotArea>{plots}{axes}</plotArea>"
            f"{legend if len(chart.series) > 1 else ''}"
            '<plotVisOnly val="1"/><dispBlanksAs val="gap"/></chart>'
            f"<spPr>{_fill('FFFFFF', _A)}{_stroke(RULE)}</spPr></chartSpace>"
        )

    def _bars(self, bars: list[Series]) -> str:
        way = "bar" if self.chart.kind == "bar" else "col"
        stacked = self.chart.kind == "stacked"
        labelled = len(bars) == 1 and _size(bars[0].values) <= MOST_LABELLED
        return (
            f'<barChart><barDir val="{way}"/><grouping val="{"stacked" if stacked else "clustered"}"/>'
            f"{''.join(map(self._bar, bars))}{self._labels(bars[0]) if labelled else ''}"
            f'<gapWidth val="55"/>{_valued("overlap", "100") if stacked else ""}{_axes_of(_FIRST)}</barChart>'
        )

    def _bar(self, series: Series) -> str:
        look = _fill(self._colour(series), _A) + _stroke(None)
        inverted = _valued("invertIfNegative", "0")
        return f"<ser>{self._head(series)}<spPr>{look}</spPr>{inverted}{self._data(series)}</ser>"

    def _lines(self, lines: list[Series], axes: tuple[str, str]) -> str:
        drawn = "".join(map(self._line, lines))
        return f'<lineChart><grouping val="standard"/>{drawn}{_axes_of(axes)}</lineChart>'

    def _line(self, series: Series) -> str:
        colour = self._colour(series)
        spot = _fill(colour, _A) + _stroke("FFFFFF", _THIN)
        return (
            f"<ser>{self._head(series)}<spPr>{_stroke(colour, _THICK)}</spPr>"
            f'<marker><symbol val="circle"/><size val="6"/><spPr>{spot}</spPr></marker>'
            f'{self._data(series)}<smooth val="0"/></ser>'
        )

    def _head(self, series: Series) -> str:
        place = next(self._numbers)
        return f'<idx val="{place}"/><order val="{place}"/><tx><v>{_text(series.name)}</v></tx>'

    def _data(self, series: Series) -> str:
        values, labels = self.values[series], self._cells(self.chart.categories)
        texts = _cache("str", [None if label is None else _text(as_text(label)) for label in labels])
        numbers = _cache("num", [None if value is None else f"{value:.16g}" for value in values])
        of_labels = escape(reference(self.chart.categories, self.tab.name)).decode()
        of_values = escape(reference(series.values, self.tab.name)).decode()
        return (
            f"<cat><strRef><f>{of_labels}</f>{texts}</strRef></cat>"
            f"<val><numRef><f>{of_values}</f>{numbers}</numRef></val>"
        )

    def _colour(self, series: Series) -> str:
        if series.colour:
            return series.colour
        if series.line and self.chart.kind != "line":
            return LINE_OVER_BARS
        return COLOURS[self.chart.series.index(series) % len(COLOURS)]

    def _labels(self, series: Series) -> str:
        known = [v for v in self.values[series] if v is not None]
        percent = self.chart.percent and not any(s.second for s in self.chart.series)
        code = "0%" if percent else "#,##0" if all(v == int(v) for v in known) else "#,##0.0"
        return f'<dLbls><numFmt formatCode="{code}"/>{self._letters(9, INK)}<dLblPos val="outEnd"/>{_SHOWN}</dLbls>'

    def _first_axes(self, series: Sequence[Series], percent: bool) -> str:
        lying = self.chart.kind == "bar"  # the first category on top, the value axis still below
        own, other = _FIRST
        across = (
            f"{self._axis_title(self.chart.x_title)}"
            f'<numFmt formatCode="General" sourceLinked="0"/>{_TICKS}<tickLblPos val="low"/>'
            f"<spPr>{_stroke(GREY, _THIN)}</spPr>{self._letters(9, INK)}"
        )
        lines = f"<majorGridlines><spPr>{_stroke(GRID, _THIN)}</spPr></majorGridlines>"
        return _category_axis(own, other, _DOWN if lying else _UP, across) + self._value_axis(
            series, _FIRST, percent, lines + self._axis_title(self.chart.y_title), crosses_max=lying
        )

    def _second_axes(self, series: Sequence[Series]) -> str:
        """An axis of its own at the right, with a category axis that is there but not shown."""
        own, other = _SECOND
        return _category_axis(own, other, _UP, _TICKS, shown=False) + self._value_axis(
            series, _SECOND, self.chart.percent, "", crosses_max=True
        )

    def _value_axis(
        self, series: Sequence[Series], axes: tuple[str, str], percent: bool, lines: str, crosses_max: bool
    ) -> str:
        low, high, step = self._reach(series, percent)
        bounds = _valued("max", high) + _valued("min", low)
        return (
            f'<valAx><axId val="{axes[1]}"/><scaling>{_UP}{bounds}</scaling><delete val="0"/><axPos val="l"/>{lines}'
            f'<numFmt formatCode="{"0%" if percent else "General"}" sourceLinked="0"/>{_TICKS}'
            f"<spPr>{_stroke(None)}</spPr>{self._letters(9, GREY)}"
            f'<crossAx val="{axes[0]}"/>{_valued("crosses", "max" if crosses_max else "")}'
            f"{_valued('majorUnit', step)}</valAx>"
        )

    def _reach(self, series: Sequence[Series], percent: bool) -> tuple[str, str, str]:
        """Where a value axis begins, where it ends, and its step; "" where the spreadsheet shall choose."""
        known = self._heights(series)
        if not known or min(known) < 0:
            return "", "", ""
        if percent and max(known) <= 1:
            return "0", "1", "0.2"
        whole = not percent and max(known) <= 5 and all(v == int(v) for v in known)
        return "0", "", "1" if whole else ""  # else half requests stand on the axis

    def _heights(self, series: Sequence[Series]) -> list[float]:
        columns = [self.values[s] for s in series]
        if self.chart.kind == "stacked" and columns:
            size = max(map(len, columns))
            return [sum((c[i] or 0) if i < len(c) else 0 for c in columns) for i in range(size)]
        return [v for column in columns for v in column if v is not None]

    def _face(self, name: str, size: int, colour: str, bold: bool = False) -> str:
        font = f'<a:latin typeface="{self.font}"/><a:ea typeface="{self.font}"/>'
        return f'<a:{name} sz="{size * 100}" b="{int(bold)}">{_fill(colour)}{font}</a:{name}>'

    def _letters(self, size: int, colour: str) -> str:
        """How the letters of an axis, a legend or labels look; only titles may hold runs of text."""
        face, end = self._face("defRPr", size, colour), self._face("endParaRPr", size, colour)
        return f"<txPr><a:bodyPr{_A}/><a:p{_A}><a:pPr>{face}</a:pPr>{end}</a:p></txPr>"

    def _title(self, text: str, size: int, colour: str, bold: bool = False) -> str:
        face, run = (self._face(name, size, colour, bold) for name in ("defRPr", "rPr"))
        said = f"<a:pPr>{face}</a:pPr><a:r>{run}<a:t>{_text(text)}</a:t></a:r>"
        rich = f"<rich><a:bodyPr{_A}/><a:p{_A}>{said}</a:p></rich>"
        return f'<title><tx>{rich}</tx><overlay val="0"/></title>'

    def _axis_title(self, text: str | None) -> str:
        return self._title(text, 9, GREY) if text else ""


def _category_axis(own: str, other: str, way: str, inner: str, shown: bool = True) -> str:
    return (
        f'<catAx><axId val="{own}"/><scaling>{way}</scaling><delete val="{int(not shown)}"/><axPos val="l"/>'
        f'{inner}<crossAx val="{other}"/><lblOffset val="100"/></catAx>'
    )


def _axes_of(axes: tuple[str, str]) -> str:
    return "".join(_valued("axId", number) for number in axes)


def _valued(name: str, value: str) -> str:
    return f'<{name} val="{value}"/>' if value else ""


def _cache(kind: str, entries: list[str | None]) -> str:
    """What viewers that do not look into cells show; a blank is a gap, not a nought."""
    if not entries:
        return ""
    code = "<formatCode>General</formatCode>" if kind == "num" else ""
    points = "".join(f'<pt idx="{i}"><v>{v}</v></pt>' for i, v in enumerate(entries) if v is not None)
    return f'<{kind}Cache>{code}<ptCount val="{len(entries)}"/>{points}</{kind}Cache>'


def _fill(colour: str, declared: str = "") -> str:
    return f'<a:solidFill{declared}><a:srgbClr val="{colour}"/></a:solidFill>'


def _stroke(colour: str | None, width: str = "") -> str:
    """A line; None for none at all."""
    inner = "<a:noFill/>" if colour is None else _fill(colour)
    return f'<a:ln{_A}{width}>{inner}<a:prstDash val="solid"/></a:ln>'


def _text(text: str) -> str:
    return escape(legible(text)).decode()


def _size(block: Range) -> int:
    return (block.last_row - block.first_row + 1) * (block.last_column - block.first_column + 1)


def _number(value: Raw) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
