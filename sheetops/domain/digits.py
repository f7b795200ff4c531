"""The digits in many texts, in order: which texts name the same ones, and which name several numbers.

All texts are gone through at once. Of very many the digits are not even taken out: a print of each text's tells which
may be alike, and those few are looked at.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, compress
from operator import add, contains, not_
from sys import maxunicode
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetops.domain.cell_texts import CellTexts
from sheetops.domain.table import Raw
from sheetops.domain.text import SEAM, narrowed, seamed

if TYPE_CHECKING:
    from numpy import ndarray

_MANY = 20_000  # rows from which numpy pays, even where it has to be loaded
_NO_DIGITS = bytes(set(range(256)) - set(b"0123456789" + SEAM.encode()))
_SHAPE = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))
_FACTOR = 0x9E3779B97F4A7C15  # odd, of 64 bits; any will do
_AT_ONCE = 8192  # texts
_WORD = 8  # digits in one number of 64 bits
# The signs that become digits, or more with digits, when they are narrowed (²¼⁰₀⅐①㉑㋀㍘㏠０𝟎🄀🯰), in whole blocks where
# there is no sign of everyday writing.
NARROWED_TO_DIGITS = (
    (0xB2, 0xBE),
    (0x2070, 0x208F),
    (0x2150, 0x218F),
    (0x2460, 0x24FF),
    (0x3200, 0x33FF),
    (0xFF10, 0xFF19),
    (0x1D7CE, 0x1D7FF),
    (0x1F100, 0x1F10A),
    (0x1FBF0, 0x1FBF9),
)


class Digits:
    """The digits in each row of a column of texts, of rows that each belong to somebody or nobody."""

    def __init__(self, texts: CellTexts, owners: Sequence[Raw], names: Mapping[Raw, str]) -> None:
        """`owners` are cells, one a row; `names` says whom each means, blank for nobody."""
        self.names = names
        self._texts, self._owners = texts, owners
        self._known: dict[int, str] = {}  # of very many, the digits of the rows that were asked for

    def __len__(self) -> int:
        return len(self._owners)

    def who(self, row: int) -> str:
        """Whose a row is, blank for nobody's."""
        return self.names[self._owners[row]]

    def rows_of(self, names: Iterable[str]) -> list[int]:
        """The rows that are these people's."""
        known = frozenset(names)
        cells = {cell for cell, name in self.names.items() if name in known}
        return list(compress(range(len(self)), map(cells.__contains__, self._owners))) if cells else []

    def at(self, row: int) -> str:
        """The digits of a row's text."""
        if len(self) < _MANY:
            return self._split[row]
        known = self._known.get(row)
        if known is None:
            self.ahead((row,))
            known = self._known[row]
        return known

    def keys(self, rows: Sequence[int]) -> list[str]:
        """Whose each row is, with its digits."""
        if len(rows) == len(self) < _MANY:
            return list(map(add, map(self.names.__getitem__, self._owners), self._split))
        self.ahead(rows)
        return [self.who(row) + self.at(row) for row in rows]

    def sorted_keys(self, rows: Sequence[int]) -> list[str]:
        """Whose each row is, with its digits, the smallest first."""
        self.ahead(rows)
        return [self.who(row) + "".join(sorted(self.at(row))) for row in rows]

    def ahead(self, rows: Iterable[int]) -> None:
        """Take out the digits of these rows, which will be asked for, in one go."""
        left = [row for row in rows if row not in self._known] if len(self) >= _MANY else []
        if left:
            texts = seamed([self._texts.texts[self._place[row]] for row in left])
            self._known.update(zip(left, _only_digits(_ascii(texts)), strict=True))

    @cached_property
    def mute(self) -> list[int]:
        """The rows without any digit."""
        if len(self) < _MANY:
            return list(compress(range(len(self)), map(not_, self._split)))
        return self._rows(self._told.counts == 0)

    @cached_property
    def apart(self) -> list[int]:
        """The rows whose digits do not stand together, so that they may be several numbers."""
        if len(self) >= _MANY:
            return self._rows(self._told.apart)
        digits = _only_digits(self._signs)[1:-1]
        if self._signs.translate(_SHAPE).count(b" 0") <= len(digits) - digits.count(""):
            return []
        apart = list(map(not_, map(contains, self._signs.decode().split(SEAM)[1:-1], digits)))
        return list(compress(range(len(self)), self._texts.spread(apart)))

    @cached_property
    def _signs(self) -> bytes:
        return _ascii(self._texts.joined)

    @cached_property
    def _split(self) -> Sequence[str]:
        return self._texts.spread(_only_digits(self._signs)[1:-1])

    @cached_property
    def _told(self) -> _Told:
        return _told(self._texts.texts)

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

    def owners(self, number: Mapping[str, int]) -> ndarray[Any, Any]:
        """The number of each row's name."""
        import numpy as np

        of_cell = {cell: number[name] for cell, name in self.names.items()}
        return np.fromiter(map(of_cell.__getitem__, self._owners), np.uint64, len(self))

    def prints(
        self, owners: ndarray[Any, Any], reordered: bool
    ) -> tuple[ndarray[Any, Any], ndarray[Any, Any]]:
        """The rows that may be alike; of each a number of 64 bits, alike in rows that are alike.

        They are somebody's (whose number is not 0) and have digits, or are those of `apart`, whatever their order.
        """
        import numpy as np

        told = self._told
        rows = np.flatnonzero((owners > 0) & self._spread(told.apart if reordered else told.counts > 0))
        return rows, _mixed(self._spread(told.sums if reordered else told.prints)[rows], owners[rows])


