"""Urgency and priority far apart."""

from __future__ import annotations

from tests.unit.rules.looks import LANGUAGES

_HIGH = {
    "zh-Hans": ("高", "高级", "紧急", "High"),
    "zh-Hant": ("高", "高級", "緊急", "high"),
    "en": ("High", "HIGH", "Urgent", "高"),
}
_LOW = {"zh-Hans": ("低", "低级", "Low"), "zh-Hant": ("低", "低級", "Low"), "en": ("Low", "low ", "低")}
_MEDIUM = {"zh-Hans": "中", "zh-Hant": "中", "en": "Medium"}
TOLD = {
    language: [
        *({"urgency": word, "priority": value} for word in _HIGH[language] for value in (1, "2级")),
        *({"urgency": word, "priority": value} for word in _LOW[language] for value in (5, "５级", "P5")),
    ]
    for language in LANGUAGES
}
INNOCENT = {
    language: [
        *(
            {"urgency": word, "priority": value}
            for word in _HIGH[language][:2]
            for value in (3, "4级", 5, None)
        ),
        *({"urgency": word, "priority": value} for word in _LOW[language][:2] for value in (1, "4级")),
        *({"urgency": _MEDIUM[language], "priority": value} for value in (1, 5)),
        {"urgency": None, "priority": 1},
        {"urgency": "?", "priority": 5},
    ]
    for language in LANGUAGES
}
