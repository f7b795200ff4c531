"""One suite that every book must pass: what is planned is written, and nothing else, whatever people do meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from sheetops.books.xlsx import durable
from sheetops.domain.plan import Edit
from sheetops.domain.tabs import Cell, Tab
from sheetops.errors import HoldLost, SheetopsError
from tests.contract.desks import Desk, Rows, due, google_desk, see, xlsx_desk
from tests.sheets import row


def test_what_is_planned_is_written_and_nothing_else(desk: Desk) -> None:
    before = desk.rows()
    with desk.book.session() as session:
        applied = session.apply([due(see(session.raw), 2)], [], see)
    assert [(w.tab, w.cell) for w in applied.writes] == [("Requests", "I4")]
    assert applied.conflicts == ()
    after = desk.rows()
    after[3] += [None] * (len(before[0]) - len(after[3]))
    assert after[3][8] == date(2026, 11, 20)
    after[3][8] = None
    assert [r[:8] for r in after] == [r[:8] for r in before]


def test_what_was_written_and_what_was_not_is_told_in_the_order_of_the_plan(desk: Desk) -> None:
    with desk.book.session() as session:
        seen = see(session.raw)
        table = seen.tables[0]
        edits = [
            edit
            for index in (3, 0, 5, 1, 4)
            for edit in (
                Edit(table.ref(index), "notes", table.cell(index, "notes"), None, f"n{index}", "why"),
                due(seen, index),
            )
        ]
        told = desk.book.rehearse(session.raw, edits, [], see)
        assert [write.edit for write in told.writes] == edits
        desk.person(
            lambda rows: rows.__setitem__(
                slice(1, None), [r for r in rows[:0:-1] if r[0] not in ("20261104", "20261102")]
            )
        )
        applied = session.apply(edits, [], see)
    gone = [edit for edit in edits if edit.ref.id in ("20261104", "20261102")]
    assert [write.edit for write in applied.writes] == [edit for edit in edits if edit not in gone]
    assert [conflict.edit for conflict in applied.conflicts] == gone


def test_a_session_that_applies_nothing_changes_nothing(desk: Desk) -> None:
    before = desk.book.read().token
    with desk.book.session() as session:
        session.apply([], [], see)
    assert desk.book.read().token == before


def test_the_same_edits_again_change_nothing(desk: Desk) -> None:
    for _ in range(2):
        with desk.book.session() as session:
            snapshot = see(session.raw)
            session.apply([due(snapshot, 0)] if snapshot.tables[0].column("due")[0] is None else [], [], see)
        token = desk.book.read().token
    with desk.book.session() as session:
        applied = session.apply([due(see(session.raw), 0)], [], see)
    assert [c.reason for c in applied.conflicts] == ["cell-changed"]
    assert desk.book.read().token == token


def test_a_person_who_sorts_meanwhile_keeps_the_order_and_the_edit_follows_its_row(desk: Desk) -> None:
    with desk.book.session() as session:
        edits = [due(see(session.raw), index) for index in range(8)]
        desk.person(lambda rows: rows.__setitem__(slice(1, None), rows[:0:-1]))
        applied = session.apply(edits[:3], [], see)
    assert len(applied.writes) == 3
    rows = desk.rows()
    assert [r[0] for r in rows[1:]] == [f"202611{n:02}" for n in range(8, 0, -1)]
    assert [bool(len(r) > 8 and r[8]) for r in rows[1:]] == [False] * 5 + [True] * 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows[1].__setitem__(8, date(2026, 12, 24)), "cell-changed"),
        (lambda rows: rows[1].__setitem__(5, "Low"), "row-changed"),
        (lambda rows: rows.pop(1), "row-gone"),
    ],
)
def test_a_persons_edit_wins_and_is_reported(desk: Desk, change: Callable[[Rows], None], reason: str) -> None:
    with desk.book.session() as session:
        edits = [due(see(session.raw), 0), due(see(session.raw), 1)]
        desk.person(change)
        wanted = desk.rows()
        applied = session.apply(edits, [], see)
    assert [c.reason for c in applied.conflicts] == [reason]
    assert [w.edit.ref.id for w in applied.writes] == ["20261102"]
    rows = desk.rows()
    assert [r[:8] for r in rows] == [r[:8] for r in wanted]


def test_a_row_inserted_above_does_not_mislead(desk: Desk) -> None:
    with desk.book.session() as session:
        edit = due(see(session.raw), 4)
        desk.person(
            lambda rows: rows.insert(1, row(id="20261199", description="new", urgency="Low", type="Other"))
        )
        applied = session.apply([edit], [], see)
    assert applied.writes[0].row == 7
    assert desk.rows()[6][0] == "20261105"


def test_a_tab_is_added_then_replaced_in_the_same_write_as_cells(desk: Desk) -> None:
    tab = Tab(
        "Checks",
        (
            (Cell("Findings", "title"),),
            (),
            (Cell("A2"), Cell(3), Cell("=1+1"), Cell(date(2026, 11, 1), "date")),
        ),
    )
    with desk.book.session() as session:
        applied = session.apply([due(see(session.raw), 0)], [tab], see)
    assert applied.tabs == ("Checks",) and len(applied.writes) == 1
    assert desk.rows("checks")[2] == ["A2", 3, "=1+1", date(2026, 11, 1)]
    shorter = Tab("Checks", ((Cell("Nothing to report"),),))
    with desk.book.session() as session:
        session.apply([], [shorter], see)
    assert desk.rows("Checks") == [["Nothing to report"]]
    assert [g.name for g in desk.book.read().grids] == ["Requests", "Checks"]


def test_what_a_person_types_into_our_tab_meanwhile_is_not_lost(desk: Desk) -> None:
    first = Tab("Checks", ((Cell("Checks"),), (Cell("A2"), Cell(None))))
    with desk.book.session() as session:
        session.apply([], [first], see)
    with desk.book.session() as session:
        edit = due(see(session.raw), 0)
        desk.tick("Checks", 2, 2, "seen")
        applied = session.apply([edit], [Tab("Checks", ((Cell("Checks"),), (Cell("B7"),)))], see)
    assert applied.held == ("Checks",) and applied.tabs == ()
    assert len(applied.writes) == 1
    assert [[v for v in r if v is not None] for r in desk.rows("Checks")] == [["Checks"], ["A2", "seen"]]


def test_a_rehearsal_tells_what_would_be_done_and_does_nothing(desk: Desk) -> None:
    seen = desk.book.read()
    edits = [due(see(seen), 1), due(see(seen), 2)._replace(old="other")]
    tabs = [Tab("Checks", ((Cell("Checks"),),))]
    rehearsed = desk.book.rehearse(seen, edits, tabs, see)
    assert (rehearsed.hindrance, desk.book.read()) == (None, seen)
    with desk.book.session() as session:
        applied = session.apply(edits, tabs, see)
    assert (rehearsed.writes, rehearsed.conflicts) == (applied.writes, applied.conflicts)
    assert (rehearsed.tabs, rehearsed.held) == (applied.tabs, applied.held) == (("Checks",), ())
    assert [c.reason for c in applied.conflicts] == ["cell-changed"]


class _Hold:
    """A fleet's hold; `asked` is what happens while the book asks whether it is still ours."""

    crew = "crew"

    def __init__(self, asked: Callable[[], None] = lambda: None) -> None:
        self.asked = asked
        self.times = 0

    def still_mine(self) -> None:
        self.times += 1
        self.asked()


