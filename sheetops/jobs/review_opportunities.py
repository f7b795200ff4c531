"""What a review finds worth improving: found by rule, each with its evidence.

A goal missed; a figure that changed for the worse by its control limits; the head of the complaints' Pareto; a type
that takes half as long again as the rest; a department late more often than the others by more than chance (two
shares, one-sided, z above 2.33); a column that gathers most findings; a topic that rose. Few cases (under 10) found
nothing: chance would.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import sqrt
from typing import NamedTuple

from sheetops.domain.kpis.base import Figure, percentile
from sheetops.domain.kpis.breakdown import Group
from sheetops.domain.personal import masked
from sheetops.jobs.improve_measure import COMPLAINTS_OF, FINDINGS_IN, MENTIONS_OF, Aim
from sheetops.jobs.review_data import Review
from sheetops.jobs.review_page import shown, signed

_LEAST = 10
_SLOWER = 1.5
_Z = 2.33


class Opportunity(NamedTuple):
    """One thing to improve: its rule, the sentence that holds its evidence, and the figure that would show it."""

    rule: str
    evidence: str
    aim: Aim  # what it would be measured by
    goal: float | None = None  # in the aim's unit; None where the rule knows none


def opportunities(made: Review) -> list[Opportunity]:
    """All of them, the plainest first."""
    return [
        *_goals(made),
        *_worse(made),
        *_complaints(made),
        *_late(made),
        *_slow(made),
        *_column(made),
        *_topics(made),
    ]


def _found(made: Review, rule: str, aim: Aim, aimed_at: float | None, /, **facts: object) -> Opportunity:
    return Opportunity(rule, made.view.texts(f"review.opportunity.{rule}", **facts), aim, aimed_at)


def _aim(figure: Figure) -> Aim:
    """What a figure is improved by: how many were late is the other side of the on-time rate."""
    return Aim("on_time_rate" if figure.key == "breach" else figure.key)


def _in_unit(figure: Figure, value: float | None) -> float | None:
    """A figure's value in the unit of improvements: shares in per cent; counts depend on the days counted."""
    if value is None or figure.unit == "count":
        return None
    return value * 100 if figure.unit == "percent" else value


def _goals(made: Review) -> Iterator[Opportunity]:
    for result in made.results.values():
        if result.met is False and result.now.n >= _LEAST:
            unit = result.figure.unit
            yield _found(
                made,
                "goal",
                _aim(result.figure),
                _in_unit(result.figure, result.goal),
                figure=made.name(result.figure.key),
                value=shown(result.now.value, unit),
                goal=shown(result.goal, unit),
                gap=signed(made.view.texts, result.gap, unit),
                n=result.now.n,
            )


def _worse(made: Review) -> Iterator[Opportunity]:
    for result in made.results.values():
        if result.worse and result.now.n >= _LEAST:
            unit, last = result.figure.unit, result.trend.points[-1]
            yield _found(
                made,
                "worse",
                _aim(result.figure),
                _in_unit(result.figure, last.centre),
                figure=made.name(result.figure.key),
                value=shown(result.now.value, unit),
                low=shown(last.low, unit),
                high=shown(last.high, unit),
            )


def _complaints(made: Review) -> Iterator[Opportunity]:
    found = made.pareto
    if found.total >= _LEAST and 0 < found.head <= len(found.bars) / 2:
        names = [masked(name) if name else made.view.texts("review.blank") for name, _, _ in found.bars]
        yield _found(
            made,
            "pareto",
            Aim(COMPLAINTS_OF, found.by, masked(found.bars[0][0]))
            if found.bars[0][0]
            else Aim("complaint_rate"),
            None,
            names=made.view.texts("review.comma").join(names[: found.head]),
            share=shown(found.bars[found.head - 1][2], "percent"),
            n=found.total,
        )


def _late(made: Review) -> Iterator[Opportunity]:
    groups = made.groups("department")
    cases = sum(group.cases for group in groups.values())
    on_time = sum(group.on_time for group in groups.values())
    for name, group in groups.items():
        rest = cases - group.cases
        if name is None or group.cases < _LEAST or rest < _LEAST:
            continue
        here, there = group.on_time / group.cases, (on_time - group.on_time) / rest
        pooled = on_time / cases
        spread = sqrt(pooled * (1 - pooled) * (1 / group.cases + 1 / rest))
        if spread and (there - here) / spread > _Z:
            yield _found(
                made,
                "late",
                Aim("on_time_rate", "department", masked(name)),
                there * 100,
                department=masked(name),
                rate=shown(here, "percent"),
                others=shown(there, "percent"),
                n=group.cases,
            )


def _slow(made: Review) -> Iterator[Opportunity]:
    groups: list[tuple[str, Group]] = [(key, group) for key, group in made.groups("type").items() if key]
    long_enough = [(group.median or 0, key, group) for key, group in groups if len(group.days) >= _LEAST]
    if len(long_enough) < 2:
        return
    median, key, slowest = max(long_enough, key=lambda entry: (entry[0], entry[1]))
    rest = [day for other, group in groups if other != key for day in group.days]
    others = percentile(rest, 0.5)
    if median > others and median >= others * _SLOWER:
        yield _found(
            made,
            "slow",
            Aim("resolution_median", "type", key),
            others,
            type=made.label("type", key),
            days=shown(median, "days"),
            others=shown(others, "days"),
            n=len(slowest.days),
        )


def _column(made: Review) -> Iterator[Opportunity]:
    counts = Counter(finding.column for finding, _ in made.findings)
    if counts and (worst := counts.most_common(1)[0])[1] >= _LEAST:
        yield _found(
            made,
            "column",
            Aim(FINDINGS_IN, "column", worst[0]),
            None,
            column=made.view.texts(f"column.{worst[0]}"),
            n=worst[1],
            of=counts.total(),
        )


def _topics(made: Review) -> Iterator[Opportunity]:
    rose = [word for word in made.keywords.words if word.rose and word.now >= _LEAST]
    if rose:
        yield _found(
            made,
            "topic",
            Aim(MENTIONS_OF, "word", rose[0].text),
            None,
            words=made.view.texts("review.comma").join(word.text for word in rose[:3]),
            n=rose[0].now,
            before=rose[0].before,
        )
