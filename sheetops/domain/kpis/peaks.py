"""Peaks: on which weekdays and at which hours requests come.

Formula: requests opened in the period, by the weekday of their opening and, where its time is known, by the two
hours in which it lies. n and rows: the requests opened on a day that is known. Source: domain.md §4.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final

from sheetops.domain.kpis.facts import Facts, Window

BANDS: Final = tuple(range(0, 24, 2))


def peaks(facts: Facts, window: Window) -> Counter[tuple[int, int | None]]:
    """(weekday from 0 = Monday, first hour of the band or None) → requests."""
    found: Counter[tuple[int, int | None]] = Counter()
    for index in facts.opened_in(window):
        opened = facts.opened[index]
        if opened is not None and facts.exact[index]:
            band = opened.hour // 2 * 2 if isinstance(opened, datetime) else None
            found[opened.weekday(), band] += 1
    return found
