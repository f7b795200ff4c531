"""What holds for a sheet once its own tabs are laid over the settings, and what in it is doubtful."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sheetops.domain.policy import Policy
from sheetops.domain.rules.base import quote
from sheetops.domain.table import Table, as_text, cell_name
from sheetops.domain.template import BY_KEY, COLUMNS
from sheetops.domain.text import fold, nearest
from sheetops.domain.view import View
from sheetops.domain.workdays_clock import Target, TargetUnit

_UNITS: Mapping[TargetUnit, tuple[str, str]] = {
    TargetUnit.CLOCK_HOURS: ("hour", "hours"),
    TargetUnit.WORKING_HOURS: ("working hour", "working hours"),
    TargetUnit.WORKING_DAYS: ("working day", "working days"),
}


class Fact(NamedTuple):
    """One thing that holds, and where it comes from: a place in the sheet, `settings` or `default`."""

    about: str  # `language`, `column`, `list`, `target`, `routing`, `people`, `hours`, `calendar`, `ids`, `assign`, `keywords`
    name: str
    value: str
    source: str


class Doubt(NamedTuple):
    """Something that a person should look at, where it is, and how it is mended."""

    about: str  # `header`, `column`, `target`, `routing`, `people`, `calendar`
    what: str
    where: str
    mend: str


def what_holds(view: View, defaults: Policy) -> tuple[Fact, ...]:
    """Every decision that jobs on this sheet follow; `defaults` is the policy without any settings."""
    return (
        Fact("language", "", view.language, "settings" if view.settings.language else "the headers"),
        *_columns(view),
        *_lists(view),
        *_targets(view, defaults),
        *_routing(view),
        *_people(view),
        *_time(view, defaults),
        Fact("ids", "", *_either(view.settings.id_pattern, defaults.id_pattern)),
        Fact("assign", "", *_either(view.settings.assign, defaults.assign)),
        *_words(view),
    )


def _words(view: View) -> Iterator[Fact]:
    """How the review's keywords come about."""
    if view.language != "en":
        value = "cut into words" if view.policy.cut else "cut into pieces; sheetops[zh] cuts into words"
        yield Fact("keywords", "Chinese", value, "installed" if view.policy.cut else "default")
    for name, words in (("own words", view.policy.words), ("left out", view.policy.stop_words)):
        if words:
            both = (
                (view.settings.words, view.decided.words),
                (view.settings.stop_words, view.decided.stop_words),
            )
            said, decided = both[name != "own words"]
            places = (["settings"] if said else []) + ([view.decided.tab or ""] if decided else [])
            source = ", ".join(places)
            yield Fact("keywords", name, ", ".join(words), source)


def _either(value: str, default: str) -> tuple[str, str]:
    return value, "default" if value == default else "settings"


def _columns(view: View) -> Iterator[Fact]:
    """Every log tab; its columns too, unless an earlier tab has the same headers."""
    shown: dict[tuple[tuple[str, str], ...], str] = {}
    for table in view.snapshot.tables:
        headers = tuple((key, _header(table, key)) for key in BY_KEY if table.has(key))
        like = shown.setdefault(headers, table.tab)
        same = "" if like == table.tab else f", columns as in {like}"
        yield Fact(
            "log tab",
            table.tab,
            f"{len(table)} request{'s' * (len(table) != 1)}",
            f"header in row {table.header_row}{same}",
        )
        for key, header in headers if not same else ():
            cell = cell_name(table.header_row, table.columns[key])
            yield Fact("column", key, header, f"{table.tab}!{cell}")


def _header(table: Table, key: str) -> str:
    return " ".join(as_text(table.grid.cell(table.header_row, table.columns[key])).split())


def _lists(view: View) -> Iterator[Fact]:
    for key, choices in view.lists.items():
        names = ", ".join(choices.name(own, view.language) for own in choices.keys())  # noqa: SIM118
        own_list = key in view.decided.lists
        yield Fact("list", key, names, view.decided.tab or "" if own_list else "default")
    if view.people.departments:
        both = [view.decided.tab if view.decided.departments else None, _people_source(view)]
        yield Fact("list", "departments", ", ".join(view.people.departments), ", ".join(filter(None, both)))


