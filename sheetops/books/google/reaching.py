"""What helps typing in a living tab, down to the tab's last row: a job that adds rows takes it along.

Google gives rows at the end of a tab no drop-downs, and keeps colours and filters where they were. This comes after
the rows are written and is only help, so what goes wrong here ends no run: the next added row tries again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby

from sheetops.books.google.service import Json, Refused, Service
from sheetops.domain.living import LIVING_ROOM
from sheetops.errors import ServiceUnreachable

_FIELDS = (
    "sheets(properties(sheetId,gridProperties(rowCount)),conditionalFormats,basicFilter,"
    "data(rowData(values(dataValidation))))"
)
_FIRST = LIVING_ROOM - 2  # row (from 0); it and the next are the last that have help in a new tab


def reach_down(service: Service, tabs: Sequence[int]) -> None:
    """Let drop-downs, colours and filter of these tabs reach their last rows, where they reach the room of a new tab.

    What people took away or put there themselves stays, as does a filter that hides or sorts.
    """
    with suppress(Refused, ServiceUnreachable):
        found = service.look(
            [{"gridRange": {"sheetId": tab, "startRowIndex": _FIRST}} for tab in tabs], _FIELDS
        )
        requests = [request for sheet in found.get("sheets", []) for request in _requests(sheet)]
        if requests:
            service.batch(requests)


def _requests(sheet: Json) -> Iterator[Json]:
    properties = sheet["properties"]
    rows = properties.get("gridProperties", {}).get("rowCount", 0)
    cells = [row.get("values", []) for block in sheet.get("data", []) for row in block.get("rowData", [])]
    yield from _checks(properties.get("sheetId", 0), cells, rows)
    for index, rule in enumerate(sheet.get("conditionalFormats", [])):
        ranges = [_longer(each, rows) for each in rule.get("ranges", [])]
        if ranges != rule.get("ranges", []):
            yield {"updateConditionalFormatRule": {"index": index, "rule": {**rule, "ranges": ranges}}}
    filter_ = sheet.get("basicFilter", {})
    reach = _longer(filter_.get("range", {}), rows)
    if filter_.keys() == {"range"} and filter_["range"] != reach:
        yield {"setBasicFilter": {"filter": {"range": reach}}}


def _checks(sheet_id: int, cells: list[list[Json]], rows: int) -> Iterator[Json]:
    """One request for each stretch of columns with one check, whose last rows have none yet."""
    width = len(cells[0]) if cells else 0
    columns = [
        [row[at].get("dataValidation") if at < len(row) else None for row in cells] for at in range(width)
    ]
    wanted = [_check(column) for column in columns]
    at = 0
    for (rule, first), alike in groupby(wanted):
        end = at + len(list(alike))
        if rule is not None and _FIRST + first < rows:
            block = {
                "sheetId": sheet_id,
                "startRowIndex": _FIRST + first,
                "endRowIndex": rows,
                "startColumnIndex": at,
                "endColumnIndex": end,
            }
            yield {"setDataValidation": {"range": block, "rule": rule}}
        at = end


def _check(column: list[Json | None]) -> tuple[Json | None, int]:
    """The check of a column that reaches the room of a new tab, and below which of its cells there is none."""
    if len(column) < 2 or column[0] is None or column[0] != column[1]:
        return None, 0
    return column[1], max(at for at, rule in enumerate(column, 1) if rule is not None)


def _longer(block: Json, rows: int) -> Json:
    return {**block, "endRowIndex": rows} if LIVING_ROOM <= block.get("endRowIndex", 0) < rows else block
