"""Merged cells among the data: all but the first are empty, so sorting, filtering and counting go wrong.

Merged titles above the header, notes below the table and merges in columns that are not ours do not matter.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.table import cell_name


def check(look: Look) -> Iterator[Finding]:
    """Merged blocks that touch a column of ours between the first and the last begun row."""
    table = look.log.table
    if not table.numbers or not table.grid.merged:
        return
    keys = {column: key for key, column in table.columns.items()}
    for top, left, bottom, right in sorted(table.grid.merged):
        ours = [column for column in range(left, right + 1) if column in keys]
        if not ours or bottom <= table.header_row or top > table.numbers[-1]:
            continue
        span = f"{cell_name(top, left)}:{cell_name(bottom, right)}"
        key = keys[ours[0]]
        index = table.index_of(top)
        if index is not None:
            yield look.finding(index, key, range=span)
        else:
            yield look.finding_at(top, ours[0], key, range=span)


RULE = Rule("merged-cells", Severity.WARNING, check)
