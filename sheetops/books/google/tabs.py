"""Putting whole tabs: cells, looks, help for typing and charts, in one batch; a tab keeps its sheetId and so its links."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from json import dumps

from sheetops.books.google.charts import add_chart
from sheetops.books.google.convert import to_json
from sheetops.books.google.lock import JobLock
from sheetops.books.google.look import cell_format, colour, highlight_format
from sheetops.books.google.read import State, TabState, read_state
from sheetops.books.google.service import PAYLOAD, Json, OutcomeUnknown, Refused, Service
from sheetops.domain.table import as_text, column_letters
from sheetops.domain.tabs import Cell, Choice, Highlight, Range, Tab
from sheetops.errors import ServiceUnreachable, TabRefused

_TRIES = 4
_ROWS_A_REQUEST = 400
_CHARACTER_PIXELS, _POINT_PIXELS = 7.0, 96 / 72
_SPARE_ROWS, _LEAST_COLUMNS = 20, 8
_WRITTEN = "userEnteredValue,note"
_CLEARED = f"{_WRITTEN},userEnteredFormat,dataValidation,textFormatRuns"
_PLAIN = Cell()


def put_tabs(service: Service, lock: JobLock, state: State, tabs: Sequence[Tab]) -> dict[int, str]:
    """Make the spreadsheet's tabs of these names look as told; gives their ids and titles.

    A put whose outcome is unknown, or that meets a tab which a person changed, is made anew from a fresh look:
    putting a tab twice leaves what putting it once does. Raises TabRefused and ServiceUnreachable.
    """
    for left in reversed(range(_TRIES)):
        ids = {tab.name: _id_for(tab, state) for tab in tabs}
        try:
            for batch in _batches(request for tab in tabs for request in _requests(tab, state, ids)):
                service.batch([*lock.renewal(), *batch])
            return {ids[tab.name]: _title(tab, state) for tab in tabs}
        except (OutcomeUnknown, Refused) as error:
            lock.check()
            if not left:
                if isinstance(error, OutcomeUnknown):
                    raise ServiceUnreachable(
                        "Google Sheets does not answer", where=service.location
                    ) from error
                raise TabRefused(error.what, where=service.location) from error
            state = read_state(service)
    raise AssertionError("the last try returns or raises")


def _id_for(tab: Tab, state: State) -> int:
    there = state.tab(tab.name)
    return there.id if there else random.randrange(1, 2**31 - 1)


def _title(tab: Tab, state: State) -> str:
    there = state.tab(tab.name)
    return there.title if there else tab.name


def _batches(requests: Iterator[Json]) -> Iterator[list[Json]]:
    """Requests in order, as many together as fit into one call."""
    batch: list[Json] = []
    size = 0
    for request in requests:
        more = len(dumps(request, ensure_ascii=False).encode())
        if batch and size + more > PAYLOAD:
            yield batch
            batch, size = [], 0
        batch.append(request)
        size += more
    if batch:
        yield batch


def _requests(tab: Tab, state: State, ids: Mapping[str, int]) -> Iterator[Json]:
    """All that makes one tab, in order: room, a clean page, cells, then what lies over them."""
    sheet_id = ids[tab.name]
    there = state.tab(tab.name)
    grid_of = _grids(state, ids, tab.name)
    if there is None:
        yield {"addSheet": {"properties": {"sheetId": sheet_id, **_properties(tab, None), "title": tab.name}}}
    else:
        yield from _cleaned(tab, there, state)
    yield from _cells(tab, sheet_id, ids, state)
    yield from _spans(tab, sheet_id)
    yield from _sizes(tab, sheet_id)
    for column, style in tab.column_styles:
        block = Range(len(tab.rows) + 1, column, _size(tab, there)[0], column)
        cell = {"userEnteredFormat": cell_format(style)}
        yield {"repeatCell": {"range": grid_of(block), "cell": cell, "fields": "userEnteredFormat"}}
    if tab.filter:
        yield {"setBasicFilter": {"filter": {"range": grid_of(tab.filter)}}}
    for choice in tab.choices:
        yield {"setDataValidation": {"range": grid_of(choice.on), "rule": validation_rule(choice, tab.name)}}
    shown = [h for h in tab.highlights if "!" not in h.formula]  # Google's rules see no other tab
    for index, highlight in enumerate(shown):
        rule = highlight_rule(highlight, grid_of)
        yield {"addConditionalFormatRule": {"rule": rule, "index": index}}
    for name, block in tab.names:
        yield {"addNamedRange": {"namedRange": {"name": name, "range": grid_of(block)}}}
    for chart in tab.charts:
        request = add_chart(chart, tab, sheet_id, grid_of)
        if request:
            yield request


def _grids(state: State, ids: Mapping[str, int], own: str) -> Callable[[Range], Json]:
    def grid_of(block: Range) -> Json:
        name = block.tab or own
        there = state.tab(name)
        sheet_id = ids.get(name, there.id if there else None)
        if sheet_id is None:
            raise TabRefused(f"there is no tab called {name}", where=own)
        return {
            "sheetId": sheet_id,
            "startRowIndex": block.first_row - 1,
            "endRowIndex": block.last_row,
            "startColumnIndex": block.first_column - 1,
            "endColumnIndex": block.last_column,
        }

    return grid_of


def _size(tab: Tab, there: TabState | None) -> tuple[int, int]:
    """Rows and columns that the tab needs, and never fewer than it has."""
    blocks = [c.on for c in tab.choices] + [h.on for h in tab.highlights] + [b for _, b in tab.names]
    blocks += [tab.filter] if tab.filter else []
    own = [block for block in blocks if block.tab in (None, tab.name)]
    charts = [(c.row + _SPARE_ROWS, c.column + _LEAST_COLUMNS) for c in tab.charts]
    rows = [len(tab.rows) + 1, tab.frozen[0] + 1, *(b.last_row for b in own), *(row for row, _ in charts)]
    columns = [
        *(len(row) for row in tab.rows),
        *(b.last_column for b in own),
        *(column for _, column in charts),
        *(column for column, _ in tab.column_styles),
        len(tab.widths),
        tab.frozen[1] + 1,
        _LEAST_COLUMNS,
    ]
    return max(*rows, there.rows if there else 0), max(*columns, there.columns if there else 0)


def _properties(tab: Tab, there: TabState | None) -> Json:
    rows, columns = _size(tab, there)
    made: Json = {
        "gridProperties": {
            "rowCount": rows,
            "columnCount": columns,
            "frozenRowCount": tab.frozen[0],
            "frozenColumnCount": tab.frozen[1],
            "hideGridlines": not tab.gridlines,
        }
    }
    if tab.colour:
        made["tabColorStyle"] = colour(tab.colour)
    return made


def _cleaned(tab: Tab, there: TabState, state: State) -> Iterator[Json]:
    whole = {"sheetId": there.id}
    if there.filtered:
        yield {"clearBasicFilter": whole}
    if there.merges:
        yield {"unmergeCells": {"range": whole}}
    for _ in range(there.highlights):
        yield {"deleteConditionalFormatRule": {"sheetId": there.id, "index": 0}}
    for chart in there.charts:
        yield {"deleteEmbeddedObject": {"objectId": chart}}
    for named in state.named:
        if named.get("range", {}).get("sheetId", 0) == there.id and any(
            named["name"] == n for n, _ in tab.names
        ):
            yield {"deleteNamedRange": {"namedRangeId": named["namedRangeId"]}}
    properties = {"sheetId": there.id, **_properties(tab, there)}
    fields = (
        "gridProperties(rowCount,columnCount,frozenRowCount,frozenColumnCount,hideGridlines),tabColorStyle"
    )
    yield {"updateSheetProperties": {"properties": properties, "fields": fields}}
    yield {"updateCells": {"range": whole, "fields": _CLEARED}}


def _cells(tab: Tab, sheet_id: int, ids: Mapping[str, int], state: State) -> Iterator[Json]:
    """Values and notes row by row; then looks, one request for each stretch of a column that looks alike."""
    gids = {each.title.casefold(): each.id for each in state.tabs} | {n.casefold(): i for n, i in ids.items()}
    for first in range(0, len(tab.rows), _ROWS_A_REQUEST):
        block = tab.rows[first : first + _ROWS_A_REQUEST]
        rows = [{"values": [_cell(cell, tab.name) for cell in row]} for row in block]
        start = {"sheetId": sheet_id, "rowIndex": first, "columnIndex": 0}
        yield {"updateCells": {"start": start, "rows": rows, "fields": _WRITTEN}}
    for column in range(max(map(len, tab.rows), default=0)):
        looks = [_look(row[column], tab.name, gids) if column < len(row) else None for row in tab.rows]
        first = 0
        for look, alike in groupby(looks):
            end = first + len(list(alike))
            if look is not None:
                yield _painted(sheet_id, first, end, column, look)
            first = end


def _painted(sheet_id: int, first: int, end: int, column: int, look: Json) -> Json:
    block = {
        "sheetId": sheet_id,
        "startRowIndex": first,
        "endRowIndex": end,
        "startColumnIndex": column,
        "endColumnIndex": column + 1,
    }
    return {
        "repeatCell": {"range": block, "cell": {"userEnteredFormat": look}, "fields": "userEnteredFormat"}
    }


def _cell(cell: Cell, own: str) -> Json:
    made: Json = {} if cell.value is None else {"userEnteredValue": _value(cell, own)}
    if cell.note:
        made["note"] = cell.note
    return made


def _look(cell: Cell, own: str, gids: Mapping[str, int]) -> Json | None:
    """The format of a cell, its link included; None for one that draws nothing."""
    if cell == _PLAIN:
        return None
    look = cell_format(cell.style, cell.value)
    address = _address(cell, own, gids)
    return {**look, "textFormat": {**look["textFormat"], "link": {"uri": address}}} if address else look


def _value(cell: Cell, where: str) -> Json:
    if isinstance(cell.value, str):
        formula = cell.formula and cell.value.startswith("=")
        try:
            return {"formulaValue" if formula else "stringValue": to_json(as_text(cell.value))}
        except ValueError as error:
            raise TabRefused(str(error), where=where) from None
    value = to_json(cell.value)
    return {"boolValue": value} if isinstance(value, bool) else {"numberValue": value}


def _address(cell: Cell, own: str, gids: Mapping[str, int]) -> str | None:
    if cell.link is None:
        return None
    if cell.link.url is not None:
        return cell.link.url
    gid = gids.get((cell.link.tab or own).casefold())
    return f"#gid={gid}&range={cell.link.cell or 'A1'}" if gid is not None else None


def _spans(tab: Tab, sheet_id: int) -> Iterator[Json]:
    for row, cells in enumerate(tab.rows):
        for column, cell in enumerate(cells):
            if cell.span > 1:
                block = {
                    "sheetId": sheet_id,
                    "startRowIndex": row,
                    "endRowIndex": row + 1,
                    "startColumnIndex": column,
                    "endColumnIndex": column + cell.span,
                }
                yield {"mergeCells": {"range": block, "mergeType": "MERGE_ALL"}}


def _sizes(tab: Tab, sheet_id: int) -> Iterator[Json]:
    for column, width in enumerate(tab.widths):
        yield _sized(sheet_id, "COLUMNS", column, width * _CHARACTER_PIXELS + 5)
    for row, height in tab.heights:
        yield _sized(sheet_id, "ROWS", row - 1, height * _POINT_PIXELS)


def _sized(sheet_id: int, dimension: str, index: int, pixels: float) -> Json:
    span = {"sheetId": sheet_id, "dimension": dimension, "startIndex": index, "endIndex": index + 1}
    properties = {"pixelSize": max(2, round(pixels))}
    return {"updateDimensionProperties": {"range": span, "properties": properties, "fields": "pixelSize"}}


def validation_rule(choice: Choice, own: str) -> Json:
    """A drop-down or another check, as Google has it."""
    made: Json = {"condition": _condition(choice, own), "strict": choice.strict, "showCustomUi": True}
    if choice.prompt:
        made["inputMessage"] = choice.prompt
    return made


def _condition(choice: Choice, own: str) -> Json:
    from sheetops.domain.values import FIRST_YEAR, LAST_YEAR

    if choice.kind == "date":
        bounds = [f"{choice.minimum or FIRST_YEAR}-01-01", f"{choice.maximum or LAST_YEAR}-12-31"]
        kind = "DATE_BETWEEN"
    elif choice.kind == "whole":
        bounds = [str(choice.minimum or 0), str(2**31 if choice.maximum is None else choice.maximum)]
        kind = "NUMBER_BETWEEN"
    elif choice.source is not None:
        kind, bounds = "ONE_OF_RANGE", [f"={_absolute(choice.source, own)}"]
    else:
        kind, bounds = "ONE_OF_LIST", list(choice.values)
    return {"type": kind, "values": [{"userEnteredValue": text} for text in bounds]}


def _absolute(block: Range, own: str) -> str:
    from gspread.utils import absolute_range_name

    first = f"${column_letters(block.first_column)}${block.first_row}"
    return absolute_range_name(
        block.tab or own, f"{first}:${column_letters(block.last_column)}${block.last_row}"
    )


def highlight_rule(highlight: Highlight, grid_of: Callable[[Range], Json]) -> Json:
    """A live conditional format, as Google has it."""
    formula = f"={highlight.formula.removeprefix('=')}"
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    return {
        "ranges": [grid_of(highlight.on)],
        "booleanRule": {"condition": condition, "format": highlight_format(highlight.style)},
    }
