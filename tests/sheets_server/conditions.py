"""BooleanCondition: used by filters, validation and conditional formats."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from tests.sheets_server.formula_eval import Context, parse
from tests.sheets_server.formula_text import copy_formula
from tests.sheets_server.formula_values import FormulaError, compare, truth
from tests.sheets_server.model import Formula, Sheet
from tests.sheets_server.numbers_in import serial, user_entered
from tests.sheets_server.reading import Reading
from tests.sheets_server.spans import box_of

RELATIVE_DAYS = {
    "TODAY": 0,
    "TOMORROW": 1,
    "YESTERDAY": -1,
    "PAST_WEEK": -7,
    "PAST_MONTH": -30,
    "PAST_YEAR": -365,
}


def holds(
    reading: Reading,
    sheet: Sheet,
    row: int,
    column: int,
    condition: dict[str, Any],
    origin: tuple[int, int] | None = None,
) -> bool:
    """Whether a cell meets a condition; a custom formula is written for the cell `origin`."""
    kind = condition.get("type", "")
    value = reading.effective(sheet, row, column)
    if isinstance(value, FormulaError):
        return kind == "NOT_BLANK"
    if kind in ("BLANK", "NOT_BLANK"):
        return (value is None or value == "") == (kind == "BLANK")
    if kind == "BOOLEAN":
        return isinstance(value, bool) or value is None
    if kind == "CUSTOM_FORMULA":
        return _custom(reading, sheet, row, column, condition, origin or (row, column))
    given = [_given(reading, sheet, row, column, item) for item in condition.get("values", [])]
    shown = reading.formatted(sheet, row, column)
    if kind.startswith("TEXT_"):
        return _text(kind, shown, value, given)
    if kind == "ONE_OF_LIST":
        return shown in {str(item.get("userEnteredValue", "")) for item in condition.get("values", [])}
    if kind.startswith(("NUMBER_", "DATE_")):
        return _number(kind, value, given)
    return True


def _given(reading: Reading, sheet: Sheet, row: int, column: int, item: dict[str, Any]) -> Any:
    if "relativeDate" in item:
        return serial(
            reading.evaluator.now.date() + dt.timedelta(days=RELATIVE_DAYS.get(item["relativeDate"], 0))
        )
    value, _ = user_entered(item.get("userEnteredValue", ""), reading.locale, reading.evaluator.now.date())
    if isinstance(value, Formula):
        return reading.evaluator.top(parse(value.text), sheet, row, column)
    return value


def _custom(
    reading: Reading, sheet: Sheet, row: int, column: int, condition: dict[str, Any], origin: tuple[int, int]
) -> bool:
    text = condition["values"][0].get("userEnteredValue", "")
    moved = copy_formula(text, row - origin[0], column - origin[1])
    try:
        return truth(reading.evaluator.value(parse(moved), Context(reading.evaluator, sheet, row, column)))
    except FormulaError:
        return False


def _text(kind: str, shown: str, value: Any, given: list[Any]) -> bool:
    wanted = str(given[0]).casefold() if given else ""
    low = shown.casefold()
    return {
        "TEXT_CONTAINS": wanted in low,
        "TEXT_NOT_CONTAINS": wanted not in low,
        "TEXT_STARTS_WITH": low.startswith(wanted),
        "TEXT_ENDS_WITH": low.endswith(wanted),
        "TEXT_EQ": low == wanted,
        "TEXT_NOT_EQ": low != wanted,
        "TEXT_IS_EMAIL": bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", shown)),
        "TEXT_IS_URL": bool(re.match(r"(https?://|www\.)\S+\Z", shown)),
    }.get(kind, True)


def _number(kind: str, value: Any, given: list[Any]) -> bool:
    if isinstance(value, bool) or not isinstance(value, float):
        return False
    orders = [compare(value, other) for other in given]
    name = kind.partition("_")[2]
    if name in ("BETWEEN", "NOT_BETWEEN"):
        inside = orders[0] >= 0 and orders[1] <= 0
        return inside == (name == "BETWEEN")
    if name == "IS_VALID" or not orders:
        return True
    order = orders[0]
    return {
        "GREATER": order > 0, "GREATER_THAN_EQ": order >= 0, "LESS": order < 0, "LESS_THAN_EQ": order <= 0,
        "EQ": order == 0, "NOT_EQ": order != 0, "BEFORE": order < 0, "AFTER": order > 0,
        "ON_OR_BEFORE": order <= 0, "ON_OR_AFTER": order >= 0,
    }.get(name, True)  # fmt: skip


def conditional_format(reading: Reading, sheet: Sheet, row: int, column: int) -> dict[str, Any]:
    """The formats of all boolean rules a cell meets; where they differ the earlier rule wins."""
    out: dict[str, Any] = {}
    for rule in reversed(sheet.conditional):
        boxes = [box_of(each, sheet.row_count, sheet.column_count) for each in rule.get("ranges", [])]
        if not any(box[0] <= row < box[1] and box[2] <= column < box[3] for box in boxes):
            continue
        origin = (min(box[0] for box in boxes), min(box[2] for box in boxes))
        given = rule.get("booleanRule")
        if given and holds(reading, sheet, row, column, given["condition"], origin):
            style = given.get("format", {})
            text = {**out.get("textFormat", {}), **style.get("textFormat", {})}
            out = {**out, **style, **({"textFormat": text} if text else {})}
    return out
