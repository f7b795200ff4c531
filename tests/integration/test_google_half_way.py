"""A run on Google that is disturbed once its cells are written remembers these; one overtaken before tells nobody of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

from sheetops.books.google import read
from sheetops.books.google.book import GoogleBook
from sheetops.domain.values import as_text
from sheetops.ledger import open_ledger
from sheetops.ledger.ledger import Ledger
from sheetops.runner import Order, Report, run_order
from tests.google_desk import google_book, new_spreadsheet, typed
from tests.sheets import NoPost, header, policy, row
from tests.sheets_server.app import App
from tests.sheets_server.person import Person
from tests.sheets_server.switches import Edit as Interruption
from tests.sheets_server.switches import Fault
from tests.sheets_server.world import World

JOBS = ("fill", "validate", "improve")
TOLD = {"customer": "W*", "type": "Complaint", "urgency": "Low", "priority": 2, "owner": "Support-K*"}


def case(words: str, identifier: str | None = None) -> list[object]:
    """A complaint that was resolved, and whose customer nobody has asked."""
    return row(**TOLD, id=identifier, description=words, resolved=date(2026, 11, 2), due=date(2026, 11, 9))


class Desk:
    def __init__(self, folder: Path) -> None:
        self.app = App(World())
        lines = [header(), *(case(f"Case {n} is slow", f"2026110{n}") for n in (1, 2))]
        self.person: Person = new_spreadsheet(self.app, "Requests", lines)
        self.ledger: Ledger = open_ledger(folder / "ledger.db")
        self.switches = self.app.world.switches

    def book(self) -> GoogleBook:
        return google_book(self.app, self.person.id)

    def add(self, line: int, words: str) -> None:
        self.person.type(f"Requests!A{line}", [[typed(value) for value in case(words)]])

    def run(self) -> Report:
        at = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
        return run_order(Order(self.book(), JOBS, policy), self.ledger, NoPost(), lambda: at)

    def column(self, tab: str, column: int) -> list[str]:
        return [as_text(line[column]) if len(line) > column else "" for line in self.person.read(tab)][1:]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    with made.ledger:
        yield made
    assert made.app.world.crashes == []


def after(monkeypatch: pytest.MonkeyPatch, place: str, disturb: Callable[[], object]) -> None:
    """Let something happen once a step of the run is made."""
    owner, _, name = place.rpartition(".")
    made = getattr(resolve_name(owner), name)

    def disturbed(*arguments: Any) -> Any:
        told = made(*arguments)
        disturb()
        return told

    monkeypatch.setattr(place, disturbed)


WRITTEN = "sheetops.books.google.book.CellWriter.write"
PUT = "sheetops.books.google.book.put_tabs"


@pytest.mark.parametrize("how", ["away", "away-later", "busy", "closed"])
def test_what_stands_in_the_sheet_is_remembered_whatever_fails_then(
    desk: Desk, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Google is away, people edit faster than the sheet can be read, or the account loses its access."""
    desk.add(4, "The till is slow")
    faults = desk.switches.faults
    if how == "busy":
        after(monkeypatch, WRITTEN, lambda: monkeypatch.setattr(read, "_of_one_moment", lambda tab: False))
    else:
        fault = Fault("status", code=403 if how == "closed" else 503, times=1 if how == "closed" else 4)
        after(monkeypatch, PUT if how == "away-later" else WRITTEN, lambda: faults.append(fault))
    report = desk.run()
    monkeypatch.undo()
    assert desk.column("Requests", 0) == ["20261101", "20261102", "20261103"]
    tabs = ("Checks", "Follow-ups")
    if how == "away-later":
        assert report.applied.tabs == tabs and report.applied.token is None
    else:
        assert (report.applied.tabs, report.applied.held) == ((), tabs) and report.partly
        why = {"busy": "faster than it can be read", "closed": "refuses access"}.get(how, "does not answer")
        assert all(why in reason for reason in report.applied.reasons.values())
    assert desk.ledger.stories("20261103"), "the ID that was given is not known"
    (run,) = desk.ledger.runs()
    assert run.outcome == ("done" if how == "away-later" else "partly")
    assert desk.run().applied.held == () and set(desk.column("Checks", 2)) >= {"20261103"}


def test_nobody_is_called_back_about_an_id_that_a_person_forestalled(desk: Desk) -> None:
    """Follow-ups is there already, so its new rows go out with the cells: what these cannot be is looked at before."""
    desk.run()
    assert desk.column("Follow-ups", 2) == ["20261101", "20261102"]
    desk.add(4, "The till is slow")
    desk.add(5, "The scanner is dead")
    mine = Interruption(lambda: desk.person.type("Requests!A5", "20261177"), 2, r"batchGetByDataFilter$")
    desk.switches.edits.append(mine)
    report = desk.run()
    assert [(c.edit.cell, c.edit.new) for c in report.applied.conflicts] == [("A5", "20261104")]
    assert desk.column("Requests", 0) == ["20261101", "20261102", "20261103", "20261177"]
    assert desk.column("Follow-ups", 2) == ["20261101", "20261102", "20261103"]
    desk.run()
    assert desk.column("Follow-ups", 2) == ["20261101", "20261102", "20261103", "20261177"]
