"""The registry of batchUpdate requests, and the loop that applies them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sheets_server.errors import ApiError, RequestError, bad_request
from tests.sheets_server.model import Sheet
from tests.sheets_server.reading import Bounds
from tests.sheets_server.spans import GRID_KEYS, box_of, grid_range
from tests.sheets_server.world import Call
from tests.sheets_server.writing import PROTECTED, check_protection, may_edit

Handler = Callable[[Call, dict[str, Any]], Any]
HANDLERS: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


def run_requests(call: Call, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Applies requests in order; the caller takes everything back when one fails."""
    replies = []
    for i, request in enumerate(requests):
        if not request:
            raise bad_request(f"Invalid requests[{i}]: No request set.")
        kind = next(iter(request))
        handler = HANDLERS.get(kind)
        try:
            if handler is None:
                raise RequestError("This request is not supported by this server.")
            answer = handler(call, request[kind])
        except RequestError as error:
            raise bad_request(f"Invalid requests[{i}].{kind}: {error.message}") from None
        except ApiError as error:
            if error.code != 400 or error.details:
                raise
            raise bad_request(f"Invalid requests[{i}].{kind}: {error.message}") from None
        replies.append({kind: answer} if answer is not None else {})
        call.book.touch()
    return replies


# What most handlers need --------------------------------------------------------------------------


def full_range(value: dict[str, Any] | None, call: Call) -> dict[str, Any]:
    """A GridRange with its sheetId spelled out and its indexes checked."""
    if value is None:
        raise RequestError("range is required.")
    out = {"sheetId": value.get("sheetId", 0), **{k: v for k, v in value.items() if k in GRID_KEYS}}
    sheet = call.book.grid(out["sheetId"])
    for line, size in (("Row", sheet.row_count), ("Column", sheet.column_count)):
        start, end = out.get(f"start{line}Index"), out.get(f"end{line}Index")
        for name, at in (("start", start), ("end", end)):
            if at is not None and at < 0:
                raise RequestError(f"GridRange.{name}{line}Index[{at}] must be greater than or equal to 0.")
        if end is not None and (start or 0) >= end:
            raise RequestError(
                f"GridRange.start{line}Index[{start or 0}] must be less than GridRange.end{line}Index[{end}]."
            )
        if start is not None and start >= size:
            raise RequestError(
                f"GridRange.start{line}Index[{start}] is after last {line.lower()} in grid[{size}]"
            )
        if end is not None and end > size:
            raise RequestError(
                f"GridRange.end{line}Index[{end}] is after last {line.lower()} in grid[{size}]"
            )
    return out


def bounded_range(value: dict[str, Any] | None, call: Call) -> dict[str, Any]:
    """As `full_range`, with open sides closed at the grid: filters, bands and conditional formats keep it so."""
    given = full_range(value, call)
    sheet = call.book.grid(given["sheetId"])
    return grid_range(sheet.id, box_of(given, sheet.row_count, sheet.column_count))


def area(call: Call, value: dict[str, Any] | None) -> tuple[Sheet, Bounds]:
    """The tab and the bounds of a GridRange."""
    given = full_range(value, call)
    sheet = call.book.grid(given["sheetId"])
    return sheet, box_of(given, sheet.row_count, sheet.column_count)


def writable_area(call: Call, value: dict[str, Any] | None) -> tuple[Sheet, Bounds]:
    """As `area`, and the caller may write there."""
    sheet, box = area(call, value)
    guard(call, sheet, box)
    return sheet, box


def guard(call: Call, sheet: Sheet, box: Bounds) -> None:
    if not call.as_owner:
        check_protection(sheet, box, call.user.email, call.owner)


def guard_insert(call: Call, sheet: Sheet, dimension: str, at: int) -> None:
    """New lines may not come inside a range that the caller may not edit, nor on a wholly protected tab."""
    if call.as_owner:
        return
    for rule in sheet.protected:
        given = rule.get("range", {})
        box = box_of(given, sheet.row_count, sheet.column_count)
        first, last = box[:2] if dimension == "ROWS" else box[2:]
        whole = set(given) <= {"sheetId"}
        if (whole or first < at < last) and not may_edit(rule, call.user.email, call.owner):
            raise RequestError(PROTECTED)


def dimension_range(call: Call, value: dict[str, Any] | None) -> tuple[Sheet, str, int, int]:
    """(tab, "ROWS" or "COLUMNS", start, end) of a DimensionRange; an open end is the end of the grid."""
    value = value or {}
    sheet = call.book.grid(value.get("sheetId", 0))
    dimension = value.get("dimension", "")
    if dimension not in ("ROWS", "COLUMNS"):
        raise RequestError("No dimension specified.")
    size = sheet.row_count if dimension == "ROWS" else sheet.column_count
    start, end = value.get("startIndex", 0), value.get("endIndex", size)
    if start < 0:
        raise RequestError(f"range.startIndex[{start}] must be greater than or equal to 0.")
    if start >= end:
        raise RequestError(f"range.endIndex[{end}] must be greater than range.startIndex[{start}].")
    return sheet, dimension, start, end


def load_all() -> None:
    """Imports every family of requests, so that it registers itself."""
    from tests.sheets_server.requests import (  # noqa: F401
        cells,
        charts,
        filling,
        formats,
        lines,
        metadata,
        paste,
        ranges,
        sheets,
        sorting,
        tables,
        texts,
    )
