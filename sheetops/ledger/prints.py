"""Keyed fingerprints: equal cells give equal prints, and without the key nobody can guess the cell from the print."""

from __future__ import annotations

import hashlib
import json
from array import array
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypeVar

from sheetops.domain.living import HIDDEN as HIDDEN_IN_LIVING
from sheetops.domain.table import CellError, Raw
from sheetops.domain.table import as_text as as_text
from sheetops.domain.template import BY_KEY, Kind

if TYPE_CHECKING:
    from sheetops.ledger.keyed_marks import Words

CELL = "\x1e"  # between a column's key and its cell; no cell of a sheet can hold it
NEXT = "\x1f"  # between cells
JOB = ("due", "id")  # the columns that a job fills, in the order in which a row's print has them
_ROW_BYTES = 12  # 96 bits: two of a million rows collide with a chance below 10^-16
MARK_BYTES = 6  # of a field's print: a field is only compared with its own past
NO_MARK = bytes(MARK_BYTES)

Print = tuple[bytes, str, str]
"""A row as it is compared: the fingerprint of the cells that people own, then those under `JOB` as they are kept."""

# What people write in their own words is never stored, only its print.
HIDDEN = frozenset(
    key for key, column in BY_KEY.items() if column.kind in (Kind.TEXT, Kind.FEEDBACK) and not column.by_job
)
T = TypeVar("T")
NOTHING = "{}"  # an empty cell, packed
ROW = "row"  # beside a value: the ID of the row of a living tab that holds it


class Printer:
    """Makes fingerprints with one ledger's key."""

    def __init__(self, key: bytes) -> None:
        self._row = hashlib.blake2b(key=key, digest_size=_ROW_BYTES)
        self._field = hashlib.blake2b(key=key, digest_size=MARK_BYTES)
        # A key of its own for a way of its own: what one tells of its key says nothing of the other.
        self._mark_key = hashlib.blake2b(b"marks of rows", key=key, digest_size=16).digest()

    def row(self, text: str) -> bytes:
        """The print of a part of a row."""
        state = self._row.copy()
        state.update(text.encode("utf-8", "surrogatepass"))
        return state.digest()

    def rows(self, parts: Iterable[bytes]) -> list[bytes]:
        """As `row` for many, in UTF-8."""
        copy, prints = self._row.copy, []
        for part in parts:
            state = copy()
            state.update(part)
            prints.append(state.digest())
        return prints

    def marks(self, texts: Sequence[str]) -> list[bytes]:
        """The print of each field as bytes; `NO_MARK` of a blank one."""
        copy, marks = self._field.copy, []
        for data in encoded(texts):
            if data:
                state = copy()
                state.update(data)
                marks.append(state.digest())
            else:
                marks.append(NO_MARK)
        return marks

    def field(self, text: str) -> str:
        """The print of one field: `#` and eight characters."""
        state = self._field.copy()
        state.update(text.encode("utf-8", "surrogatepass"))
        return f"#{b64encode(state.digest()).decode()}"

    def identifier(self, text: str) -> str:
        """An ID as it is kept: in clear, but one that holds an e-mail address only as its print."""
        return self.field(text) if "@" in text or "＠" in text else text

    def identifiers(self, texts: list[str]) -> list[str]:
        """As `identifier` for many."""
        together = "".join(texts)
        return list(map(self.identifier, texts)) if "@" in together or "＠" in together else texts

    def row_marks(self, marks: array[int]) -> Words:
        """Marks of rows (see sheetops.domain.rows) as they are kept."""
        from sheetops.ledger.keyed_marks import keyed

        return keyed(marks, self._mark_key)

    def person(self, key: str) -> bytes:
        """The print of a person's address."""
        return self.row(f"person\x1f{key.casefold()}")


def encoded(texts: Sequence[str]) -> list[bytes]:
    """The bytes of each text; half a character, which some programs write, passes."""
    try:
        return list(map(str.encode, texts))
    except UnicodeEncodeError:
        return [text.encode("utf-8", "surrogatepass") for text in texts]


def shown_marks(marks: bytes) -> list[str]:
    """Each of these prints of fields, one after the other, as `Printer.field` writes it; blank for `NO_MARK`."""
    text, none = b64encode(marks).decode(), b64encode(NO_MARK).decode()
    width = len(none)  # six bytes need no padding, so all can be written in one go
    shown = (text[at : at + width] for at in range(0, len(text), width))
    return ["#" + one if one != none else "" for one in shown]


def mark_of(shown: str | None) -> bytes:
    """The print of a field as bytes, from what `Printer.field` wrote; `NO_MARK` of none."""
    return b64decode(shown[1:]) if shown else NO_MARK


def print_as_bytes(mark: Print) -> bytes:
    """A row's print as the ledger keeps it."""
    person, *filled = mark
    return person + NEXT.join(filled).encode("utf-8", "surrogatepass")


