"""DataFilter: ranges by A1, by grid range, or by developer metadata."""

from __future__ import annotations

from typing import Any

from tests.sheets_server.errors import bad_request
from tests.sheets_server.model import Metadata, Spreadsheet
from tests.sheets_server.reading import Bounds, target
from tests.sheets_server.spans import box_of, intersects

Hit = tuple[int, Bounds]  # sheet id and bounds


def ranges(book: Spreadsheet, filter_: dict[str, Any], project: str) -> list[Hit]:
    """All ranges a data filter matches, in sheet order."""
    if "a1Range" in filter_:
        found = target(book, filter_["a1Range"])
        return [(found.sheet.id, found.clipped())]
    if "gridRange" in filter_:
        value = filter_["gridRange"]
        sheet = next((s for s in book.sheets if s.id == value.get("sheetId", 0) and s.is_grid), None)
        if sheet is None:
            raise bad_request(f"No grid with id: {value.get('sheetId', 0)}")
        return [(sheet.id, box_of(value, sheet.row_count, sheet.column_count))]
    if "developerMetadataLookup" not in filter_:
        raise bad_request("Must specify a filter in DataFilter.")
    found_by_lookup = lookup(book, filter_["developerMetadataLookup"], project)
    out = {hit: None for item in found_by_lookup for hit in _places(book, item)}
    order = {sheet.id: at for at, sheet in enumerate(book.sheets)}
    return sorted(out, key=lambda hit: (order[hit[0]], hit[1]))


def _places(book: Spreadsheet, item: Metadata) -> list[Hit]:
    if item.sheet_id is None:
        return [(s.id, (0, s.row_count, 0, s.column_count)) for s in book.sheets if s.is_grid]
    sheet = book.sheet(item.sheet_id)
    return [(sheet.id, place_box(book, item))] if sheet.is_grid else []


def place_box(book: Spreadsheet, item: Metadata) -> Bounds:
    assert item.sheet_id is not None
    sheet = book.sheet(item.sheet_id)
    if item.dimension is None or item.index is None:
        return 0, sheet.row_count, 0, sheet.column_count
    if item.dimension == "ROWS":
        return item.index, item.index + 1, 0, sheet.column_count
    return 0, sheet.row_count, item.index, item.index + 1


def location_type(item: Metadata) -> str:
    if item.sheet_id is None:
        return "SPREADSHEET"
    return {"ROWS": "ROW", "COLUMNS": "COLUMN", None: "SHEET"}[item.dimension]


def location(item: Metadata) -> dict[str, Any]:
    """DeveloperMetadataLocation of an item."""
    kind = location_type(item)
    if kind == "SPREADSHEET":
        return {"locationType": kind, "spreadsheet": True}
    if kind == "SHEET":
        return {"locationType": kind, "sheetId": item.sheet_id}
    assert item.index is not None
    span = {
        "sheetId": item.sheet_id,
        "dimension": item.dimension,
        "startIndex": item.index,
        "endIndex": item.index + 1,
    }
    return {"locationType": kind, "dimensionRange": span}


def as_json(item: Metadata) -> dict[str, Any]:
    out: dict[str, Any] = {"metadataId": item.id, "metadataKey": item.key}
    if item.value is not None:
        out["metadataValue"] = item.value
    return {**out, "location": location(item), "visibility": item.visibility}


def visible(item: Metadata, project: str) -> bool:
    return item.visibility == "DOCUMENT" or item.project == project


def lookup(book: Spreadsheet, wanted: dict[str, Any], project: str) -> list[Metadata]:
    """The metadata a DeveloperMetadataLookup matches; an empty lookup matches all."""
    place = wanted.get("metadataLocation")
    _check_location(place, wanted)
    index = book.metadata_index()
    if "metadataId" in wanted:
        ids = [wanted["metadataId"]] if wanted["metadataId"] in book.metadata else []
    elif "metadataKey" in wanted and "metadataValue" in wanted:
        by_key = index.get(("key", wanted["metadataKey"]), [])
        by_value = index.get(("value", wanted["metadataValue"]), [])
        ids = min(by_key, by_value, key=len)
    elif "metadataKey" in wanted:
        ids = index.get(("key", wanted["metadataKey"]), [])
    elif "metadataValue" in wanted:
        ids = index.get(("value", wanted["metadataValue"]), [])
    else:
        ids = list(book.metadata)
    found = [book.metadata[i] for i in ids]
    return [item for item in found if visible(item, project) and _fits(book, item, wanted, place)]


def _check_location(place: dict[str, Any] | None, wanted: dict[str, Any]) -> None:
    if place is None:
        return
    if place.get("spreadsheet") and wanted.get("locationMatchingStrategy") == "INTERSECTING_LOCATION":
        raise bad_request(
            "DeveloperMetadataLookup.spreadsheet is true, but locationMatchingStrategy was specified as INTERSECTING."
        )
    if "dimensionRange" in place:
        check_line(place["dimensionRange"])


def check_line(span: dict[str, Any]) -> None:
    """Metadata sits on one row or one column."""
    if "startIndex" not in span or "endIndex" not in span:
        raise bad_request("DimensionRange must specify both a startIndex and an endIndex")
    if span["endIndex"] - span["startIndex"] != 1:
        raise bad_request("DimensionRange must represent a single row or column.")


def _fits(book: Spreadsheet, item: Metadata, wanted: dict[str, Any], place: dict[str, Any] | None) -> bool:
    checks = {"metadataKey": item.key, "metadataValue": item.value, "visibility": item.visibility}
    if any(name in wanted and wanted[name] != have for name, have in checks.items()):
        return False
    kind = wanted.get("locationType")
    if kind not in (None, "DEVELOPER_METADATA_LOCATION_TYPE_UNSPECIFIED") and kind != location_type(item):
        return False
    return place is None or _at_place(book, item, place, wanted.get("locationMatchingStrategy"))


def _at_place(book: Spreadsheet, item: Metadata, place: dict[str, Any], strategy: str | None) -> bool:
    if place.get("spreadsheet"):
        return item.sheet_id is None
    if "sheetId" in place:
        if strategy == "INTERSECTING_LOCATION":
            return item.sheet_id == place["sheetId"]
        return item.sheet_id == place["sheetId"] and item.dimension is None
    span = place.get("dimensionRange")
    if span is None:
        return True
    if item.sheet_id != span.get("sheetId", 0):
        return False
    if strategy != "INTERSECTING_LOCATION":
        return item.dimension == span.get("dimension") and item.index == span["startIndex"]
    asked = Metadata(0, "", None, "", item.sheet_id, span.get("dimension"), span["startIndex"])
    return intersects(place_box(book, item), place_box(book, asked))
