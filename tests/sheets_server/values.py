"""spreadsheets.values: get, update, append, clear, and their batch and data filter forms."""

from __future__ import annotations

from typing import Any

from tests.sheets_server import datafilter
from tests.sheets_server.a1 import format_box
from tests.sheets_server.append import place_append
from tests.sheets_server.endpoints import endpoint
from tests.sheets_server.errors import RequestError, bad_request
from tests.sheets_server.model import Sheet
from tests.sheets_server.reading import Bounds, Reading, Target, exceeds, target
from tests.sheets_server.world import Call
from tests.sheets_server.writing import PROTECTED, check_protection, write_rows

V = "sheets.spreadsheets.values."
RENDER = "FORMATTED_VALUE"
DATES = "SERIAL_NUMBER"


def _set(value: Any, default: str) -> str:
    return default if value in (None, "") or str(value).endswith("_UNSPECIFIED") else value


def read_range(
    call: Call, reading: Reading, sheet: Sheet, box: Bounds, options: dict[str, Any]
) -> dict[str, Any]:
    """A ValueRange answer."""
    major = _set(options.get("majorDimension"), "ROWS")
    out: dict[str, Any] = {"range": format_box(sheet.title, *box), "majorDimension": major}
    found = reading.matrix(
        sheet,
        box,
        _set(options.get("valueRenderOption"), RENDER),
        _set(options.get("dateTimeRenderOption"), DATES),
        major,
    )
    if found:
        out["values"] = found
    return out


@endpoint(V + "get", "read")
def get(call: Call) -> dict[str, Any]:
    found = target(call.book, call.path["range"])
    return read_range(call, call.reading(), found.sheet, found.clipped(), call.query)


@endpoint(V + "batchGet", "read")
def batch_get(call: Call) -> dict[str, Any]:
    reading = call.reading()
    found = [target(call.book, text) for text in call.query.get("ranges", [])]
    listed = [read_range(call, reading, t.sheet, t.clipped(), call.query) for t in found]
    return {"spreadsheetId": call.book.id, "valueRanges": listed}


@endpoint(V + "batchGetByDataFilter", "read")
def batch_get_by_filter(call: Call) -> dict[str, Any]:
    reading = call.reading()
    matched: dict[datafilter.Hit, list[dict[str, Any]]] = {}
    for filter_ in call.body.get("dataFilters", []):
        for hit in datafilter.ranges(call.book, filter_, call.user.project):
            matched.setdefault(hit, []).append(filter_)
    listed = [
        {
            "valueRange": read_range(call, reading, call.book.sheet(hit[0]), hit[1], call.body),
            "dataFilters": filters,
        }
        for hit, filters in matched.items()
    ]
    return {"spreadsheetId": call.book.id, "valueRanges": listed}


# Writing ------------------------------------------------------------------------------------------


def _option(options: dict[str, Any]) -> str:
    option = _set(options.get("valueInputOption"), "")
    if not option:
        raise bad_request("'valueInputOption' is required but not specified")
    return option


def row_major(value: dict[str, Any]) -> list[list[Any]]:
    """The rows of a ValueRange; missing places of COLUMNS data are null."""
    rows = value.get("values", [])
    if _set(value.get("majorDimension"), "ROWS") == "ROWS":
        return rows
    height = max((len(column) for column in rows), default=0)
    return [[column[r] if r < len(column) else None for column in rows] for r in range(height)]


def _column_count(rows: list[list[Any]]) -> int:
    return max((len(line) for line in rows), default=0)


def _fit(found: Target, rows: list[list[Any]]) -> Bounds:
    """The box that the data fills, or 400 when it does not fit the range or the grid."""
    from tests.sheets_server.a1 import letters

    row0, row1, col0, col1 = found.box
    height, width = len(rows), _column_count(rows)
    found.check_start()
    if not found.single and not found.unbounded:
        shown = format_box(found.sheet.title, *found.box)
        text = f"Requested writing within range [{shown}], but tried writing to"
        if height > row1 - row0:
            raise bad_request(f"{text} row [{row1 + 1}]")
        if width > col1 - col0:
            raise bad_request(f"{text} column [{letters(col1)}]")
    box = (row0, row0 + max(height, 1), col0, col0 + max(width, 1))
    if box[1] > found.sheet.row_count or box[3] > found.sheet.column_count:
        raise exceeds(found.sheet, box)
    return box


