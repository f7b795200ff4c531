"""Pareto: which few causes make most of the complaints.

Formula: complaints opened in the period by what stands under Cause, most frequent first, with their cumulative share;
by responsible department where no complaint names a cause. The head is the fewest groups that together make at least
80 %. n and rows: the complaints opened in the period. Source: domain.md §4; J. M. Juran, Quality Control Handbook (1951).
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from sheetops.domain.kpis.breakdown import DIMENSIONS, keys_of
from sheetops.domain.kpis.facts import Facts, Window
from sheetops.domain.text import fold, tidy

_HEAD = 0.8


class Pareto(NamedTuple):
    """Complaints by cause or department: (name or None, count, cumulative share), most first."""

    by: str  # `cause` or `department`
    bars: tuple[tuple[str | None, int, float], ...]

    @property
    def total(self) -> int:
        """How many complaints there were."""
        return sum(count for _, count, _ in self.bars)

    @property
    def head(self) -> int:
        """How many groups together make 80 %."""
        return next((n for n, (_, _, reached) in enumerate(self.bars, 1) if reached >= _HEAD - 1e-9), 0)


def pareto(facts: Facts, window: Window) -> Pareto:
    """The complaints of the window."""
    kinds, causes = facts.column("type"), facts.column("cause")
    complaints = [index for index in facts.opened_in(window) if kinds[index] == "complaint"]
    by_cause = any(causes[index] for index in complaints)
    told = causes if by_cause else keys_of(facts, DIMENSIONS["department"])
    names: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for index in complaints:
        name = told[index] or ""
        key = fold(name)
        names.setdefault(key, tidy(name))
        counts[key] += 1
    bars, reached = [], 0
    for key, count in sorted(counts.items(), key=lambda pair: (-pair[1], names[pair[0]])):
        reached += count
        bars.append((names[key] or None, count, reached / len(complaints)))
    return Pareto("cause" if by_cause else "department", tuple(bars))
