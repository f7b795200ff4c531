"""Comparing words the way people mean them: width, case, spaces, brackets, Simplified/Traditional."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Protocol

_NOT_WORD = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]")


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@cache
def _to_simplified() -> _Converter:
    import opencc  # loads its tables, so only where Chinese text is really compared

    converter: _Converter = opencc.OpenCC("t2s")
    return converter


def simplified(text: str) -> str:
    """`text` in Simplified characters; other text is returned as it is."""
    return _to_simplified().convert(text) if _HAN.search(text) else text


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


def nearest(text: str, choices: dict[str, str], cutoff: float = 0.6) -> str | None:
    """The choice whose folded form (the dict's key) is most like `text`, or None when none is alike."""
    from difflib import get_close_matches

    close = get_close_matches(fold(text), list(choices), n=1, cutoff=cutoff)
    return choices[close[0]] if close else None
