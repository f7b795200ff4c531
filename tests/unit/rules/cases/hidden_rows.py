"""Hidden rows; rows 2 to 11 are begun."""

from __future__ import annotations

from sheetops.domain.finding import Finding
from tests.unit.rules.looks import everywhere, grid, rows_like, said, view

_ROWS = [
    frozenset(rows)
    for rows in (
        {2},
        {11},
        {3, 4, 5},
        {2, 4, 6, 8, 10},
        {5, 40},
        {1, 2},
        {2, 3, 7},
        set(range(2, 12)),
        {9, 10},
        {6},
    )
]
TOLD = everywhere(*((rows, {"row": min(rows - {1})}) for rows in _ROWS))
INNOCENT = everywhere(
    *(
        frozenset(rows)
        for rows in ((), {1}, {12}, {13, 14}, {40}, {100}, {1, 12}, {99, 100}, {0}, set(range(12, 30)))
    )
)


def look(language: str, hidden: frozenset[int]) -> list[Finding]:
    seen = grid(rows_like(language, *[{}] * 10), language, hidden_rows=hidden)
    return said("hidden-rows", view(seen, language=language))
