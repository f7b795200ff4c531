"""Pair the rows of one look with the requests of a sheet: first what stands as it was, then what must be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, MutableSequence, Sequence
from functools import cache
from itertools import repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, select

from sheetops.ledger import tables as t
from sheetops.ledger.asleep import Beginnings
from sheetops.ledger.bulk import chunks
from sheetops.ledger.last_look import Again, LastLook
from sheetops.ledger.matching import Known, Matched, match
from sheetops.ledger.prints import Print, print_as_bytes, print_from_bytes, prints_from_bytes
from sheetops.ledger.seeing import CORE, SeenTable, described, differing
from sheetops.ledger.sights import beginnings, by_part, holding, sleeping

if TYPE_CHECKING:
    from sheetops.ledger.keyed_marks import Once

_KNOWN = [t.requests.c[name] for name in ("number", "identifier", "tab", "print", "core_print")]


class Before(NamedTuple):
    """What the same run read and found before: it is checked again, and not worked out again where it still holds."""

    read: Iterable[Beginnings] = ()  # first sights
    found: Iterable[Once] = ()  # of marks


NOTHING_BEFORE = Before()


class Placed(NamedTuple):
    """Which request stands where: rows that are as they were, and the others looked at closely."""

    same: Mapping[str, MutableSequence[int]]  # by tab: the request of each row, 0 where it must be looked at
    matched: Matched
    gone: set[int]  # numbers of the requests that the last look did not see
    new: Mapping[str, list[int]]  # by tab: the rows that are no known request
    awake: Collection[int]  # numbers of the requests that have rows of their own, of all that were looked at
    asleep: Sequence[Beginnings]  # the first sights of the others


def place_rows(
    link: Connection,
    sheet: int,
    tables: Mapping[str, SeenTable],
    last: LastLook | None = None,
    before: Before = NOTHING_BEFORE,
) -> Placed:
    """Pair the rows of `tables` with the sheet's requests. Rows that are as they were need only their print.

    Those that stand as the `last` look says need not even that.
    """
    again = last.again(tables, before.found) if last is not None else None
    if again is not None and 2 * len(again.left) <= sum(map(len, again.numbers.values())):
        placed = _placed_again(link, sheet, tables, again, before.read)
        if placed is not None:
            return placed
    columns = t.requests.c
    wanted = select(columns.print, columns.number, columns.tab, columns.gone).where(columns.sheet == sheet)
    rows = link.execute(wanted).all()
    awake = {row[1] for row in rows}
    asleep = beginnings(link, sheet, awake)
    gone = {row[1] for row in rows if row[-1] is not None}
    by_print, twins = _by_print([row for row in rows if row[-1] is None], asleep)
    same: dict[str, MutableSequence[int]] = {
        tab: list(map(by_print.get(tab, {}).pop, table.prints, repeat(0))) for tab, table in tables.items()
    }
    other = {
        tab: [i for i, number in enumerate(numbers) if not number and tables[tab].prints[i] is not None]
        for tab, numbers in same.items()
    }
    if not awake and not asleep:
        return Placed(same, Matched(), gone, other, awake, asleep)  # a sheet that was never seen
    left = sorted(twins.union(*(in_tab.values() for in_tab in by_print.values())))
    known = _load_awake(link, sheet, filter(awake.__contains__, left))
    known += _known_asleep(asleep, [number for number in left if number not in awake])
    known.sort(key=attrgetter("number"))
    matched = _looked_at(tables, other, known, lambda: _load_gone(link, sheet))
    return Placed(same, matched, gone, _new(matched), awake, asleep)


def _placed_again(
    link: Connection, sheet: int, tables: Mapping[str, SeenTable], again: Again, read: Iterable[Beginnings]
) -> Placed | None:
    """As `place_rows`, of a sheet in which most rows stand as they stood: only the others are printed.

    None where the last look tells of a request that the ledger does not have.
    """
    known = _load_awake(link, sheet, again.left)
    awake = {was.number for was in known}
    left = [number for number in again.left if number not in awake]
    asleep = holding(link, sheet, left, read)
    known += _known_asleep(asleep, sorted(left))
    if len(known) < len(again.left):
        return None
    known.sort(key=attrgetter("number"))
    by_print, twins = _by_print([(print_as_bytes(was.print), was.number, was.tab) for was in known], ())
    same = {tab: again.numbers[tab] for tab in tables}
    other: dict[str, list[int]] = {}
    for tab, table in tables.items():
        indexes, here = again.other[tab], by_print.get(tab, {})
        table.print_some(indexes)
        for index in indexes:
            same[tab][index] = here.pop(table.print_of(index), 0)
        other[tab] = [i for i in indexes if not same[tab][i] and table.print_of(i) is not None]
    unplaced = twins.union(*(in_tab.values() for in_tab in by_print.values()))
    gone: set[int] = set()

    def load_gone() -> list[Known]:
        found = _load_gone(link, sheet)
        gone.update(was.number for was in found)
        return found

    matched = _looked_at(tables, other, [was for was in known if was.number in unplaced], load_gone)
    return Placed(same, matched, gone, _new(matched), awake | gone, asleep)


def _new(matched: Matched) -> dict[str, list[int]]:
    new: dict[str, list[int]] = {}
    for row in matched.new:
        new.setdefault(row.place.tab, []).append(row.index)
    return new


def prints_there(link: Connection, sheet: int) -> list[Print]:
    """The print of each request that the last look saw."""
    there = (t.requests.c.sheet == sheet) & t.requests.c.gone.is_(None)
    found = prints_from_bytes(link.execute(select(t.requests.c.print).where(there)).scalars().all())
    for part in sleeping(link, sheet):
        found += part.prints()
    return found


def _by_print(
    here: Iterable[Sequence[Any]], asleep: Iterable[Beginnings]
) -> tuple[dict[str, dict[Print | None, int]], set[int]]:
    """By tab: the request of each print; and those that have a print in common: none can be told by it alone."""
    found: dict[str, dict[Print | None, int]] = {}
    alike: dict[Print | None, set[int]] = {}

    def add(tab: str, mark: Print | None, number: int) -> None:
        other = next((in_tab.pop(mark) for in_tab in found.values() if mark in in_tab), None)
        if mark in alike:
            alike[mark].add(number)
        elif other is not None:
            alike[mark] = {other, number}
        else:
            found.setdefault(tab, {})[mark] = number

    def add_all(tab: str, marks: list[Print], numbers: list[int]) -> None:
        together: dict[Print | None, int] = dict(zip(marks, numbers, strict=True))
        others = [*map(dict.keys, found.values()), alike.keys()]
        if len(together) == len(numbers) and all(map(together.keys().isdisjoint, others)):
            found.setdefault(tab, {}).update(together)
        else:
            for mark, number in zip(marks, numbers, strict=True):
                add(tab, mark, number)

    for part in asleep:
        add_all(part.tab, list(part.prints()), list(part.numbers()))
    by_tab: dict[str, list[Sequence[Any]]] = {}
    for row in here:
        by_tab.setdefault(row[2], []).append(row)
    for tab, rows in by_tab.items():
        add_all(tab, prints_from_bytes([row[0] for row in rows]), [row[1] for row in rows])
    return found, set().union(*alike.values())


def _looked_at(
    tables: Mapping[str, SeenTable],
    rows: Mapping[str, list[int]],
    known: Sequence[Known],
    gone: Callable[[], Iterable[Known]],
) -> Matched:
    """Pair rows that are not as they were with the requests that are `known` to have been there, or that are gone."""

    @cache
    def standing() -> Counter[str | None]:
        return Counter(identifier for table in tables.values() for identifier in table.identifiers)

    cores = {
        (tab, index): core
        for tab, indexes in rows.items()
        for index, core in zip(indexes, tables[tab].cores(indexes), strict=True)
    }
    return match(
        [tables[tab].row(index) for tab, indexes in rows.items() for index in indexes],
        known,
        gone,
        lambda row: described(cores[row.place.tab, row.index]),
        lambda row, was: (
            was.described is not None
            and differing(was.core, cores[row.place.tab, row.index]) == len(CORE)
            and standing()[row.identifier] == 1  # else it is a copy that a person is writing over
        ),
    )


def _known_asleep(asleep: Sequence[Beginnings], numbers: Sequence[int]) -> list[Known]:
    """Requests that sleep, in the order of their numbers."""
    known: list[Known] = []
    for part, some in by_part(asleep, numbers):
        indexes = [number - part.first for number in some]
        told = zip(some, part.prints_of(indexes), part.cores_of(indexes), strict=True)
        known += [Known(number, mark[-1] or None, part.tab, mark, core) for number, mark, core in told]
    return known


def _load_awake(link: Connection, sheet: int, numbers: Iterable[int]) -> list[Known]:
    known: list[Known] = []
    for some in chunks(numbers):
        wanted = select(*_KNOWN).where(t.requests.c.sheet == sheet, t.requests.c.number.in_(some))
        known += map(_known, link.execute(wanted).all())
    return known


def _load_gone(link: Connection, sheet: int) -> list[Known]:
    wanted = select(*_KNOWN).where(t.requests.c.sheet == sheet, t.requests.c.gone.is_not(None))
    return list(map(_known, link.execute(wanted).all()))


def _known(row: Sequence[Any]) -> Known:
    number, identifier, tab, mark, core = row
    return Known(number, identifier, tab, print_from_bytes(mark), core)
