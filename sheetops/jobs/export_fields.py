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

from sheetops.domain.personal import masked

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
    """One table of an export: rows of values in the order of its fields."""

    name: str
    about: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]  # the fields that tell its rows apart; none where two rows may be alike
    rows: Sequence[tuple[Value, ...]]


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


def table_of(
    name: str, line: type, lines: Iterable[Any], key: tuple[str, ...] = (), unmasked: bool = False
) -> Table:
    """A table of lines. Unless `unmasked`, every text is masked, and customers are shown by their first character."""
    fields, every = fields_of(line), list(lines)
    columns = [_column(field, every, unmasked) for field in fields]
    rows = list(zip(*columns, strict=True))
    about = " ".join(inspect.cleandoc(line.__doc__ or "").split())
    return Table(name, about, fields, key, rows)


def _column(field: Field, lines: Sequence[Any], unmasked: bool) -> list[Value]:
    """What the lines say in one column. Whatever it is said to hold, no text leaves it unmasked."""
    values = list(map(field.read, lines))
    if unmasked or not any(issubclass(kind, str) for kind in set(map(type, values))):
        return values
    return list(map(_customer if field.name == "customer" else _shown, values))


def _shown(value: Value) -> Value:
    return _masked(value) if isinstance(value, str) else value


def _customer(value: Value) -> Value:
    return masked_customer(value) if isinstance(value, str) else value


@lru_cache(maxsize=4096)
def _masked(text: str) -> str:
    return masked(text)


@lru_cache(maxsize=4096)
def masked_customer(text: str) -> str:
    """A customer as the template masks them: `王小明-电商企业` is `王*-电商企业`; what is masked already stays."""
    end = _NAME_ENDS.search(text)
    name, rest = (text[: end.start()], text[end.start() :]) if end else (text, "")
    if name.strip() and not _MASKED.search(name):
        name = f"{name.strip()[0]}*"
    return masked(name + rest)
