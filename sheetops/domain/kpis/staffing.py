"""Staffing: how much is likely to come in the next period, and what pace would clear it.

Formula: requests opened per working day in up to twelve ended periods, at least six; their mean × the working days of
the next period is the forecast, and mean ± t·s·√(1 + 1/k) its 95 % prediction interval (s the standard deviation of
the k periods, t Student's with k − 1 degrees of freedom). Beside it the pace that would resolve the forecast and the
backlog within the next period, and the pace of this one. n: the periods counted; rows: the requests opened in them. Source: domain.md §4; the interval is the usual one for one
more value of a normal sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import sqrt
from statistics import mean, stdev
from typing import Final, NamedTuple

from sheetops.domain.kpis.facts import Facts, Window
from sheetops.domain.kpis.trend import NEEDED, Trend
from sheetops.domain.period import Period

# Student's t, two-sided 95 %, by degrees of freedom.
_T: Final = {5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228, 11: 2.201, 12: 2.179}


class Forecast(NamedTuple):
    """What is likely to be opened in the next period, in requests."""

    period: Period
    periods: int  # how many it was computed from
    likely: float
    low: float
    high: float
    backlog: int
    pace: float | None  # resolved per working day in the period reviewed
    needed: float | None  # per working day to resolve the forecast and the backlog


def forecast(facts: Facts, window: Window, intake: Trend, backlog: int) -> Forecast | None:
    """The forecast for the period after the window; None with fewer than six ended periods."""
    ended = [point for point in intake.points if not point.window.running and point.measure.value is not None]
    rates = [
        (point.measure.value or 0) / days
        for point in ended
        if (days := _days(facts, point.window.period)) > 0
    ][-12:]
    following = window.period.after()
    days = _days(facts, following)
    if len(rates) < NEEDED or not days:
        return None
    low, likely, high = _interval(rates)
    worked = facts.calendar.workdays_between(window.period.start - timedelta(days=1), window.until)
    resolved = len(facts.resolutions_in(window))
    return Forecast(
        period=following,
        periods=len(rates),
        likely=likely * days,
        low=max(0.0, low * days),
        high=high * days,
        backlog=backlog,
        pace=resolved / worked if worked else None,
        needed=(likely * days + backlog) / days,
    )


def _interval(rates: Sequence[float]) -> tuple[float, float, float]:
    centre, count = mean(rates), len(rates)
    reach = _T[count - 1] * stdev(rates) * sqrt(1 + 1 / count)
    return centre - reach, centre, centre + reach


def _days(facts: Facts, period: Period) -> int:
    return facts.calendar.workdays_between(period.start - timedelta(days=1), period.end)
