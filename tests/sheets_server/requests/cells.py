"""Requests that write cells: updateCells, repeatCell, appendCells, updateBorders, setDataValidation, merges."""

from __future__ import annotations

from typing import Any

from tests.sheets_server import dimensions
from tests.sheets_server.defaults import mirror_colors, mirror_mask
from tests.sheets_server.errors import RequestError
from tests.sheets_server.formula_text import copy_formula
from tests.sheets_server.locales import decimal_comma
from tests.sheets_server.masks import Tree, merge, update_tree
from tests.sheets_server.model import EMPTY, Cell, Formula, Sheet
from tests.sheets_server.reading import Bounds
from tests.sheets_server.requests.registry import area, full_range, guard, handles, writable_area
from tests.sheets_server.spans import box_of, contains, grid_range, intersects
from tests.sheets_server.world import Call
from tests.sheets_server.writing import extended

EXTRA = ("note", "dataValidation", "textFormatRuns", "pivotTable", "chipRuns")
READ_ONLY = ("effectiveValue", "formattedValue", "effectiveFormat", "hyperlink")


def cell_mask(text: str | None) -> Tree:
    """The mask of CellData; read-only parts cannot be written."""
    tree = mirror_mask(update_tree(text, "CellData", "cell"))
    for name in READ_ONLY:
        if name in tree:
            raise RequestError(f"Unsupported field: {name}")
    return tree


def updated(old: Cell, data: dict[str, Any], tree: Tree, comma: bool = False) -> Cell:
    """The cell after the masked parts of a CellData were put on it."""
    every = "*" in tree
    cell = old
    if every or "userEnteredValue" in tree:
        cell = cell.with_value(extended(data.get("userEnteredValue", {}), comma))
    if every:
        cell = Cell(cell.value, data.get("userEnteredFormat") or None, cell.extra)
    elif "userEnteredFormat" in tree:
        sub = tree["userEnteredFormat"] or {"*": {}}
        cell = Cell(
            cell.value, merge(cell.format or {}, data.get("userEnteredFormat", {}), sub) or None, cell.extra
        )
    for name in EXTRA:
        if every or name in tree:
            item = data.get(name)
            if name == "note" and item is not None and len(item) > 50_000:
                raise RequestError(
                    "Your input contains more than the maximum of 50000 characters in a single cell."
                )
            cell = cell.with_extra(name, item or None)
    return cell


