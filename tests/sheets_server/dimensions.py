"""Inserting, deleting and moving rows and columns, with all that hangs on them."""

from __future__ import annotations

from typing import Any

from tests.sheets_server.errors import RequestError
from tests.sheets_server.formula_text import shift_formula
from tests.sheets_server.model import MAX_COLUMNS, Cell, Formula, Sheet, Spreadsheet
from tests.sheets_server.spans import (
    Delete,
    Insert,
    Move,
    Shift,
    map_ranges,
    shift_range,
)

SHEET_LISTS = ("merges", "protected", "conditional", "banded", "slicers", "tables", "filter_views")


def insert(book: Spreadsheet, sheet: Sheet, dimension: str, at: int, count: int, inherit: bool) -> None:
    """`count` new lines before line `at`; their format comes from the line before or after."""
    rows, columns = sheet.row_count, sheet.column_count
    if dimension == "ROWS":
        _check_room(book, sheet, rows + count, columns)
        pattern = at - 1 if inherit else at
        copied = _formats(sheet.rows[pattern]) if 0 <= pattern < rows else None
        sheet.rows[at:at] = [None] * count
        _set_size(sheet, rows + count, columns)
        for new in range(at, at + count):
            if copied:
                sheet.put_row(new, dict(copied))
    else:
        _check_room(book, sheet, rows, columns + count)
        _set_size(sheet, rows, columns + count)
        _shift_columns(sheet, Insert(at, count))
        _inherit_column(sheet, at, count, at - 1 if inherit else at + count)
    move_attached(book, sheet, dimension, Insert(at, count))


def delete(book: Spreadsheet, sheet: Sheet, dimension: str, start: int, end: int) -> None:
    """The lines go, with their cells, metadata and whatever lay wholly on them."""
    rows, columns = sheet.row_count, sheet.column_count
    if dimension == "ROWS":
        del sheet.rows[start:end]
        _set_size(sheet, rows - (end - start), columns)
    else:
        _set_size(sheet, rows, columns - (end - start))
        _shift_columns(sheet, Delete(start, end))
    _shrink_frozen(sheet, dimension, start, end)
    move_attached(book, sheet, dimension, Delete(start, end))


def move(book: Spreadsheet, sheet: Sheet, dimension: str, start: int, end: int, to: int) -> None:
    """The lines go before line `to`, counted as the sheet stood before."""
    if start <= to <= end:
        return
    shift = Move(start, end, to)
    if dimension == "ROWS":
        taken = sheet.rows[start:end]
        del sheet.rows[start:end]
        target = to - (end - start) if to >= end else to
        sheet.rows[target:target] = taken
    else:
        _shift_columns(sheet, shift)
    move_attached(book, sheet, dimension, shift)


def append(book: Spreadsheet, sheet: Sheet, dimension: str, count: int) -> None:
    """Lines at the end of the grid."""
    rows, columns = sheet.row_count, sheet.column_count
    if dimension == "ROWS":
        rows += count
    else:
        columns += count
    _check_room(book, sheet, rows, columns)
    sheet.grow(rows, columns)


def _check_room(book: Spreadsheet, sheet: Sheet, rows: int, columns: int) -> None:
    if columns > MAX_COLUMNS:
        raise RequestError(
            f"This action would increase the number of columns in the sheet above the limit of {MAX_COLUMNS} columns."
        )
    kept = sheet.properties
    grid = {**kept["gridProperties"], "rowCount": rows, "columnCount": columns}
    sheet.properties = {**kept, "gridProperties": grid}
    try:
        book.check_cell_total()
    finally:
        sheet.properties = kept


def _set_size(sheet: Sheet, rows: int, columns: int) -> None:
    """Only the figures; the caller moves the cells."""
    grid = {**sheet.properties["gridProperties"], "rowCount": rows, "columnCount": columns}
    sheet.properties = {**sheet.properties, "gridProperties": grid}


def _shrink_frozen(sheet: Sheet, dimension: str, start: int, end: int) -> None:
    key = "frozenRowCount" if dimension == "ROWS" else "frozenColumnCount"
    grid = dict(sheet.properties["gridProperties"])
    frozen = grid.get(key, 0)
    if frozen > start:
        grid[key] = frozen - (min(end, frozen) - start)
        sheet.properties = {**sheet.properties, "gridProperties": grid}


def _formats(row: dict[int, Cell] | None) -> dict[int, Cell] | None:
    """Format and validation of a row's cells, without values and notes."""
    if not row:
        return None
    out = {}
    for column, cell in row.items():
        rule = (cell.extra or {}).get("dataValidation")
        fresh = Cell(None, cell.format, {"dataValidation": rule} if rule else None)
        if not fresh.blank:
            out[column] = fresh
    return out or None


def _inherit_column(sheet: Sheet, at: int, count: int, pattern: int) -> None:
    for r, row in enumerate(sheet.rows):
        source = _formats({pattern: row[pattern]}) if row and pattern in row else None
        if source:
            for new in range(at, at + count):
                sheet.put(r, new, source[pattern])


