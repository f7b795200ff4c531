"""How soon a request is answered and resolved, and what working time is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby

from sheetops.domain.calendars import country_year
from sheetops.domain.stating.base import (
    DEFAULT,
    SETTINGS,
    Statement,
    canonical,
    in_words,
    plain,
    source_of,
)
from sheetops.domain.view import View

_KINDS = ("response", "resolution")


def targets(view: View) -> Iterator[Statement]:
    """The targets of each urgency, and what follows from them."""
    urgencies, decided = view.lists["urgency"], view.decided
    for urgency in urgencies.keys():  # noqa: SIM118 (not a mapping)
        held = view.policy.targets.get(urgency)
        for kind in _KINDS:
            target = getattr(held, kind, None)
            own = urgency in getattr(decided, kind)
            source = (decided.tab or "") if own else _target_source(view, urgency, kind)
            label = view.texts(f"policy.say.target.{kind}", urgency=urgencies.name(urgency, view.language))
            words = in_words(view.texts, target)
            yield Statement(f"targets.{urgency}.{kind}", label, words, canonical(target), source)
    yield plain(view, "due", "fill", "fixed")
    days = view.policy.feedback_days
    yield plain(view, "feedback_days", days, source_of(view, "feedback_days"), days=days)
    policy = view.policy
    yield plain(
        view,
        "stale_days",
        policy.stale_days,
        source_of(view, "stale_days"),
        days=policy.stale_days,
        level=policy.high_priority,
    )


def _target_source(view: View, urgency: str, kind: str) -> str:
    """The settings may call an urgency by the sheet's own word."""
    choices = view.lists["urgency"]
    names = {urgency, *choices.items[choices.keys().index(urgency)].names[view.language]}
    return source_of(view, *(f"targets.{name}.{kind}" for name in names))


def worktime(view: View) -> Iterator[Statement]:
    """Shifts, time zone, working week, public holidays and the team's own days."""
    texts, hours, calendar = view.texts, view.policy.clock.hours, view.policy.calendar
    shifts = ", ".join(f"{shift.start:%H:%M}-{shift.end:%H:%M}" for shift in hours.shifts)
    yield plain(view, "hours", shifts, source_of(view, "hours"), shifts=shifts.replace("-", "–"))
    zone = hours.zone.key
    yield plain(view, "timezone", zone, source_of(view, "timezone"), zone=zone)
    week = sorted(calendar.week) if calendar.week is not None else None
    names = [texts(f"policy.weekday.{day}") for day in week or ()]
    value = "country" if week is None else " ".join(map(str, week))
    form = "text" if week is not None else "country" if calendar.country else "usual"
    days = texts("policy.comma").join(names)
    yield plain(view, "week", value, source_of(view, "calendar.week"), form, days=days)
    country = "-".join(filter(None, (calendar.country, calendar.subdivision)))
    source = source_of(view, "calendar.country", "calendar.subdivision")
    yield plain(view, "country", country or "none", source, "text" if country else "none", country=country)
    for name, own in (("closed", calendar.closures), ("worked", calendar.extra_workdays)):
        if own:
            listed = " ".join(day.isoformat() for day in sorted(own))
            yield plain(view, name, listed, SETTINGS, days=_days(view, own))
        else:
            yield plain(view, name, "none", DEFAULT, "none")
    for table in sorted(calendar.tables, key=lambda table: table.year):
        off, worked = _days(view, table.off), _days(view, table.make_up)
        value = " ".join(day.isoformat() for day in (*sorted(table.off), *sorted(table.make_up)))
        label = texts("policy.say.year.label", year=table.year)
        text = texts("policy.say.year.text", off=off, worked=worked)
        yield Statement(f"calendar.years.{table.year}", label, text, value, SETTINGS)
    yield from _published(view)


def _published(view: View) -> Iterator[Statement]:
    """The public days of this year and, once they are known, the next: they come with the year, nobody decides them."""
    calendar, texts = view.policy.calendar, view.texts
    supplied = {table.year for table in calendar.tables}
    if calendar.country is None:
        return
    for year in (view.today.year, view.today.year + 1):
        if year in supplied or not calendar.knows_year(year):
            continue
        known = country_year(calendar.country, calendar.subdivision, year)
        off = _days(view, known.holidays)
        worked = _days(view, known.make_up)
        label = texts("policy.say.year.label", year=year)
        text = texts("policy.say.year.text", off=off, worked=worked)
        yield Statement(f"calendar.{year}", label, text, text, "calendar", lasting=False)


def _days(view: View, days: Iterable[date]) -> str:
    """Dates in one line, neighbours as a span: `2026-10-01 – 10-07`."""
    ordered = sorted(days)
    parts = []
    for _, run in groupby(enumerate(ordered), lambda pair: pair[1] - timedelta(days=pair[0])):
        span = [day for _, day in run]
        last = f" – {span[-1]:%m-%d}" if len(span) > 1 else ""
        parts.append(f"{span[0]:%Y-%m-%d}{last}")
    return view.texts("policy.comma").join(parts) or view.texts("policy.none")
