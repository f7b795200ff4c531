"""Requests that may be one: two rows (or tabs), each (customer, description, day)."""

from __future__ import annotations

from datetime import date

from sheetops.domain.finding import Finding
from tests.unit.rules.looks import GOOD, grid, said, view

_TEXTS = {
    "zh-Hans": ("王*-电商企业", "李*-电商企业", "导出月度报表时页面一直转圈,无法下载", "导出月度报表的时候页面一直转圈,无法下载", "咨询会员积分兑换规则及有效期"),
    "zh-Hant": ("王*-電商企業", "李*-電商企業", "匯出月報時頁面一直轉圈,無法下載檔案", "匯出月報的時候頁面一直轉圈,無法下載檔案", "諮詢會員點數兌換規則及有效期限"),
    "en": ("W*-Retail", "L*-Retail", "Exporting the monthly report never ends, nothing is downloaded", "Exporting monthly report never ends and nothing is downloaded", "How long do member points stay valid"),
}  # fmt: skip


def _told(language: str) -> list[object]:
    me, _, text, like, other = _TEXTS[language]
    return [
        ([(me, text, 3), (me, text, 3)], {"cell": "D3"}),
        ([(me, text, 5), (me, text, 3)], {"cell": "D2"}),
        [(me, text, 3), (me, text, 10)],
        ([(me, text, 3), (me, like, 4)], {"variant": ""}),
        [(me, text, 3), (me, text + "。", 4)],
        [(me, text, 3), (me, f" {text} ", 3)],
        [(me + " ", text, 3), (me, text, 3)],
        [(me, text, 3), (me, other, 3), (me, text, 4)],
        ([(me, text, 3), (me, text, 4), (me, text, 5)], {"variant": "several"}),
        [(me, text + " 1234", 3), (me, text + " 1234", 4)],
        [(me, other, 3), (me, other, 3)],
        ([[(me, text, 3)], [(me, text, 4)]], {"tab": "Log2"}),
        [(me, "退款", 3), (me, "退款", 4)],
        [(me, text + " 12", 3), (me, other + " 77", 3), (me, text, 4)],
    ]


def _innocent(language: str) -> list[object]:
    me, somebody, text, like, other = _TEXTS[language]
    return [
        [(me, text, 3)],
        [(me, text, 3), (me, other, 3)],
        [(me, text, 3), (somebody, text, 3)],
        [(me, text, 3), (somebody, like, 3)],
        [(me, text, 3), (me, text, 11)],
        [(me, text, 3), (me, other, 9), (me, text, 15)],
        [(me, text + " 1234", 3), (me, text + " 5678", 3)],
        [(None, text, 3), (None, text, 3)],
        [("匿名", text, 3), ("匿名", text, 3)],
        [("Anonymous", text, 3), ("Anonymous", text, 3)],
        [(me, None, 3), (me, None, 3)],
        [(me, "退款", 3), (me, "退货", 3)],
        [[(me, text, 3)], [(somebody, text, 3)]],
        [(me, "?", 3), (me, "!", 3)],
    ]


TOLD = {language: _told(language) for language in _TEXTS}
INNOCENT = {language: _innocent(language) for language in _TEXTS}


def look(language: str, case: list[object]) -> list[Finding]:
    tabs = case if isinstance(case[0], list) else [case]
    grids = []
    for tab, entries in enumerate(tabs, 1):
        rows = [
            {
                **GOOD[language],
                "id": f"2026110{tab}{number}",
                "customer": who,
                "description": what,
                "opened": date(2026, 11, day),
            }
            for number, (who, what, day) in enumerate(entries)
        ]
        grids.append(grid(rows, language, name=f"Log{tab}", keys=tuple(rows[0])))
    return said("near-duplicate", view(*grids, language=language))
