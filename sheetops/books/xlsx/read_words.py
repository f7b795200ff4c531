"""Words of eight bytes, each of which a step over an array takes at once; the first of its bytes is the lowest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Words = NDArray[np.uint64]
    Flags = NDArray[np.bool_]

UP_TO = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)
"""By a number of bytes, the word in which all bits of the first so many are set."""
_ONE, _EIGHT, _SIXTEEN, _HALF = (np.uint64(count) for count in (1, 8, 16, 32))


def word(text: bytes) -> np.uint64:
    """The eight bytes, or the fewer at its low end, of which the first is the lowest."""
    return np.uint64(int.from_bytes(text, "little"))


def each(byte: int) -> np.uint64:
    """The word of eight times this byte."""
    return word(bytes((byte,)) * 8)


def where(flags: Flags) -> Ints:
    """Where the flags are set, of a multiple of eight that seldom has two in the same eight."""
    words = flags.view("<u8")
    at = np.flatnonzero(words != 0)
    found = words[at]
    if (found & (found - _ONE)).any():
        return np.flatnonzero(flags)
    within = np.bitwise_count(found - _ONE) >> 3
    places: Ints = at * 8 + within
    return places


def until_quote(words: Words) -> Ints:
    """How many bytes of each word come before its first quote; 8 if it has none."""
    other = words ^ each(ord('"'))  # zero where a quote is; the lowest such byte is told rightly
    zero = (other - each(1)) & ~other & each(0x80)
    below: Ints = np.bitwise_count((zero & (~zero + _ONE)) - _ONE).astype(np.int64)
    return np.right_shift(below, 3)


def numbers_of(words: Words, digits: Ints) -> Ints:
    """The number whose digits are the last so many (1 to 8) bytes of each word; -1 where one is no digit.

    Neighbours are joined three times: digits to pairs, pairs to fours, fours to one number (D. Lemire, "Quickly
    parsing eight digits", 2018).
    """
    words = words ^ each(ord("0"))  # a digit is now what it counts
    words &= ~UP_TO[8 - digits]
    good = (((words + each(0x7F - 9)) | words) & each(0x80)) == 0
    words *= np.uint64(10 * 2**8 + 1)
    words >>= _EIGHT
    words &= np.uint64(0x00FF00FF00FF00FF)
    words *= np.uint64(100 * 2**16 + 1)
    words >>= _SIXTEEN
    words &= np.uint64(0x0000FFFF0000FFFF)
    words *= np.uint64(10_000 * 2**32 + 1)
    words >>= _HALF
    numbers: Ints = words.view(np.int64)
    if not good.all():
        numbers[~good] = -1
    return numbers
