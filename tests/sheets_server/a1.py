"""A1 and R1C1 notation, sheet titles with and without quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_COLUMNS = 18278  # ZZZ
CELL = re.compile(r"\$?([A-Za-z]{1,3})?\$?([0-9]{1,8})?\Z")
R1C1 = re.compile(r"[Rr]([0-9]+)?[Cc]([0-9]+)?\Z")
PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
LOOKS_LIKE_CELL = re.compile(
    r"(?:[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*|[Rr]|[Cc]|TRUE|FALSE)\Z", re.IGNORECASE
)


@dataclass(frozen=True)
class Box:
    """A half-open rectangle, zero-based; None is an open side."""

    row0: int | None = None
    row1: int | None = None
    col0: int | None = None
    col1: int | None = None


def letters(column: int) -> str:
    """Zero-based column → letters."""
    out = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


def column_index(text: str) -> int:
    number = 0
    for char in text.upper():
        number = number * 26 + ord(char) - 64
    return number - 1


def quote_title(title: str) -> str:
    """A title as Google echoes it: quoted only if it must be."""
    if PLAIN_TITLE.match(title) and not LOOKS_LIKE_CELL.match(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def split_sheet(text: str) -> tuple[str | None, str | None]:
    """(sheet title, cell part). A bare quoted title has no cell part, other bare text no title."""
    if text.startswith("'"):
        match = re.match(r"'((?:[^']|'')*)'(?:!(.*))?\Z", text, re.DOTALL)
        if match:
            return match.group(1).replace("''", "'"), match.group(2)
    if "!" in text:
        title, _, cells = text.rpartition("!")
        return title, cells
    return None, text


def _corner(text: str) -> tuple[int | None, int | None] | None:
    match = CELL.match(text)
    if text and match and (match.group(1) or match.group(2)):
        row = int(match.group(2)) - 1 if match.group(2) else None
        column = column_index(match.group(1)) if match.group(1) else None
        if row == -1:
            return None
        return row, column
    match = R1C1.match(text)
    if match and (match.group(1) or match.group(2)):
        row = int(match.group(1)) - 1 if match.group(1) else None
        column = int(match.group(2)) - 1 if match.group(2) else None
        return None if -1 in (row, column) else (row, column)
    return None


def parse_cells(text: str) -> Box | None:
    """`A1`, `A1:B2`, `A:C`, `2:5`, `A5:A`, `R1C1:R2C3` → box, or None when it is no range."""
    parts = text.split(":")
    if len(parts) > 2:
        return None
    first = _corner(parts[0])
    if first is None:
        return None
    if len(parts) == 1:
        row, column = first
        if row is None or column is None:
            return None
        return Box(row, row + 1, column, column + 1)
    second = _corner(parts[1])
    if second is None:
        return None
    rows = _span(first[0], second[0])
    columns = _span(first[1], second[1])
    if rows == (None, None) and columns == (None, None):
        return None
    return Box(rows[0], rows[1], columns[0], columns[1])


def _span(one: int | None, other: int | None) -> tuple[int | None, int | None]:
    if one is None and other is None:
        return None, None
    if one is None or other is None:
        return (one if one is not None else other), None
    return min(one, other), max(one, other) + 1


def format_box(title: str, row0: int, row1: int, col0: int, col1: int) -> str:
    """A bounded half-open box as Google echoes it, for example Sheet1!A1:Z1000."""
    first = f"{letters(col0)}{row0 + 1}"
    last = f"{letters(col1 - 1)}{row1}"
    cells = first if first == last else f"{first}:{last}"
    return f"{quote_title(title)}!{cells}"
