"""Remember the rows of one look: which request each is, what differs, and the lives that follow from it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from sheetops.ledger import tables as t
from sheetops.ledger.begin import Look, as_row, begin
from sheetops.ledger.life import Change, Story, prints
from sheetops.ledger.matching import Known, Matched, match
from sheetops.ledger.seeing import CORE, Place, Seen, SeenTable, differing

T = TypeVar("T")
CHUNK = 500  # bound values a statement, well under every database's limit
_KNOWN = [
    t.requests.c[name] for name in ("number", "identifier", "tab", "print", "person_print", "core_print")
]


class Placed(NamedTuple):
    """Which request stands where: rows that are as they were, and the others looked at closely."""

    same: Mapping[str, list[int]]  # by tab: the request of each row, 0 where it must be looked at
    matched: Matched
    present: set[int]  # numbers of the requests that the last look saw
    new: Mapping[str, list[int]]  # by tab: the rows that are no known request


def place_rows(link: Connection, sheet: int, tables: Mapping[str, SeenTable]) -> Placed:
    """Pair the rows of `tables` with the sheet's requests. Rows that are as they were need only their print."""
    columns = t.requests.c
    wanted = select(columns.print, columns.number, columns.tab)
    here = link.execute(wanted.where(columns.sheet == sheet, columns.gone.is_(None))).all()
    by_print = {mark: (number, tab) for mark, number, tab in here}
    if len(by_print) < len(here):  # of several alike none can be told by its print alone
        count = Counter(mark for mark, _, _ in here)
        by_print = {mark: was for mark, was in by_print.items() if count[mark] == 1}
    same = {tab: _as_they_were(tab, table, by_print) for tab, table in tables.items()}
    other = {
        tab: [
            i
            for i, (number, mark) in enumerate(zip(numbers, tables[tab].prints, strict=True))
            if mark and not number
        ]
        for tab, numbers in same.items()
    }
    present = {number for _, number, _ in here}
    if (
        not here
        and link.execute(select(columns.number).where(columns.sheet == sheet).limit(1)).first() is None
    ):
        return Placed(same, Matched(), present, other)  # a sheet that was never seen
    matched = _looked_at(link, sheet, tables, other, present.difference(*same.values()))
    new: dict[str, list[int]] = {}
    for row in matched.new:
        new.setdefault(row.place.tab, []).append(row.index)
    return Placed(same, matched, present, new)


def _looked_at(
    link: Connection,
    sheet: int,
    tables: Mapping[str, SeenTable],
    rows: Mapping[str, list[int]],
    known: Iterable[int],
) -> Matched:
    """Pair rows that are not as they were with the requests whose numbers are `known`, or that are gone."""
    standing = Counter(identifier for table in tables.values() for identifier in table.identifiers)
    return match(
        [tables[tab].row(index) for tab, indexes in rows.items() for index in indexes],
        _load_known(link, sheet, known),
        lambda: _load_gone(link, sheet),
        lambda row: tables[row.place.tab].person_print(row),
        lambda row: tables[row.place.tab].core_print(row),
        lambda row, was: (
            standing[row.identifier] == 1  # else it is a copy that a person is writing over
            and _is_another(link, sheet, tables[row.place.tab], row, was)
        ),
    )


def _as_they_were(tab: str, table: SeenTable, by_print: dict[bytes, tuple[int, str]]) -> list[int]:
    """The request of each row that is as it was in its tab, 0 for the others; each request is taken once."""
    numbers = []
    for mark in table.prints:
        was = by_print.get(mark)
        if was is not None and was[1] == tab:
            numbers.append(was[0])
            del by_print[mark]
        else:
            numbers.append(0)
    return numbers


def _is_another(link: Connection, sheet: int, table: SeenTable, row: Seen, was: Known) -> bool:
    """Whether customer and description both differ, so that only the ID is the same."""
    if was.core_print is None or was.core_print == table.core_print(row):
        return False
    wanted = select(t.requests.c.fields).where(t.requests.c.sheet == sheet, t.requests.c.number == was.number)
    return differing(json.loads(link.execute(wanted).scalar_one()), table.core(row)) == len(CORE)


