"""Years that are slips of the pen: the same day of another year is the one that was meant."""

from __future__ import annotations

from datetime import date


def same_day_within(day: date, first: date, last: date) -> date | None:
    """The day of the same month and date from `first` to `last`, the earliest; None where none is there."""
    for year in range(first.year, last.year + 1):
        try:
            other = day.replace(year=year)
        except ValueError:  # 29 February
            continue
        if first <= other <= last:
            return other
    return None
