"""Putting values into cells: RAW and USER_ENTERED, limits, protected ranges."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.sheets_server.errors import RequestError
from tests.sheets_server.formula_locale import canonical
from tests.sheets_server.model import MAX_CHARACTERS, Cell, Formula, Sheet, Spreadsheet, Value
from tests.sheets_server.numbers_in import user_entered
from tests.sheets_server.spans import box_of, intersects

Bounds = tuple[int, int, int, int]
TOO_LONG = f"Your input contains more than the maximum of {MAX_CHARACTERS} characters in a single cell."
PROTECTED = (
    "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove "
    "protection if you need to edit."
)


def check_length(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise RequestError(TOO_LONG)


def may_edit(rule: dict[str, Any], email: str, owner: str) -> bool:
    """Whether a user may write under a protection; the owner always may."""
    if rule.get("warningOnly") or email == owner:
        return True
    return email in rule.get("editors", {}).get("users", [])


def check_protection(sheet: Sheet, box: Bounds, email: str, owner: str) -> None:
    rows, columns = sheet.row_count, sheet.column_count
    for rule in sheet.protected:
        if may_edit(rule, email, owner):
            continue
        if not intersects(box, box_of(rule.get("range", {}), rows, columns)):
            continue
        free = [box_of(each, rows, columns) for each in rule.get("unprotectedRanges", [])]
        if not any(o[0] <= box[0] and box[1] <= o[1] and o[2] <= box[2] and box[3] <= o[3] for o in free):
            raise RequestError(PROTECTED)


def typed(cell: Cell, item: Any, option: str, locale: str, today: dt.date) -> Cell:
    """The cell after `item` (a JSON scalar) was written into it."""
    if isinstance(item, bool):
        return cell.with_value(item)
    if isinstance(item, int | float):
        return cell.with_value(float(item))
    check_length(item)
    if item == "":
        return cell.with_value(None)
    if option != "USER_ENTERED" or _is_text_format(cell):
        return cell.with_value(item)
    value, format_ = user_entered(item, locale, today)
    if value == "":
        return cell.with_value("")
    made = cell.with_value(value)
    if format_ and "numberFormat" not in (cell.format or {}):
        made = Cell(value, {**(cell.format or {}), "numberFormat": format_}, cell.extra)
    return made


def _is_text_format(cell: Cell) -> bool:
    format_ = (cell.format or {}).get("numberFormat", {})
    return format_.get("type") == "TEXT" or format_.get("pattern") == "@"


def write_rows(
    book: Spreadsheet, sheet: Sheet, row0: int, col0: int, rows: list[list[Any]], option: str, today: dt.date
) -> int:
    """Writes bare JSON rows; null leaves a cell, "" empties it. Gives the number of cells written."""
    locale = book.properties.get("locale", "en_US")
    written = 0
    for i, line in enumerate(rows):
        for j, item in enumerate(line):
            if item is None:
                continue
            if isinstance(item, dict | list):
                kind = "struct_value" if isinstance(item, dict) else "list_value"
                raise RequestError(f"Invalid values[{i}][{j}]: {kind} {{\n}}\n")
            old = sheet.cell(row0 + i, col0 + j)
            sheet.put(row0 + i, col0 + j, typed(old, item, option, locale, today))
            written += 1
    return written


def extended(value: dict[str, Any], comma: bool = False) -> Value:
    """An ExtendedValue of a request as a cell value."""
    if "formulaValue" in value:
        check_length(value["formulaValue"])
        text = value["formulaValue"]
        return Formula(canonical(text if text.startswith("=") else "=" + text, comma))
    if "numberValue" in value:
        return float(value["numberValue"])
    if "boolValue" in value:
        return bool(value["boolValue"])
    if "stringValue" in value:
        check_length(value["stringValue"])
        return value["stringValue"] or None
    return None
