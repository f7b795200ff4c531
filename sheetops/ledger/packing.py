"""Columns of fields in few bytes: a sheet that was never seen may bring a hundred thousand rows at once."""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Sequence
from typing import Any, Protocol

from sheetops.ledger.prints import MARK_BYTES, NO_MARK, mark_of, shown_marks

try:
    from isal import isal_zlib as _zlib
except ImportError:  # machines that it is not made for
    import zlib as _zlib  # type: ignore[no-redef]

_FEW = 1 << 16  # different texts of a column that is told by their numbers


class Column(Protocol):
    """The fields of some rows under one key, blank where a row has none."""

    def __len__(self) -> int: ...
    def texts(self) -> list[str]:
        """Every field."""

    def text(self, index: int) -> str:
        """One field."""

    def filled(self) -> list[bool]:
        """Which rows have a field."""

    def any(self) -> bool:
        """Whether a row may have one."""

    def mark(self, index: int) -> bytes:
        """The print of one field, where they are prints."""

    def marks(self) -> list[bytes]:
        """The print of each field, where they are prints."""

    def some(self, indexes: Sequence[int]) -> Column:
        """The fields of some of the rows."""

    def packed(self) -> tuple[list[Any], bytes]:
        """What `unpacked` needs: a few words as JSON has them, and bytes."""


class Texts:
    """Fields that are mostly all different."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts if isinstance(texts, list) else list(texts)

    def __len__(self) -> int:
        return len(self._texts)

    def texts(self) -> list[str]:
        """Every field."""
        return self._texts

    def text(self, index: int) -> str:
        """One field."""
        return self._texts[index]

    def filled(self) -> list[bool]:
        """Which rows have a field."""
        return list(map(bool, self._texts))

    def any(self) -> bool:
        """Whether a row has one."""
        return any(self._texts)

    def mark(self, index: int) -> bytes:
        """The print of one field."""
        return mark_of(self._texts[index])

    def marks(self) -> list[bytes]:
        """The print of each field."""
        return list(map(mark_of, self._texts))

    def some(self, indexes: Sequence[int]) -> Texts:
        """The fields of some of the rows."""
        return Texts(list(map(self._texts.__getitem__, indexes)))

    def packed(self) -> tuple[list[Any], bytes]:
        """As JSON, deflated."""
        return ["t"], deflated(self._texts)


class Coded:
    """Fields of which many are alike: each different one, and which of them each row has."""

    def __init__(self, different: Sequence[str], numbers: Sequence[int]) -> None:
        self._different, self._numbers = different, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def texts(self) -> list[str]:
        """Every field."""
        return list(map(self._different.__getitem__, self._numbers))

    def text(self, index: int) -> str:
        """One field."""
        return self._different[self._numbers[index]]

    def filled(self) -> list[bool]:
        """Which rows have a field."""
        return list(map(list(map(bool, self._different)).__getitem__, self._numbers))

    def any(self) -> bool:
        """Whether there is a field that a row may have."""
        return any(self._different)

    def mark(self, index: int) -> bytes:
        """The print of one field."""
        return mark_of(self.text(index))

    def marks(self) -> list[bytes]:
        """The print of each field."""
        return list(map(list(map(mark_of, self._different)).__getitem__, self._numbers))

    def some(self, indexes: Sequence[int]) -> Column:
        """The fields of some of the rows."""
        numbers = list(map(self._numbers.__getitem__, indexes))
        if len(numbers) < len(self._different):
            return Texts(list(map(self._different.__getitem__, numbers)))
        return Coded(self._different, numbers)

    def packed(self) -> tuple[list[Any], bytes]:
        """A byte a row, or two; the texts stand in the words."""
        different = list(self._different)
        if len(different) <= 256:
            return ["b", different], bytes(self._numbers)
        return ["h", different], _little(array("H", self._numbers)).tobytes()


class Marks:
    """Fields that are fingerprints, mostly all different."""

    def __init__(self, marks: bytes) -> None:
        self._marks = marks

    def __len__(self) -> int:
        return len(self._marks) // MARK_BYTES

    def texts(self) -> list[str]:
        """Every field."""
        return shown_marks(self._marks)

    def text(self, index: int) -> str:
        """One field."""
        return shown_marks(self._marks[index * MARK_BYTES : (index + 1) * MARK_BYTES])[0]

    def filled(self) -> list[bool]:
        """Which rows have a field."""
        return [mark != NO_MARK for mark in self.marks()]

    def any(self) -> bool:
        """Whether a row has one."""
        return any(self._marks)

    def mark(self, index: int) -> bytes:
        """The print of one field."""
        return self._marks[index * MARK_BYTES : (index + 1) * MARK_BYTES]

    def marks(self) -> list[bytes]:
        """The print of each field."""
        ends = range(0, len(self._marks), MARK_BYTES)
        return [self._marks[end : end + MARK_BYTES] for end in ends]

    def some(self, indexes: Sequence[int]) -> Marks:
        """The fields of some of the rows."""
        ends = map(MARK_BYTES.__mul__, indexes)
        return Marks(b"".join([self._marks[end : end + MARK_BYTES] for end in ends]))

    def packed(self) -> tuple[list[Any], bytes]:
        """Six bytes a row."""
        return ["m"], self._marks


def unpacked(words: Sequence[Any], data: bytes) -> Column:
    """The column that `packed` gave these words and bytes."""
    if words[0] == "t":
        return Texts(_inflated_texts(data))
    if words[0] == "m":
        return Marks(data)
    if words[0] == "b":
        return Coded(words[1], data)
    return Coded(words[1], _little(array("H", data)))


def _little(numbers: array[int]) -> array[int]:
    """Numbers in the order of bytes that ledgers have on every machine."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def coded(texts: Sequence[str]) -> Column:
    """A column of these fields, whichever way takes less."""
    different = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    if 2 * len(different) > len(texts) or len(different) > _FEW:
        return Texts(texts)
    return Coded(list(different), list(map(different.__getitem__, texts)))


def deflated(value: object) -> bytes:
    """A value as JSON, deflated quickly."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return _zlib.compress(text, 1)


def inflated(data: bytes) -> Any:
    """What `deflated` was given."""
    return json.loads(_text(data))


def _inflated_texts(data: bytes) -> list[str]:
    """As `inflated`, of texts: what needs no escape in JSON is taken apart in one go."""
    text = _text(data)
    if "\\" in text or text == "[]":
        found: list[str] = json.loads(text)
        return found
    return text[2:-2].split('","')


def _text(data: bytes) -> str:
    return _zlib.decompress(data).decode("utf-8", "surrogatepass")
