"""Remember the rows of one look: what differs from the look before, and the lives that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableSequence, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from sheetops.ledger import tables as t
from sheetops.ledger.begin import Look, as_json, begin
from sheetops.ledger.bulk import insert_many
from sheetops.ledger.last_look import LastLook
from sheetops.ledger.life import Change, Story, mark
from sheetops.ledger.matching import Known
from sheetops.ledger.placing import NOTHING_BEFORE, Before, place_rows
from sheetops.ledger.seeing import CORE, Place, Seen, SeenTable
from sheetops.ledger.stories import load_stories, write_stories


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
    before: Before = NOTHING_BEFORE,
) -> Remembered:
    """Write what differs from the last look; `there` are the tabs of the sheet.

    A tab that is still there but was not read (other settings) says nothing about its requests.
    """
    numbers, matched, gone, new, awake, asleep = place_rows(link, look.sheet, tables, last, before)
    missing = [was for was in matched.missing if was.tab in tables or was.tab not in there]
    differing = [
        (row, was)
        for row, was in matched.pairs
        if row.print != was.print or row.place.tab != was.tab or was.number in gone
    ]
    touched = {was.number for _, was in differing} | {was.number for was in missing} | matched.guessed
    stories = load_stories(link, look.sheet, touched, awake, asleep)
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
        table, before = tables[row.place.tab], story.fields
        others = {key for key, _ in now.items() ^ before.items()} & table.columns.keys()
        differ = {
            key: now.get(key)
            for key in sorted(others)
            if key in row.written
            or not table.still_says(row.index, key, before.get(key), was.print, row.print)
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
        what = as_json(change)
        told.append({"sheet": look.sheet, "request": story.number, "run": look.run, "what": what})
    insert_many(link, t.changes, told)
    write_stories(link, look.sheet, [story for story, _ in changes])
