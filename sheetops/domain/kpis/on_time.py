"""On-time rate and breach: whether requests were resolved by their due date.

Formula of the on-time rate: requests resolved in the period on or before their due date ÷ requests with a due
date that were resolved in the period, or open and overdue at its end. Breach: those of them that were not on
time, the open ones included. n and rows of both: the requests with a due date to keep. Source: domain.md §4.
"""

from __future__ import annotations

from sheetops.domain.kpis.base import Figure, Measure, share
from sheetops.domain.kpis.facts import Facts, Window


def _cases(facts: Facts, window: Window) -> tuple[list[int], list[int]]:
    """(resolved with a due date, open and overdue)."""
    due = facts.column("due")
    return [i for i in facts.resolved_in(window) if due[i] is not None], facts.overdue_at(window)


def _why(facts: Facts, window: Window) -> str:
    """Without a case: the requests have no due dates, or none of them had to be resolved by then."""
    concerned = [*facts.resolved_in(window), *facts.open_at(window.until)]
    due = facts.column("due")
    return "no_due" if concerned and all(due[i] is None for i in concerned) else "no_cases"


def measure(facts: Facts, window: Window) -> Measure:
    """The share resolved on time."""
    done, overdue = _cases(facts, window)
    due, resolved = facts.column("due"), facts.column("resolved")
    kept = [i for i in done if resolved[i] <= due[i]]
    return share(kept, [*done, *overdue], "" if done or overdue else _why(facts, window))


def breaches(facts: Facts, window: Window) -> Measure:
    """How many were late: resolved after their due date, or open past it."""
    done, overdue = _cases(facts, window)
    due, resolved = facts.column("due"), facts.column("resolved")
    late = [i for i in done if resolved[i] > due[i]] + overdue
    cases = [*done, *overdue]
    return (
        Measure(len(late), len(cases), late, cases)
        if cases
        else Measure(None, 0, missing=_why(facts, window))
    )


FIGURE = Figure("on_time_rate", "percent", "more", measure, limits="p")
BREACH = Figure("breach", "count", "less", breaches, limits="xmr", listed=False)
