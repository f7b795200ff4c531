"""Which requests had an ID once that they have no more: it was changed, emptied or undone."""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from sheetops.ledger import tables as t
from sheetops.ledger.asking import LifeStory, story_of
from sheetops.ledger.sights import beginnings


def earlier_stories(link: Connection, identifier: str, sheet: int | None = None) -> list[LifeStory]:
    """Every request that had this ID at some look, in the sheets known or in one; in the order of their numbers."""
    places = dict(map(tuple, link.execute(select(t.sheets.c.number, t.sheets.c.place))))
    sheets = sorted(places) if sheet is None else [sheet]
    return [
        story_of(link, of_sheet, number, places[of_sheet])
        for of_sheet in sheets
        for number in _once_named(link, of_sheet, identifier)
    ]


def _once_named(link: Connection, sheet: int, identifier: str) -> list[int]:
    found: set[int] = set()
    for part in beginnings(link, sheet):
        found.update(at for at, text in enumerate(part.texts("id"), part.first) if text == identifier)
    quoted = json.dumps(identifier, ensure_ascii=False)  # as changes are written
    wanted = select(t.changes.c.request, t.changes.c.what).where(
        t.changes.c.sheet == sheet, t.changes.c.what.contains(f'"id":{quoted}', autoescape=True)
    )
    for number, what in link.execute(wanted):
        if json.loads(what).get("f", {}).get("id") == identifier:
            found.add(number)
    return sorted(found)
