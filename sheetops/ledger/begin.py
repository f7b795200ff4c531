"""The first sight of requests, in bulk: a sheet that was never seen may bring a hundred thousand at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from sheetops.ledger.asleep import add_beginnings
from sheetops.ledger.life import Story
from sheetops.ledger.prints import Print, print_as_bytes
from sheetops.ledger.seeing import AT_ONCE, CORE, SeenTable, core_of
from sheetops.ledger.taken import forgotten


class Look(NamedTuple):
    """When and by which run the sheet was looked at, and the day of the look before (blank: there was none)."""

    sheet: int
    run: int
    moment: str
    before: str


as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_as_sorted_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
Lost = Collection[
    tuple[str, str]
]  # (key, field) of customers and descriptions that are gone since the last look


def begin(
    link: Connection, look: Look, table: SeenTable, indexes: Sequence[int], first: int, lost: Lost
) -> None:
    """Write the first sight of the rows at `indexes`, numbered from `first` on."""
    for start in range(0, len(indexes), AT_ONCE):
        part = indexes[start : start + AT_ONCE]
        if part[-1] - part[0] == len(part) - 1:
            part = range(part[0], part[-1] + 1)  # one after the other
        prints = [mark for index in part if (mark := table.print_of(index)) is not None]
        columns = table.part(part).field_columns()
        written = {
            str(at): sorted(table.written[index]) for at, index in enumerate(part) if index in table.written
        }
        # Rows that were seen before and forgotten, and perhaps such as were deleted and typed anew.
        unsure = _seen_before(link, look, prints)
        for key in CORE if lost else ():
            if key in columns:
                texts = columns[key].texts()
                unsure.update(at for at, text in enumerate(texts) if (key, text) in lost)
        place = {
            "sheet": look.sheet,
            "first": first + start,
            "run": look.run,
            "tab": table.table.tab,
            "before": look.before,
        }
        add_beginnings(link, place, prints, columns, written, sorted(unsure))


def _seen_before(link: Connection, look: Look, prints: Sequence[Print]) -> set[int]:
    if not look.before:
        return set()
    known = forgotten(link, look.sheet, (mark[-1] for mark in prints))
    return {at for at, mark in enumerate(prints) if mark[-1] in known} if known else set()


def as_row(sheet: int, story: Story) -> dict[str, Any]:
    """A story as a row of the table `requests`."""
    return {
        "sheet": sheet,
        "number": story.number,
        "identifier": story.identifier,
        "tab": story.tab,
        "print": print_as_bytes(story.print),
        "core_print": core_of(story.fields),
        "fields": _as_sorted_json(story.fields),
        "first_seen": story.first_seen,
        "first_response": story.first_response,
        "resolved_seen": story.resolved_seen,
        "reopened": story.reopened,
        "reopenings": as_json(story.reopenings) if story.reopenings else "[]",
        "due_changes": story.due_changes,
        "owner_changes": story.owner_changes,
        "last_progress": story.last_progress,
        "touched": story.touched,
        "gone": story.gone,
        "unsure": " ".join(sorted(story.unsure)),
    }
