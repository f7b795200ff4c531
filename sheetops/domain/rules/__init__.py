"""The rules, in the order in which they run and in which equal findings are listed.

A new rule is a module of this package with a `RULE`, a line here, texts under `rule.<code>` in each language's
catalogue, and a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sheetops.domain.finding import Finding
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


def judge(view: View) -> list[Finding]:
    """What all rules that are switched on see in all request tables: by table, then rule, then as it comes."""
    memory: dict[str, Any] = {}
    found: list[Finding] = []
    for log in view.logs:
        for rule in RULES:
            setting = setting_of(view.policy, rule)
            if holds(setting, log.table.tab):
                found.extend(rule.check(Look(view, log, rule, setting, memory)))
    return found
