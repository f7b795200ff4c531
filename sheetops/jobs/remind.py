"""Who is told what today: one digest a person, only on a working day, and none where there is nothing to say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.people import Person
from sheetops.domain.plan import Digest, Item, Plan
from sheetops.domain.requests import Request, Requests
from sheetops.domain.text import tidy
from sheetops.domain.values import Owner, snoozed_until
from sheetops.domain.view import View
from sheetops.jobs.validate import validate

GROUPS = ("overdue", "due_today", "due_soon", "stale", "call_back", "to_correct")  # most urgent first
# Findings that are a thing to do rather than a cell to correct.
_GROUP_OF_RULE = {"resolved-without-feedback": "call_back", "stale-priority": "stale"}
_URGENCY = {"high": 0, "medium": 1, "low": 2}


def remind(view: View) -> Plan:
    """One digest for every person who has something to do, on working days only.

    The lead of a request is told; where the People tab does not know the lead, the department's lead is, else
    the team lead. Whoever is away is stood in for by the deputy. `暂停至…` in the notes silences a request.
    A person who was already mailed today is left out.
    """
    calendar = view.policy.calendar
    if view.policy.calendar.unknown_years(view.today, view.today):
        calendar = calendar.estimating()
    if not calendar.is_workday(view.today):
        return Plan(remarks=(view.texts("remind.day_off", day=view.today),))
    items: dict[str, list[Item]] = defaultdict(list)
    people: dict[str, Person] = {}
    stands_in: dict[str, set[str]] = defaultdict(set)
    found: dict[tuple[str, int], list[Finding]] = defaultdict(list)
    for finding in validate(view).findings:
        if finding.severity is not Severity.HINT:
            found[finding.tab, finding.row].append(finding)
    for log, index, request in view.requests():
        for item in _items(view, log, index, request, found.get((request.tab, request.row), ())):
            person, absent = _reader(view, request)
            people.setdefault(person.key, person)
            items[person.key].append(item)
            if absent is not None:
                stands_in[person.key].add(absent.name or absent.department)
    digests = [
        Digest(people[key], view.today, tuple(sorted(found, key=_rank)), tuple(sorted(stands_in[key])))
        for key, found in items.items()
        if ("remind", key, view.today) not in view.history.mailed
    ]
    return Plan(digests=tuple(sorted(digests, key=lambda digest: digest.person.key)))


def _items(view: View, log: Requests, index: int, request: Request, found: Sequence[Finding]) -> Iterator[Item]:
    until = snoozed_until(request.notes, view.today)
    if until is not None and until > view.today:
        return
    grouped = _group(view, request)
    if grouped is not None:
        cell = log.table.cell(index, "due" if log.table.has("due") else next(iter(log.table.columns)))
        yield Item(grouped[0], request, cell, grouped[1])
    for finding in found:
        group = _GROUP_OF_RULE.get(finding.rule, "to_correct")
        days = None
        if group == "call_back" and request.resolved is not None:
            days = _workdays(view, request.resolved, view.today) - view.policy.feedback_days
        elif group == "stale":
            if grouped is not None:
                continue  # its due date says it already
            days = int(finding.params["days"])
        yield Item(group, request, finding.cell, days, finding)


def _group(view: View, request: Request) -> tuple[str, int] | None:
    """What its due date says about an open request, with the working days over (+) or left (−)."""
    today = view.today
    if request.resolved is None and request.due is not None:
        over = _workdays(view, request.due, today)
        if request.due < today:
            return "overdue", over
        if request.due == today:
            return "due_today", 0
        if -over <= view.policy.due_soon_days:
            return "due_soon", over
    return None


def _workdays(view: View, start: date, end: date) -> int:
    calendar = view.policy.calendar
    first, last = min(start, end), max(start, end)
    if calendar.unknown_years(first, last):
        calendar = calendar.estimating()
    return calendar.workdays_between(start, end)


def _reader(view: View, request: Request) -> tuple[Person, Person | None]:
    """Who is told about a request, and whom that person stands in for."""
    people = view.people
    owner = request.lead
    person = people.find(owner) if owner else None
    if person is None and owner is not None:
        person = people.lead_of(owner.department) or _mailbox(view, owner)
    person = person or people.team_lead
    if person is None:
        department, name = (owner.department, owner.person or "") if owner else ("", "")
        return Person(department, name, None), None
    if person.away(view.today) and person.deputy:
        deputy = people.named(person.deputy)
        if deputy is not None and not deputy.away(view.today):
            return deputy, person
    return person, None


def _mailbox(view: View, owner: Owner) -> Person | None:
    """The address that the settings' pattern gives an owner whom the People tab does not name."""
    pattern = view.policy.address_pattern
    if pattern is None:
        return None
    person = owner.person or ""
    if "{person}" in pattern and not person:
        return None
    address = pattern.replace("{department}", _slug(owner.department)).replace("{person}", _slug(person))
    return Person(owner.department, person, address)


def _slug(text: str) -> str:
    return re.sub(r"[^\w.]+", "-", tidy(text).casefold()).strip("-.")


def _rank(item: Item) -> tuple[int, int, int, str]:
    urgency = _URGENCY.get((item.request.urgency if item.request else None) or "", 3)
    return GROUPS.index(item.group), -(item.days or 0), urgency, item.cell
