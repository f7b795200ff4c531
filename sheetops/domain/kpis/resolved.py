"""Resolved: the requests resolved in the period.

Formula: the number of requests whose resolved date lies in the period. A request that was reopened has no such
date, so its earlier resolution is not counted. Source: domain.md §4.
"""

from __future__ import annotations

from sheetops.domain.kpis.base import Figure, Measure
from sheetops.domain.kpis.facts import Facts, Window


def measure(facts: Facts, window: Window) -> Measure:
    """How many requests were resolved."""
    rows = facts.resolved_in(window)
    return Measure(len(rows), len(rows), rows, rows)


FIGURE = Figure("resolved", "count", "neither", measure, limits="xmr", listed=False)
