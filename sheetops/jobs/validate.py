"""Judge every row by the rules, and list what they saw in the Checks tab."""

from __future__ import annotations

from sheetops.domain.plan import Plan
from sheetops.domain.rules import judge
from sheetops.domain.view import View
from sheetops.jobs.checks_tab import checks_tab, read_lines


def validate(view: View) -> Plan:
    """The findings that nobody has accepted, in sheet order, and the Checks tab with all of them."""
    known: Plan | None = view.memo.get("validate")
    if known is None:
        known = view.memo["validate"] = _validate(view)
    return known


def _validate(view: View) -> Plan:
    lines = read_lines(view, judge(view))
    found = sorted((line for line in lines if not line.decision.silent), key=lambda line: line.place)
    return Plan(findings=tuple(line.finding for line in found), tabs=(checks_tab(view, lines),))
