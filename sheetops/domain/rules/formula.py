"""A formula where a value belongs.

A formula changes its result when other cells move or the day changes (`=TODAY()`), so a record of what was said
and when must hold values. A column in which most rows hold a formula is meant so: it is told once, as a hint.

Parameters: `often` is the share of a column's filled cells from which its formulas are told once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule

_FEW = 5


def check(look: Look) -> Iterator[Finding]:
    """Formulas in our columns of begun rows."""
    table = look.log.table
    if not table.grid.formulas:
        return
    keys = {column: key for key, column in table.columns.items()}
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for (row, column), formula in table.grid.formulas.items():
        index = table.index_of(row) if column in keys else None
        if index is not None:
            found[keys[column]][index] = formula
    for key in table.columns:
        formulas = found[key]
        filled = sum(raw is not None for raw in table.column(key))
        if len(formulas) > max(_FEW, look.number("often") * filled):
            first = look.first_of(list(formulas))
            yield look.finding(first, key, "column", severity=Severity.HINT, rows=str(len(formulas)))
            continue
        for index in sorted(formulas):
            yield look.finding(index, key, value="=" + formulas[index].removeprefix("="))


RULE = Rule("formula", Severity.WARNING, check, {"often": 0.5}, limits={"often": (0, 1)})
