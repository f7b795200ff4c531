"""Complaint rate: what share of the requests were complaints.

Formula: requests of the type complaint ÷ requests, both opened in the period. Source: domain.md §4.
"""

from __future__ import annotations

from sheetops.domain.kpis.base import Figure, Measure, share
from sheetops.domain.kpis.facts import Facts, Window


def measure(facts: Facts, window: Window) -> Measure:
    """The share of complaints."""
    rows = facts.opened_in(window)
    if not facts.has("type"):
        return Measure(None, 0, missing="no_type")
    missing = "no_opened" if facts.first_day is None else "no_cases"
    return share((i for i in rows if facts.rows[i].type == "complaint"), rows, missing)


FIGURE = Figure("complaint_rate", "percent", "less", measure, limits="p")
