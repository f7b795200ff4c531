"""Small sheets for the tests of rules: a header in one language, rows as mappings, and what the rules say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sheetops.domain.finding import Finding
from sheetops.domain.history import History
from sheetops.domain.policy import Policy, RuleSetting
from sheetops.domain.rules import BY_CODE, judge
from sheetops.domain.table import Grid, Raw, RawSheet, take_snapshot
from sheetops.domain.template import BY_KEY, COLUMNS
from sheetops.domain.view import View
from sheetops.settings.files import load_texts
from sheetops.settings.model import Team
from sheetops.settings.policy import build_policy

NOW = datetime(2026, 11, 20, 10, 0)  # a Friday; 2026-11-16 to 20 are working days in China
KEYS = tuple(column.key for column in COLUMNS)
ALL_KEYS = tuple(BY_KEY)
LANGUAGES = ("zh-Hans", "zh-Hant", "en")

GOOD: Mapping[str, Mapping[str, Raw]] = {
    "zh-Hans": {
        "id": "20261101", "source": "在线客服", "customer": "王*-电商企业", "description": "导出月度报表时页面一直转圈,无法下载",
        "type": "功能需求类", "urgency": "高", "priority": "4级", "owner": "技术部-张*", "due": date(2026, 11, 20),
        "resolved": date(2026, 11, 19), "result": "已修复导出功能", "feedback": '满意(5分):"很及时"', "notes": None,
    },
    "zh-Hant": {
        "id": "20261101", "source": "線上客服", "customer": "王*-電商企業", "description": "匯出月報時頁面一直轉圈,無法下載",
        "type": "功能需求類", "urgency": "高", "priority": "4級", "owner": "技術部-張*", "due": date(2026, 11, 20),
        "resolved": date(2026, 11, 19), "result": "已修復匯出功能", "feedback": "滿意(5分):「很即時」", "notes": None,
    },
    "en": {
        "id": "20261101", "source": "Online chat", "customer": "W*-Retail", "description": "Exporting the monthly report never ends, nothing is downloaded",
        "type": "Feature", "urgency": "High", "priority": 4, "owner": "Tech-Z*", "due": date(2026, 11, 20),
        "resolved": date(2026, 11, 19), "result": "Export repaired", "feedback": 'Satisfied (5 points): "quick"', "notes": None,
    },
}  # fmt: skip


def policy(language: str = "zh-Hans", **team: Any) -> Policy:
    """The default policy of a team; `team` as in the settings file."""
    return build_policy(Team(**team), language, load_texts(language))


def grid(
    rows: Iterable[Mapping[str, Raw]],
    language: str = "zh-Hans",
    name: str = "Log",
    keys: Sequence[str] = KEYS,
    **more: Any,
) -> Grid:
    """A tab with the header of `language` in row 1."""
    header = [BY_KEY[key].name(language) for key in keys]
    return Grid(name, [header, *([row.get(key) for key in keys] for row in rows)], **more)


def view(
    *grids: Grid,
    language: str = "zh-Hans",
    now: datetime = NOW,
    history: History | None = None,
    rules: Mapping[str, RuleSetting] | None = None,
    **team: Any,
) -> View:
    """What a job sees of a sheet of these tabs."""
    found = policy(language, **team)
    if rules is not None:
        object.__setattr__(found, "rules", rules)
    return View(
        take_snapshot(RawSheet("test.xlsx", grids, "1"), language=language), found, history or History(), now
    )


def rows_like(language: str, *changes: Mapping[str, Raw]) -> list[dict[str, Raw]]:
    """Good rows, each with its own ID and description, changed as told."""
    rows = []
    for number, change in enumerate(changes, 1):
        row = {
            **GOOD[language],
            "id": f"202611{number:02}",
            "customer": f"{'王李张陈林'[number % 5]}*{number}-客户",
        }
        rows.append({**row, **change})
    return rows


def said(code: str, seen: View) -> list[Finding]:
    """What one rule says of a sheet."""
    assert code in BY_CODE
    return [finding for finding in judge(seen) if finding.rule == code]


def one(
    code: str, language: str, change: Mapping[str, Raw], keys: Sequence[str] = ALL_KEYS, **more: Any
) -> list[Finding]:
    """What one rule says of a good row, changed as told (`keys`: the columns that the sheet has)."""
    return several(code, language, [change], keys, **more)


def several(
    code: str,
    language: str,
    changes: Sequence[Mapping[str, Raw]],
    keys: Sequence[str] = ALL_KEYS,
    **more: Any,
) -> list[Finding]:
    """What one rule says of good rows, each changed as told."""
    rows = [{**GOOD[language], **change} for change in changes]
    return said(code, view(grid(rows, language, keys=keys), language=language, **more))


def everywhere(*cases: Any) -> dict[str, list[Any]]:
    """The same cases in every language: what they hold is written alike in all of them."""
    return {language: list(cases) for language in LANGUAGES}
