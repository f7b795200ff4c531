"""A desk of generated requests for tests of improvements: days pass, the job runs, and people write into its tab."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sheetops.domain.history import History
from sheetops.domain.living import IMPROVEMENTS
from sheetops.domain.plan import Plan, folded, resolve
from sheetops.domain.table import Grid, Raw, RawSheet, Table, as_text, take_snapshot
from sheetops.domain.view import View
from sheetops.jobs.improve import improvements
from tests.sheets import log, policy

KEYS = ("id", "type", "description", "owner", "opened", "due", "resolved", "feedback", "cause")
Rates = Callable[[date], float]


@dataclass
class Stream:
    """What comes in: so many requests a day, each with chances that may change with the day it was opened."""

    seed: int
    a_day: float = 5.0
    satisfied: Rates = lambda day: 0.8
    complains: Rates = lambda day: 0.12
    late: Rates = lambda day: 0.15
    days: Rates = lambda day: 3.0  # mean working days to resolve, roughly
    weekly: tuple[float, ...] = (1.5, 1.2, 1.0, 1.0, 0.9, 0.4, 0.3)  # Mondays are busy

    def rows(self, first: date, last: date) -> list[dict[str, Raw]]:
        """The requests opened from `first` to `last`, all that will ever be known of them."""
        dice = random.Random(self.seed)
        made: list[dict[str, Raw]] = []
        day = first
        while day <= last:
            for _ in range(_poisson(dice, self.a_day * self.weekly[day.weekday()])):
                made.append(self._row(dice, day, len(made) + 1))
            day += timedelta(days=1)
        return made

    def _row(self, dice: random.Random, day: date, number: int) -> dict[str, Raw]:
        due = day + timedelta(days=7)
        took = min(40, int(dice.expovariate(1 / self.days(day)) * 1.4))
        if dice.random() < self.late(day):
            took = 8 + dice.randrange(10)
        else:
            took = min(took, 7)
        kind = "Complaint" if dice.random() < self.complains(day) else dice.choice(("Consult", "Feature"))
        happy = dice.random() < self.satisfied(day)
        score = dice.choice((4, 5)) if happy else dice.choice((1, 2, 3))
        return {
            "id": f"R{number:05}",
            "type": kind,
            "description": f"Case {number} is described here in words of its own",
            "owner": dice.choice(("Desk-Ann*", "Tech-Bob*")),
            "opened": day,
            "due": due,
            "resolved": day + timedelta(days=took),
            "feedback": f"{score} points" if dice.random() < 0.6 else None,
            "cause": dice.choice(("Late delivery", "Late delivery", "Wrong bill", "Rude", "Defect"))
            if kind == "Complaint"
            else None,
        }


def _poisson(dice: random.Random, mean: float) -> int:
    """Knuth's way."""
    bound, count, product = 2.718281828459045**-mean, 0, dice.random()
    while product > bound:
        count += 1
        product *= dice.random()
    return count


@dataclass
class Desk:
    """The log as it would stand on any day, and the Improvements tab that job and people share."""

    rows: list[dict[str, Raw]]
    language: str = "en"
    settings: dict[str, object] = field(default_factory=dict)
    tab: Grid | None = None
    listed: dict[str, datetime] = field(default_factory=dict)
    asked: str | None = None

    def view(self, today: date) -> View:
        shown: list[list[Raw]] = []
        for row in self.rows:
            if row["opened"] > today:  # type: ignore[operator]
                break
            over = row["resolved"] > today  # type: ignore[operator]
            shown.append([None if over and key in ("resolved", "feedback") else row[key] for key in KEYS])
        grids = [log(*shown, keys=KEYS), *([self.tab] if self.tab else [])]
        snapshot = take_snapshot(RawSheet("desk.xlsx", tuple(grids), "0"), language=self.language)
        chosen = policy(self.language, timezone="UTC", calendar={"country": None}, **self.settings)
        history = History(listed=lambda: self.listed)
        return View(snapshot, chosen, history, datetime.combine(today, time(9)), self.asked)

    def run(self, today: date) -> Plan:
        """The job runs, and what it plans is written."""
        view = self.view(today)
        plan = improvements(view)
        edits, tabs, _ = folded(plan.edits, plan.tabs, view.snapshot)
        if tabs:
            self.tab = Grid(tabs[0].name, [list(row) for row in tabs[0].values()])
        writes, conflicts = resolve(edits, view.snapshot)
        assert not conflicts
        for write in writes:
            assert self.tab is not None
            rows = self.tab.rows
            assert isinstance(rows, list)
            while len(rows) < write.row:
                rows.append([None] * len(rows[0]))
            rows[write.row - 1][write.column - 1] = write.edit.new
        for edit in plan.edits:
            if edit.column == "key":
                self.listed[as_text(edit.new)] = view.now
        return plan

    def table(self) -> Table:
        """The Improvements tab."""
        assert self.tab is not None
        (found,) = (t for t in take_snapshot(RawSheet("", (log(keys=KEYS), self.tab), "")).living)
        return found

    def cells(self) -> list[dict[str, Raw]]:
        """Its rows by column key."""
        its = self.table()
        return [{key: its.column(key)[index] for key in its.columns} for index in range(len(its))]

    def write(self, identifier: str, **cells: Raw) -> None:
        """A person writes into the row of this ID."""
        its = self.table()
        index = next(i for i in range(len(its)) if its.column("id")[i] == identifier)
        rows = self.tab.rows  # type: ignore[union-attr]
        assert isinstance(rows, list)
        for key, value in cells.items():
            rows[its.numbers[index] - 1][its.columns[key] - 1] = value


def months(first: date, last: date) -> Iterable[date]:
    """The second day of every month from `first` to `last`."""
    day = first.replace(day=2)
    while day <= last:
        yield day
        day = (day.replace(day=28) + timedelta(days=7)).replace(day=2)


def blank_tab(*rows: dict[str, Raw]) -> Grid:
    """An Improvements tab with these rows of people."""
    header = [column.name("en") for column in IMPROVEMENTS.columns]
    return Grid("Improvements", [header, *[[row.get(c.key) for c in IMPROVEMENTS.columns] for row in rows]])
