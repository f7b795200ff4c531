"""A resolved request that does not say how it ended: the result is blank or still reads as progress.

`开发中`, `待测试`, `in progress` and their like are progress; anything else is an outcome.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.patterns import pattern
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.text import SEAM, tidy
from sheetops.domain.values import as_text

_PROGRESS = frozenset(
    (
        "处理中", "处理中,请稍候", "进行中", "开发中", "测试中", "排查中", "跟进中", "修复中", "待处理", "待测试", "待确认", "待跟进",
        "未解决", "未完成", "未处理", "已排查问题原因", "已排查原因", "正在处理", "正在开发", "正在排查",
        "處理中", "處理中,請稍候", "進行中", "開發中", "測試中", "跟進中", "修復中", "待處理", "待測試", "待確認", "待跟進",
        "未解決", "未處理", "已排查問題原因", "正在處理", "正在開發",
        "in progress", "pending", "open", "to do", "todo", "in development", "developing", "testing", "to be tested",
        "waiting", "on hold", "awaiting user info", "work in progress", "wip", "investigating", "not resolved", "unresolved",
    )
)  # fmt: skip
_BEGINNINGS = "|".join(sorted({re.escape(word[:2]) for word in _PROGRESS if not word.isascii()}))
# The beginning of a text that is no Chinese, or that is one of the words.
_MAY_BE_PROGRESS = pattern(rf"{SEAM}(?=[^\u4e00-\u9fff]|{_BEGINNINGS})")
_LONGEST = 24  # characters; a longer text is more than a word of progress
_NO_WORDS = pattern(r"[\W_]+")


def check(look: Look) -> Iterator[Finding]:
    """Resolved rows without an outcome."""
    if not look.log.table.has("result"):
        return
    texts = look.texts("result")
    verdicts: dict[int, str] = {}
    for place in texts.holding(_MAY_BE_PROGRESS):
        text = texts.texts[place]
        if len(text) > _LONGEST:
            continue
        if _NO_WORDS.fullmatch(text) or not text:
            verdicts[place] = ""
        elif " ".join(tidy(text).casefold().strip("。.…!~ ").split()) in _PROGRESS:
            verdicts[place] = "progress"
    resolved, results = look.log.values("resolved"), look.log.cells("result")
    for index, variant in texts.rows(verdicts):
        if resolved[index] is not None:
            yield look.finding(index, "result", variant, value=as_text(results[index]))


RULE = Rule("resolved-without-result", Severity.WARNING, check, by_row=True)
