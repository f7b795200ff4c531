"""Requests on rows and columns: insert, append, delete, move, properties, groups, auto-resize, ranges shifted."""

from __future__ import annotations

from typing import Any

from tests.sheets_server import dimensions
from tests.sheets_server.errors import RequestError
from tests.sheets_server.grid import COLUMN_PIXELS, ROW_PIXELS
from tests.sheets_server.masks import merge, update_tree
from tests.sheets_server.model import Sheet
from tests.sheets_server.reading import Bounds
from tests.sheets_server.requests.registry import dimension_range, guard, guard_insert, handles, writable_area
from tests.sheets_server.world import Call

# Arial at 10 points: widths in thousandths of an em. Google made 1,024 capital A (667 each) 8,691 pixels wide.
EM_PIXELS = 12.72
SIDE_PIXELS = 3
WIDTHS = {
    222: "ijl'", 278: " fItI.,:;!/\\|[]", 333: "r-()`", 355: '"', 389: "*", 500: "ckszJvxy", 584: "+<=>~",
    611: "FTZ", 667: "ABEKPSVXY&", 722: "CDHNRUw", 778: "GOQ", 833: "mM", 889: "%", 944: "W", 1015: "@",
}  # fmt: skip
CHARACTER_WIDTH = {char: width for width, chars in WIDTHS.items() for char in chars}


def text_pixels(text: str) -> int:
    """The width of one line of text in the default font; CJK characters are one em wide."""
    total = sum(CHARACTER_WIDTH.get(char, 1000 if ord(char) > 0x2E7F else 556) for char in text)
    return round(total * EM_PIXELS / 1000 + SIDE_PIXELS)


def _word(dimension: str) -> str:
    return "row" if dimension == "ROWS" else "column"


def _size(sheet: Sheet, dimension: str) -> int:
    return sheet.row_count if dimension == "ROWS" else sheet.column_count


def _lines(sheet: Sheet, dimension: str, start: int, end: int) -> Bounds:
    if dimension == "ROWS":
        return start, end, 0, sheet.column_count
    return 0, sheet.row_count, start, end


@handles("insertDimension")
def insert_dimension(call: Call, request: dict[str, Any]) -> None:
    sheet, dimension, start, end = dimension_range(call, request.get("range"))
    size = _size(sheet, dimension)
    if start > size:
        raise RequestError(f"range.startIndex[{start}] is after last {_word(dimension)} in grid[{size}]")
    inherit = bool(request.get("inheritFromBefore"))
    if inherit and start == 0:
        raise RequestError("inheritFromBefore cannot be true when inserting at the start of the sheet.")
    guard_insert(call, sheet, dimension, start)
    dimensions.insert(call.book, sheet, dimension, start, end - start, inherit)


@handles("appendDimension")
def append_dimension(call: Call, request: dict[str, Any]) -> None:
    sheet = call.book.grid(request.get("sheetId", 0))
    length = request.get("length", 0)
    if length < 1:
        raise RequestError("length must be greater than 0.")
    if request.get("dimension") not in ("ROWS", "COLUMNS"):
        raise RequestError("No dimension specified.")
    dimensions.append(call.book, sheet, request["dimension"], length)


@handles("deleteDimension")
def delete_dimension(call: Call, request: dict[str, Any]) -> None:
    sheet, dimension, start, end = dimension_range(call, request.get("range"))
    size, word = _size(sheet, dimension), _word(dimension)
    if end > size:
        raise RequestError(
            f"Cannot delete a {word} that doesn't exist. Tried to delete {word} index {end - 1} "
            f"but there are only {size} {word}s."
        )
    if end - start >= size:
        raise RequestError(f"You can't delete all the {word}s on the sheet.")
    grid = sheet.properties["gridProperties"]
    frozen = grid.get("frozenRowCount" if dimension == "ROWS" else "frozenColumnCount", 0)
    if frozen and start <= frozen and end >= size:
        raise RequestError(f"Sorry, it is not possible to delete all non-frozen {word}s.")
    guard(call, sheet, _lines(sheet, dimension, start, end))
    dimensions.delete(call.book, sheet, dimension, start, end)


@handles("moveDimension")
def move_dimension(call: Call, request: dict[str, Any]) -> None:
    sheet, dimension, start, end = dimension_range(call, request.get("source"))
    size, word = _size(sheet, dimension), _word(dimension)
    to = request.get("destinationIndex", 0)
    if end > size or not 0 <= to <= size:
        raise RequestError(f"Cannot move a {word} that doesn't exist. There are only {size} {word}s.")
    guard(call, sheet, _lines(sheet, dimension, start, end))
    dimensions.move(call.book, sheet, dimension, start, end, to)


