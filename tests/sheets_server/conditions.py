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

RELATIVE_DAYS = {
    "TODAY": 0,
    "TOMORROW": 1,
    "YESTERDAY": -1,
    "PAST_WEEK": -7,
    "PAST_MONTH": -30,
    "PAST_YEAR": -365,
}


def holds(reading: Reading, sheet: Sheet, row: int, column: int, condition: dict[str, Any]) -> bool:
    """Whether a cell meets a condition."""
    kind = condition.get("type", "")
    value = reading.effective(sheet, row, column)
    if isinstance(value, FormulaError):
        return kind == "NOT_BLANK"
    if kind in ("BLANK", "NOT_BLANK"):
        return (value is None or value == "") == (kind == "BLANK")
    if kind == "BOOLEAN":
        return isinstance(value, bool) or value is None
    if kind == "CUSTOM_FORMULA":
        return custom(reading, sheet, row, column, condition)
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


def custom(
    reading: Reading,
    sheet: Sheet,
    row: int,
    column: int,
    condition: dict[str, Any],
    origin: tuple[int, int] = (0, 0),
) -> bool:
    """CUSTOM_FORMULA, written for the cell `origin` and copied to this one."""
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
