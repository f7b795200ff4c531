"""Cells of the People tab that say nothing the tool understands: told, since silence would send mails astray."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sheetops.domain.patterns import pattern
from sheetops.domain.people import People, people_header, says_whether_active
from sheetops.domain.table import Grid, Raw, as_text, cell_name
from sheetops.domain.template import HeaderMatch
from sheetops.domain.text import fold, nearest
from sheetops.domain.values import read_date
from sheetops.domain.weekdays import read_weekdays

_ADDRESS = pattern(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\]+\.[^@\s<>,;:\"()\[\]\\.]+")


class Odd(NamedTuple):
    """One cell that is not understood: where it is, under which column, and what may have been meant."""

    tab: str
    cell: str
    column: str
    value: str
    meant: str | None = None


def odd_people(grid: Grid | None, people: People, today: date) -> tuple[Odd, ...]:
    """The odd cells of a People tab, row by row; `people` are all that the tab and the settings name."""
    found = people_header(grid) if grid is not None else None
    return tuple(_odd(grid, *found, people, today)) if grid is not None and found is not None else ()


def _odd(grid: Grid, header: int, match: HeaderMatch, people: People, today: date) -> Iterator[Odd]:
    names = {fold(person.name): person.name for person in people.all if person.name}
    for row in range(header + 1, len(grid.rows) + 1):
        cells = {key: grid.cell(row, column) for key, column in match.columns.items()}
        if not any(as_text(cells.get(key)).strip() for key in ("department", "name")):
            continue
        for key, raw in cells.items():
            text = as_text(raw).strip()
            if text and not _understood(key, raw, text, people, today):
                meant = nearest(text, names) if key in ("manager", "deputy") else None
                shown = None if meant is None or fold(meant) == fold(text) else meant
                yield Odd(grid.name, cell_name(row, match.columns[key]), key, text, shown)


def _understood(key: str, raw: Raw, text: str, people: People, today: date) -> bool:
    if key == "email":
        return _ADDRESS.fullmatch(text) is not None
    if key in ("manager", "deputy"):
        return people.named(text) is not None
    if key == "away_until":
        return read_date(raw, today)[1] is None
    if key == "active":
        return says_whether_active(raw)
    if key == "workdays":
        return read_weekdays(text) is not None
    if key == "timezone":
        try:
            ZoneInfo(text)
        except (ValueError, OSError, KeyError):
            return False
    return True
