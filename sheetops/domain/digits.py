"""The digits in many texts, in order: which texts name the same ones, and which name several numbers.

All texts are gone through at once. Of very many the digits are not even taken out: a print of each text's tells which
may be alike, and those few are looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, compress
from operator import add, contains, not_
from typing import TYPE_CHECKING, Any

from sheetops.domain.cell_texts import CellTexts
from sheetops.domain.text import SEAM, narrowed

if TYPE_CHECKING:
    from numpy import ndarray

_MANY = 20_000  # rows from which numpy pays, even where it has to be loaded
_NO_DIGITS = bytes(set(range(256)) - set(b"0123456789" + SEAM.encode()))
_SHAPE = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))
_FACTOR = 0x9E3779B97F4A7C15  # odd, of 64 bits; any will do


class Digits:
    """The digits in each row of a column of texts, of rows that each belong to somebody."""

    def __init__(self, texts: CellTexts, who: Sequence[str]) -> None:
        self.who = who
        self._texts = texts
        self._signs = narrowed(texts.joined).encode("ascii", "replace")

    def __len__(self) -> int:
        return len(self.who)

    def at(self, row: int) -> str:
        """The digits of a row's text."""
        return self._split[row] if len(self) < _MANY else self._places.of(self._place[row])

    def keys(self, rows: Sequence[int]) -> list[str]:
        """Whose each row is, with its digits."""
        if len(rows) == len(self) < _MANY:
            return list(map(add, self.who, self._split))
        return [self.who[row] + self.at(row) for row in rows]

    @cached_property
    def mute(self) -> list[int]:
        """The rows without any digit."""
        if len(self) < _MANY:
            return list(compress(range(len(self)), map(not_, self._split)))
        return self._rows(self._places.count == 0)

    @cached_property
    def apart(self) -> list[int]:
        """The rows whose digits do not stand together, so that they may be several numbers."""
        if len(self) >= _MANY:
            return self._rows(self._places.apart)
        digits = self._signs.translate(None, _NO_DIGITS).decode().split(SEAM)[1:-1]
        if self._signs.translate(_SHAPE).count(b" 0") <= len(digits) - digits.count(""):
            return []
        apart = list(map(not_, map(contains, self._signs.decode().split(SEAM)[1:-1], digits)))
        return list(compress(range(len(self)), self._texts.spread(apart)))

    @cached_property
    def _split(self) -> Sequence[str]:
        return self._texts.spread(self._signs.translate(None, _NO_DIGITS).decode().split(SEAM)[1:-1])

    @cached_property
    def _places(self) -> _Places:
        return _Places(self._signs)

    @cached_property
    def _place(self) -> Sequence[int]:
        """Which text stands in each row."""
        return self._texts.spread(range(len(self._texts.texts)))

    def _rows(self, said: ndarray[Any, Any]) -> list[int]:
        import numpy as np

        found: list[int] = np.flatnonzero(self._spread(said)).tolist()
        return found

    def _spread(self, told: ndarray[Any, Any]) -> ndarray[Any, Any]:
        """What was told of each text, row by row."""
        return told if isinstance(self._place, range) else told[list(self._place)]

    def prints(self, number: Mapping[str, int]) -> ndarray[Any, Any]:
        """Of each row a number of 64 bits, alike in rows with the same digits of one with the same `number`."""
        import numpy as np

        of_rows = np.fromiter(map(number.__getitem__, self.who), np.uint64, len(self.who))
        prints: ndarray[Any, Any] = of_rows ^ self._spread(self._places.prints)
        return prints


class _Places:
    """Where the digits stand in texts that are joined by seams."""

    def __init__(self, signs: bytes) -> None:
        import numpy as np

        self._signs = signs
        of = np.frombuffer(signs, np.uint8)
        is_digit = (of - np.uint8(48)) < 10  # what is smaller than 48 wraps around
        self._seams = np.flatnonzero(of == 0)
        self._digits = np.flatnonzero(is_digit)
        self.count = np.add.reduceat(is_digit, self._seams[:-1], dtype=np.int64)
        self._first = np.cumsum(self.count) - self.count

    def of(self, place: int) -> str:
        text = self._signs[self._seams[place] + 1 : self._seams[place + 1]]
        return text.translate(None, _NO_DIGITS).decode()

    @property
    def apart(self) -> ndarray[Any, Any]:
        import numpy as np

        some = self.count > 0
        first, last = self._first[some], (self._first + self.count)[some] - 1
        apart = np.zeros(len(some), np.bool_)
        apart[some] = self._digits[last] - self._digits[first] > last - first
        return apart

    @property
    def prints(self) -> ndarray[Any, Any]:
        import numpy as np

        place = np.arange(len(self._digits)) - np.repeat(self._first, self.count)
        longest = int(self.count.max(initial=0))
        powers = np.multiply.accumulate(np.full(longest + 1, _FACTOR, np.uint64))
        weighed = np.frombuffer(self._signs, np.uint8)[self._digits] * powers[place]
        prints = np.zeros(len(self.count), np.uint64)
        some = self.count > 0
        if len(weighed):
            prints[some] = np.add.reduceat(weighed, self._first[some])
        return prints


def with_same(columns: Sequence[Digits]) -> Iterator[tuple[int, int]]:
    """(column, row) of the rows of which another, of the same column or not, is of the same one and has the same digits."""
    rows = _candidates(columns)
    keys = [column.keys(of) for column, of in zip(columns, rows, strict=True)]
    count = Counter(chain.from_iterable(keys))
    common = set(compress(count, map((1).__lt__, count.values())))
    for at, (of, of_rows) in enumerate(zip(rows, keys, strict=True)):
        yield from ((at, row) for row in compress(of, map(common.__contains__, of_rows)))


def _candidates(columns: Sequence[Digits]) -> list[Sequence[int]]:
    """The rows of each column whose print is not theirs alone; all, where there are not many."""
    if all(len(column) < _MANY for column in columns):
        return [range(len(column)) for column in columns]
    import numpy as np

    known = set(chain.from_iterable(column.who for column in columns))
    number = {one: at * _FACTOR % 2**64 for at, one in enumerate(known)}
    prints = [column.prints(number) for column in columns]
    ordered = np.sort(np.concatenate(prints))
    common = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(common):
        return [[] for _ in prints]
    near = [np.searchsorted(common[:-1], of) for of in prints]
    return [np.flatnonzero(common[at] == of).tolist() for at, of in zip(near, prints, strict=True)]