@handles("updateDimensionProperties")
def update_dimension_properties(call: Call, request: dict[str, Any]) -> None:
    sheet, dimension, start, end = dimension_range(call, request.get("range"))
    size, word = _size(sheet, dimension), _word(dimension)
    if end > size:
        raise RequestError(f"range.endIndex[{end}] is after last {word} in grid[{size}]")
    tree = update_tree(request.get("fields"), "DimensionProperties", "properties")
    for name in tree:
        if name in ("hiddenByFilter", "developerMetadata"):
            raise RequestError(f"Unsupported field: {name}")
    given = request.get("properties", {})
    if given.get("pixelSize", 1) < 0:
        raise RequestError("pixelSize must be non-negative.")
    held = sheet.row_props if dimension == "ROWS" else sheet.column_props
    hidden = "hiddenByUser" in tree and given.get("hiddenByUser")
    if hidden and all(at in range(start, end) or held.get(at, {}).get("hiddenByUser") for at in range(size)):
        raise RequestError(f"You can't hide all the {word}s on the sheet.")
    for at in range(start, end):
        merged = {k: v for k, v in merge(held.get(at, {}), given, tree).items() if v}
        if merged:
            held[at] = merged
        else:
            held.pop(at, None)


@handles("autoResizeDimensions")
def auto_resize(call: Call, request: dict[str, Any]) -> None:
    sheet, dimension, start, end = dimension_range(call, request.get("dimensions"))
    size = _size(sheet, dimension)
    if end > size:
        raise RequestError(f"range.endIndex[{end}] is after last {_word(dimension)} in grid[{size}]")
    reading = call.reading()
    if dimension == "ROWS":
        for r in range(start, end):
            lines = max(
                (reading.formatted(sheet, r, c).count("\n") + 1 for c in sheet.rows[r] or ()), default=1
            )
            _set_pixels(sheet.row_props, r, ROW_PIXELS + (lines - 1) * 13, ROW_PIXELS)
        return
    for c in range(start, end):
        widest = max(
            (text_pixels(line) for row in range(sheet.row_count) if sheet.rows[row] and c in (sheet.rows[row] or ())
             for line in reading.formatted(sheet, row, c).split("\n")),
            default=0,
        )  # fmt: skip
        if widest:
            _set_pixels(sheet.column_props, c, max(21, widest), COLUMN_PIXELS)


def _set_pixels(held: dict[int, dict[str, Any]], at: int, pixels: int, default: int) -> None:
    properties = {**held.get(at, {}), "pixelSize": pixels}
    if pixels == default:
        del properties["pixelSize"]
    if properties:
        held[at] = properties
    else:
        held.pop(at, None)


# Groups -------------------------------------------------------------------------------------------


def _groups(sheet: Sheet, dimension: str) -> str:
    return "row_groups" if dimension == "ROWS" else "column_groups"


def _depths(groups: list[dict[str, Any]], size: int) -> list[int]:
    out = [0] * size
    for group in groups:
        for at in range(group["range"]["startIndex"], min(group["range"]["endIndex"], size)):
            out[at] = max(out[at], group["depth"])
    return out


