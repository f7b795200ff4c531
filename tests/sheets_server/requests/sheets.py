"""Requests on tabs and on the spreadsheet: add, delete, duplicate, update."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from typing import Any

from tests.sheets_server import dimensions
from tests.sheets_server.defaults import mirror_colors, mirror_mask
from tests.sheets_server.errors import RequestError
from tests.sheets_server.formula_text import rename_sheet
from tests.sheets_server.grid import sheet_properties
from tests.sheets_server.locales import known_locale
from tests.sheets_server.masks import merge, update_tree
from tests.sheets_server.model import MAX_COLUMNS, Formula, Sheet, Spreadsheet
from tests.sheets_server.requests.registry import guard, handles
from tests.sheets_server.spans import map_ranges
from tests.sheets_server.world import Call

DEFAULT_ROWS = 1000
DEFAULT_COLUMNS = 26
HIDE_ALL = "You can't hide all the sheets in a document."


def free_title(book: Spreadsheet, wanted: str) -> str:
    """A title nobody has: the wanted one, else with a number behind."""
    if book.titled(wanted) is None:
        return wanted
    at = 1
    while book.titled(f"{wanted} {at}") is not None:
        at += 1
    return f"{wanted} {at}"


def next_sheet_title(book: Spreadsheet) -> str:
    numbers = [int(m.group(1)) for s in book.sheets if (m := re.fullmatch(r"Sheet(\d+)", s.title))]
    return f"Sheet{max([len(book.sheets), *numbers]) + 1}"


def apply_grid_properties(given: dict[str, Any]) -> dict[str, Any]:
    """The properties of a new tab with Google's defaults filled in."""
    given = mirror_colors({k: v for k, v in given.items() if k != "index"})
    made: dict[str, Any] = {"sheetType": "GRID", **given}
    grid = {"rowCount": DEFAULT_ROWS, "columnCount": DEFAULT_COLUMNS, **given.get("gridProperties", {})}
    if made["sheetType"] == "GRID":
        made["gridProperties"] = grid
        _check_size(grid)
    return made


def _check_size(grid: dict[str, Any]) -> None:
    if grid.get("rowCount", 0) < 1:
        raise RequestError("You can't delete all the rows on the sheet.")
    if grid.get("columnCount", 0) < 1:
        raise RequestError("You can't delete all the columns on the sheet.")
    if grid["columnCount"] > MAX_COLUMNS:
        raise RequestError(
            f"This action would increase the number of columns in the sheet above the limit of {MAX_COLUMNS} columns."
        )
    if grid.get("frozenRowCount", 0) >= grid["rowCount"]:
        raise RequestError("You can't freeze all visible rows on the sheet.")
    if grid.get("frozenColumnCount", 0) >= grid["columnCount"]:
        raise RequestError("You can't freeze all visible columns on the sheet.")


def _taken(title: str) -> RequestError:
    return RequestError(f'A sheet with the name "{title}" already exists. Please enter another name.')


