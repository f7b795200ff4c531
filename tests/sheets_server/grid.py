"""Answers about tabs: Sheet, SheetProperties, GridData, CellData."""

from __future__ import annotations

from typing import Any

from tests.sheets_server import datafilter
from tests.sheets_server.conditions import conditional_format, holds
from tests.sheets_server.formula_locale import localized
from tests.sheets_server.formula_text import tokens
from tests.sheets_server.formula_values import ERROR_TYPES, FormulaError
from tests.sheets_server.locales import decimal_comma
from tests.sheets_server.masks import Tree, wants
from tests.sheets_server.model import Cell, Formula, Metadata, Sheet
from tests.sheets_server.reading import Bounds, Reading
from tests.sheets_server.world import Call
from tests.sheets_server.writing import may_edit

ROW_PIXELS = 21
COLUMN_PIXELS = 100


def sheet_properties(sheet: Sheet, index: int) -> dict[str, Any]:
    return {**sheet.properties, "index": index}


def protected_range(call: Call, rule: dict[str, Any]) -> dict[str, Any]:
    """A protection as its reader sees it; who may not edit does not learn the editors."""
    allowed = may_edit({**rule, "warningOnly": False}, call.user.email, call.owner)
    out = {**rule, "requestingUserCanEdit": allowed or bool(rule.get("warningOnly"))}
    if not allowed:
        out.pop("editors", None)
    return out


def render_sheet(call: Call, sheet: Sheet) -> dict[str, Any]:
    """A Sheet answer without grid data."""
    book = call.book
    own = [
        datafilter.as_json(item)
        for item in book.metadata.values()
        if item.sheet_id == sheet.id
        and item.dimension is None
        and datafilter.visible(item, call.user.project)
    ]
    out: dict[str, Any] = {
        "properties": sheet_properties(sheet, book.index_of(sheet)),
        "merges": sheet.merges,
        "conditionalFormats": sheet.conditional,
        "filterViews": sheet.filter_views,
        "protectedRanges": [protected_range(call, rule) for rule in sheet.protected],
        "charts": sheet.charts,
        "bandedRanges": sheet.banded,
        "developerMetadata": own,
        "rowGroups": sheet.row_groups,
        "columnGroups": sheet.column_groups,
        "slicers": sheet.slicers,
        "tables": sheet.tables,
    }
    if sheet.basic_filter:
        out["basicFilter"] = sheet.basic_filter
    return out


def render_grid(call: Call, reading: Reading, sheet: Sheet, box: Bounds, mask: Tree | None) -> dict[str, Any]:
    """One GridData block; what the mask leaves out is not computed."""
    row0, row1, col0, col1 = box
    out: dict[str, Any] = {"startRow": row0, "startColumn": col0}
    if wants(mask, "sheets", "data", "rowData"):
        out["rowData"] = _rows(reading, sheet, box, mask)
    if wants(mask, "sheets", "data", "rowMetadata"):
        found = _by_line(call, sheet, "ROWS")
        hidden = hidden_rows(reading, sheet)
        out["rowMetadata"] = [
            _line(sheet.row_props.get(r), ROW_PIXELS, found.get(r), r in hidden) for r in range(row0, row1)
        ]
    if wants(mask, "sheets", "data", "columnMetadata"):
        found = _by_line(call, sheet, "COLUMNS")
        out["columnMetadata"] = [
            _line(sheet.column_props.get(c), COLUMN_PIXELS, found.get(c), False) for c in range(col0, col1)
        ]
    return out


def _by_line(call: Call, sheet: Sheet, dimension: str) -> dict[int, list[Metadata]]:
    out: dict[int, list[Metadata]] = {}
    for item in call.book.metadata.values():
        here = item.sheet_id == sheet.id and item.dimension == dimension
        if here and item.index is not None and datafilter.visible(item, call.user.project):
            out.setdefault(item.index, []).append(item)
    return out


def _line(
    properties: dict[str, Any] | None, pixels: int, metadata: list[Metadata] | None, filtered: bool
) -> dict[str, Any]:
    out = {"pixelSize": pixels, **(properties or {})}
    if filtered:
        out["hiddenByFilter"] = True
    if metadata:
        out["developerMetadata"] = [datafilter.as_json(item) for item in metadata]
    return out


