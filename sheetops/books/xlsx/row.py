"""One row of a plan: its cells with their places in the bytes, and the row written anew around them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property, lru_cache

from sheetops.books.xlsx import xmlbytes
from sheetops.books.xlsx.cellref import MAX_COLUMN, cell_at, column_number
from sheetops.books.xlsx.cellvalue import Value, escape_text, from_iso, number_text, unescape_text
from sheetops.books.xlsx.strings import SharedStrings, text_of
from sheetops.books.xlsx.xmlbytes import Node
from sheetops.domain.cells import cell_name
from sheetops.errors import NotAWorkbook

_BLANK = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})" s="([0-9]{1,9})"/>')


class Cell:
    """A cell that is in the file: `start` to `end` of its row's bytes, looked into only when asked."""

    def __init__(self, data: bytes, start: int, end: int, where: str) -> None:
        self.data = data[start:end]
        self.where = where
        self.start = start
        self.end = end

    @cached_property
    def node(self) -> Node:
        """Its element; positions are those of `data`."""
        match = _BLANK.fullmatch(self.data)
        if (
            match
        ):  # the usual cell that a plan fills: a parser for each of a thousand takes longer than the rest
            blank = Node("c", "", "", {"r": match[1].decode(), "s": match[2].decode()}, 0, len(self.data))
            blank.close_start = blank.end = len(self.data)
            return blank
        return xmlbytes.parse_fragment(self.data, self.where)

    def child(self, name: str) -> Node | None:
        """Its first child of this name, whatever its prefix."""
        return next((c for c in self.node.children if c.name == name), None)

    @property
    def style(self) -> int:
        """Its position in cellXfs."""
        return xmlbytes.integer(self.node.attrs.get("s"))

    @property
    def formula(self) -> Node | None:
        """Its formula element, if it has one."""
        return self.child("f")

    @property
    def filled(self) -> bool:
        """Whether it holds a value or a formula, not only a look."""
        return any(c.name in ("f", "v", "is") for c in self.node.children)

    def value(self, strings: SharedStrings) -> Value:
        """What the cell holds: text, number, boolean, a moment (only of type "d") or None; cached if computed.

        An error such as #N/A, or an index that points nowhere, reads as a text that no plan can mean.
        """
        kind = self.node.attrs.get("t", "n")
        inline, stored = self.child("is"), self.child("v")
        if kind == "inlineStr" and inline is not None:
            return text_of(inline)
        text = stored.text if stored is not None else ""
        if kind in ("str", "inlineStr"):
            return unescape_text(text) if stored is not None else None
        text = text.strip()
        if not text:
            return None
        if kind == "s":
            return _shared(text, strings)
        if kind == "b":
            return text in ("1", "true")
        if kind == "d":
            return from_iso(text) or f"\0{text}"
        return _number(text) if kind == "n" else f"\0{text}"


def _shared(text: str, strings: SharedStrings) -> str:
    try:
        return strings[int(text)]
    except (ValueError, IndexError):
        return f"\0{text}"


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return f"\0{text}"


@lru_cache
def _usual_cell(prefix: bytes) -> re.Pattern[bytes]:
    """A whole cell whose address comes first, as every program but a few writes it."""
    tag = re.escape(prefix + b"c")
    return re.compile(
        rb'<%b r="([A-Z]{1,3})([0-9]{1,7})"(?: [A-Za-z:]+="[^"<>&]*")*(?:/>|>(?:.*?)</%b>)' % (tag, tag),
        re.DOTALL,
    )


@lru_cache
def _column(letters: bytes) -> int:
    return column_number(letters.decode())


