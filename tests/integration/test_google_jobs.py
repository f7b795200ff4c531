"""The tabs that job and people share, and those of other jobs, on a Google spreadsheet: written once, kept as people left them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from sheetops.books.google.book import GoogleBook
from sheetops.domain.table import Raw, Table, take_snapshot
from sheetops.runner import Order, Report, run_order, utc_now
from tests.google_desk import google_book, new_spreadsheet
from tests.sheets import NoLedger, NoPost, header, policy
from tests.sheets_server.app import App
from tests.sheets_server.person import Person
from tests.sheets_server.world import World
from tests.unit.improving import KEYS, Stream

TODAY = date(2026, 1, 5)
ROWS = Stream(7, a_day=1.5, satisfied=lambda day: 0.7).rows(date(2025, 1, 1), date(2025, 12, 31))


@pytest.fixture
def desk() -> tuple[GoogleBook, Person]:
    app = App(World())
    table: list[list[Raw]] = [header("en", KEYS), *([row[key] for key in KEYS] for row in ROWS)]
    person = new_spreadsheet(app, "Requests", table)
    return google_book(app, person.id), person


def run(book: GoogleBook, jobs: Sequence[str], day: date = TODAY) -> Report:
    order = Order(book, jobs, lambda language: policy(language, calendar={"country": None}), as_of=day)
    return run_order(order, NoLedger(), NoPost(), utc_now)


def shared(book: GoogleBook, kind: str = "improvements") -> Table:
    found = take_snapshot(book.read()).living_tab(kind)
    assert found is not None
    return found


def improvements(book: GoogleBook) -> list[dict[str, Any]]:
    found = shared(book)
    return [{key: found.column(key)[n] for key in found.columns} for n in range(len(found))]


def test_improvements_are_proposed_once_and_a_persons_words_stay(desk: tuple[GoogleBook, Person]) -> None:
    book, person = desk
    first = run(book, ["improve"])
    assert set(first.applied.tabs) == {"Improvements", "Follow-ups"}
    assert len(shared(book, "follow_ups")) > 0
    rows = improvements(book)
    assert rows and all(row["id"] for row in rows)
    again = run(book, ["improve"])
    assert not (again.applied.tabs or again.applied.writes or again.applied.conflicts)

    its = shared(book)
    cell = its.cell(0, "measure")
    person.type(f"Improvements!{cell}", "Answer within the hour")
    person.insert_rows("Improvements", its.numbers[0])
    later = run(book, ["improve"], date(2026, 2, 3))
    assert not later.applied.conflicts and not later.applied.held
    assert improvements(book)[0]["measure"] == "Answer within the hour"
    assert [row["id"] for row in improvements(book)][: len(rows)] == [row["id"] for row in rows]


def test_a_persons_own_improvement_gets_its_number(desk: tuple[GoogleBook, Person]) -> None:
    book, person = desk
    run(book, ["improve"])
    its = shared(book)
    row = its.numbers[-1] + 1
    column = its.cell(0, "opportunity").rstrip("0123456789")
    person.type(f"Improvements!{column}{row}", "Fewer questions about bills")
    done = run(book, ["improve"])
    assert not done.applied.conflicts
    mine = next(r for r in improvements(book) if r["opportunity"] == "Fewer questions about bills")
    assert str(mine["id"]).startswith("IMP-")


def test_all_jobs_together_and_nothing_left_to_do(desk: tuple[GoogleBook, Person]) -> None:
    book, _ = desk
    jobs = ["fill", "validate", "improve", "review", "policy"]
    first = run(book, jobs)
    assert {"Checks", "Improvements", "Follow-ups"} <= set(first.applied.tabs)
    assert not first.applied.conflicts and not first.applied.held
    calls = len(book.service.calls)
    again = run(book, jobs)
    assert not (again.applied.tabs or again.applied.writes or again.applied.conflicts)
    assert len(book.service.calls) - calls == 4
