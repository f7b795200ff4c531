"""Columns that are too narrow for the dates in them: Excel, WPS and LibreOffice show ### there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sheetops.books.xlsx import xmlbytes
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.row import Row
from sheetops.books.xlsx.sheet import SheetXml, sheet_ref
from sheetops.books.xlsx.styles import DATE_FORMAT, Styles
from sheetops.domain.patterns import pattern

_USUAL = 9.14  # characters: a column for which nobody chose a width (ECMA-376 part 1, 18.3.1.13)
# Characters of the usual font, in which a sign between digits is about half as wide as a digit and a Han sign twice.
_LONG, _HAN = 9.2, 14.5
_AS_THE_SYSTEM, _SHORTEST = (
    "mm-dd-yy",
    8.0,
)  # built in, number 14; 11/20/2026 or 20.11.26, as the system has it
_NOT_SHOWN = pattern(r"\[[^\]]*\]|;.*", re.DOTALL)
_FOUR_DIGITS, _HAN_SIGN = pattern(r"y{3,}|e"), pattern(r"[年月日]")


def too_narrow(data: bytes, where: str, dates: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    """Of these columns of dates (tab → column and first row below the header), the widths of those too narrow.

    Widths are in characters. A hidden column is not told. Raises SheetError for what is no workbook.
    """
    package = Package.from_bytes(data, where)
    styles = Styles(package)
    found = {}
    for tab, (column, row) in dates.items():
        sheet = SheetXml(package, sheet_ref(package, tab))
        width, style = _column(sheet, column)
        if width and width < _needed(styles, _style(sheet, row, column, style)):
            found[tab] = width
    return found


def _column(sheet: SheetXml, column: int) -> tuple[float, int]:
    """Its width, 0 where it is hidden, and the format of its cells yet to be made."""
    usual = sheet.shell.find("sheetFormatPr")
    width, style = _number(usual.attrs.get("defaultColWidth") if usual else None), 0
    columns = sheet.shell.find("cols")
    for col in columns.all("col") if columns else ():
        if _number(col.attrs.get("min")) <= column <= _number(col.attrs.get("max")):
            if col.attrs.get("hidden") in ("1", "true"):
                return 0.0, 0
            width = _number(col.attrs.get("width")) or width
            style = xmlbytes.integer(col.attrs.get("style", "0"))
    return width or _USUAL, style


def _style(sheet: SheetXml, row: int, column: int, style: int) -> int:
    """The format of a cell, as a date that is written into it finds it."""
    start, end = sheet.find_rows([row])[row]
    cell = Row(row, sheet.data[start:end], sheet.row_prefix, sheet.where).cells.get(column)
    return style if cell is None else cell.style


def _needed(styles: Styles, style: int) -> float:
    """The characters that a date takes in this format, 0 where that is not known."""
    code = _NOT_SHOWN.sub("", (styles.code(style) if styles.is_date(style) else DATE_FORMAT).casefold())
    if code == _AS_THE_SYSTEM:
        return _SHORTEST
    if not _FOUR_DIGITS.search(code):
        return 0.0
    return _HAN if _HAN_SIGN.search(code) else _LONG


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
