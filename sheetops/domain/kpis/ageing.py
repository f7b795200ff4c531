"""Ageing: how old the open requests are.

Formula: of the requests open at the end of the period, the calendar days from the day of opening to that day, in
the buckets 0–3, 4–7, 8–14, 15–30 and 31 or more; those whose day of opening is not known stand apart.
n and rows: the requests open at the end. Source: domain.md §4.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from sheetops.domain.kpis.facts import Facts, Window

BUCKETS: Final = ("0-3", "4-7", "8-14", "15-30", "31+", "unknown")
_LAST_DAYS: Final = (3, 7, 14, 30)


def bucket_of(facts: Facts, index: int, window: Window) -> str:
    """The bucket that an open request is in at the end of the window."""
    opened = facts.opened_day[index]
    if opened is None or not facts.exact[index]:
        return BUCKETS[-1]
    age = window.until.toordinal() - opened
    return next((BUCKETS[place] for place, last in enumerate(_LAST_DAYS) if age <= last), BUCKETS[4])


def ageing(facts: Facts, window: Window) -> Counter[tuple[str, str | None]]:
    """(bucket, urgency) → open requests."""
    urgency = facts.column("urgency")
    return Counter((bucket_of(facts, index, window), urgency[index]) for index in facts.open_at(window.until))
