"""Moved due dates: how often a promise was changed before it was kept. Needs the ledger.

Formula: requests whose due date was changed at least once ÷ requests, both resolved in the period and watched
by the ledger from their start. n and rows: the latter. Source: domain.md §1, the ledger keeps each change of due date.
"""

from __future__ import annotations

from sheetops.domain.kpis.base import Figure, Measure, share
from sheetops.domain.kpis.facts import Facts, Window


def measure(facts: Facts, window: Window) -> Measure:
    """The share of resolved requests with a moved due date."""
    lives = facts.lives
    rows = [i for i in facts.resolved_in(window) if lives[i] is not None]
    hits = [i for i in rows if (life := lives[i]) is not None and life.due_changes]
    nothing = facts.looked_at(window) and not facts.resolved_in(window)
    return share(hits, rows, "no_cases" if nothing else "no_history")


FIGURE = Figure("due_moved", "percent", "less", measure, limits="p", main=False)
