"""Formulas as text: tokens, and the rewriting of references when lines move or a formula is copied."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.sheets_server.a1 import column_index, letters, quote_title
from tests.sheets_server.spans import Shift

TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<string>"(?:[^"]|"")*")
  | (?P<error>\#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|ERROR!))
  | (?P<ref>(?:(?:'(?:[^']|'')*'|[^\W\d][\w.]*)!)?
        (?:\$?[A-Za-z]{1,3}\$?[0-9]+(?::\$?[A-Za-z]{1,3}(?:\$?[0-9]+)?)?
          |\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?:\$?[0-9]+)?
          |\$?[0-9]+:\$?[0-9]+)
        (?![\w.(]))
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<sheetname>(?:'(?:[^']|'')*'|[^\W\d][\w.]*)!)
  | (?P<name>[^\W\d][\w.]*)
  | (?P<op><>|<=|>=|[-+*/^&=<>%(),;:{}\\!])
  | (?P<bad>.)
    """,
    re.VERBOSE | re.DOTALL,
)
PART = re.compile(r"(\$?)([A-Za-z]{1,3})?(\$?)([0-9]+)?\Z")


@dataclass(frozen=True)
class Corner:
    """One end of a reference; None is an open side. The flags say what a `$` pins."""

    row: int | None
    column: int | None
    row_fixed: bool = False
    column_fixed: bool = False


@dataclass(frozen=True)
class Reference:
    sheet: str | None
    first: Corner
    last: Corner | None

    def text(self) -> str:
        before = f"{quote_title(self.sheet)}!" if self.sheet is not None else ""
        after = f":{_corner_text(self.last)}" if self.last else ""
        return f"{before}{_corner_text(self.first)}{after}"


def tokens(text: str) -> list[tuple[str, str]]:
    return [(match.lastgroup or "bad", match.group()) for match in TOKEN.finditer(text)]


def _corner(text: str) -> Corner:
    match = PART.match(text)
    assert match is not None
    first, column, second, row = match.groups()
    if column is None and row is not None:
        return Corner(int(row) - 1, None, bool(first or second))
    return Corner(
        int(row) - 1 if row else None,
        column_index(column) if column else None,
        bool(second),
        bool(first),
    )


def _corner_text(corner: Corner) -> str:
    column = "" if corner.column is None else ("$" if corner.column_fixed else "") + letters(corner.column)
    row = "" if corner.row is None else ("$" if corner.row_fixed else "") + str(corner.row + 1)
    return column + row


def parse_reference(text: str) -> Reference:
    sheet = None
    if "!" in text:
        title, _, text = text.rpartition("!")
        sheet = title[1:-1].replace("''", "'") if title.startswith("'") else title
    first, _, last = text.partition(":")
    return Reference(sheet, _corner(first), _corner(last) if last else None)


def rewrite(formula: str, change: Callable[[Reference], str]) -> str:
    """The formula with every reference replaced by what `change` gives for it."""
    out = []
    for kind, text in tokens(formula):
        out.append(change(parse_reference(text)) if kind == "ref" else text)
    return "".join(out)


def _shifted(ref: Reference, dimension: str, shift: Shift) -> Reference | None:
    rows = dimension == "ROWS"
    last = ref.last or ref.first
    start = ref.first.row if rows else ref.first.column
    end = last.row if rows else last.column
    if ref.last is None:
        moved = shift.index(start or 0)
        if moved is None:
            return None
        return Reference(ref.sheet, _put(ref.first, rows, moved), None)
    if start is not None and end is not None and start > end:
        start, end = end, start
    span = shift.span(start, None if end is None else end + 1)
    if span is None:
        return None
    first_at, end_at = span
    return Reference(
        ref.sheet,
        _put(ref.first, rows, first_at),
        _put(last, rows, None if end_at is None else end_at - 1),
    )


def _put(corner: Corner, rows: bool, at: int | None) -> Corner:
    if rows:
        return Corner(at, corner.column, corner.row_fixed, corner.column_fixed)
    return Corner(corner.row, at, corner.row_fixed, corner.column_fixed)


def shift_formula(formula: str, own_title: str, title: str, dimension: str, shift: Shift) -> str:
    """The formula of a cell on tab `own_title` after lines of tab `title` moved."""

    def change(ref: Reference) -> str:
        target = ref.sheet if ref.sheet is not None else own_title
        if target.casefold() != title.casefold():
            return ref.text()
        moved = _shifted(ref, dimension, shift)
        return moved.text() if moved else "#REF!"

    return rewrite(formula, change)


def copy_formula(formula: str, rows: int, columns: int) -> str:
    """The formula pasted that many rows down and columns to the right: relative parts move."""

    def step(corner: Corner) -> Corner | None:
        row = corner.row if corner.row is None or corner.row_fixed else corner.row + rows
        column = corner.column
        if column is not None and not corner.column_fixed:
            column += columns
        if (row is not None and row < 0) or (column is not None and column < 0):
            return None
        return Corner(row, column, corner.row_fixed, corner.column_fixed)

    def change(ref: Reference) -> str:
        first = step(ref.first)
        last = step(ref.last) if ref.last else None
        if first is None or (ref.last and last is None):
            return "#REF!"
        return Reference(ref.sheet, first, last).text()

    return rewrite(formula, change)


def rename_sheet(formula: str, old: str, new: str) -> str:
    """References to a renamed tab follow it."""

    def change(ref: Reference) -> str:
        if ref.sheet is not None and ref.sheet.casefold() == old.casefold():
            return Reference(new, ref.first, ref.last).text()
        return ref.text()

    return rewrite(formula, change)
