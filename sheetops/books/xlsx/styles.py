"""Cell formats of a workbook: which are dates, which are locked, and the ones that must be added.

The list of formats (cellXfs) only ever grows at its end, so that no cell changes its look.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cached_property

from sheetops.books.xlsx import xmlbytes
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.stylesheet import (
    STYLE_ORDER,
    add_stylesheet,
    empty_stylesheet,
    entries,
    stylesheet_of,
)
from sheetops.books.xlsx.xmlbytes import Node

DATE_FORMAT = "yyyy-mm-dd"
MINUTE_FORMAT = "yyyy-mm-dd hh:mm"
SECOND_FORMAT = "yyyy-mm-dd hh:mm:ss"

# Built-in formats that are dates or times; 27–36 and 50–58 are so in the Chinese, Japanese and Korean
# Excel, 71–81 in the Thai one (ISO/IEC 29500-1 §18.8.30).
_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59), *range(71, 82)))
_FIRST_OWN_FORMAT = 164
_HOURS = 46  # [h]:mm:ss
_GOES_ON = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]|E[+-]|general', re.IGNORECASE)
_DATE_CODE = re.compile(r"[ymdhsebg]|aaa", re.IGNORECASE)


def is_date_code(code: str) -> bool:
    """Whether a number format shows a date or a time, judged by its first section."""
    return _DATE_CODE.search(_NOT_CODE.sub("", code).partition(";")[0]) is not None


class Styles:
    """The formats of one package. What is added waits until `flush`."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._part = stylesheet_of(package)
        self._new_xfs: list[bytes] = []
        self._new_formats: dict[str, int] = {}
        self._made: dict[tuple[int, str], int] = {}

    @cached_property
    def _parsed(self) -> tuple[bytes, Node | None]:
        return self._package.tree(self._part) if self._part else (b"", None)

    @cached_property
    def _cell_xfs(self) -> list[Node]:
        root = self._parsed[1]
        listed = root.find("cellXfs") if root else None
        return entries(listed) if listed else []

    @cached_property
    def _codes(self) -> dict[int, str]:
        """The number formats that the workbook defines itself: id → code."""
        root = self._parsed[1]
        found = [node for node in root.walk() if node.name == "numFmt"] if root else []
        return {xmlbytes.integer(n.attrs.get("numFmtId")): n.attrs.get("formatCode", "") for n in found}

    def date_styles(self) -> frozenset[int]:
        """The positions in cellXfs that show a date or a time."""
        return frozenset(i for i in range(len(self._cell_xfs)) if self.is_date(i))

    def is_date(self, style: int) -> bool:
        """Whether cells of this format show a date or a time."""
        if style >= len(self._cell_xfs):
            return style in self._made.values()
        number_format = xmlbytes.integer(self._cell_xfs[style].attrs.get("numFmtId"))
        code = self._codes.get(number_format)
        return number_format in _BUILT_IN_DATES if code is None else is_date_code(code)

    def code(self, style: int) -> str:
        """The code of a number format; of the built-in dates `mm-dd-yy` alone, which stands for the system's own."""
        number_format = xmlbytes.integer(self._cell_xfs[style].attrs.get("numFmtId"))
        return self._codes.get(number_format, "mm-dd-yy" if number_format == 14 else "")

    def is_duration(self, style: int) -> bool:
        """Whether cells of this format show hours beyond a day, or another time that goes on counting."""
        if style >= len(self._cell_xfs):
            return False
        number_format = xmlbytes.integer(self._cell_xfs[style].attrs.get("numFmtId"))
        return number_format == _HOURS or _GOES_ON.search(self._codes.get(number_format, "")) is not None

    def is_locked(self, style: int) -> bool:
        """Whether a cell of this format is locked once its tab is protected (the default is yes)."""
        if style >= len(self._cell_xfs):
            return True
        protection = self._cell_xfs[style].find("protection")
        return protection is None or protection.attrs.get("locked", "1") not in ("0", "false")

    def for_date(self, style: int, value: dt.date) -> int:
        """`style` if it shows dates already; else a copy of it that does, appended to the list."""
        if self.is_date(style):
            return style
        code = DATE_FORMAT
        if isinstance(value, dt.datetime):
            code = SECOND_FORMAT if value.second or value.microsecond else MINUTE_FORMAT
        if (style, code) not in self._made:
            self._made[style, code] = max(1, len(self._cell_xfs)) + len(self._new_xfs)
            self._new_xfs.append(self._copy(style, self._format_id(code)))
        return self._made[style, code]

    def _format_id(self, code: str) -> int:
        known = {text.replace("\\", "").replace('"', ""): id_ for id_, text in self._codes.items()}
        if code in known:
            return known[code]
        if code not in self._new_formats:
            highest = max((*self._codes, _FIRST_OWN_FORMAT - 1))
            self._new_formats[code] = highest + 1 + len(self._new_formats)
        return self._new_formats[code]

    def _copy(self, style: int, number_format: int) -> bytes:
        data, root = self._parsed
        if style >= len(self._cell_xfs):
            name = root.qname("xf") if root else b"xf"
            xf = b'<%b numFmtId="0" fontId="0" fillId="0" borderId="0"/>' % name
            end = len(xf)
        else:
            node = self._cell_xfs[style]
            xf, end = data[node.start : node.end], node.open_end - node.start
        changes: dict[bytes, bytes | None] = {
            b"numFmtId": b"%d" % number_format,
            b"applyNumberFormat": b"1",
            b"quotePrefix": None,  # marks a text, which a date is not
        }
        return xmlbytes.with_attributes(xf[:end], changes) + xf[end:]

    def flush(self) -> None:
        """Write what was added into the styles part; without additions it stays untouched."""
        if not self._new_xfs:
            return
        if self._part is None:
            self._part = add_stylesheet(self._package, empty_stylesheet(self._package.strict))
        tag = self._package.tree(self._part)[1].qname("numFmt")
        formats = [
            b'<%b numFmtId="%d" formatCode="%b"/>' % (tag, id_, xmlbytes.escape(code))
            for code, id_ in self._new_formats.items()
        ]
        self._append("numFmts", formats)
        self._append("cellXfs", self._new_xfs)

    def _append(self, listed_name: str, new: list[bytes]) -> None:
        """Append elements to a counted list of the styles part, making the list where there is none."""
        if not new or self._part is None:
            return
        data, root = self._package.tree(self._part)
        listed = root.find(listed_name)
        known = len(entries(listed)) if listed else 0
        if listed_name == "cellXfs" and not known:  # the format that cells had by default
            new = [b'<%b numFmtId="0" fontId="0" fillId="0" borderId="0"/>' % root.qname("xf"), *new]
        count = b"%d" % (known + len(new))
        xml = b"".join(new)
        tag = root.qname(listed_name)
        if listed is None:
            xml = b'<%b count="%b">%b</%b>' % (tag, count, xml, tag)
            change = xmlbytes.insert_in_order(data, root, STYLE_ORDER, listed_name, xml)
        else:
            opened = xmlbytes.with_attributes(data[listed.start : listed.open_end], {b"count": count})
            if listed.self_closing:
                xml = opened[:-2].rstrip() + b">" + xml + b"</" + tag + b">"
            else:
                xml = (
                    opened
                    + data[listed.open_end : listed.close_start]
                    + xml
                    + data[listed.close_start : listed.end]
                )
            change = listed.start, listed.end, xml
        self._package.patch(self._part, [change])


def date_styles(package: Package) -> frozenset[int]:
    """Which cell formats (the `s` of a cell) show a date or a time."""
    return Styles(package).date_styles()


def is_1904(package: Package) -> bool:
    """Whether the workbook counts its days from 1904."""
    _, root = package.tree(package.workbook_part())
    properties = root.find("workbookPr")
    return properties is not None and properties.attrs.get("date1904", "0") in ("1", "true")
