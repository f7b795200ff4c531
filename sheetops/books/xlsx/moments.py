"""Days and moments as Excel counts them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)


def moment(number: float, early: bool) -> date | datetime | float:
    """The day or moment of a date serial, of the 1904 system if `early`; the number itself where no calendar reaches."""
    if not early and number < 61:
        number += 1  # Excel counts a 29 February 1900 that never was
    try:
        found = (_EPOCH_1904 if early else _EPOCH) + timedelta(milliseconds=round(number * 86_400_000))
    except (OverflowError, ValueError):  # a NaN is a ValueError
        return number
    whole = found.hour == found.minute == found.second == found.microsecond == 0
    return found.date() if whole else found