def _only_digits(signs: bytes) -> list[str]:
    """The digits in each of the texts between the seams."""
    return signs.translate(None, _NO_DIGITS).decode().split(SEAM)


def _ascii(joined: str) -> bytes:
    """Texts as they are narrowed, each sign that is not of ASCII as one that is no digit."""
    return narrowed(joined).encode("ascii", "replace")


def _mixed(one: ndarray[Any, Any], other: ndarray[Any, Any]) -> ndarray[Any, Any]:
    """Of each two numbers of 64 bits one that has something of every bit of theirs."""
    import numpy as np

    mixed = (one ^ (other * np.uint64(_FACTOR))) * np.uint64(_FACTOR)
    mixed ^= mixed >> np.uint64(32)
    found: ndarray[Any, Any] = mixed * np.uint64(_FACTOR)
    return found


class _Told(NamedTuple):
    """What is told of the digits of each of many texts."""

    counts: ndarray[Any, Any]
    apart: ndarray[Any, Any]  # whether something stands between them
    prints: ndarray[Any, Any]  # a number of 64 bits that they say in their order
    sums: ndarray[Any, Any]  # one that they say in any order; of the texts that are `apart` alone


def _told(texts: Sequence[str]) -> _Told:
    """Go through texts, some thousands at one time: what is made of those fits into a processor's fast memory."""
    import numpy as np

    wanted = np.zeros(maxunicode + 1, np.bool_)
    for first, last in ((0, 0), (ord("0"), ord("9")), *NARROWED_TO_DIGITS):
        wanted[first : last + 1] = True
    parts = [_part(texts[at : at + _AT_ONCE], wanted) for at in range(0, len(texts), _AT_ONCE)]
    told = _together(parts)
    odd = [at * _AT_ONCE + row for at, part in enumerate(parts) for row in part.odd]
    if odd:
        joined = seamed([*(texts[at] for at in odd), ""])
        for sign in set().union(*(part.odd_signs for part in parts)):
            joined = joined.replace(sign, unicodedata.normalize("NFKC", sign))
        for of_all, of_some in zip(told, _together([_Part(joined, wanted)]), strict=True):
            of_all[odd] = of_some
    return told


def _part(texts: Sequence[str], wanted: ndarray[Any, Any]) -> _Part:
    part = _Part(SEAM.join(texts) + SEAM, wanted)
    return part if len(part.count) == len(texts) else _Part(seamed(texts) + SEAM, wanted)


class _Part:
    """What stands in some texts that have a seam behind each."""

    def __init__(self, texts: str, wanted: ndarray[Any, Any]) -> None:
        import numpy as np

        signs = np.array([texts]).view(np.uint32)
        places = np.flatnonzero(wanted.take(signs))
        found = signs[places]
        ends = np.flatnonzero(found == 0)
        self.digits = found.astype(np.uint8)  # with the seams, and with signs that may become digits
        self.first = np.concatenate(([0], ends[:-1] + 1))
        self.count = ends - self.first
        self.apart = places[np.maximum(ends - 1, self.first)] - places[self.first] >= self.count.clip(1)
        odd = np.flatnonzero(found > ord("9"))
        self.odd = dict.fromkeys(np.searchsorted(ends, odd).tolist())
        self.odd_signs = set(map(chr, found[odd].tolist()))


def _together(parts: Sequence[_Part]) -> _Told:
    """What is told of the texts of all parts."""
    import numpy as np

    if not parts:
        return _Told(np.empty(0, np.intp), np.empty(0, np.bool_), *np.empty((2, 0), np.uint64))
    sizes = np.cumsum([0, *(len(part.digits) for part in parts)])
    first = np.concatenate([part.first + size for part, size in zip(parts, sizes[:-1], strict=True)])
    count = np.concatenate([part.count for part in parts])
    apart = np.concatenate([part.apart for part in parts])
    digits = b"".join(part.digits.tobytes() for part in parts)
    return _Told(count, apart, _prints(digits, first, count), _sums(digits, first, apart))


