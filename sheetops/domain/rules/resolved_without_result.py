"""A resolved request that does not say how it ended: the result is blank or still reads as progress.

`开发中`, `待测试`, `in progress` and their like are progress; anything else is an outcome.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.table import Raw
from sheetops.domain.text import fold
from sheetops.domain.values import as_text

_PROGRESS = frozenset(
    fold(word)
    for word in (
        "处理中", "进行中", "开发中", "测试中", "排查中", "跟进中", "待处理", "待测试", "待确认", "待跟进", "未解决", "未完成", "未处理",
        "已排查问题原因", "已排查原因", "正在处理", "正在开发", "正在排查", "修复中", "处理中，请稍候",
        "in progress", "pending", "open", "to do", "todo", "in development", "developing", "testing", "to be tested",
        "waiting", "on hold", "awaiting user info", "work in progress", "wip", "investigating", "not resolved", "unresolved",
    )
)  # fmt: skip
_LONGEST = 24  # characters; a longer text is more than a word of progress


def check(look: Look) -> Iterator[Finding]:
    """Resolved rows without an outcome."""
    if not look.log.table.has("result"):
        return
    verdicts: dict[Raw, str] = {
        raw: as_text(raw)
        for raw in look.log.distinct("result")
        if raw is None or (len(as_text(raw)) <= _LONGEST and fold(as_text(raw)) in _PROGRESS | {""})
    }
    resolved = look.log.values("resolved")
    for index, text in look.rows_with("result", verdicts):
        if resolved[index] is not None:
            yield look.finding(index, "result", "progress" if fold(text) else "", value=text)


RULE = Rule("resolved-without-result", Severity.WARNING, check)
