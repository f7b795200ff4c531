"""Do the planned cells hold the planned values? A reader of its own, for single cells of one sheet."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from xml.etree.ElementTree import Element

from sheetops.books.xlsx.check_sheet import Place, Rows, SheetText, column_number
from sheetops.books.xlsx.check_xml import local, named, root_of

# Built-in number formats that show a date or a time (ISO/IEC 29500-1 §18.8.30, with the East Asian ones).
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_GENERAL = 0
_SECOND = 1 / 86_400


def place_of(cell: str) -> Place:
    """`B3` to (row, column), from 1; ValueError where it is no cell."""
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})", cell)
    if found is None:
        raise ValueError(f"{cell!r} is no cell")
    return int(found.group(2)), column_number(found.group(1).upper().encode())


class Reader:
    """Reads cells of one sheet; strings and formats of the workbook are read when a cell asks for them."""

    def __init__(
        self, strings: Callable[[], bytes], formats: Callable[[], bytes], epoch: dt.datetime
    ) -> None:
        """`strings` and `formats` give the parts (empty if there is none); `epoch` is day 0."""
        self._get_strings, self._get_formats = strings, formats
        self._strings: list[str] | None = None
        self._formats: list[int] | None = None
        self._dated: dict[int, bool] = {}
        self.epoch = epoch

    def wrong(
        self, sheet: SheetText, rows: Mapping[int, bytes], planned: Mapping[Place, object]
    ) -> str | None:
        """The first planned cell that does not hold its value, in words, or None.

        `rows` are planned rows by their numbers; those that are not among them are looked up in the sheet.
        """
        found = self._cells(sheet, rows, planned)
        parsed = dict(zip(found, self._parse(sheet, list(found.values())), strict=True))
        for (row, column), value in planned.items():
            if not self._holds(parsed.get((row, column)), value):
                return f"the cell in row {row}, column {column} does not hold the planned value"
        return None

    def _cells(
        self, sheet: SheetText, rows: Mapping[int, bytes], planned: Collection[Place]
    ) -> dict[Place, bytes]:
        """The bytes of each planned cell that is there."""
        wanted = {row for row, _ in planned}
        if wanted - rows.keys():
            every = Rows(sheet, sheet.start, sheet.end)
            numbers = ((i, every.number(i)) for i in range(len(every)))
            rows = {**rows, **{number: every.xml[i] for i, number in numbers if number in wanted}}
        there = ((row, column, rows[row]) for row, column in planned if row in rows)
        return {(row, column): cell for row, column, xml in there if (cell := sheet.cell(row, column, xml))}

    def _parse(self, sheet: SheetText, cells: list[bytes]) -> list[Element]:
        """The cells as elements, read with the namespaces of their sheet."""
        start = re.search(rb"<(?:[\w.-]+:)?worksheet(?=[\s/>])(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", sheet.mask)
        opening = start.group() if start else b"<worksheet>"
        return named(root_of(b"%b%b</%bworksheet>" % (opening, b"".join(cells), sheet.prefix)), "c")

    def _holds(self, cell: Element | None, value: object) -> bool:
        parts = {} if cell is None else {local(child): child for child in cell}
        if cell is None or not parts.keys() & {"f", "v", "is"}:
            return value is None or value == ""
        if "f" in parts or value is None:
            return False
        kind, raw = cell.get("t", "n"), _raw(parts.get("v"))
        if isinstance(value, bool):
            return kind == "b" and raw.strip() in (("1", "true") if value else ("0", "false"))
        if isinstance(value, str):
            return self._text(kind, raw, parts.get("is")) == value
        if isinstance(value, dt.date):
            return self._is_moment(cell, kind, raw, value)
        return isinstance(value, int | float) and kind == "n" and float(raw) == float(value)

    def _text(self, kind: str, raw: str, item: Element | None) -> str | None:
        if kind == "inlineStr" and item is not None:
            return _item_text(item)
        if kind == "s":
            if self._strings is None:
                self._strings = [_item_text(si) for si in named(root_of(self._get_strings()), "si")]
            return self._strings[int(raw)]
        return _unescaped(raw) if kind == "str" else None

    def _is_moment(self, cell: Element, kind: str, raw: str, value: dt.date) -> bool:
        moment = value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)
        if kind == "d":
            read = dt.datetime.fromisoformat(raw)
            return abs(read.replace(tzinfo=None) - moment) < dt.timedelta(seconds=1)
        if kind != "n":
            return False
        days = (moment - self.epoch) / dt.timedelta(days=1)
        if self.epoch.year == 1899 and moment < dt.datetime(1900, 3, 1):
            days -= 1  # Excel counts a 29 February 1900 that never was
        return abs(float(raw) - days) < _SECOND and self._shows_date(int(cell.get("s", "0")))

    def _shows_date(self, style: int) -> bool:
        """A date in a cell without any number format would show as a bare number."""
        if self._formats is None:
            self._read_formats()
        formats = self._formats or []
        number = formats[style] if style < len(formats) else _GENERAL
        return self._dated.get(number, number in _DATE_FORMATS) or (
            number != _GENERAL and number not in self._dated
        )

    def _read_formats(self) -> None:
        part = self._get_formats()
        root = root_of(part) if part else Element("none")
        listed = [xf for entry in root.iterfind("{*}cellXfs/{*}*") for xf in _taken(entry)]
        self._formats = [int(xf.get("numFmtId", "0")) for xf in listed]
        for entry in root.iterfind("{*}numFmts/{*}numFmt"):
            code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", entry.get("formatCode", "")).lower()
            self._dated[int(entry.get("numFmtId", "0"))] = code != "general"


def _taken(entry: Element) -> list[Element]:
    """The entry of a list; where it offers several, the one that every reader can take (Hancom's files)."""
    return entry.findall("{*}Fallback/{*}*") if local(entry) == "AlternateContent" else [entry]


def _raw(element: Element | None) -> str:
    return "" if element is None else element.text or ""


def _item_text(item: Element) -> str:
    """The text of a string item: all runs, without the phonetic hints."""
    return _unescaped("".join(_pieces(item)))


def _pieces(element: Element) -> Iterator[str]:
    for child in element:
        if local(child) == "t":
            yield child.text or ""
        elif local(child) != "rPh":
            yield from _pieces(child)


def _unescaped(text: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match.group(1), 16)), text)
