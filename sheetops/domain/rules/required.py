"""A request that somebody has begun but left without a cell it needs.

Who asked, what for, of which type and how urgent are needed to answer and to count a request. What a job fills
(ID, due date) is never asked of a person, and a row that only holds such values is not begun.

- A row that lacks more than three of the columns is told once, with the columns named.
- A missing source or priority, and a missing owner, are warnings; the rest are errors.

Parameters: `columns` (keys, separated by commas) are the columns asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rows import is_blank
from sheetops.domain.rules.base import Look, Rule

_MANY = 3
_MILD = ("source", "priority", "owner")
_NOT_BEGUN = ("id", "due", "opened", "status")


def check(look: Look) -> Iterator[Finding]:
    """Blank cells of the required columns, in begun rows."""
    table = look.log.table
    missing: dict[int, list[str]] = {}
    for key in look.words("columns"):
        for index in look.log.empty(key) if table.has(key) else ():
            missing.setdefault(index, []).append(key)
    others = [look.log.cells(key) for key in table.columns if key not in _NOT_BEGUN]
    for index, keys in missing.items():
        if all(is_blank(cells[index]) for cells in others):
            continue
        if len(keys) > _MANY:
            names = look.view.texts("checks.comma").join(look.header(key) for key in keys)
            yield look.finding(index, keys[0], "several", columns=names)
            continue
        for key in keys:
            severity = Severity.WARNING if key in _MILD else None
            yield look.finding(index, key, "owner" if key == "owner" else "", severity=severity)


RULE = Rule(
    "required",
    Severity.ERROR,
    check,
    {"columns": "customer,description,type,urgency,source,priority,owner"},
    by_row=True,
)