def _shift_columns(sheet: Sheet, shift: Shift) -> None:
    for r, row in enumerate(sheet.rows):
        if not row:
            continue
        moved = {}
        for column, cell in row.items():
            target = shift.index(column)
            if target is not None:
                moved[target] = cell
        sheet.put_row(r, moved)


def move_attached(book: Spreadsheet, sheet: Sheet, dimension: str, shift: Shift) -> None:
    """Ranges, line properties, groups, metadata and formulas follow their lines."""

    def change(value: dict[str, Any]) -> dict[str, Any] | None:
        return shift_range(value, dimension, shift) if value["sheetId"] == sheet.id else value

    for name in SHEET_LISTS:
        listed = [map_ranges(item, change) for item in getattr(sheet, name)]
        setattr(sheet, name, [item for item in listed if _still_there(name, item)])
    if sheet.basic_filter:
        moved = map_ranges(sheet.basic_filter, change)
        sheet.basic_filter = moved if moved.get("range") else None
    for other in book.sheets:
        other.charts = [_moved_chart(chart, change, sheet, dimension, shift) for chart in other.charts]
    book.named = [n for n in (map_ranges(item, change) for item in book.named) if n.get("range")]
    if dimension == "COLUMNS":
        for holder in [*sheet.filter_views, *([sheet.basic_filter] if sheet.basic_filter else [])]:
            _move_filter_columns(holder, shift)
    _move_line_properties(sheet, dimension, shift)
    _move_metadata(book, sheet, dimension, shift)
    _move_formulas(book, sheet, dimension, shift)


def _still_there(name: str, item: Any) -> bool:
    if item is None:
        return False
    if name == "merges":
        one_row = item["endRowIndex"] - item["startRowIndex"] == 1
        return not (one_row and item["endColumnIndex"] - item["startColumnIndex"] == 1)
    if name == "conditional":
        return bool(item.get("ranges"))
    return name == "slicers" or item.get("range", True) is not None


def _moved_chart(chart: dict[str, Any], change: Any, sheet: Sheet, dimension: str, shift: Shift) -> Any:
    moved = map_ranges(chart, change)
    basic = moved.get("spec", {}).get("basicChart")
    if basic:
        for part, inner in (("series", "series"), ("domains", "domain")):
            if part in basic:
                basic[part] = [
                    each
                    for each in basic[part]
                    if each.get(inner, {}).get("sourceRange", {"sources": [1]}).get("sources")
                ]
    anchor = moved.get("position", {}).get("overlayPosition", {}).get("anchorCell")
    if anchor and anchor.get("sheetId", 0) == sheet.id:
        key = "rowIndex" if dimension == "ROWS" else "columnIndex"
        old = anchor.get(key, 0)
        new = shift.index(old)
        if new is None:
            assert isinstance(shift, Delete)
            new = shift.start
        anchor[key] = new
    return moved


def _move_filter_columns(holder: dict[str, Any], shift: Shift) -> None:
    for name, key in (("sortSpecs", "dimensionIndex"), ("filterSpecs", "columnIndex")):
        kept = []
        for spec in holder.get(name, []):
            target = shift.index(spec.get(key, 0))
            if target is not None:
                kept.append({**spec, key: target})
        if kept:
            holder[name] = kept
        else:
            holder.pop(name, None)
    criteria = {}
    for key, rule in holder.get("criteria", {}).items():
        target = shift.index(int(key))
        if target is not None:
            criteria[str(target)] = rule
    if criteria:
        holder["criteria"] = criteria
    else:
        holder.pop("criteria", None)


def _move_line_properties(sheet: Sheet, dimension: str, shift: Shift) -> None:
    name = "row_props" if dimension == "ROWS" else "column_props"
    moved = {}
    for at, properties in getattr(sheet, name).items():
        target = shift.index(at)
        if target is not None:
            moved[target] = properties
    setattr(sheet, name, moved)
    name = "row_groups" if dimension == "ROWS" else "column_groups"
    groups = []
    for group in getattr(sheet, name):
        span = shift.span(group["range"]["startIndex"], group["range"]["endIndex"])
        if span is not None:
            groups.append({**group, "range": {**group["range"], "startIndex": span[0], "endIndex": span[1]}})
    setattr(sheet, name, groups)


def _move_metadata(book: Spreadsheet, sheet: Sheet, dimension: str, shift: Shift) -> None:
    for item in list(book.metadata.values()):
        if item.sheet_id != sheet.id or item.dimension != dimension or item.index is None:
            continue
        target = shift.index(item.index)
        if target is None:
            book.drop_metadata(item.id)
        elif target != item.index:
            book.move_metadata(item.id, target)


def _move_formulas(book: Spreadsheet, sheet: Sheet, dimension: str, shift: Shift) -> None:
    for other in book.sheets:
        for r, row in enumerate(other.rows):
            if not row:
                continue
            for column, cell in list(row.items()):
                if isinstance(cell.value, Formula):
                    text = shift_formula(cell.value.text, other.title, sheet.title, dimension, shift)
                    if text != cell.value.text:
                        other.put(r, column, cell.with_value(Formula(text)))
