"""A number that a request ever had is not given again; one that nobody got to see may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import partial

import pytest

from sheetops.books.base import Again, Applied, Hold
from sheetops.books.memory import MemoryBook, _MemorySession
from sheetops.domain.plan import Conflict, Edit, Plan
from sheetops.domain.table import Raw, RawSheet, Snapshot
from sheetops.domain.tabs import Tab
from sheetops.errors import LedgerError, SheetInUse
from sheetops.ledger import Ledger
from sheetops.runner import Order, run_order
from tests.sheets import KEYS, NoPost, log, policy, row
from tests.unit.ledger.looks import DAY, SHEET, START, look_at_rows, see

FAR = date(2026, 12, 1)


def typed(word: str, identifier: str | None = None) -> list[Raw]:
    return row(
        id=identifier,
        customer=f"{word}*-shop",
        description=f"{word} is wrong",
        type="Complaint",
        urgency="High",
        due=FAR,
    )


def next_id(ledger: Ledger, *rows: list[Raw]) -> object:
    """The ID that a run gives to the last of these rows."""
    book = MemoryBook([log(*rows)], location=SHEET)
    at = datetime(2026, 11, 18, 2, tzinfo=UTC)
    run_order(Order(book, ("fill",), policy, force=True), ledger, NoPost(), lambda: at)
    return book.grids[0].rows[-1][KEYS.index("id")]


def test_the_number_of_a_forgotten_request_is_not_given_again(ledger: Ledger) -> None:
    look_at_rows(ledger, [typed("a", "20261101"), typed("b", "20261102")], 0)
    assert ledger.forget("20261102") == 1
    assert next_id(ledger, typed("a", "20261101"), typed("c")) == "20261103"


@pytest.mark.parametrize("form", ["T-{}", "{}", "REQ{}"])
def test_whatever_form_the_sheet_follows(ledger: Ledger, form: str) -> None:
    rows = [typed(f"r{n}", form.format(n)) for n in range(1000, 1015)]
    look_at_rows(ledger, rows, 0)
    ledger.forget(form.format(1014))
    assert next_id(ledger, *rows[:-1], typed("new")) == (form.format(1015))


def test_the_number_of_a_pruned_request_is_not_given_again(ledger: Ledger) -> None:
    look_at_rows(ledger, [typed("a", "20261101"), typed("b", "20261102")], 0)
    for day in range(1, 4):
        look_at_rows(ledger, [typed("a", "20261101")], day)
    assert ledger.prune(START + 2 * DAY)["requests"] == 1
    assert next_id(ledger, typed("a", "20261101"), typed("c")) == "20261103"


def test_nothing_of_a_person_stays_when_a_request_is_forgotten(ledger: Ledger) -> None:
    # Thirty addresses: the print of some of them ends in digits, as a number would.
    for person in ("13800138000", *(f"zhang.san{n}@example.com" for n in range(30))):
        look_at_rows(ledger, [typed("a", person)], 0)
        ledger.forget(person)
    assert ledger.history(SHEET, START).highest == {}


class _Stubborn(MemoryBook):
    """A book whose cells may not be changed, or that somebody has open, until `lock` is taken off."""

    lock: str = ""

    @contextmanager
    def session(self, hold: Hold | None = None) -> Iterator[_MemorySession]:
        with super().session(hold) as real:
            apply = real.apply

            def refuse(
                edits: Sequence[Edit],
                tabs: Sequence[Tab],
                see: Callable[[RawSheet], Snapshot],
                again: Again | None = None,
            ) -> Applied:
                if self.lock == "open":
                    raise SheetInUse("somebody has it open")
                if self.lock == "locked":
                    return Applied(conflicts=tuple(Conflict(edit, "refused") for edit in edits))
                return apply(edits, tabs, see, again)

            real.apply = refuse  # type: ignore[method-assign]
            yield real


@pytest.mark.parametrize("lock", ["open", "locked"])
def test_numbers_that_could_not_be_written_are_given_by_the_next_run(ledger: Ledger, lock: str) -> None:
    book = _Stubborn([log(typed("a", "20261101"), typed("b"), typed("c"))], location=SHEET)
    book.lock = lock
    order = Order(book, ("fill",), policy)
    for hour in range(3):
        with suppress(SheetInUse):
            run_order(order, ledger, NoPost(), partial(datetime, 2026, 11, 18, 2 + hour, tzinfo=UTC))
    book.lock = ""
    run_order(order, ledger, NoPost(), lambda: datetime(2026, 11, 18, 9, tzinfo=UTC))
    assert [cells[0] for cells in book.grids[0].rows[1:]] == ["20261101", "20261102", "20261103"]
    assert ledger.history(SHEET, START).highest == {"202611": 3}


def test_the_numbers_of_a_run_that_failed_stay_taken(ledger: Ledger) -> None:
    run = ledger.start_run(SHEET, ["fill"], START)
    assert ledger.reserve_ids(run, "202611", [1])
    ledger.finish_run(run, "failed", {})
    assert ledger.history(SHEET, START).highest == {"202611": 1}


def test_a_run_that_slept_cannot_put_its_old_look_over_a_newer_one(ledger: Ledger) -> None:
    old = see([log(typed("a", "20261101"))], START)
    slow = ledger.start_run(SHEET, ["fill"], START)
    newer = look_at_rows(ledger, [typed("a", "20261101"), typed("b", "20261102")], 0)
    with pytest.raises(LedgerError, match=f"run {newer} looked at the sheet after run {slow}"):
        ledger.record(slow, old, Plan(), Applied())
    assert set(ledger.history(SHEET, START + DAY).lives) == {"20261101", "20261102"}


def test_who_takes_a_sheet_over_says_what_became_of_runs_that_died(ledger: Ledger) -> None:
    died = ledger.start_run(SHEET, ["fill"], START)
    assert ledger.reserve_ids(died, "202611", [1])
    elsewhere = ledger.start_run("other.xlsx", ["fill"], START)
    assert ledger.take_over(SHEET) == 1
    assert [run.id for run in ledger.open_runs()] == [elsewhere]
    assert {run.id: run.outcome for run in ledger.runs()}[died] == "lost"
    assert ledger.history(SHEET, START).highest == {"202611": 1}


def test_a_sheet_keeps_its_number(ledger: Ledger) -> None:
    first, other = ledger.number_of(SHEET), ledger.number_of("other.xlsx")
    look_at_rows(ledger, [typed("a", "20261101")], 0)
    assert ledger.number_of(SHEET) == first != other
