"""Help for typing in a log that people made: it is added where there is none, and changes nothing that is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheetops.books.google.protect import protecting
from sheetops.books.google.read import State, TabState
from sheetops.books.google.service import Json, Service
from sheetops.books.google.tabs import highlight_rule, validation_rule
from sheetops.domain.tabs import Range
from sheetops.jobs.typing_help import TypingHelp

_CHECKS = "sheets(properties(sheetId),data(rowData(values(dataValidation(condition(type))))))"


def helping(service: Service, state: State, helps: Sequence[TypingHelp]) -> Iterator[Json]:
    """The requests that add drop-downs to columns without any check, colours to tabs without any, and warnings
    before a machine's column is typed into."""
    checked = _checked(service)
    for help_ in helps:
        tab = state.tab(help_.tab)
        if tab is None:
            continue
        for choice in help_.choices:
            if (tab.id, choice.on.first_column - 1) not in checked:
                yield {
                    "setDataValidation": {
                        "range": _block(tab, choice.on),
                        "rule": validation_rule(choice, help_.tab),
                    }
                }
        if not tab.highlights:
            for index, highlight in enumerate(help_.highlights):
                rule = highlight_rule(highlight, lambda on, tab=tab: _block(tab, on))  # type: ignore[misc]
                yield {"addConditionalFormatRule": {"rule": rule, "index": index}}
    yield from protecting(state)


def _checked(service: Service) -> set[tuple[int, int]]:
    """The columns (tab id, from 0) in which a cell has a check already."""
    return {
        (sheet["properties"].get("sheetId", 0), column)
        for sheet in service.get(_CHECKS).get("sheets", [])
        for block in sheet.get("data", [])
        for row in block.get("rowData", [])
        for column, cell in enumerate(row.get("values", []))
        if cell.get("dataValidation")
    }


def _block(tab: TabState, on: Range) -> Json:
    return {
        "sheetId": tab.id,
        "startRowIndex": on.first_row - 1,
        "endRowIndex": min(on.last_row, tab.rows),
        "startColumnIndex": on.first_column - 1,
        "endColumnIndex": on.last_column,
    }
