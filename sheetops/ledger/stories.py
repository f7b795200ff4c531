"""The lives of requests as rows of the table `requests`, many at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from sheetops.ledger import tables as t
from sheetops.ledger.asleep import Beginnings
from sheetops.ledger.begin import as_row
from sheetops.ledger.bulk import chunks, insert_many, update_many
from sheetops.ledger.life import Story
from sheetops.ledger.prints import print_from_bytes
from sheetops.ledger.sights import by_part


def write_stories(link: Connection, sheet: int, stories: Sequence[Story]) -> None:
    """Write derived lives: over the rows that are there, or as new rows where they slept."""
    woken = [as_row(sheet, story) for story in stories if story.asleep]
    if woken:
        insert_many(link, t.requests, woken)
    rows = [as_row(sheet, story) for story in stories if not story.asleep]
    if rows:
        update_many(link, t.requests, rows, ("sheet", "number"))


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
    link: Connection, sheet: int, numbers: Iterable[int], awake: Collection[int], asleep: Sequence[Beginnings]
) -> dict[int, Story]:
    """The stories of these requests; `awake` are those that have rows of their own, among others.

    `asleep` are the first sights where the others are.
    """
    stories: dict[int, Story] = {}
    left = sorted(numbers)
    for some in chunks(number for number in left if number in awake):
        wanted = select(t.requests).where(t.requests.c.sheet == sheet, t.requests.c.number.in_(some))
        stories.update((row.number, as_story(row)) for row in link.execute(wanted))
    for part, some in by_part(asleep, [number for number in left if number not in stories]):
        stories.update(zip(some, part.stories(some), strict=True))
    return stories
