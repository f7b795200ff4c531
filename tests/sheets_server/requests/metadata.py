"""createDeveloperMetadata, updateDeveloperMetadata, deleteDeveloperMetadata."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.sheets_server.datafilter import as_json, check_line, lookup, visible
from tests.sheets_server.errors import RequestError
from tests.sheets_server.masks import update_tree
from tests.sheets_server.model import Metadata, Spreadsheet
from tests.sheets_server.requests.registry import handles
from tests.sheets_server.world import Call

MAX_CHARACTERS = 30_000  # per sheet, and for the spreadsheet's own


def _place(book: Spreadsheet, location: dict[str, Any]) -> dict[str, Any]:
    """sheet_id, dimension and index of a DeveloperMetadataLocation."""
    if "dimensionRange" in location:
        span = location["dimensionRange"]
        check_line(span)
        sheet = book.grid(span.get("sheetId", 0))
        dimension = span.get("dimension")
        if dimension not in ("ROWS", "COLUMNS"):
            raise RequestError("No dimension specified.")
        size = sheet.row_count if dimension == "ROWS" else sheet.column_count
        if not 0 <= span["startIndex"] < size:
            word = "row" if dimension == "ROWS" else "column"
            raise RequestError(
                f"DimensionRange.startIndex[{span['startIndex']}] is after last {word} in grid[{size}]"
            )
        return {"sheet_id": sheet.id, "dimension": dimension, "index": span["startIndex"]}
    if location.get("spreadsheet"):
        return {"sheet_id": None, "dimension": None, "index": None}
    if "sheetId" in location:
        return {"sheet_id": book.sheet(location["sheetId"]).id, "dimension": None, "index": None}
    raise RequestError("DeveloperMetadata.location must be specified.")


def _checked(key: str | None, visibility: str | None) -> None:
    if not key:
        raise RequestError("DeveloperMetadata.metadataKey must be specified.")
    if visibility not in ("DOCUMENT", "PROJECT"):
        raise RequestError("DeveloperMetadata.visibility must be specified.")


def _check_room(book: Spreadsheet, new: Metadata) -> None:
    """The character limit holds for what hangs on a tab or on the spreadsheet, not for rows and columns."""
    if new.dimension is not None:
        return
    used = sum(
        len(item.key) + len(item.value or "")
        for item in book.metadata.values()
        if item.sheet_id == new.sheet_id and item.dimension is None and item.id != new.id
    )
    if used + len(new.key) + len(new.value or "") > MAX_CHARACTERS:
        raise RequestError(f"Developer metadata is limited to {MAX_CHARACTERS} characters.")


@handles("createDeveloperMetadata")
def create(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    book = call.book
    given = request.get("developerMetadata", {})
    wanted = given.get("metadataId")
    if wanted is None:
        wanted = call.world.new_number(lambda n: n in book.metadata)
    elif wanted in book.metadata:
        raise RequestError(f"DeveloperMetadata with id {wanted} already exists.")
    elif wanted <= 0:
        raise RequestError("DeveloperMetadata.metadataId must be positive.")
    _checked(given.get("metadataKey"), given.get("visibility"))
    made = Metadata(
        wanted,
        given["metadataKey"],
        given.get("metadataValue"),
        given["visibility"],
        project=call.user.project,
        **_place(book, given.get("location", {})),
    )
    _check_room(book, made)
    book.set_metadata(made)
    return {"developerMetadata": as_json(made)}


def _matches(call: Call, filters: list[dict[str, Any]]) -> list[Metadata]:
    from tests.sheets_server.spreadsheets import searched

    if not filters:
        raise RequestError("Must specify at least one DataFilter.")
    out: dict[int, Metadata] = {}
    for filter_ in filters:
        for found in searched(call, filter_):
            out[found] = call.book.metadata[found]
    return list(out.values())


@handles("updateDeveloperMetadata")
def update(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    given = request.get("developerMetadata", {})
    tree = update_tree(request.get("fields"), "DeveloperMetadata", "developerMetadata")
    every = "*" in tree
    changed = []
    for item in _matches(call, request.get("dataFilters", [])):
        values: dict[str, Any] = {}
        for name, field in (("metadataKey", "key"), ("metadataValue", "value"), ("visibility", "visibility")):
            if (every and name in given) or name in tree:
                values[field] = given.get(name)
        if "location" in tree or (every and "location" in given):
            values.update(_place(call.book, given.get("location", {})))
        new = replace(item, **values)
        _checked(new.key, new.visibility)
        _check_room(call.book, new)
        call.book.set_metadata(new)
        changed.append(as_json(new))
    return {"developerMetadata": changed}


@handles("deleteDeveloperMetadata")
def delete(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    filter_ = request.get("dataFilter", {})
    if "developerMetadataLookup" in filter_:
        found = lookup(call.book, filter_["developerMetadataLookup"], call.user.project)
    else:
        found = _matches(call, [filter_])
    gone = []
    for item in found:
        if visible(item, call.user.project):
            gone.append(as_json(item))
            call.book.drop_metadata(item.id)
    return {"deletedDeveloperMetadata": gone}
