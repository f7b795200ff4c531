"""Reads a JSON body or a query against the discovery schema, with the wording of Google's own parser."""

from __future__ import annotations

import json
import math
import re
import struct
from typing import Any

from tests.sheets_server.discovery import Method, common_parameters, schema
from tests.sheets_server.errors import ApiError, field_violations

TYPE_ROOT = "type.googleapis.com/google.apps.sheets.v4."
LIST_VALUE = "type.googleapis.com/google.protobuf.ListValue"

# Enumerations that stand outside a message in Google's protocol file; all others are nested in theirs.
TOP_LEVEL_ENUMS = {
    "majorDimension": "Dimension",
    "dimension": "Dimension",
    "shiftDimension": "Dimension",
    "valueInputOption": "ValueInputOption",
    "valueRenderOption": "ValueRenderOption",
    "responseValueRenderOption": "ValueRenderOption",
    "dateTimeRenderOption": "DateTimeRenderOption",
    "responseDateTimeRenderOption": "DateTimeRenderOption",
    "insertDataOption": "AppendValuesRequest.InsertDataOption",
    "sheetType": "SheetType",
    "sortOrder": "SortOrder",
    "pasteType": "PasteType",
    "pasteOrientation": "PasteOrientation",
    "horizontalAlignment": "HorizontalAlign",
    "verticalAlignment": "VerticalAlign",
    "hyperlinkDisplayType": "HyperlinkDisplayType",
    "textDirection": "TextDirection",
    "relativeDate": "RelativeDate",
    "colorType": "ThemeColorType",
    "wrapStrategy": "WrapStrategy",
    "visibility": "DeveloperMetadataVisibility",
    "locationType": "DeveloperMetadataLocationType",
    "locationMatchingStrategy": "DeveloperMetadataLocationMatchingStrategy",
    "delimiterType": "DelimiterType",
    "autoRecalc": "RecalculationInterval",
}

ONEOF_KINDS = {"Request": "kind", "ExtendedValue": "value", "DataFilter": "filter", "ColorStyle": "kind"}


def flat(value: Any) -> list[Any]:
    """The items of a repeated field. Google's parser takes one bare item for a list of one, and opens nested lists."""
    if not isinstance(value, list):
        return [value]
    return [item for part in value for item in (flat(part) if isinstance(part, list) else [part])]


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda m: "_" + m.group(1).lower(), name)


def camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda m: m.group(1).upper(), name)


def shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def to_float32(value: float) -> float:
    """Google keeps colours as 32-bit floats; the answer is the shortest decimal that reads back."""
    packed = struct.pack("f", value)
    for digits in range(1, 18):
        text = f"{value:.{digits}g}"
        if struct.pack("f", float(text)) == packed:
            return float(text)
    return value


