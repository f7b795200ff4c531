"""What settings mean: names that must be known and values that must make sense, each fault with its place.

The shape of the file is pydantic's to judge; this is about what stands in it, such as a rule's name or a shift.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sheetops.domain.addresses import google_id, google_title, google_url, titled
from sheetops.domain.choices import DEFAULT_LISTS
from sheetops.domain.text import fold
from sheetops.errors import SettingsError
from sheetops.settings.model import RuleSettings, Settings, Sheet, Team

Place = tuple[int | str, ...]


class Fault(NamedTuple):
    """One thing that makes no sense: where it stands in the file, what it is, and how it is mended."""

    place: Place
    what: str
    mend: str | None


def faults(settings: Settings, folder: Path) -> Iterator[Fault]:
    """All that makes no sense under `team` and in the sheets, in their order; paths are relative to `folder`."""
    yield from _of_team(settings.team, ("team",))
    for number, sheet in enumerate(settings.sheets):
        yield from _of_team(sheet, ("sheets", number))
    yield from _twice(settings.sheets, folder)
    yield from _secrets_themselves(settings)


def _secrets_themselves(settings: Settings) -> Iterator[Fault]:
    """Secrets in settings of free text, from where they would come into messages as the name of a file."""
    database = settings.fleet.database if settings.fleet is not None else None
    for place, text in ((("fleet", "database"), database), (("ledger",), settings.ledger)):
        if isinstance(text, str) and "://" not in text and re.search(r"\bpassword\s*=", text):
            yield Fault(place, "this is no address of a database", "write postgresql://user@host/database")
    for key, file in (
        (("google", "credentials"), settings.google.credentials),
        (("google", "token"), settings.google.token),
        (("ledger_key",), settings.ledger_key),
    ):
        if file is not None and str(file).lstrip().startswith(("{", "-----BEGIN")):
            yield Fault(key, "this is the key itself", "put it into a file, and name the file here")


def _twice(sheets: Iterable[Sheet], folder: Path) -> Iterator[Fault]:
    """A name of two sheets, of which only the first would be found; a workbook on which one run would work twice."""
    names: dict[str, int] = {}
    places: dict[str, int] = {}
    for number, sheet in enumerate(sheets):
        google = google_id(sheet.path)
        title = google_title(sheet.path)
        place = google_url(google) if google else title and titled(title)
        place = place or os.path.realpath(folder / Path(sheet.path).expanduser())
        first = places.setdefault(place, number)
        if first != number:
            what = f"{sheet.path} is sheets.{first} already, and one run would work on it twice"
            yield Fault(("sheets", number, "path"), what, "leave one of the two")
        if sheet.name is not None and names.setdefault(sheet.name, number) != number:
            what = f"sheets.{names[sheet.name]} is called {sheet.name} too"
            yield Fault(("sheets", number, "name"), what, "give each sheet a name of its own")


def _of_team(team: Team, at: Place) -> Iterator[Fault]:
    said = team.model_fields_set
    yield from _times(team, at)
    if "id_pattern" in said:
        from sheetops.domain.ids import IdPattern

        yield from _tried((*at, "id_pattern"), lambda: IdPattern(team.id_pattern))
    yield from _targets(team, at)
    yield from _near_misses((*at, "routing"), "request type", team.routing, _names("type"))
    if team.rules:
        yield from _rules(team.rules, (*at, "rules"))
    if "columns" in said:
        from sheetops.domain.template import BY_KEY

        for header, key in team.columns.items():
            yield from _unknown((*at, "columns", header), "column", key, BY_KEY)
    if "goals" in said:
        from sheetops.domain.kpis import BY_KEY as FIGURES

        for key in team.goals:
            yield from _unknown((*at, "goals", key), "figure", key, FIGURES)
    if team.escalate_after[0] > team.escalate_after[1]:
        yield Fault(
            (*at, "escalate_after"),
            "the director would be told before the manager",
            "the first number of days is the manager's",
        )


def _times(team: Team, at: Place) -> Iterator[Fault]:
    if "hours" in team.model_fields_set:
        yield from _hours(team.hours, (*at, "hours"))
    if "mail_hours" in team.model_fields_set:
        from sheetops.settings.policy import mail_hours_of

        yield from _tried((*at, "mail_hours"), lambda: mail_hours_of(team))
    yield from _zone((*at, "timezone"), team.timezone)
    for number, person in enumerate(team.people):
        yield from _zone((*at, "people", number, "timezone"), person.timezone)
    if team.calendar is not None:
        from sheetops.settings.policy import calendar_of

        yield from _tried((*at, "calendar"), lambda: calendar_of(team, team.language or "en"))


def _hours(texts: list[str], at: Place) -> Iterator[Fault]:
    from zoneinfo import ZoneInfo

    from sheetops.domain.workdays_clock import WorkHours
    from sheetops.settings.policy import shift, shifts

    found = [
        fault for number, text in enumerate(texts) for fault in _tried((*at, number), partial(shift, text))
    ]
    yield from found or _tried(at, lambda: WorkHours(shifts(texts), ZoneInfo("UTC")))


def _zone(at: Place, name: str | None) -> Iterator[Fault]:
    if name is None:
        return
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        mend = _nearest(name, available_timezones()) or "write for example Europe/Berlin"
        yield Fault(at, f"there is no time zone {name}", mend)


def _targets(team: Team, at: Place) -> Iterator[Fault]:
    if not team.targets:
        return
    from sheetops.settings.policy import target

    yield from _near_misses((*at, "targets"), "urgency", team.targets, _names("urgency"))
    for urgency, own in team.targets.items():
        for kind, text in (("response", own.response), ("resolution", own.resolution)):
            yield from _tried((*at, "targets", urgency, kind), partial(target, text))


def _rules(rules: Mapping[str, RuleSettings], at: Place) -> Iterator[Fault]:
    from sheetops.domain.rule_parameters import wrong
    from sheetops.domain.rules import BY_CODE

    for code, own in rules.items():
        if code not in BY_CODE:
            yield from _unknown((*at, code), "rule", code, BY_CODE)
            continue
        known = BY_CODE[code].parameters
        for name, value in own.parameters.items():
            place = (*at, code, "parameters", name)
            if name not in known:
                mend = _nearest(name, known) or (
                    f"it has {', '.join(known)}" if known else "it has no parameters"
                )
                yield Fault(place, f"the rule {code} has no parameter {name}", mend)
            elif why := wrong(BY_CODE[code], name, value):
                yield Fault(place, f"{name} of the rule {code} cannot be {value!r}: {why}", None)


def _tried(at: Place, work: Callable[[], object]) -> Iterator[Fault]:
    try:
        work()
    except SettingsError as error:
        yield Fault(at, error.what, error.mend)


def _unknown(at: Place, kind: str, name: str, known: Iterable[str]) -> Iterator[Fault]:
    if name not in known:
        yield Fault(
            at, f"there is no {kind} {name}", _nearest(name, known) or f"there are {', '.join(known)}"
        )


def _names(column: str) -> dict[str, str]:
    """What a value of this list may be called: folded → as it is written."""
    items = DEFAULT_LISTS[column].items
    names = {
        fold(name): name for item in items for of_language in item.names.values() for name in of_language
    }
    return {**names, **{item.key: item.key for item in items}}


def _near_misses(at: Place, kind: str, names: Iterable[str], known: Mapping[str, str]) -> Iterator[Fault]:
    """A name may be the sheet's own word, so only what is one slip from a known one is refused."""
    for name in names:
        folded = fold(name)
        if folded not in known:
            meant = next((text for near, text in known.items() if _one_slip(folded, near)), None)
            if meant is not None:
                yield Fault((*at, name), f"there is no {kind} {name}", f"did you mean {meant}?")


def _one_slip(text: str, known: str) -> bool:
    """Whether one letter more, less, other or in the wrong place makes the difference in a Latin word."""
    if not (text.isascii() and known.isascii()) or min(len(text), len(known)) < 3:
        return False
    if sorted(text) == sorted(known):
        return sum(a != b for a, b in zip(text, known, strict=True)) == 2
    front = next(
        (at for at, (a, b) in enumerate(zip(text, known, strict=False)) if a != b), min(len(text), len(known))
    )
    return text[front:] == known[front + 1 :] or text[front + 1 :] in (known[front:], known[front + 1 :])


def _nearest(name: str, known: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else None
