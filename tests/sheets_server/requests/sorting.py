"""sortRange, randomizeRange, deleteDuplicates; row anchors follow a sort of whole rows."""

from __future__ import annotations

import functools
from typing import Any

from tests.sheets_server.errors import RequestError
from tests.sheets_server.formula_text import copy_formula
from tests.sheets_server.formula_values import FormulaError
from tests.sheets_server.model import EMPTY, Cell, Formula, Sheet
from tests.sheets_server.reading import Bounds
from tests.sheets_server.requests.registry import dimension_range, handles, writable_area
from tests.sheets_server.spans import box_of, intersects
from tests.sheets_server.world import Call


def _rank(value: Any) -> int:
    if isinstance(value, bool):
        return 2
    if isinstance(value, float):
        return 0
    return 3 if isinstance(value, FormulaError) else 1


def _order(one: Any, other: Any) -> int:
    """Numbers, then text, then booleans, then errors."""
    ranks = (_rank(one), _rank(other))
    if ranks[0] != ranks[1]:
        return -1 if ranks[0] < ranks[1] else 1
    if isinstance(one, FormulaError):
        return 0
    if isinstance(one, str):
        low = (one.casefold(), other.casefold())
        return (low[0] > low[1]) - (low[0] < low[1])
    return (one > other) - (one < other)


def _compare(keys: list[tuple[Any, bool]], others: list[tuple[Any, bool]]) -> int:
    """Blank cells come last in either order."""
    for (one, down), (other, _) in zip(keys, others, strict=True):
        if one is None or other is None:
            if one is not other:
                return 1 if one is None else -1
            continue
        found = _order(one, other)
        if found:
            return -found if down else found
    return 0


_Key = functools.cmp_to_key(_compare)


def sort_box(
    call: Call, sheet: Sheet, box: Bounds, specs: list[dict[str, Any]], anchors_follow: bool = True
) -> None:
    """A stable sort; dimensionIndex is the column of the sheet, not of the range."""
    reading = call.reading()
    chosen = [(s.get("dimensionIndex", 0), s.get("sortOrder") == "DESCENDING") for s in specs]
    for column, _ in chosen:
        if not box[2] <= column < box[3]:
            raise RequestError(f"dimensionIndex {column} is outside the range being sorted.")
    keys = {
        r: [(reading.effective(sheet, r, column), down) for column, down in chosen]
        for r in range(box[0], box[1])
    }
    order = sorted(keys, key=lambda row: _Key(keys[row]))
    arrange(call, sheet, box, order, anchors_follow)


def arrange(call: Call, sheet: Sheet, box: Bounds, order: list[int], anchors_follow: bool = True) -> None:
    """Puts the rows of a box in a new order: `order[i]` is the old row that comes i-th."""
    old = {r: {c: cell for c, cell in (sheet.rows[r] or {}).items() if box[2] <= c < box[3]} for r in order}
    whole = _covers_rows(sheet, box)
    for at, source in enumerate(order):
        target = box[0] + at
        kept = {c: cell for c, cell in (sheet.rows[target] or {}).items() if not box[2] <= c < box[3]}
        moved = {c: _moved(cell, target - source) for c, cell in old[source].items()}
        sheet.put_row(target, {**kept, **moved})
    if anchors_follow and whole:
        places = {source: box[0] + at for at, source in enumerate(order)}
        for item in list(call.book.metadata.values()):
            if item.sheet_id == sheet.id and item.dimension == "ROWS" and item.index in places:
                call.book.move_metadata(item.id, places[item.index])


def _covers_rows(sheet: Sheet, box: Bounds) -> bool:
    """Whether no value of these rows stands outside the box, so that rows move as wholes."""
    return not any(
        cell.value is not None and not box[2] <= c < box[3]
        for r in range(box[0], box[1])
        for c, cell in (sheet.rows[r] or {}).items()
    )


def _moved(cell: Cell, rows: int) -> Cell:
    if isinstance(cell.value, Formula) and rows:
        return cell.with_value(Formula(copy_formula(cell.value.text, rows, 0)))
    return cell


def _refuse_merges(sheet: Sheet, box: Bounds) -> None:
    if any(intersects(box, box_of(m, sheet.row_count, sheet.column_count)) for m in sheet.merges):
        raise RequestError("You can't sort a range with merged cells in it.")


@handles("sortRange")
def sort_range(call: Call, request: dict[str, Any]) -> None:
    sheet, box = writable_area(call, request.get("range"))
    specs = request.get("sortSpecs", [])
    if not specs:
        raise RequestError("Must specify at least one SortSpec.")
    _refuse_merges(sheet, box)
    sort_box(call, sheet, box, specs)


@handles("randomizeRange")
def randomize_range(call: Call, request: dict[str, Any]) -> None:
    sheet, box = writable_area(call, request.get("range"))
    order = list(range(box[0], box[1]))
    call.world.random.shuffle(order)
    arrange(call, sheet, box, order)


@handles("deleteDuplicates")
def delete_duplicates(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    """Later rows whose values show the same are taken out; the rest of the range moves up."""
    sheet, box = writable_area(call, request.get("range"))
    columns = set(range(box[2], box[3]))
    if request.get("comparisonColumns"):
        columns = set()
        for given in request["comparisonColumns"]:
            _, _, start, end = dimension_range(call, {"sheetId": sheet.id, **given})
            columns |= set(range(start, end))
    reading = call.reading()
    seen: set[tuple[str, ...]] = set()
    kept = []
    for r in range(box[0], box[1]):
        key = tuple(reading.formatted(sheet, r, c).casefold() for c in sorted(columns))
        if key not in seen or not any(key):
            seen.add(key)
            kept.append(r)
    lines = [{c: sheet.cell(r, c) for c in range(box[2], box[3])} for r in kept]
    for at, r in enumerate(range(box[0], box[1])):
        for c in range(box[2], box[3]):
            sheet.put(r, c, lines[at][c] if at < len(lines) else EMPTY)
    return {"duplicatesRemovedCount": box[1] - box[0] - len(kept)}
