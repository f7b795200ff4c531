"""Reading a spreadsheet in two calls (three where formulas give numbers), however many rows it has.

The two answers must be of one moment: numbers, errors and formulas of the first are compared with the second,
and a person's edit in between only means that both are asked for again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sheetops.books.google.convert import DAY_FORMAT, MOMENT_FORMAT, at, from_json, same_json
from sheetops.books.google.service import Json, Service
from sheetops.domain.table import Grid, RawSheet
from sheetops.errors import SheetChanged

ANCHOR = "sheetops"  # key of the metadata that marks a row while it is being written
_TRIES = 4
_CELL = "userEnteredValue(formulaValue),effectiveValue(numberValue,errorValue(type)),userEnteredFormat(numberFormat)"
FIELDS = (
    "properties(title),namedRanges,developerMetadata(metadataId,metadataKey,metadataValue),"
    "sheets(properties(sheetId,title,index,sheetType,hidden,gridProperties(rowCount,columnCount)),merges,"
    "protectedRanges(range,unprotectedRanges,warningOnly,requestingUserCanEdit),charts(chartId),"
    "conditionalFormats(ranges(sheetId)),basicFilter(range),"
    f"data(rowData(values({_CELL})),rowMetadata(hiddenByFilter,hiddenByUser,developerMetadata(metadataKey))))"
)

Place = tuple[int, int]  # row and column, both from 0, as Google counts


@dataclass
class TabState:
    """One tab as Google told it."""

    id: int
    title: str
    rows: int  # of the grid, blank ones included
    columns: int
    hidden: bool
    values: list[list[Any]] = field(default_factory=list)
    formulas: dict[Place, str] = field(default_factory=dict)
    errors: set[Place] = field(default_factory=set)
    numbers: dict[Place, float] = field(default_factory=dict)
    formats: dict[Place, Json] = field(default_factory=dict)  # number formats, where a cell has one
    hidden_rows: frozenset[int] = frozenset()  # from 1
    merges: list[Json] = field(default_factory=list)
    protected: list[Json] = field(default_factory=list)  # ranges that this account may not edit
    guarded: set[int] = field(default_factory=set)  # columns (from 0) that some protection begins with
    charts: list[int] = field(default_factory=list)
    highlights: int = 0
    filtered: bool = False
    anchored: bool = False  # a run that died left its marks

    def row(self, index: int) -> list[Any]:
        """The values of a row (from 0), blank tail left out."""
        return self.values[index] if index < len(self.values) else []


@dataclass
class State:
    """A spreadsheet at one moment."""

    location: str
    title: str
    tabs: list[TabState]
    metadata: list[Json]  # of the spreadsheet itself
    named: list[Json]

    def tab(self, title: str) -> TabState | None:
        """The tab of this title; upper and lower case are one."""
        return next((tab for tab in self.tabs if tab.title.casefold() == title.casefold()), None)

    def raw(self) -> RawSheet:
        """What jobs read."""
        token = token_of([(tab.title, tab.values) for tab in self.tabs])
        return RawSheet(self.location, tuple(_grid(tab) for tab in self.tabs), token, self.title)


def token_of(tabs: list[tuple[str, list[list[Any]]]]) -> str:
    """What marks these values: it changes with any of them."""
    text = json.dumps(tabs, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_state(service: Service) -> State:
    """The spreadsheet as it is now. Raises SheetChanged where people edit faster than it can be read."""
    for _ in range(_TRIES):
        answer = service.get(FIELDS)
        listed = sorted(answer.get("sheets", []), key=lambda sheet: sheet["properties"].get("index", 0))
        tabs = [_tab(sheet) for sheet in listed if sheet["properties"].get("sheetType", "GRID") == "GRID"]
        found = read_values(service, [tab.id for tab in tabs])
        for tab in tabs:
            tab.values = found.get(tab.id, [])
        if len(found) == len(tabs) and all(_of_one_moment(tab) for tab in tabs):
            _find_dated_formulas(service, tabs)
            title = answer.get("properties", {}).get("title", "")
            return State(
                service.location,
                title,
                tabs,
                answer.get("developerMetadata", []),
                answer.get("namedRanges", []),
            )
    raise SheetChanged("people are editing it faster than it can be read", where=service.location)


def read_values(
    service: Service, tabs: list[int], dates: str = "SERIAL_NUMBER"
) -> dict[int, list[list[Any]]]:
    """The values of whole tabs by tab id."""
    if not tabs:
        return {}
    found = service.values([{"gridRange": {"sheetId": tab}} for tab in tabs], dates)
    return {
        filter_["gridRange"].get("sheetId", 0): item["valueRange"].get("values", [])
        for item in found
        for filter_ in item["dataFilters"]
    }


def _tab(sheet: Json) -> TabState:
    properties = sheet["properties"]
    grid = properties.get("gridProperties", {})
    tab = TabState(
        properties.get("sheetId", 0),
        properties["title"],
        grid.get("rowCount", 0),
        grid.get("columnCount", 0),
        bool(properties.get("hidden")),
        merges=sheet.get("merges", []),
        protected=[rule for rule in sheet.get("protectedRanges", []) if _forbids(rule)],
        guarded={
            rule.get("range", {}).get("startColumnIndex", -1) for rule in sheet.get("protectedRanges", [])
        },
        charts=[chart["chartId"] for chart in sheet.get("charts", [])],
        highlights=len(sheet.get("conditionalFormats", [])),
        filtered="basicFilter" in sheet,
    )
    for block in sheet.get("data", []):
        _read_block(tab, block)
    return tab


def _forbids(rule: Json) -> bool:
    return not rule.get("warningOnly") and not rule.get("requestingUserCanEdit")


def _read_block(tab: TabState, block: Json) -> None:
    lines = block.get("rowMetadata", [])
    tab.hidden_rows = frozenset(
        number
        for number, line in enumerate(lines, 1)
        if line.get("hiddenByFilter") or line.get("hiddenByUser")
    )
    tab.anchored = any(
        item.get("metadataKey") == ANCHOR for line in lines for item in line.get("developerMetadata", ())
    )
    for row, line in enumerate(block.get("rowData", [])):
        for column, cell in enumerate(line.get("values", ())):
            if cell:
                _read_cell(tab, (row, column), cell)


def _read_cell(tab: TabState, place: Place, cell: Json) -> None:
    formula = cell.get("userEnteredValue", {}).get("formulaValue")
    if formula is not None:
        tab.formulas[place] = formula
    effective = cell.get("effectiveValue", {})
    if "errorValue" in effective:
        tab.errors.add(place)
    if "numberValue" in effective:
        tab.numbers[place] = effective["numberValue"]
    number_format = cell.get("userEnteredFormat", {}).get("numberFormat")
    if number_format:
        tab.formats[place] = number_format


def _of_one_moment(tab: TabState) -> bool:
    """Whether structure and values agree; a formula's result may change by itself, what is typed may not."""
    typed = {
        (row, column): value
        for row, line in enumerate(tab.values)
        for column, value in enumerate(line)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
    places = (typed.keys() | tab.numbers.keys()) - tab.formulas.keys()
    return all(
        place in typed and place in tab.numbers and same_json(typed[place], tab.numbers[place])
        for place in places
    )


def _find_dated_formulas(service: Service, tabs: list[TabState]) -> None:
    """A formula's result may be a date by the cells it names: then Google renders it as text where asked for texts."""
    asked = {tab.id: [p for p in tab.formulas if p in tab.numbers and p not in tab.formats] for tab in tabs}
    wanted = [tab for tab in tabs if asked[tab.id]]
    if not wanted:
        return
    shown = read_values(service, [tab.id for tab in wanted], dates="FORMATTED_STRING")
    for tab in wanted:
        for row, column in asked[tab.id]:
            lines = shown.get(tab.id, [])
            if row < len(lines) and isinstance(at(lines[row], column), str) and at(lines[row], column):
                whole = float(tab.numbers[row, column]).is_integer()
                tab.formats[row, column] = DAY_FORMAT if whole else MOMENT_FORMAT


def _grid(tab: TabState) -> Grid:
    width = max(map(len, tab.values), default=0)
    rows = [
        [
            from_json(value, tab.formats.get((row, column), {}).get("type"), (row, column) in tab.errors)
            for column, value in enumerate(line)
        ]
        + [None] * (width - len(line))
        for row, line in enumerate(tab.values)
    ]
    return Grid(
        tab.title,
        rows,
        {(row + 1, column + 1): text for (row, column), text in tab.formulas.items()},
        tab.hidden_rows,
        tuple(_merged(tab)),
        not tab.hidden,
        gid=tab.id,
    )


def _merged(tab: TabState) -> Iterator[tuple[int, int, int, int]]:
    for merge in tab.merges:
        row0, row1, column0, column1 = box(merge, tab)
        yield row0 + 1, column0 + 1, row1, column1


def box(block: Json, tab: TabState) -> tuple[int, int, int, int]:
    """First and end row, first and end column (from 0, ends excluded) of a GridRange, whose open sides reach the edge."""
    return (
        block.get("startRowIndex", 0),
        block.get("endRowIndex", tab.rows),
        block.get("startColumnIndex", 0),
        block.get("endColumnIndex", tab.columns),
    )
