"""spreadsheets: create, get, getByDataFilter, batchUpdate; sheets.copyTo; developerMetadata reads."""

from __future__ import annotations

from typing import Any

from tests.sheets_server import datafilter, grid
from tests.sheets_server.endpoints import endpoint
from tests.sheets_server.errors import RequestError, bad_request, not_found
from tests.sheets_server.masks import Tree, wants
from tests.sheets_server.model import Sheet
from tests.sheets_server.reading import Bounds, target
from tests.sheets_server.requests.registry import run_requests
from tests.sheets_server.requests.sheets import apply_grid_properties, copy_sheet, free_title
from tests.sheets_server.world import SHEET_MIME, Call

S = "sheets.spreadsheets."


def render_spreadsheet(
    call: Call, mask: Tree | None, include_data: bool, hits: list[tuple[Sheet, Bounds]] | None
) -> dict[str, Any]:
    """A Spreadsheet answer; `hits` limits it to tabs and, for grid data, to ranges.

    includeGridData counts only without a field mask.
    """
    book = call.book
    with_data = include_data if mask is None else wants(mask, "sheets", "data")
    reading = call.reading()
    listed = []
    for sheet in book.sheets:
        mine = [box for owner, box in hits or [] if owner is sheet]
        if hits is not None and not mine:
            continue
        out = grid.render_sheet(call, sheet)
        if with_data and sheet.is_grid:
            whole = [(0, sheet.row_count, 0, sheet.column_count)]
            out["data"] = [grid.render_grid(call, reading, sheet, box, mask) for box in mine or whole]
        listed.append(out)
    own = [
        m for m in book.metadata.values() if m.sheet_id is None and datafilter.visible(m, call.user.project)
    ]
    return {
        "spreadsheetId": book.id,
        "properties": book.properties,
        "sheets": listed,
        "namedRanges": book.named,
        "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{book.id}/edit",
        "developerMetadata": [datafilter.as_json(item) for item in own],
    }


@endpoint(S + "get", "read")
def get(call: Call) -> dict[str, Any]:
    hits = None
    if call.query.get("ranges"):
        found = [target(call.book, text) for text in call.query["ranges"]]
        hits = [(one.sheet, one.clipped()) for one in found]
    return render_spreadsheet(call, call.query.get("mask"), bool(call.query.get("includeGridData")), hits)


@endpoint(S + "getByDataFilter", "read")
def get_by_filter(call: Call) -> dict[str, Any]:
    hits = []
    for filter_ in call.body.get("dataFilters", []):
        for sheet_id, box in datafilter.ranges(call.book, filter_, call.user.project):
            hits.append((call.book.sheet(sheet_id), box))
    given = hits if call.body.get("dataFilters") else None
    return render_spreadsheet(call, call.query.get("mask"), bool(call.body.get("includeGridData")), given)


@endpoint(S + "create", "none")
def create(call: Call) -> dict[str, Any]:
    body = call.body
    properties = body.get("properties", {})
    made = call.world.add_file(properties.get("title") or "Untitled spreadsheet", SHEET_MIME, call.user.email)
    call.file = made
    book = call.book
    book.properties.update({k: v for k, v in properties.items() if k in ("locale", "timeZone", "autoRecalc")})
    try:
        if body.get("sheets"):
            _create_sheets(call, body["sheets"])
        for item in body.get("namedRanges", []):
            run_requests(call, [{"addNamedRange": {"namedRange": item}}])
    except RequestError as error:
        del call.world.files[made.id]
        raise bad_request(error.message) from None
    return render_spreadsheet(call, call.query.get("mask"), False, None)


