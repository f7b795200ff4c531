"""copyPaste, cutPaste, autoFill, pasteData."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.sheets_server import dimensions
from tests.sheets_server.errors import RequestError
from tests.sheets_server.formula_text import copy_formula
from tests.sheets_server.model import EMPTY, Cell, Formula, Sheet
from tests.sheets_server.reading import Bounds, Reading
from tests.sheets_server.requests.registry import area, guard, handles, writable_area
from tests.sheets_server.spans import box_of, contains, grid_range
from tests.sheets_server.world import Call
from tests.sheets_server.writing import typed


def _values_of(reading: Reading, sheet: Sheet, row: int, column: int) -> Any:
    value = reading.effective(sheet, row, column)
    return value if value is None or isinstance(value, float | str | bool) else str(value)


def pasted(old: Cell, new: Cell, kind: str, flat: Any, shift: tuple[int, int]) -> Cell:
    """The cell after a paste of `new` onto `old`; `flat` is the computed value of the source."""
    value = new.value
    if isinstance(value, Formula):
        value = Formula(copy_formula(value.text, *shift))
    rule = (new.extra or {}).get("dataValidation")
    if kind == "PASTE_VALUES":
        return old.with_value(flat)
    if kind == "PASTE_FORMULA":
        return old.with_value(value)
    if kind in ("PASTE_FORMAT", "PASTE_CONDITIONAL_FORMATTING"):
        return (
            old
            if kind != "PASTE_FORMAT"
            else Cell(old.value, new.format, old.extra).with_extra("dataValidation", rule)
        )
    if kind == "PASTE_DATA_VALIDATION":
        return old.with_extra("dataValidation", rule)
    if kind == "PASTE_NO_BORDERS":
        format_ = {k: v for k, v in (new.format or {}).items() if k != "borders"}
        return Cell(value, format_ or None, new.extra)
    return Cell(value, new.format, new.extra)


def _conditional(call: Call, source: Sheet, box: Bounds, sheet: Sheet, corner: tuple[int, int]) -> None:
    """Conditional formats over the source reach over the target too."""
    height, width = box[1] - box[0], box[3] - box[2]
    for rule in list(source.conditional):
        covers = any(
            contains(box_of(r, source.row_count, source.column_count), box) for r in rule.get("ranges", [])
        )
        if not covers:
            continue
        new = grid_range(sheet.id, (corner[0], corner[0] + height, corner[1], corner[1] + width))
        if sheet is source and new not in rule["ranges"]:
            inside = any(
                contains(
                    box_of(r, sheet.row_count, sheet.column_count),
                    box_of(new, sheet.row_count, sheet.column_count),
                )
                for r in rule["ranges"]
            )
            if not inside:
                rule["ranges"] = [*rule["ranges"], new]


@handles("copyPaste")
def copy_paste(call: Call, request: dict[str, Any]) -> None:
    """The source is repeated as often as it fits into the destination, at least once."""
    source, box = area(call, request.get("source"))
    sheet, given = area(call, request.get("destination"))
    kind = request.get("pasteType", "PASTE_NORMAL")
    turned = request.get("pasteOrientation") == "TRANSPOSE"
    height, width = box[1] - box[0], box[3] - box[2]
    if turned:
        height, width = width, height
    times_down = max(1, (given[1] - given[0]) // height)
    times_across = max(1, (given[3] - given[2]) // width)
    target = (given[0], given[0] + times_down * height, given[2], given[2] + times_across * width)
    make_room(call, sheet, target)
    guard(call, sheet, target)
    reading = call.reading()
    cells = {
        (r, c): (source.cell(box[0] + r, box[2] + c), _values_of(reading, source, box[0] + r, box[2] + c))
        for r in range(box[1] - box[0])
        for c in range(box[3] - box[2])
    }
    for r in range(target[0], target[1]):
        for c in range(target[2], target[3]):
            i, j = (r - target[0]) % height, (c - target[2]) % width
            place = (j, i) if turned else (i, j)
            new, flat = cells[place]
            shift = (r - box[0] - place[0], c - box[2] - place[1])
            sheet.put(r, c, pasted(sheet.cell(r, c), new, kind, flat, shift))
    if kind in ("PASTE_NORMAL", "PASTE_FORMAT", "PASTE_CONDITIONAL_FORMATTING"):
        _conditional(call, source, box, sheet, (target[0], target[2]))


def make_room(call: Call, sheet: Sheet, box: Bounds) -> None:
    if box[1] > sheet.row_count:
        dimensions.append(call.book, sheet, "ROWS", box[1] - sheet.row_count)
    if box[3] > sheet.column_count:
        dimensions.append(call.book, sheet, "COLUMNS", box[3] - sheet.column_count)


@handles("cutPaste")
def cut_paste(call: Call, request: dict[str, Any]) -> None:
    """The cells move; references inside a moved formula stay as they are."""
    source, box = writable_area(call, request.get("source"))
    place = request.get("destination", {})
    sheet = call.book.grid(place.get("sheetId", 0))
    row0, col0 = place.get("rowIndex", 0), place.get("columnIndex", 0)
    target = (row0, row0 + box[1] - box[0], col0, col0 + box[3] - box[2])
    make_room(call, sheet, target)
    guard(call, sheet, target)
    kind = request.get("pasteType", "PASTE_NORMAL")
    reading = call.reading()
    taken = [
        (r - box[0], c - box[2], source.cell(r, c), _values_of(reading, source, r, c))
        for r in range(box[0], box[1])
        for c in range(box[2], box[3])
    ]
    merges = [m for m in source.merges if contains(box, box_of(m, source.row_count, source.column_count))]
    source.merges = [m for m in source.merges if m not in merges]
    for i, j, _, _ in taken:
        left = EMPTY if kind == "PASTE_NORMAL" else source.cell(box[0] + i, box[2] + j).with_value(None)
        source.put(box[0] + i, box[2] + j, left)
    for i, j, cell, flat in taken:
        old = sheet.cell(row0 + i, col0 + j)
        sheet.put(row0 + i, col0 + j, pasted(old, cell, kind, flat, (0, 0)))
    for merged in merges:
        old_box = box_of(merged, source.row_count, source.column_count)
        down, across = row0 - box[0], col0 - box[2]
        moved = (old_box[0] + down, old_box[1] + down, old_box[2] + across, old_box[3] + across)
        sheet.merges.append(grid_range(sheet.id, moved))


@handles("pasteData")
def paste_data(call: Call, request: dict[str, Any]) -> None:
    place = request.get("coordinate", {})
    sheet = call.book.grid(place.get("sheetId", 0))
    row0, col0 = place.get("rowIndex", 0), place.get("columnIndex", 0)
    if request.get("html"):
        raise RequestError("This server pastes delimited text only.")
    sign = request.get("delimiter") or "\t"
    data = request.get("data", "")
    rows = (
        list(csv.reader(io.StringIO(data), delimiter=sign))
        if len(sign) == 1 and sign not in '"\r\n'
        else [line.split(sign) for line in data.splitlines()]
    )
    width = max((len(row) for row in rows), default=1)
    box = (row0, row0 + len(rows), col0, col0 + width)
    make_room(call, sheet, box)
    guard(call, sheet, box)
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            old = sheet.cell(row0 + i, col0 + j)
            sheet.put(row0 + i, col0 + j, typed(old, text, "USER_ENTERED", call.reading().locale, call.today))
