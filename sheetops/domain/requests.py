"""Rows as typed requests: each distinct cell value is read once, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from sheetops.domain import values
from sheetops.domain.choices import Choices
from sheetops.domain.table import Raw, RowRef, Table
from sheetops.domain.values import Feedback, Owner, Problem

Reader = Callable[[Raw], tuple[object, Problem | None]]


class Request(NamedTuple):
    """One row, typed. A cell that is blank or cannot be understood is None (owners: empty)."""

    tab: str
    row: int
    id: str | None
    source: str | None
    customer: str | None
    description: str | None
    type: str | None
    urgency: str | None
    priority: int | None
    owners: tuple[Owner, ...]
    due: date | None
    resolved: date | None
    result: str | None
    feedback: Feedback | None
    notes: str | None
    opened: date | datetime | None
    first_response: date | datetime | None
    status: str | None
    cause: str | None
    compensation: str | None
    customer_type: str | None
    industry: str | None
    nps: int | None

    @property
    def open(self) -> bool:
        """Not yet resolved."""
        return self.resolved is None

    @property
    def lead(self) -> Owner | None:
        """The owner who answers for it: the marked lead, else the first named."""
        return next((o for o in self.owners if o.lead), self.owners[0] if self.owners else None)


class Requests:
    """A table read as typed requests, with the problems of the cells that could not be understood."""

    def __init__(self, table: Table, lists: Mapping[str, Choices], language: str, today: date) -> None:
        self.table = table
        self.language = language
        self.today = today
        self.lists = lists
        self.problems: dict[tuple[int, str], Problem] = {}  # (index, key) → problem

    def _typed(self, key: str, read: Reader) -> list[object]:
        memo: dict[tuple[type, Raw], tuple[object, Problem | None]] = {}
        typed: list[object] = []
        for index, raw in enumerate(self.table.column(key)):
            slot = (raw.__class__, raw)
            known = memo.get(slot)
            if known is None:
                known = memo[slot] = read(raw)
            typed.append(known[0])
            if known[1] is not None:
                self.problems[index, key] = known[1]
        return typed

    def _readers(self) -> dict[str, Reader]:
        def moment(raw: Raw) -> tuple[object, Problem | None]:
            return values.read_date(raw, self.today)

        def day(raw: Raw) -> tuple[object, Problem | None]:
            value, problem = values.read_date(raw, self.today)
            return values.as_date(value), problem

        def text(raw: Raw) -> tuple[object, Problem | None]:
            return (values.as_text(raw).strip() or None), None

        def listed(key: str) -> Reader:
            return lambda raw: self.lists[key].read(raw, self.language)

        readers: dict[str, Reader] = dict.fromkeys(Request._fields[2:], text)
        readers |= {key: listed(key) for key in ("source", "type", "urgency")}
        readers |= {"due": day, "resolved": day, "opened": moment, "first_response": moment}
        readers |= {
            "priority": values.read_priority,
            "feedback": values.read_feedback,
            "nps": values.read_score,
        }
        readers["owners"] = lambda raw: (values.read_owners(raw), None)
        return readers

    @cached_property
    def all(self) -> list[Request]:
        """Every begun row, in sheet order."""
        columns: list[list[object]] = [[self.table.tab] * len(self.table), list(self.table.numbers)]
        for name, read in self._readers().items():
            columns.append(self._typed("owner" if name == "owners" else name, read))
        return [Request._make(row) for row in zip(*columns, strict=True)]

    def ref(self, index: int) -> RowRef:
        """The identity of the `index`-th request."""
        return self.table.ref(index)
