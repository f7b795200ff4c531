"""A figure over many periods, with control limits, so that noise is not called change.

Shares have a p-chart: limits p̄ ± 3·√(p̄(1−p̄)/n), where p̄ is the share over all earlier periods together and n the
cases of the period judged. Other figures have an XmR chart: limits mean ± 2.66·mR̄ over the earlier periods, where
mR̄ is the mean difference between neighbours (2.66 = 3/1.128); times to resolve have limits of at least one working
day either way, as dates tell no less. A period outside its limits is a change, and so are
eight in a row on one side of the centre. Limits need six earlier periods. The period reviewed is never part of its
own limits, nor is one that has not ended judged where its length matters (counts). n: the cases of each period, as in the figure.

Sources: W. A. Shewhart, Economic Control of Quality of Manufactured Product (1931); D. J. Wheeler, Understanding
Variation (1993); Western Electric, Statistical Quality Control Handbook (1956), for eight in a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from math import sqrt
from typing import Final, Literal, NamedTuple

from sheetops.domain.kpis.base import Figure, Measure
from sheetops.domain.kpis.facts import Facts, Window, window_of
from sheetops.domain.period import Period, Span, period_of

PERIODS: Final = 13  # the one reviewed and twelve before it
NEEDED: Final = 6  # earlier periods from which limits are computed
RUN: Final = 8  # in a row on one side of the centre
_FINEST: Final = 1.0  # working day: what dates can tell, so no smaller move is a change
_FINER: Final[dict[Span, Span]] = {"year": "quarter", "quarter": "month", "month": "week"}

Signal = Literal["above", "below", "run_above", "run_below", "usual", "unknown"]


class Point(NamedTuple):
    """One period of a trend."""

    window: Window
    measure: Measure
    centre: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def signal(self) -> Signal:
        """Where the value lies among its limits."""
        value = self.measure.value
        if value is None or self.low is None or self.high is None:
            return "unknown"
        return "above" if value > self.high else "below" if value < self.low else "usual"


class Trend(NamedTuple):
    """A figure over the periods before and up to the one reviewed, oldest first."""

    figure: Figure
    points: tuple[Point, ...]
    signal: Signal  # what the last point says

    @property
    def known(self) -> int:
        """How many periods have a value."""
        return sum(point.measure.value is not None for point in self.points)


def windows(facts: Facts, last: Period, now: datetime, span: Span) -> list[Window]:
    """Up to thirteen periods of `span`, the last one holding the end of `last`; none before the first opening."""
    first = facts.first_day
    period = period_of(min(last.end, now.date()), span) if span != last.span else last
    found: list[Window] = []
    while len(found) < PERIODS and first is not None and period.end >= first:
        found.append(window_of(period, now))
        period = period.before()
    return found[::-1]


def trend_span(facts: Facts, last: Period, now: datetime) -> Span:
    """The period's own span, or a finer one where the sheet's history is too short for it."""
    span = last.span
    while span in _FINER and len(windows(facts, last, now, span)) <= NEEDED:
        if _FINER[span] == "week" and facts.month_only:
            break
        span = _FINER[span]
    return span


def trend(figure: Figure, measures: Sequence[tuple[Window, Measure]]) -> Trend:
    """The trend of measures, oldest first; the limits come from all but the last."""
    known = [m for _, m in measures[:-1] if m.value is not None]
    points = [Point(window, measure, *_limits(figure, known, measure)) for window, measure in measures]
    return Trend(figure, tuple(points), _signal(figure, points))


def _limits(figure: Figure, known: Sequence[Measure], measure: Measure) -> tuple[float | None, ...]:
    values = [m.value for m in known if m.value is not None]
    if len(values) < NEEDED or figure.limits == "none":
        return None, None, None
    if figure.limits == "p":
        cases = sum(m.n for m in known)
        centre = sum((m.value or 0) * m.n for m in known) / cases
        if not measure.n:
            return centre, None, None
        reach = 3 * sqrt(centre * (1 - centre) / measure.n)
        return centre, max(0.0, centre - reach), min(1.0, centre + reach)
    centre = sum(values) / len(values)
    moves = [abs(after - before) for before, after in pairwise(values)]
    reach = max(2.66 * sum(moves) / len(moves), _FINEST if figure.unit == "days" else 0)
    low = centre - reach
    return centre, low if figure.unit == "points" else max(0.0, low), centre + reach


def _signal(figure: Figure, points: Sequence[Point]) -> Signal:
    last = points[-1] if points else None
    if last is None or (last.window.running and figure.unit == "count"):
        return "unknown"
    if last.signal != "usual":
        return last.signal
    values = [p.measure.value for p in points if p.measure.value is not None][-RUN:]
    if len(values) == RUN and last.centre is not None:
        if all(value > last.centre for value in values):
            return "run_above"
        if all(value < last.centre for value in values):
            return "run_below"
    return "usual"
