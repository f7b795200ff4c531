"""A value that its drop-down list does not know.

Width, case, spaces, brackets, script variant and language do not matter (`高 `, `高级`, `High` are all 高), and
a priority is read from `4级`, `４级`, `P4` or `4`. What is left is unknown, and the nearest valid value is
offered. A value that the team adds to the Lists tab is valid at once, so a value that stands in many rows is
told once, with their number.

Parameters: `often` is the number of rows from which one value is told once.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import MANY, Look, Rule
from sheetops.domain.rules.error_value import is_error
from sheetops.domain.values import Problem, as_text

_LISTS = ("source", "type", "urgency")


def check(look: Look) -> Iterator[Finding]:
    """Cells of list columns and of the priority that cannot be read."""
    rare = _are_rare(look)
    comma = look.view.texts("checks.comma")
    if not rare:
        look = look.whole
    for key in (*_LISTS, "priority"):
        cells = look.log.cells(key)
        bad: dict[int, tuple[str, Problem]] = {
            index: (as_text(cells[index]), problem)
            for index, problem in look.log.unreadable(key)
            if not is_error(cells[index])
        }
        if key == "priority":
            for index, (text, _) in bad.items():
                yield look.finding(index, key, "priority", value=text)
            continue
        if rare:
            look.see_again(bad)
        choices = look.view.lists[key]
        names = comma.join(item.name(look.view.language) for item in choices.items)
        for index, (text, problem), rows in look.once_if_many(bad, look.number("often")):
            variant = "often" if rows > 1 else "near" if problem.fix else ""
            fix = problem.fix if rows == 1 else None
            yield look.finding(index, key, variant, fix=fix, value=text, rows=str(rows), choices=names)


def _are_rare(look: Look) -> bool:
    """Whether so few rows hold a value that is not known that each is better looked at every time."""
    return look.is_rare("unknown-value", lambda some: sum(map(some.log.count_unreadable, _LISTS)))


RULE = Rule(
    "unknown-value",
    Severity.ERROR,
    check,
    {"often": 20},
    limits={"often": (2, MANY)},
    by_row=True,
    grounds=lambda look: "rare" if _are_rare(look) else "",
)