def put_values(call: Call, sheet: Sheet, box: Bounds, rows: list[list[Any]], option: str) -> dict[str, Any]:
    """Writes rows at the corner of `box`; the answer is an UpdateValuesResponse."""
    if not call.as_owner:
        check_protection(sheet, box, call.user.email, call.owner)
    written = write_rows(call.book, sheet, box[0], box[2], rows, option, call.today)
    lines = [line for line in rows if any(item is not None for item in line)]
    columns = {c for line in rows for c, item in enumerate(line) if item is not None}
    return {
        "spreadsheetId": call.book.id,
        "updatedRange": format_box(sheet.title, *box),
        "updatedRows": len(lines),
        "updatedColumns": len(columns),
        "updatedCells": written,
    }


def _after(call: Call, sheet: Sheet, box: Bounds, options: dict[str, Any], major: str) -> dict[str, Any]:
    """The post-image for includeValuesInResponse."""
    wanted = {
        "valueRenderOption": options.get("responseValueRenderOption"),
        "dateTimeRenderOption": options.get("responseDateTimeRenderOption"),
        "majorDimension": major,
    }
    return read_range(call, call.reading(), sheet, box, wanted)


@endpoint(V + "update", "write")
def update(call: Call) -> dict[str, Any]:
    option = _option(call.query)
    found = target(call.book, call.path["range"])
    _check_range_field(call)
    rows = row_major(call.body)
    box = _fit(found, rows)
    try:
        out = put_values(call, found.sheet, box, rows, option)
    except RequestError as error:
        before = "Invalid data[0]: " if error.message == PROTECTED else ""
        raise bad_request(before + error.message) from None
    call.book.touch()
    if call.query.get("includeValuesInResponse"):
        major = _set(call.body.get("majorDimension"), "ROWS")
        out["updatedData"] = _after(call, found.sheet, box, call.query, major)
    return out


def _check_range_field(call: Call) -> None:
    given = call.body.get("range")
    if given and given != call.path["range"]:
        asked, named = target(call.book, call.path["range"]), target(call.book, given)
        if asked.sheet is not named.sheet or asked.box != named.box:
            raise bad_request(
                f"Requested writing within range [{call.path['range']}], but the ValueRange's range was [{given}]."
            )


def _totals(call: Call, responses: list[dict[str, Any]], places: list[tuple[int, Bounds]]) -> dict[str, Any]:
    """Totals count a row or column once per tab, however many ranges touch it."""
    rows: set[tuple[int, int]] = set()
    columns: set[tuple[int, int]] = set()
    for sheet_id, box in places:
        rows |= {(sheet_id, r) for r in range(box[0], box[1])}
        columns |= {(sheet_id, c) for c in range(box[2], box[3])}
    return {
        "spreadsheetId": call.book.id,
        "totalUpdatedRows": len(rows),
        "totalUpdatedColumns": len(columns),
        "totalUpdatedCells": sum(r["updatedCells"] for r in responses),
        "totalUpdatedSheets": len({sheet_id for sheet_id, _ in places}),
        "responses": responses,
    }


@endpoint(V + "batchUpdate", "write")
def batch_update(call: Call) -> dict[str, Any]:
    option = _option(call.body)
    responses, places, sheets = [], [], []
    for i, value in enumerate(call.body.get("data", [])):
        try:
            found = target(call.book, value.get("range", ""))
            rows = row_major(value)
            box = _fit(found, rows)
            responses.append(put_values(call, found.sheet, box, rows, option))
        except Exception as error:
            raise _in_data(i, error) from None
        places.append((found.sheet.id, box))
        sheets.append((found.sheet, box, _set(value.get("majorDimension"), "ROWS")))
    call.book.touch()
    if call.body.get("includeValuesInResponse"):
        for response, (sheet, box, major) in zip(responses, sheets, strict=True):
            response["updatedData"] = _after(call, sheet, box, call.body, major)
    return _totals(call, responses, places)


def _in_data(i: int, error: Exception) -> Exception:
    message = getattr(error, "message", None)
    return bad_request(f"Invalid data[{i}]: {message}") if message is not None else error