def _targets(view: View, defaults: Policy) -> Iterator[Fact]:
    urgencies = view.lists["urgency"]
    for urgency in urgencies.keys():  # noqa: SIM118 (not a mapping)
        for kind, said in (("response", view.decided.response), ("resolution", view.decided.resolution)):
            sources = (view.policy, view.settings, defaults)
            holds, _, default = (getattr(policy.targets.get(urgency), kind, None) for policy in sources)
            if urgency in said:
                source = view.decided.tab or ""
            else:
                source = "default" if holds == default else "settings"
            yield Fact("target", f"{urgencies.name(urgency, view.language)}, {kind}", in_words(holds), source)


def in_words(target: Target | None) -> str:
    """A target as the settings spell it: `24 hours`, `1 working day`, `none`."""
    if target is None:
        return "none"
    return f"{target.amount:g} {_UNITS[target.unit][target.amount != 1]}"


def _routing(view: View) -> Iterator[Fact]:
    for kind, departments in view.policy.routing.items():
        source = (view.decided.tab or "") if kind in view.decided.routing else "settings"
        yield Fact("routing", view.lists["type"].name(kind, view.language), ", ".join(departments), source)


def _people_source(view: View) -> str | None:
    grid = view.snapshot.known_tab("people")
    return grid.name if grid is not None else "settings" if view.settings.people else None


def _people(view: View) -> Iterator[Fact]:
    people = view.people.all
    if people:
        active = sum(person.active for person in people)
        reached = sum(person.active and person.email is not None for person in people)
        words = f"{active} active, {reached} with an address"
        yield Fact("people", "", words, _people_source(view) or "")
    lead = view.people.team_lead
    if lead is not None:
        source = "settings" if view.settings.team_lead else _people_source(view) or ""
        yield Fact("people", "team lead", f"{lead.department}-{lead.name}", source)


def _time(view: View, defaults: Policy) -> Iterator[Fact]:
    hours, calendar = view.policy.clock.hours, view.policy.calendar
    shifts = ", ".join(f"{shift.start:%H:%M}-{shift.end:%H:%M}" for shift in hours.shifts)
    source = "default" if hours == defaults.clock.hours else "settings"
    yield Fact("hours", hours.zone.key, shifts, source)
    years = [year for year in range(view.today.year - 2, view.today.year + 3) if calendar.knows_year(year)]
    country = calendar.country or "no public holidays"
    source = "default" if calendar == defaults.calendar else "settings"
    yield Fact("calendar", country, f"knows {', '.join(map(str, years)) or 'no year near today'}", source)


def doubts(view: View) -> tuple[Doubt, ...]:
    """What is not plain: headers nearly right, columns not there, cells not understood, people without an address."""
    return (
        *_headers(view),
        *_cells(view),
        *_strangers(view),
        *_unruled(view),
        *_routes(view),
        *_odd_people(view),
        *_addresses(view),
    )


def _headers(view: View) -> Iterator[Doubt]:
    adopt = "correct the header, or let `sheetops adopt` ask you"
    without: dict[tuple[str, ...], list[str]] = {}
    for table in view.snapshot.tables:
        for column, key in sorted(table.match.near.items()):
            text = as_text(table.grid.cell(table.header_row, column)).strip()
            cell = f"{table.tab}!{cell_name(table.header_row, column)}"
            name = BY_KEY[key].name(view.language)
            yield Doubt("header", f"{text} is nearly {name}, and is not used", cell, adopt)
        for key in table.match.twice:
            cell = f"{table.tab}!{cell_name(table.header_row, table.columns[key])}"
            what = f"two headers mean {BY_KEY[key].name(view.language)}; the first is used"
            yield Doubt("header", what, cell, "give one of them another name")
        near = set(table.match.near.values())
        missing = tuple(c.name(view.language) for c in COLUMNS if not table.has(c.key) and c.key not in near)
        without.setdefault(missing, []).append(table.tab)
    for missing, tabs in without.items():
        if missing:
            mend = "add them, or name yours under `columns` in the settings"
            yield Doubt("column", f"no column {', '.join(missing)}", ", ".join(tabs), mend)


