"""Backlog: the requests open at the end of the period.

Formula: open at the start + opened − resolved, which equals the rows that are open at the end. A reopened
request has no resolved date any more, so it is open again; the resolution it lost is taken out of the flow with
it. A request that says it was resolved before it was opened counts as resolved on the day it was opened.
Source: domain.md §4.
"""

from __future__ import annotations

from datetime import timedelta

from sheetops.domain.kpis.base import Figure, Measure
from sheetops.domain.kpis.facts import Facts, Window


def measure(facts: Facts, window: Window) -> Measure:
    """How many requests were open at the end."""
    rows = facts.open_at(window.until)
    return Measure(len(rows), len(rows), rows, rows)


def opening(facts: Facts, window: Window) -> int:
    """How many requests were open before the period began."""
    return facts.open_count(window.period.start - timedelta(days=1)) + facts.undated_in(window)


FIGURE = Figure("backlog", "count", "less", measure, limits="xmr")
