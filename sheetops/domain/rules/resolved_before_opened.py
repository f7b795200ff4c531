"""A request resolved on a day before the one on which it was opened.

Needs the optional opened column: the ledger's first sight of a row says when it was written down, not when
the customer asked. A date whose year is a slip is told by the rule `date` instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.rules.date import year_slips


def check(look: Look) -> Iterator[Finding]:
    """Resolved days before opened days."""
    if not look.log.table.has("opened"):
        return
    slips = {(index, key) for index, key, _ in year_slips(look)}
    for index, (resolved, opened) in enumerate(
        zip(look.log.values("resolved"), look.opened_days, strict=True)
    ):
        if (
            resolved is not None
            and opened is not None
            and resolved < opened
            and (index, "resolved") not in slips
        ):
            yield look.finding(index, "resolved", value=resolved.isoformat(), opened=opened.isoformat())


RULE = Rule("resolved-before-opened", Severity.ERROR, check, by_row=True)