def _cells(view: View) -> Iterator[Doubt]:
    decided = view.decided
    for one in decided.unread:
        mend = "write for example 24 hours, 3 working days or no limit"
        yield Doubt("target", f"{one.value} is no target; the settings' holds", f"{one.tab}!{one.cell}", mend)
    for cell, key in decided.near.items():
        yield Doubt(
            "header",
            f"this is nearly the header of {key}, and is not used",
            f"{decided.tab}!{cell}",
            "correct it",
        )


def _strangers(view: View) -> Iterator[Doubt]:
    """Names in the settings that this sheet does not know."""
    for about, setting, key in (("target", "targets", "urgency"), ("routing", "routing", "type")):
        choices = view.lists[key]
        stated = sorted(
            name.partition(".")[2] for name in view.settings.stated if name.startswith(f"{setting}.")
        )
        for name in stated:
            if name.endswith((".response", ".resolution")):
                continue
            meant, problem = choices.read(name, view.language)
            if meant is None and name not in choices.keys():  # noqa: SIM118 (not a mapping)
                near = problem.fix if problem else None
                yield Doubt(about, f"the sheet has no {key} {name}", f"settings, {setting}", _or_so(near))
    lead = view.settings.team_lead
    if lead and view.people.all and view.people.named(lead) is None:
        near = nearest(lead, {fold(person.name): person.name for person in view.people.all if person.name})
        what = f"nobody, or more than one, is called {lead}"
        yield Doubt("people", what, "settings, team_lead", _or_so(near))


def _unruled(view: View) -> Iterator[Doubt]:
    """Tabs for which a rule is set, and which hold no requests here; of such tabs alone it is off."""
    logs = {fold(table.tab): table.tab for table in view.snapshot.tables}
    for code, setting in sorted(view.policy.rules.items()):
        for tab in setting.tabs:
            if tab not in logs.values():
                what = f"the rule {code} is set for the tab {tab}, which is no log tab of this sheet"
                near = nearest(tab, logs)
                mend = f"did you mean {near}?" if near else f"there are {', '.join(logs.values())}"
                yield Doubt("rule", what, "settings, rules", mend)


def _routes(view: View) -> Iterator[Doubt]:
    """Departments that are to answer for a type and that nobody knows."""
    known = {fold(name): name for name in view.people.departments}
    for kind, departments in view.policy.routing.items() if view.people.all else ():
        source = (view.decided.tab or "") if kind in view.decided.routing else "settings, routing"
        for department in departments:
            if fold(department) not in known:
                name = view.lists["type"].name(kind, view.language)
                what = f"{department}, which answers for {name}, is no department of the People tab"
                yield Doubt("routing", what, source, _or_so(nearest(department, known)))


def _or_so(near: str | None) -> str:
    return f"did you mean {near}?" if near else "correct it, or add it there"


def _odd_people(view: View) -> Iterator[Doubt]:
    for odd in view.odd_people:
        name = view.texts(f"column.{odd.column}")
        mend = f"did you mean {odd.meant}?" if odd.meant else "correct it"
        yield Doubt(
            "people", f"{quote(odd.value)} is not understood as {name}", f"{odd.tab}!{odd.cell}", mend
        )


def _addresses(view: View) -> Iterator[Doubt]:
    if view.settings.address_pattern:
        return
    silent = [person for person in view.people.all if person.active and person.name and not person.email]
    if silent:
        names = ", ".join(f"{person.department}-{person.name}" for person in silent[:5])
        more = f" and {len(silent) - 5} more" if len(silent) > 5 else ""
        what = f"{names}{more} have no address, so they get no mail"
        yield Doubt("people", what, _people_source(view) or "", "fill in their addresses")
