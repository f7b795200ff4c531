"""Charts of a tab as Google's own, over the cells that hold their numbers."""

from __future__ import annotations

from collections.abc import Callable

from sheetops.books.google.look import colour
from sheetops.books.google.service import Json
from sheetops.domain.tabs import Chart, Range, Series, Tab

_PIXELS = 96 / 2.54  # a centimetre
GridOf = Callable[[Range], Json]


def add_chart(chart: Chart, tab: Tab, sheet_id: int, grid_of: GridOf) -> Json | None:
    """The request that draws one chart; None for one without series, at which Google fails."""
    if not chart.series:
        return None
    headed = _headed(chart, tab)
    kinds = {"column": "COLUMN", "stacked": "COLUMN", "bar": "BAR", "line": "LINE"}
    lines = any(series.line for series in chart.series) and chart.kind != "line"
    values_axis = "BOTTOM_AXIS" if chart.kind == "bar" else "LEFT_AXIS"
    spec: Json = {
        "chartType": "COMBO" if lines else kinds[chart.kind],
        "legendPosition": "BOTTOM_LEGEND" if len(chart.series) > 1 else "NO_LEGEND",
        "headerCount": 1 if headed else 0,
        "domains": [{"domain": _source(chart.categories, grid_of, headed)}],
        "series": [_series(s, chart, lines, values_axis, grid_of, headed) for s in chart.series],
        "axis": _axes(chart),
    }
    if chart.kind == "stacked":
        spec["stackedType"] = "STACKED"
    position = {
        "anchorCell": {"sheetId": sheet_id, "rowIndex": chart.row - 1, "columnIndex": chart.column - 1},
        "widthPixels": round(chart.width_cm * _PIXELS),
        "heightPixels": round(chart.height_cm * _PIXELS),
    }
    made = {"spec": {"title": chart.title, "basicChart": spec}, "position": {"overlayPosition": position}}
    return {"addChart": {"chart": made}}


def _headed(chart: Chart, tab: Tab) -> bool:
    """Whether every series has its name in the cell above its numbers: the only place Google takes a name from."""
    rows = tab.rows
    for series in chart.series:
        block = series.values
        above = block.first_row - 2
        if block.tab not in (None, tab.name) or not 0 <= above < len(rows):
            return False
        row = rows[above]
        if block.first_column > len(row) or row[block.first_column - 1].value != series.name:
            return False
    return chart.categories.first_row >= 2


def _source(block: Range, grid_of: GridOf, headed: bool) -> Json:
    taken = block._replace(first_row=block.first_row - 1) if headed else block
    return {"sourceRange": {"sources": [grid_of(taken)]}}


def _series(series: Series, chart: Chart, lines: bool, axis: str, grid_of: GridOf, headed: bool) -> Json:
    made: Json = {
        "series": _source(series.values, grid_of, headed),
        "targetAxis": "RIGHT_AXIS" if series.second and lines else axis,
    }
    if lines:
        made["type"] = "LINE" if series.line else "COLUMN"
    if series.colour:
        made["colorStyle"] = colour(series.colour)
    return made


def _axes(chart: Chart) -> list[Json]:
    across, up = ("LEFT_AXIS", "BOTTOM_AXIS") if chart.kind == "bar" else ("BOTTOM_AXIS", "LEFT_AXIS")
    titles = ((across, chart.x_title), (up, chart.y_title))
    return [{"position": position, "title": title} for position, title in titles if title]
