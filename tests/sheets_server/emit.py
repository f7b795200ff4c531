"""Writes answers as protocol-buffer JSON does: unset and default values are left out."""

from __future__ import annotations

from functools import cache
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
    known = _fields(name)
    out: dict[str, Any] = {}
    for key, item in value.items():
        if item is None:
            continue
        shape, inner, present = known[key]
        if shape == "message":
            out[key] = message(inner, item)
            continue
        shown = _property(inner, item) if shape == "array" else item
        if isinstance(shown, float) and shape != "untyped":
            shown = number(shown)
        if not shown and not isinstance(shown, dict) and (not present or isinstance(shown, list)):
            continue
        out[key] = shown
    return out


@cache
def _fields(name: str) -> dict[str, tuple[str, Any, bool]]:
    """Field of the schema `name` to its shape, what is inside, and whether a zero that was set is shown."""
    found = {}
    for key, spec in schema(name).items():
        inner: Any = None
        if f"{name}.{key}" in UNTYPED:
            shape = "untyped"
        elif "$ref" in spec:
            shape, inner = "message", spec["$ref"]
        elif spec.get("type") == "array":
            shape, inner = "array", spec
        else:
            shape = "scalar"
        found[key] = (shape, inner, key in PRESENT.get(name, set()))
    return found


def _property(spec: dict[str, Any], item: Any) -> Any:
    if "$ref" in spec:
        return message(spec["$ref"], item)
    if spec.get("type") == "array":
        inner = spec["items"]
        if "$ref" in inner:
            name = inner["$ref"]
            return [message(name, each) for each in item]
        return [_property(inner, each) for each in item]
    if isinstance(item, float):
        return number(item)
    return item
