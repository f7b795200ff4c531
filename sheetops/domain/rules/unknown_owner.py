"""An owner whom the People tab does not name: an unknown department, an unknown person, or somebody who has left.

Runs only where the team keeps a People tab (or people in the settings). A department alone is fine, and so is a
person's name alone if only one person bears it. Somebody marked as not active is asked about only while the
request is open. An owner who is unknown in many rows is told once: one line in the People tab mends them all.

Parameters: `often` is the number of rows from which one owner is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.people import People
from sheetops.domain.rules.base import MANY, Look, Rule
from sheetops.domain.table import Raw
from sheetops.domain.text import fold, nearest
from sheetops.domain.values import Owner


class Verdict(NamedTuple):
    """What is wrong with an owner, and the fix where one is near."""

    variant: str
    value: str
    fix: str | None


def check(look: Look) -> Iterator[Finding]:
    """Owners that the People tab does not know."""
    people = look.view.people
    if not people.all:
        return
    rare = _are_rare(look)
    if not rare:
        look = look.whole
    verdicts = _verdicts(look)
    unknown: dict[int, Verdict] = {}
    for index, verdict in look.rows_with("owner", verdicts):
        if verdict.variant != "inactive":
            unknown[index] = verdict
        elif look.log.value("resolved", index) is None:
            yield look.finding(index, "owner", "inactive", value=verdict.value)
    if not unknown:
        return
    if rare:
        look.see_again(unknown)
    strangers = sum(verdict.variant != "inactive" for verdict in verdicts.values())
    distinct = sum(raw is not None for raw in look.whole.log.distinct("owner"))
    often = 2 if 2 * strangers > distinct else look.number("often")  # the People tab is only begun
    for index, verdict, rows in look.once_if_many(unknown, often):
        variant = "often" if rows > 1 else verdict.variant
        yield look.finding(
            index,
            "owner",
            variant,
            fix=verdict.fix if rows == 1 else None,
            value=verdict.value,
            rows=str(rows),
        )


def _verdicts(look: Look) -> dict[Raw, Verdict]:
    """The owners with whom something is wrong, as they are written, and what."""
    people = look.view.people
    distinct = {raw: owners for raw, owners in look.log.meanings("owner").items() if raw is not None}
    judged = ((raw, _judge(owners, people)) for raw, owners in distinct.items())
    return {raw: verdict for raw, verdict in judged if verdict is not None}


def _are_rare(look: Look) -> bool:
    """Whether so few rows have an unknown owner that each is better looked at every time."""
    return look.is_rare("unknown-owner", _count)


def _count(look: Look) -> int:
    return len(list(look.rows_with("owner", _verdicts(look)))) if look.view.people.all else 0


def _judge(owners: Iterable[Owner], people: People) -> Verdict | None:
    for owner in owners:
        verdict = _judge_one(owner, people)
        if verdict is not None:
            return verdict
    return None


def _judge_one(owner: Owner, people: People) -> Verdict | None:
    if owner.person is None:
        known = people.knows_department(owner.department) or people.named(owner.department) is not None
        return None if known else _no_department(owner, people)
    same = [p for p in people.all if fold(p.name) == fold(owner.person)]
    here = [p for p in same if fold(p.department) == fold(owner.department)]
    name = f"{owner.department}-{owner.person}"
    if here:
        return None if any(p.active for p in here) else Verdict("inactive", name, None)
    if not people.knows_department(owner.department):
        return _no_department(owner, people)
    others = [p for p in same if p.active]
    if len(others) == 1:
        return Verdict("person-near", name, f"{others[0].department}-{others[0].name}")
    return Verdict("person", name, None)


def _no_department(owner: Owner, people: People) -> Verdict:
    near = nearest(owner.department, {fold(name): name for name in people.departments})
    if near is None:
        return Verdict("department", owner.department, None)
    return Verdict("department-near", owner.department, f"{near}-{owner.person}" if owner.person else near)


RULE = Rule(
    "unknown-owner",
    Severity.WARNING,
    check,
    {"often": 20},
    limits={"often": (2, MANY)},
    by_row=True,
    grounds=lambda look: "rare" if _are_rare(look) else "",
)
