"""Requests of which nothing has changed since a run first saw them: together, some thousands in one row of the ledger.

A request sleeps until a run sees something of it change. Then it gets a row in the tables `changes` and `requests`;
its first sight stays here, and is the first of its changes.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress
from operator import add
from typing import Any

from sqlalchemy import Connection, Row, insert

from sheetops.ledger import tables as t
from sheetops.ledger.life import Change, Story
from sheetops.ledger.packing import Column, Texts, coded, deflated, inflated, unpacked
from sheetops.ledger.prints import NO_MARK, Print
from sheetops.ledger.seeing import CORE

_DUE = "due?"  # beside the fields: the due dates as they are compared, where they are not as the fields say
_PERSON_BYTES = 12
_LENGTH_BYTES = 4
_ONE_BY_ONE = 100  # of some thousands: for more it takes less time to read all
LifeKey = tuple[str, bool, bool]  # resolved, whether there is a result, whether it was typed anew perhaps
_BLANK: Print = (bytes(_PERSON_BYTES), "", "")


class Beginnings:
    """The first sight of some requests in one tab, by one run; their numbers follow on each other."""

    def __init__(self, row: Row[Any]) -> None:
        self.sheet: int = row.sheet
        self.first: int = row.first
        self.size: int = row.size
        self.tab: str = row.tab
        self.run: int = row.run
        self.run_id: str = row.id
        self.first_seen: str = row.began
        self._before: str = row.before
        self._what: bytes = row.what
        self._awake: frozenset[int] = frozenset()
        self._columns: dict[str, Column | None] = {}
        self._asked: Counter[str] = Counter()

    def share(self, other: Beginnings) -> None:
        """Have what was unpacked of another's bytes, where they are the same."""
        if (self.size, self._what) == (other.size, other._what):
            self._columns = other._columns
            self.__dict__["_head"] = other._head

    def wake(self, numbers: Iterable[int]) -> None:
        """Note which of these requests have rows of their own by now."""
        self._awake = frozenset(number - self.first for number in numbers)

    @property
    def all_awake(self) -> bool:
        """Whether none sleeps."""
        return len(self._awake) == self.size

    @cached_property
    def _head(self) -> dict[str, Any]:
        length = int.from_bytes(self._what[:_LENGTH_BYTES], "big")
        head: dict[str, Any] = inflated(self._what[_LENGTH_BYTES : _LENGTH_BYTES + length])
        return head | {"at": _LENGTH_BYTES + length}

    @property
    def _forgotten(self) -> list[int]:
        forgotten: list[int] = self._head.get("forgotten", [])
        return forgotten

    def _column(self, key: str) -> Column | None:
        if key not in self._columns:
            at, found = self._head["at"] + _PERSON_BYTES * self.size, None
            for name, (*words, length) in self._head["columns"].items():
                if name == key:
                    found = unpacked(words, self._what[at : at + length])
                at += length
            self._columns[key] = found
        return self._columns[key]

    def texts(self, key: str) -> list[str]:
        """The field under `key` of every request, awake ones too; blank where it has none."""
        column = self._column(key)
        return column.texts() if column is not None else [""] * self.size

    def texts_of(self, key: str, indexes: Sequence[int]) -> list[str]:
        """As `texts`, of some."""
        column = self._column(key)
        return column.some(indexes).texts() if column is not None else [""] * len(indexes)

    def text(self, key: str, index: int) -> str:
        """As `texts`, of one."""
        column = self._column(key)
        return column.text(index) if column is not None else ""

    @property
    def _due(self) -> str:
        return _DUE if _DUE in self._head["columns"] else "due"

    def _persons(self) -> list[bytes]:
        at = self._head["at"]
        ends = range(at, at + _PERSON_BYTES * self.size, _PERSON_BYTES)
        return [self._what[end : end + _PERSON_BYTES] for end in ends]

    @cached_property
    def _hidden(self) -> frozenset[int]:
        return self._awake.union(self._forgotten)

    def _asleep(self, of_all: Iterable[Any]) -> Iterable[Any]:
        if not self._hidden:
            return of_all
        there = [True] * self.size
        for index in self._hidden:
            there[index] = False
        return compress(of_all, there)

    def numbers(self) -> Iterable[int]:
        """The requests that sleep."""
        return self._asleep(range(self.first, self.first + self.size))

    def prints(self) -> Iterable[Print]:
        """Their prints."""
        return self._asleep(zip(self._persons(), self.texts(self._due), self.texts("id"), strict=True))

    def fields_asleep(self, key: str) -> Iterable[str]:
        """Their fields under `key`, blank where there is none."""
        return self._asleep(self.texts(key))

    @cached_property
    def index_of(self) -> Mapping[str, int]:
        """ID → index of the first that sleeps under it."""
        texts = self.texts("id")
        found = dict(zip(texts, range(self.size), strict=True))
        if len(found) == self.size:  # no two are alike
            for index in self._hidden:
                del found[texts[index]]
            return found
        identifiers, indexes = list(self.fields_asleep("id")), list(self._asleep(range(self.size)))
        return dict(zip(reversed(identifiers), reversed(indexes), strict=True))

    def print(self, index: int) -> Print:
        """The print of one request."""
        at = self._head["at"] + _PERSON_BYTES * index
        return self._what[at : at + _PERSON_BYTES], self.text(self._due, index), self.text("id", index)

    def prints_of(self, indexes: Sequence[int]) -> list[Print]:
        """As `print`, of some."""
        what, at = self._what, self._head["at"]
        ends = [at + _PERSON_BYTES * index for index in indexes]
        persons = [what[end : end + _PERSON_BYTES] for end in ends]
        return list(zip(persons, *(self.texts_of(key, indexes) for key in (self._due, "id")), strict=True))

    def fields(self, index: int) -> dict[str, str]:
        """What is kept of one request's cells."""
        found = {key: self.text(key, index) for key in self._head["columns"] if key != _DUE}
        return {key: text for key, text in found.items() if text}

    @cached_property
    def cores(self) -> list[bytes]:
        """See `seeing.core_of`, of every request."""
        columns = [self._column(key) for key in CORE]
        marks = (column.marks() if column is not None else [NO_MARK] * self.size for column in columns)
        return list(map(add, *marks))

    @cached_property
    def customers(self) -> list[bytes]:
        """The part of `cores` that says who the customer is, of which many are alike."""
        column = self._column(CORE[0])
        return column.marks() if column is not None else [NO_MARK] * self.size

    def cores_of(self, indexes: Sequence[int]) -> list[bytes]:
        """As `cores`, of some."""
        columns = map(self._column, CORE)
        none = [NO_MARK] * len(indexes)
        return list(map(add, *(none if one is None else one.some(indexes).marks() for one in columns)))

    def core(self, index: int) -> bytes:
        """As `cores`, of one; who asks for many gets them by the list."""
        if self._asked_at_once("cores"):
            return self.cores[index]
        columns = (self._column(key) for key in CORE)
        return b"".join(column.mark(index) if column is not None else NO_MARK for column in columns)

    def change(self, index: int) -> Change:
        """The first change of a request."""
        return self._change(index, self.print(index), self.fields(index))

    def _change(self, index: int, print: Print, fields: Mapping[str, str]) -> Change:
        person, *filled = print
        change: Change = {
            "new": self._before,
            "tab": self.tab,
            "m": [b64encode(person).decode(), *filled],
            "f": fields,
        }
        if written := self._head.get("j", {}).get(str(index)):
            change["j"] = written
        if index in self._unsure:
            change["u"] = ["first_seen"]
        return change

    @cached_property
    def _unsure(self) -> frozenset[int]:
        return frozenset(self._head.get("u", ()))

    def holds(self, number: int) -> bool:
        """Whether the first sight of a request is among these."""
        return 0 <= number - self.first < self.size and number - self.first not in self._forgotten

    def sleeps(self, number: int) -> bool:
        """Whether a request whose first sight is among these still sleeps."""
        return number - self.first not in self._hidden

    def stories(self, numbers: Sequence[int]) -> list[Story]:
        """The stories of requests that sleep."""
        indexes = [number - self.first for number in numbers]
        keys = [key for key in self._head["columns"] if key != _DUE]
        rows = list(zip(*(self.texts_of(key, indexes) for key in keys), strict=True)) or [()] * len(numbers)
        stories = []
        for number, index, print, texts in zip(numbers, indexes, self.prints_of(indexes), rows, strict=True):
            fields = {key: text for key, text in zip(keys, texts, strict=True) if text}
            story = Story(number, fields.get("id"), self.tab, print, fields, asleep=True)
            story.begin(self.first_seen, self._before, index in self._unsure)
            stories.append(story)
        return stories

    def told(self, number: int) -> tuple[str, str, Change]:
        """When and in which run a request was first seen, and its first change."""
        return self.first_seen, self.run_id, self.change(number - self.first)

    def all_told(self) -> Iterator[tuple[int, str, str, Change]]:
        """The number and what `told` gives of each request that is not forgotten, awake or not."""
        keys = [key for key in self._head["columns"] if key != _DUE]
        prints = zip(self._persons(), self.texts(self._due), self.texts("id"), strict=True)
        rows = zip(*map(self.texts, keys), strict=True) if keys else iter([()] * self.size)
        forgotten = frozenset(self._forgotten)
        for index, (print, texts) in enumerate(zip(prints, rows, strict=True)):
            if index not in forgotten:
                fields = {key: text for key, text in zip(keys, texts, strict=True) if text}
                yield self.first + index, self.first_seen, self.run_id, self._change(index, print, fields)

    @cached_property
    def life_keys(self) -> list[LifeKey]:
        """What the life of each request follows from while it sleeps."""
        result, unsure = self._column("result"), [False] * self.size
        for index in self._head.get("u", ()):
            unsure[index] = True
        answered = result.filled() if result is not None else [False] * self.size
        return list(zip(self.texts("resolved"), answered, unsure, strict=True))

    def life_key(self, index: int) -> LifeKey:
        """As `life_keys`, of one; who asks for many gets them by the list."""
        if self._asked_at_once("life_keys"):
            return self.life_keys[index]
        unsure = index in self._head.get("u", ())
        return self.text("resolved", index), bool(self.text("result", index)), unsure

    def _asked_at_once(self, what: str) -> bool:
        self._asked[what] += 1
        return what in self.__dict__ or self._asked[what] > _ONE_BY_ONE

    def life(self, key: LifeKey) -> Story:
        """A story that has the same life as that of each request that sleeps and has this of `life_keys`."""
        resolved, answered, unsure = key
        told = {"resolved": resolved, "result": "#" if answered else ""}
        change: Change = {"new": self._before, "f": {name: text for name, text in told.items() if text}}
        if unsure:
            change["u"] = ["first_seen"]
        story = Story(0)
        story.add(self.first_seen, change)
        return story

    def without(self, numbers: Collection[int]) -> bytes | None:
        """All this as the ledger keeps it, but for some requests; None if none is left."""
        lost = {number - self.first for number in numbers}
        forgotten = lost.union(self._forgotten)
        if len(forgotten) == self.size:
            return None
        persons = self._persons()
        for index in lost:
            persons[index] = _BLANK[0]
        columns: dict[str, Column] = {}
        for key in self._head["columns"]:
            texts = list(self.texts(key))
            for index in lost:
                texts[index] = ""
            columns[key] = coded(texts)
        written = {at: keys for at, keys in self._head.get("j", {}).items() if int(at) not in lost}
        unsure = [index for index in self._head.get("u", ()) if index not in lost]
        return _packed(persons, columns, written, unsure, sorted(forgotten))


