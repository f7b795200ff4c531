"""One tab's part: where its rows lie in the bytes, found without parsing them.

A tab may hold fifty megabytes of rows, so only what stands around them (the shell) is parsed. Rows are
found by searching for their start tags, and only the rows of a plan are ever looked into.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from itertools import pairwise
from xml.parsers import expat

from sheetops.books.xlsx import xmlbytes
from sheetops.books.xlsx.cellref import MAX_ROW, Area, area_at
from sheetops.books.xlsx.package import Package, SheetRef
from sheetops.books.xlsx.xmlbytes import Node
from sheetops.domain.patterns import pattern
from sheetops.errors import EditRefused, NotAWorkbook, RefusedWorkbook, SheetError

_CHUNK = 1 << 14
_FEW = 10_000
_ROW_NUMBER = pattern(rb"""\sr\s*=\s*["']\s*([0-9]+)\s*["']""")
_DIGITS = pattern(rb"[0-9]{1,9}")
_ANY_ROW = pattern(rb"<((?:[^\s<>/:!?]+:)?)row(?=[\s/>])")


_OTHER_KINDS = {
    "chartsheet": "is a chart sheet",
    "dialogsheet": "is a dialog sheet",
    "missing": "has no part in the file",
}
_AFTER_NAME = (b">", b" ", b"/", b"\n", b"\r", b"\t")


class _Found(Exception):
    """Ends the search for the rows."""


class SheetXml:
    """The part of one worksheet, as UTF-8 bytes with the positions that a change needs."""

    def __init__(self, package: Package, ref: SheetRef) -> None:
        """Find the rows; RefusedWorkbook or NotAWorkbook if the part cannot be understood."""
        self.package = package
        self.ref = ref
        self.where = f"{package.where}, tab {ref.name!r}"
        self.data, self.encoding = package.utf8(ref.part)
        start, self.prefix = self._find_rows()
        self.open_start = start
        tag = xmlbytes.tag_at(self.data, start, self.where)
        self.empty = tag.endswith(b"/>")
        self.rows_start = start + len(tag)
        self.scan = self._without_comments()
        self.rows_end = self.rows_start if self.empty else self._find_end()
        self.row_prefix = self._row_prefix()

    def _broken(self, why: str) -> NotAWorkbook:
        return NotAWorkbook(why, where=self.where, mend="open it in Excel and save it again")

    def _find_rows(self) -> tuple[int, str]:
        """(position, prefix) of the sheetData start tag."""
        parser = expat.ParserCreate("UTF-8", " ")
        parser.namespace_prefixes = True
        found: list[tuple[int, str, str]] = []
        depth = 0

        def open_(name: str, _attrs: dict[str, str]) -> None:
            nonlocal depth
            ns, local, prefix = xmlbytes.split_name(name)
            if depth == 0 and (local != "worksheet" or ns not in xmlbytes.MAIN_BOTH):
                raise RefusedWorkbook("this tab's part is no worksheet", where=self.where)
            if depth == 1 and local == "sheetData" and ns in xmlbytes.MAIN_BOTH:
                found.append((parser.CurrentByteIndex, prefix, ns))
                raise _Found
            depth += 1

        def close(_name: str) -> None:
            nonlocal depth
            depth -= 1

        parser.StartElementHandler = open_
        parser.EndElementHandler = close
        parser.StartDoctypeDeclHandler = xmlbytes.refuse_doctype(self.where)
        try:
            for at in range(0, len(self.data), _CHUNK):
                parser.Parse(self.data[at : at + _CHUNK], False)
        except _Found:
            return found[0][:2]
        except expat.ExpatError as error:
            raise self._broken(f"its XML is broken ({error})") from error
        finally:  # the parser and its handlers hold each other, and with them all of the tab
            parser.StartElementHandler = parser.EndElementHandler = parser.StartDoctypeDeclHandler = None
        raise self._broken("it has no place for rows (sheetData)")

    def _without_comments(self) -> bytes:
        """The data to search in: comments, CDATA and instructions after the start of the rows blanked."""
        data, start = self.data, self.rows_start
        if not any(_opens(data, mark, start) for mark in (b"!", b"?")):
            return data
        return data[:start] + xmlbytes.masked(data[start:])

    def _find_end(self) -> int:
        name = f"{self.prefix}:sheetData" if self.prefix else "sheetData"
        end = self.scan.rfind(b"</" + name.encode())
        if end < self.rows_start:
            raise self._broken("its rows have no end")
        return end

    def _row_prefix(self) -> bytes:
        """The prefix that the rows are written with, usually that of sheetData."""
        match = _ANY_ROW.search(self.scan, self.rows_start, self.rows_end)
        if match:
            return match.group(1)
        if b"<" in self.scan[self.rows_start : self.rows_end]:
            raise self._broken("its rows cannot be told")
        return f"{self.prefix}:".encode() if self.prefix else b""

    # --- what stands around the rows -----------------------------------------------------------------

    @cached_property
    def shell(self) -> Node:
        """The tree of the part without its rows; positions are those of `shell_data`."""
        return xmlbytes.parse(self.shell_data, self.where)

    @cached_property
    def merged(self) -> list[Area]:
        """The merged ranges."""
        listed = self.shell.find("mergeCells")
        found = [area_at(node.attrs.get("ref", "")) for node in listed.all("mergeCell")] if listed else []
        return [area for area in found if area is not None]

    @cached_property
    def shell_data(self) -> bytes:
        """The part with the rows cut out."""
        return self.data[: self.rows_start] + self.data[self.rows_end :]

    def position(self, in_shell: int) -> int:
        """A position of the shell in the whole part."""
        return in_shell if in_shell <= self.rows_start else in_shell + self.rows_end - self.rows_start

    # --- rows ------------------------------------------------------------------------------------------

    @property
    def row_numbers(self) -> list[int]:
        """The number of every row that is there, in the order of the file."""
        return self._numbers[0]

    def find_rows(self, numbers: list[int]) -> dict[int, tuple[int, int]]:
        """Row number → (start, end) of its element, for those of `numbers` (ascending) that exist.

        A row that is absent maps to (p, p), the place where it belongs.
        """
        found: dict[int, tuple[int, int]] = {}
        at, last = self.rows_start, 0
        for number in numbers:
            leap = self._leap(number, last, at)
            start = self._usual_start(number, leap)
            if start < 0 and leap > at:
                start = self._usual_start(number, at)
            if start < 0:
                return self._find_in_order(numbers)
            at, last = self._row_end(start), number
            found[number] = start, at
        return found

    def _leap(self, number: int, last: int, at: int) -> int:
        """A place from which row `number` is nearer than from `at`, where row `last` ends; `at` if none is known.

        Rows are about as long as those before them: nine tenths of the way need no search.
        """
        far = (number - last - 1) * (at - self.rows_start) // max(last, 1) * 9 // 10
        if far < _CHUNK:
            return at
        place = self.scan.find(b'<%brow r="' % self.row_prefix, at + far, self.rows_end)
        digits = _DIGITS.match(self.scan, place + len(self.row_prefix) + 8) if place >= 0 else None
        return place if digits and int(digits[0]) <= number else at

    def _usual_start(self, number: int, after: int) -> int:
        return self.scan.find(b'<%brow r="%d"' % (self.row_prefix, number), after, self.rows_end)

    def _find_in_order(self, numbers: list[int]) -> dict[int, tuple[int, int]]:
        """As `find_rows`, knowing the number of every row, so that absent ones get their place."""
        known, starts = self._numbers
        if any(a >= b for a, b in pairwise(known)):
            raise EditRefused(
                "the rows of this tab are out of order",
                where=self.where,
                mend="open it in Excel and save it again",
            )
        found = {}
        at, end = self.rows_start, -1
        for number in numbers:
            index = bisect_left(known, number)
            if index == len(known):
                end = self._end_of_last() if end < 0 else end
                found[number] = end, end
                continue
            at = starts[index] if starts else self._usual_start(known[index], at)
            found[number] = (at, self._row_end(at)) if known[index] == number else (at, at)
        return found

    def _end_of_last(self) -> int:
        start = self.scan.rfind(b"<%brow" % self.row_prefix, self.rows_start, self.rows_end)
        return self._row_end(start) if start >= 0 else self.rows_start

    def _row_end(self, start: int) -> int:
        tag_end = start + len(xmlbytes.tag_at(self.scan, start, self.where))
        if self.scan[tag_end - 2 : tag_end] == b"/>":
            return tag_end
        close = self.scan.find(b"</%brow" % self.row_prefix, tag_end, self.rows_end)
        if close < 0:
            raise self._broken("a row has no end")
        return self.scan.index(b">", close) + 1

    @cached_property
    def _numbers(self) -> tuple[list[int], list[int]]:
        """The number of every row, and where each starts; the latter is empty if all have the usual form.

        A row without a number follows the one before it.
        """
        name = re.escape(b"<%brow" % self.row_prefix)
        usual = re.compile(name + rb' r="([0-9]+)"').findall(self.scan, self.rows_start, self.rows_end)
        if len(usual) == self.scan.count(b"<%brow" % self.row_prefix, self.rows_start, self.rows_end):
            return list(map(int, usual)), []
        tags = re.compile(name + rb"(?=[\s/>])").finditer(self.scan, self.rows_start, self.rows_end)
        starts = [match.start() for match in tags]
        numbers: list[int] = []
        for start in starts:
            match = _ROW_NUMBER.search(xmlbytes.tag_at(self.scan, start, self.where))
            numbers.append(int(match.group(1)) if match else (numbers[-1] if numbers else 0) + 1)
        if numbers and max(numbers) > MAX_ROW:
            raise self._broken(f"it has a row past {MAX_ROW:,}")
        return numbers, starts

    def rows_contain(self, text: bytes) -> bool:
        """Whether the bytes of the rows hold `text` anywhere."""
        return self.scan.find(text, self.rows_start, self.rows_end) >= 0

    @cached_property
    def has_formula(self) -> bool:
        """Whether any cell computes."""
        return first_formula(self.scan, self.cell_tag("f"), self.rows_start, self.rows_end) >= 0

    def cell_tag(self, name: str) -> bytes:
        """`name` with the prefix that rows and cells are written with."""
        return self.row_prefix + name.encode()


def _opens(data: bytes, mark: bytes, start: int, end: int | None = None) -> bool:
    """Whether `<` and this one byte stand together: looking for the rarer byte alone is ten times faster."""
    end = len(data) if end is None else end
    at = data.find(mark, start, end)
    for _ in range(_FEW):
        if at < 0 or data[at - 1] == 0x3C:
            return at >= 0
        at = data.find(mark, at + 1, end)
    return at >= 0 and data.find(b"<" + mark, at - 1, end) >= 0


def first_formula(data: bytes, tag: bytes, start: int, end: int) -> int:
    """The position of the first `<f` element between `start` and `end`; -1 if there is none."""
    if len(tag) == 1 and not _opens(data, tag, start, end):
        return -1
    at = data.find(b"<" + tag, start, end)
    while at >= 0 and data[at + 1 + len(tag) : at + 2 + len(tag)] not in _AFTER_NAME:
        at = data.find(b"<" + tag, at + 1, end)
    return at


def sheet_ref(package: Package, tab: str) -> SheetRef:
    """The tab of this name: exactly, else as Excel does in any case; SheetError if there is none."""
    sheets = package.sheets()
    folded = tab.casefold()
    found = [ref for ref in sheets if ref.name == tab]
    found += [ref for ref in sheets if ref.name.casefold() == folded]
    if found:
        return found[0]
    names = ", ".join(ref.name for ref in sheets)
    raise SheetError(f"there is no tab {tab!r}", where=package.where, mend=f"its tabs are: {names}")


def require_distinct_tabs(package: Package) -> None:
    """RefusedWorkbook if two tabs have one name but for its case: none of the two can be meant by its name."""
    first: dict[str, str] = {}
    for ref in package.sheets():
        folded = ref.name.casefold()
        if folded in first:
            raise RefusedWorkbook(
                f"the names of its tabs {first[folded]!r} and {ref.name!r} differ only in case",
                where=package.where,
                mend="rename one of the two",
            )
        first[folded] = ref.name


def worksheet_ref(package: Package, tab: str) -> SheetRef:
    """As `sheet_ref`, for a tab with cells: EditRefused for a chart, dialog or macro sheet."""
    ref = sheet_ref(package, tab)
    if ref.kind != "worksheet":
        kind = _OTHER_KINDS.get(ref.kind, "is a macro sheet")
        raise EditRefused(f"tab {ref.name!r} {kind}, so it has no cells to change", where=package.where)
    return ref


def sheet_part(package: Package, tab: str) -> str:
    """The name of the part that holds the tab's cells; errors as for `sheet_ref` and `worksheet_ref`."""
    return worksheet_ref(package, tab).part