def test_a_hold_that_was_lost_before_the_write_leaves_all_as_it_was(desk: Desk) -> None:
    def lost() -> None:
        raise HoldLost

    before = desk.rows()
    hold = _Hold()
    with pytest.raises(HoldLost), desk.book.session(hold) as session:
        hold.asked = lost
        session.apply([due(see(session.raw), 2)], [Tab("Checks", ((Cell("Checks"),),))], see)
    assert hold.times == 1
    assert desk.rows() == before
    assert [g.name for g in desk.book.read().grids] == ["Requests"]


def test_under_a_hold_that_is_kept_everything_is_written(desk: Desk) -> None:
    hold = _Hold()
    with desk.book.session(hold) as session:
        applied = session.apply([due(see(session.raw), 2)], [], see)
    assert hold.times >= 1 and len(applied.writes) == 1
    assert desk.rows()[3][8] == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("desk", "at"),
    [(xlsx_desk, 1), (google_desk, 1), (google_desk, 2)],
    ids=["xlsx", "google", "google-2"],
    indirect=["desk"],
)
def test_who_is_stopped_after_asking_cannot_write_over_the_next_holder(
    desk: Desk, at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worst moment: the hold was still ours, then this process slept while another machine's did the work."""

    def taken_over() -> None:
        if hold.times > at:
            raise HoldLost
        if hold.times < at:
            return
        monkeypatch.setattr(durable, "_machine", lambda: "0ther0")
        with desk.elsewhere(tmp_path / "elsewhere").session(_Hold()) as other:
            other.apply([due(see(other.raw), 2, date(2026, 12, 1))], [], see)

    hold = _Hold()
    with suppress(SheetopsError), desk.book.session(hold) as session:
        edits = [due(see(session.raw), 5)]
        hold.asked = taken_over
        applied = session.apply(edits, [], see)
        assert applied.writes == ()
    assert hold.times >= at
    rows = [[*r, None] for r in desk.rows()]
    assert rows[3][8] == date(2026, 12, 1)
    assert not rows[6][8:9] or rows[6][8] is None
