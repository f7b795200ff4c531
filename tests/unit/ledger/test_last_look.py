"""Rows that stand as the last look saw them need no second look, and the ledger is the same as if they had one."""

from __future__ import annotations

import random
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sheetops.books.base import Applied
from sheetops.domain.plan import Edit, Judged, Plan, Write, resolve
from sheetops.domain.table import Grid, Raw
from sheetops.domain.view import View
from sheetops.ledger import Ledger, keyed_marks, recording
from sheetops.ledger import tables as t
from sheetops.ledger.keyed_marks import Stood, keyed, once_in_each, packed, siphash, unpacked, without
from sheetops.ledger.prints import Printer
from sheetops.ledger.seeing import SeenTable
from tests.examples import costly
from tests.sheets import KEYS, log, row
from tests.unit.ledger.looks import DAY, SHEET, START, look, marked, see

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


def request(number: int, **cells: Raw) -> Row:
    given: dict[str, Raw] = {
        "id": f"A{number}",
        "customer": f"W*{number}-shop",
        "description": f"thing {number}",
    }
    return row(**(given | cells))


def rows_with(count: int, **changed: Row) -> list[Row]:
    """Requests A0, A1 …, those that are `changed` (`A3=…`) in their other form."""
    return [changed.get(f"A{number}", request(number)) for number in range(count)]


def pieces(ledger: Ledger) -> dict[int, bytes]:
    with ledger._engine.connect() as link:
        return dict(map(tuple, link.execute(select(t.standing.c.first, t.standing.c.what))))


def printed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The indexes of the rows that are printed from now on."""
    seen: list[int] = []
    before = SeenTable._printed

    def note(self: SeenTable, indexes: Sequence[int]) -> list[Any]:
        seen.extend(indexes)
        return before(self, indexes)

    monkeypatch.setattr(SeenTable, "_printed", note)
    return seen


def test_only_rows_that_do_not_stand_as_they_stood_are_printed(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(ledger, marked(log(*rows_with(30))), edits=[(4, "due", date(2026, 11, 9))])
    seen = printed(monkeypatch)
    now = rows_with(31, A4=request(4, due=date(2026, 11, 9)), A9=request(9, result="told"))
    look(ledger, marked(log(*now[::-1])), now=START + DAY, edits=[(2, "result", "done")])
    assert sorted(30 - index for index in seen) == [4, 9, 28, 30], "what a job wrote is looked at once more"
    seen.clear()
    now[28] = request(28, result="done")
    look(ledger, marked(log(*now)), now=START + 2 * DAY)
    assert seen == [28]
    seen.clear()
    look(ledger, marked(log(*now)), now=START + 3 * DAY)
    assert seen == []


@pytest.mark.parametrize("another", ["columns", "version", "no marks between", "a tab that is not read"])
def test_all_rows_are_printed_where_anything_is_in_doubt(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, another: str
) -> None:
    first, rows = log(*rows_with(9)), rows_with(9)
    second = log(*map(request, range(20, 25)), name="Done")
    look(ledger, marked(first), marked(second))
    head = list(first.rows[0])
    if another == "columns":
        head[4], head[5] = head[5], head[4]
    elif another == "version":
        monkeypatch.setattr("sheetops.ledger.last_look.__version__", "a later one")
    elif another == "no marks between":
        look(ledger, first, second, now=START + DAY)
    else:
        hidden = Grid("Done", [["", ""], ["not a log", 5]])
        look(ledger, marked(first), hidden, now=START + DAY)
        assert pieces(ledger) == {}
    seen = printed(monkeypatch)
    look(ledger, marked(Grid("Requests", [head, *rows])), marked(second), now=START + 2 * DAY)
    assert len(seen) >= 9
    seen.clear()
    look(ledger, marked(Grid("Requests", [head, *rows])), marked(second), now=START + 3 * DAY)
    assert seen == [], "then they are known"


def test_marks_tell_apart_what_prints_do_not(new_ledger: Callable[[], Ledger]) -> None:
    """Of two rows alike but for a blank the first was deleted: marks know which; prints can only guess."""
    twins = [request(1, id=None), request(1, id=None, notes=" "), request(2)]
    unsure = {}
    for kind, read in (("marks", marked), ("prints", lambda grid: grid)):
        ledger = new_ledger()
        look(ledger, read(log(request(7))))
        look(ledger, read(log(request(7), *twins)), now=START + DAY)
        look(ledger, read(log(request(7), *twins[1:])), now=START + 2 * DAY)
        with ledger._engine.connect() as link:
            wanted = select(t.requests.c.number, t.requests.c.gone, t.requests.c.unsure)
            unsure[kind] = link.execute(wanted).all()
        assert ledger.rebuild() == 0
    assert unsure["marks"] == [(2, (START + 2 * DAY).isoformat(), "")]
    assert [number for number, _, guessed in unsure["prints"] if guessed] == [2, 3]


def test_a_run_that_judged_nothing_hands_on_what_is_known(ledger: Ledger) -> None:
    rows = rows_with(6)
    plan = Plan(judged={"Requests": Judged("today", frozenset((3,)))})  # the row of A1
    look(ledger, marked(log(*rows)), plan=plan)
    view = see([marked(log(*rows))], START)
    assert ledger.history(SHEET, START).to_judge(view.snapshot.tables[0], "today") == [1]
    rows[4] = request(4, result="told")
    look(ledger, marked(log(*rows)), now=START + DAY)
    table = see([marked(log(*rows))], START).snapshot.tables[0]
    assert ledger.history(SHEET, START).to_judge(table, "today") == [1, 4]
    plain = see([log(*rows)], START).snapshot.tables[0]
    assert ledger.history(SHEET, START).to_judge(plain, "today") is None, "rows without marks"


def test_a_forgotten_request_leaves_no_mark(ledger: Ledger) -> None:
    rows = rows_with(40)
    look(ledger, marked(log(*rows)))
    stood = unpacked(pieces(ledger))
    assert stood.numbers.tolist() == list(range(1, 41))
    lost = stood.marks[11].tobytes()
    assert lost in pieces(ledger)[1]
    ledger.forget("A11")
    left = unpacked(pieces(ledger))
    assert left.numbers.tolist() == [number for number in range(1, 41) if number != 12]
    assert lost not in pieces(ledger)[1]
    look(ledger, marked(log(*rows)), now=START + DAY)
    assert ledger.stories("A11")[0].life.first_seen == START + DAY, "seen again, as new"
    assert ledger.rebuild() == 0


def test_a_repaired_ledger_looks_at_every_row_again(ledger: Ledger) -> None:
    rows = rows_with(3, A1=request(1))
    look(ledger, marked(log(*rows)))
    look(ledger, marked(log(*rows_with(3, A1=request(1, result="told")))), now=START + DAY)
    assert ledger.rebuild() == 0 and pieces(ledger)
    with ledger._engine.begin() as link:
        link.execute(t.requests.update().values(gone="2026-11-03T09:30:00"))
    assert ledger.rebuild() == 1 and pieces(ledger) == {}


def test_what_is_written_follows_what_changed(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyed_marks, "PIECE", 8)
    monkeypatch.setattr(keyed_marks, "_BITS", 1)
    look(ledger, marked(log(*rows_with(40))))
    before = pieces(ledger)
    assert sorted(before) == [1, 9, 17, 25, 33]
    look(ledger, marked(log(*rows_with(40, A10=request(10, result="told"))[::-1])), now=START + DAY)
    after = pieces(ledger)
    assert [first for first in after if after[first] != before[first]] == [9]
    look(ledger, marked(log(*rows_with(8))), now=START + 2 * DAY)
    assert list(pieces(ledger)) == [1] and ledger.rebuild() == 0


def test_marks_are_kept_under_the_key(ledger: Ledger) -> None:
    """SipHash's own test vector; and who has the ledger without its key cannot try a guess."""
    low, high = np.frombuffer(bytes(range(16)), "<u8")
    words = np.frombuffer(bytes(range(8)), "<u8").astype(np.uint64)
    assert siphash(words, low, high).tolist() == [0x93F5F5799A932462]
    marks = array("Q", [5, 0, 5, 6])
    here, there = keyed(marks, b"k" * 16).tolist(), keyed(marks, b"l" * 16).tolist()
    assert here[0] == here[2] != here[3] and here[1] == there[1] == 0 and not set(here) & set(there) - {0}
    grid = marked(log(*rows_with(3)))
    look(ledger, grid)
    assert not [mark for mark in grid.rows.marks if mark.to_bytes(8, "little") in pieces(ledger)[1]]  # type: ignore[attr-defined]


