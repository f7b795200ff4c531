"""What a column of an export is: a method of a line, whose docstring is its entry in the data dictionary.

Every text that leaves is masked here, in one place, so that no column can forget it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, Literal, TypeVar

from sheetops.domain.personal import masked, masked_all

Kind = Literal["string", "integer", "number", "boolean", "date", "datetime"]
Value = str | int | float | bool | date | datetime | None
Read = TypeVar("Read", bound=Callable[[Any], Value])

_NAME_ENDS: Final = re.compile(r"[-－—–/／(（]")
_MASKED: Final = re.compile(r"[*＊×✱●某]")


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its stable English name, its type, what it means, and whether it is shown masked only."""

    name: str
    kind: Kind
    about: str
    read: Callable[[Any], Value]
    confidential: bool = False
    header: str | None = None  # the column of the log that it comes from


@dataclass(frozen=True, slots=True)
class Table:
    """One table of an export: of each of its fields the values of all rows."""

    name: str
    about: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]  # the fields that tell its rows apart; none where two rows may be alike
    columns: Sequence[Sequence[Value]]

    def __len__(self) -> int:
        return len(self.columns[0])

    @property
    def rows(self) -> list[tuple[Value, ...]]:
        """The values row by row."""
        return list(zip(*self.columns, strict=True))


def column(kind: Kind, confidential: bool = False, header: str | None = None) -> Callable[[Read], Read]:
    """Mark a method of a line as a column. `confidential`: it may hold what only the sheet's readers may see."""

    def mark(read: Read) -> Read:
        read.__dict__["column"] = (kind, confidential, header)
        return read

    return mark


def fields_of(line: type) -> tuple[Field, ...]:
    """The columns of a line in the order in which they are written down."""
    found = []
    for name, read in vars(line).items():
        if (marked := getattr(read, "column", None)) is not None:
            kind, confidential, header = marked
            about = " ".join(inspect.cleandoc(read.__doc__ or "").split())
            found.append(Field(name, kind, about, read, confidential, header))
    return tuple(found)


def table_of(name: str, line: type, lines: Iterable[Any], key: tuple[str, ...], masks: Masks | None) -> Table:
    """A table of lines. Where there are `masks`, every text is masked."""
    fields, every = fields_of(line), list(lines)
    columns = [_column(field, every, masks) for field in fields]
    about = " ".join(inspect.cleandoc(line.__doc__ or "").split())
    return Table(name, about, fields, key, columns)


class Masks:
    """Masks texts, and customers to their first character; remembers IDs, which stand in most tables."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def of(self, field: Field, texts: Sequence[str]) -> list[str]:
        """Each of these texts, which all differ, masked."""
        if field.name == "customer":
            return list(map(masked_customer, texts))
        if field.header != "id":
            return masked_all(texts)
        fresh = [text for text in texts if text not in self._ids]
        self._ids.update(zip(fresh, masked_all(fresh), strict=True))
        return list(map(self._ids.__getitem__, texts))


def _column(field: Field, lines: Sequence[Any], masks: Masks | None) -> list[Value]:
    """What the lines say in one column. Whatever it is said to hold, no text leaves it unmasked."""
    values = list(map(field.read, lines))
    if masks is None or not any(issubclass(kind, str) for kind in set(map(type, values))):
        return values
    texts = list(dict.fromkeys(value for value in values if isinstance(value, str)))
    both = zip(texts, masks.of(field, texts), strict=True)
    shown: dict[Value, Value] = {text: told for text, told in both if text != told}
    return (
        [shown.get(value, value) if isinstance(value, str) else value for value in values]
        if shown
        else values
    )


@lru_cache(maxsize=4096)
def masked_customer(text: str) -> str:
    """A customer as the template masks them: `王小明-电商企业` is `王*-电商企业`; what is masked already stays."""
    end = _NAME_ENDS.search(text)
    name, rest = (text[: end.start()], text[end.start() :]) if end else (text, "")
    if name.strip() and not _MASKED.search(name):
        name = f"{name.strip()[0]}*"
    return masked(name + rest)
