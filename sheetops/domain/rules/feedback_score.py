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
    against = {
        raw: said.score
        for raw, said in look.log.meanings("feedback").items()
        if said is not None and said.score is not None and _contradicts(said.tone, said.score)
    }
    for index, score in look.rows_with("feedback", against):
        text = as_text(look.log.cells("feedback")[index])
        yield look.finding(index, "feedback", "contradiction", value=text, score=str(score))


def _contradicts(tone: int, score: int) -> bool:
    return (tone < 0 and score >= 4) or (tone > 0 and score <= 2)


RULE = Rule("feedback-score", Severity.ERROR, check, by_row=True)
