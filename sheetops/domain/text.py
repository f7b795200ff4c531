"""Comparing words the way people mean them: width, case, spaces, brackets, Simplified/Traditional."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Protocol

from sheetops.domain.patterns import pattern

_NOT_WORD = pattern(r"[\W_]+")
_FIRST_HAN = "\u2e80"  # the first radical; what stands after it and is no Chinese has one form in either


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@cache
def _to_simplified() -> _Converter:
    import opencc  # loads its tables, so only where Chinese text is really compared

    converter: _Converter = opencc.OpenCC("t2s")
    return converter


def simplified(text: str) -> str:
    """`text` in Simplified characters; other text is returned as it is."""
    return text if max(text, default="") < _FIRST_HAN else _to_simplified().convert(text)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The form of `text` in which two spellings of one word are equal.

    NFKC (full width to half width), case folded, Traditional to Simplified, and everything that is not a
    letter or a digit (spaces, line breaks, brackets, slashes) taken out.
    """
    return _NOT_WORD.sub("", simplified(unicodedata.normalize("NFKC", text)).casefold())


def tidy(text: str) -> str:
    """`text` with full-width forms narrowed and outer white space (also U+3000) taken off."""
    return unicodedata.normalize("NFKC", text).strip()


SEAM = "\0"  # between texts that are looked at as one; no cell can hold it


def seamed(texts: Sequence[str]) -> str:
    """Many texts as one, so that they are gone through at the speed of the machine; `split(SEAM)` takes them apart."""
    joined = SEAM.join(texts)
    if joined.count(SEAM) > len(texts) - 1:
        joined = SEAM.join([text.replace(SEAM, "") for text in texts])
    return joined


def places(joined: str | bytes, offsets: Iterable[int]) -> list[int]:
    """Which texts of a joined one (seams before, between and behind) stand at these offsets, which ascend."""
    seam = SEAM if isinstance(joined, str) else SEAM.encode()
    found: list[int] = []
    place, last = -1, 0
    for offset in offsets:
        place += joined.count(seam, last, offset)  # type: ignore[arg-type]
        last = offset
        if not found or found[-1] != place:
            found.append(place)
    return found


_USUAL_WIDE = "，！？（）：；～．％＋－／＝＠＃＆＊…　"
_USUAL_NARROW = tuple(unicodedata.normalize("NFKC", wide) for wide in _USUAL_WIDE)


def narrowed(text: str) -> str:
    """NFKC of a very long text: the wide signs of everyday writing go first, since they alone make it slow."""
    for wide, narrow in zip(_USUAL_WIDE, _USUAL_NARROW, strict=True):
        if wide in text:
            text = text.replace(wide, narrow)
    return unicodedata.normalize("NFKC", text)


def tidied(texts: Sequence[str]) -> list[str]:
    """`tidy` of each of these texts."""
    return list(map(str.strip, narrowed(seamed(texts)).split(SEAM))) if texts else []


def nearest(text: str, choices: dict[str, str], cutoff: float = 0.6) -> str | None:
    """The choice whose folded form (the dict's key) is most like `text`, or None when none is alike."""
    from difflib import get_close_matches

    close = get_close_matches(fold(text), list(choices), n=1, cutoff=cutoff)
    return choices[close[0]] if close else None
