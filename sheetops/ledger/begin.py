"""The first sight of requests, in bulk: a sheet that was never seen may bring a hundred thousand at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, insert

from sheetops.ledger import tables as t
from sheetops.ledger.life import Change, Story
from sheetops.ledger.prints import base64_of, mapped
from sheetops.ledger.seeing import AT_ONCE, CORE, SeenTable

_OWN = ("sheet", "number", "identifier", "tab", "print", "person_print", "core_print", "fields")
_SHARED = tuple(column.name for column in t.requests.columns if column.name not in _OWN)
_CHANGE_NAMES = tuple(column.name for column in t.changes.columns)


class Look(NamedTuple):
    """When and by which run the sheet was looked at, and the day of the look before (blank: there was none)."""

    sheet: int
    run: int
    moment: str
    before: str


Lost = Collection[
    tuple[str, str]
]  # (key, field) of customers and descriptions that are gone since the last look


def begin(
    link: Connection, look: Look, table: SeenTable, indexes: Sequence[int], first: int, lost: Lost
) -> None:
    """Write the first change and the life of the rows at `indexes`, numbered from `first` on."""
    lives = _Lives(look, table.table.tab)
    for start in range(0, len(indexes), AT_ONCE):
        part = indexes[start : start + AT_ONCE]
        made = list(_beginnings(look, table, part, first + start, lost, lives))
        insert_rows(link, t.changes, _CHANGE_NAMES, [change for change, _ in made])
        insert_rows(link, t.requests, _OWN + _SHARED, [life for _, life in made])


class _Lives:
    """What a life is at its first sight. It follows from few fields, so it is told once for all rows alike in them."""

    def __init__(self, look: Look, tab: str) -> None:
        self._look, self._tab = look, tab
        self._known: dict[tuple[str, bool, bool], tuple[Any, ...]] = {}

    def of(self, resolved: str, answered: bool, unsure: bool) -> tuple[Any, ...]:
        """The values of a row of the table `requests` under the names in `_SHARED`."""
        key = resolved, answered, unsure
        known = self._known.get(key)
        if known is None:
            told = {"resolved": resolved, "result": "#" if answered else ""}
            fields = {name: text for name, text in told.items() if text}
            change: Change = {"new": self._look.before, "tab": self._tab, "f": fields}
            if unsure:
                change["u"] = ["first_seen"]
            story = Story(0)
            story.add(self._look.moment, change)
            row = as_row(self._look.sheet, story)
            known = self._known[key] = tuple(row[name] for name in _SHARED)
        return known


def _beginnings(
    look: Look, table: SeenTable, indexes: Sequence[int], first: int, lost: Lost, lives: _Lives
) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """The rows of the tables `changes` and `requests`; the texts are what `json.dumps` would make."""
    seen = table.part(indexes)
    columns = seen.field_columns()
    pieces = [_pieces(key, texts) for key, texts in columns.items()]
    nothing = [""] * len(indexes)
    same = [columns.get(key, nothing) for key in ("id", "resolved", "result")]
    marks = (
        [table.prints[index] for index in indexes],
        seen.person_prints(),
        seen.core_prints(),
    )
    head = f'{{"new":{encode_basestring(look.before)},"tab":{encode_basestring(table.table.tab)},"p":['
    cores = [[(key, text) for text in columns[key]] for key in CORE if key in columns] if lost else []
    rows = zip(indexes, zip(*pieces, strict=True), *same, *marks, _told(*marks), strict=True)
    for at, (index, cells, identifier, resolved, result, row, person, core, told) in enumerate(rows):
        fields = f"{{{','.join(filter(None, cells))}}}"
        unsure = bool(cores) and any(
            column[at] in lost for column in cores
        )  # perhaps a row deleted and typed anew
        tail = f',"j":{json.dumps(sorted(table.written[index]))}' if index in table.written else ""
        tail += ',"u":["first_seen"]' if unsure else ""
        own = (look.sheet, first + at, identifier or None, table.table.tab, row, person, core, fields)
        yield (
            (look.sheet, first + at, look.run, f'{head}{told}],"f":{fields}{tail}}}'),
            own + lives.of(resolved, bool(result), unsure),
        )


def _pieces(key: str, texts: list[str]) -> list[str]:
    """Each field as it stands in the JSON of all."""
    before = f'"{key}":'
    return mapped(texts, lambda some: [before + encode_basestring(text) if text else "" for text in some])


def _told(rows: list[bytes], persons: list[bytes], cores: list[bytes | None]) -> Iterator[str]:
    """The three prints of each row as a change carries them (life.prints)."""
    told = iter(base64_of([core for core in cores if core]))
    for row, person, core in zip(base64_of(rows), base64_of(persons), cores, strict=True):
        yield f'"{row}","{person}","{next(told) if core else ""}"'


def as_row(sheet: int, story: Story) -> dict[str, Any]:
    """A story as a row of the table `requests`."""
    return {
        "sheet": sheet,
        "number": story.number,
        "identifier": story.identifier,
        "tab": story.tab,
        "print": story.print,
        "person_print": story.person_print,
        "core_print": story.core_print,
        "fields": json.dumps(story.fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        "first_seen": story.first_seen,
        "first_response": story.first_response,
        "resolved_seen": story.resolved_seen,
        "reopened": story.reopened,
        "reopenings": json.dumps(story.reopenings, separators=(",", ":")),
        "due_changes": story.due_changes,
        "owner_changes": story.owner_changes,
        "last_progress": story.last_progress,
        "touched": story.touched,
        "gone": story.gone,
        "unsure": " ".join(sorted(story.unsure)),
    }


def insert_rows(link: Connection, table: Table, names: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    """Insert rows given as tuples in the order of `names`."""
    if not rows:
        return
    if link.dialect.name == "sqlite":  # without a dict and a type's processor for every value: twice as fast
        marks = ",".join("?" * len(names))
        link.exec_driver_sql(f"INSERT INTO {table.name} ({','.join(names)}) VALUES ({marks})", rows)
    else:
        link.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
