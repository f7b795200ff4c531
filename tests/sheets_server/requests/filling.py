"""autoFill: series of numbers, days, months and numbered texts go on in any direction, all else is repeated."""

from __future__ import annotations

import re
from typing import Any

from tests.sheets_server.errors import RequestError
from tests.sheets_server.formula_text import copy_formula
from tests.sheets_server.locales import ENGLISH_DAYS, ENGLISH_MONTHS
from tests.sheets_server.model import Cell, Formula, Sheet
from tests.sheets_server.numbers_out import is_date_format
from tests.sheets_server.reading import Bounds
from tests.sheets_server.requests.paste import make_room
from tests.sheets_server.requests.registry import area, guard, handles, writable_area
from tests.sheets_server.world import Call

NUMBERED = re.compile(r"(.*?)(\d+)\Z", re.DOTALL)
CYCLES = [list(names) for names in (ENGLISH_DAYS, ENGLISH_MONTHS)]
CYCLES += [[name[:3] for name in names] for names in CYCLES]


@handles("autoFill")
def auto_fill(call: Call, request: dict[str, Any]) -> None:
    """From a source into what lies beside it, or inside a range from the rows that hold something."""
    alternate = bool(request.get("useAlternateSeries"))
    if "range" in request:
        sheet, box = writable_area(call, request["range"])
        filled = [r for r in range(box[0], box[1]) if _any_value(sheet, r, box)]
        if filled:
            source = (filled[0], filled[-1] + 1, box[2], box[3])
            _fill(sheet, source, True, box[1] - source[1], alternate)
            _fill(sheet, source, True, box[0] - source[0], alternate)
        return
    given = request.get("sourceAndDestination", {})
    sheet, source = area(call, given.get("source"))
    length, down = given.get("fillLength", 0), given.get("dimension") == "ROWS"
    if given.get("dimension") is None:
        raise RequestError("SourceAndDestination.dimension must be specified.")
    low, high = min(length, 0), max(length, 0)
    row0, row1, col0, col1 = source
    box = (row0 + low, row1 + high, col0, col1) if down else (row0, row1, col0 + low, col1 + high)
    if min(box) < 0:
        raise RequestError("The destination range is outside the bounds of the sheet.")
    make_room(call, sheet, box)
    guard(call, sheet, box)
    _fill(sheet, source, down, length, alternate)


def _any_value(sheet: Sheet, row: int, box: Bounds) -> bool:
    return any(sheet.cell(row, column).value is not None for column in range(box[2], box[3]))


def _fill(sheet: Sheet, source: Bounds, down: bool, length: int, alternate: bool) -> None:
    row0, row1, col0, col1 = source
    along, across = ((row0, row1), (col0, col1)) if down else ((col0, col1), (row0, row1))
    size = along[1] - along[0]
    steps = range(size, size + length) if length > 0 else range(length, 0)
    for line in range(*across):
        spots = [(at, line) if down else (line, at) for at in range(*along)]
        given = [sheet.cell(*spot) for spot in spots]
        for step in steps:
            at = along[0] + step
            row, column = (at, line) if down else (line, at)
            pattern = given[step % size]
            moved = step - step % size
            value = _value(given, step, alternate)
            if isinstance(value, Formula):
                value = Formula(copy_formula(value.text, *((moved, 0) if down else (0, moved))))
            sheet.put(row, column, Cell(value, pattern.format, sheet.cell(row, column).extra))


def _value(given: list[Cell], step: int, alternate: bool) -> Any:
    """What stands `step` lines after the first of the cells given."""
    values = [cell.value for cell in given]
    repeated = values[step % len(values)]
    if all(isinstance(value, float) for value in values):
        if len(values) > 1:
            pace = values[-1] - values[-2]
        else:
            dated = is_date_format((given[0].format or {}).get("numberFormat"))
            pace = float(dated != alternate)
        return values[-1] + pace * (step - len(values) + 1)
    if not all(isinstance(value, str) for value in values) or (alternate and len(values) == 1):
        return repeated
    return _named(values, step) or _numbered(values, step) or repeated


def _named(values: list[str], step: int) -> str | None:
    for names in CYCLES:
        lower = [name.casefold() for name in names]
        if all(value.casefold() in lower for value in values):
            places = [lower.index(value.casefold()) for value in values]
            pace = places[-1] - places[-2] if len(places) > 1 else 1
            found = names[(places[-1] + pace * (step - len(values) + 1)) % len(names)]
            return found.upper() if values[0].isupper() else found.lower() if values[0].islower() else found
    return None


def _numbered(values: list[str], step: int) -> str | None:
    found = [NUMBERED.match(value) for value in values]
    if not all(found) or len({match[1] for match in found if match}) > 1:
        return None
    numbers = [int(match[2]) for match in found if match]
    pace = numbers[-1] - numbers[-2] if len(numbers) > 1 else 1
    number = abs(numbers[-1] + pace * (step - len(values) + 1))
    first = found[0]
    assert first is not None
    return f"{first[1]}{number:0{len(first[2]) if first[2][0] == '0' else 0}d}"