def _from_depths(
    depths: list[int], sheet_id: int, dimension: str, old: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The groups a profile of depths stands for; a collapsed one stays so."""
    collapsed = {
        (g["range"]["startIndex"], g["range"]["endIndex"], g["depth"]) for g in old if g.get("collapsed")
    }
    found = []
    for depth in range(1, max(depths, default=0) + 1):
        start = None
        for at, value in enumerate([*depths, 0]):
            if value >= depth and start is None:
                start = at
            elif value < depth and start is not None:
                span = {"sheetId": sheet_id, "dimension": dimension, "startIndex": start, "endIndex": at}
                group: dict[str, Any] = {"range": span, "depth": depth}
                if (start, at, depth) in collapsed:
                    group["collapsed"] = True
                found.append(group)
                start = None
    return sorted(found, key=lambda g: (g["range"]["startIndex"], g["depth"]))


@handles("addDimensionGroup")
def add_dimension_group(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    sheet, dimension, start, end = dimension_range(call, request.get("range"))
    name, size = _groups(sheet, dimension), _size(sheet, dimension)
    old = getattr(sheet, name)
    depths = _depths(old, size)
    if end > size:
        raise RequestError(f"range.endIndex[{end}] is after last {_word(dimension)} in grid[{size}]")
    if max(depths[start:end]) >= 8:
        raise RequestError("Cannot create a group: the maximum group depth of 8 was reached.")
    for at in range(start, end):
        depths[at] += 1
    setattr(sheet, name, _from_depths(depths, sheet.id, dimension, old))
    flag = "rowGroupControlAfter" if dimension == "ROWS" else "columnGroupControlAfter"
    grid = sheet.properties["gridProperties"]
    sheet.properties = {**sheet.properties, "gridProperties": {flag: True, **grid}}
    return {"dimensionGroups": getattr(sheet, name)}


@handles("deleteDimensionGroup")
def delete_dimension_group(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    sheet, dimension, start, end = dimension_range(call, request.get("range"))
    name = _groups(sheet, dimension)
    old = getattr(sheet, name)
    depths = _depths(old, _size(sheet, dimension))
    if not any(depths[start:end]):
        raise RequestError(f"There is no {_word(dimension)} group at {start}:{end}")
    for at in range(start, min(end, len(depths))):
        depths[at] = max(0, depths[at] - 1)
    setattr(sheet, name, _from_depths(depths, sheet.id, dimension, old))
    return {"dimensionGroups": getattr(sheet, name)}


@handles("updateDimensionGroup")
def update_dimension_group(call: Call, request: dict[str, Any]) -> None:
    given = request.get("dimensionGroup", {})
    sheet, dimension, start, end = dimension_range(call, given.get("range"))
    update_tree(request.get("fields"), "DimensionGroup", "dimensionGroup")
    held = sheet.row_props if dimension == "ROWS" else sheet.column_props
    for group in getattr(sheet, _groups(sheet, dimension)):
        span = group["range"]
        if (span["startIndex"], span["endIndex"], group["depth"]) == (start, end, given.get("depth", 0)):
            group["collapsed"] = bool(given.get("collapsed"))
            for at in range(start, end):
                held[at] = {**held.get(at, {}), "hiddenByUser": group["collapsed"]}
            return
    raise RequestError(
        f"There is no {_word(dimension)} group at {start}:{end} with depth {given.get('depth', 0)}"
    )


# Cells that make room -----------------------------------------------------------------------------


@handles("insertRange")
def insert_range(call: Call, request: dict[str, Any]) -> None:
    """Cells move down or right to make room; what falls off a full grid makes the grid grow."""
    sheet, box = writable_area(call, request.get("range"))
    rows = request.get("shiftDimension") == "ROWS"
    step = box[1] - box[0] if rows else box[3] - box[2]
    moved = [(r, c, sheet.cell(r, c)) for r, c in _tail(sheet, box, rows, inclusive=True)]
    furthest = max(((r if rows else c) + step + 1 for r, c, _ in moved), default=0)
    size = sheet.row_count if rows else sheet.column_count
    if furthest > size:
        dimensions.append(call.book, sheet, "ROWS" if rows else "COLUMNS", furthest - size)
    _put_moved(sheet, moved, step if rows else 0, 0 if rows else step)


@handles("deleteRange")
def delete_range(call: Call, request: dict[str, Any]) -> None:
    sheet, box = writable_area(call, request.get("range"))
    rows = request.get("shiftDimension") == "ROWS"
    from tests.sheets_server.model import EMPTY

    for r in range(box[0], box[1]):
        for c in [c for c in sheet.rows[r] or () if box[2] <= c < box[3]]:
            sheet.put(r, c, EMPTY)
    step = box[1] - box[0] if rows else box[3] - box[2]
    moved = [(r, c, sheet.cell(r, c)) for r, c in _tail(sheet, box, rows, inclusive=False)]
    _put_moved(sheet, moved, -step if rows else 0, 0 if rows else -step)


def _tail(sheet: Sheet, box: Bounds, rows: bool, inclusive: bool) -> list[tuple[int, int]]:
    """The filled cells in and behind a box, along the shift."""
    first_row = (box[0] if inclusive else box[1]) if rows else box[0]
    first_column = box[2] if rows else (box[2] if inclusive else box[3])
    last_row = sheet.row_count if rows else box[1]
    last_column = box[3] if rows else sheet.column_count
    return [
        (r, c)
        for r in range(first_row, last_row)
        for c in sorted(sheet.rows[r] or ())
        if first_column <= c < last_column
    ]


def _put_moved(sheet: Sheet, moved: list[tuple[int, int, Any]], rows: int, columns: int) -> None:
    from tests.sheets_server.model import EMPTY

    for r, c, _ in moved:
        sheet.put(r, c, EMPTY)
    for r, c, cell in moved:
        sheet.put(r + rows, c + columns, cell)
