"""The rules, in the order in which they run and in which equal findings are listed.

A new rule is a module of this package with a `RULE`, a line here, texts under `rule.<code>` in each language's
catalogue, and a test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from sheetops.domain.finding import Finding
from sheetops.domain.plan import Judged
from sheetops.domain.policy import RuleSetting
from sheetops.domain.rules import (
    date,
    due_before_opened,
    due_beyond_target,
    duplicate_id,
    error_value,
    feedback_score,
    formula,
    formula_text,
    header,
    hidden_rows,
    malformed_id,
    merged_cells,
    near_duplicate,
    no_lead,
    personal_data,
    required,
    resolved_before_opened,
    resolved_in_future,
    resolved_without_feedback,
    resolved_without_result,
    stale_priority,
    unknown_owner,
    unknown_value,
    untidy,
    urgency_priority,
    vague_description,
    wrong_department,
    wrong_kind,
)
from sheetops.domain.rules.base import Look, Rule, holds, setting_of
from sheetops.domain.rules.context import context_of
from sheetops.domain.view import View

RULES: Final[tuple[Rule, ...]] = (
    header.RULE,
    error_value.RULE,
    formula.RULE,
    formula_text.RULE,
    merged_cells.RULE,
    hidden_rows.RULE,
    personal_data.RULE,
    required.RULE,
    unknown_value.RULE,
    date.RULE,
    wrong_kind.RULE,
    malformed_id.RULE,
    duplicate_id.RULE,
    resolved_before_opened.RULE,
    resolved_in_future.RULE,
    due_before_opened.RULE,
    due_beyond_target.RULE,
    resolved_without_result.RULE,
    resolved_without_feedback.RULE,
    feedback_score.RULE,
    urgency_priority.RULE,
    vague_description.RULE,
    near_duplicate.RULE,
    unknown_owner.RULE,
    wrong_department.RULE,
    no_lead.RULE,
    stale_priority.RULE,
    untidy.RULE,
)

BY_CODE: Final[Mapping[str, Rule]] = {rule.code: rule for rule in RULES}


class Verdicts(NamedTuple):
    """What all rules see, and how the rows of each request table that has marks were judged."""

    findings: list[Finding]
    judged: dict[str, Judged]


def judge(view: View) -> list[Finding]:
    """What all rules that are switched on see in all request tables: by table, then rule, then as it comes."""
    return verdicts(view).findings


def verdicts(view: View) -> Verdicts:
    """What `judge` gives, with how it was come by.

    Rules that go row by row are asked about the rows that `History.to_judge` names alone; what they would say of the
    others is known: nothing.
    """
    memory: dict[str, Any] = {}
    found: list[Finding] = []
    judged: dict[str, Judged] = {}
    for log in view.logs:
        looks = [Look(view, log, rule, setting, memory) for rule, setting in _holding(view, log.table.tab)]
        marked = log.table.marks is not None  # else nobody can know that a row stands as it stood
        context = context_of(view, log, looks) if marked else ""
        wanted = view.history.to_judge(log.table, context) if marked else None
        some = None if wanted is None else log.some(sorted(set(wanted)))
        of_some: dict[str, Any] = {}
        rows: set[int] = set()
        for look in looks:
            rule = look.rule
            if not rule.by_row:
                found.extend(rule.check(look))
                continue
            asked = look if some is None else look.among(some, of_some)
            seen = list(rule.check(asked))
            rows.update(asked.again, [finding.row for finding in seen])
            found.extend(seen)
            if rule.whole is not None:
                found.extend(rule.whole(look))
        if marked:
            judged[log.table.tab] = Judged(context, frozenset(rows))
    return Verdicts(found, judged)


def _holding(view: View, tab: str) -> Iterator[tuple[Rule, RuleSetting]]:
    """The rules that look at this tab, with their settings."""
    settings = ((rule, setting_of(view.policy, rule)) for rule in RULES)
    return ((rule, setting) for rule, setting in settings if holds(setting, tab))
