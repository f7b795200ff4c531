"""Keywords: what the descriptions of this period speak of, and what rose against the period before.

Without a word segmenter, Chinese text is cut into runs of two to six characters and Latin text into words; a piece
that nearly always stands inside a longer one is left to it. A piece counts once a description, and must stand in
three. It rose where its share grew by more than chance (two shares, one-sided, z above 2.33). At most 3,000
descriptions a period are read, the newest. Source: domain.md §4.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from math import sqrt
from typing import Final, NamedTuple

from sheetops.domain.kpis.facts import Facts, Window
from sheetops.domain.text import tidy

MOST_READ: Final = 3_000
LEAST: Final = 3
_Z: Final = 2.33
_LONGEST: Final = 6
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z][a-z\-']{2,}")
# Characters that begin or end no keyword, and words that say nothing.
_LOOSE = frozenset(
    "的了是在有和与與及或也都就不没沒我你他她它这這那请請吗嗎呢吧被把将將到对對从從给給为為能会會要后後时時"
)
_STOP = frozenset(
    [
        "the",
        "and",
        "for",
        "with",
        "that",
        "this",
        "not",
        "was",
        "are",
        "has",
        "have",
        "had",
        "from",
        "but",
        "can",
        "cannot",
        "could",
        "would",
        "will",
        "when",
        "what",
        "which",
        "who",
        "why",
        "how",
        "does",
        "did",
        "done",
        "its",
        "his",
        "her",
        "our",
        "your",
        "their",
        "they",
        "them",
        "you",
        "she",
        "after",
        "before",
        "into",
        "onto",
        "over",
        "under",
        "still",
        "also",
        "more",
        "than",
        "then",
        "there",
        "here",
        "been",
        "being",
        "some",
        "any",
        "all",
        "one",
        "two",
        "per",
        "via",
        "customer",
        "customers",
        "asks",
        "asked",
        "says",
        "said",
        "wants",
        "wanted",
        "please",
    ]
)


class Keyword(NamedTuple):
    """A word or phrase and in how many descriptions it stands, now and before."""

    text: str
    now: int
    before: int
    z: float  # of the rise of its share

    @property
    def rose(self) -> bool:
        """Whether its share grew by more than chance."""
        return self.z > _Z


def keywords(facts: Facts, window: Window, earlier: Window, most: int = 12) -> list[Keyword]:
    """The most frequent keywords; those that rose come first."""
    now, before = _texts(facts, window), _texts(facts, earlier)
    count_now = _count(now)
    chosen = _whole(count_now)
    count_before = _count(before, chosen)
    found = [
        Keyword(piece, n, count_before[piece], _rise(n, len(now), count_before[piece], len(before)))
        for piece, n in count_now.items()
        if piece in chosen
    ]
    return sorted(found, key=lambda k: (not k.rose, -k.now, -len(k.text), k.text))[:most]


def _texts(facts: Facts, window: Window) -> list[str]:
    rows = facts.opened_in(window)[-MOST_READ:]
    return [tidy(text).casefold() for index in rows if (text := facts.rows[index].description)]


def _pieces(text: str) -> set[str]:
    found = {word for word in _LATIN.findall(text) if word not in _STOP}
    for run in _HAN.findall(text):
        for size in range(2, min(_LONGEST, len(run)) + 1):
            for start in range(len(run) - size + 1):
                piece = run[start : start + size]
                if piece[0] not in _LOOSE and piece[-1] not in _LOOSE:
                    found.add(piece)
    return found


def _count(texts: Iterable[str], only: set[str] | None = None) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text, times in Counter(texts).items():
        for piece in _pieces(text) if only is None else _pieces(text) & only:
            counts[piece] += times
    return counts


def _whole(counts: Counter[str]) -> set[str]:
    """The pieces often enough that are not merely part of a longer one."""
    often = {piece: n for piece, n in counts.items() if n >= LEAST}
    part = set()
    for piece, n in often.items():
        for inner in (piece[1:], piece[:-1]):
            if often.get(inner, 0) * 0.8 <= n:
                part.add(inner)
    return {piece for piece in often if piece not in part or not _HAN.match(piece)}


def _rise(now: int, of_now: int, before: int, of_before: int) -> float:
    if not of_now or not of_before:
        return 0.0
    pooled = (now + before) / (of_now + of_before)
    spread = sqrt(pooled * (1 - pooled) * (1 / of_now + 1 / of_before))
    return (now / of_now - before / of_before) / spread if spread else 0.0
