"""Cells that a person must fill in."""

from __future__ import annotations

from sheetops.domain.finding import Finding
from tests.unit.rules.looks import ALL_KEYS, GOOD, everywhere, grid, said, view

_NEEDED = ("customer", "description", "type", "urgency", "source", "priority", "owner")
_ONLY = dict.fromkeys(GOOD["en"])

TOLD = everywhere(
    *(({key: None}, {"column": key}) for key in _NEEDED),
    ({"customer": "  "}, {"column": "customer"}),
    ({"description": "\u3000"}, {"column": "description"}),
    ({"type": "\n"}, {"column": "type"}),
    ({"type": None, "urgency": None}, {"column": "urgency"}),
    ({**_ONLY, "id": "20261103", "customer": "W*"}, {"variant": "several"}),
    ({**_ONLY, "notes": "?"}, {"variant": "several", "column": "customer"}),
    ({"owner": None, "resolved": None}, {"variant": "owner"}),
)
INNOCENT = everywhere(
    {},
    {"id": None},
    {"due": None},
    {"resolved": None, "result": None, "feedback": None},
    {"notes": None},
    {"feedback": None},
    {"customer": 13},
    {"description": "?"},
    {**_ONLY, "id": "20261102"},  # numbered in advance
    {**_ONLY, "id": "20261102", "due": "2026-12-01"},
    {**_ONLY, "id": "20261102", "customer": " ", "description": "\u3000"},
    _ONLY,
    {"type": "-"},
    {"priority": 0},
)


def look(language: str, change: dict[str, object]) -> list[Finding]:
    row = {**GOOD[language], **change}
    return said("required", view(grid([row, GOOD[language]], language, keys=ALL_KEYS), language=language))