def _sums(digits: bytes, first: ndarray[Any, Any], apart: ndarray[Any, Any]) -> ndarray[Any, Any]:
    import numpy as np

    if not apart.any():
        return np.zeros(len(first), np.uint64)
    signs = np.arange(256, dtype=np.uint64)
    of_sign = _mixed(signs, signs)
    sums: ndarray[Any, Any] = np.add.reduceat(of_sign[np.frombuffer(digits, np.uint8)], first)
    return sums


def _prints(digits: bytes, first: ndarray[Any, Any], count: ndarray[Any, Any]) -> ndarray[Any, Any]:
    """Of each text a number of 64 bits that its digits say: so many of these, from the first on."""
    import numpy as np

    # The digits from every place on, as many as are in one number.
    words = np.ndarray(len(digits), "<u8", digits + bytes(_WORD), strides=(1,))
    masks = np.array([(1 << 8 * some) - 1 for some in range(_WORD + 1)], np.uint64)
    prints = _mixed(words[first] & masks[np.minimum(count, _WORD)], count.astype(np.uint64))
    rows, start = np.flatnonzero(count > _WORD), _WORD
    while len(rows):
        some = words[first[rows] + start] & masks[np.minimum(count[rows] - start, _WORD)]
        prints[rows] = _mixed(some, prints[rows])
        start += _WORD
        rows = rows[count[rows] > start]
    return prints


class Columns:
    """Several columns of texts: a row may be alike to one of the same column or of another."""

    def __init__(self, columns: Sequence[Digits]) -> None:
        self._columns = columns
        self._many = any(len(column) >= _MANY for column in columns)

    def with_same(self) -> Iterator[tuple[int, int]]:
        """(column, row) of the rows of which another is of the same one and has the same digits.

        Rows of nobody and rows without digits are none.
        """
        rows = self._candidates(False) if self._many else [range(len(column)) for column in self._columns]
        keys = [column.keys(of) for column, of in zip(self._columns, rows, strict=True)]
        return self._of_several(rows, keys)

    def with_reordered(self) -> Iterator[tuple[int, int]]:
        """The same of the rows whose digits do not stand together: the other may have them in another order."""
        rows = self._candidates(True) if self._many else [column.apart for column in self._columns]
        keys = [column.sorted_keys(of) for column, of in zip(self._columns, rows, strict=True)]
        return self._of_several(rows, keys)

    def _of_several(
        self, rows: Sequence[Sequence[int]], keys: Sequence[Sequence[str]]
    ) -> Iterator[tuple[int, int]]:
        count = Counter(chain.from_iterable(keys))
        common = set(compress(count, map((1).__lt__, count.values())))
        for at, (of, of_rows) in enumerate(zip(rows, keys, strict=True)):
            column = self._columns[at]
            for row in compress(of, map(common.__contains__, of_rows)):
                if column.who(row) and column.at(row):
                    yield at, row

    @cached_property
    def _number(self) -> dict[str, int]:
        """A number of each name, 0 of nobody's."""
        known = set(chain.from_iterable(column.names.values() for column in self._columns)) - {""}
        return {"": 0, **{one: at for at, one in enumerate(known, 1)}}

    @cached_property
    def _owners(self) -> list[ndarray[Any, Any]]:
        return [column.owners(self._number) for column in self._columns]

    def _candidates(self, reordered: bool) -> list[Sequence[int]]:
        """The rows of each column whose print is not theirs alone."""
        import numpy as np

        told = [column.prints(of, reordered) for column, of in zip(self._columns, self._owners, strict=True)]
        alike = _not_alone(np.concatenate([prints for _, prints in told]))
        starts = np.cumsum([0, *(len(rows) for rows, _ in told)])
        return [
            rows[alike[slice(*np.searchsorted(alike, (start, end)))] - start].tolist()
            for (rows, _), start, end in zip(told, starts[:-1], starts[1:], strict=True)
        ]

    def rows_of(self, at: int, names: Iterable[str]) -> list[int]:
        """The rows of the column with this number that are these people's."""
        if not self._many:
            return self._columns[at].rows_of(names)
        import numpy as np

        wanted = np.zeros(len(self._number), np.bool_)
        wanted[[self._number[name] for name in names]] = True
        rows: list[int] = np.flatnonzero(wanted[self._owners[at].astype(np.intp)]).tolist()
        return rows


def _not_alone(prints: ndarray[Any, Any]) -> ndarray[Any, Any]:
    """The places of the prints that are there several times."""
    import numpy as np

    # Where some bits are there once, the print is; the others are few enough to be sorted.
    bits = len(prints).bit_length() + 2
    slots = (prints >> np.uint64(64 - bits)).astype(np.intp)
    some = np.flatnonzero(np.bincount(slots, minlength=1 << bits)[slots] > 1)
    order = some[np.argsort(prints[some])]
    same = prints[order[1:]] == prints[order[:-1]]
    alike = np.zeros(len(order), np.bool_)
    alike[1:] = same
    alike[:-1] |= same
    return np.sort(order[alike])
