"""What a review says, as data: every figure now, before and over time, with its goal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sheetops.domain.finding import Finding
from sheetops.domain.kpis import BY_KEY, FIGURES, backlog, complaints
from sheetops.domain.kpis.base import Figure, Measure
from sheetops.domain.kpis.breakdown import DIMENSIONS, Group, breakdown
from sheetops.domain.kpis.complaints import LESS
from sheetops.domain.kpis.facts import Facts, Window, window_of
from sheetops.domain.kpis.keywords import Keywords, keywords
from sheetops.domain.kpis.pareto import Pareto, pareto
from sheetops.domain.kpis.sounding import Sounding, sounding
from sheetops.domain.kpis.training import findings_of
from sheetops.domain.kpis.trend import Trend, trend, trend_span, windows
from sheetops.domain.period import Period, Span
from sheetops.domain.personal import masked
from sheetops.domain.view import View
from sheetops.jobs.validate import findings

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
    def worse(self) -> bool:
        """Whether it changed for the worse by its control limits."""
        rose = self.trend.signal in ("above", "run_above")
        fell = self.trend.signal in ("below", "run_below")
        return {"more": fell, "less": rose, "neither": False}[self.figure.better]

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
        self.facts.look_up(spans)
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
        if goal is None and figure is complaints.FIGURE and self.baseline is not None:
            return LESS * self.baseline[1]
        return goal / 100 if goal is not None and figure.unit == "percent" else goal

    @cached_property
    def baseline(self) -> tuple[Period, float] | None:
        """What the complaint rate is held against where the settings name no goal for it."""
        if complaints.FIGURE.key in self.view.policy.goals:
            return None
        return complaints.baseline(self.facts, self.window)

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
    def _groups(self) -> dict[str, dict[str | None, Group]]:
        return {}

    def groups(self, dimension: str) -> dict[str | None, Group]:
        """The main figures by group of a dimension."""
        if dimension not in self._groups:
            found = breakdown(self.facts, self.window, self.earlier, DIMENSIONS[dimension])
            self._groups[dimension] = found
        return self._groups[dimension]

    @cached_property
    def pareto(self) -> Pareto:
        """The complaints by cause or department."""
        return pareto(self.facts, self.window)

    @cached_property
    def keywords(self) -> Keywords:
        """What the descriptions speak of."""
        return keywords(self.facts, self.window, self.earlier)

    @cached_property
    def sounding(self) -> Sounding:
        """How the feedback sounds: an estimate."""
        return sounding(self.facts, self.window)

    @cached_property
    def sounding_before(self) -> Sounding:
        """The same of the period before."""
        return sounding(self.facts, self.earlier)

    @cached_property
    def findings(self) -> list[tuple[Finding, int]]:
        """The findings in the period's requests, hints left out, with the request each concerns."""
        return findings_of(self.facts, self.window, findings(self.view))

    @property
    def empty(self) -> bool:
        """Whether nothing was opened, resolved or reopened in the period, as far as is known."""
        counts = (self.results[key].now for key in ("intake", "resolved", "reopened"))
        known = self.results["intake"].now.value is not None
        return known and not any(count.n for count in counts)

    def name(self, key: str) -> str:
        """What a figure is called."""
        return self.view.texts(f"review.figure.{key}.name")

    def label(self, dimension: str, key: str | None) -> str:
        """What a group is called; free text is masked."""
        if key is None:
            return self.view.texts("review.blank")
        lists = self.view.lists.get(dimension)
        return lists.name(key, self.view.language) if lists else masked(key)

    @cached_property
    def opening(self) -> int:
        """Open requests before the period began."""
        return backlog.opening(self.facts, self.window)
