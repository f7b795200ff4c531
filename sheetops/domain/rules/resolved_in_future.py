"""A request resolved on a day that has not come yet. A plan belongs in the due date.

A date whose year is a slip is told by the rule `date` instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.rules.date import year_slips


def check(look: Look) -> Iterator[Finding]:
    """Resolved days after today."""
    slips = {(index, key) for index, key, _ in year_slips(look)}
    today = look.today
    later = {
        raw: day for raw, day in look.log.meanings("resolved").items() if day is not None and day > today
    }
    for index, resolved in look.rows_with("resolved", later):
        if (index, "resolved") not in slips:
            yield look.finding(index, "resolved", value=resolved.isoformat(), today=today.isoformat())


RULE = Rule("resolved-in-future", Severity.ERROR, check, by_row=True)
