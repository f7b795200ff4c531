"""findReplace, textToColumns, trimWhitespace."""

from __future__ import annotations

import re
from typing import Any

from tests.sheets_server.errors import RequestError
from tests.sheets_server.model import Formula, Sheet
from tests.sheets_server.reading import Bounds
from tests.sheets_server.requests.registry import area, guard, handles, writable_area
from tests.sheets_server.world import Call
from tests.sheets_server.writing import check_length, typed


def _pattern(request: dict[str, Any]) -> re.Pattern[str]:
    wanted = request.get("find", "")
    if not wanted:
        raise RequestError("findReplace.find must not be empty.")
    flags = 0 if request.get("matchCase") else re.IGNORECASE
    text = wanted if request.get("searchByRegex") else re.escape(wanted)
    if request.get("matchEntireCell"):
        text = rf"\A(?:{text})\Z"
    try:
        return re.compile(text, flags | re.DOTALL)
    except re.error:
        raise RequestError(f"Invalid regular expression: {wanted}") from None


def _scope(call: Call, request: dict[str, Any]) -> list[tuple[Sheet, Bounds]]:
    if "range" in request:
        return [area(call, request["range"])]
    sheets = [s for s in call.book.sheets if s.is_grid]
    if not request.get("allSheets"):
        if "sheetId" not in request:
            raise RequestError("Must specify a scope: range, sheetId or allSheets.")
        sheets = [call.book.grid(request["sheetId"])]
    return [(s, (0, s.row_count, 0, s.column_count)) for s in sheets]


@handles("findReplace")
def find_replace(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    """Text cells, and formulas if asked; numbers are not searched."""
    pattern = _pattern(request)
    new = request.get("replacement", "")
    if request.get("searchByRegex"):
        new = re.sub(r"\$(\d)", r"\\\1", new)
    counts = {"valuesChanged": 0, "formulasChanged": 0, "occurrencesChanged": 0}
    rows: set[tuple[int, int]] = set()
    sheets: set[int] = set()
    for sheet, box in _scope(call, request):
        for r, c, cell in list(sheet.cells()):
            if not (box[0] <= r < box[1] and box[2] <= c < box[3]):
                continue
            is_formula = isinstance(cell.value, Formula)
            if not isinstance(cell.value, str | Formula):
                continue
            if is_formula and not request.get("includeFormulas"):
                continue
            source = cell.value.text if isinstance(cell.value, Formula) else cell.value
            replacement = new if request.get("searchByRegex") else new.replace("\\", "\\\\")
            changed, times = pattern.subn(replacement, source)
            if not times:
                continue
            guard(call, sheet, (r, r + 1, c, c + 1))
            check_length(changed)
            if is_formula:
                sheet.put(r, c, cell.with_value(Formula(changed)))
            else:
                sheet.put(r, c, typed(cell, changed, "USER_ENTERED", call.reading().locale, call.today))
            counts["formulasChanged" if is_formula else "valuesChanged"] += 1
            counts["occurrencesChanged"] += times
            rows.add((sheet.id, r))
            sheets.add(sheet.id)
    return {**counts, "rowsChanged": len(rows), "sheetsChanged": len(sheets)}


DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "PERIOD": ".", "SPACE": " ", "TAB": "\t"}


@handles("textToColumns")
def text_to_columns(call: Call, request: dict[str, Any]) -> None:
    sheet, box = writable_area(call, request.get("source"))
    if box[3] - box[2] != 1:
        raise RequestError("The source data must span exactly one column.")
    kind = request.get("delimiterType", "AUTODETECT")
    if kind == "CUSTOM":
        sign = request.get("delimiter", "")
        if not sign:
            raise RequestError("A custom delimiter is required.")
    elif kind in DELIMITERS:
        sign = DELIMITERS[kind]
    else:
        shown = [sheet.cell(r, box[2]).value for r in range(box[0], box[1])]
        text = "\n".join(v for v in shown if isinstance(v, str))
        sign = max(DELIMITERS.values(), key=text.count)
    locale = call.reading().locale
    for r in range(box[0], box[1]):
        value = sheet.cell(r, box[2]).value
        if not isinstance(value, str):
            continue
        for at, part in enumerate(value.split(sign)):
            c = box[2] + at
            if c >= sheet.column_count:
                raise RequestError("The text does not fit into the columns of the sheet.")
            sheet.put(r, c, typed(sheet.cell(r, c), part.strip(), "USER_ENTERED", locale, call.today))


@handles("trimWhitespace")
def trim_whitespace(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    sheet, box = writable_area(call, request.get("range"))
    changed = 0
    for r in range(box[0], box[1]):
        for c in [c for c in sheet.rows[r] or () if box[2] <= c < box[3]]:
            cell = sheet.cell(r, c)
            if not isinstance(cell.value, str):
                continue
            trimmed = re.sub(r"[ \t]+", " ", cell.value).strip()
            if trimmed != cell.value:
                sheet.put(r, c, cell.with_value(trimmed or None))
                changed += 1
    return {"cellsChangedCount": changed}
