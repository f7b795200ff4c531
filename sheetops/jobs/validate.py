"""Judge every row by the rules, and list what they saw in the Checks tab."""

from __future__ import annotations

from sheetops.domain.finding import Finding
from sheetops.domain.plan import Plan
from sheetops.domain.rules import verdicts
from sheetops.domain.view import View
from sheetops.jobs.checks_tab import Line, checks_tab, read_lines


def validate(view: View) -> Plan:
    """The findings that nobody has accepted, in sheet order, and the Checks tab with all of them."""
    tabs = (checks_tab(view, _lines(view)),)
    return Plan(findings=findings(view), tabs=tabs, judged=view.memo["judged"])


def findings(view: View) -> tuple[Finding, ...]:
    """The findings that nobody has accepted, in sheet order, for jobs that leave the Checks tab as it is."""
    known: tuple[Finding, ...] | None = view.memo.get("findings")
    if known is None:
        found = sorted(
            (line for line in _lines(view) if not line.decision.silent), key=lambda line: line.place
        )
        known = view.memo["findings"] = tuple(line.finding for line in found)
    return known


def _lines(view: View) -> list[Line]:
    known: list[Line] | None = view.memo.get("lines")
    if known is None:
        found = verdicts(view)
        view.memo["judged"] = found.judged
        known = view.memo["lines"] = read_lines(view, found.findings)
    return known
