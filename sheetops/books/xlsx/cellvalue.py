"""What a cell may hold, and how it is written: text, numbers, booleans, dates (ISO/IEC 29500-1 §18.17.4)."""

from __future__ import annotations

import datetime as dt
import math

from sheetops.domain.patterns import pattern
from sheetops.errors import EditRefused

Value = str | bool | int | float | dt.datetime | dt.date | None

MAX_TEXT = 32_767
"""Characters that one cell holds, counted as Excel counts them: in UTF-16 units."""

_FIRST_1904 = dt.datetime(1904, 1, 1)
_FIRST_1900 = dt.datetime(1899, 12, 31)
_LEAP_BUG = dt.datetime(1900, 3, 1)
_DAY = dt.timedelta(days=1)

# Excel writes what XML cannot hold as _xHHHH_, and a text that looks like it with its underscore escaped.
_ESCAPED = pattern(r"_x([0-9A-Fa-f]{4})_")
_UNWRITABLE = pattern("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ISO_FORMS = ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d")


def checked(value: object, where: str) -> Value:
    """`value` if a cell can hold it (an empty text clears the cell: None); else EditRefused."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _checked_text(value, where)
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _checked_number(value, where)
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            raise EditRefused(
                "a cell holds no time zone", where=where, mend="give the local time without a zone"
            )
        return value
    if isinstance(value, dt.date):
        return value
    raise EditRefused(
        f"a cell cannot hold a {type(value).__name__}",
        where=where,
        mend="give text, a number, True or False, a date, a datetime or None",
    )


def _checked_text(value: str, where: str) -> str:
    try:
        units = len(value.encode("utf-16-le")) // 2
    except UnicodeEncodeError as error:
        raise EditRefused("the text holds half a character (a lone surrogate)", where=where) from error
    if units > MAX_TEXT:
        raise EditRefused(
            f"the text has {units:,} characters, and a cell holds {MAX_TEXT:,}",
            where=where,
            mend="shorten it",
        )
    return value


def _checked_number(value: int | float, where: str) -> int | float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise EditRefused("a cell holds no infinite number and no NaN", where=where)
    if isinstance(value, int) and int(number) != value:
        raise EditRefused(
            f"the number {value} has more digits than a cell keeps", where=where, mend="give it as text"
        )
    return value


def number_text(value: int | float) -> str:
    """The shortest text that reads back as the same number."""
    if isinstance(value, int):
        return str(int(value))
    whole = value.is_integer() and abs(value) < 1e15
    return str(int(value)) if whole else repr(float(value))


def serial(value: dt.date, epoch_1904: bool, where: str) -> float:
    """The day number of a date or datetime; EditRefused before the workbook's first day.

    The 1900 system counts a 29 February 1900 that never was, so days before 1 March 1900 are one less.
    """
    moment = value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)
    if epoch_1904:
        days = (moment - _FIRST_1904) / _DAY
        first = 0
    else:
        days = (moment - _FIRST_1900) / _DAY + (1 if moment >= _LEAP_BUG else 0)
        first = 1
    if days < first:
        day = "1904-01-01" if epoch_1904 else "1900-01-01"
        raise EditRefused(
            f"the workbook's calendar begins on {day}, after {value}", where=where, mend="give it as text"
        )
    return days


def from_iso(text: str) -> dt.datetime | None:
    """The moment in a cell of type "d", as Strict workbooks write dates; None if it cannot be read."""
    for form in _ISO_FORMS:
        try:
            return dt.datetime.strptime(text.rstrip("Z"), form)
        except ValueError:
            continue
    return None


def escape_text(text: str) -> str:
    """`text` as Excel stores it: `_xHHHH_` for what XML cannot hold."""
    return _UNWRITABLE.sub(lambda m: f"_x{ord(m.group()):04X}_", text)


def unescape_text(text: str) -> str:
    """What a stored text means: `_xHHHH_` is one character."""
    return _ESCAPED.sub(lambda m: chr(int(m.group(1), 16)), text) if "_x" in text else text
