"""What may go wrong on the way: lost answers, quotas, other jobs, no access; and what a run costs in calls."""

from __future__ import annotations

import datetime as dt
import json
import time
from datetime import date
from typing import Any

import pytest

from sheetops.books.google.book import GoogleBook
from sheetops.books.google.lock import LOCK_ID, SECONDS
from sheetops.domain.plan import Edit
from sheetops.domain.table import take_snapshot
from sheetops.domain.tabs import Cell, Chart, Range, Series, Tab
from sheetops.errors import ServiceUnreachable, SheetError, SheetInUse, SheetNotFound
from tests.google_desk import google_book, new_spreadsheet
from tests.sheets import header, row
from tests.sheets_server.app import App
from tests.sheets_server.person import Person
from tests.sheets_server.switches import Fault, Quota
from tests.sheets_server.world import World

DUE = date(2026, 12, 24)


@pytest.fixture
def app() -> App:
    return App(World())


def desk(app: App, rows: int = 5, **more: Any) -> tuple[GoogleBook, Person]:
    table = [
        header(),
        *(row(id=f"R-{n}", description=f"Case {n}", urgency="High") for n in range(1, rows + 1)),
    ]
    person = new_spreadsheet(app, "Requests", table, **more)
    return google_book(app, person.id), person


def dues(book: GoogleBook) -> Any:
    """Give every request the same due date."""
    with book.session() as session:
        table = take_snapshot(session.raw).tables[0]
        edits = [Edit(table.ref(i), "due", table.cell(i, "due"), None, DUE, "") for i in range(len(table))]
        return session.apply(edits, [], take_snapshot)


def held(book: GoogleBook) -> list[Any]:
    return take_snapshot(book.read()).tables[0].column("due")


@pytest.mark.parametrize("kind", ["status", "status_after", "cut", "cut_after"])
@pytest.mark.parametrize("skip", range(8))
def test_an_answer_lost_at_any_call_costs_nothing(app: App, kind: str, skip: int) -> None:
    book, person = desk(app)
    app.world.switches.faults.append(Fault(kind, skip=skip))
    applied = dues(book)
    assert held(book) == [DUE] * 5
    assert len(applied.writes) + len(applied.conflicts) == 5 and not applied.conflicts
    assert person._book().metadata == {}  # neither lock nor marks stay
    assert app.world.crashes == []


def test_a_write_whose_answer_was_lost_is_not_sent_again(app: App) -> None:
    book, person = desk(app)
    app.world.switches.faults.append(Fault("status_after", match="batchUpdateByDataFilter"))
    # The person changes a cell that the job has just written, before the job has looked again.
    app.world.switches.edits.append(_later(person, "I2", "H-1", "batchGetByDataFilter", 4))
    dues(book)
    assert book.service.calls.count("write") == 1
    assert held(book) == ["H-1", DUE, DUE, DUE, DUE]


def _later(person: Person, cell: str, text: str, match: str, before: int) -> Any:
    from tests.sheets_server.switches import Edit as Interruption

    return Interruption(lambda: person.type(f"Requests!{cell}", text), before, match)


def test_a_service_that_stays_down_ends_in_one_line_and_changes_nothing(app: App) -> None:
    book, person = desk(app)
    app.world.switches.faults.append(Fault("status", match="values:batchGetByDataFilter", times=None))
    with pytest.raises(ServiceUnreachable, match="Google Sheets does not answer"):
        dues(book)
    app.world.switches.faults.clear()
    assert held(book) == [None] * 5 and person._book().metadata == {}


def test_a_used_up_quota_waits_for_the_next_minute(app: App) -> None:
    book, _ = desk(app)
    now = [dt.datetime(2026, 11, 20, 9, 0, 40, tzinfo=dt.UTC)]
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += dt.timedelta(seconds=seconds)

    app.world.clock = lambda: now[0]
    book.service.clock, book.service._sleep = lambda: now[0].timestamp(), sleep
    app.world.switches.quota = Quota(per_user=3)
    applied = dues(book)
    assert len(applied.writes) == 5
    assert 1 <= len(waits) <= 3 and 20 <= waits[0] <= 28.5


def test_a_quota_that_stays_used_up_is_given_up(app: App) -> None:
    book, _ = desk(app)
    app.world.switches.faults.append(Fault("status", code=429, times=None))
    book.service.clock = lambda: 10.0  # each wait leads into the next minute, so how many there are is known
    with pytest.raises(ServiceUnreachable, match="quota"):
        book.read()
    assert len(book.service.calls) <= 6


def test_another_jobs_lock_is_respected_until_it_runs_out(app: App) -> None:
    book, _ = desk(app)
    other = google_book(app, book.service.id)
    with book.session(), pytest.raises(SheetInUse, match="another job works on it"), other.session():
        pass
    with other.session():
        pass


def test_an_expired_lock_is_taken_over_and_its_owner_writes_nothing_more(app: App) -> None:
    book, person = desk(app)
    late = google_book(app, book.service.id)
    with late.session() as session:
        table = take_snapshot(session.raw).tables[0]
        edit = Edit(table.ref(0), "due", table.cell(0, "due"), None, date(2027, 1, 1), "")
        start = book.service.clock
        book.service.clock = lambda: start() + SECONDS + 1
        dues(book)
        with book.session(), pytest.raises(SheetInUse, match="its lock ran out"):
            session.apply([edit._replace(old=DUE)], [], take_snapshot)
    assert held(book) == [DUE] * 5
    assert person._book().metadata == {}


