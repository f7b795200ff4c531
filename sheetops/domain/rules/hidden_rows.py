"""Hidden rows among the data, which people overlook and jobs still count. One hint for a whole tab.

A filter hides rows too, and a stored sheet does not tell the two apart, so this is only a hint.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule

_SHOWN = 6


def check(look: Look) -> Iterator[Finding]:
    """Begun rows that are hidden."""
    table = look.log.table
    hidden = sorted(row for row in table.grid.hidden_rows if table.index_of(row) is not None)
    if not hidden:
        return
    runs: list[list[int]] = []
    for row in hidden:
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    names = [str(first) if first == last else f"{first}–{last}" for first, last in runs]
    rows = look.view.texts("checks.comma").join(names[:_SHOWN]) + ("…" if len(names) > _SHOWN else "")
    key = min(table.columns, key=table.columns.__getitem__)
    yield look.finding_at(hidden[0], table.columns[key], key, count=str(len(hidden)), rows=rows)


RULE = Rule("hidden-rows", Severity.HINT, check)