def hidden_rows(reading: Reading, sheet: Sheet) -> set[int]:
    """The rows the basic filter hides by hidden values or a condition."""
    active = sheet.basic_filter
    if not active:
        return set()
    rules = {int(c): rule for c, rule in active.get("criteria", {}).items()}
    for spec in active.get("filterSpecs", []):
        rules[spec.get("columnIndex", 0)] = spec.get("filterCriteria", {})
    span = active.get("range", {})
    first = span.get("startRowIndex", 0) + 1
    last = min(span.get("endRowIndex", sheet.row_count), sheet.row_count)
    hidden = set()
    for r in range(first, last):
        for column, rule in rules.items():
            if reading.formatted(sheet, r, column) in rule.get("hiddenValues", []) or (
                "condition" in rule and not holds(reading, sheet, r, column, rule["condition"])
            ):
                hidden.add(r)
    return hidden


def _rows(reading: Reading, sheet: Sheet, box: Bounds, mask: Tree | None) -> list[dict[str, Any]]:
    row0, row1, col0, col1 = box
    out = []
    for r in range(row0, row1):
        cells = sheet.rows[r]
        last = max((c for c in cells if col0 <= c < col1), default=-1) if cells else -1
        line = [render_cell(reading, sheet, r, c, mask) for c in range(col0, last + 1)]
        out.append({"values": line} if line else {})
    while out and not out[-1]:
        out.pop()
    return out


def render_cell(reading: Reading, sheet: Sheet, row: int, column: int, mask: Tree | None) -> dict[str, Any]:
    """A CellData answer."""
    cell = sheet.cell(row, column)
    if cell.blank:
        return {}

    def asked(name: str) -> bool:
        return wants(mask, "sheets", "data", "rowData", "values", name)

    out: dict[str, Any] = {}
    if cell.value is not None:
        if asked("userEnteredValue"):
            out["userEnteredValue"] = entered_value(cell, decimal_comma(reading.locale))
        if asked("effectiveValue"):
            out["effectiveValue"] = effective_value(reading.effective(sheet, row, column))
        if asked("formattedValue"):
            out["formattedValue"] = reading.formatted(sheet, row, column)
        if asked("hyperlink") and (link := _link(cell)):
            out["hyperlink"] = link
    if cell.format and asked("userEnteredFormat"):
        out["userEnteredFormat"] = cell.format
    if (cell.value is not None or cell.format) and asked("effectiveFormat"):
        out["effectiveFormat"] = effective_format(reading, sheet, row, column)
    for name, item in (cell.extra or {}).items():
        out[name] = item
    return out


def entered_value(cell: Cell, comma: bool) -> dict[str, Any]:
    value = cell.value
    if isinstance(value, Formula):
        return {"formulaValue": localized(value.text, comma)}
    return effective_value(value)


def effective_value(value: Any) -> dict[str, Any]:
    if isinstance(value, FormulaError):
        return {"errorValue": {"type": ERROR_TYPES.get(value.code, "ERROR"), "message": value.message}}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    return {"numberValue": value}


def effective_format(reading: Reading, sheet: Sheet, row: int, column: int) -> dict[str, Any]:
    """The spreadsheet's default format, over it the cell's own, what its formula brings, conditional formats."""
    cell = sheet.cell(row, column)
    base = reading.book.properties["defaultFormat"]
    theme = reading.book.properties["spreadsheetTheme"]["primaryFontFamily"]
    out = _overlay({**base, "textFormat": {**base["textFormat"], "fontFamily": theme}}, cell.format or {})
    if "numberFormat" not in out:
        found = reading.number_format(sheet, row, column)
        if found:
            out["numberFormat"] = found
    if "horizontalAlignment" not in out and cell.value is not None:
        value = reading.effective(sheet, row, column)
        centred = isinstance(value, bool | FormulaError)
        out["horizontalAlignment"] = "CENTER" if centred else "RIGHT" if isinstance(value, float) else "LEFT"
    out.setdefault("hyperlinkDisplayType", "LINKED" if _link(cell) else "PLAIN_TEXT")
    return _overlay(out, conditional_format(reading, sheet, row, column)) if sheet.conditional else out


def _overlay(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    out = dict(base)
    for key, item in over.items():
        inner = out.get(key)
        plain = key in ("textFormat", "padding") and isinstance(inner, dict)
        out[key] = _overlay(inner, item) if plain and isinstance(inner, dict) else item
    return out


def _link(cell: Cell) -> str | None:
    if isinstance(cell.value, Formula) and cell.value.text.upper().startswith("=HYPERLINK("):
        found = next((text for kind, text in tokens(cell.value.text) if kind == "string"), None)
        return found[1:-1].replace('""', '"') if found else None
    return ((cell.format or {}).get("textFormat") or {}).get("link", {}).get("uri")
