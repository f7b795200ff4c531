"""The context that rows are judged under: one text that says all that a row's verdict may rest on beside the row.

Two judgements of the same row under equal contexts are the same, so the second need not be made. Into it go the
program's version and its rules, the day, the language, the header, the policy that holds (settings and Lists tab), the
people and the working days. It is a digest, alike in every process and on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum
from hashlib import blake2b
from itertools import chain
from zoneinfo import ZoneInfo

from sheetops import __version__
from sheetops.domain.requests import Requests
from sheetops.domain.rules.base import Look
from sheetops.domain.table import as_text
from sheetops.domain.view import View
from sheetops.domain.workdays import WorkCalendar
from sheetops.errors import SheetopsError

_PLAIN = frozenset((str, int, float, bool, type(None), bytes))
_SIZE = 16  # bytes


def context_of(view: View, log: Requests, looks: Iterable[Look]) -> str:
    """The context of a request table at which rules look so, in hexadecimal digits."""
    table = log.table
    headings = [as_text(table.grid.cell(table.header_row, at)) for at in table.columns.values()]
    by_row = [look for look in looks if look.rule.by_row]
    rules = [(look.rule, look.rule.grounds(look) if look.rule.grounds else "") for look in by_row]
    of_table = (log.language, log.today, table.tab, table.match, headings, rules)
    return _digest(told((_of_all_tables(view), of_table)))


def _of_all_tables(view: View) -> str:
    known: str | None = view.memo.get("context")
    if known is None:
        days = _days(view.policy.calendar, view.today.year)
        everything = (__version__, view.today, view.language, view.policy, view.people, days)
        known = view.memo["context"] = _digest(told(everything))
    return known


def _days(calendar: WorkCalendar, year: int) -> list[tuple[int, ...] | None]:
    """The working days of last year and this: the calendar's library may learn better from one run to the next."""
    found: list[tuple[int, ...] | None] = []
    for one in (year - 1, year):
        try:
            found.append(calendar.workdays_of_year(one))
        except SheetopsError:  # whoever counts with them says so
            found.append(None)
    return found


def told(value: object) -> str:
    """A value of the policy as a text, alike in every process; equal texts are equal values.

    Raises TypeError for a kind of value that no policy holds as yet.
    """
    kind = value.__class__
    if kind in _PLAIN:
        return repr(value)
    if isinstance(value, Enum):
        return f"{kind.__qualname__}.{value.name}"
    if isinstance(value, (date, time, timedelta)):
        return repr(value)
    if isinstance(value, ZoneInfo):
        return f"ZoneInfo({value})"
    if isinstance(value, Mapping):
        if _PLAIN.issuperset(map(type, chain.from_iterable(value.items()))):
            return repr(dict(value))
        return f"{{{','.join([f'{told(key)}:{told(one)}' for key, one in value.items()])}}}"
    if isinstance(value, AbstractSet):
        return f"{{{','.join(sorted(map(told, value)))}}}"
    if isinstance(value, (tuple, list)):
        if kind in (tuple, list) and _PLAIN.issuperset(map(type, value)):
            return repr(value)
        return f"{kind.__qualname__}({','.join(map(told, value))})"
    if is_dataclass(kind):
        # What is not given to it is worked out from what is, such as the years that a calendar has laid out.
        own = ",".join([told(getattr(value, field.name)) for field in fields(kind) if field.init])
        return f"{kind.__qualname__}({own})"
    if isinstance(value, str):
        return f"{kind.__qualname__}({str.__repr__(value)})"
    if callable(value):
        return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', kind.__qualname__)}"
    raise TypeError(f"a {kind.__qualname__} cannot be told in a context")


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_SIZE).hexdigest()