@endpoint(V + "batchUpdateByDataFilter", "write")
def batch_update_by_filter(call: Call) -> dict[str, Any]:
    option = _option(call.body)
    responses, places, majors = [], [], []
    for i, value in enumerate(call.body.get("data", [])):
        rows = row_major(value)
        try:
            hits = datafilter.ranges(call.book, value.get("dataFilter", {}), call.user.project)
            for sheet_id, area in hits:
                sheet = call.book.grid(sheet_id)
                _check_within(sheet, area, rows)
                box = (area[0], area[0] + max(len(rows), 1), area[2], area[2] + max(_column_count(rows), 1))
                made = put_values(call, sheet, box, rows, option)
                responses.append({**made, "dataFilter": value["dataFilter"]})
                places.append((sheet_id, area))
                majors.append(_set(value.get("majorDimension"), "ROWS"))
        except Exception as error:
            raise _in_data(i, error) from None
    call.book.touch()
    totals = _totals(
        call, responses, [(s, _written(r, b)) for (s, b), r in zip(places, responses, strict=True)]
    )
    for response, (sheet_id, area), major in zip(responses, places, majors, strict=True):
        del response["spreadsheetId"]
        if call.body.get("includeValuesInResponse"):
            response["updatedData"] = _after(call, call.book.grid(sheet_id), area, call.body, major)
    return totals


def _written(response: dict[str, Any], area: Bounds) -> Bounds:
    return area[0], area[0] + response["updatedRows"], area[2], area[2] + response["updatedColumns"]


def _check_within(sheet: Sheet, area: Bounds, rows: list[list[Any]]) -> None:
    from tests.sheets_server.a1 import letters

    shown = format_box(sheet.title, *area)
    if len(rows) > area[1] - area[0]:
        raise RequestError(
            f"Requested writing within range [{shown}], but tried writing to row [{area[1] + 1}]"
        )
    if _column_count(rows) > area[3] - area[2]:
        raise RequestError(
            f"Requested writing within range [{shown}], but tried writing to column [{letters(area[3])}]"
        )


@endpoint(V + "append", "write")
def append(call: Call) -> dict[str, Any]:
    option = _option(call.query)
    found = target(call.book, call.path["range"])
    rows = row_major(call.body)
    out: dict[str, Any] = {"spreadsheetId": call.book.id}
    try:
        table, box = place_append(call.book, found, rows, call.query.get("insertDataOption") == "INSERT_ROWS")
        if table:
            out["tableRange"] = format_box(found.sheet.title, *table)
        out["updates"] = put_values(call, found.sheet, box, rows, option)
    except RequestError as error:
        before = "Invalid data[0]: " if error.message == PROTECTED else ""
        raise bad_request(before + error.message) from None
    call.book.touch()
    if call.query.get("includeValuesInResponse"):
        major = _set(call.body.get("majorDimension"), "ROWS")
        out["updates"]["updatedData"] = _after(call, found.sheet, box, call.query, major)
    return out


# Clearing -----------------------------------------------------------------------------------------


def clear_box(call: Call, sheet: Sheet, box: Bounds) -> str:
    """Values go; formats, notes and validation stay."""
    if not call.as_owner:
        check_protection(sheet, box, call.user.email, call.owner)
    for r in range(box[0], box[1]):
        for c in [c for c in sheet.rows[r] or () if box[2] <= c < box[3]]:
            sheet.put(r, c, sheet.cell(r, c).with_value(None))
    return format_box(sheet.title, *box)


def _clear_all(call: Call, hits: list[tuple[Sheet, Bounds]]) -> list[str]:
    try:
        cleared = [clear_box(call, sheet, box) for sheet, box in hits]
    except RequestError as error:
        raise bad_request(f"Invalid data[0]: {error.message}") from None
    call.book.touch()
    return cleared


@endpoint(V + "clear", "write")
def clear(call: Call) -> dict[str, Any]:
    found = target(call.book, call.path["range"])
    cleared = _clear_all(call, [(found.sheet, found.clipped())])
    return {"spreadsheetId": call.book.id, "clearedRange": cleared[0]}


@endpoint(V + "batchClear", "write")
def batch_clear(call: Call) -> dict[str, Any]:
    found = []
    for i, text in enumerate(call.body.get("ranges", [])):
        try:
            one = target(call.book, text)
            found.append((one.sheet, one.clipped()))
        except Exception as error:
            message = getattr(error, "message", str(error))
            raise bad_request(f"Invalid ranges[{i}]: {message}") from None
    return {"spreadsheetId": call.book.id, "clearedRanges": _clear_all(call, found)}


@endpoint(V + "batchClearByDataFilter", "write")
def batch_clear_by_filter(call: Call) -> dict[str, Any]:
    hits = []
    for filter_ in call.body.get("dataFilters", []):
        for sheet_id, box in datafilter.ranges(call.book, filter_, call.user.project):
            hits.append((call.book.grid(sheet_id), box))
    return {"spreadsheetId": call.book.id, "clearedRanges": _clear_all(call, hits)}
