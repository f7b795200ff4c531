"""The lives of a sheet's requests, read in bulk and made only where somebody asks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import compress
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, select

from sheetops.domain.history import Life, Reopening
from sheetops.ledger import tables as t
from sheetops.ledger.asleep import Beginnings, LifeKey, beginnings
from sheetops.ledger.begin import as_row
from sheetops.ledger.prints import MARK_BYTES, Printer

FEW = 20  # a smaller part of all lives than one in so many is read one by one


class Told(NamedTuple):
    """A life as the ledger tells it. Thousands of requests, seen by the same runs, have the very same one."""

    first_seen: str
    first_response: str | None
    resolved_seen: str | None
    reopenings: str
    due_changes: int
    owner_changes: int
    last_progress: str | None
    unsure: str
    gone: str | None


LIFE = [t.requests.c[name] for name in ("number", "identifier", "core_print", *Told._fields)]
_NAMED = 3  # columns of `LIFE` before those of a life


class Lives(Mapping[str, Life]):
    """ID → life; what the ledger tells becomes a `Life` when it is asked for, once for all that are alike."""

    def __init__(
        self,
        rows: Mapping[str, Told | Beginnings],
        cores: Mapping[str, bytes],
        printer: Printer,
    ) -> None:
        self._rows, self._cores, self._printer = rows, cores, printer
        self._made: dict[Told, Life] = {}
        self._of_part: dict[Beginnings, Mapping[str, Life]] = {}
        self._slept: dict[tuple[Beginnings, LifeKey], Told] = {}

    def __getitem__(self, identifier: str) -> Life:
        kept = self._printer.identifier(identifier)
        row = self._rows[kept]
        return self._life(row if isinstance(row, Told) else self._of_one(row, row.index_of[kept]))

    def _life(self, told: Told) -> Life:
        made = self._made.get(told)
        if made is None:
            made = self._made[told] = life(told)
        return made

    def _of_one(self, part: Beginnings, index: int) -> Told:
        """What is told of one that sleeps; of whose life follows from the same, the same."""
        slot = part, part.life_key(index)
        if slot not in self._slept:
            self._slept[slot] = told_asleep(*slot)
        return self._slept[slot]

    def _asleep(self, part: Beginnings) -> Mapping[str, Life]:
        """The lives of all that sleep together."""
        known = self._of_part.get(part)
        if known is None:
            of_key = {key: self._life(told_asleep(part, key)) for key in set(part.life_keys)}
            lives = [of_key[key] for key in part.life_keys]
            known = {identifier: lives[index] for identifier, index in part.index_of.items()}
            self._of_part[part] = known
        return known

    def many(self, identifiers: Sequence[str | None]) -> list[Life | None]:
        """The life of each ID: what the ledger tells of many in the same words is read once."""
        if len(identifiers) * FEW < len(self._rows):
            return [self.get(text) if text else None for text in identifiers]
        names = self._printer.identifiers([text or "" for text in identifiers])
        rows = list(map(self._rows.get, names))
        alike = dict(zip(map(id, rows), rows, strict=True))
        asleep = {mark: self._asleep(row) for mark, row in alike.items() if isinstance(row, Beginnings)}
        lives = {mark: self._life(row) for mark, row in alike.items() if isinstance(row, Told)}
        return [
            lives.get(mark) if mark not in asleep else asleep[mark][name]
            for mark, name in zip(map(id, rows), names, strict=True)
        ]

    def reopened_among(self, identifiers: Sequence[str | None]) -> list[int]:
        """The places of the IDs whose requests came back; of what sleeps nothing changed."""
        awake = ((name, self._rows.get(name)) for name in self._cores)
        back = {name for name, row in awake if isinstance(row, Told) and row.reopenings != "[]"}
        if not back:
            return []
        names = self._printer.identifiers([text or "" for text in identifiers])
        return list(compress(range(len(names)), map(back.__contains__, names)))

    def first_seen(self, identifiers: Iterable[str | None]) -> list[datetime | None]:
        """When each ID was first seen: a run sees many, so each moment is read once."""
        rows = [self._rows.get(self._printer.identifier(text)) if text else None for text in identifiers]
        texts = [row.first_seen if row is not None else None for row in rows]
        moments = {text: moment(text) for text in set(texts)}
        return [moments[text] for text in texts]

    def earliest(self) -> datetime | None:
        """When the first of all was first seen."""
        return moment(min((row.first_seen for row in set(self._rows.values())), default=None))

    def cores_of(self, identifiers: Iterable[str]) -> list[bytes | None]:
        """As `core` for many."""
        row_of, core_of = self._rows.get, self._cores.get
        return [
            row.cores[row.index_of[identifier]]
            if isinstance(row := row_of(identifier), Beginnings)
            else core_of(identifier)
            for identifier in identifiers
        ]

    def asleep_under(self, identifier: str) -> tuple[Beginnings, int] | None:
        """Where the request sleeps that has this ID, and which of those there it is; None for one that is awake."""
        row = self._rows.get(identifier)
        return (row, row.index_of[identifier]) if isinstance(row, Beginnings) else None

    def customers_of(self, identifiers: Iterable[str]) -> list[bytes | None]:
        """The prints of the customers alone."""
        row_of, core_of = self._rows.get, self._cores.get
        return [
            row.customers[row.index_of[identifier]]
            if isinstance(row := row_of(identifier), Beginnings)
            else core[:MARK_BYTES]
            if (core := core_of(identifier)) is not None
            else None
            for identifier in identifiers
        ]

    def core(self, identifier: str) -> bytes | None:
        """The prints of customer and description as last seen; None for an ID never seen."""
        row = self._rows.get(identifier)
        if isinstance(row, Beginnings):
            return row.core(row.index_of[identifier])
        return self._cores.get(identifier)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def told_asleep(part: Beginnings, key: LifeKey) -> Told:
    values = as_row(part.sheet, part.life(key))
    return Told._make(values[name] for name in Told._fields)


def load_lives(link: Connection, sheet: int, printer: Printer) -> tuple[Lives, list[Beginnings], list[int]]:
    """The life under each ID, the first sights of all that sleep, and the awake requests that have no ID.

    Of several requests with one ID it is the life of one that is still in the sheet, and of those of the oldest.
    """
    wanted = select(*LIFE).where(t.requests.c.sheet == sheet)
    awake = link.execute(wanted.order_by(t.requests.c.number)).all()
    parts = beginnings(link, sheet, [row[0] for row in awake])
    alike = {told: Told(*told) for told in {row[_NAMED:] for row in awake}}
    rows: dict[str | None, Told | Beginnings] = {}
    cores: dict[str | None, bytes] = {}
    gone, there = ([row for row in awake if (row[-1] is None) is stays] for stays in (False, True))
    _put(gone, alike, rows, cores)
    for part in reversed(parts):
        rows.update(dict.fromkeys(part.fields_asleep("id"), part))
    _put(_youngest_left_out(there, rows), alike, rows, cores)
    for unnamed in ("", None):
        rows.pop(unnamed, None)
    lives = Lives(cast("dict[str, Told | Beginnings]", rows), cast("dict[str, bytes]", cores), printer)
    return lives, parts, [row[0] for row in there if row[1] is None]


def _put(
    some: Sequence[Sequence[Any]],
    alike: Mapping[Any, Told],
    rows: dict[str | None, Told | Beginnings],
    cores: dict[str | None, bytes],
) -> None:
    """Put lives of requests, which are in the order of their numbers, under their IDs: the oldest comes last, and stays."""
    back = some[::-1]
    identifiers = [row[1] for row in back]
    rows.update(zip(identifiers, [alike[row[_NAMED:]] for row in back], strict=True))
    cores.update(zip(identifiers, [row[2] for row in back], strict=True))


def _youngest_left_out(
    some: Sequence[Sequence[Any]], rows: Mapping[str | None, Told | Beginnings]
) -> Sequence[Sequence[Any]]:
    """These requests without those that have the ID of an older one that sleeps."""
    older = {
        row[0]
        for row in some
        if isinstance(part := rows.get(row[1]), Beginnings)
        and row[1]
        and part.first + part.index_of[row[1]] < row[0]
    }
    return [row for row in some if row[0] not in older] if older else some


def life(row: Any) -> Life:
    """A request of the ledger as the jobs know it."""
    return Life(
        first_seen=datetime.fromisoformat(row.first_seen),
        first_response=moment(row.first_response),
        resolved_seen=moment(row.resolved_seen),
        reopenings=tuple(
            Reopening(date.fromisoformat(resolved[:10]), datetime.fromisoformat(seen))
            for resolved, seen in json.loads(row.reopenings)
        ),
        due_changes=row.due_changes,
        owner_changes=row.owner_changes,
        last_progress=moment(row.last_progress),
        unsure=frozenset(row.unsure.split()),
    )


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
