"""Owners against a People tab."""

from __future__ import annotations

from sheetops.domain.finding import Finding
from sheetops.domain.table import Grid
from tests.unit.rules.looks import GOOD, grid, said, view

_HEADERS = {
    "zh-Hans": ["部门", "姓名", "在职"],
    "zh-Hant": ["部門", "姓名", "在職"],
    "en": ["Department", "Name", "Active"],
}
_TABS = {"zh-Hans": "人员", "zh-Hant": "人員", "en": "People"}
_PEOPLE = {
    "zh-Hans": [
        ["技术部", "张*", "是"],
        ["客服部", "赵*", "是"],
        ["产品部", "李*", "是"],
        ["客服部", "孙*", "否"],
    ],
    "zh-Hant": [
        ["技術部", "張*", "是"],
        ["客服部", "趙*", "是"],
        ["產品部", "李*", "是"],
        ["客服部", "孫*", "否"],
    ],
    "en": [
        ["Tech", "Z*", "yes"],
        ["Support", "Lee*", "yes"],
        ["Product", "Wang*", "yes"],
        ["Support", "Sun*", "no"],
    ],
}
_OPEN = {"resolved": None}


def _rows(*owners: object, **more: object) -> list[dict[str, object]]:
    return [{"owner": owner, **more} for owner in owners]


TOLD = {
    "zh-Hans": [
        ({"owner": "技木部-张*"}, {"variant": "department-near", "fix_value": "技术部-张*"}),
        ({"owner": "财务部-钱*"}, {"column": "owner"}),
        ({"owner": "技术部-王*"}, {"variant": "person"}),
        ({"owner": "客服部-张*"}, {"variant": "person-near", "fix_value": "技术部-张*"}),
        ({"owner": "客服部-孙*", **_OPEN}, {"variant": "inactive"}),
        ({"owner": "仓库"}, {"variant": "department"}),
        *_rows(
            "技术部-张*、财务部-钱*", "技术部-张*/客服部-周*", "钱*", "技术部;财务", "外包", "产品部-赵六"
        ),
    ],
    "zh-Hant": [
        ({"owner": "技木部-張*"}, {"variant": "department-near", "fix_value": "技術部-張*"}),
        ({"owner": "技術部-王*"}, {"variant": "person"}),
        ({"owner": "客服部-張*"}, {"variant": "person-near"}),
        ({"owner": "客服部-孫*", **_OPEN}, {"variant": "inactive"}),
        *_rows("財務部-錢*", "倉庫", "技術部-張*、財務部-錢*", "錢*", "外包", "產品部-趙六"),
    ],
    "en": [
        ({"owner": "Teck-Z*"}, {"variant": "department-near", "fix_value": "Tech-Z*"}),
        ({"owner": "Tech-Kim*"}, {"variant": "person"}),
        ({"owner": "Support-Z*"}, {"variant": "person-near", "fix_value": "Tech-Z*"}),
        ({"owner": "Support-Sun*", **_OPEN}, {"variant": "inactive"}),
        *_rows(
            "Finance-Qian*",
            "Warehouse",
            "Tech-Z*; Finance-Qian*",
            "Qian*",
            "outsourced",
            "Product-Zhao",
            "Group 70",
        ),
    ],
}
INNOCENT = {
    "zh-Hans": [
        {},
        *_rows(
            "技术部",
            "技术部 - 张*",
            "技术部－张＊",
            "技術部-張*",
            "技术部-张*、客服部-赵*(牵头)",
            "客服部/赵*",
            "赵*",
            "产品部-李*",
            None,
            "客服部-孙*",
        ),
    ],
    "zh-Hant": [
        {},
        *_rows(
            "技術部",
            "技術部 - 張*",
            "技術部－張＊",
            "技术部-张*",
            "技術部-張*、客服部-趙*(牽頭)",
            "趙*",
            "產品部-李*",
            None,
            "客服部-孫*",
        ),
    ],
    "en": [
        {},
        *_rows(
            "Tech",
            "tech - z*",
            "TECH-Z*",
            "Tech-Z*; Support-Lee* (lead)",
            "Lee*",
            "Product-Wang*",
            None,
            "Support-Sun*",
            "Support",
            "product",
        ),
    ],
}


def look(language: str, change: dict[str, object]) -> list[Finding]:
    people = Grid(_TABS[language], [_HEADERS[language], *_PEOPLE[language]])
    rows = [{**GOOD[language], **change}, *({**GOOD[language], "owner": d} for d, _, _ in _PEOPLE[language])]
    return said("unknown-owner", view(grid(rows, language), people, language=language))
