"""A finding that a person has accepted in the Checks tab stays silent until its cell changes, on every kind of book."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from sheetops.books.base import Book
from sheetops.books.xlsx import edit_cells
from sheetops.books.xlsx.book import XlsxBook
from sheetops.domain.table import Grid, Raw, cell_name
from sheetops.runner import Order, Report, run_order
from tests.google_desk import google_desk
from tests.sheets import NoLedger, NoPost, header, policy, row

Type = Callable[[str, int, int, Raw], None]  # tab, row, column, value
FINE = {"source": "Phone", "customer": "W*-shop", "type": "Complaint", "priority": 3, "owner": "Support"}
ROWS = [
    row(id="20261101", description="the export never ends", urgency="at once", **FINE),
    row(id="20261102", description="points are not counted", urgency="High", **FINE),
]


def excel(tmp_path: Path) -> tuple[Book, Type]:
    path = tmp_path / "desk.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Requests"  # type: ignore[union-attr]
    for cells in (header(), *ROWS):
        book.active.append(cells)  # type: ignore[union-attr]
    book.save(path)

    def type_cell(tab: str, row: int, column: int, value: Raw) -> None:
        edit_cells(path, {(tab, cell_name(row, column)): value})

    return XlsxBook(str(path), state=tmp_path / "state"), type_cell


def google(tmp_path: Path) -> tuple[Book, Type]:
    book, _, type_cell = google_desk("Requests", [header(), *ROWS])
    return book, type_cell


def _checks(book: Book) -> Grid:
    grid = book.read().grid("Checks")
    assert grid is not None
    return grid


def _line(grid: Grid) -> int:
    """The row of the first request's finding."""
    return next(number for number, cells in enumerate(grid.rows, 1) if "20261101" in cells)


def _column(grid: Grid, heading: str) -> int:
    """The column under a heading of the list."""
    headings = next(list(cells) for cells in grid.rows if "Severity" in cells)
    return headings.index(heading) + 1


@pytest.mark.parametrize("desk", [excel, google], ids=["xlsx", "google"])
def test_a_tick_with_a_reason_silences_a_finding_until_its_cell_changes(
    desk: Callable[[Path], tuple[Book, Type]], tmp_path: Path
) -> None:
    book, type_cell = desk(tmp_path)
    memory, start = NoLedger(), datetime(2026, 11, 18, 2, tzinfo=UTC)

    def validate(day: int) -> list[tuple[str, str]]:
        order = Order(book, ["validate"], policy)
        report: Report = run_order(order, memory, NoPost(), lambda: start + timedelta(days=day))
        assert not report.applied.held
        return [(finding.rule, finding.cell) for finding in report.plan.findings]

    told = [("unknown-value", "F2")]
    assert validate(0) == told
    grid = _checks(book)
    line, tick, reason = _line(grid), _column(grid, "Accepted"), _column(grid, "Reason")
    type_cell("Checks", line, tick, "x")
    type_cell("Checks", line, reason, "that is how this customer speaks")
    assert [validate(day) for day in (0, 1, 30)] == [[], [], []]
    grid = _checks(book)
    assert grid.cell(_line(grid), reason) == "that is how this customer speaks"

    type_cell("Requests", 2, 6, "right now")
    assert validate(31) == told
    grid = _checks(book)
    assert grid.cell(_line(grid), reason) is None

    type_cell("Requests", 2, 6, "at once")  # as it was: what was decided then holds again
    assert validate(32) == []
    type_cell("Requests", 2, 6, "High")
    assert validate(33) == []
