"""From a team's settings to the policy that jobs work with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sheetops.domain.choices import DEFAULT_LISTS
from sheetops.domain.finding import Severity
from sheetops.domain.ids import IdPattern
from sheetops.domain.people import Person
from sheetops.domain.policy import Policy, RuleSetting, UrgencyTarget
from sheetops.domain.targets import read_target
from sheetops.domain.template import BY_KEY
from sheetops.domain.texts import Texts
from sheetops.domain.workdays import WorkCalendar, YearTable
from sheetops.domain.workdays_clock import Shift, Target, WorkClock, WorkHours
from sheetops.errors import SettingsError
from sheetops.settings.segmenter import segmenter

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sheetops.settings.model import CalendarSettings, TargetSettings, Team

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COUNTRY = {"zh-Hans": "CN", "zh-Hant": "TW"}
_ZONE = {"zh-Hans": "Asia/Shanghai", "zh-Hant": "Asia/Taipei"}
_DEFAULT_TARGETS = {  # until the first answer, until it is resolved
    "high": ("24 hours", "1 working day"),
    "medium": ("3 working days", "3 working days"),
    "low": ("none", "10 working days"),
}


_GOALS = {"csat": 90.0}


def build_policy(team: Team | None, language: str, texts: Texts) -> Policy:
    """The policy of a team (None: one that has settled nothing) for a sheet in `language`.

    Raises SettingsError for what makes no sense together.
    """
    if team is None:
        clock = WorkClock(_calendar(None, language), WorkHours(zone=_zone(None, language)))
        return Policy(texts, clock, _targets({}), goals=_GOALS, cut=segmenter())
    _check_names(team)
    IdPattern(team.id_pattern)
    return Policy(
        texts=texts,
        clock=WorkClock(
            _calendar(team.calendar, language), WorkHours(shifts(team.hours), zone_of(team, language))
        ),
        targets=_targets(team.targets),
        id_pattern=team.id_pattern,
        routing={_list_key("type", name): tuple(places) for name, places in team.routing.items()},
        assign=team.assign,
        suggest_priority=team.suggest_priority,
        rules={
            code: RuleSetting(
                rule.on, Severity(rule.severity) if rule.severity else None, rule.parameters, tuple(rule.tabs)
            )
            for code, rule in team.rules.items()
        },
        people=tuple(Person(**person.model_dump()) for person in team.people),
        team_lead=team.team_lead,
        address_pattern=team.address_pattern,
        feedback_days=team.feedback_days,
        due_soon_days=team.due_soon_days,
        high_priority=team.high_priority,
        stale_days=team.stale_days,
        escalate_after=team.escalate_after,
        mail_hours=shift(team.mail_hours),
        review_mail=tuple(team.review_mail),
        goals={**_GOALS, **team.goals},
        cut=segmenter(),
        words=tuple(team.words),
        stop_words=tuple(team.stop_words),
        log_tabs=tuple(team.log_tabs),
        column_names=team.columns,
        language=team.language,
        improve_review_days=team.improve_review_days,
        improve_alpha=team.improve_alpha,
        improve_least=team.improve_least,
        brake_share=team.brake_share,
        stated=frozenset(_stated(team)),
    )


def calendar_of(team: Team, language: str) -> WorkCalendar:
    """The team's working days: the setting, else those of the country of the sheet's language."""
    return _calendar(team.calendar, language)


def mail_hours_of(team: Team) -> Shift:
    """When the team's mails may arrive."""
    return shift(team.mail_hours)


def _stated(model: BaseModel, prefix: str = "") -> Iterator[str]:
    """The names of the settings that the file gives, those inside others behind a dot: `targets.high.response`."""
    from pydantic import BaseModel

    for name in sorted(model.model_fields_set):
        value = getattr(model, name)
        yield prefix + name
        entries = value.items() if isinstance(value, dict) else ()
        if isinstance(value, BaseModel):
            yield from _stated(value, f"{prefix}{name}.")
        for key, entry in entries:
            yield f"{prefix}{name}.{key}"
            if isinstance(entry, BaseModel):
                yield from _stated(entry, f"{prefix}{name}.{key}.")


