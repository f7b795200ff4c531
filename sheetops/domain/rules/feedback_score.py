"""Feedback whose score is no whole number from 1 to 5 (likelihood to recommend: 0 to 10), or whose words say the
opposite of its score: `不满意(5分)`, `very satisfied (1 point)`.

Only the words beside the score are compared with it; a quotation may be mixed, as people are.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.rules.error_value import is_error
from sheetops.domain.values import as_text


def check(look: Look) -> Iterator[Finding]:
    """Scores out of range, then scores that the words contradict."""
    for key, variant in (("feedback", "range"), ("nps", "nps")):
        cells = look.log.cells(key)
        for index, _ in look.log.unreadable(key):
            if not is_error(cells[index]):
                yield look.finding(index, key, variant, value=as_text(cells[index]))
    for index, feedback in enumerate(look.log.values("feedback")):
        if feedback is None or feedback.score is None or not feedback.tone:
            continue
        if (feedback.tone < 0 and feedback.score >= 4) or (feedback.tone > 0 and feedback.score <= 2):
            text = as_text(look.log.cells("feedback")[index])
            yield look.finding(index, "feedback", "contradiction", value=text, score=str(feedback.score))


RULE = Rule("feedback-score", Severity.ERROR, check)
