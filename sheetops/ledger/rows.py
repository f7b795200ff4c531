"""Remember the rows of one look: which request each is, what differs, and the lives that follow from it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableSequence, Sequence
from functools import cache
from itertools import islice, repeat
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from sheetops.ledger import tables as t
from sheetops.ledger.asleep import Beginnings, beginnings, holding, of_number, sleeping
from sheetops.ledger.begin import Look, as_row, begin
from sheetops.ledger.last_look import Again, LastLook
from sheetops.ledger.life import Change, Story, mark
from sheetops.ledger.matching import Known, Matched, match
from sheetops.ledger.prints import Print, print_as_bytes, print_from_bytes, prints_from_bytes
from sheetops.ledger.seeing import CORE, Place, Seen, SeenTable, described, differing

T = TypeVar("T")
CHUNK = 500  # bound values a statement, well under every database's limit
_KNOWN = [t.requests.c[name] for name in ("number", "identifier", "tab", "print", "core_print")]


class Placed(NamedTuple):
    """Which request stands where: rows that are as they were, and the others looked at closely."""

    same: Mapping[str, MutableSequence[int]]  # by tab: the request of each row, 0 where it must be looked at
    matched: Matched
    gone: set[int]  # numbers of the requests that the last look did not see
    new: Mapping[str, list[int]]  # by tab: the rows that are no known request
    asleep: Sequence[Beginnings]


def place_rows(
    link: Connection, sheet: int, tables: Mapping[str, SeenTable], last: LastLook | None = None
) -> Placed:
    """Pair the rows of `tables` with the sheet's requests. Rows that are as they were need only their print.

    Those that stand as the `last` look says need not even that.
    """
    again = last.again(tables) if last is not None else None
    if again is not None and 2 * len(again.left) <= sum(map(len, again.numbers.values())):
        placed = _placed_again(link, sheet, tables, again)
        if placed is not None:
            return placed
    columns = t.requests.c
    wanted = select(columns.print, columns.number, columns.tab, columns.gone).where(columns.sheet == sheet)
    awake = link.execute(wanted).all()
    asleep = beginnings(link, sheet, [row[1] for row in awake])
    gone = {row[1] for row in awake if row[-1] is not None}
    by_print, twins = _by_print([row for row in awake if row[-1] is None], asleep)
    same: dict[str, MutableSequence[int]] = {
        tab: list(map(by_print.get(tab, {}).pop, table.prints, repeat(0))) for tab, table in tables.items()
    }
    other = {
        tab: [i for i, number in enumerate(numbers) if not number and tables[tab].prints[i] is not None]
        for tab, numbers in same.items()
    }
    if not awake and not asleep:
        return Placed(same, Matched(), gone, other, asleep)  # a sheet that was never seen
    left = twins.union(*(in_tab.values() for in_tab in by_print.values()))
    known = _load_known(link, sheet, left, asleep)
    matched = _looked_at(tables, other, known, lambda: _load_gone(link, sheet))
    return Placed(same, matched, gone, _new(matched), asleep)


def _placed_again(
    link: Connection, sheet: int, tables: Mapping[str, SeenTable], again: Again
) -> Placed | None:
    """As `place_rows`, of a sheet in which most rows stand as they stood: only the others are printed.

    None where the last look tells of a request that the ledger does not have.
    """
    known, asleep = _load_some(link, sheet, again.left)
    if len(known) < len(again.left):
        return None
    by_print, twins = _by_print([(print_as_bytes(was.print), was.number, was.tab) for was in known], ())
    same = {tab: again.numbers[tab] for tab in tables}
    other: dict[str, list[int]] = {}
    for tab, table in tables.items():
        indexes, here = again.other[tab], by_print.get(tab, {})
        table.print_some(indexes)
        for index in indexes:
            same[tab][index] = here.pop(table.print_of(index), 0)
        other[tab] = [i for i in indexes if not same[tab][i] and table.print_of(i) is not None]
    left = twins.union(*(in_tab.values() for in_tab in by_print.values()))
    gone: set[int] = set()

    def load_gone() -> list[Known]:
        found = _load_gone(link, sheet)
        gone.update(was.number for was in found)
        return found

    matched = _looked_at(tables, other, [was for was in known if was.number in left], load_gone)
    return Placed(same, matched, gone, _new(matched), asleep)


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
            standing()[row.identifier] == 1  # else it is a copy that a person is writing over
            and was.described is not None
            and differing(was.core, cores[row.place.tab, row.index]) == len(CORE)
        ),
    )


def _load_known(
    link: Connection, sheet: int, numbers: Iterable[int], asleep: Sequence[Beginnings]
) -> list[Known]:
    known: list[Known] = []
    left = []
    for number in sorted(numbers):
        part = of_number(asleep, number)
        if part is None or not part.sleeps(number):
            left.append(number)
        else:
            known.append(_known_asleep(part, number))
    return sorted([*known, *_load_awake(link, sheet, left)], key=attrgetter("number"))


def _load_some(link: Connection, sheet: int, numbers: Sequence[int]) -> tuple[list[Known], list[Beginnings]]:
    """As `_load_known`, of few requests, with the first sights where those are that sleep."""
    known = _load_awake(link, sheet, numbers)
    awake = {was.number for was in known}
    left = [number for number in numbers if number not in awake]
    asleep = holding(link, sheet, left)
    for number in left:
        part = of_number(asleep, number)
        if part is not None:
            known.append(_known_asleep(part, number))
    return sorted(known, key=attrgetter("number")), asleep


def _known_asleep(part: Beginnings, number: int) -> Known:
    at = number - part.first
    mark = part.print(at)
    return Known(number, mark[-1] or None, part.tab, mark, part.core(at))


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


class Remembered(NamedTuple):
    """Which request each row is."""

    numbers: Mapping[str, MutableSequence[int]]  # by tab; 0 for a row in which nothing is left
    whole: bool  # whether all other requests are gone: not those of a tab that is there and was not read


def remember_rows(
    link: Connection,
    look: Look,
    tables: Mapping[str, SeenTable],
    there: frozenset[str],
    last: LastLook | None = None,
) -> Remembered:
    """Write what differs from the last look; `there` are the tabs of the sheet.

    A tab that is still there but was not read (other settings) says nothing about its requests.
    """
    numbers, matched, gone, new, asleep = place_rows(link, look.sheet, tables, last)
    missing = [was for was in matched.missing if was.tab in tables or was.tab not in there]
    differing = [
        (row, was)
        for row, was in matched.pairs
        if row.print != was.print or row.place.tab != was.tab or was.number in gone
    ]
    touched = {was.number for _, was in differing} | {was.number for was in missing} | matched.guessed
    stories = load_stories(link, look.sheet, touched, asleep)
    changes = _differences(differing, stories, tables, gone)
    changes += [(stories[was.number], {"gone": 1}) for was in missing]
    _add_guesses(changes, matched.guessed, stories)
    first = _next_number(link, look.sheet, sum(map(len, new.values())))
    lost = {
        (key, fields[key])
        for was in missing
        for fields in (stories[was.number].fields,)
        for key in CORE
        if key in fields
    }
    _save(link, look, changes)
    for tab, indexes in new.items():
        begin(link, look, tables[tab], indexes, first, lost)
        for number, index in enumerate(indexes, first):
            numbers[tab][index] = number
        first += len(indexes)
    for row, was in matched.pairs:
        numbers[row.place.tab][row.index] = was.number
    return Remembered(numbers, len(missing) == len(matched.missing))


def _fields(rows: Iterable[Seen], tables: Mapping[str, SeenTable]) -> dict[Place, dict[str, str]]:
    by_tab: dict[str, list[Seen]] = {}
    for row in rows:
        by_tab.setdefault(row.place.tab, []).append(row)
    return {
        row.place: fields
        for tab, found in by_tab.items()
        for row, fields in zip(found, tables[tab].fields([row.index for row in found]), strict=True)
    }


def _differences(
    differing: Sequence[tuple[Seen, Known]],
    stories: Mapping[int, Story],
    tables: Mapping[str, SeenTable],
    gone: set[int],
) -> list[tuple[Story, Change]]:
    fields = _fields((row for row, _ in differing), tables)
    changes: list[tuple[Story, Change]] = []
    for row, was in differing:
        story, now = stories[was.number], fields[row.place]
        change: Change = {}
        if was.number in gone:
            change["back"] = 1
        if row.place.tab != was.tab:
            change["tab"] = row.place.tab
        if row.print != was.print:
            change["m"] = mark(row.print)
        read = tables[row.place.tab].columns
        differ = {
            key: now.get(key)
            for key in sorted(story.fields.keys() | now.keys())
            if key in read and now.get(key) != story.fields.get(key)
        }
        if differ:
            change["f"] = differ
            if written := sorted(row.written & differ.keys()):
                change["j"] = written
        changes.append((story, change))
    return changes


def _add_guesses(
    changes: list[tuple[Story, Change]], guessed: set[int], stories: Mapping[int, Story]
) -> None:
    by_number = {story.number: change for story, change in changes}
    for number in sorted(guessed):
        if "first_seen" in stories[number].unsure:
            continue
        change = by_number.get(number)
        if change is None:
            changes.append((stories[number], {"u": ["first_seen"]}))
        else:
            change["u"] = ["first_seen"]


def _next_number(link: Connection, sheet: int, count: int) -> int:
    """Reserve `count` request numbers of the sheet and return the first."""
    first: int = link.execute(select(t.sheets.c.requests).where(t.sheets.c.number == sheet)).scalar_one() + 1
    if count:
        link.execute(
            update(t.sheets).where(t.sheets.c.number == sheet).values(requests=t.sheets.c.requests + count)
        )
    return first


def _save(link: Connection, look: Look, changes: Sequence[tuple[Story, Change]]) -> None:
    if not changes:
        return
    told = []
    for story, change in changes:
        story.add(look.moment, change)
        what = json.dumps(change, ensure_ascii=False, separators=(",", ":"))
        told.append({"sheet": look.sheet, "request": story.number, "run": look.run, "what": what})
    link.execute(insert(t.changes), told)
    write_stories(link, look.sheet, [story for story, _ in changes])


def write_stories(link: Connection, sheet: int, stories: Sequence[Story]) -> None:
    """Write derived lives: over the rows that are there, or as new rows where they slept."""
    woken = [as_row(sheet, story) for story in stories if story.asleep]
    if woken:
        link.execute(insert(t.requests), woken)
    rows = [as_row(sheet, story) for story in stories if not story.asleep]
    if not rows:
        return
    there = (t.requests.c.sheet == bindparam("at_sheet")) & (t.requests.c.number == bindparam("at_number"))
    columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name not in ("sheet", "number")}
    for row in rows:
        row["at_sheet"], row["at_number"] = row.pop("sheet"), row.pop("number")
    link.execute(update(t.requests).where(there).values(columns), rows)


def as_story(row: Row[Any]) -> Story:
    """A row of the table `requests` as a story."""
    values = dict(row._mapping)
    del values["sheet"], values["core_print"]
    values["print"] = print_from_bytes(values["print"])
    for name in ("fields", "reopenings"):
        values[name] = json.loads(values[name])
    values["unsure"] = set(values["unsure"].split())
    return Story(**values)


def load_stories(
    link: Connection, sheet: int, numbers: Iterable[int], asleep: Sequence[Beginnings]
) -> dict[int, Story]:
    """The stories of these requests; `asleep` are the first sights where those are that have no row of their own."""
    stories: dict[int, Story] = {}
    for some in chunks(sorted(numbers)):
        wanted = select(t.requests).where(t.requests.c.sheet == sheet, t.requests.c.number.in_(some))
        stories.update((row.number, as_story(row)) for row in link.execute(wanted))
        for number in some:
            if number not in stories and (part := of_number(asleep, number)) is not None:
                stories[number] = part.story(number)
    return stories


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists of at most `CHUNK`."""
    left = iter(items)
    while part := list(islice(left, CHUNK)):
        yield part
