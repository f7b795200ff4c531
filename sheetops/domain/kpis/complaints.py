"""Complaint rate: what share of the requests were complaints.

Formula: requests of the type complaint ÷ requests, both opened in the period. Where the settings name no goal, it is
20 % below the baseline: the rate of the first period of the same length in which 30 requests were opened. The
baseline stays what it is while later periods come. n and rows: the requests opened in the period. Source: domain.md §4.
"""

from __future__ import annotations

from typing import Final

from sheetops.domain.kpis.base import SMALL, Figure, Measure, share
from sheetops.domain.kpis.facts import Facts, Window, window_of
from sheetops.domain.period import Period, period_of

LESS: Final = 0.8  # of the baseline is the goal


def measure(facts: Facts, window: Window) -> Measure:
    """The share of complaints."""
    rows = facts.opened_in(window)
    if not facts.has("type"):
        return Measure(None, 0, missing="no_type")
    missing = "no_opened" if facts.first_day is None and len(facts) else "no_cases"
    kinds = facts.column("type")
    return share((i for i in rows if kinds[i] == "complaint"), rows, missing)


def baseline(facts: Facts, window: Window) -> tuple[Period, float] | None:
    """The first period of this length before the window with enough requests, and its rate where it had any."""
    if facts.first_day is None:
        return None
    period = period_of(facts.first_day, window.period.span)
    while period.end < window.period.start:
        found = measure(facts, window_of(period, window.now))
        if found.n >= SMALL and found.value is not None:
            return (period, found.value) if found.value else None
        period = period.after()
    return None


FIGURE = Figure("complaint_rate", "percent", "less", measure, limits="p")
