"""Resolved: the resolutions in the period.

Formula: the number of resolved dates that lie in the period. A request that was reopened lost its date; the
ledger remembers it, so that a month that was reported does not change when a request comes back. What is said
of the way in which requests were resolved (on time, in how many days, how satisfied the customer was) counts
each request once, at its last resolution. n: those resolutions; rows: their requests. Source: domain.md §4.
"""

from __future__ import annotations

from sheetops.domain.kpis.base import Figure, Measure
from sheetops.domain.kpis.facts import Facts, Window


def measure(facts: Facts, window: Window) -> Measure:
    """How many resolutions there were; the rows are the requests, each once."""
    found = facts.resolutions_in(window)
    rows = list(dict.fromkeys(found))
    return Measure(len(found), len(found), rows, rows)


FIGURE = Figure("resolved", "count", "neither", measure, limits="xmr", listed=False)