@handles("addSheet")
def add_sheet(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    book = call.book
    given = dict(request.get("properties", {}))
    given.setdefault("title", next_sheet_title(book))
    if book.titled(given["title"]):
        raise _taken(given["title"])
    sheet_id = given.get("sheetId")
    if sheet_id is None:
        sheet_id = call.world.new_number(lambda n: any(s.id == n for s in book.sheets))
    elif sheet_id < 0:
        raise RequestError(f"addSheet.properties.sheetId[{sheet_id}] must be non-negative.")
    elif any(s.id == sheet_id for s in book.sheets):
        raise RequestError(f"Sheet with id {sheet_id} already exists")
    index = given.get("index", len(book.sheets))
    made = Sheet(apply_grid_properties({**given, "sheetId": sheet_id}))
    if not 0 <= index <= len(book.sheets):
        raise RequestError(
            f"Cannot insert a sheet at index {index}. There are only {len(book.sheets)} sheets."
        )
    book.sheets.insert(index, made)
    book.check_cell_total()
    return {"properties": sheet_properties(made, index)}


@handles("deleteSheet")
def delete_sheet(call: Call, request: dict[str, Any]) -> None:
    book = call.book
    sheet = book.sheet(request.get("sheetId", 0))
    visible = [s for s in book.sheets if not s.properties.get("hidden") and s is not sheet]
    if not visible:
        kind = "visible " if len(book.sheets) > 1 else ""
        raise RequestError(f"You can't remove all the {kind}sheets in a document.")
    if sheet.is_grid:
        guard(call, sheet, (0, sheet.row_count, 0, sheet.column_count))
    book.sheets.remove(sheet)
    book.named = [item for item in book.named if item["range"]["sheetId"] != sheet.id]
    for item in list(book.metadata.values()):
        if item.sheet_id == sheet.id:
            book.drop_metadata(item.id)
    _break_references(book, sheet.title)


def _break_references(book: Spreadsheet, title: str) -> None:
    from tests.sheets_server.formula_text import Reference, rewrite

    def change(ref: Reference) -> str:
        gone = ref.sheet is not None and ref.sheet.casefold() == title.casefold()
        return "#REF!" if gone else ref.text()

    _rewrite_all(book, lambda text: rewrite(text, change))


def _rewrite_all(book: Spreadsheet, change: Any) -> None:
    for sheet in book.sheets:
        for r, c, cell in list(sheet.cells()):
            if isinstance(cell.value, Formula):
                text = change(cell.value.text)
                if text != cell.value.text:
                    sheet.put(r, c, cell.with_value(Formula(text)))


def copy_sheet(call: Call, source: Sheet, sheet_id: int, title: str, copy_metadata: bool = True) -> Sheet:
    """A tab with everything on it under a new id; what has ids of its own gets new ones."""
    made = source.snapshot()
    made.rows = [dict(row) if row else None for row in made.rows]
    made.properties = {**made.properties, "sheetId": sheet_id, "title": title}

    def owned(value: dict[str, Any]) -> dict[str, Any]:
        return {**value, "sheetId": sheet_id} if value["sheetId"] == source.id else value

    for name in (
        "merges",
        "protected",
        "conditional",
        "banded",
        "charts",
        "slicers",
        "tables",
        "filter_views",
    ):
        setattr(made, name, map_ranges(copy.deepcopy(getattr(made, name)), owned))
    made.basic_filter = map_ranges(made.basic_filter, owned)
    for name, key in (
        ("charts", "chartId"),
        ("protected", "protectedRangeId"),
        ("filter_views", "filterViewId"),
        ("banded", "bandedRangeId"),
        ("slicers", "slicerId"),
    ):
        for item in getattr(made, name):
            item[key] = call.world.new_number(lambda n: False)
    for chart in made.charts:
        anchor = chart.get("position", {}).get("overlayPosition", {}).get("anchorCell")
        if anchor is not None:
            anchor["sheetId"] = sheet_id
    if copy_metadata:
        for item in list(call.book.metadata.values()):
            if item.sheet_id == source.id:
                new = call.world.new_number(lambda n: n in call.book.metadata)
                call.book.set_metadata(replace(item, id=new, sheet_id=sheet_id))
    return made


@handles("duplicateSheet")
def duplicate_sheet(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    book = call.book
    source = book.sheet(request.get("sourceSheetId", 0))
    title = request.get("newSheetName") or free_title(book, f"Copy of {source.title}")
    if book.titled(title):
        raise _taken(title)
    sheet_id = request.get("newSheetId")
    if sheet_id is None:
        sheet_id = call.world.new_number(lambda n: any(s.id == n for s in book.sheets))
    elif any(s.id == sheet_id for s in book.sheets):
        raise RequestError(f"Sheet with id {sheet_id} already exists")
    made = copy_sheet(call, source, sheet_id, title)
    made.properties.pop("hidden", None)
    index = request.get("insertSheetIndex", 0)
    if not 0 <= index <= len(book.sheets):
        raise RequestError(
            f"Cannot insert a sheet at index {index}. There are only {len(book.sheets)} sheets."
        )
    book.sheets.insert(index, made)
    book.check_cell_total()
    return {"properties": sheet_properties(made, index)}


@handles("updateSheetProperties")
def update_sheet_properties(call: Call, request: dict[str, Any]) -> None:
    book = call.book
    given = request.get("properties", {})
    sheet = book.sheet(given.get("sheetId", 0))
    tree = mirror_mask(update_tree(request.get("fields"), "SheetProperties", "properties"))
    if "*" in tree:
        tree = {
            key: {}
            for key in (
                "title",
                "index",
                "gridProperties",
                "hidden",
                "tabColor",
                "tabColorStyle",
                "rightToLeft",
            )
        }
        tree = {k: v for k, v in tree.items() if k != "index" or "index" in given}
    merged = merge(sheet.properties, mirror_colors(given), tree)
    merged["sheetId"] = sheet.id
    if "title" in tree:
        _rename(book, sheet, merged.get("title", ""))
    if tree.get("gridProperties") is not None and sheet.is_grid:
        _resize(book, sheet, merged.get("gridProperties", {}))
    merged.pop("index", None)
    merged["gridProperties"] = sheet.properties.get("gridProperties")
    if not merged.get("tabColorStyle"):  # a style without a colour takes the colour away
        merged.pop("tabColorStyle", None)
        merged.pop("tabColor", None)
    merged["title"] = sheet.title
    merged["sheetType"] = sheet.properties.get("sheetType", "GRID")
    sheet.properties = {k: v for k, v in merged.items() if v is not None}
    if all(each.properties.get("hidden") for each in book.sheets):
        raise RequestError(HIDE_ALL)
    if "index" in tree:
        _reorder(book, sheet, given.get("index", 0))


def _rename(book: Spreadsheet, sheet: Sheet, title: str) -> None:
    if not title:
        raise RequestError("Sheet name cannot be empty.")
    if len(title) > 100:
        raise RequestError("Sheet name cannot be longer than 100 characters.")
    other = book.titled(title)
    if other is not None and other is not sheet:
        raise _taken(title)
    old = sheet.title
    sheet.properties = {**sheet.properties, "title": title}
    if old != title:
        _rewrite_all(book, lambda text: rename_sheet(text, old, title))


def _resize(book: Spreadsheet, sheet: Sheet, grid: dict[str, Any]) -> None:
    """rowCount is applied before columnCount, each against the cell limit."""
    before = sheet.properties["gridProperties"]
    grid = {"rowCount": before["rowCount"], "columnCount": before["columnCount"], **grid}
    _check_size(grid)
    for key, name in (("rowCount", "ROWS"), ("columnCount", "COLUMNS")):
        old, new = sheet.properties["gridProperties"][key], grid[key]
        if new < old:
            dimensions.delete(book, sheet, name, new, old)
        elif new > old:
            dimensions.append(book, sheet, name, new - old)
    sheet.properties = {**sheet.properties, "gridProperties": grid}


def _reorder(book: Spreadsheet, sheet: Sheet, index: int) -> None:
    """The index counts tabs as they stood before the move."""
    if not 0 <= index <= len(book.sheets):
        raise RequestError(f"Cannot move a sheet to index {index}. There are only {len(book.sheets)} sheets.")
    old = book.sheets.index(sheet)
    book.sheets.remove(sheet)
    book.sheets.insert(index - 1 if index > old else index, sheet)


@handles("updateSpreadsheetProperties")
def update_spreadsheet_properties(call: Call, request: dict[str, Any]) -> None:
    given = mirror_colors(request.get("properties", {}))
    tree = mirror_mask(update_tree(request.get("fields"), "SpreadsheetProperties", "properties"))
    if "*" in tree:
        tree = {key: {} for key in given}
    tree.pop("defaultFormat", None)  # read-only
    if "spreadsheetTheme" in tree:
        theme = given.get("spreadsheetTheme", {})
        if not theme.get("primaryFontFamily") or not theme.get("themeColors"):
            raise RequestError("A spreadsheet theme needs a primaryFontFamily and all themeColors.")
    if "locale" in tree and not known_locale(given.get("locale", "")):
        raise RequestError(f"Unsupported locale: {given.get('locale', '')}")
    if "timeZone" in tree:
        _check_zone(given.get("timeZone", ""))
    if "title" in tree and not given.get("title"):
        raise RequestError("The title can't be blank.")
    call.book.properties = merge(call.book.properties, given, tree)
    assert call.file is not None
    if "title" in tree:
        call.file.name = given["title"]
        call.world.edited(call.file, title=True)


def _check_zone(name: str) -> None:
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise RequestError(f"Invalid time zone: {name}") from None
