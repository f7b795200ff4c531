"""Customer satisfaction: what share of the customers who gave a score were satisfied.

Formula of CSAT: scores of 4 and 5 ÷ scores given, over the requests resolved in the period. Beside it the mean
score, and the response rate: scores given ÷ requests resolved in the period. n and rows: the requests with a score, for the response rate all
that were resolved. Source: domain.md §4.
"""

from __future__ import annotations

from sheetops.domain.kpis.base import Figure, Measure, share
from sheetops.domain.kpis.facts import Facts, Window


def _scored(facts: Facts, window: Window) -> list[int]:
    scores = facts.scores
    return [i for i in facts.resolved_in(window) if scores[i] is not None]


def _why(facts: Facts, window: Window) -> str:
    """Without a score: nothing was resolved, or nobody noted one."""
    return "no_scores" if facts.resolved_in(window) else "no_cases"


def measure(facts: Facts, window: Window) -> Measure:
    """The share of scores that are 4 or 5."""
    rows = _scored(facts, window)
    scores = facts.scores
    return share((i for i in rows if (scores[i] or 0) >= 4), rows, _why(facts, window))


def mean(facts: Facts, window: Window) -> Measure:
    """The mean score."""
    rows = _scored(facts, window)
    if not rows:
        return Measure(None, 0, missing=_why(facts, window))
    scores = facts.scores
    return Measure(sum(scores[i] or 0 for i in rows) / len(rows), len(rows), rows, rows)


def responses(facts: Facts, window: Window) -> Measure:
    """The share of resolved requests that have a score."""
    return share(_scored(facts, window), facts.resolved_in(window))


FIGURE = Figure("csat", "percent", "more", measure, limits="p")
MEAN = Figure("csat_mean", "score", "more", mean, main=False, listed=False)
RESPONSES = Figure("feedback_rate", "percent", "more", responses, limits="p", main=False, listed=False)
