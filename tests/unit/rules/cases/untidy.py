"""Values that are understood but not in their standard form (switched on for these cases)."""

from __future__ import annotations

from datetime import date

from sheetops.domain.finding import Finding
from sheetops.domain.policy import RuleSetting
from tests.unit.rules.looks import several

_ANY = [
    ({"due": "2026/11/4"}, {"fix_value": "2026-11-04"}),
    ({"due": "2026-11-04"}, {"variant": "kind"}),
    ({"due": 46350}, {"fix_value": "2026-11-24"}),
    ({"due": "26.11.4"}, {"column": "due"}),
    ({"due": "2026年11月4日"}, {"column": "due"}),
    ({"description": "a "}, {"variant": "blanks"}),
    ({"id": " 20261101"}, {"variant": "blanks"}),
    {"id": "２０２６１１０１"},
    {"customer": "W* "},
    ({"due": "2026/11/4 9:30"}, {}),
]
TOLD = {
    "zh-Hans": [
        *_ANY,
        ({"urgency": "高 "}, {"variant": "blanks"}),
        {"urgency": "High"},
        ({"priority": "４级"}, {"fix_value": "4级"}),
        {"type": "功能需求"},
    ],
    "zh-Hant": [
        *_ANY,
        ({"urgency": "高級"}, {"fix_value": "高"}),
        {"type": "功能需求"},
        {"priority": "４級"},
        {"source": "在线客服"},
    ],
    "en": [
        *_ANY,
        ({"urgency": "high"}, {"fix_value": "High"}),
        {"type": "feature request"},
        ({"priority": "P4"}, {"fix_value": "4"}),
        {"source": "电话"},
    ],
}
_PASS = [
    {},
    {"due": date(2026, 11, 4)},
    {"due": "11月24日"},
    {"due": "?"},
    {"urgency": "?"},
    {"urgency": None},
    {"description": "Ａ，ｂ"},
    {"result": "a  b"},
    {"owner": None},
    {"due": "#REF!"},
]
INNOCENT = dict.fromkeys(("zh-Hans", "zh-Hant", "en"), _PASS)


def look(language: str, change: dict[str, object]) -> list[Finding]:
    good = {"source": {"zh-Hans": "在线客服", "zh-Hant": "在線客服", "en": "Phone"}[language]}
    # The other rows say how the sheet writes its values.
    others = [{**good, "id": f"2026110{number}"} for number in (2, 3)]
    changes = [{**good, **change}, *others]
    return several("untidy", language, changes, rules={"untidy": RuleSetting()})
