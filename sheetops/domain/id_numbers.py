"""Which sequence numbers a sheet has used under one prefix, and with which the numbering goes on.

A slip of one hand must not lead the numbering astray for good: what stands alone, far beyond the others, is left out
of count where the next number is looked for, though it is never given again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, filterfalse

from sheetops.domain.ids import IdPattern, usual_width
from sheetops.domain.patterns import pattern
from sheetops.domain.text import narrowed, tidied, tidy

LOOKALIKES = str.maketrans("OoQDIl|SZB", "0000111528")  # letters typed for digits
_BETWEEN = pattern(r"[\W_]+")
_DIGITS = pattern(r"[0-9]+")
MOST_DIGITS = 18  # no team counts so far; what is longer is no number of a request
_ENOUGH = 5  # IDs of a month that tell how it numbers
_FEW = 3  # IDs beside which one can be called alone
# Between one number and the next: so many are missing at most, or so many times the widest gap before. A number of
# more digits than the others have has to follow closely: 99, 100 is the hundredth, 41, 103 is a digit too many.
_FAR, _TIMES_FAR = 100, 10
_CLOSE, _TIMES_CLOSE = 10, 2


@dataclass(frozen=True)
class Used:
    """The numbers used under a prefix."""

    width: int  # digits to which the next numbers are padded
    last: int  # the number after which the numbering goes on
    taken: frozenset[int]  # numbers that stand somewhere, or are plainly meant


class UsedNumbers:
    """The numbers in a sheet's IDs, those once seen in it included, under any prefix of a pattern."""

    def __init__(self, ids: IdPattern, known: Sequence[str], gone: Iterable[str]) -> None:
        self._ids = ids
        self._known = known
        taken = [*known, *gone]
        together = "".join(taken)
        if not (together.isascii() and together.isdigit()):
            # Width and case do not make an ID another one (see the rule duplicate-id).
            taken = list(map(str.casefold, tidied(taken)))
        self._sorted = sorted(taken)  # so that those of one prefix stand together

    def under(self, prefix: str) -> Used:
        """What is used under one prefix."""
        before = narrowed(prefix).casefold().lstrip()
        first, end = (bisect_left(self._sorted, text) for text in (before, f"{before}\U0010ffff"))
        rests = [text[len(before) :] for text in self._sorted[first:end]]
        digits = [rest for rest in rests if rest.isascii() and rest.isdigit() and len(rest) <= MOST_DIGITS]
        meant, hinted = self._plainly_meant(prefix)
        digits += meant
        numbers = [rest for rest in digits if len(rest) >= self._ids.width]
        width = self._ids.width
        if len(numbers) >= _ENOUGH:
            width = usual_width(numbers)[1]
        lengths: dict[int, int] = {}  # number → how many digits it is written with
        for rest in numbers:
            number = int(rest)
            lengths[number] = min(len(rest), lengths.get(number, MOST_DIGITS))
        last = _last(lengths, self._usual_length(numbers, len(prefix))) if lengths else 0
        return Used(width, last, frozenset([*map(int, digits), *hinted]))

    def _usual_length(self, numbers: Sequence[str], before: int) -> int:
        """How many digits most numbers have, of this prefix or else of the sheet; many where nothing is known."""
        counts = Counter(map(len, numbers))
        if len(numbers) < _ENOUGH:
            counts = Counter(map(len, self._known))
            counts = Counter({length - before: count for length, count in counts.items()})
        length, count = max(counts.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        return length if count >= _FEW else MOST_DIGITS

    @cached_property
    def _odd(self) -> list[tuple[str, ...]]:
        """The readings of each ID of the sheet that the pattern does not fit, or that is not typed in plain digits."""
        # Digits alone are read as they stand.
        texts = list(dict.fromkeys(filterfalse(str.isdigit, self._known)))
        odd = [texts[at] for at in self._ids.misfits(texts)] if texts else []
        narrow = map(tidy, dict.fromkeys(chain(odd, filterfalse(str.isascii, self._known))))
        return [
            tuple(_BETWEEN.sub("", one.casefold()) for one in (text, text.translate(LOOKALIKES)))
            for text in narrow
        ]

    def _plainly_meant(self, prefix: str) -> tuple[list[str], set[int]]:
        """The numbers of mistyped IDs: those that are one but for lookalikes and signs, and those that could be."""
        starts = [
            _BETWEEN.sub("", narrowed(one).casefold()) for one in (prefix, prefix.translate(LOOKALIKES))
        ]
        meant: list[str] = []
        hinted: set[int] = set()
        for readings in self._odd:
            for text, start in zip(readings, starts, strict=True):
                at = text.find(start)
                found = _DIGITS.match(text, at + len(start)) if at >= 0 else None
                if found is None or len(found[0]) > MOST_DIGITS:
                    continue
                hinted.add(int(found[0]))
                if at == 0 and found.end() == len(text) and len(found[0]) >= self._ids.width:
                    meant.append(found[0])
        return meant, hinted


def _last(lengths: dict[int, int], usual: int) -> int:
    """The highest number that is no slip: 0 where all are. `lengths`: number → digits; `usual`: digits of most."""
    groups: list[
        tuple[int, bool]
    ] = []  # of numbers that follow each other: the first's place, whether it is longer
    ordered = sorted(lengths)
    previous, written, widest = 0, usual, 0
    for at, number in enumerate(ordered):
        gap, longer = number - previous, lengths[number] > max(usual, written)
        near = max(_CLOSE, _TIMES_CLOSE * widest) if longer else max(_FAR, _TIMES_FAR * widest)
        if gap > near and (at or longer):
            groups.append((at, longer))
            widest = 0
        elif at and (not groups or groups[-1][0] != at):
            widest = max(widest, gap)
        previous, written = number, lengths[number]
    end = len(ordered)
    for at, longer in reversed(groups):
        if end - at > max(1, at // 10) or not (longer or at >= _FEW):
            break
        end = at
    return ordered[end - 1] if end else 0
