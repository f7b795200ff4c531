"""Marks on rows: developer metadata that Google moves with its row, through which a row is read and written.

They live only while a run writes: Google counts metadata against a limit of 30,000 characters a tab, which marks on
every row of a long log would break, and between two runs ID and fingerprint say who a row is.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from gspread.utils import a1_range_to_grid_range

from sheetops.books.google.convert import DATE_TYPES, at, format_for, same_json, to_json
from sheetops.books.google.read import ANCHOR, TabState
from sheetops.books.google.service import Json, Service
from sheetops.domain.plan import Write

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

    @property
    def written(self) -> frozenset[int]:
        """The columns (from 0) that are written."""
        return frozenset(write.column - 1 for write in self.writes)

    @property
    def filter(self) -> Json:
        """The data filter that means this row alone."""
        return {"developerMetadataLookup": {"metadataId": self.id}}

    def before(self, column: int) -> Any:
        """What the last whole look saw in a column of this row."""
        return at(self.tab.row(self.row), column)

    def unmoved(self) -> bool:
        """Whether the row found is the row that was seen, cell by cell."""
        return self.found is not None and all(
            same_json(at(self.found, k), self.before(k)) for k in self.known
        )

    def holds(self, write: Write) -> bool:
        """Whether the row found has what was to be written."""
        return self.found is not None and same_json(at(self.found, write.column - 1), to_json(write.edit.new))

    def data(self) -> Json:
        """What to send: the new values, null for every cell that stays."""
        row: list[Any] = [None] * max((write.column for write in self.writes), default=1)
        for write in self.writes:
            row[write.column - 1] = to_json(write.edit.new)
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


def formatting(rows: Sequence[Mark]) -> list[Json]:
    """The requests that let written dates show as dates, where a cell has no date format of its own."""
    wanted = sorted(
        (
            (mark.tab.id, write.column - 1, tuple(sorted(number_format.items())), mark.row)
            for mark in rows
            for write in mark.writes
            if (number_format := needed_format(mark, write)) is not None
        ),
    )
    requests = []
    for (tab, column, number_format), group in groupby(wanted, key=lambda item: item[:3]):
        for first, end in _runs([item[3] for item in group]):
            requests.append(format_cells(tab, first, end, column, dict(number_format)))
    return requests


def needed_format(mark: Mark, write: Write) -> dict[str, str] | None:
    """The number format to set, or None where the cell's own will do."""
    has = mark.tab.formats.get((mark.row, write.column - 1), {}).get("type")
    return None if has in DATE_TYPES else format_for(write.edit.new)


def format_cells(tab: int, first: int, end: int, column: int, number_format: Json | None) -> Json:
    """The request that gives cells of a column a number format; None takes it away."""
    block = {
        "sheetId": tab,
        "startRowIndex": first,
        "endRowIndex": end,
        "startColumnIndex": column,
        "endColumnIndex": column + 1,
    }
    cell = {"userEnteredFormat": {"numberFormat": number_format}} if number_format else {}
    return {"repeatCell": {"range": block, "cell": cell, "fields": "userEnteredFormat.numberFormat"}}


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring numbers as (first, end)."""
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        yield run[0], run[-1] + 1


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
