"""The cells of a column as texts, and what is looked for in all of them at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, Any, TypeVar

from sheetops.domain.rows import are_few, is_blank
from sheetops.domain.table import Raw, as_text
from sheetops.domain.text import SEAM, places, seamed

if TYPE_CHECKING:
    from sheetops.domain.requests import Requests

T = TypeVar("T")
_TEXTS, _NONE = frozenset((str,)), type(None)
NUMBERS = frozenset((int, float, _NONE))  # the types of a column of numbers


def as_texts(cells: Sequence[Raw], kinds: Set[type]) -> Sequence[str]:
    """`as_text` of each of these cells, among which are no types but `kinds`."""
    if kinds <= _TEXTS:
        return cells  # type: ignore[return-value]
    if are_few(cells):
        return list(map({raw: as_text(raw) for raw in set(cells)}.__getitem__, cells))
    if kinds <= NUMBERS:
        return _of_numbers(cells, kinds)
    return [raw if raw.__class__ is str else as_text(raw) for raw in cells]


def _of_numbers(cells: Sequence[Raw], kinds: Set[type]) -> list[str]:
    """The texts of numbers and blanks; whole numbers are written in one go."""
    blank = [at for at, raw in enumerate(cells) if raw is None] if _NONE in kinds else []
    numbers: list[Any] = list(cells)
    for at in blank:
        numbers[at] = 0.0
    floats = [number for number in numbers if number.__class__ is float] if int in kinds else numbers
    if not all(map(float.is_integer, floats)):
        return list(map(as_text, cells))
    texts = (f"%d{SEAM}" * len(numbers) % tuple(numbers)).split(SEAM)
    del texts[-1]
    for at in blank:
        texts[at] = ""
    return texts


def blanks(cells: Sequence[Raw], kinds: Set[type]) -> list[int]:
    """The places of the cells that are empty or hold blanks alone."""
    if kinds <= _TEXTS and all(cells) and not any(map(str.isspace, cells)):  # type: ignore[arg-type]
        return []
    if any(issubclass(kind, str) for kind in kinds):
        return [at for at, raw in enumerate(cells) if is_blank(raw)]
    return [at for at, raw in enumerate(cells) if raw is None] if _NONE in kinds else []


class CellTexts:
    """The texts of one column: each different one once where many are alike, else row by row.

    What is asked of every text is best asked of `joined`, at the speed of the machine; the few texts that may be
    meant are then looked at by themselves. A text is known by its place in `texts`.
    """

    def __init__(self, log: Requests, key: str) -> None:
        self._rows = log.cells(key)
        self._once = log.few(key)
        self.cells: Sequence[Raw] = list(log.distinct(key)) if self._once else self._rows
        self.texts = as_texts(self.cells, log.kinds(key)) if self._once else log.texts(key)

    @cached_property
    def joined(self) -> str:
        """All texts, with a seam before, between and behind them; characters are those of the cells."""
        return seamed(["", *self.texts, ""])

    def holding(self, pattern: re.Pattern[str]) -> list[int]:
        """The places of the texts in which `pattern` is found; it may begin with a text's seam, and ends before one."""
        return places(self.joined, (match.end() for match in pattern.finditer(self.joined)))

    def rows(self, verdicts: Mapping[int, T]) -> Iterator[tuple[int, T]]:
        """The rows that hold the texts at these places, with what was said of them."""
        if not self._once:
            yield from sorted(verdicts.items(), key=lambda said: said[0])
        elif verdicts:
            of_raw = {self.cells[place]: verdict for place, verdict in verdicts.items()}
            wanted = compress(range(len(self._rows)), map(of_raw.__contains__, self._rows))
            yield from ((index, of_raw[self._rows[index]]) for index in wanted)

    def spread(self, told: Sequence[T]) -> Sequence[T]:
        """What was told of each text, row by row."""
        return (
            list(map(dict(zip(self.cells, told, strict=True)).__getitem__, self._rows))
            if self._once
            else told
        )
