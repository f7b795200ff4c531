"""Does a sheet part differ only in the planned cells? Works on bytes and looks closely only where they differ.

A sheet of 100,000 rows is compared as a whole first; only the window of rows between the first and the
last difference is taken apart. What is inside comments, CDATA and processing instructions is blanked
before rows are looked for, so that a `<row` in a comment misleads nobody.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from xml.parsers import expat

from sheetops.domain.patterns import pattern

_ATTRIBUTES = rb"""(?:[^>"']|"[^"]*"|'[^']*')*"""
_OPAQUE = pattern(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.S)
_ROOT = pattern(rb"<(?:([\w.-]+):)?worksheet(?=[\s/>])")
_NUMBER = pattern(rb"""\sr\s*=\s*["']\s*([A-Z]*)([0-9]+)""")
_FIRST_REFERENCE = rb"""(?:\s+r\s*=\s*["']([A-Z]+)([0-9]+)["'])?"""
_ADDRESS = pattern(rb'r="([A-Z]{1,3})([0-9]{1,7})"')
_PAIR = pattern(rb"""([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')""")
# The elements around the cells whose reference grows with appended rows; nothing else may change there.
_GROWING = pattern(
    rb"<((?:[\w.-]+:)?(?:dimension|autoFilter|sortState|conditionalFormatting|dataValidation|ignoredError))"
    rb"(?=[\s/>])(" + _ATTRIBUTES + rb")>|(<(?:[\w.-]+:)?sqref>)([^<]*)(?=</)"
)
_REFERENCE = pattern(rb"""(\s(?:sq)?ref\s*=\s*)("[^"]*"|'[^']*')""")
_DIMENSION = pattern(
    rb"<(?:[\w.-]+:)?dimension(?=[\s/>])" + _ATTRIBUTES + rb">(?:</(?:[\w.-]+:)?dimension\s*>)?"
)
_CHUNK = 1 << 16
BEYOND = 1 << 30  # a number after every row
Place = tuple[int, int]


class Change(NamedTuple):
    """A row that differs: its number, and its bytes before and after (None where it is not)."""

    number: int
    before: bytes | None
    after: bytes | None
    in_order: bool


class SheetText:
    """A sheet part as UTF-8 bytes with its head, rows and tail found."""

    def __init__(self, part: bytes) -> None:
        """Raises ValueError where the part is no worksheet."""
        self.encoding, self.text = utf8(part)
        self.mask = _blanked(self.text)
        root = _ROOT.search(self.mask)
        if root is None:
            raise ValueError("it is no worksheet")
        prefix = (root.group(1) or b"") and root.group(1) + b":"
        self.prefix = prefix
        opened = re.compile(b"<" + re.escape(prefix) + b"sheetData(?=[\\s/>])" + _ATTRIBUTES + b">").search(
            self.mask
        )
        if opened is None:
            raise ValueError("it has no cells at all (sheetData is missing)")
        closing = self.mask.rfind(b"</" + prefix + b"sheetData")
        self.head_end = opened.start()
        self.start = opened.end()
        self.end = closing if closing >= 0 else opened.end()
        self.tail_start = self.mask.find(b">", closing) + 1 if closing >= 0 else opened.end()
        self.row_tag = re.compile(b"<" + re.escape(prefix) + b"row(?=[\\s/>])" + _ATTRIBUTES + b">")
        self._cells: dict[bytes, dict[int, bytes]] = {}
        self.row_open = re.compile(b"<" + re.escape(prefix) + b"row(?=[\\s/>])")
        self.cell_open = re.compile(b"<" + re.escape(prefix) + b"c(?=[\\s/>])" + _FIRST_REFERENCE)
        self.cell_tag = re.compile(b"<" + re.escape(prefix) + b"c(?=[\\s/>])" + _ATTRIBUTES + b">")

    @property
    def head(self) -> bytes:
        """All before the cells."""
        return self.text[: self.head_end]

    @property
    def tail(self) -> bytes:
        """All after the cells."""
        return self.text[self.tail_start :]

    def row_start_before(self, place: int, floor: int) -> int:
        """Where the last row from `floor` on begins whose start tag ends by `place`; `floor` if none does."""
        needle = b"<" + self.prefix + b"row"
        at = self.mask.rfind(needle, floor, place)
        while at >= 0:
            tag = self.row_tag.match(self.mask, at)
            if tag is not None and tag.end() <= place:
                return at
            at = self.mask.rfind(needle, floor, at)
        return floor

    def row_start_after(self, place: int) -> int:
        """Where the first row begins at or after `place`; the end of the cells if none does."""
        found = self.row_tag.search(self.mask, place, self.end)
        return self.end if found is None else found.start()

    def cells(self, number: int, row: bytes) -> dict[int, bytes]:
        """Column number, from 1, to the bytes of the cell; ValueError where they are not in order."""
        if row not in self._cells:
            self._cells[row] = self._split(number, row)
        return self._cells[row]

    def cell(self, number: int, column: int, row: bytes) -> bytes | None:
        """The bytes of one cell of the row, None where it has none; errors as for `cells`.

        In a row whose differences were looked at, the cells are in order, and one can be found by its address.
        """
        mark = b'<%bc r="%b%d"' % (self.prefix, column_letters(column), number)
        start = row.find(mark)
        if row in self._cells or start < 0 or _blanked(row) is not row:
            return self.cells(number, row).get(column)
        following = self.cell_open.search(row, start + len(mark))
        closing = row.rfind(b"</" + self.prefix + b"row")
        stop = following.start() if following else closing if closing >= 0 else len(row)
        return row[start:stop].rstrip()

    def _split(self, number: int, row: bytes) -> dict[int, bytes]:
        mask = _blanked(row)
        tags = list(self.cell_open.finditer(mask))
        closing = mask.rfind(b"</" + self.prefix + b"row")
        stops = [*(tag.start() for tag in tags[1:]), closing if closing >= 0 else len(mask)]
        result: dict[int, bytes] = {}
        column = 0
        for tag, stop in zip(tags, stops, strict=False):
            before, (letters, digits) = column, tag.groups()
            if letters is None and (found := _NUMBER.search(_matched(self.cell_tag, mask, tag.start()))):
                letters, digits = found.groups()
            column = column_number(letters) if letters else column + 1
            if column <= before or (letters and int(digits) != number):
                raise ValueError(f"row {number} has its cells out of order")
            result[column] = row[tag.start() : stop].rstrip()
        return result

    def attributes(self, row: bytes) -> dict[bytes, bytes]:
        """The attributes of the row's start tag, but its number and spans, which a new cell may bring."""
        pairs = _PAIR.findall(_matched(self.row_tag, _blanked(row), 0))
        return {name: value[1:-1] for name, value in pairs if name not in (b"r", b"spans")}


class Rows:
    """The rows of a stretch of a sheet, whose numbers are looked up only when they matter."""

    def __init__(self, sheet: SheetText, start: int, end: int) -> None:
        """All rows that begin between the two places; the first must have a number or be the sheet's first."""
        self._sheet = sheet
        self._starts = [tag.start() for tag in sheet.row_open.finditer(sheet.mask, start, end)]
        stops = [*self._starts[1:], end]
        self.xml = [sheet.text[a:b].rstrip() for a, b in zip(self._starts, stops, strict=False)]

    def __len__(self) -> int:
        return len(self.xml)

    def number(self, place: int) -> int:
        """The number of the row at this place; a row without one follows the row before it."""
        implied = 0
        while place >= 0:
            tag = _matched(self._sheet.row_tag, self._sheet.mask, self._starts[place])
            if found := _NUMBER.search(tag):
                return int(found.group(2)) + implied
            place, implied = place - 1, implied + 1
        return implied

    def is_in_order(self, place: int) -> bool:
        """Is the row's number between those of its neighbours?"""
        near = [self.number(p) for p in (place - 1, place, place + 1) if 0 <= p < len(self)]
        return all(one < other for one, other in pairwise(near))


def row_number(tag: bytes) -> int | None:
    """The number that a row's start tag tells."""
    found = _NUMBER.search(tag)
    return int(found.group(2)) if found else None


def _matched(pattern: re.Pattern[bytes], text: bytes, place: int) -> bytes:
    found = pattern.match(text, place)
    return found.group() if found else b""


def utf8(part: bytes) -> tuple[str, bytes]:
    """The part's encoding (with its byte order mark) and the part as UTF-8 without the mark."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if part.startswith(mark):
            text = part[len(mark) :]
            return f"{name} marked", text if name == "utf-8" else text.decode(name).encode()
    declared = re.match(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)""", part)
    name = declared.group(1).decode().lower() if declared else "utf-8"
    return name, part if name in ("utf-8", "us-ascii") else part.decode(name).encode()


def well_formed_but_for(part: bytes, sheet: SheetText, changes: list[Change]) -> None:
    """As `well_formed`, for a changed sheet: all of it but the rows that are byte for byte as they were.

    A row that nobody touched cannot break the XML, and parsing fifty megabytes of them took most of the time of
    an edit. Parts in other encodings are parsed whole.
    """
    if part is not sheet.text or sheet.mask is not sheet.text:
        well_formed(part)
        return
    rows = (change.after for change in changes if change.after is not None)
    well_formed(b"".join((sheet.text[: sheet.start], *rows, sheet.text[sheet.end :])))


def well_formed(part: bytes) -> None:
    """ValueError if the part is not well-formed XML; read by expat, which builds nothing."""
    try:
        expat.ParserCreate().Parse(part, True)
    except expat.ExpatError as error:
        raise ValueError(f"it is not well-formed XML: {error}") from error


def sound_xml(part: bytes) -> None:
    """As `well_formed`, for a part that was written anew: its prefixes are declared too, and no namespace has a blank."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.XmlDeclHandler = _require_version
    try:
        parser.Parse(part, True)
    except expat.ExpatError as error:
        raise ValueError(f"it is not well-formed XML: {error}") from error


def _require_version(version: str, _encoding: str | None, _standalone: int) -> None:
    if version not in ("1.0", "1.1"):
        raise ValueError(f"it is not well-formed XML: version {version}")


def column_number(letters: bytes) -> int:
    """`B` to 2."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


@lru_cache
def column_letters(number: int) -> bytes:
    """2 to `B`."""
    letters = b""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = bytes([65 + letter]) + letters
    return letters


def common_prefix(one: bytes, other: bytes) -> int:
    """How many bytes the two have in common from the start."""
    size, place = min(len(one), len(other)), 0
    while place < size and one[place : place + _CHUNK] == other[place : place + _CHUNK]:
        place += _CHUNK
    step = _CHUNK
    while step and place < size:
        step //= 2
        if step and one[place : place + step] == other[place : place + step]:
            place += step
    return min(place, size)


def _blanked(text: bytes) -> bytes:
    """The text with comments, CDATA and processing instructions blanked, at the same length."""
    start = text.find(b"?>") + 2 if text.startswith(b"<?xml") else 0
    marked = b"!" in text and (b"<!--" in text or b"<![CDATA[" in text)
    if not marked and (text.find(b"?", start) < 0 or text.find(b"<?", start) < 0):
        return text
    return _OPAQUE.sub(lambda match: b" " * len(match.group()), text)


def around_differs(old: SheetText, new: SheetText) -> str | None:
    """What changed around the cells that may not: None, or the words for it."""
    if old.encoding != new.encoding:
        return "its encoding changed"
    for one, other in ((old.head, new.head), (old.tail, new.tail)):
        if one == other:
            continue
        if not _DIMENSION.search(one):
            other = _DIMENSION.sub(b"", other)
        plain, refs = _without_references(one)
        again, grown = _without_references(other)
        if plain != again:
            at = common_prefix(plain, again)
            return f"something around the cells changed near {plain[max(0, at - 30) : at + 30]!r}"
        for before, after in zip(refs, grown, strict=True):
            if not covers(after, before):
                return f"a reference shrank from {before} to {after}"
    return None


def _without_references(text: bytes) -> tuple[bytes, list[str]]:
    """The text with the references that may grow cut out, and those references."""
    found: list[str] = []

    def cut(match: re.Match[bytes]) -> bytes:
        if match.group(3):
            found.append(match.group(4).decode())
            return match.group(3)

        def note(reference: re.Match[bytes]) -> bytes:
            found.append(reference.group(2)[1:-1].decode())
            return reference.group(1)

        return b"<" + match.group(1) + _REFERENCE.sub(note, match.group(2)) + b">"

    return _GROWING.sub(cut, text), found


def covers(after: str, before: str) -> bool:
    """Does the list of ranges `after` hold every range of `before`?"""
    return all(any(_inside(old, new) for new in after.split()) for old in before.split())


def _inside(inner: str, outer: str) -> bool:
    if inner == outer:
        return True
    a, b = _corners(inner), _corners(outer)
    return bool(a and b) and b[0] <= a[0] and b[1] <= a[1] and b[2] >= a[2] and b[3] >= a[3]


def _corners(reference: str) -> tuple[int, ...]:
    """Top, left, bottom, right of a range; empty where it is no plain range of cells."""
    found = re.fullmatch(r"\$?([A-Z]+)\$?([0-9]+)(?::\$?([A-Z]+)\$?([0-9]+))?", reference)
    if found is None:
        return ()
    left, top, right, bottom = found.groups()
    return (
        int(top),
        column_number(left.encode()),
        int(bottom or top),
        column_number((right or left).encode()),
    )


def other_cells_differ(
    old: SheetText, new: SheetText, changes: list[Change], planned: Collection[Place]
) -> str | None:
    """A cell or row among the `changes` that changed though it is not `planned`, in words, or None."""
    columns: dict[int, set[int]] = {}
    for number, column in planned:
        columns.setdefault(number, set()).add(column)
    for change in changes:
        if change.number not in columns:
            return f"row {change.number} changed though no cell of it was planned"
        if change.after is None:
            return f"row {change.number} is gone"
        if not change.in_order:
            return f"row {change.number} is out of order"
        wrong = _row_differs(old, new, change, columns[change.number])
        if wrong:
            return wrong
    return None


def _plainly_alike(
    old: SheetText, new: SheetText, number: int, before: bytes, after: bytes, columns: set[int]
) -> bool:
    """Whether the rows, cut before each cell, differ in nothing but cells whose tag says one of these columns.

    Most changed rows are so; for the others, and where anything else could be meant, the answer is False.
    """
    if old.prefix != new.prefix or _blanked(before) is not before or _blanked(after) is not after:
        return False
    mark = b"<" + old.prefix + b"c "
    were, are = before.split(mark), after.split(mark)
    if len(were) != len(are):
        return False
    for one, other in zip(were, are, strict=True):
        if one != other:
            found, again = _ADDRESS.match(one), _ADDRESS.match(other)
            if found is None or again is None or found.group() != again.group():
                return False
            if int(found.group(2)) != number or column_number(found.group(1)) not in columns:
                return False
            if new.cell_open.search(other):  # a cell without attributes
                return False
    return True


def _row_differs(old: SheetText, new: SheetText, change: Change, columns: set[int]) -> str | None:
    before, after = change.before, change.after or b""
    if before is not None and _plainly_alike(old, new, change.number, before, after, columns):
        return None
    if before is not None and old.attributes(before) != new.attributes(after):
        return f"the settings of row {change.number} changed"
    cells = {} if before is None else old.cells(change.number, before)
    fresh = new.cells(change.number, after)
    for column in sorted((cells.keys() | fresh.keys()) - columns):
        if cells.get(column) != fresh.get(column):
            return f"column {column} of row {change.number} changed though it was not planned"
    return None
