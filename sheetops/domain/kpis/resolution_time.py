"""Resolution time: working days from the day of opening to that of resolution.

Formula: over the requests resolved in the period whose day of opening is known, the median and the 90th
percentile (interpolated as Excel's PERCENTILE.INC) of the working days after the day of opening up to and
including that of resolution; 0 is the same day. The mean stands beside them: a few long cases pull it up.
The resolved column holds a date, so hours are not counted. n and rows: those requests. Source: domain.md §4.
"""

from __future__ import annotations

from sheetops.domain.kpis.base import Figure, Measure, percentile
from sheetops.domain.kpis.facts import Facts, Window


def _times(facts: Facts, window: Window) -> tuple[list[int], list[int]]:
    """(the requests whose time is known, their times in rising order)."""
    return facts.once(("times", window), lambda: _measured(facts, window))


def _measured(facts: Facts, window: Window) -> tuple[list[int], list[int]]:
    rows = facts.resolved_in(window)
    times = facts.days_of_each(rows)
    known = [index for index, days in zip(rows, times, strict=True) if days is not None]
    return known, sorted(days for days in times if days is not None)


def _nothing(facts: Facts, window: Window) -> Measure:
    return Measure(None, 0, missing="no_opened_day" if facts.resolved_in(window) else "no_cases")


def measure(facts: Facts, window: Window) -> Measure:
    """The median."""
    rows, days = _times(facts, window)
    return Measure(percentile(days, 0.5), len(rows), rows, rows) if rows else _nothing(facts, window)


def p90(facts: Facts, window: Window) -> Measure:
    """What nine of ten requests did not exceed."""
    rows, days = _times(facts, window)
    return Measure(percentile(days, 0.9), len(rows), rows, rows) if rows else _nothing(facts, window)


def mean(facts: Facts, window: Window) -> Measure:
    """The arithmetic mean."""
    rows, days = _times(facts, window)
    return Measure(sum(days) / len(days), len(rows), rows, rows) if rows else _nothing(facts, window)


FIGURE = Figure("resolution_median", "days", "less", measure, limits="xmr", listed=False)
P90 = Figure("resolution_p90", "days", "less", p90, limits="xmr", listed=False)
MEAN = Figure("resolution_mean", "days", "less", mean, main=False, listed=False)
