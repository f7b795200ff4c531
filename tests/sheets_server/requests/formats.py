"""Conditional formats and banding."""

from __future__ import annotations

from typing import Any

from tests.sheets_server.defaults import mirror_colors
from tests.sheets_server.errors import RequestError
from tests.sheets_server.masks import merge, update_tree
from tests.sheets_server.model import Sheet
from tests.sheets_server.requests.cells import check_condition
from tests.sheets_server.requests.ranges import fresh_id, on_sheets
from tests.sheets_server.requests.registry import bounded_range, handles
from tests.sheets_server.spans import box_of, intersects
from tests.sheets_server.world import Call


def _checked_rule(call: Call, rule: dict[str, Any]) -> tuple[Sheet, dict[str, Any]]:
    ranges = [bounded_range(each, call) for each in rule.get("ranges", [])]
    if not ranges:
        raise RequestError("Must specify at least one range.")
    if len({each["sheetId"] for each in ranges}) > 1:
        raise RequestError("All ranges of a conditional format must be on the same sheet.")
    if "booleanRule" in rule:
        check_condition(rule["booleanRule"].get("condition"))
    elif "gradientRule" not in rule:
        raise RequestError("No rule specified: booleanRule or gradientRule must be set.")
    return call.book.grid(ranges[0]["sheetId"]), {**mirror_colors(rule), "ranges": ranges}


@handles("addConditionalFormatRule")
def add_rule(call: Call, request: dict[str, Any]) -> None:
    sheet, rule = _checked_rule(call, request.get("rule", {}))
    index = request.get("index", 0)
    if not 0 <= index <= len(sheet.conditional):
        raise RequestError(
            f"Invalid index: {index}. There are {len(sheet.conditional)} conditional format rules."
        )
    sheet.conditional.insert(index, rule)


def _rule_at(sheet: Sheet, index: int) -> dict[str, Any]:
    if not 0 <= index < len(sheet.conditional):
        raise RequestError(f"No conditional format on sheet: {sheet.id} at index: {index}")
    return sheet.conditional[index]


@handles("updateConditionalFormatRule")
def update_rule(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    index = request.get("index", 0)
    if "newIndex" in request:
        sheet = call.book.grid(request.get("sheetId", 0))
        rule = _rule_at(sheet, index)
        to = request["newIndex"]
        if not 0 <= to < len(sheet.conditional):
            raise RequestError(
                f"Invalid newIndex: {to}. There are {len(sheet.conditional)} conditional format rules."
            )
        sheet.conditional.insert(to, sheet.conditional.pop(index))
        return {"oldIndex": index, "newRule": rule, "newIndex": to}
    sheet, rule = _checked_rule(call, request.get("rule", {}))
    old = _rule_at(sheet, index)
    sheet.conditional[index] = rule
    return {"oldRule": old, "newRule": rule, "newIndex": index}


@handles("deleteConditionalFormatRule")
def delete_rule(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    sheet = call.book.grid(request.get("sheetId", 0))
    index = request.get("index", 0)
    rule = _rule_at(sheet, index)
    del sheet.conditional[index]
    return {"rule": rule}


# Banding ------------------------------------------------------------------------------------------


def _mirror_bands(given: dict[str, Any]) -> dict[str, Any]:
    """BandingProperties keep headerColor and headerColorStyle (and the like) in step."""
    out = dict(given)
    for part in ("rowProperties", "columnProperties"):
        if part in out:
            band = dict(out[part])
            for name in ("headerColor", "firstBandColor", "secondBandColor", "footerColor"):
                style = band.get(f"{name}Style")
                if style and "rgbColor" in style:
                    band[name] = style["rgbColor"]
                elif name in band:
                    band[f"{name}Style"] = {"rgbColor": band[name]}
            out[part] = band
    return out


def _check_overlap(sheet: Sheet, made: dict[str, Any]) -> None:
    box = box_of(made["range"], sheet.row_count, sheet.column_count)
    for other in sheet.banded:
        if other["bandedRangeId"] == made["bandedRangeId"]:
            continue
        if intersects(box, box_of(other["range"], sheet.row_count, sheet.column_count)):
            raise RequestError(
                "You cannot add alternating background colors to a range that already has alternating background colors."
            )


@handles("addBanding")
def add_banding(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    given = _mirror_bands(request.get("bandedRange", {}))
    given["range"] = bounded_range(given.get("range"), call)
    if "rowProperties" not in given and "columnProperties" not in given:
        raise RequestError("Must specify at least one of rowProperties and columnProperties.")
    sheet = call.book.grid(given["range"]["sheetId"])
    given["bandedRangeId"] = fresh_id(
        call, "banded", "bandedRangeId", given.get("bandedRangeId"), "Banded range"
    )
    _check_overlap(sheet, given)
    sheet.banded.append(given)
    return {"bandedRange": given}


@handles("updateBanding")
def update_banding(call: Call, request: dict[str, Any]) -> None:
    given = _mirror_bands(request.get("bandedRange", {}))
    sheet, item = on_sheets(call, "banded", "bandedRangeId", given.get("bandedRangeId"), "banded range")
    tree = update_tree(request.get("fields"), "BandedRange", "bandedRange")
    merged = merge(item, given, tree)
    merged["bandedRangeId"] = item["bandedRangeId"]
    merged["range"] = bounded_range(merged.get("range"), call)
    _check_overlap(sheet, merged)
    sheet.banded = [merged if b is item else b for b in sheet.banded]


@handles("deleteBanding")
def delete_banding(call: Call, request: dict[str, Any]) -> None:
    wanted = request.get("bandedRangeId", 0)
    sheet, item = on_sheets(call, "banded", "bandedRangeId", wanted, "banded range")
    sheet.banded.remove(item)
