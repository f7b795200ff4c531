"""A tab that jobs write is known again by its seal, and left alone once a person has typed into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart
from openpyxl.comments import Comment

from sheetops.books.memory import MemoryBook
from sheetops.books.xlsx.read import read_workbook
from sheetops.domain.seals import bare_key, sealed, state_of
from sheetops.domain.table import CellError, Grid
from sheetops.domain.tabs import Cell, Tab
from tests.sheets import log, row
from tests.unit.test_runner import run

_TAB = Tab(
    "Checks",
    (
        (Cell("Checks", "title"),),
        (Cell("Errors"), Cell(2), Cell(0.333333)),
        (Cell("What"), Cell("Since"), Cell("Accepted"), Cell("Reason"), Cell("#")),
        (Cell("a\nb"), Cell(date(2026, 11, 1)), Cell(None, "input"), Cell(None, "input"), Cell("ab12")),
        (Cell("c"), Cell(None), Cell("✓", "input"), Cell("yes", "input"), Cell("cd34")),
    ),
)
Rows = list[list[Any]]


def _grid(change: Callable[[Rows], object] = lambda rows: None, **more: Any) -> Grid:
    rows = [list(values) for values in sealed(_TAB).values()]
    change(rows)
    return Grid("Checks", rows, **more)


def test_a_tab_is_known_as_it_was_written_and_as_programs_hand_it_back() -> None:
    assert state_of(_grid()) == "whole"

    def saved(rows: Rows) -> None:
        rows[1][1:3] = [2.0, 0.33333300000000001]
        rows[3][:2] = ["a\r\nb ", datetime(2026, 11, 1)]
        rows[0].extend(["", None])
        rows.append([])

    assert state_of(_grid(saved)) == "whole"


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[3].__setitem__(2, "✓"),
        lambda rows: rows[4].__setitem__(3, "no longer"),
        lambda rows: rows.__setitem__(slice(3, 5), rows[4:2:-1]),
        lambda rows: rows.pop(3),
    ],
    ids=["tick", "reason", "sort", "delete a line"],
)
def test_what_is_left_to_people_breaks_no_seal(change: Callable[[Rows], object]) -> None:
    assert state_of(_grid(change)) == "whole"


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[3].append("told Ann"),
        lambda rows: rows[3].__setitem__(0, "a c"),
        lambda rows: rows[4].__setitem__(1, "soon"),
        lambda rows: rows[1].append("why?"),
        lambda rows: rows[5].append("between"),
        lambda rows: rows[6].__setitem__(1, "beside the seal"),
        lambda rows: rows.extend([[], ["hire two"]]),
        lambda rows: rows[2].__setitem__(2, "Handled by"),
        lambda rows: [cells.insert(2, "Ann") for cells in rows[2:5]],
    ],
)
def test_whatever_else_a_person_types_is_seen(change: Callable[[Rows], object]) -> None:
    assert state_of(_grid(change)) == "changed"


def test_formulas_are_seen_even_where_no_value_is_kept_with_them() -> None:
    assert state_of(_grid(formulas={(20, 1): "=A1"})) == "changed"
    assert state_of(Grid("Checks", [[]], formulas={(1, 1): "=A1"})) == "foreign"
    assert state_of(Grid("Checks", [[], [None, " "]])) == state_of(None) == "blank"


@pytest.mark.parametrize(
    "held",
    [
        {"attached": frozenset({"drawing"})},
        {"attached": frozenset({"comments"})},
        {"merged": ((1, 1, 2, 2),)},
    ],
)
def test_a_tab_without_values_may_hold_something_all_the_same(held: dict[str, Any]) -> None:
    assert state_of(Grid("Checks", [[]], **held)) == "foreign"


def test_notes_on_cells_are_seen_and_the_tabs_own_charts_are_not_notes() -> None:
    assert state_of(_grid(attached=frozenset({"comments", "drawing"}))) == "changed"
    assert state_of(_grid(attached=frozenset({"drawing"}), merged=((1, 1, 1, 5),))) == "whole"


def test_a_workbook_tells_what_hangs_on_a_tab(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["a", 1])
    sheet["A1"].comment = Comment("ask Li", "Z")
    workbook.create_sheet("Charts").add_chart(BarChart(), "A1")
    workbook.create_sheet("Bare")
    workbook.save(path := tmp_path / "desk.xlsx")
    noted, drawn, bare = read_workbook(path.read_bytes(), "desk").grids
    assert "comments" in noted.attached and drawn.attached == {"drawing"} and bare.attached == frozenset()


def test_a_title_makes_no_tab_ours() -> None:
    assert state_of(Grid("Checks", [["Checks"], ["Monday", "call the bank"]])) == "foreign"
    assert bare_key("ab12-123456") == bare_key("ab12") == "ab12"


def _desk() -> MemoryBook:
    return MemoryBook([log(*(row(description=f"Case {n}") for n in range(3)))])


def _typed(book: MemoryBook, change: Callable[[Rows], object]) -> Grid:
    rows = [list(cells) for cells in book.grids[-1].rows]
    change(rows)
    mine = replace(book.grids[-1], rows=rows)
    book.change([*book.grids[:-1], mine])
    return mine


@pytest.mark.parametrize(("jobs", "period"), [(("validate",), None), (("review",), "2026-10")])
@pytest.mark.parametrize(
    "change", [lambda r: r[6].append("told Ann"), lambda r: r.extend([[], ["hire two"]])]
)
def test_notes_in_a_tab_of_ours_are_never_erased(
    jobs: tuple[str, ...], period: str | None, change: Callable[[Rows], object]
) -> None:
    book = _desk()
    name = run(book, jobs=jobs, period=period).applied.tabs[0]
    mine = _typed(book, change)
    book.change([log(row(description="Another case")), mine])
    report = run(book, jobs=jobs, period=period)
    assert report.applied.tabs == () and book.grids[-1].rows == mine.rows
    assert [remark for remark in report.plan.left if f"the tab {name} was changed by hand" in remark]
    book.change([book.grids[0], Grid(name, [])])
    assert run(book, jobs=jobs, period=period).applied.tabs == (name,)


def test_ticks_do_not_hold_the_tab() -> None:
    book = _desk()
    run(book, jobs=("validate",))
    before = len(run(book, jobs=("validate",)).plan.findings)
    _typed(book, lambda rows: rows[6].__setitem__(slice(8, 10), ["✓", "agreed"]))
    report = run(book, jobs=("validate",))
    assert report.applied.tabs == ("Checks",) and len(report.plan.findings) == before - 1


@pytest.mark.parametrize(
    "rows", [[["Checks"], ["Monday", "call the bank"]], [["检查结果"]], [["Checks", "x"]]]
)
def test_a_persons_tab_is_left_alone_though_its_title_is_ours(rows: Rows) -> None:
    book = MemoryBook([*_desk().grids, Grid("Checks", rows)])
    report = run(book, jobs=("validate",))
    assert report.applied.tabs == () and book.grids[-1].rows == rows
    assert any("somebody's own" in remark for remark in report.plan.left)


@pytest.mark.parametrize(
    "values", [(0.0, -0.0), (1, True), (1.5, "1.50"), ("a", "b"), (CellError("#N/A"), "N/A")]
)
def test_values_that_are_written_differently_give_different_seals(values: tuple[Any, Any]) -> None:
    one, other = values
    seals = {
        str(sealed(Tab("Checks", tuple((Cell(value),) for value in column))).values()[-1][0])
        for column in ((one, one), (one, other), (other, one), (other, other))
    }
    assert len(seals) == 4