class Row:
    """One row as it stands in the file; `data` empty where the file has no such row."""

    def __init__(self, number: int, data: bytes, prefix: bytes, where: str) -> None:
        """Read the cells; NotAWorkbook if two of them claim one place or one stands in another row."""
        self.number = number
        self.data = data
        self.where = where
        self.tag = xmlbytes.tag_at(data, 0, where) if data else b""
        try:
            self.attrs = {k.decode(): v.decode() for k, v in xmlbytes.attributes(self.tag).items()}
        except UnicodeDecodeError as error:
            raise NotAWorkbook("its text is not valid UTF-8", where=where) from error
        self.cells = self._quick(prefix) or self._slow()

    def _quick(self, prefix: bytes) -> dict[int, Cell] | None:
        """The cells by column, if the row holds nothing but cells of the usual form, and all in their places."""
        data, at, before, found = self.data, len(self.tag), 0, {}
        own = b"%d" % self.number
        for match in _usual_cell(prefix).finditer(data, at):
            start, end = match.span()
            letters, digits = match.groups()
            column = _column(letters)
            if start != at or digits != own or not before < column <= MAX_COLUMN:
                return None
            found[column] = Cell(data, start, end, self.where)
            at, before = end, column
        return found if data[at:] == b"</%brow>" % prefix else None

    def _slow(self) -> dict[int, Cell]:
        """As `_quick`, for every form that XML allows."""
        cells: dict[int, Cell] = {}
        column = 0
        root = xmlbytes.parse_fragment(self.data, self.where) if self.data else None
        for node in root.children if root else ():
            if node.name == "c":
                column = self._column(node.attrs.get("r"), column)
                cells[column] = Cell(self.data, node.start, node.end, self.where)
        return cells

    def _column(self, name: str | None, before: int) -> int:
        """The column of a cell; one without an address follows the cell before it."""
        if name is None:
            return before + 1
        at = cell_at(name.strip())
        if at is None or at[0] != self.number or at[1] <= before:
            raise NotAWorkbook(
                f"cell {name!r} is out of place in row {self.number}",
                where=self.where,
                mend="open it in Excel and save it again",
            )
        return at[1]

    @property
    def style(self) -> int | None:
        """The format of the whole row, if it has one."""
        if self.attrs.get("customFormat", "0") not in ("1", "true"):
            return None
        return xmlbytes.integer(self.attrs.get("s"))

    def filled(self) -> frozenset[int]:
        """The columns that hold a value or a formula."""
        return frozenset(column for column, cell in self.cells.items() if cell.filled)

    def written(self, changes: Mapping[int, bytes], prefix: bytes) -> bytes:
        """The row with the cells in `changes` (column → its whole element) replaced or put in order."""
        cells = b"".join(changes[column] for column in sorted(changes))
        if not self.data:
            return b'<%brow r="%d">%b</%brow>' % (prefix, self.number, cells, prefix)
        tag = self.tag
        if (spans := self.attrs.get("spans")) is not None:
            tag = xmlbytes.with_attributes(tag, {b"spans": _grown_spans(spans, min(changes), max(changes))})
        if tag.endswith(b"/>"):
            return tag[:-2].rstrip() + b">" + cells + b"</%brow>" % prefix
        places = sorted(self.cells)
        edits: list[tuple[int, int, bytes]] = []
        for column in sorted(changes):
            if (cell := self.cells.get(column)) is not None:
                edits.append((cell.start, cell.end, changes[column]))
            else:
                place = self._place(column, places)
                edits.append((place, place, changes[column]))
        return tag + xmlbytes.splice(self.data, edits)[len(self.tag) :]

    def _place(self, column: int, places: list[int]) -> int:
        at = bisect_left(places, column)
        if at < len(places):
            return self.cells[places[at]].start
        return self.cells[places[-1]].end if places else len(self.tag)


def _grown_spans(spans: str, low: int, high: int) -> bytes | None:
    """The columns that a row says it uses, with `low` to `high` among them; None if they make no sense."""
    ends = [part.split(":") for part in spans.split()]
    if not ends or any(len(pair) != 2 or not all(xmlbytes.integer(n) for n in pair) for pair in ends):
        return None
    pairs = [(int(a), int(b)) for a, b in ends]
    if any(a <= low and high <= b for a, b in pairs):
        return spans.encode()
    return b"%d:%d" % (min(low, *(a for a, _ in pairs)), max(high, *(b for _, b in pairs)))


def cell_xml(
    old: Cell | None, row: Row, column: int, style: int, value: str | bool | int | float | None, prefix: bytes
) -> bytes:
    """The element of one cell: the old one's start tag with what must change, and the new content.

    What describes the old content goes with it: its type, its rich value (vm) and its array mark (cm).
    """
    if old is not None and old.node.prefix.encode() != prefix[:-1]:
        prefix = f"{old.node.prefix}:".encode() if old.node.prefix else b""
    content, kind = _content(value, prefix)
    changes: dict[bytes, bytes | None] = {b"t": kind, b"vm": None, b"cm": None}
    if style != (old.style if old else 0):  # before the type, where readers of large tabs look for it
        changes = {b"s": b"%d" % style, **changes}
    if old is None:
        name = cell_name(row.number, column).encode()
        tag = b'<%bc r="%b">' % (prefix, name)
        kept = b""
    else:
        tag = old.data[: old.node.open_end]
        extra = old.child("extLst")
        kept = old.data[extra.start : extra.end] if extra else b""
    if b"s" in changes:
        tag = xmlbytes.with_attributes(tag, {b"t": None})
    tag = xmlbytes.with_attributes(tag, changes)
    if tag.endswith(b"/>"):
        tag = tag[:-2].rstrip() + b">"
    if not content and not kept:
        return tag[:-1] + b"/>"
    return tag + content + kept + b"</%bc>" % prefix


def _content(value: str | bool | int | float | None, prefix: bytes) -> tuple[bytes, bytes | None]:
    """(what stands inside the cell, its type)."""
    if value is None:
        return b"", None
    if isinstance(value, bool):
        return b"<%bv>%d</%bv>" % (prefix, value, prefix), b"b"
    if isinstance(value, str):
        text = xmlbytes.escape_content(escape_text(value))
        keep = b' xml:space="preserve"' if value.strip() != value or "\n" in value or "  " in value else b""
        return b"<%bis><%bt%b>%b</%bt></%bis>" % (prefix, prefix, keep, text, prefix, prefix), b"inlineStr"
    return b"<%bv>%b</%bv>" % (prefix, number_text(value).encode(), prefix), None
