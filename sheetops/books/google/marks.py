"""Marks on rows: developer metadata that Google moves with its row, through which a row is read and written.

They live only while a run writes: Google counts metadata against a limit of 30,000 characters a tab, which marks on
every row of a long log would break, and between two runs ID and fingerprint say who a row is.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from gspread.utils import a1_range_to_grid_range

from sheetops.books.google.convert import DATE_TYPES, at, same_json, to_json
from sheetops.books.google.read import ANCHOR, TabState
from sheetops.books.google.service import Json, Service
from sheetops.domain.plan import Write
from sheetops.domain.table import NEW_ROW

_LOWEST, _HIGHEST = 100_000_000, 2_147_000_000  # of the ids that Google takes (int32)


@dataclass(eq=False)
class Mark:
    """One marked row: where it was seen, what is to be written into it, and what was found through the mark."""

    id: int
    tab: TabState
    row: int  # from 0, as the last whole look saw it
    known: tuple[int, ...]  # columns (from 0) by which the row is known again
    writes: tuple[Write, ...] = ()  # none: the header row
    found: list[Any] | None = None  # the row's values; None when the row is gone
    place: int = -1  # the row's index as last found
    lost: bool = False  # the row was not there, was another, or refused what was sent
    unread: tuple[Write, ...] = ()  # typed, and not understood as meant

    @property
    def written(self) -> frozenset[int]:
        """The columns (from 0) that are written."""
        return frozenset(write.column - 1 for write in self.writes)

    @property
    def added(self) -> bool:
        """Whether the row is one to be added, blank until now."""
        return any(write.edit.ref.row == NEW_ROW for write in self.writes)

    @property
    def filter(self) -> Json:
        """The data filter that means this row alone."""
        return {"developerMetadataLookup": {"metadataId": self.id}}

    def before(self, column: int) -> Any:
        """What the last whole look saw in a column of this row, or what was written since."""
        return at(self.tab.row(self.row), column)

    def note_made(self) -> None:
        """Let the tab's state say what now stands in the written cells, as the next look would."""
        values = self.tab.values
        values.extend([] for _ in range(self.row + 1 - len(values)))  # a row that is added is beyond them
        row = values[self.row]
        row.extend([""] * (max((write.column for write in self.writes), default=0) - len(row)))
        for write in self.writes:
            row[write.column - 1] = at(self.found or [], write.column - 1)

    def resembles(self, row: Sequence[Any], written: Collection[int] = ()) -> bool:
        """Whether more than half of the known cells that were not `written` are as in `row`."""
        others = [k for k in self.known if k not in written]
        return 2 * sum(same_json(at(self.found or [], k), at(row, k)) for k in others) > len(others)

    def note_seen(self) -> None:
        """Let the tab's state hold what was seen through the mark since, where that still is the same row."""
        row = self.tab.row(self.row)
        if self.found is not None and row and self.resembles(row):
            self.tab.values[self.row] = list(self.found)

    def part(self, writes: Sequence[Write]) -> Mark:
        """The same row with these writes only."""
        return replace(self, writes=tuple(writes))

    def needs_format(self, write: Write) -> bool:
        """Whether a date written as a number would show as a number."""
        has = self.tab.formats.get((self.row, write.column - 1), {}).get("type")
        return has not in DATE_TYPES and isinstance(write.edit.new, date)

    def to_type(self) -> list[Write]:
        """What is to be typed: dates that need a format, and with such a date all of a row that is added, so that
        the row comes whole or not at all."""
        dates = [write for write in self.writes if self.needs_format(write)]
        return list(self.writes) if self.added and dates else dates

    def unmoved(self) -> bool:
        """Whether the row found is the row that was seen, cell by cell."""
        return self.found is not None and all(
            same_json(at(self.found, k), self.before(k)) for k in self.known
        )

    def holds(self, write: Write) -> bool:
        """Whether the row found has what was to be written."""
        return self.found is not None and same_json(at(self.found, write.column - 1), to_json(write.edit.new))

    def data(self, option: str) -> Json:
        """What to send: the new values, null for every cell that stays.

        Typed (USER_ENTERED) dates are ISO texts, which Google gives a date format where a cell has none; typed
        texts begin with an apostrophe, which keeps them as they are and is not shown.
        """
        row: list[Any] = [None] * max((write.column for write in self.writes), default=1)
        for write in self.writes:
            new = write.edit.new
            typed = option == "USER_ENTERED"
            if typed and isinstance(new, date):
                row[write.column - 1] = str(new)
            else:
                row[write.column - 1] = f"'{new}" if typed and isinstance(new, str) else to_json(new)
        return {"dataFilter": self.filter, "majorDimension": "ROWS", "values": [row]}


@dataclass
class Marks:
    """The rows of one chunk and the header rows of their tabs."""

    rows: list[Mark]
    headers: dict[int, Mark] = field(default_factory=dict)  # by tab id

    def all(self) -> Iterator[Mark]:
        """Headers first."""
        yield from self.headers.values()
        yield from self.rows


def new_ids(count: int) -> Iterator[int]:
    """Ids in a row from a random one: a clash makes Google refuse the whole batch, and the next try has others."""
    first = random.randrange(_LOWEST, _HIGHEST - count)
    return iter(range(first, first + count))


def marking(marks: Iterable[Mark]) -> list[Json]:
    """The requests that set the marks."""
    return [
        {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataId": mark.id,
                    "metadataKey": ANCHOR,
                    "location": {
                        "dimensionRange": {
                            "sheetId": mark.tab.id,
                            "dimension": "ROWS",
                            "startIndex": mark.row,
                            "endIndex": mark.row + 1,
                        }
                    },
                    "visibility": "DOCUMENT",
                }
            }
        }
        for mark in marks
    ]


def look(service: Service, marks: Sequence[Mark]) -> None:
    """Read the marked rows through their marks."""
    take(
        marks,
        ((item["valueRange"], item["dataFilters"]) for item in service.values([m.filter for m in marks])),
    )


def take(marks: Sequence[Mark], answers: Iterable[tuple[Json, Sequence[Json]]]) -> None:
    """Note what an answer says about each mark; one that is not spoken of is gone."""
    by_id = {mark.id: mark for mark in marks}
    for mark in marks:
        mark.found = None
    for values, filters in answers:
        for filter_ in filters:
            mark = by_id[filter_["developerMetadataLookup"]["metadataId"]]
            rows = values.get("values", [])
            mark.found = rows[0] if rows else []
            place = a1_range_to_grid_range(values["range"].rpartition("!")[2])
            mark.place = place.get("startRowIndex", 0)