class Reader:
    """Collects every fault of one body, as Google does, before it refuses."""

    def __init__(self) -> None:
        self.violations: list[tuple[str, str]] = []

    def fail(self, where: str, text: str) -> None:
        self.violations.append((where, text))

    def raise_if_any(self) -> None:
        if self.violations:
            message = "\n".join(text for _, text in self.violations)
            raise field_violations(message, self.violations)

    def unknown(self, name: str, where: str) -> None:
        at = f" at '{where}'" if where else ""
        self.fail(where, f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.')

    def invalid(self, where: str, kind: str, value: Any) -> None:
        self.fail(where, f"Invalid value at '{where}' ({kind}), {shown(value)}")

    def message(self, name: str, value: Any, where: str) -> dict[str, Any]:
        """One message of the schema; unset and null fields are left out."""
        if not isinstance(value, dict):
            self.invalid(where, TYPE_ROOT + name, value)
            return {}
        known = schema(name)
        out: dict[str, Any] = {}
        for key, item in value.items():
            proper = key if key in known else camel(key)
            if proper not in known:
                self.unknown(key, where)
                continue
            if item is None:
                continue
            here = f"{where}.{snake(proper)}" if where else snake(proper)
            if name in ONEOF_KINDS and out:
                kind = ONEOF_KINDS[name]
                self.fail(
                    where,
                    f"Invalid value at '{where}' (oneof), oneof field '{kind}' is already set. Cannot set '{proper}'",
                )
                continue
            read = self.property(name, proper, known[proper], item, here)
            if read is not None:
                out[proper] = read
        out.pop("alpha" if name == "Color" else "", None)  # read, and never kept
        return out

    def property(self, owner: str, name: str, spec: dict[str, Any], value: Any, where: str) -> Any:
        if spec.get("type") == "array":
            return self.array(owner, name, spec["items"], value, where)
        if isinstance(value, list):
            parent = where.rpartition(".")[0]
            at = f" at '{parent}'" if parent else ""
            self.fail(
                parent,
                f'Invalid JSON payload received. Unknown name "{name}"{at}: '
                "Proto field is not repeating, cannot start list.",
            )
            return None
        if "$ref" in spec:
            return self.message(spec["$ref"], value, where)
        if spec.get("type") == "object":
            return value if isinstance(value, dict) else {}
        return self.scalar(owner, name, spec, value, where)

    def array(self, owner: str, name: str, items: dict[str, Any], value: Any, where: str) -> list[Any]:
        if items.get("type") == "array":
            return self.list_values(value, where)
        listed = flat(value)
        return [
            self.property(owner, name, items, item, f"{where}[{i}]")
            for i, item in enumerate(listed)
            if item is not None
        ]

    def list_values(self, value: Any, where: str) -> list[Any]:
        """A repeated google.protobuf.ListValue: rows of bare JSON values."""
        rows = value if isinstance(value, list) else [value]
        for i, row in enumerate(rows):
            here = f"{where}[{i}]" if isinstance(value, list) else where
            if not isinstance(row, list):
                self.invalid(here, LIST_VALUE, row)
        return rows

    def scalar(self, owner: str, name: str, spec: dict[str, Any], value: Any, where: str) -> Any:
        if "enum" in spec:
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(spec["enum"]):
                value = spec["enum"][value]
            if isinstance(value, str) and value in spec["enum"]:
                # The first of an enumeration is its unset value, which is neither kept nor shown.
                return None if value.endswith("_UNSPECIFIED") and value == spec["enum"][0] else value
            self.invalid(where, TYPE_ROOT + enum_name(owner, name), value)
            return None
        kind = spec.get("type")
        if kind == "string":
            if isinstance(value, str):
                return value
            self.invalid(where, "TYPE_STRING", value)
        elif kind == "boolean":
            if isinstance(value, bool):
                return value
            if value in ("true", "false"):
                return value == "true"
            self.invalid(where, "TYPE_BOOL", value)
        elif kind == "integer":
            return self.integer(value, where)
        elif kind == "number":
            return self.number(spec, value, where)
        else:
            return value
        return None

    def integer(self, value: Any, where: str) -> int | None:
        number = _as_number(value)
        if number is None or number != int(number) or not -(2**31) <= number < 2**31:
            self.invalid(where, "TYPE_INT32", value)
            return None
        return int(number)

    def number(self, spec: dict[str, Any], value: Any, where: str) -> float | None:
        number = _as_number(value)
        single = spec.get("format") == "float"
        if number is None:
            self.invalid(where, "TYPE_FLOAT" if single else "TYPE_DOUBLE", value)
            return None
        return to_float32(number) if single else number


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def enum_name(owner: str, name: str) -> str:
    if name in TOP_LEVEL_ENUMS:
        return TOP_LEVEL_ENUMS[name]
    return f"{owner}.{name[0].upper()}{name[1:]}"


def load_json(raw: bytes) -> Any:
    """The body as JSON; an empty body is an empty message."""
    if not raw.strip():
        return {}
    try:
        return json.loads(raw)
    except UnicodeDecodeError:
        raise ApiError(400, "Invalid JSON payload received. Encountered non UTF-8 code points.") from None
    except json.JSONDecodeError as error:
        rest = error.doc[error.pos : error.pos + 40].split("\n")[0]
        reason = "Unexpected end of string." if not rest else "Unexpected token."
        text = f"Invalid JSON payload received. {reason}\n{rest}\n^"
        raise field_violations(text, [("", text)]) from None


def read_body(method: Method, raw: bytes) -> dict[str, Any]:
    """The body of a Sheets call as a checked message; values calls bind it to the field `data`."""
    if method.request is None:
        return {}
    value = load_json(raw)
    reader = Reader()
    where = "data" if method.request == "ValueRange" else ""
    where = "spreadsheet" if method.id.endswith("spreadsheets.create") else where
    if not isinstance(value, dict):
        text = 'Invalid JSON payload received. Unknown name "": Root element must be a message.'
        raise field_violations(text, [("", text)])
    out = reader.message(method.request, value, where)
    reader.raise_if_any()
    return out


def read_query(method: Method, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Query parameters by their declared type. Sheets refuses unknown names, Drive lets them pass."""
    reader = Reader()
    out: dict[str, Any] = {}
    for key, text in pairs:
        name = key if key in method.parameters else camel(key)
        spec = method.parameters.get(name)
        if spec is None or spec.get("location") == "path":
            if key in common_parameters(method.api):
                out[key] = text
            elif method.api == "sheets":
                reader.fail(
                    "",
                    f'Invalid JSON payload received. Unknown name "{key}": Cannot bind query parameter. '
                    f"Field '{key}' could not be found in request message.",
                )
            continue
        value = _query_value(reader, name, spec, text)
        if spec.get("repeated"):
            out.setdefault(name, []).append(value)
        else:
            out[name] = value
    reader.raise_if_any()
    return out


def _query_value(reader: Reader, name: str, spec: dict[str, Any], text: str) -> Any:
    if spec.get("type") == "boolean":
        if text.lower() in ("true", "1", "false", "0", ""):
            return text.lower() in ("true", "1")
        reader.invalid(snake(name), "TYPE_BOOL", text)
        return None
    if spec.get("type") == "integer":
        return reader.integer(text, snake(name))
    if "enum" in spec:
        return reader.scalar("", name, spec, text, snake(name))
    return text