def _rows(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [mirror_colors(row) for row in request.get("rows", [])]


@handles("updateCells")
def update_cells(call: Call, request: dict[str, Any]) -> None:
    comma = decimal_comma(call.book.properties.get("locale", "en_US"))
    tree = cell_mask(request.get("fields"))
    rows = _rows(request)
    if "range" in request:
        sheet, box = writable_area(call, request["range"])
        _check_inside(rows, box)
    else:
        start = request.get("start", {})
        sheet = call.book.grid(start.get("sheetId", 0))
        row0, col0 = start.get("rowIndex", 0), start.get("columnIndex", 0)
        width = max((len(row.get("values", [])) for row in rows), default=0)
        box = (row0, row0 + len(rows), col0, col0 + width)
        _check_grid(sheet, box)
        guard(call, sheet, box)
        for i, row in enumerate(rows):
            for j, data in enumerate(row.get("values", [])):
                sheet.put(row0 + i, col0 + j, updated(sheet.cell(row0 + i, col0 + j), data, tree, comma))
        return
    for r in range(box[0], box[1]):
        given = rows[r - box[0]].get("values", []) if r - box[0] < len(rows) else []
        for c in range(box[2], box[3]):
            data = given[c - box[2]] if c - box[2] < len(given) else {}
            old = sheet.cell(r, c)
            if data or not old.blank:
                sheet.put(r, c, updated(old, data, tree, comma))


def _check_inside(rows: list[dict[str, Any]], box: Bounds) -> None:
    if len(rows) > box[1] - box[0]:
        raise RequestError(
            f"Attempting to write row: {box[1]}, beyond the last requested row of: {box[1] - 1}"
        )
    for row in rows:
        if len(row.get("values", [])) > box[3] - box[2]:
            raise RequestError(
                f"Attempting to write column: {box[3]}, beyond the last requested column of: {box[3] - 1}"
            )


def _check_grid(sheet: Sheet, box: Bounds) -> None:
    if box[1] > sheet.row_count:
        raise RequestError(
            f"Attempting to write row: {sheet.row_count}, beyond the last requested row of: {sheet.row_count - 1}"
        )
    if box[3] > sheet.column_count:
        raise RequestError(
            f"Attempting to write column: {sheet.column_count}, "
            f"beyond the last requested column of: {sheet.column_count - 1}"
        )


@handles("repeatCell")
def repeat_cell(call: Call, request: dict[str, Any]) -> None:
    """One cell over a range; a formula adapts as if copied from the corner."""
    comma = decimal_comma(call.book.properties.get("locale", "en_US"))
    tree = cell_mask(request.get("fields"))
    sheet, box = writable_area(call, request.get("range"))
    data = mirror_colors(request.get("cell", {}))
    nothing = not updated(EMPTY, data, tree).blank
    for r in range(box[0], box[1]):
        for c in range(box[2], box[3]):
            old = sheet.cell(r, c)
            if old.blank and not nothing:
                continue
            new = updated(old, data, tree, comma)
            if isinstance(new.value, Formula) and new.value != old.value:
                new = new.with_value(Formula(copy_formula(new.value.text, r - box[0], c - box[2])))
            sheet.put(r, c, new)


@handles("appendCells")
def append_cells(call: Call, request: dict[str, Any]) -> None:
    """Rows after the last row with data; the grid grows."""
    comma = decimal_comma(call.book.properties.get("locale", "en_US"))
    tree = cell_mask(request.get("fields"))
    sheet = call.book.grid(request.get("sheetId", 0))
    rows = _rows(request)
    last = max((r for r, row in enumerate(sheet.rows) if row and _has_data(row)), default=-1)
    row0 = last + 1
    width = max((len(row.get("values", [])) for row in rows), default=0)
    if row0 + len(rows) > sheet.row_count:
        dimensions.append(call.book, sheet, "ROWS", row0 + len(rows) - sheet.row_count)
    if width > sheet.column_count:
        dimensions.append(call.book, sheet, "COLUMNS", width - sheet.column_count)
    guard(call, sheet, (row0, row0 + len(rows), 0, max(width, 1)))
    for i, row in enumerate(rows):
        for c, data in enumerate(row.get("values", [])):
            sheet.put(row0 + i, c, updated(sheet.cell(row0 + i, c), data, tree, comma))


def _has_data(row: dict[int, Cell]) -> bool:
    return any(cell.value is not None for cell in row.values())


@handles("setDataValidation")
def set_data_validation(call: Call, request: dict[str, Any]) -> None:
    sheet, box = writable_area(call, request.get("range"))
    rule = request.get("rule")
    for table in sheet.tables:
        if intersects(box, box_of(table.get("range", {}), sheet.row_count, sheet.column_count)):
            raise RequestError("This operation is not allowed on cells in typed columns.")
    if rule is not None:
        check_condition(rule.get("condition"))
        rule = {k: v for k, v in rule.items() if v not in (False, "")}
    for r in range(box[0], box[1]):
        for c in range(box[2], box[3]):
            old = sheet.cell(r, c)
            if rule is not None or not old.blank:
                if request.get("filteredRowsIncluded") is False:
                    continue
                sheet.put(r, c, old.with_extra("dataValidation", rule))


NO_VALUE = {"BLANK", "NOT_BLANK", "TEXT_IS_EMAIL", "TEXT_IS_URL", "DATE_IS_VALID"}
TWO_VALUES = {"NUMBER_BETWEEN", "NUMBER_NOT_BETWEEN", "DATE_BETWEEN", "DATE_NOT_BETWEEN"}
ANY_VALUES = {
    "ONE_OF_LIST",
    "BOOLEAN",
    "TEXT_EQ",
    "TEXT_NOT_EQ",
    "NUMBER_EQ",
    "NUMBER_NOT_EQ",
    "DATE_EQ",
    "DATE_NOT_EQ",
}


def check_condition(condition: dict[str, Any] | None) -> None:
    """The number of values a condition type takes."""
    if not condition or not condition.get("type") or condition["type"] == "CONDITION_TYPE_UNSPECIFIED":
        raise RequestError("Must specify a condition type.")
    kind, count = condition["type"], len(condition.get("values", []))
    if kind in ANY_VALUES:
        if kind == "ONE_OF_LIST" and not count:
            raise RequestError(f"Invalid condition: {kind} requires at least one ConditionValue.")
        return
    needed = 0 if kind in NO_VALUE else 2 if kind in TWO_VALUES else 1
    if count != needed:
        raise RequestError(
            f"Invalid condition: {kind} requires exactly {needed} ConditionValue(s), but {count} given."
        )


@handles("mergeCells")
def merge_cells(call: Call, request: dict[str, Any]) -> None:
    sheet, box = writable_area(call, request.get("range"))
    kind = request.get("mergeType", "MERGE_ALL")
    rows, columns = sheet.row_count, sheet.column_count
    for merged in sheet.merges:
        old = box_of(merged, rows, columns)
        if intersects(box, old) and not contains(box, old):
            raise RequestError("You must select all cells in a merged range to merge or unmerge them.")
    _check_frozen(sheet, box, kind)
    pieces = [box]
    if kind == "MERGE_COLUMNS":
        pieces = [(box[0], box[1], c, c + 1) for c in range(box[2], box[3])]
    elif kind == "MERGE_ROWS":
        pieces = [(r, r + 1, box[2], box[3]) for r in range(box[0], box[1])]
    sheet.merges = [m for m in sheet.merges if not intersects(box, box_of(m, rows, columns))]
    for piece in pieces:
        if (piece[1] - piece[0]) * (piece[3] - piece[2]) > 1:
            sheet.merges.append(grid_range(sheet.id, piece))
            _keep_corner(sheet, piece)


def _check_frozen(sheet: Sheet, box: Bounds, kind: str) -> None:
    grid = sheet.properties["gridProperties"]
    frozen_rows, frozen_columns = grid.get("frozenRowCount", 0), grid.get("frozenColumnCount", 0)
    if kind != "MERGE_ROWS" and box[0] < frozen_rows < box[1]:
        raise RequestError("You can't merge frozen and non-frozen rows")
    if kind != "MERGE_COLUMNS" and box[2] < frozen_columns < box[3]:
        raise RequestError("You can't merge frozen and non-frozen columns")


def _keep_corner(sheet: Sheet, box: Bounds) -> None:
    """Only the top-left value survives a merge."""
    for r in range(box[0], box[1]):
        for c in [c for c in sheet.rows[r] or () if box[2] <= c < box[3]]:
            if (r, c) != (box[0], box[2]):
                sheet.put(r, c, sheet.cell(r, c).with_value(None))


@handles("unmergeCells")
def unmerge_cells(call: Call, request: dict[str, Any]) -> None:
    sheet, box = writable_area(call, request.get("range"))
    kept = []
    for merged in sheet.merges:
        old = box_of(merged, sheet.row_count, sheet.column_count)
        if not intersects(box, old):
            kept.append(merged)
        elif not contains(box, old):
            raise RequestError("You must select all cells in a merged range to merge or unmerge them.")
    sheet.merges = kept


SIDES = ("top", "bottom", "left", "right")


@handles("updateBorders")
def update_borders(call: Call, request: dict[str, Any]) -> None:
    full_range(request.get("range"), call)
    sheet, box = area(call, request.get("range"))
    guard(call, sheet, box)
    given = mirror_colors(request)
    for r in range(box[0], box[1]):
        for c in range(box[2], box[3]):
            sides = {
                "top": "top" if r == box[0] else "innerHorizontal",
                "bottom": "bottom" if r == box[1] - 1 else "innerHorizontal",
                "left": "left" if c == box[2] else "innerVertical",
                "right": "right" if c == box[3] - 1 else "innerVertical",
            }
            old = sheet.cell(r, c)
            borders = dict((old.format or {}).get("borders", {}))
            for side in SIDES:
                border = given.get(sides[side])
                if border is not None:
                    borders[side] = border
                    if border.get("style", "NONE") == "NONE":
                        del borders[side]
            format_ = {**(old.format or {}), "borders": borders}
            if not borders:
                del format_["borders"]
            sheet.put(r, c, Cell(old.value, format_ or None, old.extra))
