"""values.append: which table a range means, and where the new rows go."""

from __future__ import annotations

from typing import Any

from tests.sheets_server import dimensions
from tests.sheets_server.model import Sheet, Spreadsheet
from tests.sheets_server.reading import Bounds, Target
from tests.sheets_server.spans import intersects


def tables(sheet: Sheet) -> list[Bounds]:
    """The boxes of data that touch no other data, not even at a corner, in reading order of their end."""
    filled = {
        r: {c for c, cell in row.items() if cell.value is not None} for r, row in enumerate(sheet.rows) if row
    }
    rows = sorted(r for r, columns in filled.items() if columns)
    boxes: list[Bounds] = []
    for r in rows:
        for first, last in _runs(filled[r]):
            boxes.append((r, r + 1, first, last))
        if len(boxes) > 64:
            boxes = _joined(boxes)
    return sorted(_joined(boxes), key=lambda box: (box[1], box[3]))


def _runs(columns: set[int]) -> list[tuple[int, int]]:
    """Neighbouring columns as half-open spans."""
    out: list[tuple[int, int]] = []
    for column in sorted(columns):
        if out and out[-1][1] == column:
            out[-1] = (out[-1][0], column + 1)
        else:
            out.append((column, column + 1))
    return out


def _joined(boxes: list[Bounds]) -> list[Bounds]:
    """Boxes that touch become one, until none touch."""
    todo = list(boxes)
    done: list[Bounds] = []
    while todo:
        box = todo.pop()
        grown = (box[0] - 1, box[1] + 1, box[2] - 1, box[3] + 1)
        hit = next((other for other in done if intersects(grown, other)), None)
        if hit is None:
            done.append(box)
            continue
        done.remove(hit)
        todo.append((min(box[0], hit[0]), max(box[1], hit[1]), min(box[2], hit[2]), max(box[3], hit[3])))
    return done


def place_append(
    book: Spreadsheet, found: Target, rows: list[list[Any]], insert: bool
) -> tuple[Bounds | None, Bounds]:
    """The table found (None: the range itself is the place) and the box for the new rows.

    The grid grows when they do not fit.
    """
    sheet = found.sheet
    area = found.clipped()
    matching = [box for box in tables(sheet) if intersects(box, area)]
    table = matching[-1] if matching else None
    row0, col0 = (table[1], table[2]) if table else (area[0], area[2])
    height = max(len(rows), 1)
    width = max((len(line) for line in rows), default=1) or 1
    missing_columns = col0 + width - sheet.column_count
    if missing_columns > 0:
        dimensions.append(book, sheet, "COLUMNS", missing_columns)
    if insert and table and row0 < sheet.row_count:
        dimensions.insert(book, sheet, "ROWS", row0, height, True)
    missing_rows = row0 + height - sheet.row_count
    if missing_rows > 0:
        dimensions.append(book, sheet, "ROWS", missing_rows)
    return table, (row0, row0 + height, col0, col0 + width)
