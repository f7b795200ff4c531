"""A stretch of the calendar that a review is about: a week, month, quarter or year."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal, NamedTuple

from sheetops.domain.patterns import pattern
from sheetops.errors import UsageError

Span = Literal["week", "month", "quarter", "year"]
_TEXT = pattern(r"(\d{4})(?:-(?:Q([1-4])|W(\d{1,2})|(\d{1,2})))?", re.IGNORECASE)


class Period(NamedTuple):
    """From `start` to `end`, both days included."""

    span: Span
    start: date
    end: date

    @property
    def name(self) -> str:
        """`2026`, `2026-Q3`, `2026-10` or `2026-W41` (ISO week)."""
        if self.span == "year":
            return f"{self.start.year}"
        if self.span == "quarter":
            return f"{self.start.year}-Q{(self.start.month + 2) // 3}"
        if self.span == "month":
            return f"{self.start:%Y-%m}"
        year, week, _ = self.start.isocalendar()
        return f"{year}-W{week:02}"

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day <= self.end

    def before(self) -> Period:
        """The period of the same span just before."""
        return period_of(self.start - timedelta(days=1), self.span)

    def after(self) -> Period:
        """The period of the same span just after."""
        return period_of(self.end + timedelta(days=1), self.span)


def period_of(day: date, span: Span = "month") -> Period:
    """The period of this span that `day` lies in."""
    if span == "week":
        start = day - timedelta(days=day.weekday())
        return Period(span, start, start + timedelta(days=6))
    if span == "year":
        return Period(span, date(day.year, 1, 1), date(day.year, 12, 31))
    first = day.month if span == "month" else (day.month - 1) // 3 * 3 + 1
    months = 1 if span == "month" else 3
    year, month = divmod(day.year * 12 + first - 1 + months, 12)
    return Period(span, date(day.year, first, 1), date(year, month + 1, 1) - timedelta(days=1))


def parse_period(text: str) -> Period:
    """The period that `2026-10`, `2026-Q3`, `2026-W41` or `2026` names. Raises UsageError."""
    match = _TEXT.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        year = int(match[1])
        if match[2]:
            return period_of(date(year, int(match[2]) * 3, 1), "quarter")
        if match[3]:
            return period_of(date.fromisocalendar(year, int(match[3]), 1), "week")
        if match[4]:
            return period_of(date(year, int(match[4]), 1), "month")
        return period_of(date(year, 1, 1), "year")
    except ValueError:
        raise UsageError(
            f"{text!r} is no period", where="--period", mend="write 2026-10, 2026-Q3, 2026-W41 or 2026"
        ) from None