WORDS = st.lists(st.integers(0, 9) | st.integers(0, 2**64 - 1), max_size=30)


@given(now=WORDS, then=WORDS)
def test_marks_that_are_once_in_each(now: list[int], then: list[int]) -> None:
    here, there = once_in_each(np.array(now, np.uint64), np.array(then, np.uint64))
    pairs = sorted(zip(here.tolist(), there.tolist(), strict=True))
    once = [at for at, mark in enumerate(now) if mark and now.count(mark) == then.count(mark) == 1]
    assert pairs == [(at, then.index(now[at])) for at in once]


@given(
    rows=st.dictionaries(
        st.integers(1, 9000), st.tuples(st.integers(0, 2**64 - 1), st.booleans()), max_size=60
    ),
    lost=st.sets(st.integers(1, 40)),
)
def test_rows_are_read_as_they_were_packed(rows: dict[int, tuple[int, bool]], lost: set[int]) -> None:
    stood = Stood(
        np.array(list(rows), np.int64),
        np.array([mark for mark, _ in rows.values()], np.uint64),
        np.array([flag for _, flag in rows.values()], np.bool_),
    )
    kept = packed(stood)
    again = unpacked(kept)
    assert again.numbers.tolist() == sorted(rows)
    told = dict(
        zip(again.numbers.tolist(), zip(again.marks.tolist(), again.flags.tolist(), strict=True), strict=True)
    )
    assert told == rows
    if 1 in kept:
        some = {
            number: row for number, row in rows.items() if number <= keyed_marks.PIECE and number not in lost
        }
        left = without(1, kept[1], sorted(lost))
        assert (left is None) is (not some)
        assert unpacked({1: left} if left else {}).numbers.tolist() == sorted(some)
