"""Headers: twice, nearly right, right. A case is the list of headers."""

from __future__ import annotations

from sheetops.domain.finding import Finding
from sheetops.domain.history import History
from sheetops.domain.table import Grid, RawSheet, take_snapshot
from sheetops.domain.template import COLUMNS
from sheetops.domain.view import View
from tests.unit.rules.looks import LANGUAGES, NOW, policy, said

_NAMES = {language: [column.name(language) for column in COLUMNS] for language in LANGUAGES}


def _with(language: str, **changes: object) -> list[object]:
    header = list(_NAMES[language])
    for key, text in changes.items():
        header[[column.key for column in COLUMNS].index(key)] = text
    return header


def _also(language: str, *more: object) -> list[object]:
    return [*_NAMES[language], *more]


TOLD = {
    "zh-Hans": [
        (_also("zh-Hans", "需求编号"), {"variant": "twice"}),
        _also("zh-Hans", "备 注"),
        _also("zh-Hans", "緊急程度"),
        _also("zh-Hans", "Due"),
        (_with("zh-Hans", feedback="客户反应"), {"variant": "near", "column": "feedback"}),
        _with("zh-Hans", id="需求编码"),
        _with("zh-Hans", customer="客户信总"),
        _with("zh-Hans", description="需求描写"),
        _with("zh-Hans", resolved="实际解决时刻"),
        _with("zh-Hans", owner="责任部门人"),
        _with("zh-Hans", result="处理结局"),
    ],
    "zh-Hant": [
        (_also("zh-Hant", "需求編號"), {"variant": "twice"}),
        _also("zh-Hant", "备注"),
        _also("zh-Hant", "紧急程度"),
        _also("zh-Hant", "Due date"),
        (_with("zh-Hant", feedback="客戶反映"), {"variant": "near", "column": "feedback"}),
        _with("zh-Hant", id="需求編碼"),
        _with("zh-Hant", description="需求描寫"),
        _with("zh-Hant", resolved="實際解決時刻"),
        _with("zh-Hant", owner="責任部門人"),
        _with("zh-Hant", result="處理結局"),
    ],
    "en": [
        (_also("en", "Request ID"), {"variant": "twice"}),
        _also("en", "due date"),
        _also("en", "Channel"),
        _also("en", "备注"),
        (_with("en", priority="Priorty"), {"variant": "near", "column": "priority"}),
        _with("en", urgency="Urgancy"),
        _with("en", description="Descripton"),
        _with("en", customer="Costumer"),
        _with("en", resolved="Resolvd"),
        _with("en", feedback="Feedbak"),
        _with("en", source="Sorce"),
    ],
}
INNOCENT = {
    "zh-Hans": [
        _NAMES["zh-Hans"],
        _NAMES["zh-Hant"],
        _NAMES["en"],
        _also("zh-Hans", "门店"),
        _also("zh-Hans", None, 2026, "合计"),
        _with("zh-Hans", owner="责任部门\n/人员"),
        _with("zh-Hans", due="预计解决时间(必填)"[:6]),
        _with("zh-Hans", priority=" 优先级 "),
        _with("zh-Hans", urgency="【紧急程度】"),
        _with("zh-Hans", notes=None),
        list(reversed(_NAMES["zh-Hans"])),
        _also("zh-Hans", "登记时间", "状态", "行业"),
    ],
    "zh-Hant": [
        _NAMES["zh-Hant"],
        _NAMES["zh-Hans"],
        _also("zh-Hant", "門市"),
        _also("zh-Hant", None, 2026),
        _with("zh-Hant", owner="責任部門 / 人員"),
        _with("zh-Hant", priority="優先順序"),
        _with("zh-Hant", feedback="客戶回饋"),
        _with("zh-Hant", notes=None),
        list(reversed(_NAMES["zh-Hant"])),
        _also("zh-Hant", "登記時間", "狀態"),
    ],
    "en": [
        _NAMES["en"],
        _NAMES["zh-Hans"],
        _also("en", "Opened", "Reopen count", "Team colour"),
        _also("en", "Shop", "Amount"),
        _also("en", None, 2026),
        _with("en", id="TICKET ID"),
        _with("en", owner="Assigned to"),
        _with("en", due="Due\ndate"),
        _with("en", notes=None),
        list(reversed(_NAMES["en"])),
    ],
}


def look(language: str, header: list[object]) -> list[Finding]:
    raw = RawSheet("test.xlsx", (Grid("Log", [header, ["x"] * len(header)]),), "1")
    return said("header", View(take_snapshot(raw, language=language), policy(language), History(), NOW))