def _packed(
    persons: Iterable[bytes],
    columns: Mapping[str, Column],
    written: Mapping[str, Sequence[str]],
    unsure: Sequence[int],
    forgotten: Sequence[int] = (),
) -> bytes:
    told, parts = {}, [b"".join(persons)]
    for key, column in columns.items():
        words, data = column.packed()
        told[key] = [*words, len(data)]
        parts.append(data)
    more = {"j": written, "u": unsure, "forgotten": forgotten}
    head = deflated({"columns": told, **{name: value for name, value in more.items() if value}})
    return b"".join((len(head).to_bytes(_LENGTH_BYTES, "big"), head, *parts))


def add_beginnings(
    link: Connection,
    place: Mapping[str, Any],
    prints: Sequence[Print],
    columns: Mapping[str, Column],
    written: Mapping[str, Sequence[str]],
    unsure: Sequence[int],
) -> None:
    """Write the first sight of requests; `place` has the columns `sheet`, `first`, `run`, `tab` and `before`."""
    kept = {key: column for key, column in columns.items() if column.any()}
    dues = [due for _, due, _ in prints]
    if dues != (columns["due"].texts() if "due" in columns else [""] * len(prints)):
        kept[_DUE] = Texts(dues)
    what = _packed((person for person, _, _ in prints), kept, written, unsure)
    link.execute(insert(t.beginnings).values(**place, size=len(prints), what=what))
