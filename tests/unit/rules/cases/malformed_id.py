"""IDs of no accepted form."""

from __future__ import annotations

from sheetops.domain.finding import Finding
from tests.unit.rules.looks import everywhere, grid, rows_like, said, view

TOLD = everywhere(
    ("202611", {"cell": "A7"}),
    "20261301",
    "2026-11-01",
    "abc",
    "2026110",
    ("202611O7", {"variant": "lookalike", "fix_value": "20261107"}),
    ("2O261107", {"fix_value": "20261107"}),
    ("2026ll07", {"fix_value": "20261107"}),
    "20261107A",
    "No. 20261107",
    "?",
    "INC0000045",
    99.5,
    ("202611107", {"variant": "", "fix_value": None}),  # far beyond the fifth
    20261199999,
    "13812345678",
)
INNOCENT = everywhere(
    "20261107",
    20261107,
    20261107.0,
    "２０２６１１０７",
    " 20261107 ",
    "20261107\n",
    [f"202611{number:02}" for number in range(92, 109)],  # more than 99 in a month
    "20251201",
    None,
    "  ",
    "#REF!",  # told as an error value
    ["INC0000045", "INC0000047", "INC0000057", "INC0000060"],  # another numbering, followed throughout
    ["T-1", "T-2", "T-3", "T-4"],
    [1, 2, 3, 4],
    ["CS-2026-001"],
    [f"INC{number:07}" for number in range(90, 130)] + ["20261101", "20261102"],  # the tool's own among them
)


def look(language: str, case: object) -> list[Finding]:
    ids = case if isinstance(case, list) else [f"202611{number:02}" for number in range(1, 6)] + [case]
    rows = [{**row, "id": text} for row, text in zip(rows_like(language, *[{}] * len(ids)), ids, strict=True)]
    return said("malformed-id", view(grid(rows, language), language=language))
