"""Texts among real dates and numbers: (key, the one cell, what stands in the other nine rows)."""

from __future__ import annotations

from datetime import date

from sheetops.domain.finding import Finding
from sheetops.domain.table import CellError
from tests.unit.rules.looks import everywhere, several

_DAY = date(2026, 11, 18)
TOLD = everywhere(
    (("due", "2026-11-20", _DAY), {"variant": "date", "fix_value": "2026-11-20"}),
    (("resolved", "2026-11-19 ", _DAY), {}),
    (("resolved", "2026-11-19", _DAY), {"column": "resolved"}),
    (("due", " 2026-11-20 ", _DAY), {}),
    (("opened", "2026-11-18 09:30", _DAY), {}),
    (("opened", "2026-11-18T09:30:00", _DAY), {}),
    (("first_response", "2026-11-18 9:30", _DAY), {}),
    (("priority", "4", 3), {"variant": "number", "fix_value": "4"}),
    (("priority", " 4 ", 3.0), {}),
    (("priority", "４", 3), {"fix_value": "4"}),
    (("nps", "10", 9), {"column": "nps"}),
)
INNOCENT = everywhere(
    ("due", _DAY, _DAY),
    ("due", "2026/11/4", _DAY),
    ("due", "2026/11/14", _DAY),
    ("due", "11月20日", _DAY),
    ("due", "26.11.20", _DAY),
    ("due", 46350, _DAY),
    ("due", "2026-11-20", "2026-11-18"),
    ("due", "2026-11-20", None),
    ("due", "2026-11-20", [_DAY] * 5 + ["2026-11-18"] * 4),
    ("due", "2026-13-20", _DAY),  # told as an impossible date
    ("priority", "4级", 3),
    ("priority", "4", "3"),
    ("priority", 4, "3"),
    ("due", CellError("#N/A"), _DAY),
    ("id", "20261101", 20261102),
)


def look(language: str, case: tuple[str, object, object]) -> list[Finding]:
    key, odd, others = case
    nine = others if isinstance(others, list) else [others] * 9
    return several("wrong-kind", language, [{key: odd}, *({key: other} for other in nine)])