def zone_of(team: Team, language: str) -> ZoneInfo:
    """The team's time zone: the setting, else the one of the sheet's language, else this machine's."""
    return _zone(team.timezone, language)


def _zone(given: str | None, language: str) -> ZoneInfo:
    name = given or _ZONE.get(language)
    if name is None:
        return machine_zone()
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise SettingsError(f"there is no time zone {name}", mend="write for example Europe/Berlin") from None


def machine_zone() -> ZoneInfo:
    """This machine's time zone, by its name."""
    import os
    from pathlib import Path

    named = os.environ.get("TZ", "").lstrip(":")
    linked = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    for name in (named, linked):
        try:
            if name:
                return ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            continue
    return ZoneInfo("UTC")


def _calendar(settings: CalendarSettings | None, language: str) -> WorkCalendar:
    if settings is None:
        return WorkCalendar(country=_COUNTRY.get(language))
    given = "country" in settings.model_fields_set
    calendar = WorkCalendar(
        country=settings.country if given else _COUNTRY.get(language),
        subdivision=settings.subdivision,
        week=frozenset(_WEEK.index(day) for day in settings.week) if settings.week is not None else None,
        closures=frozenset(settings.closed),
        extra_workdays=frozenset(settings.worked),
        tables=tuple(YearTable(y, frozenset(t.off), frozenset(t.worked)) for y, t in settings.years.items()),
    )
    calendar.check()
    return calendar


def shifts(texts: list[str]) -> tuple[Shift, ...]:
    """The shifts of a working day. Raises SettingsError."""
    return tuple(shift(text) for text in texts)


def shift(text: str) -> Shift:
    """A span of the day such as `09:00-12:00`. Raises SettingsError."""
    try:
        start, end = (_moment(part.strip().replace("24:00", "00:00")) for part in text.split("-"))
    except ValueError:
        raise SettingsError(f"a shift cannot be {text!r}", mend="write for example 09:00-12:00") from None
    return Shift(start, end)


def _moment(text: str) -> time:
    """`9:00` as a time of day. Raises ValueError."""
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and len(hour) < 3 and len(minute) < 3):
        raise ValueError(text)
    return time(int(hour), int(minute))


def _targets(settings: Mapping[str, TargetSettings]) -> dict[str, UrgencyTarget]:
    targets: dict[str, tuple[str | None, str | None]] = {**_DEFAULT_TARGETS}
    for name, own in settings.items():
        key = _list_key("urgency", name)
        response, resolution = targets.get(key, (None, None))
        targets[key] = (own.response or response, own.resolution or resolution)
    return {key: UrgencyTarget(target(a), target(b)) for key, (a, b) in targets.items()}


def target(text: str | None) -> Target | None:
    found, problem = read_target(text)
    if problem is not None:
        raise SettingsError(
            f"a target cannot be {text!r}",
            mend="write `24 hours`, `4 working hours`, `3 working days` or `none`",
        )
    return found


def _list_key(column: str, name: str) -> str:
    choices = DEFAULT_LISTS[column]
    if name in DEFAULT_LISTS[column].keys():  # noqa: SIM118 (not a mapping)
        return name
    key, _ = choices.read(name, "en")
    return key or name


def _check_names(team: Team) -> None:
    for text, key in team.columns.items():
        if key not in BY_KEY:
            raise SettingsError(
                f"columns: {text!r} is mapped to {key!r}, which is no column",
                mend=f"the columns are {', '.join(BY_KEY)}",
            )
    if team.rules:
        from sheetops.domain.rules import BY_CODE as RULES  # else they are not loaded

        for code in team.rules:
            if code not in RULES:
                raise SettingsError(
                    f"rules: there is no rule {code}", mend=f"the rules are {', '.join(sorted(RULES))}"
                )
    if team.goals:
        from sheetops.domain.kpis import BY_KEY as FIGURES  # else they are not loaded

        for key in team.goals:
            if key not in FIGURES:
                raise SettingsError(
                    f"goals: there is no figure {key}", mend=f"the figures are {', '.join(FIGURES)}"
                )
