"""Merged blocks; a case is (first row, first column, last row, last column). Rows 2 to 4 are begun."""

from __future__ import annotations

from sheetops.domain.finding import Finding
from tests.unit.rules.looks import everywhere, grid, rows_like, said, view

TOLD = everywhere(
    ((2, 1, 3, 1), {"cell": "A2"}),
    (2, 1, 2, 2),
    (3, 4, 4, 4),
    (2, 13, 2, 20),
    (4, 1, 9, 1),
    (1, 3, 2, 3),
    (2, 1, 4, 13),
    (3, 8, 3, 9),
    (3, 12, 4, 13),
    (2, 5, 3, 6),
)
TOLD = {
    language: [case if isinstance(case[0], tuple) else (case, {}) for case in cases]
    for language, cases in TOLD.items()
}
INNOCENT = everywhere(
    None,
    (1, 1, 1, 5),
    (5, 1, 6, 3),
    (10, 1, 12, 13),
    (2, 14, 3, 14),
    (3, 15, 4, 20),
    (1, 14, 4, 16),
    (5, 1, 5, 13),
    (1, 1, 1, 13),
    (40, 2, 41, 2),
)


def look(language: str, block: tuple[int, int, int, int] | None) -> list[Finding]:
    merged = (block,) if block else ()
    return said(
        "merged-cells",
        view(grid(rows_like(language, {}, {}, {}), language, merged=merged), language=language),
    )
