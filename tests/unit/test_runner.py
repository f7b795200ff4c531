"""The order of things: one write, a dry run that says exactly what a run does, and brakes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from sheetops.books.memory import MemoryBook
from sheetops.domain.history import History
from sheetops.domain.plan import Plan
from sheetops.domain.table import Grid
from sheetops.domain.view import View
from sheetops.errors import HeaderNotFound, LedgerError, SheetBraked, SheetChanged, SheetError, SheetopsError
from sheetops.runner import Order, Report, run_order
from tests.sheets import KEYS, NoLedger, NoPost, log, policy, row

WEDNESDAY = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
DAY = ("fill", "validate", "remind")


def desk() -> MemoryBook:
    return MemoryBook(
        [
            log(
                *(
                    row(description=f"Case {n} is described here", urgency="High", type="Consult")
                    for n in range(12)
                )
            )
        ]
    )


def run(book: MemoryBook, ledger: NoLedger | None = None, **order: object) -> Report:
    return run_order(
        Order(book, order.pop("jobs", DAY), policy, **order),  # type: ignore[arg-type]
        ledger or NoLedger(),
        NoPost(),
        lambda: WEDNESDAY,
    )


def test_a_dry_run_says_exactly_what_a_run_then_does_and_touches_nothing() -> None:
    book = desk()
    dry = run(book, dry_run=True)
    assert book.version == 0 and dry.run is None
    wet = run(book)
    assert [(w.cell, w.edit.new, w.edit.why) for w in dry.applied.writes] == [
        (w.cell, w.edit.new, w.edit.why) for w in wet.applied.writes
    ]
    assert dry.applied.tabs == wet.applied.tabs
    assert dry.plan.findings == wet.plan.findings


def test_all_is_written_at_once_and_a_second_run_writes_nothing() -> None:
    book = desk()
    first = run(book)
    assert len(first.applied.writes) == 24 and first.applied.tabs == ("Checks",)
    assert book.version == 1
    second = run(book)
    assert second.applied.writes == () and second.applied.tabs == ()
    assert book.version == 1


def test_what_was_filled_is_no_longer_found_missing() -> None:
    report = run(desk())
    assert not [f for f in report.plan.findings if f.column in ("id", "due")]


def test_an_order_of_jobs_is_kept_whatever_the_order_asked_for() -> None:
    assert len(run(desk(), jobs=("validate", "fill")).plan.findings) == len(
        run(desk(), jobs=("fill", "validate")).plan.findings
    )


def test_rows_that_vanish_stop_the_run_until_forced() -> None:
    ledger = NoLedger()
    ledger.kept = History(last_rows={"Requests": 40})
    book = desk()
    with pytest.raises(SheetBraked, match="40 requests at the last run and has 12"):
        run(book, ledger)
    assert book.version == 0 and not ledger.recorded
    assert run(book, ledger, force=True).applied.writes


def test_a_header_that_vanishes_stops_the_run() -> None:
    ledger = NoLedger()
    ledger.kept = History(last_columns={"Requests": frozenset({*KEYS, "opened"})})
    with pytest.raises(SheetBraked, match="Opened is gone"):
        run(desk(), ledger)


def test_numbers_that_another_run_took_are_not_given_again() -> None:
    class Busy(NoLedger):
        """Another run is always one step ahead until it stops at 20."""

        def reserve_ids(self, run: str, prefix: str, numbers: object) -> bool:
            at = self.kept.highest.get("202611", 0)
            if at < 3:
                self.kept = replace(self.kept, highest={"202611": at + 1})
                return False
            return super().reserve_ids(run, prefix, numbers)  # type: ignore[arg-type]

    report = run(desk(), Busy())
    assert next(w.edit.new for w in report.applied.writes if w.edit.column == "id") == "20261104"

    class Never(NoLedger):
        def reserve_ids(self, run: str, prefix: str, numbers: object) -> bool:
            return False

    with pytest.raises(LedgerError, match="run it again"):
        run(desk(), Never())


def test_a_persons_edit_between_look_and_write_is_a_conflict_and_is_remembered_as_one() -> None:
    book, ledger = desk(), NoLedger()

    def type_over() -> None:
        rows = [list(r) for r in book.grids[0].rows]
        rows[3][5] = "Low"
        book.change([Grid("Requests", rows)])

    book.before_write = type_over
    report = run(book, ledger)
    assert {c.reason for c in report.applied.conflicts} == {"row-gone"}
    assert len(report.applied.writes) == 22
    assert ledger.outcome == "partly"
    assert book.grids[0].rows[3][5] == "Low"


@pytest.mark.parametrize("overtaken", [False, True])
def test_who_mails_later_is_given_only_what_was_written(overtaken: bool) -> None:
    book, ledger, asked, left = desk(), NoLedger(), [], []

    def look(view: View) -> Plan:
        asked.append(view)
        return Plan()

    def type_over() -> None:
        rows = [list(r) for r in book.grids[0].rows]
        rows[3][0] = "20261150"
        book.change([Grid("Requests", rows)])

    if overtaken:
        book.before_write = type_over
    report = run(book, ledger, own={"look": look}, mail_later=lambda _, plan, __: left.append(plan))
    assert len(asked) == 1  # who stands before an edit that was not made sees nothing else than before
    assert left == [report.plan] == [ledger.recorded[0].plan]
    rows = {item.request.row: item.request for digest in left[0].digests for item in digest.items}
    assert len(rows) == 12 and (rows[4].id is None) is (rows[4].due is None) is overtaken
    assert all(rows[row].id and rows[row].due for row in rows if row != 4)


def test_as_of_sets_the_day_in_the_teams_zone() -> None:
    report = run(desk(), as_of=date(2026, 3, 2))
    assert report.view is not None and report.view.now == datetime(2026, 3, 2, 12)
    assert {w.edit.new for w in report.applied.writes if w.edit.column == "due"} == {date(2026, 3, 3)}


def test_an_empty_sheet_and_a_foreign_sheet_are_told_apart() -> None:
    with pytest.raises(HeaderNotFound, match="the sheet is empty"):
        run(MemoryBook([Grid("Sheet1", [])]))
    with pytest.raises(HeaderNotFound, match="tab Costs, row 1 with 1 known"):
        run(MemoryBook([Grid("Costs", [["Notes", "Amount"], ["a", 3]])]))


@pytest.mark.parametrize(
    ("error", "outcome"), [(SheetChanged("typed"), "skipped"), (SheetError("torn"), "failed")]
)
def test_a_run_that_could_not_write_says_how_it_ended(error: SheetopsError, outcome: str) -> None:
    ledger, book = NoLedger(), desk()

    def trouble() -> None:
        raise error

    book.before_write = trouble
    with pytest.raises(type(error)):
        run(book, ledger, jobs=("fill",))
    assert ledger.outcome == outcome and ledger.recorded == []


def test_a_log_tab_that_vanishes_stops_the_run() -> None:
    ledger = NoLedger()
    ledger.kept = History(last_rows={"Requests": 12, "October": 40})
    with pytest.raises(SheetBraked, match="tab October: it held 40 requests"):
        run(desk(), ledger)
    assert run(desk(), ledger, force=True).applied.writes


def test_a_tab_of_a_persons_own_is_not_overwritten_whatever_its_name() -> None:
    mine = Grid("Checks", [["My own checks"], ["call Ann"]])
    book = MemoryBook([*desk().grids, mine])
    report = run(book)
    assert report.applied.tabs == ()
    assert any("the tab Checks is somebody's own" in remark for remark in report.plan.left)
    assert book.grids[-1].rows == mine.rows
    blank = MemoryBook([*desk().grids, Grid("Checks", [[], [None, ""]])])
    assert run(blank).applied.tabs == ("Checks",)
