"""A plan that is asked anew where some of its edits cannot be made: by whom, with which numbers, and what holds in the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.books.base import Applied, Book
from sheetops.books.memory import MemoryBook
from sheetops.books.xlsx import book as book_module
from sheetops.books.xlsx.book import XlsxBook
from sheetops.domain.living import IMPROVEMENTS
from sheetops.domain.plan import Conflict, Edit, Plan
from sheetops.domain.table import Grid, Raw
from sheetops.domain.values import as_text
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


def run(book: Book, *jobs: str, **order: Any) -> Report:
    wanted = Order(book, jobs or ("fill", "validate", "remind"), policy, **order)
    return run_order(wanted, NoLedger(), NoPost(), lambda: datetime(2026, 11, 18, 9, 30, tzinfo=UTC))


def test_of_a_file_that_changes_twice_the_last_change_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person types an ID before the write, and takes it back when the new file is nearly ready."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    quiet, busy = tmp_path / "quiet.xlsx", tmp_path / "busy.xlsx"
    for path in (quiet, busy):
        saved(path, LOG.rows)
    wanted = run(XlsxBook(str(quiet)))
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
    report = run(XlsxBook(str(busy)))
    assert len(tabs) == 2 and tabs[0] != tabs[1]  # the first counts one ID less
    assert report.applied.conflicts == () and len(report.applied.writes) == len(wanted.applied.writes)
    assert report.plan.findings == wanted.plan.findings and report.plan.digests == wanted.plan.digests
    books: list[Any] = [openpyxl.load_workbook(path) for path in (quiet, busy)]
    first, second = ([list(line) for line in book["Checks"].iter_rows(values_only=True)] for book in books)
    assert first == second


@pytest.mark.parametrize("locked", ["id", "done_on"])
def test_nobody_is_told_of_an_improvement_whose_id_or_day_stands_nowhere(locked: str) -> None:
    """What `improve` writes into Follow-ups rests on what it writes into Improvements."""
    keys = [column.key for column in IMPROVEMENTS.columns]
    told = {"opportunity": "Slow tills", "measure": "New tills", "progress": "Done", "key": "complaint_rate"}
    names: list[Raw] = [column.name("en") for column in IMPROVEMENTS.columns]
    done = Grid("Improvements", [names, row(keys, **told, evidence_rows="20261101")])
    book = MemoryBook([log(row(id="20261101", type="Complaint", description="The till is slow")), done])
    book.forbids = lambda write: "locked" if keys[write.column - 1] == locked else ""
    report = run(book, "improve")
    assert {(c.edit.ref.tab, c.edit.column) for c in report.applied.conflicts} == {("Improvements", locked)}
    assert {write.tab for write in report.applied.writes} == {"Improvements"} and len(book.grids) == 2
    book.forbids = lambda write: ""
    run(book, "improve")
    assert [line[-1] for line in book.grids[2].rows[1:2]] == ["tell/IMP-001/20261101"]


ROW = st.fixed_dictionaries(
    {
        "id": st.sampled_from([None, None, "20261101", "20261107"]),
        "customer": st.sampled_from(["W*-shop", "K*-bank"]),
        "description": st.sampled_from(["The till is slow", "It is dead", "bad"]),
        "type": st.sampled_from(["Consult", "Complaint", "Consutl"]),
        "urgency": st.sampled_from(["High", "Low", None]),
        "priority": st.sampled_from([3, 9]),
        "resolved": st.sampled_from([None, date(2026, 10, 20), date(2026, 11, 3)]),
    }
)


@settings(max_examples=40)
@given(
    st.lists(ROW, min_size=1, max_size=6),
    st.sets(st.tuples(st.integers(2, 7), st.sampled_from([1, 9]))),
    st.booleans(),
)
def test_whatever_is_locked_each_tab_says_what_the_next_job_alone_would_say(
    rows: list[dict[str, Any]], locked: set[tuple[int, int]], follow: bool
) -> None:
    book = MemoryBook([log(*(row(**cells) for cells in rows))])
    book.forbids = lambda write: (
        "locked" if write.tab == "Requests" and (write.row, write.column) in locked else ""
    )
    jobs = ("fill", "validate", "review", "remind", *(["improve"] if follow else []))
    dry = run(book, *jobs, period="2026-11", dry_run=True)
    report = run(book, *jobs, period="2026-11")
    assert dry.applied.writes == report.applied.writes and dry.plan.findings == report.plan.findings
    for job in ("validate", "review"):
        assert run(book, job, period="2026-11").applied.tabs == (), f"the tab of {job} said something else"
    ids = {as_text(line[0]) for line in book.grids[0].rows[1:]}
    told = {as_text(w.edit.new) for w in report.applied.writes if w.edit.column == "request"}
    told |= {item.request.id for digest in report.plan.digests for item in digest.items if item.request}
    assert told - {None} <= ids
    version = book.version
    again = run(book, *jobs, period="2026-11")
    assert (again.applied.writes, again.applied.tabs, book.version) == ((), (), version)
