"""How indexes and ranges move when rows or columns are inserted, deleted or moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

GRID_KEYS = {"sheetId", "startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"}
KEYS = {"ROWS": ("startRowIndex", "endRowIndex"), "COLUMNS": ("startColumnIndex", "endColumnIndex")}
Span = tuple[int | None, int | None]


@dataclass(frozen=True)
class Insert:
    """`count` new lines before line `at`."""

    at: int
    count: int

    def index(self, old: int) -> int | None:
        return old + self.count if old >= self.at else old

    def span(self, start: int | None, end: int | None) -> Span | None:
        first = start + self.count if start is not None and start >= self.at else start
        last = end + self.count if end is not None and end > self.at else end
        return first, last


@dataclass(frozen=True)
class Delete:
    """The lines `start` to `end` (half-open) go away."""

    start: int
    end: int

    def index(self, old: int) -> int | None:
        if old < self.start:
            return old
        return None if old < self.end else old - (self.end - self.start)

    def _edge(self, old: int) -> int:
        return old - max(0, min(old, self.end) - self.start)

    def span(self, start: int | None, end: int | None) -> Span | None:
        first = None if start is None else self._edge(start)
        last = None if end is None else self._edge(end)
        if last is not None and last <= (first or 0):
            return None
        return first, last


@dataclass(frozen=True)
class Move:
    """The lines `start` to `end` go before the line `to`, counted before the move."""

    start: int
    end: int
    to: int

    def index(self, old: int) -> int | None:
        count = self.end - self.start
        if self.start <= old < self.end:
            return old + (self.to - self.end if self.to >= self.end else self.to - self.start)
        if self.end <= old < self.to:
            return old - count
        if self.to <= old < self.start:
            return old + count
        return old

    def span(self, start: int | None, end: int | None) -> Span | None:
        if start is not None and end is not None and self.start <= start and end <= self.end:
            first = self.index(start)
            return first, (first or 0) + end - start
        taken = Delete(self.start, self.end).span(start, end)
        if taken is None:
            return start, end
        target = self.to - (self.end - self.start) if self.to >= self.end else self.to
        return Insert(target, self.end - self.start).span(*taken)


Shift = Insert | Delete | Move


def is_grid_range(value: Any) -> bool:
    return isinstance(value, dict) and "sheetId" in value and set(value) <= GRID_KEYS


def shift_range(value: dict[str, Any], dimension: str, shift: Shift) -> dict[str, Any] | None:
    """A GridRange after the shift, or None when nothing is left of it."""
    start_key, end_key = KEYS[dimension]
    moved = shift.span(value.get(start_key), value.get(end_key))
    if moved is None:
        return None
    out = {k: v for k, v in value.items() if k not in (start_key, end_key)}
    for key, at in zip((start_key, end_key), moved, strict=True):
        if at is not None:
            out[key] = at
    return out


def map_ranges(value: Any, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Any:
    """`value` with every GridRange in it changed; a range that vanished leaves its list, or is None."""
    if is_grid_range(value):
        return change(value)
    if isinstance(value, list):
        mapped = [map_ranges(item, change) for item in value]
        return [item for item in mapped if item is not None]
    if isinstance(value, dict):
        return {key: map_ranges(item, change) for key, item in value.items()}
    return value


def box_of(value: dict[str, Any], rows: int, columns: int) -> tuple[int, int, int, int]:
    """A GridRange as (row0, row1, col0, col1) inside a grid of that size."""
    return (
        min(value.get("startRowIndex", 0), rows),
        min(value.get("endRowIndex", rows), rows),
        min(value.get("startColumnIndex", 0), columns),
        min(value.get("endColumnIndex", columns), columns),
    )


def intersects(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def contains(outer: tuple[int, int, int, int], inner: tuple[int, int, int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1] and outer[2] <= inner[2] and inner[3] <= outer[3]


def grid_range(sheet_id: int, box: tuple[int, int, int, int]) -> dict[str, int]:
    return {
        "sheetId": sheet_id,
        "startRowIndex": box[0],
        "endRowIndex": box[1],
        "startColumnIndex": box[2],
        "endColumnIndex": box[3],
    }
