"""Marks of rows: 64 bits that are alike where all that a row's cells say is alike.

A row's mark is the sum of its cells' marks, each multiplied by an odd number that stands for its column. Of what a cell
says every bit reaches every bit of its mark (S. Vigna's SplitMix64 with D. Stafford's "Mix13"), so that two different
rows share a mark by chance only: once in some 10^17 comparisons. They tell what changed; they prove nothing to somebody
who would seek two texts of one mark. Every process and machine makes the same marks.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import numpy as np

from sheetops.domain.table import Raw

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sheetops.domain.rows import Marks

    Ints = NDArray[np.int64]
    Words = NDArray[np.uint64]

_BLANK_ROW = 1  # whose sum is 0, which means that no mark is known
_SHIFTS = np.array((30, 27, 31), np.uint64)
_FACTORS = np.array((0xBF58476D1CE4E5B9, 0x94D049BB133111EB), np.uint64)
_STEP = 0x9E3779B97F4A7C15  # 2^64 by the golden ratio, which spreads what follows one another
_TEXT, _OTHER, NUMBER, DAY, DAY_1904 = (np.uint64(kind * _STEP & (1 << 64) - 1) for kind in range(1, 6))
"""What is added to a length or a whole number, so that equal ones of two kinds are told apart."""
_WORD = 8  # bytes
_MOST_WORDS = 64  # of a text that is taken with others; a longer one is taken by itself
_SOME = 1 << 14  # texts or cells that are taken at once
_UP_TO = np.array([(1 << 64) - 1, *((1 << 8 * count) - 1 for count in range(1, _WORD))], np.uint64)


class RowMarks:
    """The marks of a tab's rows, put together piece by piece."""

    def __init__(self, formulas: Mapping[tuple[int, int], str]) -> None:
        """`formulas` may grow until the marks are asked for."""
        self._formulas = formulas
        self._pieces: list[tuple[int, Words]] = []
        self._single: list[tuple[int, int, Raw]] = []
        self._summed: list[tuple[Ints, Words]] = []

    def add(self, before: int, height: int, columns: Iterable[Words]) -> None:
        """The marks of the cells in so many rows after the row `before`, by column."""
        sums = np.zeros(height, np.uint64)
        for factor, marks in zip(_OF_COLUMNS, columns, strict=False):
            sums += marks * factor
        self._pieces.append((before, sums))

    def add_singly(self, cells: Iterable[tuple[int, int, Raw]]) -> None:
        """Cells of any kind (row, column, value) in rows that were added."""
        self._single += cells
        if len(self._single) > _SOME:
            self._sum_single()

    def of_rows(self, height: int) -> Marks:
        """The marks of so many rows; 0 of those that were not added."""
        self._sum_single()
        found = np.zeros(height, np.uint64)
        for rows, marks in self._summed:
            np.add.at(found, rows - 1, marks)
        for before, sums in self._pieces:
            piece = found[before : before + len(sums)]
            piece += sums[: len(piece)]
            piece[piece == 0] = _BLANK_ROW
        return array("Q", found.tobytes())

    def _sum_single(self) -> None:
        if not self._single:
            return
        rows, columns, _ = zip(*self._single, strict=True)
        marks = of_cells([(value, self._formulas.get((row, at))) for row, at, value in self._single])
        self._summed.append((np.array(rows), marks * _OF_COLUMNS[np.array(columns) - 1]))
        self._single = []


def mixed(words: Words) -> Words:
    """Every word with each of its bits spread over all; made in place. Different words stay different."""
    words ^= words >> _SHIFTS[0]
    words *= _FACTORS[0]
    words ^= words >> _SHIFTS[1]
    words *= _FACTORS[1]
    words ^= words >> _SHIFTS[2]
    return words


_OF_COLUMNS = mixed(np.arange(1, 1 << 8, dtype=np.uint64) * np.uint64(_STEP)) | np.uint64(1)


def of_numbers(values: Ints, kind: np.uint64) -> Words:
    """The marks of cells that store these whole numbers, of one kind."""
    return mixed(values.view(np.uint64) + kind)


def of_texts(texts: Sequence[str | None], kind: np.uint64 = _TEXT) -> Words:
    """The marks of cells that hold these texts; 0 of what is blank."""
    pieces = [_of_some(texts[at : at + _SOME], kind) for at in range(0, len(texts), _SOME)]
    return np.concatenate(pieces) if pieces else np.empty(0, np.uint64)


def of_cells(cells: Sequence[tuple[Raw, str | None]]) -> Words:
    """The marks of cells that may be of any kind, each with its formula; a text has that of a shared text."""
    texts: list[str | None] = []
    others: list[str | None] = []
    for value, formula in cells:
        is_text = formula is None and (value is None or type(value) is str)
        texts.append(cast("str | None", value) if is_text else None)
        others.append(None if is_text else f"{type(value).__name__}\n{value!r}\n{formula}")
    return of_texts(texts) + of_texts(others, _OTHER)


def _of_some(texts: Sequence[str | None], kind: np.uint64) -> Words:
    """The marks word by word: of all texts the first, of those that have one the second, and so on."""
    whole, lengths = _laid(texts)
    counts = np.minimum((lengths + (_WORD - 1)) // _WORD, _MOST_WORDS + 1).astype(np.uint8)
    by_count = np.argsort(counts, kind="stable")[::-1]
    left = lengths[by_count]
    marks, begins = mixed(left.view(np.uint64) + kind), (np.cumsum(lengths) - lengths)[by_count]
    words: Words = np.ndarray((len(whole) + 1,), "<u8", whole + bytes(_WORD), 0, (1,))  # from every byte on
    many = [*(len(texts) - np.cumsum(np.bincount(counts))).tolist(), 0]  # have more words than so many
    long = many[_MOST_WORDS] if len(many) > _MOST_WORDS else 0
    for count, more in pairwise(many[: _MOST_WORDS + 1]):
        read = words[begins[long:count]]
        last = max(long, more)  # from here on this is the last word
        read[last - long :] &= _UP_TO[left[last:count] % _WORD]
        read ^= marks[long:count]
        marks[long:count] = mixed(read)
        begins[long:count] += _WORD
    for place in range(long):
        begin = int(begins[place])
        digest = blake2b(whole[begin : begin + int(left[place])], digest_size=_WORD).digest()
        marks[place] ^= np.uint64(int.from_bytes(digest, "little"))
    found = np.empty_like(marks)
    found[by_count] = marks
    found[lengths == 0] = 0
    return found


def _laid(texts: Sequence[str | None]) -> tuple[bytes, Ints]:
    """The texts one after the other in UTF-16, and how many bytes each has."""
    said = [text or "" for text in texts] if None in texts else cast("Sequence[str]", texts)
    whole = "".join(said).encode("utf-16-le", "surrogatepass")
    lengths = 2 * np.fromiter(map(len, said), np.int64, len(said))
    if lengths.sum() != len(whole):  # some of their characters have four bytes
        each = [len(text.encode("utf-16-le", "surrogatepass")) for text in said]
        lengths = np.array(each, np.int64)
    return whole, lengths
