"""Tables (typed columns)."""

from __future__ import annotations

from typing import Any

from tests.sheets_server.defaults import mirror_colors
from tests.sheets_server.errors import RequestError
from tests.sheets_server.masks import merge, update_tree
from tests.sheets_server.model import Sheet
from tests.sheets_server.requests.registry import full_range, handles
from tests.sheets_server.spans import box_of, contains, intersects
from tests.sheets_server.world import Call


def _find(call: Call, table_id: str) -> tuple[Sheet, dict[str, Any]]:
    for sheet in call.book.sheets:
        for item in sheet.tables:
            if item["tableId"] == table_id:
                return sheet, item
    raise RequestError(f"No table with id: {table_id}")


def _columns(call: Call, table: dict[str, Any]) -> list[dict[str, Any]]:
    """One entry per column; a name comes from the request, else from the header cell."""
    sheet = call.book.grid(table["range"]["sheetId"])
    box = box_of(table["range"], sheet.row_count, sheet.column_count)
    given = {item.get("columnIndex", 0): item for item in table.get("columnProperties", [])}
    reading = call.reading()
    out = []
    for at in range(box[3] - box[2]):
        name = reading.formatted(sheet, box[0], box[2] + at) or f"Column {at + 1}"
        out.append({"columnIndex": at, "columnName": name, **given.get(at, {})})
    return out


@handles("addTable")
def add_table(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    table = mirror_colors(request.get("table", {}))
    table["range"] = full_range(table.get("range"), call)
    sheet = call.book.grid(table["range"]["sheetId"])
    box = box_of(table["range"], sheet.row_count, sheet.column_count)
    for other in sheet.tables:
        if intersects(box, box_of(other["range"], sheet.row_count, sheet.column_count)):
            raise RequestError("You can't create a table that overlaps another table.")
    taken = {item["tableId"] for each in call.book.sheets for item in each.tables}
    if table.get("tableId") in taken:
        raise RequestError(f"Table with id {table['tableId']} already exists.")
    table.setdefault("tableId", str(call.world.new_number(lambda n: str(n) in taken)))
    table.setdefault("name", f"Table{len(taken) + 1}")
    table["columnProperties"] = _columns(call, table)
    from tests.sheets_server.model import Cell

    for at, column in enumerate(table["columnProperties"]):
        old: Cell = sheet.cell(box[0], box[2] + at)
        sheet.put(box[0], box[2] + at, old.with_value(column["columnName"]))
    sheet.tables.append(table)
    return {"table": table}


@handles("updateTable")
def update_table(call: Call, request: dict[str, Any]) -> None:
    given = mirror_colors(request.get("table", {}))
    sheet, item = _find(call, given.get("tableId", ""))
    merged = merge(item, given, update_tree(request.get("fields"), "Table", "table"))
    merged["tableId"] = item["tableId"]
    merged["range"] = full_range(merged.get("range"), call)
    merged["columnProperties"] = _columns(call, merged)
    sheet.tables = [merged if each is item else each for each in sheet.tables]


@handles("deleteTable")
def delete_table(call: Call, request: dict[str, Any]) -> None:
    """The cells go too, and so do conditional formats that lie wholly on the table."""
    from tests.sheets_server.model import EMPTY

    sheet, item = _find(call, request.get("tableId", ""))
    box = box_of(item["range"], sheet.row_count, sheet.column_count)
    sheet.tables.remove(item)
    for r in range(box[0], box[1]):
        for c in [c for c in sheet.rows[r] or () if box[2] <= c < box[3]]:
            sheet.put(r, c, EMPTY)
    sheet.conditional = [
        rule
        for rule in sheet.conditional
        if not all(contains(box, box_of(r, sheet.row_count, sheet.column_count)) for r in rule["ranges"])
    ]
