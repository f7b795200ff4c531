"""What helps a person type into a log that is there already: drop-downs and colours, where its columns stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sheetops.domain.lists_tab import LISTS_COLUMNS
from sheetops.domain.table import Grid, Table, column_letters
from sheetops.domain.tabs import Choice, Highlight, Range
from sheetops.domain.template import LISTS, find_header
from sheetops.domain.view import View


class TypingHelp(NamedTuple):
    """The help of one log tab."""

    tab: str
    choices: tuple[Choice, ...]
    highlights: tuple[Highlight, ...]


_ROOM = 200  # rows below a list's last value, so that what a team adds is offered at once


def typing_help(view: View) -> tuple[TypingHelp, ...]:
    """Drop-downs from the Lists tab, checks of dates, and the colours of what is overdue or resolved, by log tab."""
    lists = view.snapshot.known_tab("lists")
    sources = _sources(lists) if lists is not None else {}
    return tuple(
        TypingHelp(table.tab, tuple(_choices(table, sources)), tuple(_highlights(table)))
        for table in view.snapshot.tables
    )


def _sources(grid: Grid) -> Mapping[str, Range]:
    found = find_header(grid.rows, columns=LISTS_COLUMNS, at_least=1)
    if found is None:
        return {}
    row, match = found
    last = max(len(grid.rows), row) + _ROOM
    return {key: Range(row + 1, at, last, at, grid.name) for key, at in match.columns.items() if key in LISTS}


def _choices(table: Table, sources: Mapping[str, Range]) -> Iterator[Choice]:
    for key in table.columns:
        if key in sources:
            yield Choice(_down(table, key), source=sources[key])
        elif key in ("due", "resolved"):
            yield Choice(_down(table, key), kind="date")


def _highlights(table: Table) -> Iterator[Highlight]:
    if not {"due", "resolved"} <= table.columns.keys():
        return
    due, resolved = (
        f"${column_letters(table.columns[key])}{table.header_row + 1}" for key in ("due", "resolved")
    )
    overdue = f'AND(ISNUMBER({due}),{resolved}="",{due}<TODAY())'
    for key in ("id", "due"):
        if key in table.columns:
            yield Highlight(_down(table, key), overdue, "error")
    first, last = min(table.columns.values()), max(table.columns.values())
    rows = Range(table.header_row + 1, first, _LAST, last)
    yield Highlight(rows, f'{resolved}<>""', "muted")


_LAST = 10_000_000  # a tab's rows at the most; the book ends the block where its tab ends


def _down(table: Table, key: str) -> Range:
    column = table.columns[key]
    return Range(table.header_row + 1, column, _LAST, column)
