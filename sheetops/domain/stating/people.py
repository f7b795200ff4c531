"""Who is responsible, and who is told what and when."""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.people import Person
from sheetops.domain.personal import masked
from sheetops.domain.stating.base import DEFAULT, SETTINGS, Statement, listed, plain, source_of
from sheetops.domain.table import as_text
from sheetops.domain.view import View


def responsible(view: View) -> Iterator[Statement]:
    """Routing by type, how owners are given, each department's lead, and the leads of all."""
    types, policy = view.lists["type"], view.policy
    for kind in types.keys():  # noqa: SIM118 (not a mapping)
        places = policy.routing.get(kind, ())
        own = kind in view.decided.routing
        names = {kind, *types.items[types.keys().index(kind)].names[view.language]}
        source = (view.decided.tab or "") if own else source_of(view, *(f"routing.{n}" for n in names))
        label = view.texts("policy.say.routing.label", type=types.name(kind, view.language))
        form = "text" if places else "none"
        text = view.texts(f"policy.say.routing.{form}", departments=listed(view, places))
        yield Statement(f"routing.{kind}", label, text, " | ".join(places) or "none", source)
    yield plain(view, "assign", policy.assign, source_of(view, "assign"), policy.assign)
    for department in view.people.departments:
        lead = view.people.lead_of(department)
        source = _source(view, lead) if lead is not None else _departments_source(view)
        label = view.texts("policy.say.lead.label", department=masked(department))
        text = _name(lead) if lead is not None else view.texts("policy.say.lead.none")
        yield Statement(f"people.lead.{department}", label, text, text, source, discreet=True)
    for name, person in (("team_lead", view.people.team_lead), ("director", view.people.director)):
        named = name == "team_lead" and view.settings.team_lead is not None
        source = SETTINGS if named else _source(view, person)
        form = "text" if person is not None else "none"
        who = _name(person) if person is not None else ""
        yield plain(view, name, who or "none", source, form, person=who)._replace(discreet=True)


def reminders(view: View) -> Iterator[Statement]:
    """The digest, its hours, and the ladder of escalation."""
    policy = view.policy
    yield plain(view, "digest", "daily", "fixed")
    hours = policy.mail_hours
    value = f"{hours.start:%H:%M}-{hours.end:%H:%M}"
    form = "text" if hours.start != hours.end else "always"
    span = value.replace("-", "–")
    yield plain(view, "mail_hours", value, source_of(view, "mail_hours"), form, hours=span)
    soon = policy.due_soon_days
    yield plain(view, "due_soon_days", soon, source_of(view, "due_soon_days"), days=soon)
    manager, director = policy.escalate_after
    value = f"{manager} {director}"
    source = source_of(view, "escalate_after")
    yield plain(view, "escalate_after", value, source, manager=manager, director=director)
    yield plain(view, "snooze", "notes", "fixed")
    names, source = policy.review_mail, source_of(view, "review_mail")
    form = "text" if names else "none"
    value = ", ".join(names) or "none"
    review = plain(view, "review_mail", value, source, form, names=listed(view, names))
    yield review._replace(discreet=True)


def _name(person: Person) -> str:
    return masked("-".join(filter(None, (person.department, person.name))))


def _source(view: View, person: Person | None) -> str:
    """The tab or the settings that name a person."""
    grid = view.snapshot.known_tab("people")
    if person is None:
        return grid.name if grid is not None else DEFAULT
    return grid.name if grid is not None and person.cell is not None else SETTINGS


def _departments_source(view: View) -> str:
    return as_text(view.decided.tab) if view.decided.departments else _source(view, None)
