"""Backlog: the requests open at the end of the period.

Formula: open at the start + opened + reopened − resolved, which equals the requests open at the end. A reopening
counts on the day of the run that first saw the request open again; until then it was resolved. One that came
before the ledger is not known: such a request counts as open all the time. A request that says it was resolved
before it was opened counts as resolved on the day it was opened. n and rows: the requests open at the end. Source: domain.md §4.
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
