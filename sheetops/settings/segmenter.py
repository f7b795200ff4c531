"""The optional segmenter of Chinese text: the package of the extra `[zh]`, loaded when the first text is cut."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sheetops.domain.words import Cut

PACKAGE = "rjieba"


@cache
def segmenter() -> Cut | None:
    """What cuts Chinese text into words, None where the package is not installed. Nothing is loaded yet."""
    return _cut if find_spec(PACKAGE) is not None else None


@cache
def _loaded() -> Any:
    return import_module(PACKAGE)


def _cut(text: str) -> Sequence[str]:
    words: Sequence[str] = _loaded().cut(text)
    return words
