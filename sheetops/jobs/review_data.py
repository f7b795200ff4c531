"""What a review says, as data: every figure now, before and over time, with its goal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sheetops.domain.kpis import BY_KEY, FIGURES, backlog
from sheetops.domain.kpis.base import Figure, Measure
from sheetops.domain.kpis.facts import Facts, Window, window_of
from sheetops.domain.kpis.trend import Trend, trend, trend_span, windows
from sheetops.domain.period import Period, Span
from sheetops.domain.view import View

CHARTED = ("intake", "resolved", "backlog", "on_time_rate", "complaint_rate", "csat")


@dataclass(frozen=True)
class Result:
    """One figure in the period reviewed."""

    figure: Figure
    now: Measure
    before: Measure
    goal: float | None
    trend: Trend

    @property
    def gap(self) -> float | None:
        """How far the value is from its goal: positive where the goal is met or surpassed."""
        if self.goal is None or self.now.value is None:
            return None
        distance = self.now.value - self.goal
        return -distance if self.figure.better == "less" else distance

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none or nothing to hold against it."""
        return None if self.gap is None else self.gap >= -1e-9

    @property
    def change(self) -> float | None:
        """The value less that of the period before."""
        if self.now.value is None or self.before.value is None:
            return None
        return self.now.value - self.before.value


class Review:
    """All that a review of one period says."""

    def __init__(self, view: View, period: Period) -> None:
        self.view = view
        self.facts = Facts(view, period.span)
        self.window = window_of(period, view.now)
        self.earlier = window_of(period.before(), view.now)

    @cached_property
    def results(self) -> Mapping[str, Result]:
        """Every figure by its key."""
        spans = windows(self.facts, self.window.period, self.view.now, self.window.period.span)
        over_time = self._measured(FIGURES, spans or [self.window])
        return {figure.key: self._result(figure, over_time[figure.key]) for figure in FIGURES}

    def _measured(
        self, figures: Iterable[Figure], spans: Iterable[Window]
    ) -> dict[str, list[tuple[Window, Measure]]]:
        listed = list(spans)
        return {f.key: [(window, f.measure(self.facts, window)) for window in listed] for f in figures}

    def _result(self, figure: Figure, measured: list[tuple[Window, Measure]]) -> Result:
        before = measured[-2][1] if len(measured) > 1 else Measure(None, 0)
        return Result(figure, measured[-1][1], before, self._goal(figure), trend(figure, measured))

    def _goal(self, figure: Figure) -> float | None:
        goal = self.view.policy.goals.get(figure.key)
        return goal / 100 if goal is not None and figure.unit == "percent" else goal

    @cached_property
    def span(self) -> Span:
        """What the periods of the charts are: finer than the review's where history is short."""
        return trend_span(self.facts, self.window.period, self.view.now)

    @cached_property
    def trends(self) -> Mapping[str, Trend]:
        """The charted figures over time."""
        if self.span == self.window.period.span:
            return {key: self.results[key].trend for key in CHARTED}
        spans = windows(self.facts, self.window.period, self.view.now, self.span)
        figures = [BY_KEY[key] for key in CHARTED]
        return {key: trend(BY_KEY[key], points) for key, points in self._measured(figures, spans).items()}

    @cached_property
    def opening(self) -> int:
        """Open requests before the period began."""
        return backlog.opening(self.facts, self.window)
