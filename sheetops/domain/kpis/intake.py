"""Intake: the requests opened in the period.

Formula: the number of requests whose day of opening lies in the period. n and rows: those requests.
Source: domain.md §4.
"""

from __future__ import annotations

from sheetops.domain.kpis.base import Figure, Measure
from sheetops.domain.kpis.facts import Facts, Window


def measure(facts: Facts, window: Window) -> Measure:
    """How many requests were opened; none is known where no opening is."""
    rows = facts.opened_in(window)
    if facts.first_day is None and len(facts):
        return Measure(None, 0, missing="no_opened")
    return Measure(len(rows), len(rows), rows, rows)


FIGURE = Figure("intake", "count", "neither", measure, limits="xmr", listed=False)