def test_the_lock_says_who_holds_it(app: App) -> None:
    book, person = desk(app)
    with book.session():
        lock = person._book().metadata[LOCK_ID]
        assert lock.visibility == "DOCUMENT" and json.loads(lock.value)["owner"].count("@") == 1


def test_marks_that_a_dead_run_left_are_removed(app: App) -> None:
    book, person = desk(app)
    span = {"sheetId": 0, "dimension": "ROWS", "startIndex": 2, "endIndex": 3}
    mark = {"metadataKey": "sheetops", "location": {"dimensionRange": span}, "visibility": "DOCUMENT"}
    person.batch([{"createDeveloperMetadata": {"developerMetadata": mark}}])
    dues(book)
    assert person._book().metadata == {}


def test_no_access_and_no_sheet_are_told_in_one_line(app: App) -> None:
    from tests.sheets_server.world import PRIVATE_FILE

    with pytest.raises(SheetError, match="share the sheet"):
        google_book(app, PRIVATE_FILE).read()
    with pytest.raises(SheetNotFound, match="no spreadsheet at this address"):
        google_book(app, "1" + "x" * 43).read()


def test_cells_that_may_not_be_changed_are_refused_and_the_others_written(app: App) -> None:
    book, person = desk(app, owner="boss@example.com")
    file = app.world.files[person.id]
    file.permissions.append(
        {"type": "user", "emailAddress": "tester@example-project.iam.gserviceaccount.com", "role": "writer"}
    )
    block = {"sheetId": 0, "startRowIndex": 2, "endRowIndex": 3}
    person.batch(
        [
            {
                "addProtectedRange": {
                    "protectedRange": {"range": block, "editors": {"users": ["boss@example.com"]}}
                }
            }
        ]
    )
    person.batch(
        [
            {
                "addProtectedRange": {
                    "protectedRange": {
                        "range": {"sheetId": 0, "endRowIndex": 1},
                        "editors": {"users": ["boss@example.com"]},
                    }
                }
            }
        ]
    )
    person.type("Requests!I4", "=1/0")
    merge = {"sheetId": 0, "startRowIndex": 4, "endRowIndex": 5, "startColumnIndex": 7, "endColumnIndex": 9}
    person.batch([{"mergeCells": {"range": merge, "mergeType": "MERGE_ALL"}}])
    applied = dues(book)
    assert {(c.edit.cell, c.reason) for c in applied.conflicts} == {
        ("I3", "refused"),
        ("I4", "cell-changed"),
        ("I5", "refused"),
    }
    why = {c.edit.cell: c.forbidden for c in applied.conflicts}
    assert "protected" in why["I3"] and "unmerge" in why["I5"] and why["I4"] == ""
    assert [w.cell for w in applied.writes] == ["I2", "I6"]
    assert person.read("Requests!I4", "FORMULA") == [["=1/0"]]


def calls_of_a_run(app: App, rows: int, edits: int) -> tuple[int, float]:
    """Calls and seconds of a run that writes `edits` dates and a tab in a log of `rows` requests."""
    book, person = desk(app, rows)
    began = time.perf_counter()
    with book.session() as session:
        table = take_snapshot(session.raw).tables[0]
        wanted = [Edit(table.ref(i), "due", table.cell(i, "due"), None, DUE, "") for i in range(edits)]
        tab = Tab("Checks", tuple((Cell(f"finding {n}"), Cell(n)) for n in range(50)))
        applied = session.apply(wanted, [tab], take_snapshot)
    assert len(applied.writes) == edits and len(person._book().sheets) == 2
    return len(book.service.calls), time.perf_counter() - began


@pytest.mark.parametrize("rows", [100, 1_000])
def test_a_full_run_costs_the_same_calls_however_many_rows(app: App, rows: int) -> None:
    assert calls_of_a_run(app, rows, rows)[0] == 14


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "edits", "calls"),
    [(100, 100, 14), (10_000, 1_000, 14), (10_000, 10_000, 22), (100_000, 1_000, 14)],
)
def test_calls_of_large_sheets(app: App, rows: int, edits: int, calls: int) -> None:
    made, seconds = calls_of_a_run(app, rows, edits)
    print(
        f"\n{rows} rows, {edits} cells written and a tab put: {made} API calls ({seconds:.0f} s with the local server)"
    )
    assert made == calls


def test_a_tab_keeps_its_id_and_its_charts_are_not_doubled(app: App) -> None:
    book, person = desk(app)
    cells = tuple(
        (Cell(name, "header"), Cell(value, "header"))
        for name, value in (("Month", "Requests"), ("Oct", 3), ("Nov", 4))
    )
    chart = Chart(
        "column", "Requests", Range(2, 1, 3, 1), (Series("Requests", Range(2, 2, 3, 2)),), row=5, column=1
    )
    ids = []
    for _ in range(2):
        with book.session() as session:
            session.apply(
                [],
                [Tab("Review", cells, charts=(chart,), frozen=(1, 0), filter=Range(1, 1, 3, 2))],
                take_snapshot,
            )
        sheet = person._book().sheets[1]
        ids.append(sheet.id)
        assert len(sheet.charts) == 1 and sheet.basic_filter
    assert ids[0] == ids[1]
    assert book.row_link("review", 3) == book.location or f"gid={ids[0]}&range=3:3" in book.row_link(
        "review", 3
    )
