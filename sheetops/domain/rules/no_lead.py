"""Several departments share a request, and none (or more than one) is marked as the lead.

A lead is marked with `(牵头)`, `(牽頭)` or `(lead)` after the name. Several people of one department need none.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.table import Raw
from sheetops.domain.text import fold


def check(look: Look) -> Iterator[Finding]:
    """Owner cells with several departments and not one lead."""
    verdicts: dict[Raw, str] = {}
    for raw, owners in look.log.meanings("owner").items():
        leads = sum(owner.lead for owner in owners)
        if len({fold(owner.department) for owner in owners}) > 1 and leads != 1:
            verdicts[raw] = "two" if leads else ""
    for index, variant in look.rows_with("owner", verdicts):
        yield look.finding(index, "owner", variant)


RULE = Rule("no-lead", Severity.WARNING, check, by_row=True)
