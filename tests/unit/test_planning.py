"""A plan that is asked anew where some of its edits cannot be made: by whom, with which numbers, and what holds in the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheetops.books.base import Applied
from sheetops.books.xlsx import book as book_module
from sheetops.books.xlsx.book import XlsxBook
from sheetops.domain.plan import Conflict, Edit, Plan
from sheetops.domain.view import View
from sheetops.errors import LedgerError
from sheetops.planning import Numbers, Plans, ask
from sheetops.runner import Order, Report, run_order
from tests.sheets import NoLedger, NoPost, log, policy, row, view

LOG = log(row(description="The till is slow", type="Consult"), row(description="It is dead", type="Consult"))


def number(view: View) -> Plan:
    """Gives each row an ID."""
    table = view.snapshot.tables[0]
    edits = [Edit(table.ref(n), "id", table.cell(n, "id"), None, f"X-{n}", "") for n in (0, 1)]
    return Plan(edits=tuple(edits), numbers=(("X-", 0), ("X-", 1)))


def count(view: View) -> Plan:
    """Takes a number of its own for each row without an ID."""
    bare = [n for n, value in enumerate(view.snapshot.tables[0].column("id")) if not value]
    return Plan(numbers=tuple(("B-", n) for n in bare), remarks=(f"{len(bare)} without",))


def test_what_is_wanted_more_is_reserved_once_and_who_sees_the_same_is_not_asked_again() -> None:
    asked: list[str] = []
    taken: list[Numbers] = []

    def noting(job: Any) -> Any:
        def noted(view: View) -> Plan:
            asked.append(job.__name__)
            return job(view)  # type: ignore[no-any-return]

        return noted

    def reserve(numbers: Numbers) -> bool:
        taken.append(numbers)
        return len(taken) < 3

    seen, jobs = view(LOG), [noting(number), noting(count)]
    plans = Plans(jobs, seen, Plan(), ask(jobs, seen), reserve)
    first = plans.of(())
    assert first.plan.remarks == ("0 without",) and taken == []
    lost = [Conflict(first.edits[1], "refused")]
    for _ in range(2):
        assert plans.of(lost).plan.remarks == ("1 without",)
        assert plans.again(lost)[0] == first.edits
    assert taken == [[("B-", 1)]] and asked == ["number", "count", "count"]
    both = [Conflict(edit, "refused") for edit in first.edits]
    assert plans.of(both).plan.remarks == ("2 without",) and taken[1] == [("B-", 0)]
    told, done = plans.as_left(Applied(conflicts=tuple(lost)))
    assert told.remarks == ("1 without",) and done.conflicts == tuple(lost)
    assert plans.of(()) is first

    fails = Plans(jobs, seen, Plan(), ask(jobs, seen), lambda numbers: False)
    with pytest.raises(LedgerError, match="run it again"):
        fails.of(lost)


def saved(path: Path, rows: Sequence[Sequence[object]]) -> None:
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    sheet.title = "Requests"
    for values in rows:
        sheet.append(list(values))
    workbook.save(path)


def run(path: Path) -> Report:
    order = Order(XlsxBook(str(path)), ("fill", "validate", "remind"), policy)
    return run_order(order, NoLedger(), NoPost(), lambda: datetime(2026, 11, 18, 9, 30, tzinfo=UTC))


def test_of_a_file_that_changes_twice_the_last_change_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person types an ID before the write, and takes it back when the new file is nearly ready."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    quiet, busy = tmp_path / "quiet.xlsx", tmp_path / "busy.xlsx"
    for path in (quiet, busy):
        saved(path, LOG.rows)
    wanted = run(quiet)
    apply, graft, tabs = book_module.XlsxSession.apply, book_module._graft, []

    def typed(*arguments: Any) -> Applied:
        saved(busy, [LOG.rows[0], LOG.rows[1], ["202611-7", *LOG.rows[2][1:]]])
        return apply(*arguments)

    def taken_back(package: Any, drawn: Any, language: str) -> Any:
        tabs.append([[cell.value for cell in line] for line in drawn[0].rows])
        if len(tabs) == 1:
            saved(busy, LOG.rows)
        return graft(package, drawn, language)

    monkeypatch.setattr(book_module.XlsxSession, "apply", typed)
    monkeypatch.setattr(book_module, "_graft", taken_back)
    report = run(busy)
    assert len(tabs) == 2 and tabs[0] != tabs[1]  # the first counts one ID less
    assert report.applied.conflicts == () and len(report.applied.writes) == len(wanted.applied.writes)
    assert report.plan.findings == wanted.plan.findings and report.plan.digests == wanted.plan.digests
    books: list[Any] = [openpyxl.load_workbook(path) for path in (quiet, busy)]
    first, second = ([list(line) for line in book["Checks"].iter_rows(values_only=True)] for book in books)
    assert first == second
