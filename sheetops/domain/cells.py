"""How cells are called: `B2`."""

from __future__ import annotations


def column_letters(number: int) -> str:
    """The letters of column `number` (1 = A)."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """The A1 name of a cell; both numbers count from 1."""
    return f"{column_letters(column)}{row}"
