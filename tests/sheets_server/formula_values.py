"""Values inside formulas: errors, ranges, and how Google turns one kind into another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ERROR_TYPES = {
    "#NULL!": "NULL_VALUE",
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#VALUE!": "VALUE",
    "#REF!": "REF",
    "#NAME?": "NAME",
    "#NUM!": "NUM",
    "#N/A": "N_A",
    "#ERROR!": "ERROR",
    "Loading...": "LOADING",
}


class FormulaError(Exception):
    """An error value; it travels through a formula like any other value."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FormulaError) and other.code == self.code

    def __hash__(self) -> int:
        return hash(self.code)


@dataclass
class Area:
    """A rectangle of values: a reference or an array."""

    rows: list[list[Any]]
    origin: tuple[int, int] | None = None  # row and column of a reference, zero-based

    def flat(self) -> Iterator[Any]:
        for row in self.rows:
            yield from row


@dataclass(frozen=True)
class Dated:
    """A number with the format its function brings along, such as TODAY()."""

    number: float
    kind: str


def scalar(value: Any) -> Any:
    """One value; an area of one cell gives its cell."""
    if isinstance(value, Area):
        value = value.rows[0][0] if value.rows and value.rows[0] else None
    if isinstance(value, FormulaError):
        raise value
    if isinstance(value, Dated):
        return value.number
    return value


def number(value: Any) -> float:
    value = scalar(value)
    if value is None:
        return 0.0
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, float | int):
        return float(value)
    from tests.sheets_server.numbers_in import read_number

    found = read_number(value)
    if found is None:
        raise FormulaError("#VALUE!", f"'{value}' is a text and cannot be coerced to a number.")
    return found


def text(value: Any) -> str:
    value = scalar(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        from tests.sheets_server.numbers_out import general

        return general(value)
    return str(value)


def truth(value: Any) -> bool:
    value = scalar(value)
    if isinstance(value, str):
        if value.upper() in ("TRUE", "FALSE"):
            return value.upper() == "TRUE"
        if value == "":
            return False
        raise FormulaError("#VALUE!", f"'{value}' is a text and cannot be coerced to a boolean.")
    return bool(value)


def numbers(values: list[Any]) -> Iterator[float]:
    """The numbers of arguments: text and booleans inside areas are passed over, bare ones converted."""
    for value in values:
        if isinstance(value, Area):
            for item in value.flat():
                if isinstance(item, FormulaError):
                    raise item
                if isinstance(item, float) and not isinstance(item, bool):
                    yield item
        elif value is not None:
            yield number(value)


def compare(left: Any, right: Any) -> int:
    """-1, 0 or 1; numbers stand before text, text before booleans, and case does not count."""
    left, right = scalar(left), scalar(right)
    left, right = _blank_like(left, right), _blank_like(right, left)
    ranks = (_rank(left), _rank(right))
    if ranks[0] != ranks[1]:
        return -1 if ranks[0] < ranks[1] else 1
    if isinstance(left, str):
        left, right = left.casefold(), right.casefold()
    return (left > right) - (left < right)


def _blank_like(value: Any, other: Any) -> Any:
    if value is not None:
        return value
    if isinstance(other, str):
        return ""
    return False if isinstance(other, bool) else 0.0


def _rank(value: Any) -> int:
    if isinstance(value, bool):
        return 2
    return 1 if isinstance(value, str) else 0
