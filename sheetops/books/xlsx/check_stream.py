"""A changed sheet beside the sheet before, unpacked piece by piece: only the planned rows and the ends are kept.

All that lies between two planned rows must be what it was, byte for byte, and is let go as soon as that is seen; so a
sheet of fifty megabytes is judged with one copy of it in memory. Where anything is not as simple as that (comments,
rows without numbers, a planned row that is missing among others, or a difference where none is planned), nothing is
said here, and the sheets are compared as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sheetops.books.xlsx.check_rows import changed_rows
from sheetops.books.xlsx.check_sheet import Change, SheetText, row_number

_PIECE = 1 << 16  # bytes that are compared at one time


class _Unlike(Exception):
    """The sheets differ where no row is planned, or in a way that only a look at the whole can judge."""


class Near(NamedTuple):
    """What is to be judged of two sheets: their ends, with the last row, and the planned rows."""

    old: SheetText
    new: SheetText
    changes: list[Change]
    rows: Mapping[int, bytes]
    """Planned rows by their numbers, changed or not, as they are now."""


def near_rows(old: SheetText, new: Iterable[bytes], planned: Iterable[int]) -> Near | None:
    """The planned rows of the sheet that comes in the pieces `new`, and its ends; None if all else is not as it was."""
    tag = b"<" + old.prefix + b"row"
    first, last = old.text.find(tag, old.start, old.end), old.text.rfind(tag, old.start, old.end)
    if old.mask is not old.text or old.encoding != "utf-8" or first < 0 or last == first:
        return None
    try:
        return _Walk(old, tag, _Stream(iter(new))).near(sorted(planned), first, last)
    except (_Unlike, StopIteration):
        return None


class _Stream:
    """The new sheet as it comes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = b""
        self._at = 0

    def _more(self) -> None:
        """One more piece behind what is not used yet; StopIteration at the end."""
        self._held, self._at = self._held[self._at :] + next(self._pieces), 0

    def require_same(self, text: bytes, start: int, end: int) -> None:
        """Go past as many bytes as there are from `start` to `end`; _Unlike if they are others."""
        while start < end:
            if self._at == len(self._held):
                self._more()
            step = min(_PIECE, end - start, len(self._held) - self._at)
            if text[start : start + step] != self._held[self._at : self._at + step]:
                raise _Unlike
            start, self._at = start + step, self._at + step

    def until(self, mark: bytes, after: int = 0) -> bytes:
        """Go to the next `mark` that begins at least `after` bytes from here."""
        while (found := self._held.find(mark, self._at + after)) < 0:
            self._more()
        passed, self._at = self._held[self._at : found], found
        return passed

    def rest(self) -> bytes:
        """All that is left."""
        return b"".join([self._held[self._at :], *self._pieces])


class _Walk:
    """Along both sheets, from planned row to planned row."""

    def __init__(self, old: SheetText, tag: bytes, stream: _Stream) -> None:
        self._old, self._tag, self._stream = old, tag, stream
        self._changes: list[Change] = []
        self._rows: dict[int, bytes] = {}
        self._latest = 0  # the number of the last planned row that was taken

    def near(self, planned: list[int], first: int, last: int) -> Near | None:
        old, stream = self._old, self._stream
        head, at = stream.until(self._tag), first
        for number in planned:
            start = self._find(number, at, last)
            if start >= 0:
                stream.require_same(old.text, at, start)
                at = self._take(number, start)
            elif number < self._number(last):
                raise _Unlike  # a row that is missing among others, or is written in another way
        stream.require_same(old.text, at, last)
        rest = stream.rest()
        if not rest.startswith(self._tag + b' r="%d"' % self._number(last)):
            return None  # whether a row before it is in order, only those before tell
        was, now = SheetText(old.text[:first] + old.text[last:]), SheetText(head + rest)
        known = [change.after or b"" for change in self._changes]
        if now.mask is not now.text or any(b"<!" in row or b"<?" in row for row in known):
            return None
        return Near(was, now, self._changes + changed_rows(was, now), self._rows)

    def _find(self, number: int, at: int, last: int) -> int:
        """Where the planned row begins, at `at` or after it and before the last row; -1 if it is not there.

        It is first looked for a little before where it would be if all rows were as long as those so far.
        """
        text, mark = self._old.text, self._tag + b' r="%d"' % number
        so_far, gone = self._latest, at - self._old.start
        guess = text.find(self._tag, at + (number - so_far - 1) * gone // max(so_far, 1) * 9 // 10, last)
        if guess > at + _PIECE // 4 and self._number(guess) <= number:
            found = text.find(mark, guess, last)
            if found >= 0:
                return found
        return text.find(mark, at, last)

    def _take(self, number: int, start: int) -> int:
        """Take the row that begins here in the sheet before, and its counterpart; returns where it ends."""
        text = self._old.text
        end = text.find(self._tag, start + 1, self._old.end)  # it is not the last
        before, after = text[start:end].rstrip(), self._stream.until(self._tag, 1).rstrip()
        mark = self._tag + b' r="%d"' % number
        if not after.startswith(mark):
            raise _Unlike
        self._rows[number], self._latest = after, number
        if before != after:
            above = text.rfind(self._tag, self._old.start, start)
            in_order = (above < 0 or self._number(above) < number) and number < self._number(end)
            self._changes.append(Change(number, before, after, in_order))
        return end

    def _number(self, start: int) -> int:
        found = self._old.row_tag.match(self._old.text, start)
        number = row_number(found.group()) if found else None
        if number is None:
            raise _Unlike
        return number
