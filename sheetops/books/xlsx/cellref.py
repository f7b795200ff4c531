"""Cell addresses in A1 form: rows and columns count from 1."""

from __future__ import annotations

import re
from typing import NamedTuple

from sheetops.domain.cells import cell_name
from sheetops.errors import EditRefused

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_ROWS = re.compile(r"\$?([1-9][0-9]{0,6}):\$?([1-9][0-9]{0,6})")


class Area(NamedTuple):
    """A rectangle of cells, both corners included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def meets(self, other: Area) -> bool:
        """Whether the two share a cell."""
        across = self.left <= other.right and other.left <= self.right
        return across and self.top <= other.bottom and other.top <= self.bottom

    def with_cell(self, row: int, column: int) -> Area:
        """The smallest rectangle that holds this one and the cell."""
        return Area(
            min(self.top, row), min(self.left, column), max(self.bottom, row), max(self.right, column)
        )

    def __str__(self) -> str:
        first, last = cell_name(self.top, self.left), cell_name(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"


def column_number(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def cell_at(name: str) -> tuple[int, int] | None:
    """C2 → (2, 3); None if it is no address inside A1:XFD1048576."""
    match = _CELL.fullmatch(name)
    if match is None:
        return None
    row, column = int(match.group(2)), column_number(match.group(1))
    return (row, column) if row <= MAX_ROW and column <= MAX_COLUMN else None


def wanted_cell(name: str, where: str) -> tuple[int, int]:
    """As `cell_at`, for an address that a caller gave: EditRefused if there is no such cell."""
    at = cell_at(name)
    if at is None:
        raise EditRefused(f"there is no cell {name!r}", where=where, mend="name one from A1 to XFD1048576")
    return at


def area_at(ref: str) -> Area | None:
    """A1:C5, B2, A:C or 3:7 as a rectangle; None if it is none of these."""
    ref = ref.strip()
    if match := _COLUMNS.fullmatch(ref):
        left, right = sorted((column_number(match.group(1)), column_number(match.group(2))))
        return Area(1, left, MAX_ROW, right)
    if match := _ROWS.fullmatch(ref):
        top, bottom = sorted((int(match.group(1)), int(match.group(2))))
        return Area(top, 1, bottom, MAX_COLUMN)
    corners = [cell_at(part) for part in ref.split(":")]
    if not 1 <= len(corners) <= 2 or None in corners:
        return None
    (r1, c1), (r2, c2) = corners[0] or (1, 1), corners[-1] or (1, 1)
    return Area(min(r1, r2), min(c1, c2), max(r1, r2), max(c1, c2))


def areas_at(sqref: str) -> list[Area]:
    """The rectangles of a list of ranges separated by spaces."""
    return [area for area in map(area_at, sqref.split()) if area is not None]
