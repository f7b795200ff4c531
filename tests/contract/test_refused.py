"""What every book does with edits that cannot be made: the tabs of the same write do not count them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sheetops.domain.plan import Conflict, Edit
from sheetops.domain.tabs import Cell, Tab
from tests.contract.desks import Desk, due, see


class Jobs:
    """Jobs that list in a tab what they fill, and are asked anew where some of it cannot be."""

    def __init__(self, desk: Desk, edits: Sequence[Edit]) -> None:
        self.desk, self.edits = desk, list(edits)
        self.told: list[
            tuple[set[tuple[str, str]], bool]
        ] = []  # of each asking: what was lost, and was it early

    def tabs(self, lost: Sequence[Edit] = ()) -> list[Tab]:
        cells = [edit.cell for edit in self.edits if edit not in lost]
        return [Tab("Checks", ((Cell("Checks"),), *((Cell(cell),) for cell in cells)))]

    def again(self, conflicts: Sequence[Conflict]) -> tuple[Sequence[Edit], Sequence[Tab]]:
        written = any(value for line in self.desk.rows()[1:] for value in line[8:9])
        self.told.append(({(c.edit.cell, c.reason) for c in conflicts}, not written))
        return self.edits, self.tabs([c.edit for c in conflicts])


def listed(desk: Desk) -> list[object]:
    return [line[0] for line in desk.rows("Checks")[1:]]


def test_a_tab_does_not_count_a_locked_cell(desk: Desk) -> None:
    desk.lock(3, 9)
    seen = desk.book.read()
    jobs = Jobs(desk, [due(see(seen), index) for index in range(3)])
    rehearsed = desk.book.rehearse(seen, jobs.edits, jobs.tabs(), see, jobs.again)
    assert jobs.told == [({("I3", "refused")}, True)]
    with desk.book.session() as session:
        applied = session.apply(jobs.edits, jobs.tabs(), see, jobs.again)
    assert jobs.told == [({("I3", "refused")}, True)] * 2  # once each, before anything was written
    assert [w.cell for w in applied.writes] == ["I2", "I4"] and applied.tabs == ("Checks",)
    assert (rehearsed.writes, rehearsed.conflicts) == (applied.writes, applied.conflicts)
    assert listed(desk) == ["I2", "I4"]
    assert [bool(line[8:9] and line[8]) for line in desk.rows()[1:4]] == [True, False, True]


def test_a_tab_does_not_count_a_cell_in_which_a_person_got_there_first(desk: Desk) -> None:
    with desk.book.session() as session:
        jobs = Jobs(desk, [due(see(session.raw), index) for index in range(3)])
        desk.person(lambda rows: rows[1].__setitem__(8, date(2026, 12, 24)))
        applied = session.apply(jobs.edits, jobs.tabs(), see, jobs.again)
    assert [lost for lost, _ in jobs.told] == [{("I2", "cell-changed")}]
    assert [c.reason for c in applied.conflicts] == ["cell-changed"]
    assert listed(desk) == ["I3", "I4"]


def test_where_all_can_be_written_nothing_is_asked_again(desk: Desk) -> None:
    with desk.book.session() as session:
        jobs = Jobs(desk, [due(see(session.raw), 1)])
        session.apply(jobs.edits, jobs.tabs(), see, jobs.again)
    assert jobs.told == [] and listed(desk) == ["I3"]


def test_an_edit_that_followed_from_a_refused_one_is_not_made(desk: Desk) -> None:
    desk.lock(3, 9)
    with desk.book.session() as session:
        first, follows = (due(see(session.raw), index) for index in (1, 2))
        tabs = [Tab("Checks", ((Cell("Checks"),),))]
        applied = session.apply([first, follows], tabs, see, lambda lost: ([first], tabs))
    assert [c.edit for c in applied.conflicts] == [first] and applied.writes == ()
    assert all(not any(line[8:9]) for line in desk.rows()[1:])
    assert applied.tabs == ("Checks",)


def test_where_nothing_is_left_to_write_nothing_is_touched(desk: Desk) -> None:
    desk.lock(3, 9)
    before = desk.book.read().token
    with desk.book.session() as session:
        edit = due(see(session.raw), 1)
        applied = session.apply([edit], [Tab("Checks", ())], see, lambda lost: ([edit], ()))
    assert [c.reason for c in applied.conflicts] == ["refused"]
    assert (applied.writes, applied.tabs, desk.book.read().token) == ((), (), before)
