"""Guarding the columns that a job fills: a person is warned before typing into one, and may still do so."""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.books.google.read import State
from sheetops.books.google.service import Json
from sheetops.domain.table import take_snapshot
from sheetops.domain.template import BY_KEY
from sheetops.errors import HeaderNotFound

NOTE = "sheetops fills this column"


def protecting(state: State) -> Iterator[Json]:
    """The requests that guard every machine column of the request logs, where none guards it yet."""
    try:
        tables = take_snapshot(state.raw()).tables
    except HeaderNotFound:
        return
    for table in tables:
        tab = state.tab(table.tab)
        if tab is None:
            continue
        for key, column in table.columns.items():
            if not BY_KEY[key].by_job or column - 1 in tab.guarded:
                continue
            block = {
                "sheetId": tab.id,
                "startRowIndex": table.header_row,
                "startColumnIndex": column - 1,
                "endColumnIndex": column,
            }
            rule = {"range": block, "description": NOTE, "warningOnly": True}
            yield {"addProtectedRange": {"protectedRange": rule}}
