"""Formulas in data cells; a case is (row, column) → formula, and how many rows."""

from __future__ import annotations

from sheetops.domain.finding import Finding
from tests.unit.rules.looks import everywhere, grid, rows_like, said, view


def _down(column: int, rows: int, formula: str) -> dict[tuple[int, int], str]:
    return {(row, column): formula for row in range(2, rows + 2)}


TOLD = everywhere(
    ({(2, 9): "TODAY()"}, {"cell": "I2", "variant": ""}),
    {(3, 10): "=NOW()"},
    {(2, 1): "A1+1"},
    {(2, 2): "Lists!A2"},
    {(4, 6): 'IF(B2="","",1)'},
    {(2, 13): "B2&C2"},
    {(2, 9): "TODAY()", (3, 9): "TODAY()"},
    {(2, 4): "VLOOKUP(A2,X:Y,2)"},
    (_down(9, 12, "A2+3"), {"variant": "column"}),
    {**_down(9, 12, "A2+3"), (2, 5): "1+1"},
    {(13, 3): "C12"},
)
INNOCENT = everywhere(
    {},
    {(1, 1): '"Request"&" ID"'},  # the header
    {(14, 1): "COUNTA(A2:A13)"},  # a total below the table
    {(2, 20): "TODAY()"},  # a column that is not ours
    {(20, 20): "1"},
    {(1, 9): "X"},
    {(15, 4): "1"},
    {(30, 1): "1"},
    {(2, 14): "1"},
    {(100, 9): "TODAY()"},
)


def look(language: str, formulas: dict[tuple[int, int], str]) -> list[Finding]:
    return said(
        "formula", view(grid(rows_like(language, *[{}] * 12), language, formulas=formulas), language=language)
    )