def _load_known(link: Connection, sheet: int, numbers: Iterable[int]) -> list[Known]:
    known: list[Known] = []
    for part in chunks(sorted(numbers)):
        wanted = select(*_KNOWN).where(t.requests.c.sheet == sheet, t.requests.c.number.in_(part))
        known += [Known(*row) for row in link.execute(wanted)]
    return known


def _load_gone(link: Connection, sheet: int) -> list[Known]:
    wanted = select(*_KNOWN).where(t.requests.c.sheet == sheet, t.requests.c.gone.is_not(None))
    return [Known(*row) for row in link.execute(wanted)]


def remember_rows(
    link: Connection, look: Look, tables: Mapping[str, SeenTable], there: frozenset[str]
) -> Mapping[str, list[int]]:
    """Write what differs from the last look; `there` are the tabs of the sheet.

    Returns the request of each row by tab, 0 for a row in which nothing is left. A tab that is still there but was
    not read (other settings) says nothing about its requests.
    """
    numbers, matched, present, new = place_rows(link, look.sheet, tables)
    missing = [was for was in matched.missing if was.tab in tables or was.tab not in there]
    differing = [
        (row, was)
        for row, was in matched.pairs
        if row.print != was.print or row.place.tab != was.tab or was.number not in present
    ]
    touched = {was.number for _, was in differing} | {was.number for was in missing} | matched.guessed
    stories = load_stories(link, look.sheet, touched)
    changes = _differences(differing, stories, tables, present)
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
    return numbers


def _fields(rows: Iterable[Seen], tables: Mapping[str, SeenTable]) -> dict[Place, dict[str, str]]:
    by_tab: dict[str, list[Seen]] = {}
    for row in rows:
        by_tab.setdefault(row.place.tab, []).append(row)
    return {
        row.place: fields
        for tab, found in by_tab.items()
        for row, fields in zip(found, tables[tab].fields([row.index for row in found]), strict=True)
    }


def _prints(row: Seen, table: SeenTable) -> list[str]:
    return prints(row.print, table.person_print(row), table.core_print(row))


def _differences(
    differing: Sequence[tuple[Seen, Known]],
    stories: Mapping[int, Story],
    tables: Mapping[str, SeenTable],
    present: set[int],
) -> list[tuple[Story, Change]]:
    fields = _fields((row for row, _ in differing), tables)
    changes: list[tuple[Story, Change]] = []
    for row, was in differing:
        story, now = stories[was.number], fields[row.place]
        change: Change = {}
        if was.number not in present:
            change["back"] = 1
        if row.place.tab != was.tab:
            change["tab"] = row.place.tab
        if row.print != was.print:
            change["p"] = _prints(row, tables[row.place.tab])
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


def write_stories(
    link: Connection, sheet: int, stories: Sequence[Story], *, insert_them: bool = False
) -> None:
    """Write derived lives: as new rows, or over the rows that are there."""
    if not stories:
        return
    rows = [as_row(sheet, story) for story in stories]
    if insert_them:
        link.execute(insert(t.requests), rows)
        return
    there = (t.requests.c.sheet == bindparam("at_sheet")) & (t.requests.c.number == bindparam("at_number"))
    columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name not in ("sheet", "number")}
    for row in rows:
        row["at_sheet"], row["at_number"] = row.pop("sheet"), row.pop("number")
    link.execute(update(t.requests).where(there).values(columns), rows)


def as_story(row: Row[Any]) -> Story:
    """A row of the table `requests` as a story."""
    values = dict(row._mapping)
    del values["sheet"]
    for name in ("fields", "reopenings"):
        values[name] = json.loads(values[name])
    values["unsure"] = set(values["unsure"].split())
    return Story(**values)


def load_stories(link: Connection, sheet: int, numbers: Iterable[int]) -> dict[int, Story]:
    """The stories of these requests."""
    stories: dict[int, Story] = {}
    for part in chunks(sorted(numbers)):
        wanted = select(t.requests).where(t.requests.c.sheet == sheet, t.requests.c.number.in_(part))
        stories.update((row.number, as_story(row)) for row in link.execute(wanted))
    return stories


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists of at most `CHUNK`."""
    left = iter(items)
    while part := list(islice(left, CHUNK)):
        yield part
