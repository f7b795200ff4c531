"""How the words of a feedback sound: an estimate by a short list of words, in zh-Hans, zh-Hant and English.

Each clause is read for the longest words of the list; a negator up to a few characters before one turns it over;
what follows a turn (但, but) counts double, as that is where people say what they mean. The sum tells: above zero it
sounds good, below bad, at zero even. Without a word of the list nothing is claimed. Irony is not heard. It never
touches a score: CSAT comes from scores alone.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final, Literal

from sheetops.domain.sentiment_words import NEGATORS, TURNS, WEIGHTS
from sheetops.domain.text import simplified, tidy

Sound = Literal["good", "even", "bad"]
SOUNDS: Final[tuple[Sound, ...]] = ("good", "even", "bad")
_REACH: Final = 3  # of a negator: Chinese characters or English words between
_AFTER_TURN: Final = 2
_CLAUSES = re.compile(r"[,，。.;；!！?？、\n…~～:：()（）\"“”]+")


def _pattern(word: str) -> str:
    if not word[0].isascii():
        return re.escape(word)
    left = r"" if word == "n't" else r"(?<![a-z])"
    return rf"{left}{re.escape(word)}(?![a-z])".replace(r"\ ", r"\s+")


@cache
def _known() -> re.Pattern[str]:
    """Any word of the list, the longest first; it takes long to compile, and few runs read feedback."""
    words = sorted({*WEIGHTS, *NEGATORS, *TURNS}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(_pattern, words)))


@lru_cache(maxsize=16384)
def sound(text: str) -> Sound | None:
    """How a text sounds; None where no word of the list stands in it."""
    folded = simplified(tidy(text)).lower().replace("’", "'")
    total, judged, factor = 0, False, 1
    for clause in _CLAUSES.split(folded):
        score, found, turned = _clause(clause)
        if turned:
            factor = _AFTER_TURN
        total += score * factor
        judged |= found
    if not judged:
        return None
    return "good" if total > 0 else "bad" if total < 0 else "even"


def _clause(clause: str) -> tuple[int, bool, bool]:
    """(sum of its words, whether there was one, whether a turn came first)."""
    total, found, turned = 0, False, False
    negator: re.Match[str] | None = None
    for match in _known().finditer(clause):
        word = " ".join(match[0].split())
        if negator is not None and not _near(clause, negator, match):
            weight = _unused(negator)
            total, found, negator = total + weight, found or weight != 0, None
        if word in TURNS and not found and word not in WEIGHTS:
            turned = True
        elif word in NEGATORS:
            negator = match if negator is None else None  # two of them undo each other
        else:
            weight = WEIGHTS.get(word, 0)
            found = found or word in WEIGHTS
            if weight and negator is not None:
                weight, negator = (-1 if weight > 0 else 1), None
            total += weight
    if negator is not None and (weight := _unused(negator)):
        return total + weight, True, turned
    return total, found, turned


def _unused(negator: re.Match[str]) -> int:
    """What a negator that turned nothing over says by itself (`never`)."""
    return WEIGHTS.get(" ".join(negator[0].split()), 0)


def _near(clause: str, negator: re.Match[str], word: re.Match[str]) -> bool:
    """Whether a negator reaches a word: few characters between in Chinese, few words in English."""
    between = clause[negator.end() : word.start()]
    if negator[0].isascii():
        return len(between.split()) <= _REACH
    return len(between) <= _REACH
