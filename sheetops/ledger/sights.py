"""First sights of requests, many in one row of the ledger, as they are read and forgotten (see asleep.py)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Text, cast, delete, func, select, update

from sheetops.ledger import tables as t
from sheetops.ledger.asleep import Beginnings

_PARTS = 500  # bound values a statement


def beginnings(link: Connection, sheet: int, awake: Iterable[int] = ()) -> list[Beginnings]:
    """First sights of a sheet, by number: those where a request sleeps while `awake` have rows of their own."""
    found = [Beginnings(row) for row in link.execute(_sights(sheet))]
    numbers = sorted(awake) if found else []
    for part in found:
        low = bisect_left(numbers, part.first)
        part.wake(numbers[low : bisect_left(numbers, part.first + part.size, low)])
    return [part for part in found if not part.all_awake]


def _sights(sheet: int) -> Select[Any]:
    return (
        select(t.beginnings, t.runs.c.began, t.runs.c.id)
        .join(t.runs, t.runs.c.number == t.beginnings.c.run)
        .where(t.beginnings.c.sheet == sheet)
        .order_by(t.beginnings.c.first)
    )


def holding(
    link: Connection, sheet: int, numbers: Iterable[int], read: Iterable[Beginnings] = ()
) -> list[Beginnings]:
    """The first sights, by number, where those of these requests are; who else of them is awake is not known.

    Of what was `read` before, and is as it was, nothing is unpacked again.
    """
    column = t.beginnings.c.first
    firsts = (
        link.execute(select(column).where(t.beginnings.c.sheet == sheet).order_by(column)).scalars().all()
    )
    wanted = sorted({firsts[bisect_left(firsts, number + 1) - 1] for number in numbers}) if firsts else []
    found: list[Beginnings] = []
    for start in range(0, len(wanted), _PARTS):
        some = column.in_(wanted[start : start + _PARTS])
        found += [Beginnings(row) for row in link.execute(_sights(sheet).where(some))]
    before = {part.first: part for part in read}
    for part in found:
        if part.first in before:
            part.share(before[part.first])
    return found


def of_number(found: Sequence[Beginnings], number: int) -> Beginnings | None:
    """Where the first sight of a request is; `found` are in the order of their numbers."""
    at = bisect_left(found, number + 1, key=lambda part: part.first) - 1
    return found[at] if at >= 0 and found[at].holds(number) else None


def by_part(found: Sequence[Beginnings], numbers: Sequence[int]) -> Iterator[tuple[Beginnings, list[int]]]:
    """Those of these requests that begin in each of the first sights; both are in the order of their numbers."""
    for part in found:
        low = bisect_left(numbers, part.first)
        some = numbers[low : bisect_left(numbers, part.first + part.size, low)]
        yield part, list(filter(part.holds, some))


def awake(link: Connection, sheet: int) -> list[int]:
    """The requests of a sheet that have rows of their own."""
    told = func.aggregate_strings(
        cast(t.requests.c.number, Text), ","
    )  # one text is read sooner than many rows
    numbers = link.execute(select(told).where(t.requests.c.sheet == sheet)).scalar()
    return list(map(int, numbers.split(","))) if numbers else []


def sleeping(link: Connection, sheet: int) -> list[Beginnings]:
    """As `beginnings`, of requests that sleep."""
    return beginnings(link, sheet, awake(link, sheet)) if any_asleep(link, sheet) else []


def any_asleep(link: Connection, sheet: int) -> bool:
    """Whether there is a first sight of requests that may sleep."""
    wanted = select(t.beginnings.c.first).where(t.beginnings.c.sheet == sheet).limit(1)
    return link.execute(wanted).scalar() is not None


def forget_beginnings(link: Connection, sheet: int, numbers: Iterable[int]) -> None:
    """Take all that these requests had at their first sight out of the ledger."""
    found = beginnings(link, sheet)
    lost: dict[int, list[int]] = {}
    for number in numbers:
        part = of_number(found, number)
        if part is not None:
            lost.setdefault(part.first, []).append(number)
    for part in found:
        if part.first in lost:
            this = (t.beginnings.c.sheet == sheet) & (t.beginnings.c.first == part.first)
            what = part.without(lost[part.first])
            change = delete(t.beginnings) if what is None else update(t.beginnings).values(what=what)
            link.execute(change.where(this))
