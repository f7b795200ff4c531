"""Which of some requests alike is the later one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sheetops.domain.patterns import pattern

_PART = pattern(r"20[0-9]{4}(?=[0-9]{2})|[0-9]+|[^0-9]+")  # of an ID; 202611100 comes after 20261199


class Entry(NamedTuple):
    """One request as it is compared: the order of entries is the order of time."""

    day: int  # proleptic Gregorian ordinal
    id: str
    table: int
    at: int  # position of the row
    customer: str


def lateness(days: Mapping[Entry, date | None], begun: date) -> Callable[[Entry], tuple[Any, ...]]:
    """What puts requests alike in order, the earliest first; `days` are their opening days, None where not known.

    Where all are known, the days decide. Else those up to `begun`, when the ledger saw the sheet first, go by their
    IDs: a due date does not tell which came first, and people move it. Without an ID a request comes last of its day.
    """
    by_id = None in days.values()

    def place(entry: Entry) -> tuple[Any, ...]:
        day = days[entry]
        early = day is None or (by_id and day <= begun)
        return date.min if early else day, not entry.id, _by_number(entry.id), entry.table, entry.at

    return place


def _by_number(identifier: str) -> list[tuple[bool, int, str]]:
    """An ID in parts, of which the numbers are compared as such: by how many digits they have, then by these.

    Not as Python's numbers, which are made of some thousand digits at most.
    """
    return [
        (True, len(digits := part.lstrip("0")), digits)
        if part.isascii() and part.isdigit()
        else (False, 0, part)
        for part in _PART.findall(identifier)
    ]
