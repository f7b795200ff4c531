"""A policy in which nothing is left empty, and what its context is; run as a program it prints that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from sheetops.domain.finding import Severity
from sheetops.domain.people import Person
from sheetops.domain.policy import Policy, RuleSetting
from sheetops.domain.rules import RULES
from sheetops.domain.rules.base import Look, setting_of
from sheetops.domain.rules.context import context_of
from sheetops.domain.view import View
from sheetops.domain.workdays import WorkCalendar, YearTable
from sheetops.domain.workdays_clock import WorkClock, WorkHours
from tests.unit.rules.looks import GOOD, grid, policy, view


def full_policy() -> Policy:
    """Every field, and every field of what it holds, is filled with something."""
    days = frozenset(date(2026, 11, day) for day in range(2, 7))
    calendar = WorkCalendar(
        "DE",
        "BY",
        frozenset(range(5)),
        days,
        frozenset((date(2026, 11, 7), date(2026, 11, 8))),
        (YearTable(2027, days_of(2027), frozenset((date(2027, 1, 2), date(2027, 1, 3)))),),
    )
    person = Person(
        "Tech", "Z*", "z@example.com", "Lead", "Y*", date(2026, 12, 1), True, "lead", "en", "A2", False, "UTC", "DE", "Mon-Thu"
    )  # fmt: skip
    setting = RuleSetting(True, Severity.HINT, {"often": 5, "share": 0.5, "columns": "a,b"}, ("Log", "B"))
    base = policy("en")
    full: dict[str, Any] = {field.name: getattr(base, field.name) for field in fields(Policy)}
    full |= {
        "clock": WorkClock(calendar, WorkHours(zone=ZoneInfo("Europe/Berlin"))),
        "routing": {"complaint": ("Service", "Tech")},
        "rules": {"required": setting},
        "people": (person,),
        "team_lead": "Z*",
        "address_pattern": "{name}@example.com",
        "review_mail": ("managers", "Z*"),
        "log_tabs": ("Log",),
        "column_names": {"What": "description"},
        "cut": str.split,
        "words": ("one", "two"),
        "stop_words": ("three",),
        "language": "en",
        "stated": frozenset(f"targets.high.{number}" for number in range(9)),
    }
    return Policy(**full)


def days_of(year: int) -> frozenset[date]:
    """Some days of a year, in a set that each process orders anew."""
    return frozenset(date(year, month, 11) for month in range(1, 13))


def others(value: Any) -> Iterator[tuple[str, Any]]:
    """(what is changed, the value with that one thing changed), for everything that a value holds, however deep."""
    if isinstance(value, bool):
        yield "", not value
    elif isinstance(value, Enum):
        yield "", next(other for other in type(value) if other is not value)
    elif isinstance(value, ZoneInfo):
        yield "", ZoneInfo("Asia/Tokyo")
    elif isinstance(value, str):
        yield "", value + "x"
    elif isinstance(value, (int, float)):
        yield "", value + 1
    elif isinstance(value, time):
        yield "", value.replace(minute=value.minute + 1)
    elif isinstance(value, date):
        yield "", value + timedelta(days=1000)
    elif callable(value) and not is_dataclass(value):
        yield "", str.upper
    else:
        assert value is not None, "give it a value in `full_policy`"
        yield from _parts(value)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if is_dataclass(value):
        for field in fields(value):
            for what, other in others(getattr(value, field.name)) if field.init else ():
                changed = copy(value)
                object.__setattr__(changed, field.name, other)  # whether it makes sense does not matter here
                yield f".{field.name}{what}", changed
        return
    assert value, "put something into it in `full_policy`"
    if isinstance(value, Mapping):
        key = next(iter(value))
        rest = {k: v for k, v in value.items() if k != key}
        yield "{less}", rest
        yield "{key}", {f"{key}x": value[key], **rest}
        yield from ((f"{{{key}}}{what}", {key: other, **rest}) for what, other in others(value[key]))
    elif isinstance(value, frozenset):
        yield "{less}", value - {min(value)}
        yield "{more}", value | {other for _, other in others(max(value))}
    else:
        first, *rest = value
        make = type(value)._make if hasattr(value, "_fields") else type(value)
        if make is tuple:
            yield "(less)", tuple(rest)
        yield from ((f"({what})", make([other, *rest])) for what, other in others(first))


def full_view(found: Policy | None = None) -> View:
    """A sheet of one request under the full policy."""
    return View(
        view(grid([GOOD["en"]], "en"), language="en").snapshot,
        found or full_policy(),
        view(grid([GOOD["en"]], "en"), language="en").history,
        datetime(2026, 11, 20, 10),
    )


def context(seen: View) -> str:
    """The context that the view's first request table is judged under."""
    log = seen.logs[0]
    return context_of(seen, log, [Look(seen, log, rule, setting_of(seen.policy, rule)) for rule in RULES])


if __name__ == "__main__":
    print(context(full_view()))
