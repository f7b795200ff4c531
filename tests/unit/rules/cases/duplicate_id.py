"""IDs that several requests bear."""

from __future__ import annotations

from sheetops.domain.finding import Finding
from tests.unit.rules.looks import everywhere, grid, rows_like, said, view

_A = "20261101"
TOLD = everywhere(
    ([_A, _A], {"cell": "A2"}),
    ([_A, _A], {"cell": "A3"}),
    [_A, 20261101],
    [_A, 20261101.0],
    [_A, " 20261101"],
    [_A, "２０２６１１０１"],
    [_A, "20261102", _A],
    ["INC01", "inc01"],
    [_A, "x", _A, _A, _A, _A],
    [[_A], [_A]],
    ([["20261102", _A], [_A]], {"tab": "Log2"}),
    [[_A, "20261102"], ["20261103"], ["20261102\n"]],
)
INNOCENT = everywhere(
    [_A],
    [_A, "20261102"],
    [None, None],
    ["", " "],
    [_A, "202611010"],
    [_A, None],
    ["INC01", "INC1"],
    ["A-1", "B-1"],
    [[_A], ["20261102"]],
    ["#REF!", "#REF!"],  # told as error values
    [1, 2, 10],
    ["20261101", "20261101-1"],
)


def look(language: str, case: list[object]) -> list[Finding]:
    tabs = case if isinstance(case[0], list) else [case]
    grids = []
    for number, ids in enumerate(tabs, 1):
        rows = [
            {**row, "id": text} for row, text in zip(rows_like(language, *[{}] * len(ids)), ids, strict=True)
        ]
        grids.append(grid(rows, language, name=f"Log{number}"))
    return said("duplicate-id", view(*grids, language=language))
