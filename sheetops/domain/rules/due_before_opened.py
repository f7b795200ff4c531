"""A due date before the day on which the request was opened. Needs the optional opened column.

A date whose year is a slip is told by the rule `date` instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.rules.date import year_slips


def check(look: Look) -> Iterator[Finding]:
    """Due days before opened days."""
    if not look.log.table.has("opened"):
        return
    slips = {(index, key) for index, key, _ in year_slips(look)}
    for index, (due, opened) in enumerate(zip(look.log.values("due"), look.opened_days, strict=True)):
        if due is not None and opened is not None and due < opened and (index, "due") not in slips:
            yield look.finding(index, "due", value=due.isoformat(), opened=opened.isoformat())


RULE = Rule("due-before-opened", Severity.ERROR, check, by_row=True)
