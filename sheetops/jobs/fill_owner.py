"""An owner for what nobody owns: the department that answers for the type, or its person with the least to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time
from typing import NamedTuple

from sheetops.domain.people import Person
from sheetops.domain.plan import Edit
from sheetops.domain.requests import Request, Requests
from sheetops.domain.text import fold
from sheetops.domain.values import as_text
from sheetops.domain.view import View


class _Waiting(NamedTuple):
    log: Requests
    at: int
    request: Request
    departments: tuple[str, ...]


def owner_edits(view: View) -> Iterator[Edit]:
    """Owners for open requests without one, where the team wants that (`assign`) and routing knows their type.

    `department`: the first department that routing names. `person`: of the people of those departments who are
    active and not away, the one whom the fewest open requests name; of several the first in routing's, then the
    People tab's order. Where none of them is there, the department. Who gets what does not depend on the order of
    the rows: the longest waiting, then the most urgent request is handed out first.
    """
    if view.settings.assign == "off":
        return
    load = _load(view)
    for waiting in sorted(_waiting(view), key=lambda one: _turn(view, one)):
        person = _freest(view, waiting.departments, load) if view.settings.assign == "person" else None
        kind = view.lists["type"].name(waiting.request.type or "", view.language)
        if person is None:
            new = waiting.departments[0]
            why = view.texts("fill.owner.department", type=kind, department=new)
        else:
            new = f"{person.department}-{person.name}"
            why = view.texts(
                "fill.owner.person", type=kind, department=person.department, count=load[person.key]
            )
            load[person.key] += 1
        table, index = waiting.log.table, waiting.at
        old = table.column("owner")[index]
        yield Edit(waiting.log.ref(index), "owner", table.cell(index, "owner"), old, new, why)


def _waiting(view: View) -> Iterator[_Waiting]:
    for log in view.logs:
        for index in log.blank("owner"):
            request = log.at(index)
            departments = view.policy.routing.get(request.type or "", ())
            if request.open and departments:
                yield _Waiting(log, index, request, departments)


def _turn(view: View, one: _Waiting) -> tuple[datetime, int, list[str]]:
    """When a request's turn comes; the last part only makes the order the same however the rows stand."""
    urgencies = view.lists["urgency"].keys()
    urgency = one.request.urgency
    place = urgencies.index(urgency) if urgency in urgencies else len(urgencies)
    opened = view.opened(one.log, one.at) or view.now
    moment = opened if isinstance(opened, datetime) else datetime.combine(opened, time(0))
    return moment, place, [as_text(raw) for raw in one.log.ref(one.at).fingerprint]


def _load(view: View) -> Counter[str]:
    """Person key → open requests that name the person."""
    load: Counter[str] = Counter()
    for log in view.logs:
        pairs = zip(log.values("owner"), log.values("resolved"), strict=True)
        for owners, count in Counter(owners for owners, resolved in pairs if resolved is None).items():
            for key in {p.key for owner in owners if (p := view.people.find(owner)) is not None}:
                load[key] += count
    return load


def _freest(view: View, departments: tuple[str, ...], load: Counter[str]) -> Person | None:
    places = {fold(name): place for place, name in reversed(list(enumerate(departments)))}
    there = [
        person
        for person in view.people.all
        if person.active and person.name and fold(person.department) in places and not person.away(view.today)
    ]
    return min(there, key=lambda p: (load[p.key], places[fold(p.department)]), default=None)
