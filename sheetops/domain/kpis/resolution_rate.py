"""Resolution rate: how much of what came in was resolved.

Formula: requests opened in the period and resolved by its end ÷ requests opened in the period.
n and rows: the requests opened in the period. Source: domain.md §4.
"""

from __future__ import annotations

from sheetops.domain.kpis.base import Figure, Measure, share
from sheetops.domain.kpis.facts import Facts, Window


def measure(facts: Facts, window: Window) -> Measure:
    """The share of the period's requests that were resolved within it."""
    rows = facts.opened_in(window)
    until = window.until.toordinal()
    missing = "no_opened" if facts.first_day is None and len(facts) else "no_cases"
    return share(facts.resolved_of(rows, until), rows, missing)


FIGURE = Figure("resolution_rate", "percent", "more", measure, limits="p")
