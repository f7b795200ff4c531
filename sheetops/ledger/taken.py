"""The numbers of requests that the ledger knows no more: taken all the same, and known to have been seen before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, func, insert, select, update

from sheetops.domain.personal import find_personal
from sheetops.ledger import tables as t

FORGOTTEN = 0  # stands for the run in `ids` where the number was that of a request since forgotten
_ENDING_DIGITS = re.compile(r"[0-9]+\Z")
_MOST_DIGITS = 9  # of a sequence number: what every database's INTEGER holds
_LONGEST_PREFIX = 100  # characters, see tables.ids


def keep_numbers(link: Connection, sheet: int, identifiers: Iterable[str | None]) -> None:
    """Remember the numbers that these IDs end with as taken, so that none is given to another request.

    Which part of an ID is its number depends on the pattern of the day, so one number is kept for every text
    that may stand before it: 20261102 is number 2 of 202611 as well as number 102 of 20261. What looks like
    personal data (an address, a telephone) is not kept.
    """
    taken: dict[str, int] = {}
    for identifier in identifiers:
        for prefix, number in readings(identifier or ""):
            taken[prefix] = max(number, taken.get(prefix, 0))
    given = select(t.ids.c.prefix, func.max(t.ids.c.sequence)).where(t.ids.c.sheet == sheet)
    highest = dict(map(tuple, link.execute(given.group_by(t.ids.c.prefix))))
    rows = [
        {"sheet": sheet, "prefix": prefix, "sequence": number, "run": FORGOTTEN}
        for prefix, number in taken.items()
        if number > highest.get(prefix, 0)
    ]
    if rows:
        link.execute(insert(t.ids), rows)


def readings(identifier: str) -> Iterator[tuple[str, int]]:
    """Each way to read an ID as a text and a number after it, the longest number first."""
    digits = _ENDING_DIGITS.search(identifier)
    if digits is None or identifier.startswith("#") or find_personal(identifier):
        return  # a print (of an address, say) may end in digits too, and numbers nothing
    for at in range(max(digits.start(), len(identifier) - _MOST_DIGITS), len(identifier)):
        if at <= _LONGEST_PREFIX:
            yield identifier[:at], int(identifier[at:])


def note_forgotten(link: Connection, sheet: int, identifier: str) -> None:
    """Remember that a request had this ID: where a row with it is seen again, it is not new."""
    for prefix, number in _longest(identifier):
        this = (t.ids.c.sheet == sheet) & (t.ids.c.prefix == prefix) & (t.ids.c.sequence == number)
        # A run that gave it the number is named there; that it is taken is all that stays.
        if link.execute(update(t.ids).where(this).values(run=FORGOTTEN)).rowcount == 0:
            link.execute(insert(t.ids).values(sheet=sheet, prefix=prefix, sequence=number, run=FORGOTTEN))


def forgotten(link: Connection, sheet: int, identifiers: Iterable[str]) -> set[str]:
    """Those of the IDs that requests had of which nothing more is known (forgotten, or gone for years)."""
    wanted = select(t.ids.c.prefix, t.ids.c.sequence).where(t.ids.c.sheet == sheet, t.ids.c.run == FORGOTTEN)
    known = set(map(tuple, link.execute(wanted)))
    if not known:
        return set()
    return {one for one in identifiers if not known.isdisjoint(_longest(one))}


def _longest(identifier: str) -> list[tuple[str, int]]:
    return list(readings(identifier))[:1]
