"""Moved due dates: how often a promise was changed before it was kept. Needs the ledger.

Formula: requests whose due date was changed at least once ÷ requests, both resolved in the period and watched
by the ledger from their start. n and rows: the latter. Source: domain.md §1, the ledger keeps each change of due date.
"""

from __future__ import annotations

from itertools import compress

from sheetops.domain.history import Life
from sheetops.domain.kpis.base import Figure, Measure, share
from sheetops.domain.kpis.facts import Facts, Window


def measure(facts: Facts, window: Window) -> Measure:
    """The share of resolved requests with a moved due date."""
    resolved = facts.resolved_in(window)
    moved = facts.watched.each(_moved, resolved)
    rows = [index for index, often in zip(resolved, moved, strict=True) if often is not None]
    hits = compress(resolved, moved)
    nothing = facts.looked_at(window) and not resolved
    return share(hits, rows, "no_cases" if nothing else "no_history")


def _moved(life: Life | None) -> int | None:
    return None if life is None else life.due_changes


FIGURE = Figure("due_moved", "percent", "less", measure, limits="p", main=False)
