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

from sheetops.domain.kpis.base import percentile
from sheetops.domain.kpis.breakdown import Group
from sheetops.domain.personal import masked
from sheetops.jobs.review_data import Review
from sheetops.jobs.review_page import shown, signed

_LEAST = 10
_SLOWER = 1.5
_Z = 2.33


class Opportunity(NamedTuple):
    """One thing to improve: its rule, and the sentence that holds its evidence."""

    rule: str
    evidence: str


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


def _found(made: Review, rule: str, **facts: object) -> Opportunity:
    return Opportunity(rule, made.view.texts(f"review.opportunity.{rule}", **facts))


def _goals(made: Review) -> Iterator[Opportunity]:
    for result in made.results.values():
        if result.met is False and result.now.n >= _LEAST:
            unit = result.figure.unit
            yield _found(
                made,
                "goal",
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
            type=made.label("type", key),
            days=shown(median, "days"),
            others=shown(others, "days"),
            n=len(slowest.days),
        )


def _column(made: Review) -> Iterator[Opportunity]:
    counts = Counter(finding.column for finding, _ in made.findings)
    if counts and (worst := counts.most_common(1)[0])[1] >= _LEAST:
        yield _found(
            made, "column", column=made.view.texts(f"column.{worst[0]}"), n=worst[1], of=counts.total()
        )


def _topics(made: Review) -> Iterator[Opportunity]:
    rose = [word for word in made.keywords.words if word.rose and word.now >= _LEAST]
    if rose:
        yield _found(
            made,
            "topic",
            words=made.view.texts("review.comma").join(word.text for word in rose[:3]),
            n=rose[0].now,
            before=rose[0].before,
        )
