"""Training: which findings recur in which department.

Formula: findings (without hints) in the requests opened in the period, by the lead owner's department and the rule;
three or more of one rule in one department recur. n: the findings; rows: their cells, in the Checks
tab. Source: domain.md §4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.kpis.breakdown import DIMENSIONS, keys_of
from sheetops.domain.kpis.facts import Facts, Window

RECURS: Final = 3


def findings_of(facts: Facts, window: Window, findings: Iterable[Finding]) -> list[tuple[Finding, int]]:
    """The findings in requests opened in the window, with the request each concerns."""
    index_of = {facts.place(i): i for i in facts.opened_in(window)}
    placed = ((finding, index_of.get((finding.tab, finding.row))) for finding in findings)
    return [
        (finding, index)
        for finding, index in placed
        if index is not None and finding.severity is not Severity.HINT
    ]


def training(facts: Facts, found: Iterable[tuple[Finding, int]]) -> list[tuple[str | None, str, int]]:
    """(department, rule, findings) that recur, most first."""
    departments = keys_of(facts, DIMENSIONS["department"])
    counts = Counter((departments[index], finding.rule) for finding, index in found)
    often = [(department, rule, n) for (department, rule), n in counts.items() if n >= RECURS]
    return sorted(often, key=lambda entry: (-entry[2], entry[0] or "", entry[1]))
