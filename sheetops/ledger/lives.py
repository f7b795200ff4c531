"""The lives of a sheet's requests, read in bulk and made only where somebody asks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from functools import cached_property
from itertools import compress
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from sheetops.domain.history import Life, Reopening
from sheetops.ledger import tables as t
from sheetops.ledger.asleep import Beginnings, LifeKey
from sheetops.ledger.begin import as_row
from sheetops.ledger.prints import MARK_BYTES, NEXT, Printer
from sheetops.ledger.sights import any_asleep, awake, beginnings

FEW = 20  # a smaller part of all lives than one in so many is made one by one
PART = 4  # one life in so many takes as long to read by its ID as all take to read together
TIMES = 25  # questions for some lives, after which all are read
_FEW_AWAKE = 1000  # requests with rows of their own: so many are read sooner than some of them by their IDs
_CHUNK = 500  # bound values a statement
Reading = Callable[[], AbstractContextManager[Connection]]


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

    def __init__(self, reading: Reading, sheet: int, printer: Printer, size: int) -> None:
        """`reading` opens the ledger; `size` is how many requests the sheet ever had."""
        self._reading, self._sheet, self._printer, self._size = reading, sheet, printer, size
        # What is told under each ID: all, or that of the IDs that were asked for.
        self._rows: dict[str, Told | Beginnings] = {}
        self._cores: dict[str, bytes] = {}
        self._awake: dict[str, list[Sequence[Any]]] | None = None  # by ID, where they are few
        self._asked: set[str] = set()
        self._times = 0
        self._whole = False
        self._made: dict[Told, Life] = {}
        self._of_part: dict[Beginnings, Mapping[str, Life]] = {}
        self._slept: dict[tuple[Beginnings, LifeKey], Told] = {}

    @cached_property
    def parts(self) -> list[Beginnings]:
        """The first sights of all that sleep."""
        with self._reading() as link:
            if not any_asleep(link, self._sheet):
                return []
            numbers = awake(link, self._sheet)
            if len(numbers) <= _FEW_AWAKE:
                self._awake = {}
                for row in (
                    link.execute(select(*LIFE).where(t.requests.c.sheet == self._sheet)) if numbers else ()
                ):
                    self._awake.setdefault(row[1], []).append(row)
            return beginnings(link, self._sheet, numbers)

    @property
    def parts_read(self) -> Sequence[Beginnings]:
        """As `parts`, where somebody asked for them; none else."""
        return self.parts if "parts" in self.__dict__ else ()

    @cached_property
    def _part_of(self) -> dict[str, Beginnings]:
        """ID → where the oldest request sleeps that has it."""
        found: dict[str, Beginnings] = {}
        for part in reversed(self.parts):
            found.update(dict.fromkeys(part.fields_asleep("id"), part))
        found.pop("", None)
        return found

    def are_few(self, some: Sequence[object]) -> bool:
        """Whether these are so few of all that each is better looked at by itself."""
        return len(some) * FEW < self._size

    def ahead(self, names: Iterable[str]) -> None:
        """Read what is told of these IDs, as they are kept, in one go: each by itself would take a question.

        Of several requests with one ID it is the life of one that is still in the sheet, and of those of the oldest.
        """
        if self._whole:
            return
        left = [name for name in dict.fromkeys(names) if name and name not in self._asked]
        if not left:
            return
        self._times += 1
        self._asked.update(left)
        if len(self._asked) * PART > self._size or self._times > TIMES:
            self._read_all()
            return
        asleep = self._asleep_under(left)
        self._put(sorted(self._awake_under(left), key=itemgetter(0)), asleep)

    def _awake_under(self, names: Sequence[str]) -> list[Sequence[Any]]:
        """What is told of the requests with rows of their own that have one of these IDs."""
        if self._awake is not None:
            return [row for name in names for row in self._awake.get(name, ())]
        columns = t.requests.c
        found: list[Sequence[Any]] = []
        with self._reading() as link:
            for start in range(0, len(names), _CHUNK):
                named = columns.identifier.in_(names[start : start + _CHUNK])
                found += link.execute(select(*LIFE).where(columns.sheet == self._sheet, named)).all()
        return found

    def _asleep_under(self, names: Iterable[str]) -> dict[str, Beginnings]:
        """Where the oldest request sleeps that has each of these few IDs."""
        found: dict[str, Beginnings] = {}
        left = set(names)
        for part in self.parts:
            here = list(filter(part.index_of.__contains__, left))
            found.update(dict.fromkeys(here, part))
            left.difference_update(here)
        return found

    def _read_all(self) -> None:
        """Read what is told of every ID."""
        self._whole = True
        columns = t.requests.c
        wanted = select(*LIFE).where(columns.sheet == self._sheet).order_by(columns.number)
        with self._reading() as link:
            rows = link.execute(wanted).all()
            if "parts" not in self.__dict__:
                self.parts = beginnings(link, self._sheet, [row[0] for row in rows])
        self._put([row for row in rows if row[1]], self._part_of)

    def _put(self, awake: Sequence[Sequence[Any]], asleep: Mapping[str, Beginnings]) -> None:
        """Put what is told of requests, those that are awake in the order of their numbers, under their IDs."""
        alike = {told: Told(*told) for told in {row[_NAMED:] for row in awake}}
        gone, there = ([row for row in awake if (row[-1] is None) is stays] for stays in (False, True))
        self._put_some(gone, alike)
        self._rows.update(asleep)
        self._put_some(self._youngest_left_out(there), alike)

    def _put_some(self, some: Sequence[Sequence[Any]], alike: Mapping[Any, Told]) -> None:
        back = some[::-1]  # the oldest comes last, and stays
        identifiers = [row[1] for row in back]
        self._rows.update(zip(identifiers, [alike[row[_NAMED:]] for row in back], strict=True))
        self._cores.update(zip(identifiers, [row[2] for row in back], strict=True))

    def _youngest_left_out(self, some: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """These requests without those that have the ID of an older one that sleeps."""
        older = {
            row[0]
            for row in some
            if isinstance(part := self._rows.get(row[1]), Beginnings)
            and part.first + part.index_of[row[1]] < row[0]
        }
        return [row for row in some if row[0] not in older] if older else some

    def __getitem__(self, identifier: str) -> Life:
        kept = self._printer.identifier(identifier)
        self.ahead((kept,))
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
        names = self._printer.identifiers([text or "" for text in identifiers])
        self.ahead(names)
        if self.are_few(identifiers):
            return [self.get(text) if text else None for text in identifiers]
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
        columns = t.requests.c
        wanted = select(columns.identifier).where(columns.sheet == self._sheet, columns.reopenings != "[]")
        with self._reading() as link:
            some = list(filter(None, link.execute(wanted).scalars()))
        self.ahead(some)
        awake = ((name, self._rows[name]) for name in some)
        back = {name for name, row in awake if isinstance(row, Told) and row.reopenings != "[]"}
        if not back:
            return []
        names = self._printer.identifiers([text or "" for text in identifiers])
        return list(compress(range(len(names)), map(back.__contains__, names)))

    def first_seen(self, identifiers: Iterable[str | None]) -> list[datetime | None]:
        """When each ID was first seen: a run sees many, so each moment is read once."""
        names = self._printer.identifiers([text or "" for text in identifiers])
        self.ahead(names)
        rows = map(self._rows.get, names)
        texts = [row.first_seen if row is not None else None for row in rows]
        moments = {text: moment(text) for text in set(texts)}
        return [moments[text] for text in texts]

    def cores_of(self, identifiers: Sequence[str]) -> list[bytes | None]:
        """As `core` for many."""
        self.ahead(identifiers)
        row_of, core_of = self._rows.get, self._cores.get
        return [
            row.cores[row.index_of[identifier]]
            if isinstance(row := row_of(identifier), Beginnings)
            else core_of(identifier)
            for identifier in identifiers
        ]

    def asleep_under(self, identifier: str) -> tuple[Beginnings, int] | None:
        """Where the request sleeps that has this ID, and which of those there it is; None for one that is awake."""
        self.ahead((identifier,))
        row = self._rows.get(identifier)
        return (row, row.index_of[identifier]) if isinstance(row, Beginnings) else None

    def sorted_out(self, names: Iterable[str]) -> tuple[dict[str, tuple[Beginnings, int]], list[str]]:
        """Of these IDs, where each sleeps as `asleep_under` says; and the others, which may have rows of their own."""
        different = list(dict.fromkeys(filter(None, names)))
        self.ahead(different)
        asleep = {name: place for name in different if (place := self.asleep_under(name)) is not None}
        return asleep, [name for name in different if name not in asleep]

    def customers_of(self, identifiers: Sequence[str]) -> list[bytes | None]:
        """The prints of the customers alone."""
        self.ahead(identifiers)
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
        self.ahead((identifier,))
        row = self._rows.get(identifier)
        if isinstance(row, Beginnings):
            return row.core(row.index_of[identifier])
        return self._cores.get(identifier)

    def __iter__(self) -> Iterator[str]:
        if self._whole:
            return iter(self._rows)
        columns = t.requests.c
        with self._reading() as link:  # IDs hold no such sign, and one text is read sooner than so many rows
            told = func.aggregate_strings(columns.identifier, NEXT)
            texts = link.execute(select(told).where(columns.sheet == self._sheet)).scalar()
        return iter(dict.fromkeys([*filter(None, (texts or "").split(NEXT)), *self._part_of]))

    def __len__(self) -> int:
        if not self._whole:
            self._read_all()
        return len(self._rows)

    def __bool__(self) -> bool:
        return self._size > 0


def told_asleep(part: Beginnings, key: LifeKey) -> Told:
    values = as_row(part.sheet, part.life(key))
    return Told._make(values[name] for name in Told._fields)


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
