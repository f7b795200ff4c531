"""The marks of rows (see sheetops.domain.rows) as the ledger keeps them, many at once.

A mark tells what stands in a row to everybody who guesses the row, so what is kept is SipHash-2-4 (Aumasson and
Bernstein, 2012) of it under the ledger's key: equal marks are kept alike, and without the key nobody can try a guess.
Loads numpy, which is there already where rows have marks.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]
    Numbers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

NOTHING: Words = np.empty(0, np.uint64)
PIECE = 1024  # requests whose marks stand in one row of the ledger
KEY_BYTES = 16  # of SipHash
_BITS = PIECE // 8  # bytes of a bit for each of them
_SPARE_BITS = 2  # four to eight slots for each mark: fewer are shared by more, and more are slower to reach
_AT_ONCE = 1 << 14  # marks that the fast memory of a processor holds while they are mixed
_START = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)  # as SipHash says
_LENGTH = np.uint64(8 << 56)  # SipHash's last word: of how many bytes


class Stood(NamedTuple):
    """The rows of a tab as a look left them, in the order of the numbers of their requests."""

    numbers: Numbers
    marks: Words  # keyed; 0: not known
    flags: Flags  # a rule saw something in the row, or nobody knows


def keyed(marks: array[int], key: bytes) -> Words:
    """The marks as a ledger keeps them under this key of 16 bytes; 0, which is not known, stays 0."""
    plain = np.frombuffer(marks, np.uint64) if marks else NOTHING
    low, high = np.frombuffer(key, "<u8").astype(np.uint64)
    found = np.empty_like(plain)
    for start in range(0, len(plain), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        found[some] = siphash(plain[some], low, high)
    found[plain == 0] = 0
    return found


def siphash(words: Words, low: np.uint64, high: np.uint64) -> Words:
    """SipHash-2-4 of the eight bytes of each word, the key in two halves."""
    halves = (low, high, low, high)
    state = [np.full(len(words), half ^ np.uint64(c)) for half, c in zip(halves, _START, strict=True)]
    spare = np.empty_like(words)
    for word in (words, _LENGTH):
        state[3] ^= word
        _mix(2, state, spare)
        state[0] ^= word
    state[2] ^= np.uint64(0xFF)
    _mix(4, state, spare)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _mix(rounds: int, state: Sequence[Words], spare: Words) -> None:
    v0, v1, v2, v3 = state
    for _ in range(rounds):
        _half(v0, v1, 13, spare)
        _half(v2, v3, 16, spare)
        _turn(v0, 32, spare)
        _half(v0, v3, 21, spare)
        _half(v2, v1, 17, spare)
        _turn(v2, 32, spare)


def _half(one: Words, other: Words, by: int, spare: Words) -> None:
    one += other
    _turn(other, by, spare)
    other ^= one


def _turn(words: Words, by: int, spare: Words) -> None:
    """Rotate each word to the left."""
    np.right_shift(words, np.uint64(64 - by), out=spare)
    np.left_shift(words, np.uint64(by), out=words)
    words |= spare


class Once(NamedTuple):
    """What `once_in_each` found."""

    now: Words
    then: Words
    at_now: Numbers
    at_then: Numbers


def once(now: Words, then: Words, found: Iterable[Once] = ()) -> Once:
    """Where marks stand that are in each of the two exactly once; what was `found` before is not looked for again."""
    for one in found:
        if np.array_equal(one.now, now) and np.array_equal(one.then, then):
            return one
    return Once(now, then, *once_in_each(now, then))


def once_in_each(now: Words, then: Words) -> tuple[Numbers, Numbers]:
    """Where (index, index) the marks stand that are in each of the two exactly once; 0 is no mark.

    Each mark has one of many slots, by its first bits. Mostly no other of its side has the same slot, and a look into it
    is enough; the few marks of slots that more than one has are sorted.
    """
    here, there = np.flatnonzero(now), np.flatnonzero(then)
    marks_now, marks_then = now[here], then[there]
    bits = (len(here) + len(there)).bit_length() + _SPARE_BITS
    slots_now, slots_then = (
        (marks >> np.uint64(64 - bits)).view(np.int64) for marks in (marks_now, marks_then)
    )
    in_slot, shared = np.zeros(1 << bits, np.int32), np.zeros(1 << bits, np.bool_)
    for slots in (slots_now, slots_then):
        indexes = np.arange(len(slots), dtype=np.int32)
        in_slot[slots] = indexes  # the last one stays
        shared[slots[in_slot[slots] != indexes]] = True
    of_now, of_then = shared[slots_now], shared[slots_then]
    at_now = np.flatnonzero(~of_now)
    at_then = in_slot[slots_now[at_now]]
    # A slot that none of `then` has holds an index of `now` still, whose mark may be no mark of `then`.
    known = np.flatnonzero(at_then < len(there))
    known = known[marks_then[at_then[known]] == marks_now[at_now[known]]]
    more_now, more_then = _once_by_sorting(marks_now[of_now], marks_then[of_then])
    return (
        np.concatenate((here[at_now[known]], here[of_now][more_now])),
        np.concatenate((there[at_then[known]], there[of_then][more_then])),
    )


def _once_by_sorting(now: Words, then: Words) -> tuple[Numbers, Numbers]:
    """As `once_in_each`, of marks that are all known."""
    marks = np.concatenate((now, then))
    order = np.argsort(marks)
    sorted_marks = marks[order]
    # A mark begins and ends a group of alike ones; groups of two are wanted that have one of each side.
    ends = np.ones(len(marks) + 1, np.bool_)
    ends[1:-1] = sorted_marks[1:] != sorted_marks[:-1]
    at = np.flatnonzero(ends[:-2] & ~ends[1:-1] & ends[2:])
    first, second = np.minimum(order[at], order[at + 1]), np.maximum(order[at], order[at + 1])
    one_each = (first < len(now)) & (second >= len(now))
    return first[one_each], second[one_each] - len(now)


class Again(NamedTuple):
    """The rows of some tabs now, tab by tab, as far as they stand as they stood."""

    numbers: list[Numbers]  # of the request of each row; 0: it does not stand so
    flags: list[Flags]  # of each row as it stood; true where it does not stand so
    other: list[list[int]]  # the indexes of the rows that do not stand so
    left: list[int]  # the requests whose rows do not stand so, or nowhere


def again(
    now: Sequence[Words], then: Sequence[Stood], comparable: Sequence[bool], found: Iterable[Once] = ()
) -> Again:
    """Find the rows of tabs that stand in their tab as they stood, where none of any tab is or was alike.

    The tabs are in one order; of those that are not `comparable` no row stands as it stood. For `found` see `once`.
    """
    sizes, stood = [*map(len, now)], Stood(*map(np.concatenate, zip(*then, strict=True)))
    _, _, at_now, at_then = once(np.concatenate(now), stood.marks, found)
    tab_now = np.searchsorted(np.cumsum(sizes), at_now, side="right")
    tab_then = np.searchsorted(np.cumsum([len(one.marks) for one in then]), at_then, side="right")
    here = (tab_now == tab_then) & np.array(comparable)[tab_now]
    at_now, at_then = at_now[here], at_then[here]
    numbers, flags = np.zeros(sum(sizes), np.int64), np.ones(sum(sizes), np.bool_)
    numbers[at_now], flags[at_now] = stood.numbers[at_then], stood.flags[at_then]
    left = np.ones(len(stood.numbers), np.bool_)
    left[at_then] = False
    by_tab = np.split(numbers, np.cumsum(sizes)[:-1])
    other = [np.flatnonzero(of_tab == 0).tolist() for of_tab in by_tab]
    return Again(by_tab, np.split(flags, np.cumsum(sizes)[:-1]), other, stood.numbers[left].tolist())


def not_clean(once: Once, then: Stood) -> list[int]:
    """The indexes of the rows of a tab that do not stand as they stood without a flag, or are not the only ones so."""
    found = np.ones(len(once.now), np.bool_)
    found[once.at_now] = then.flags[once.at_then]
    indexes: list[int] = np.flatnonzero(found).tolist()
    return indexes


def packed(stood: Stood) -> dict[int, bytes]:
    """The rows as the ledger keeps them, by the first number of each piece: who is there, the flags, the marks."""
    if not len(stood.numbers):
        return {}
    if (stood.numbers[1:] < stood.numbers[:-1]).any():
        order = np.argsort(stood.numbers)
        stood = Stood(stood.numbers[order], stood.marks[order], stood.flags[order])
    from_zero, marks = stood.numbers - 1, stood.marks.astype("<u8")
    piece_of = from_zero // PIECE
    begin = np.ones(len(marks), np.bool_)
    begin[1:] = piece_of[1:] != piece_of[:-1]
    begins, of_piece = np.flatnonzero(begin), np.cumsum(begin) - 1
    pieces = piece_of[begins]
    bits = np.zeros((2, len(pieces) * PIECE), np.bool_)
    places = of_piece * PIECE + from_zero % PIECE
    bits[0, places] = True
    bits[1, places] = stood.flags
    there, flags = np.packbits(bits, axis=1).reshape(2, -1, _BITS)
    ends = [*begins[1:].tolist(), len(marks)]
    return {
        piece * PIECE + 1: b"".join((there[at].tobytes(), flags[at].tobytes(), marks[begin:end].tobytes()))
        for at, (piece, begin, end) in enumerate(zip(pieces.tolist(), begins.tolist(), ends, strict=True))
    }


def unpacked(pieces: Mapping[int, bytes]) -> Stood:
    """What `packed` was given, in the order of the numbers."""
    firsts = sorted(pieces)
    parts = [pieces[first] for first in firsts]
    there = _bits(part[:_BITS] for part in parts)
    places = np.flatnonzero(there)
    starts = np.array(firsts, np.int64)
    marks = np.frombuffer(b"".join(part[2 * _BITS :] for part in parts), "<u8").astype(np.uint64)
    flags = _bits(part[_BITS : 2 * _BITS] for part in parts)[places]
    return Stood(starts[places // PIECE] + places % PIECE, marks, flags)


def first_of(number: int) -> int:
    """The first number of the piece in which a request's row is kept."""
    return (number - 1) // PIECE * PIECE + 1


def without(first: int, what: bytes, lost: Sequence[int]) -> bytes | None:
    """A piece but for the rows of these requests; None if none is left."""
    stood = unpacked({first: what})
    stays = ~np.isin(stood.numbers, lost)
    return packed(Stood(stood.numbers[stays], stood.marks[stays], stood.flags[stays])).get(first)


def _bits(parts: Iterable[bytes]) -> Flags:
    return np.unpackbits(np.frombuffer(b"".join(parts), np.uint8)).astype(np.bool_)
