"""The whole tab of a small desk as text, in each language. After a wanted change, write it anew with:

REFRESH=1 .venv/bin/pytest tests/unit/test_review_golden.py
"""

from __future__ import annotations

import os
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from sheetops.domain.choices import DEFAULT_LISTS
from sheetops.domain.period import parse_period
from sheetops.domain.table import Raw, as_text
from sheetops.domain.tabs import Tab
from sheetops.domain.template import LANGUAGES
from sheetops.jobs.review import review
from sheetops.settings.files import load_texts
from tests.sheets import KEYS, log, row, view

GOLDEN = Path(__file__).parents[1] / "golden"
_COLUMNS = (*KEYS, "opened", "cause")
_WORDS = {
    "zh-Hans": ("技术部-张*", "客服部-赵*", "王*-电商企业", "李*-个人客户", "账号无法导出月度数据", "咨询积分兑换规则", "发货延迟"),
    "zh-Hant": ("技術部-張*", "客服部-趙*", "王*-電商企業", "李*-個人客戶", "帳號無法匯出月度資料", "諮詢積分兌換規則", "出貨延遲"),
    "en": ("Tech-Z*", "Desk-A*", "W*-Shops", "L*-Private", "Monthly export fails", "Asks for the points rules", "Late delivery"),
}  # fmt: skip


def small_desk(language: str) -> Tab:
    """The review of October 2026 over a year of one request every four days."""
    tech, desk, shop, private, export, points, delay = _WORDS[language]
    names = {
        key: [item.name(language) for item in DEFAULT_LISTS[key].items]
        for key in ("source", "type", "urgency")
    }
    rows: list[list[Raw]] = []
    for n in range(90):
        opened = date(2025, 11, 3) + timedelta(days=4 * n)
        due, done = opened + timedelta(days=3), opened + timedelta(days=n % 5)
        cells: dict[str, Raw] = {
            "id": f"{opened:%Y%m}{n % 8 + 1:02}",
            "source": names["source"][n % 3],
            "customer": shop if n % 3 else private,
            "description": f"{export if n % 2 else points} {n}",
            "type": names["type"][n % 4],
            "urgency": names["urgency"][n % 3],
            "priority": n % 5 + 1,
            "owner": tech if n % 2 else desk,
            "due": due,
            "opened": datetime.combine(opened, time(9 + n % 8, 30)),
            "cause": delay if n % 8 == 1 else None,
        }
        if n % 11 and n < 86:
            cells |= {"resolved": done, "result": "OK", "feedback": f"{n % 5 + 1}分" if n % 2 else None}
        rows.append(row(_COLUMNS, **cells))
    seen = view(
        log(*rows, language=language, keys=_COLUMNS),
        now=datetime(2026, 11, 3, 9),
        language=language,
        timezone="UTC",
        calendar={"country": None},
    )
    return review(seen, parse_period("2026-10")).tabs[0]


def as_lines(tab: Tab) -> str:
    """The values row by row, blanks at the end left out, and the charts with their blocks."""
    lines = [" | ".join(map(_shown, values)).rstrip(" |") for values in tab.values()]
    lines += [f"[{c.kind}] {c.title}: {', '.join(s.name for s in c.series)}" for c in tab.charts]
    return "\n".join([tab.name, *lines]) + "\n"


def _shown(value: Raw) -> str:
    return f"{value:.4g}" if isinstance(value, float) else as_text(value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tab_reads_as_it_did(language: str) -> None:
    path = GOLDEN / f"review-{language}.txt"
    told = as_lines(small_desk(language))
    if os.environ.get("REFRESH"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")


def test_the_languages_hold_the_same_numbers() -> None:
    told = []
    for language in LANGUAGES:
        values = small_desk(language).values()
        words = load_texts(language)("review.keywords.title")  # words are cut differently in each language
        until = next(n for n, cells in enumerate(values) if words in cells)
        told.append([[v for v in cells if isinstance(v, (int, float))] for cells in values[:until]])
    assert told[0] == told[1] == told[2]
    assert sum(map(len, told[0])) > 300
