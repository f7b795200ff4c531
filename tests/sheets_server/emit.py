"""Writes answers as protocol-buffer JSON does: unset and default values are left out."""

from __future__ import annotations

from typing import Any

from tests.sheets_server.discovery import schema

# Scalars with presence in Google's messages: a zero or false that was set is shown.
# Seen in recorded answers, or members of a oneof.
PRESENT = {
    "SheetProperties": {"sheetId", "index", "title"},
    "GridRange": {"startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"},
    "DimensionRange": {"startIndex", "endIndex"},
    "TextFormat": {"bold", "italic", "strikethrough", "underline", "fontSize"},
    "ExtendedValue": {"numberValue", "stringValue", "boolValue", "formulaValue"},
    "ConditionValue": {"userEnteredValue"},
    "FilterSpec": {"columnIndex"},
    "SortSpec": {"dimensionIndex"},
    "DeveloperMetadataLocation": {"sheetId", "spreadsheet"},
    "ChartAxisViewWindowOptions": {"viewWindowMin", "viewWindowMax"},
}
UNTYPED = {"ValueRange.values"}


def number(value: float) -> float | int:
    """A double in its shortest JSON form: 2.0 is written 2."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e21 else value


def message(name: str, value: dict[str, Any]) -> dict[str, Any]:
    """`value` as an answer of the schema `name`; keys outside the schema are a fault of the server."""
    known = schema(name)
    present = PRESENT.get(name, set())
    out: dict[str, Any] = {}
    for key, item in value.items():
        if item is None:
            continue
        spec = known[key]
        shown = item if f"{name}.{key}" in UNTYPED else _property(spec, item)
        if shown in ("", 0, False) and not isinstance(shown, dict | list) and key not in present:
            continue
        if isinstance(shown, list) and not shown:
            continue
        out[key] = shown
    return out


def _property(spec: dict[str, Any], item: Any) -> Any:
    if "$ref" in spec:
        return message(spec["$ref"], item)
    if spec.get("type") == "array":
        return [_property(spec["items"], each) for each in item]
    if isinstance(item, float):
        return number(item)
    return item
