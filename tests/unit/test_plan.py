"""Edits find their row again, or are dropped as conflicts: never a write to another row."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.domain.living import FOLLOW_UPS
from sheetops.domain.plan import Edit, Plan, folded, resolve, same_value, tab_is_as_planned
from sheetops.domain.table import Grid, RawSheet, Snapshot, take_snapshot
from sheetops.domain.tabs import Cell, Tab
from sheetops.jobs.improve_tab import follow_ups_tab
from sheetops.jobs.living import table_of
from tests.sheets import log, row, view


def snapshot(grid: Grid) -> Snapshot:
    return take_snapshot(RawSheet("desk.xlsx", (grid,), "0"))


def numbered(count: int) -> Grid:
    return log(
        *(
            row(id=f"202611{n:02}", description=f"Case {n}", urgency="High", type="Consult")
            for n in range(1, count + 1)
        )
    )


def due_edit(seen: Snapshot, index: int) -> Edit:
    table = seen.tables[0]
    return Edit(table.ref(index), "due", table.cell(index, "due"), None, "2026-11-20", "test")


def test_an_untouched_sheet_takes_every_edit_where_it_was_planned() -> None:
    seen = snapshot(numbered(5))
    writes, conflicts = resolve([due_edit(seen, 2)], seen)
    assert [(w.row, w.column, w.cell) for w in writes] == [(4, 9, "I4")]
    assert conflicts == []


def test_a_sort_moves_the_edit_with_its_row() -> None:
    grid = numbered(5)
    seen = snapshot(grid)
    turned = Grid(grid.name, [grid.rows[0], *reversed(grid.rows[1:])])
    writes, conflicts = resolve([due_edit(seen, i) for i in range(5)], snapshot(turned))
    assert [w.row for w in writes] == [6, 5, 4, 3, 2]
    assert conflicts == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows[3].__setitem__(8, "2026-12-01"), "cell-changed"),
        (lambda rows: rows[3].__setitem__(5, "Low"), "row-changed"),
        (lambda rows: rows.pop(3), "row-gone"),
        (lambda rows: rows[0].__setitem__(8, "Something else"), "column-gone"),
    ],
)
def test_what_a_person_changed_is_left_alone(change, reason) -> None:  # type: ignore[no-untyped-def]
    grid = numbered(5)
    seen = snapshot(grid)
    rows = [list(r) for r in grid.rows]
    change(rows)
    writes, conflicts = resolve([due_edit(seen, 2)], snapshot(Grid(grid.name, rows)))
    assert writes == []
    assert [c.reason for c in conflicts] == [reason]


def test_twins_that_moved_are_not_guessed() -> None:
    same = row(description="Printer", urgency="High", type="Consult")
    grid = log(same, row(id="20261102", description="Other"), same)
    seen = snapshot(grid)
    moved = Grid(grid.name, [grid.rows[0], grid.rows[2], grid.rows[1], grid.rows[3]])
    writes, conflicts = resolve([due_edit(seen, 0)], snapshot(moved))
    assert writes == [] and conflicts[0].reason == "row-unclear"


@given(st.randoms(use_true_random=False))
def test_whatever_people_do_an_edit_reaches_its_own_row_or_none(rng: random.Random) -> None:
    grid = numbered(12)
    seen = snapshot(grid)
    edits = [due_edit(seen, i) for i in range(12)]
    rows = [list(r) for r in grid.rows]
    for _ in range(rng.randint(0, 6)):
        place = rng.randrange(1, len(rows))
        match rng.randrange(5):
            case 0:
                rows.insert(place, row(description="new", urgency="Low", type="Other", source="Phone"))
            case 1 if len(rows) > 2:
                rows.pop(place)
            case 2:
                body = rows[1:]
                rng.shuffle(body)
                rows[1:] = body
            case 3:
                rows[place][3] = "typed over"
            case _:
                rows[place][8] = "2026-12-31"
    now = snapshot(Grid(grid.name, rows))
    writes, conflicts = resolve(edits, now)
    assert len(writes) + len(conflicts) == len(edits)
    for write in writes:
        assert rows[write.row - 1][0] == write.edit.ref.id
        assert rows[write.row - 1][8] is None


def test_values_are_compared_as_a_sheet_means_them() -> None:
    assert same_value(None, "") and same_value(3, 3.0) and same_value("a", "a")
    assert not same_value(True, 1) and not same_value("3", 3) and not same_value(None, 0)


def test_plans_add_up() -> None:
    assert (Plan(remarks=("a",)) + Plan(remarks=("b",), figures={"x": 1.0})).remarks == ("a", "b")


def test_a_tab_that_already_says_so_is_not_written_again() -> None:
    tab = Tab("Checks", ((Cell("Title"), Cell()), (), (Cell(1), Cell("x")), (Cell(),)))
    raw = RawSheet("desk.xlsx", (numbered(1), Grid("checks", [["Title", ""], [], [1.0, "x"]])), "0")
    assert tab_is_as_planned(tab, take_snapshot(raw))
    changed = RawSheet("desk.xlsx", (numbered(1), Grid("checks", [["Title"], [], [2.0, "x"]])), "0")
    assert not tab_is_as_planned(tab, take_snapshot(changed))


def test_a_formula_that_came_meanwhile_is_not_overwritten() -> None:
    seen = snapshot(numbered(3))
    now = snapshot(replace(numbered(3), formulas={(3, 9): "=TODAY()+3"}))
    writes, conflicts = resolve([due_edit(seen, 0), due_edit(seen, 1)], now)
    assert [w.row for w in writes] == [2]
    assert [c.reason for c in conflicts] == ["cell-changed"]


def test_a_hidden_copy_of_the_log_is_no_log_unless_it_is_named() -> None:
    hidden = replace(numbered(3), name="Copy", visible=False)
    raw = RawSheet("desk.xlsx", (numbered(2), hidden), "0")
    assert [t.tab for t in take_snapshot(raw).tables] == ["Requests"]
    assert [t.tab for t in take_snapshot(raw, ["Copy"]).tables] == ["Copy"]


def test_a_new_living_tab_with_many_rows_helps_typing_in_all_of_them() -> None:
    seen = view(log(), language="en")
    made = follow_ups_tab(seen)
    table = table_of(made, FOLLOW_UPS)
    edits = [Edit(table.new_ref(f"FUP-{n}"), "id", "", None, f"FUP-{n}", "because") for n in range(600)]
    _, (tab,), writes = folded(edits, (made,), seen.snapshot)
    assert len(writes) == 600 and tab.filter is not None
    blocks = [each.on for each in (*tab.choices, *tab.highlights)]
    assert {block.last_row for block in (*blocks, tab.filter)} == {601}
    _, (few,), _ = folded(edits[:3], (made,), seen.snapshot)
    assert (few.filter, few.choices, few.highlights) == (made.filter, made.choices, made.highlights)
