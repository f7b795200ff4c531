"""Net promoter score: from the 0–10 column only, never mapped from scores of 1–5.

Formula: share of 9 and 10 − share of 0 to 6, in points from −100 to 100, over the requests resolved in the
period that have an answer. n and rows: those requests. Source: domain.md §4.
"""

from __future__ import annotations

from sheetops.domain.kpis.base import Figure, Measure
from sheetops.domain.kpis.facts import Facts, Window


def measure(facts: Facts, window: Window) -> Measure:
    """The score in points."""
    nps = facts.column("nps")
    rows = [i for i in facts.resolved_in(window) if nps[i] is not None]
    if not rows:
        return Measure(None, 0, missing="no_cases" if facts.has("nps") else "no_nps")
    answers = [nps[i] for i in rows]
    promoters = [i for i, answer in zip(rows, answers, strict=True) if answer >= 9]
    detractors = sum(answer <= 6 for answer in answers)
    return Measure(100 * (len(promoters) - detractors) / len(rows), len(rows), promoters, rows)


FIGURE = Figure("nps", "points", "more", measure, limits="xmr", main=False, listed=False)
