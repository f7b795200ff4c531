"""Who is told: the reader of a request, the rungs above, and whether it is a time to write to somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sheetops.domain.people import Person
from sheetops.domain.requests import Request
from sheetops.domain.text import tidy
from sheetops.domain.values import Owner
from sheetops.domain.view import View
from sheetops.domain.weekdays import read_weekdays
from sheetops.domain.workdays import WorkCalendar
from sheetops.errors import SettingsError

# Who reads, and whom that person stands in for.
Reader = tuple[Person, Person | None]


def answers_for(view: View, request: Request) -> Person | None:
    """Who answers for a request: its lead, else the department's lead; None where nobody does."""
    return person_of(view, request.lead)


def person_of(view: View, owner: Owner | None) -> Person | None:
    """The person whom an owner cell names, else the department's lead; None where nobody is known."""
    if owner is None:
        return None
    people = view.people
    return people.find(owner) or people.lead_of(owner.department) or _mailbox(view, owner)


def nobody(request: Request) -> Person:
    """A person without an address, so that what cannot be told to anybody is at least shown."""
    return unknown(request.lead)


def unknown(owner: Owner | None) -> Person:
    """Whoever an owner cell names, as a person without an address."""
    return Person(owner.department, owner.person or "", None) if owner else Person("", "", None)


def rungs(view: View, person: Person | None, over: int) -> Iterator[Person]:
    """Who else is told of a request that is `over` working days overdue, besides the `person` who answers."""
    to_manager, to_director = view.policy.escalate_after
    people = view.people
    if over >= to_manager:
        manager = people.named(person.manager) if person and person.manager else None
        if manager is None and person is not None:
            lead = people.lead_of(person.department)
            manager = lead if lead is not None and lead.key != person.key else people.team_lead
        if manager is not None:
            yield manager
    if over >= to_director and people.director is not None:
        yield people.director


def reader(view: View, person: Person) -> Reader:
    """The person, or while they are away the deputy (or the deputy's), else a lead who is there."""
    current, seen = person, {person.key}
    while current.away(view.today):
        deputy = view.people.named(current.deputy) if current.deputy else None
        if deputy is None or deputy.key in seen:
            break
        current = deputy
        seen.add(current.key)
    if not current.away(view.today):
        return current, None if current.key == person.key else person
    for lead in (view.people.lead_of(person.department), view.people.team_lead):
        if lead is not None and not lead.away(view.today):
            return lead, person
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


class Times:
    """When people may be written to: on their working days, inside the allowed hours, by their own clock."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.strange: dict[str, str] = {}  # sentences about what a person's row says and cannot mean
        team = view.policy.calendar
        self.team = team.estimating() if team.unknown_years(view.today, view.today) else team
        self._calendars: dict[tuple[str | None, str | None], WorkCalendar] = {}
        self._moment = view.now.replace(tzinfo=view.policy.clock.hours.zone)

    def now(self, person: Person) -> datetime:
        """The time on the person's own clock."""
        if person.timezone is None:
            return self._moment
        try:
            return self._moment.astimezone(ZoneInfo(person.timezone))
        except (ValueError, OSError, KeyError):
            self._note(person, "timezone", person.timezone)
            return self._moment

    def works(self, person: Person) -> bool:
        """Whether today is a working day of the person's."""
        return self._calendar(person).is_workday(self.now(person).date())

    def allowed(self, person: Person) -> bool:
        """Whether it is an hour at which mails may arrive."""
        return self.view.policy.mail_hours.holds(self.now(person).time())

    def _calendar(self, person: Person) -> WorkCalendar:
        key = (person.country, person.workdays)
        if key == (None, None):
            return self.team
        if key not in self._calendars:
            calendar = self.team
            if person.country:
                calendar = self._of_country(person, person.country)
            if person.workdays:
                week = read_weekdays(person.workdays)
                if week is None:
                    self._note(person, "workdays", person.workdays)
                else:
                    calendar = replace(calendar, week=week)
            self._calendars[key] = calendar
        return self._calendars[key]

    def _of_country(self, person: Person, country: str) -> WorkCalendar:
        calendar = WorkCalendar(country=country.upper(), estimate=True)
        try:
            calendar.check()
        except SettingsError:
            self._note(person, "country", country)
            return self.team
        return calendar

    def _note(self, person: Person, column: str, value: str) -> None:
        texts = self.view.texts
        who = person.name or person.department
        self.strange[f"{person.key} {column}"] = texts(
            "remind.strange", name=who, column=texts(f"column.{column}"), value=value
        )
