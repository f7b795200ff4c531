"""What people do between a run's look and its write is never filed under another request."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from sheetops.books.memory import MemoryBook
from sheetops.domain.plan import Plan
from sheetops.domain.view import View
from sheetops.jobs.undo import undo
from sheetops.ledger import Ledger
from sheetops.runner import Order, Report, run_order
from tests.sheets import KEYS, NoPost, log, policy, row

ANN = row(customer="A*-shop", description="cannot export", type="Complaint", urgency="High", id="20261101")
BOB = row(
    customer="B*-cafe",
    description="asks for a form",
    type="Consult",
    urgency="High",
    id="20261102",
    due=date(2026, 11, 24),
)
NEW = row(
    customer="N*-bank",
    description="typed meanwhile",
    type="Consult",
    urgency="Low",
    id="20261150",
    due=date(2026, 11, 25),
)


def run(book: MemoryBook, ledger: Ledger, order: Order | None = None) -> Report:
    at = datetime(2026, 11, 18, 2, tzinfo=UTC)
    return run_order(order or Order(book, ("fill",), policy), ledger, NoPost(), lambda: at)


def insert_above(book: MemoryBook) -> None:
    """A person inserts a row at the top between look and write."""

    def person() -> None:
        grid = book.grids[0]
        book.change([replace(grid, rows=[grid.rows[0], list(NEW), *grid.rows[1:]])])
        book.before_write = lambda: None

    book.before_write = person


def dues(book: MemoryBook) -> dict[object, object]:
    return {cells[0]: cells[KEYS.index("due")] for cells in book.grids[0].rows[1:]}


def test_undo_takes_back_what_the_job_wrote_and_no_persons_value(ledger: Ledger) -> None:
    book = MemoryBook([log(BOB, ANN)], location="desk.xlsx")
    insert_above(book)
    report = run(book, ledger)
    assert report.run is not None and dues(book)["20261101"] == date(2026, 11, 19)

    def take_back(view: View) -> Plan:
        return Plan(edits=undo(ledger.edits_of(report.run or "", view), view.snapshot, view.texts)[0])

    run(book, ledger, Order(book, (), policy, own={"undo": take_back}))
    assert dues(book) == {
        "20261150": date(2026, 11, 25),
        "20261102": date(2026, 11, 24),
        "20261101": None,
    }


def test_every_request_has_its_own_story(ledger: Ledger) -> None:
    book = MemoryBook([log(ANN, BOB)], location="desk.xlsx")
    insert_above(book)
    run(book, ledger)
    run(book, ledger)
    edits = {name: [e.column for e in ledger.stories(name)[0].edits] for name in dues(book)}  # type: ignore[arg-type]
    assert edits == {"20261150": [], "20261101": ["due"], "20261102": []}
    assert [e.what for e in ledger.stories("20261102")[0].events] == ["first_seen"]
    assert ledger.rebuild() == 0
