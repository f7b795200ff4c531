"""A request of a type for which none of its departments answers.

Runs only where the team has said which departments answer for which type (`routing`). With several departments,
one that answers for the type is enough. A department that is nowhere known is told by `unknown-owner`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.text import fold


def check(look: Look) -> Iterator[Finding]:
    """Rows whose departments and type do not belong together."""
    routing = look.view.policy.routing
    if not routing:
        return
    known = {fold(name) for names in (*routing.values(), look.view.people.departments) for name in names}
    types, owners = look.log.values("type"), look.log.values("owner")
    right = {key: {fold(name) for name in names} for key, names in routing.items()}
    wrong: dict[object, tuple[str, ...]] = {}
    for pair in set(zip(types, owners, strict=True)):
        kind, of_row = pair
        departments = {fold(owner.department): owner.department for owner in of_row}
        if (
            kind in right
            and departments
            and departments.keys() <= known
            and not departments.keys() & right[kind]
        ):
            wrong[pair] = tuple(departments.values())
    if not wrong:
        return
    comma = look.view.texts("checks.comma")
    for index, pair in enumerate(zip(types, owners, strict=True)):
        if pair in wrong:
            yield look.finding(
                index,
                "owner",
                type=look.view.lists["type"].name(pair[0], look.view.language),
                value=comma.join(wrong[pair]),
                departments=comma.join(routing[pair[0]]),
            )


RULE = Rule("wrong-department", Severity.WARNING, check, by_row=True)
