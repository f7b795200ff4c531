"""Rows that stand as the last look saw them need no second look, and the ledger is the same as if they had one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sheetops.books.base import Applied
from sheetops.domain.plan import Edit, Judged, Plan, Write, resolve
from sheetops.domain.table import Grid, Raw
from sheetops.domain.view import View
from sheetops.ledger import Ledger, recording
from sheetops.ledger import tables as t
from sheetops.ledger.prints import Printer
from tests.examples import costly
from tests.sheets import KEYS, log
from tests.unit.ledger.looks import DAY, SHEET, START, marked, see

TABS = ("Requests", "Done")
VALUES: dict[str, Sequence[Raw]] = {
    "id": (None, "A1", "A2", "A3", 3, "x", "x@example.com"),
    "customer": ("W*-1", "L*-2", "Q*-3", None),
    "description": ("cannot export", "asks", "complains", "wants", None),
    "urgency": ("High", "low", "?", None),
    "owner": ("Tech-Z*", "Tech-Q*", None),
    "due": (None, "2026-11-09", "soon", START.date()),
    "resolved": (None, START.date(), "2026-11-04", "yesterday"),
    "result": (None, "looking", "done"),
    "notes": tuple(f"note {number}" for number in range(50)),
}
Row = list[Raw]


@dataclass
class Desk:
    """People around a sheet of two tabs."""

    chance: random.Random
    tabs: dict[str, list[Row]] = field(default_factory=lambda: {tab: [] for tab in TABS})
    thrown: list[Row] = field(default_factory=list)

    def grids(self) -> list[Grid]:
        return [log(*rows, name=tab) for tab, rows in self.tabs.items()]

    def one(self) -> tuple[list[Row], int]:
        """Some row of a tab, which gets one if it has none."""
        rows = self.tabs[self.chance.choice(TABS)]
        if not rows:
            self.insert()
            rows = next(rows for rows in self.tabs.values() if rows)
        return rows, self.chance.randrange(len(rows))

    def insert(self) -> None:
        rows = self.tabs[self.chance.choice(TABS)]
        cells = [self.chance.choice(VALUES.get(key, (None,))) for key in KEYS]
        rows.insert(self.chance.randrange(len(rows) + 1), cells)

    def edit(self) -> None:
        rows, at = self.one()
        key = self.chance.choice(sorted(VALUES))
        rows[at][KEYS.index(key)] = self.chance.choice(VALUES[key])

    def sort(self) -> None:
        self.chance.choice(list(self.tabs.values())).sort(key=str, reverse=self.chance.random() < 0.5)

    def delete(self) -> None:
        rows, at = self.one()
        self.thrown.append(rows.pop(at))

    def restore(self) -> None:
        if self.thrown:
            self.one()[0].append(self.thrown.pop())

    def copy(self) -> None:
        (rows, at), (others, place) = self.one(), self.one()
        others.insert(place, list(rows[at]))

    def copy_twice(self) -> None:
        rows, at = self.one()
        rows += [list(rows[at]), list(rows[at])]

    def retype(self) -> None:
        """The same words, said with other blanks."""
        rows, at = self.one()
        rows[at] = [f" {raw} " if isinstance(raw, str) else raw for raw in rows[at]]

    def empty(self) -> None:
        rows, at = self.one()
        rows[at] = [None] * len(KEYS)

    def move(self) -> None:
        rows, at = self.one()
        self.tabs[self.chance.choice(TABS)].append(rows.pop(at))

    def take_id(self) -> None:
        rows, at = self.one()
        rows[at][0] = None

    def exchange_ids(self) -> None:
        (rows, at), (others, place) = self.one(), self.one()
        rows[at][0], others[place][0] = others[place][0], rows[at][0]

    def exchange_columns(self) -> None:
        """What stands under two headings; the headings stay."""
        rows, _ = self.one()
        for cells in rows:
            cells[10], cells[12] = cells[12], cells[10]


DEEDS = (
    *("insert", "edit", "edit", "sort", "delete", "restore", "copy", "copy_twice", "retype", "empty", "move"),
    *("take_id", "exchange_ids", "exchange_columns"),
)


def plan_of(view: View, day: int, chance: random.Random) -> tuple[Plan, Applied]:
    """A run that numbers some rows, sets and takes out due dates, and comes too late here and there."""
    edits = []
    for table in view.snapshot.tables:
        for index in range(len(table)):
            for key in ("id", "due"):
                old = table.column(key)[index]
                if old is None and chance.random() < 0.3:
                    new: Raw = f"N{day}-{table.tab}-{index}" if key == "id" else START.date()
                elif key == "due" and chance.random() < 0.05:
                    new = None
                else:
                    continue
                edits.append(Edit(table.ref(index), key, table.cell(index, key), old, new, ""))
    writes, conflicts = resolve(edits, view.snapshot)
    late = [write for write in writes if chance.random() < 0.1]
    judged = {
        table.tab: Judged("today", frozenset(chance.sample(list(table.numbers), len(table) // 3)))
        for table in view.snapshot.tables
        if chance.random() < 0.7
    }
    done = tuple(write for write in writes if write not in late)
    return Plan(tuple(edits), judged=judged), Applied(done, tuple(conflicts), (), "1")


def written(desk: Desk, writes: Sequence[Write]) -> None:
    for write in writes:
        desk.tabs[write.tab][write.row - 2][KEYS.index(write.edit.column)] = write.edit.new


def kept(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    """All that a ledger holds, but for what saves work and the names of runs."""
    with ledger._engine.connect() as link:
        return {
            table.name: sorted(
                [
                    tuple(
                        value
                        for column, value in zip(table.c, values, strict=True)
                        if column is not t.runs.c.id
                    )
                    for values in link.execute(select(table))
                ],
                key=repr,
            )
            for table in t.metadata.sorted_tables
            if table not in (t.looks, t.standing)
        }


def tied(view: View, writes: Sequence[Write], printer: Printer) -> bool:
    """Whether rows that the prints do not tell apart have marks that do: then a ledger with marks may know better."""
    marks: dict[object, list[int]] = {}
    for table in recording.see(view, writes, printer).values():
        assert table.table.marks is not None
        for index, (mark, shown) in enumerate(zip(table.table.marks, table.prints, strict=True)):
            marks.setdefault(shown, []).append(0 if index in table.written else mark)
    return any(len(alike) > 1 and (0 in alike or len(set(alike)) > 1) for alike in marks.values())


@settings(max_examples=costly(60, 10), deadline=None)
@given(
    days=st.lists(st.lists(st.sampled_from(DEEDS), max_size=4), min_size=2, max_size=7),
    seed=st.integers(0, 2**31),
)
def test_the_ledger_is_the_same_whether_rows_have_marks_or_not(
    new_ledger: Callable[[], Ledger], days: list[list[str]], seed: int
) -> None:
    chance = random.Random(seed)
    desk, ledgers, ties = Desk(chance), (new_ledger(), new_ledger()), 0
    for _ in range(12):
        desk.insert()
    for day, deeds in enumerate(days):
        for deed in deeds:
            getattr(desk, deed)()
        now = START + day * DAY
        views = see([marked(grid) for grid in desk.grids()], now), see(desk.grids(), now)
        plan, applied = plan_of(views[1], day, chance)
        ties += tied(views[0], applied.writes, ledgers[0]._printer)
        for view, ledger in zip(views, ledgers, strict=True):
            ledger.record(ledger.start_run(SHEET, ["fill", "validate"], now), view, plan, applied)
        if not ties:
            assert kept(ledgers[0]) == kept(ledgers[1])
        written(desk, applied.writes)
    for ledger in ledgers:
        begun = sum(any(raw is not None for raw in cells) for rows in desk.tabs.values() for cells in rows)
        assert sum(state.requests for state in ledger.sheets(START.date())) == begun
        assert ledger.rebuild() == 0
        ledger.close()


def stands_alone(view: View, writes: Sequence[Write], *tabs: str) -> dict[tuple[str, int], int]:
    """(Tab, row number) → mark, of the rows of which these tabs together have no other alike.

    A row that the run wrote stands no longer as it was seen: of two alike the other stands alone then.
    """
    written = {(write.tab, write.row) for write in writes}
    told = {
        (table.tab, number): mark
        for table in view.snapshot.tables
        for number, mark in zip(table.numbers, table.marks or (), strict=True)
        if table.tab in tabs and (table.tab, number) not in written
    }
    count = Counter(told.values())
    return {place: mark for place, mark in told.items() if count[mark] == 1}


@settings(max_examples=costly(40, 8), deadline=None)
@given(
    days=st.lists(st.lists(st.sampled_from(DEEDS), max_size=3), min_size=2, max_size=5),
    seed=st.integers(0, 2**31),
)
@example(days=[[], ["copy_twice"], []], seed=0)  # the run writes two of three alike rows
def test_what_must_be_judged_is_all_but_what_stands_as_it_was_judged_before(
    new_ledger: Callable[[], Ledger], days: list[list[str]], seed: int
) -> None:
    chance = random.Random(seed)
    desk, ledger = Desk(chance), new_ledger()
    for _ in range(8):
        desk.insert()
    clean: dict[str, set[int]] = {}  # by tab: marks of rows in which no rule saw anything
    before: set[tuple[str, int]] = set()  # (tab, mark) of the rows that stood alone at the last look
    for day, deeds in enumerate(days):
        for deed in deeds:
            getattr(desk, deed)()
        view = see([marked(grid) for grid in desk.grids()], START + day * DAY)
        history = ledger.history(SHEET, view.now)
        for table in view.snapshot.tables:
            assert history.to_judge(table, "another day") is None
            found = history.to_judge(table, "today")
            marks = list(table.marks or ())
            known = {m for m in clean.get(table.tab, ()) if marks.count(m) == 1}
            wanted = [at for at, mark in enumerate(marks) if mark not in known]
            assert found == wanted if found is not None else not known
        plan, applied = plan_of(view, day, chance)
        ledger.record(ledger.start_run(SHEET, ["validate"], view.now), view, plan, applied)
        touched = {(edit.ref.tab, edit.ref.row) for edit in plan.edits}
        alone = {(tab, mark) for (tab, _), mark in stands_alone(view, applied.writes, *TABS).items()}
        clean = {
            tab: {
                mark
                for (_, row), mark in stands_alone(view, applied.writes, tab).items()
                if (tab, row) not in touched
                and (
                    row not in plan.judged[tab].rows
                    if tab in plan.judged
                    else mark in clean.get(tab, ()) and (tab, mark) in before & alone
                )
            }
            for tab in TABS
        }
        before = alone
        written(desk, applied.writes)
    ledger.close()
