"""The values of a workbook, read with lxml straight from its parts: a second opinion on every write."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from tests.xlsx_oracle.parts import read
from tests.xlsx_oracle.schema import standard, transitional
from tests.xlsx_oracle.wiring import sheet_parts, targets, workbook_name

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
Key = tuple[str, str]


@dataclass(frozen=True)
class Formula:
    """A cell that computes: the kind of formula, its text, and the result it had when it was saved."""

    kind: str
    text: str
    cached: str


@dataclass(frozen=True)
class Fault:
    """An error value such as #N/A."""

    code: str


Value = str | bool | float | dt.datetime | Formula | Fault
Values = dict[Key, Value]


def letters(column: int) -> str:
    """Column number, from 1, to its letters."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def split_ref(ref: str) -> tuple[int, int]:
    """`B3` to (row, column), from 1."""
    word, number = re.fullmatch(r"([A-Z]+)([0-9]+)", ref).groups()  # type: ignore[union-attr]
    column = 0
    for letter in word:
        column = column * 26 + ord(letter) - 64
    return int(number), column


def values(data: bytes) -> Values:
    """(tab, cell) to what the cell holds, for every cell that holds something."""
    return dict(_values(data))


@lru_cache(maxsize=8)
def _values(data: bytes) -> Values:
    parts = read(data)
    book = workbook_name(parts)
    root = transitional(parts[book])
    rels = dict(targets(parts, book).values())
    shared = _shared(parts.get(rels.get("sharedStrings", ""), b""))
    dates = _date_styles(parts.get(rels.get("styles", ""), b""))
    properties = root.find(f"{S}workbookPr")
    early = properties is not None and properties.get("date1904") in ("1", "true")
    base = dt.datetime(1904, 1, 1) if early else dt.datetime(1899, 12, 30)
    result: Values = {}
    for tab, part in sheet_parts(parts).items():
        for ref, cell in cells(transitional(parts[part])):
            value = _value(cell, shared, dates, base)
            if value is not None:
                result[tab, ref] = value
    return result


def cells(sheet: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Each cell of a sheet part with its reference, also where the file leaves the reference out."""
    row_number = 0
    for row in sheet.iterfind(f"{S}sheetData/{S}row"):
        row_number = int(row.get("r", row_number + 1))
        column = 0
        for cell in row.iterfind(f"{S}c"):
            column = split_ref(cell.get("r", ""))[1] if cell.get("r") else column + 1
            yield f"{letters(column)}{row_number}", cell


def _text(element: etree._Element) -> str:
    """The text of a string item: its runs without the phonetic hints, with `_xHHHH_` read as Excel does."""
    pieces = [t.text or "" for t in element.iter(f"{S}t") if t.getparent().tag != f"{S}rPh"]  # type: ignore[union-attr]
    return unescape("".join(pieces))


def unescape(text: str) -> str:
    """`_x000D_` and the like as the character they stand for."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m.group(1), 16)), text)


def _shared(xml: bytes) -> list[str]:
    return [_text(item) for item in transitional(xml).iterfind(f"{S}si")] if xml else []


def _date_styles(xml: bytes) -> set[int]:
    if not xml:
        return set()
    root = transitional(xml)
    codes = {
        int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in root.iterfind(f"{S}numFmts/{S}numFmt")
    }
    dated = {key for key, code in codes.items() if _is_date(code)} | (DATE_FORMATS - set(codes))
    formats = standard(xml).iterfind(f"{S}cellXfs/{S}xf")
    return {place for place, xf in enumerate(formats) if int(xf.get("numFmtId", "0")) in dated}


def _is_date(code: str) -> bool:
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code).lower()
    return bare != "general" and any(letter in bare for letter in "ymdhs")


def _value(cell: etree._Element, shared: list[str], dates: set[int], base: dt.datetime) -> Value | None:
    formula, value, kind = cell.find(f"{S}f"), cell.find(f"{S}v"), cell.get("t", "n")
    raw = "" if value is None else value.text or ""
    if formula is not None:
        return Formula(formula.get("t", "normal"), formula.text or "", raw)
    if kind == "inlineStr":
        return "".join(_text(item) for item in cell.iterfind(f"{S}is"))
    if value is None:
        return None
    if kind == "s":
        return shared[int(raw)]
    if kind == "str":
        return unescape(raw)
    if kind == "b":
        return raw.strip() in ("1", "true")
    if kind == "e":
        return Fault(raw)
    if kind == "d":
        return dt.datetime.fromisoformat(raw.removesuffix("Z"))
    number = float(raw)
    if int(cell.get("s", "0")) not in dates or not -600_000 < number < 2_958_466:  # what Excel shows as ####
        return number
    moment = base + dt.timedelta(days=number)
    return (moment + dt.timedelta(milliseconds=500)).replace(microsecond=0)