def _create_sheets(call: Call, sheets: list[dict[str, Any]]) -> None:
    call.book.sheets = []
    for at, given in enumerate(sheets):
        properties = {"title": f"Sheet{at + 1}", **given.get("properties", {})}
        sheet_id = properties.get("sheetId")
        if sheet_id is None:
            sheet_id = call.world.new_number(lambda n: any(s.id == n for s in call.book.sheets))
        made = Sheet(apply_grid_properties({**properties, "sheetId": sheet_id}))
        call.book.sheets.append(made)
        for block in given.get("data", []):
            start = {
                "sheetId": sheet_id,
                "rowIndex": block.get("startRow", 0),
                "columnIndex": block.get("startColumn", 0),
            }
            run_requests(
                call, [{"updateCells": {"rows": block.get("rowData", []), "fields": "*", "start": start}}]
            )


@endpoint(S + "batchUpdate", "write")
def batch_update(call: Call) -> dict[str, Any]:
    requests = call.body.get("requests", [])
    if not requests:
        raise bad_request("Must specify at least one request.")
    replies = run_requests(call, requests)
    out: dict[str, Any] = {"spreadsheetId": call.book.id, "replies": replies}
    if call.body.get("includeSpreadsheetInResponse"):
        data = bool(call.body.get("responseIncludeGridData"))
        hits = None
        if call.body.get("responseRanges"):
            found = [target(call.book, text) for text in call.body["responseRanges"]]
            hits = [(one.sheet, one.clipped()) for one in found]
        out["updatedSpreadsheet"] = render_spreadsheet(call, None, data, hits)
    return out


@endpoint(S + "sheets.copyTo", "read")
def copy_to(call: Call) -> dict[str, Any]:
    try:
        source = call.book.sheet(int(call.path["sheetId"]))
    except (RequestError, ValueError):
        raise bad_request(f"No sheet with id: {call.path['sheetId']}") from None
    destination = call.world.files.get(call.body.get("destinationSpreadsheetId", ""))
    if destination is None or destination.book is None:
        raise not_found()
    if destination.role(call.user.email) not in ("owner", "writer"):
        from tests.sheets_server.errors import forbidden

        raise forbidden()
    book = destination.book
    sheet_id = call.world.new_number(lambda n: any(s.id == n for s in book.sheets))
    made = copy_sheet(
        call, source, sheet_id, free_title(book, f"Copy of {source.title}"), copy_metadata=False
    )
    book.sheets.append(made)
    try:
        book.check_cell_total()
    except RequestError as error:
        book.sheets.pop()
        raise bad_request(error.message) from None
    book.touch()
    call.world.edited(destination)
    return grid.sheet_properties(made, len(book.sheets) - 1)


@endpoint(S + "developerMetadata.get", "read")
def metadata_get(call: Call) -> dict[str, Any]:
    try:
        item = call.book.metadata[int(call.path["metadataId"])]
    except (KeyError, ValueError):
        raise not_found() from None
    if not datafilter.visible(item, call.user.project):
        raise not_found()
    return datafilter.as_json(item)


@endpoint(S + "developerMetadata.search", "read")
def metadata_search(call: Call) -> dict[str, Any]:
    matched: dict[int, list[dict[str, Any]]] = {}
    for filter_ in call.body.get("dataFilters", []):
        for item in searched(call, filter_):
            matched.setdefault(item, []).append(filter_)
    listed = [
        {"developerMetadata": datafilter.as_json(call.book.metadata[item]), "dataFilters": filters}
        for item, filters in matched.items()
    ]
    return {"matchedDeveloperMetadata": listed}


def searched(call: Call, filter_: dict[str, Any]) -> list[int]:
    """A lookup matches items; a range matches the items that lie on it."""
    project = call.user.project
    if "developerMetadataLookup" in filter_:
        return [m.id for m in datafilter.lookup(call.book, filter_["developerMetadataLookup"], project)]
    from tests.sheets_server.spans import intersects

    hits = datafilter.ranges(call.book, filter_, project)
    return [
        item.id
        for item in call.book.metadata.values()
        if item.sheet_id is not None
        and datafilter.visible(item, project)
        and any(item.sheet_id == s and intersects(datafilter.place_box(call.book, item), b) for s, b in hits)
    ]
