"""Embedded charts and slicers."""

from __future__ import annotations

from typing import Any

from tests.sheets_server.defaults import mirror_colors
from tests.sheets_server.errors import RequestError, server_error
from tests.sheets_server.masks import merge, update_tree
from tests.sheets_server.model import Sheet
from tests.sheets_server.requests.ranges import fresh_id
from tests.sheets_server.requests.registry import full_range, handles
from tests.sheets_server.spans import GRID_KEYS
from tests.sheets_server.world import Call

KINDS = (
    "basicChart", "pieChart", "bubbleChart", "candlestickChart", "orgChart",
    "histogramChart", "waterfallChart", "treemapChart", "scorecardChart",
)  # fmt: skip
DEFAULT_WIDTH = 600
DEFAULT_HEIGHT = 371


def _ranges(call: Call, value: Any, key: str = "") -> Any:
    """Every GridRange of a spec, checked and with its sheetId spelled out."""
    if isinstance(value, list):
        return [_ranges(call, item, key) for item in value]
    if not isinstance(value, dict):
        return value
    if key in ("sources", "dataRange") and set(value) <= GRID_KEYS:
        return full_range(value, call)
    return {name: _ranges(call, item, name) for name, item in value.items()}


def checked_spec(call: Call, spec: dict[str, Any]) -> dict[str, Any]:
    if not any(kind in spec for kind in KINDS):
        raise RequestError(f"One of {', '.join(KINDS)} must be set on chartSpec")
    basic = spec.get("basicChart")
    if basic is not None and (not basic.get("series") or not basic.get("domains")):
        raise server_error(500)
    return _ranges(call, mirror_colors(spec))


def checked_position(call: Call, position: dict[str, Any], kind: str = "chart") -> dict[str, Any]:
    if "overlayPosition" not in position:
        return dict(position)
    overlay = {**position["overlayPosition"]}
    anchor = {"rowIndex": 0, "columnIndex": 0, **overlay.get("anchorCell", {})}
    anchor.setdefault("sheetId", 0)
    sheet = call.book.grid(anchor["sheetId"])
    if anchor["rowIndex"] >= sheet.row_count or anchor["columnIndex"] >= sheet.column_count:
        raise RequestError(f"The {kind} anchor is outside the sheet.")
    overlay["anchorCell"] = anchor
    overlay.setdefault("widthPixels", DEFAULT_WIDTH)
    overlay.setdefault("heightPixels", DEFAULT_HEIGHT)
    return {"overlayPosition": overlay}


@handles("addChart")
def add_chart(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    given = request.get("chart", {})
    spec = checked_spec(call, given.get("spec", {}))
    position = given.get("position", {})
    chart_id = fresh_id(call, "charts", "chartId", given.get("chartId"), "Chart")
    if position.get("newSheet"):
        sheet = _object_sheet(call)
        position = {"sheetId": sheet.id}
    else:
        position = checked_position(call, position)
        if "overlayPosition" not in position:
            raise RequestError("A chart needs a position: newSheet or overlayPosition.")
        sheet = call.book.sheet(position["overlayPosition"]["anchorCell"]["sheetId"])
    made = {"chartId": chart_id, "spec": spec, "position": position}
    if "border" in given:
        made["border"] = mirror_colors(given["border"])
    sheet.charts.append(made)
    return {"chart": made}


def _object_sheet(call: Call) -> Sheet:
    """A tab that holds one chart; it has no grid."""
    book = call.book
    number = 1
    while book.titled(f"Chart{number}"):
        number += 1
    sheet_id = call.world.new_number(lambda n: any(s.id == n for s in book.sheets))
    made = Sheet({"sheetId": sheet_id, "title": f"Chart{number}", "sheetType": "OBJECT"})
    book.sheets.append(made)
    return made


def _object(call: Call, object_id: int) -> tuple[Sheet, str, dict[str, Any]]:
    for sheet in call.book.sheets:
        for name, key in (("charts", "chartId"), ("slicers", "slicerId")):
            for item in getattr(sheet, name):
                if item[key] == object_id:
                    return sheet, name, item
    raise RequestError(f"No embedded object with id: {object_id}")


@handles("updateChartSpec")
def update_chart_spec(call: Call, request: dict[str, Any]) -> None:
    """The whole spec is replaced."""
    _, name, item = _object(call, request.get("chartId", 0))
    if name != "charts":
        raise RequestError(f"No chart with id: {request.get('chartId', 0)}")
    item["spec"] = checked_spec(call, request.get("spec", {}))


@handles("updateEmbeddedObjectPosition")
def update_position(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    sheet, name, item = _object(call, request.get("objectId", 0))
    given = request.get("newPosition", {})
    if given.get("newSheet"):
        target = _object_sheet(call)
        position: dict[str, Any] = {"sheetId": target.id}
    else:
        text = request.get("fields")
        over = given.get("overlayPosition", {})
        if "anchorCell" in over:
            over = {
                **over,
                "anchorCell": {"sheetId": 0, "rowIndex": 0, "columnIndex": 0, **over["anchorCell"]},
            }
        tree = update_tree(text, "OverlayPosition", "overlayPosition")
        merged = merge(item.get("position", {}).get("overlayPosition", {}), over, tree)
        position = checked_position(call, {"overlayPosition": merged})
        target = call.book.sheet(position["overlayPosition"]["anchorCell"]["sheetId"])
    item["position"] = position
    if target is not sheet:
        getattr(sheet, name).remove(item)
        getattr(target, name).append(item)
        if not sheet.is_grid and not sheet.charts:
            call.book.sheets.remove(sheet)
    return {"position": position}


@handles("updateEmbeddedObjectBorder")
def update_border(call: Call, request: dict[str, Any]) -> None:
    _, name, item = _object(call, request.get("objectId", 0))
    if name != "charts":
        raise RequestError("Only charts have a border.")
    tree = update_tree(request.get("fields"), "EmbeddedObjectBorder", "border")
    item["border"] = merge(item.get("border", {}), mirror_colors(request.get("border", {})), tree)


@handles("deleteEmbeddedObject")
def delete_object(call: Call, request: dict[str, Any]) -> None:
    sheet, name, item = _object(call, request.get("objectId", 0))
    getattr(sheet, name).remove(item)
    if not sheet.is_grid:
        call.book.sheets.remove(sheet)


@handles("addSlicer")
def add_slicer(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    given = request.get("slicer", {})
    spec = _ranges(call, mirror_colors(given.get("spec", {})))
    if "dataRange" not in spec:
        raise RequestError("A slicer needs a dataRange.")
    position = checked_position(call, given.get("position", {}), "slicer")
    slicer_id = fresh_id(call, "slicers", "slicerId", given.get("slicerId"), "Slicer")
    made = {"slicerId": slicer_id, "spec": spec, "position": position}
    call.book.grid(spec["dataRange"]["sheetId"]).slicers.append(made)
    return {"slicer": made}


@handles("updateSlicerSpec")
def update_slicer_spec(call: Call, request: dict[str, Any]) -> None:
    _, name, item = _object(call, request.get("slicerId", 0))
    if name != "slicers":
        raise RequestError(f"No slicer with id: {request.get('slicerId', 0)}")
    tree = update_tree(request.get("fields"), "SlicerSpec", "spec")
    item["spec"] = merge(item["spec"], _ranges(call, mirror_colors(request.get("spec", {}))), tree)
