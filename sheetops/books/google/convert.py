"""Cell values between the sheet and Python: Google counts days from 1899-12-30 and knows dates by number format."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sheetops.domain.table import CellError, Raw

EPOCH = datetime(1899, 12, 30)  # day 0 (Sheets API, "Date/time serial numbers")
MOST_CHARACTERS = 50_000  # of a cell (measured: 50,001 is refused)
_MILLISECONDS = 86_400_000
DATE_TYPES = ("DATE", "DATE_TIME", "TIME")
DAY_FORMAT = {"type": "DATE", "pattern": "yyyy-mm-dd"}
MOMENT_FORMAT = {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}
CLOCK_FORMAT = {"type": "TIME", "pattern": "hh:mm"}
LENGTH_FORMAT = {"type": "TIME", "pattern": "[h]:mm"}


def from_json(value: Any, kind: str | None = None, is_error: bool = False) -> Raw:
    """A cell as Python has it; `kind` is the type of its number format."""
    if value is None or value == "":
        return None
    if is_error:
        return CellError(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and kind in DATE_TYPES:
        return _moment(value, kind)
    return value if isinstance(value, (str, bool, int, float)) else str(value)


def _moment(serial: float, kind: str | None) -> Raw:
    try:
        length = timedelta(milliseconds=round(serial * _MILLISECONDS))
        if kind == "TIME":
            return (EPOCH + length).time() if 0 <= serial < 1 else length
        moment = EPOCH + length
    except OverflowError:
        return serial
    return moment.date() if kind == "DATE" and moment.time() == time() else moment


def to_json(value: Raw) -> str | int | float | bool:
    """What RAW input must be for a cell to hold `value`; None empties it. Raises ValueError for what cannot be written."""
    if value is None:
        return ""
    if isinstance(value, CellError):
        raise ValueError("an error is a formula's result and cannot be written")
    if isinstance(value, str):
        if len(value) > MOST_CHARACTERS:
            raise ValueError(f"a cell holds at most {MOST_CHARACTERS} characters")
        return value
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("not a number")
        return value
    return _serial(value)


def _serial(value: date | datetime | time | timedelta) -> int | float:
    if isinstance(value, timedelta):
        length = value
    elif isinstance(value, time):
        length = datetime.combine(EPOCH, value) - EPOCH
    elif isinstance(value, datetime):
        length = value - EPOCH
    else:
        return (value - EPOCH.date()).days
    days = length / timedelta(days=1)
    return int(days) if days.is_integer() else days


def format_for(value: Raw) -> dict[str, str] | None:
    """The number format without which a date would show as a number; None where none is needed."""
    if isinstance(value, datetime):
        return MOMENT_FORMAT
    if isinstance(value, date):
        return DAY_FORMAT
    if isinstance(value, time):
        return CLOCK_FORMAT
    return LENGTH_FORMAT if isinstance(value, timedelta) else None


def same_json(first: Any, second: Any) -> bool:
    """Whether two cells of an answer hold one value: blank is "", and numbers are equal to a millisecond."""
    first, second = ("" if v is None else v for v in (first, second))
    if (
        isinstance(first, bool)
        or isinstance(second, bool)
        or isinstance(first, str)
        or isinstance(second, str)
    ):
        return type(first) is type(second) and bool(first == second)
    return math.isclose(first, second, rel_tol=1e-12, abs_tol=1e-9)


def at(row: Sequence[Any], index: int) -> Any:
    """The cell at `index` of a row whose blank tail is left out; blank is ""."""
    value = row[index] if index < len(row) else ""
    return "" if value is None else value
