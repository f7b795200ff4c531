"""Tells what people changed in a request since it was last seen, of the fields whose changes are progress."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import Connection, select

from sheetops.domain.requests import Requests
from sheetops.ledger import tables as t
from sheetops.ledger.bulk import chunks
from sheetops.ledger.life import PROGRESS
from sheetops.ledger.lives import Lives
from sheetops.ledger.prints import Print, Printer, plain_texts, print_from_bytes
from sheetops.ledger.seeing import SeenTable

_Seen = tuple[Print, tuple[str, ...]]


class Progress:
    """Compares rows with the requests that were last seen under their IDs; asked of few rows."""

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Connection]],
        sheet: int,
        printer: Printer,
        lives: Lives,
    ) -> None:
        self._reading, self._sheet, self._printer, self._lives = reading, sheet, printer, lives

    def __call__(self, log: Requests, indexes: Sequence[int]) -> list[frozenset[str]]:
        """Which of these fields differ in each row; none where nothing was seen under its ID.

        A row in which every cell reads as it did was not touched, however it is understood by now: a date without a
        year lies elsewhere half a year later, and an urgency may have come into the Lists tab since. Nor is such a cell
        progress where another one was changed.
        """
        table = SeenTable(log.table, log, (), self._printer)
        keys = [key for key in table.keys if key in PROGRESS]
        if not table.table.has("id"):
            return [frozenset()] * len(indexes)
        cells = table.columns["id"]
        names = self._printer.identifiers(plain_texts([cells[index] for index in indexes]))
        was = self._last_seen(names, keys)
        part = table.part(indexes)
        now = zip(*(part.field_column(key).texts() for key in keys), strict=True) if keys else ()
        found = [frozenset[str]() for _ in indexes]
        for at, (name, mark, fields) in enumerate(zip(names, part.prints(), now, strict=False)):
            if name in was and mark is not None and mark != was[name][0]:
                before, told = was[name]
                found[at] = frozenset(
                    key
                    for key, old, new in zip(keys, told, fields, strict=True)
                    if old != new and not table.still_says(indexes[at], key, old, before, mark)
                )
        return found

    def _last_seen(self, names: Sequence[str], keys: Sequence[str]) -> Mapping[str, _Seen]:
        """ID → the request as it was last seen: its print, and these fields, blank where it had none."""
        asleep, awake = self._lives.sorted_out(names)
        found: dict[str, _Seen] = {
            name: (part.print(index), tuple(part.text(key, index) for key in keys))
            for name, (part, index) in asleep.items()
        }
        if not awake:
            return found
        columns = t.requests.c
        wanted = select(columns.identifier, columns.print, columns.fields).where(columns.sheet == self._sheet)
        # Last wins: one that is still there, and of those the oldest, as in `Lives.ahead`.
        wanted = wanted.order_by(columns.gone.is_(None), columns.number.desc())
        with self._reading() as link:
            for some in chunks(awake):
                for name, mark, told in link.execute(wanted.where(columns.identifier.in_(some))):
                    fields = json.loads(told)
                    found[name] = print_from_bytes(mark), tuple(fields.get(key, "") for key in keys)
        return found