def print_from_bytes(kept: bytes) -> Print:
    """What `print_as_bytes` made."""
    due, _, identifier = kept[_ROW_BYTES:].decode("utf-8", "surrogatepass").partition(NEXT)
    return kept[:_ROW_BYTES], due, identifier


def prints_from_bytes(kept: Sequence[bytes]) -> list[Print]:
    """As `print_from_bytes` for many."""
    if not kept:
        return []
    between = NEXT.encode()
    filled = between.join([mark[_ROW_BYTES:] for mark in kept]).decode("utf-8", "surrogatepass").split(NEXT)
    return list(zip([mark[:_ROW_BYTES] for mark in kept], filled[::2], filled[1::2], strict=True))


def mapped(cells: Sequence[Raw], make: Callable[[Sequence[Raw]], list[T]]) -> list[T]:
    """What `make` makes of each cell; cells that are alike are given to it once, where many are.

    It gets TRUE and FALSE as texts: otherwise they are alike to 1 and 0.
    """
    cells, different = without_truths(cells)
    if 2 * len(different) > len(cells):
        return make(cells)
    known = list(different)
    return list(map(dict(zip(known, make(known), strict=True)).__getitem__, cells))


def without_truths(cells: Sequence[Raw]) -> tuple[Sequence[Raw], set[Raw]]:
    """The cells with TRUE and FALSE as texts, and each different one."""
    different = set(cells)
    if (True in different or False in different) and bool in set(map(type, cells)):
        cells = [as_text(raw) if isinstance(raw, bool) else raw for raw in cells]
        different = set(cells)
    return cells, different


def plain_texts(cells: Sequence[Raw]) -> list[str]:
    """As `plain` for many cells."""
    kinds = set(map(type, cells))
    if kinds <= {str, type(None)}:
        return [raw.strip() if raw else "" for raw in cells]  # type: ignore[union-attr]
    if kinds <= {str, int, float, type(None)}:
        whole = [int(raw) if isinstance(raw, float) and raw.is_integer() else raw for raw in cells]
        return ["" if raw is None else str(raw).strip() for raw in whole]
    return list(map(plain, cells))


def joined(cells: Iterable[str]) -> str:
    """A row as one text: its cells (key, CELL, text) that are not blank, so that a new blank column changes nothing."""
    return NEXT.join(filter(None, cells))


def plain(raw: Raw) -> str:
    """A cell as the text that is compared: without spaces around it, numbers and dates in one form."""
    if raw is None:
        return ""
    return (raw if type(raw) is str else as_text(raw)).strip()


def label(person: str) -> str:
    """Who a person key is, masked: `z***@example.com`."""
    name, at, rest = person.partition("@")
    return f"{name[:1]}***{at}{rest}" if at else f"{person[:1]}***"


def pack(field: str, raw: Raw, printer: Printer, row: str | None = None) -> str:
    """A cell of an edit as JSON: `{"type": value}`; people's own words only as their print.

    An owner is kept as the sheet has it (teams mask names there): jobs hand out requests and put spellings
    right, and undo must put back what stood there. `row` is the ID of the row, in a living tab.
    """
    hidden = HIDDEN_IN_LIVING if row is not None else HIDDEN
    discreet = field in hidden or (field == "id" and printer.identifier(plain(raw)) != plain(raw))
    packed = _packed(raw, printer, discreet)
    if row is not None:
        packed[ROW] = printer.identifier(row)
    return json.dumps(packed, ensure_ascii=False)


def _packed(raw: Raw, printer: Printer, discreet: bool) -> dict[str, object]:
    if raw is None:
        return {}
    if discreet:
        return {"print": printer.field(plain(raw))}
    if isinstance(raw, CellError):
        return {"error": str(raw)}
    if isinstance(raw, (datetime, date, time)):
        kind = next(name for name, form in _FORMS.items() if isinstance(raw, form))
        return {kind: raw.isoformat()}
    if isinstance(raw, timedelta):
        return {"seconds": raw.total_seconds()}
    return {"value": raw}


def row_of(text: str) -> str | None:
    """The ID of the row of a living tab that a packed cell is of."""
    row: str | None = json.loads(text).get(ROW)
    return row


_FORMS: dict[str, type[datetime] | type[date] | type[time]] = {
    "moment": datetime,
    "date": date,
    "time": time,
}  # a datetime is a date too, so it is asked first


def unpack(text: str) -> tuple[Raw, str | None]:
    """What `pack` stored: the value, and the print where only that is known."""
    packed = json.loads(text)
    packed.pop(ROW, None)
    if not packed:
        return None, None
    ((kind, value),) = packed.items()
    if kind == "print":
        return None, value
    if kind in _FORMS:
        return _FORMS[kind].fromisoformat(value), None
    if kind == "seconds":
        return timedelta(seconds=value), None
    return (CellError(value) if kind == "error" else value), None
