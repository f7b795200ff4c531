"""A service desk day by day: what people really did (the truth), and the sheet as it stands every evening."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from sheetops.domain.table import Grid, Raw
from tests.sheets import log, row
from tests.unit.ledger.looks import START

TABS = ("Requests", "Done")
_CUSTOMERS = ("shop", "cafe", "school", "clinic", "bank")


@dataclass
class Request:
    """One request as it really was. Days count from the first look, 0."""

    uid: int
    opened: int
    cells: dict[str, Raw]
    tab: str = "Requests"
    there: bool = True
    answered: int | None = None
    resolved: int | None = None
    reopened: list[tuple[date, int]] = field(default_factory=list)  # (resolved date lost, day)
    deeds: Counter[int] = field(default_factory=Counter)  # day → resolutions and reopenings on it
    lost: int | None = None  # the day it was typed anew so differently that nobody could tell it is the same
    deleted: int | None = None

    @property
    def hidden(self) -> bool:
        """Whether something happened and was undone, or its row deleted, between two evenings."""
        late = self.deleted is not None and (self.deeds[self.deleted] > 0 or self.answered == self.deleted)
        return late or any(count > 1 for count in self.deeds.values())

    @property
    def knowable(self) -> set[str]:
        """What somebody who looks every evening can know."""
        known = {"first_response", "resolved", "reopened"}
        if self.lost is not None:
            return set()
        if any(count > 1 for count in self.deeds.values()):
            known -= {"reopened", "resolved"}
        if self.opened < 0:
            if self.answered is not None and self.answered < 0:
                known -= {"first_response"}
            if any(day < 0 for day in self.deeds) and not self.reopened:
                known -= {"resolved"}
            known -= {"reopened"} if any(day < 0 for day in self.deeds) else set()
        return set() if self.deleted is not None and self.hidden else known


class Desk:
    """The people around one sheet with two tabs."""

    def __init__(self, seed: int, ids_by_people: float = 0.5) -> None:
        self.chance = random.Random(seed)
        self.ids_by_people = ids_by_people
        self.day = -20
        self.requests: list[Request] = []
        self.rows: list[Request] = []  # in the order of the sheet
        self.number = 0

    def grids(self) -> list[Grid]:
        """The tabs as they stand."""
        return [log(*(row(**r.cells) for r in self.rows if r.tab == tab), name=tab) for tab in TABS]

    def live(self) -> None:
        """One working day."""
        for _ in range(self.chance.choice((0, 1, 1, 2, 3))):
            self.open()
        deeds = (
            self.assign,
            self.answer,
            self.answer,
            self.postpone,
            self.resolve,
            self.resolve,
            self.reopen,
        )
        rare = (
            self.sort,
            self.delete,
            self.type_anew,
            self.type_anew,
            self.move,
            self.correct_date,
            self.feedback,
        )
        for _ in range(self.chance.randrange(2, 7)):
            self.chance.choice(deeds)()
        for _ in range(self.chance.randrange(0, 3)):
            self.chance.choice(rare)()

    def open(self) -> None:
        uid = len(self.requests)
        cells: dict[str, Raw] = {
            "customer": f"{'WLZQ'[uid % 4]}*{uid // 9}-{self.chance.choice(_CUSTOMERS)}",
            "description": f"{self.chance.choice(('cannot export', 'asks for', 'complains about'))} report {uid}",
            "urgency": self.chance.choice(("High", "Medium", "Low")),
            "type": self.chance.choice(("Consult", "Complaint")),
        }
        if self.chance.random() < self.ids_by_people:
            cells["id"] = self.next_id()
        request = Request(uid, self.day, cells)
        self.requests.append(request)
        self.rows.insert(self.chance.choice((0, len(self.rows), len(self.rows) // 2)), request)

    def next_id(self) -> str:
        self.number += 1
        return f"R{self.number:05}"

    def some(self, resolved: bool | None = None) -> Request | None:
        fits = [r for r in self.rows if resolved is None or (r.resolved is not None) is resolved]
        return self.chance.choice(fits) if fits else None

    def assign(self) -> None:
        if request := self.some(resolved=False):
            request.cells["owner"] = f"Tech-{self.chance.choice('ABCDEF')}*"

    def answer(self) -> None:
        if request := self.some(resolved=False):
            request.cells["result"] = f"step {self.chance.randrange(1000)}"
            self._answered(request)

    def _answered(self, request: Request) -> None:
        if request.answered is None:
            request.answered = self.day

    def postpone(self) -> None:
        if request := self.some(resolved=False):
            request.cells["due"] = self.today() + timedelta(days=self.chance.randrange(1, 20))

    def today(self) -> date:
        return START.date() + timedelta(days=self.day)

    def resolve(self) -> None:
        if request := self.some(resolved=False):
            request.cells |= {"result": f"done {request.uid}", "resolved": self.today()}
            request.resolved = self.day
            request.deeds[self.day] += 1
            self._answered(request)

    def reopen(self) -> None:
        if request := self.some(resolved=True):
            lost = request.cells.pop("resolved")
            assert isinstance(lost, date)
            request.resolved = None
            request.reopened.append((lost, self.day))
            request.deeds[self.day] += 1

    def feedback(self) -> None:
        if request := self.some(resolved=True):
            request.cells["feedback"] = f"Satisfied ({self.chance.randrange(3, 6)} points)"

    def correct_date(self) -> None:
        if (
            (request := self.some(resolved=True))
            and request.resolved is not None
            and request.resolved < self.day
        ):
            was = request.cells["resolved"]
            assert isinstance(was, date)
            request.cells["resolved"] = was - timedelta(days=1)

    def sort(self) -> None:
        key = self.chance.choice(("urgency", "customer", "due", "id"))
        self.rows.sort(key=lambda r: str(r.cells.get(key, "~")))

    def move(self) -> None:
        if request := self.some():
            request.tab = self.chance.choice(TABS)

    def delete(self) -> None:
        if (request := self.some()) and self.chance.random() < 0.4:
            self.rows.remove(request)
            request.there, request.deleted = False, self.day

    def type_anew(self) -> None:
        """Delete a row and type it again elsewhere: with or without its ID, word for word or not."""
        request = self.some()
        if request is None or request.opened == self.day or request.deeds[self.day]:
            return
        keeps_id, word_for_word = self.chance.random() < 0.5, self.chance.random() < 0.6
        if not keeps_id:
            request.cells.pop("id", None)
        if not word_for_word:
            request.cells["description"] = f"{request.cells['description']} (typed again {self.day})"
            if not (keeps_id and "id" in request.cells):
                request.lost = self.day
        self.rows.remove(request)
        self.rows.insert(self.chance.randrange(len(self.rows) + 1), request)
