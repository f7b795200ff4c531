"""`status`, `history` and `undo` as a person runs them, on a workbook."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheetops.ledger import open_ledger
from tests.sheets import header, row
from tests.terminal import Terminal

DESK = "desk.xlsx"


class Person(Terminal):
    """Somebody at a terminal in a folder of their own."""

    def document(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code))

    def cells(self) -> dict[str, tuple[object, object]]:
        """Description → ID and due date."""
        sheet = openpyxl.load_workbook(self.folder / DESK).worksheets[0]
        return {
            r[3]: (r[0], r[8].date() if r[8] else None) for r in sheet.iter_rows(min_row=2, values_only=True)
        }

    def change(self, cell: str, value: object) -> None:
        book = openpyxl.load_workbook(self.folder / DESK)
        book.worksheets[0][cell] = value
        book.save(self.folder / DESK)


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Person:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    book = openpyxl.Workbook()
    book.active.title = "Requests"
    common = {"source": "Phone", "type": "Complaint", "urgency": "High", "priority": "4", "owner": "Tech-Z*"}
    for cells in (
        header(),
        *(row(customer=f"W*-{n}", description=f"thing {n} broke", **common) for n in range(1, 5)),
    ):
        book.active.append(cells)
    book.save(tmp_path / DESK)
    return Person(tmp_path, capsys)


def test_undo_puts_back_what_nobody_changed_and_is_a_run_itself(person: Person) -> None:
    before = person.cells()
    run = person.document("fill", DESK, "--as-of", "2026-11-18")["run"]
    filled = person.cells()
    assert [one[0] for one in filled.values()] == [f"2026110{n}" for n in range(1, 5)]
    person.change("I3", date(2026, 12, 1))
    told = person.document("undo", run, "--dry-run", code=3)
    assert person.cells()["thing 1 broke"] == filled["thing 1 broke"] and len(told["edits"]) == 7
    said = person.run("undo", run, "--only", "Due", "--as-of", "2026-11-18", code=3)
    assert "put back: 3 due" in said
    assert "stays: Requests!I3 due of 20261102 (somebody changed it since)" in said
    assert person.cells() == {
        "thing 1 broke": ("20261101", None),
        "thing 2 broke": ("20261102", date(2026, 12, 1)),
        "thing 3 broke": ("20261103", None),
        "thing 4 broke": ("20261104", None),
    }
    undone = person.document("undo", run, code=3)
    assert [e["column"] for e in undone["edits"]] == ["id"] * 4
    assert [e["reason"] for e in undone["kept"]].count("already-back") == 3
    assert [one[0] for one in person.cells().values()] == [None] * 4
    again = person.document("undo", undone["run"])
    assert [e["new"] for e in again["edits"]] == [f"2026110{n}" for n in range(1, 5)]
    assert before != person.cells()
    assert [r["jobs"] for r in person.document("status")["runs"]] == [["undo"]] * 3 + [["fill"]]


def test_undo_restores_the_bytes_of_the_workbook(person: Person) -> None:
    before = (person.folder / DESK).read_bytes()
    first = person.document("fill", DESK, "--as-of", "2026-11-18")["run"]
    filled = (person.folder / DESK).read_bytes()
    person.run("undo", first)
    assert (person.folder / DESK).read_bytes() == before != filled
    again = person.run("undo", first)
    assert again.count("stays:") == 1 and "stays: 8 cells that are already as before the run" in again
    assert person.run("undo", first, "-v").count("(it is already as it was before the run)") == 8
    second = person.document("fill", DESK, "--as-of", "2026-11-18")["run"]
    person.document("validate", DESK, "--as-of", "2026-11-18")  # puts the Checks tab beside it
    person.run("undo", second)
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(person.folder / DESK) as after, zipfile.ZipFile(io.BytesIO(before)) as was:
        assert after.read(sheet) == was.read(sheet)
        assert len(after.namelist()) > len(was.namelist())


def test_undo_finds_rows_after_a_person_sorted_them(person: Person) -> None:
    before = person.cells()
    run = person.document("fill", DESK, "--as-of", "2026-11-18")["run"]
    book = openpyxl.load_workbook(person.folder / DESK)
    rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    for number, cells in enumerate(reversed(rows), 2):
        for column, value in enumerate(cells, 1):
            book.worksheets[0].cell(number, column, value)
    book.save(person.folder / DESK)
    assert "put back: 4 id, 4 due" in person.run("undo", run).replace("4 due, 4 id", "4 id, 4 due")
    assert person.cells() == before


def test_undo_of_what_is_not_there(person: Person) -> None:
    assert "the ledger knows no such run; `sheetops status` lists the runs" in person.run(
        "undo", "2020", code=2
    )
    run = person.document("fill", DESK)["run"]
    assert "wrote no column and no request called Feedback" in person.run(
        "undo", run, "--only", "Feedback", code=2
    )
    with open_ledger(person.folder / "state" / "sheetops" / "ledger.db") as ledger:
        lost = ledger.start_run(DESK, ["fill"], ledger.runs()[0].began)
    assert "cannot be undone" in person.run("undo", lost, code=2)


def test_status_says_what_needs_a_person(person: Person) -> None:
    assert "no run yet" in person.run("status")
    run = person.document("fill", DESK, "--as-of", "2026-11-18")["run"]
    said = person.run("status", "--as-of", "2026-11-18")
    assert (
        "4 requests, 4 open, 0 overdue" in said and run in said and "8 cells" in said and "to do" not in said
    )
    assert "4 overdue" in person.run("status", "--as-of", "2026-12-18")
    with open_ledger(person.folder / "state" / "sheetops" / "ledger.db") as ledger:
        began = ledger.runs()[0].began
        lost = ledger.start_run(DESK, ["remind"], began)
        ledger.claim_mail(lost, "remind", DESK, "zoe@example.com", began.date(), "<1@x>")
    said = person.run("status", code=1)
    assert f"to do: run {lost}" in said and "z***@example.com" in said and "zoe" not in said
    document = person.document("status", code=1)
    assert (
        document["unfinished"] == [lost]
        and len(document["unknown_mails"]) == 1
        and len(document["to_do"]) == 2
    )
    person.run("fill", DESK, "--as-of", "2026-11-18")
    document = person.document("status", code=1)
    assert document["unfinished"] == [] and len(document["to_do"]) == 1


def test_status_knows_of_a_sheet_that_was_not_taken_at_its_word(person: Person) -> None:
    book = openpyxl.load_workbook(person.folder / DESK)
    for n in range(5, 15):
        book.worksheets[0].append(row(description=f"thing {n} broke"))
    book.save(person.folder / DESK)
    person.run("fill", DESK, "--as-of", "2026-11-18")
    book.worksheets[0].delete_rows(3, 12)
    book.save(person.folder / DESK)
    assert "it had 14 requests" in person.run("fill", DESK, "--as-of", "2026-11-18", code=2)
    assert "stopped with an error" in person.run("status", "--as-of", "2026-11-18", code=1)
    person.run("fill", DESK, "--as-of", "2026-11-18", "--force")
    assert "to do" not in person.run("status", "--as-of", "2026-11-18")


def test_status_says_which_sheets_are_late(person: Person) -> None:
    (person.folder / "sheetops.yaml").write_text(f"sheets:\n  - name: desk\n    path: {DESK}\n")
    assert "never run; try `sheetops run desk`" in person.run("status", code=1)
    person.run("fill", "--as-of", "2026-11-20")  # a Friday
    assert "to do" not in person.run("status", "--as-of", "2026-11-23")
    assert "last looked at on 2026-11-20" in person.run("status", "--as-of", "2026-11-24", code=1)


def test_history_tells_a_life(person: Person) -> None:
    person.run("fill", DESK, "--as-of", "2026-11-18")
    person.change("K2", "sent a new one")
    person.run("fill", DESK, "--as-of", "2026-11-19")
    said = person.run("history", "20261101")
    assert "first response  2026-11-19 12:00" in said
    assert "result filled" in said and "sent a new one" not in said
    document = person.document("history", "20261101", DESK)
    assert document["first_response"] == "2026-11-19T12:00:00" and document["unknowable"] == ["first_seen"]
    assert [e["column"] for e in document["edits"]] == ["id", "due"]
    assert "no run has seen a request 999; check the ID" in person.run("history", "999", code=2)
    assert "of other.xlsx" in person.run("history", "20261101", "other.xlsx", code=2)


def test_history_finds_a_request_by_an_id_that_was_undone(person: Person) -> None:
    run = person.document("fill", DESK)["run"]
    (identifier, _), *_ = person.cells().values()
    person.run("undo", run)
    said = person.run("history", str(identifier))
    assert f"no request has the ID {identifier} now; this one had it, it has no ID now:" in said
    assert "first seen" in said and f"id filled with {identifier} by a job" in said
    document = person.document("history", str(identifier))
    assert (document["id"], document["earlier_id"]) == (None, str(identifier))


def test_a_deleted_ledger_is_told(person: Person) -> None:
    person.run("fill", DESK)
    for path in (person.folder / "state" / "sheetops").glob("ledger.db*"):
        if path.suffix != ".key":
            path.unlink()
    assert "history before today" in person.run("status", code=1)
    assert person.run("fill", DESK) and "to do" not in person.run("status")


def test_forget_deletes_a_request_from_the_ledger_and_nothing_from_the_sheet(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.run("fill", DESK)
    (identifier, _), *_ = person.cells().values()
    before = (person.folder / DESK).read_bytes()
    person.run("history", str(identifier))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert "add --yes" in person.run("forget", str(identifier), code=2), "nobody is there to be asked"
    person.run("history", str(identifier))
    assert "forgotten: 1 request with" in person.run("forget", str(identifier), "--yes")
    assert "no run has seen" in person.run("history", str(identifier), code=2)
    assert "no run has seen" in person.run("forget", str(identifier), "--yes", code=2)
    assert (person.folder / DESK).read_bytes() == before


def test_what_left_the_sheet_long_ago_is_kept_as_long_as_the_settings_say(person: Person) -> None:
    (person.folder / "sheetops.yaml").write_text("sheets: [{path: desk.xlsx}]\nkeep_days: 60\n")
    person.run("fill", "--as-of", "2026-01-05")
    (identifier, _), *_ = person.cells().values()
    book = openpyxl.load_workbook(person.folder / DESK)
    book.worksheets[0].delete_rows(2)
    book.save(person.folder / DESK)
    person.run("fill", "--as-of", "2026-01-06")
    assert "no longer in the sheet" not in person.run("history", str(identifier), code=2)


def test_a_renamed_workbook_takes_its_history_along_and_nobody_is_mailed_again(person: Person) -> None:
    (person.folder / "sheetops.yaml").write_text("team: {team_lead: lead@example.com}\n")
    day = ("--as-of", "2026-11-18")

    def outcomes(document: Any) -> list[str]:
        return [notice["outcome"] for notice in document["notices"]]

    assert outcomes(person.document("run", DESK, *day)) == ["sent"]
    (person.folder / DESK).rename(person.folder / "team.xlsx")
    rehearsed = person.document("run", "team.xlsx", *day, "--dry-run")
    moved = person.document("run", "team.xlsx", *day)
    for document in (rehearsed, moved):
        assert document["edits"] == [] and outcomes(document) == []
        assert ["renamed or moved" in remark for remark in document["remarks"]] == [True]
    assert person.document("run", "team.xlsx", *day)["remarks"] == []


def test_undo_of_a_run_that_wrote_a_tab_alone_says_so(person: Person) -> None:
    person.run("fill", DESK, "--as-of", "2026-11-18")
    person.change("H3", "nobody of us")
    checked = person.document("validate", DESK, "--as-of", "2026-11-18")
    assert checked["tabs"] == ["Checks"] and not checked["edits"]
    said = person.run("undo", checked["run"], "--as-of", "2026-11-18")
    assert "put back: nothing" in said and "stays: the tab Checks of the run" in said
    assert person.document("undo", checked["run"], "--as-of", "2026-11-18")["kept_tabs"] == ["Checks"]
    book = openpyxl.load_workbook(person.folder / DESK)
    del book["Checks"]
    book.save(person.folder / DESK)
    assert "Checks" not in person.run("undo", checked["run"], "--as-of", "2026-11-18")


def test_a_long_dry_run_is_cut_short_and_whole_when_asked(person: Person) -> None:
    book = openpyxl.load_workbook(person.folder / DESK)
    for number in range(5, 95):
        book.worksheets[0].append(
            row(customer=f"W*-{number}", description=f"thing {number} broke", priority="4")
        )
    book.save(person.folder / DESK)
    words = ("fill", DESK, "--as-of", "2026-11-18", "--dry-run")
    short, whole = person.run(*words).splitlines(), person.run(*words, "-v").splitlines()
    cells = sum("Requests!" in line for line in whole)
    assert sum("Requests!" in line for line in short) == 40 and cells > 90
    assert f"    … and {cells - 40} more; -v prints them all" in short
    assert not any("more; -v" in line for line in whole)


def test_the_ledgers_file_alone_holds_all_of_it_when_a_command_has_ended(person: Person) -> None:
    """Whoever backs up or moves `ledger.db` must not need to know of SQLite's log of writes beside it."""
    run = person.document("fill", DESK, "--as-of", "2026-11-18")["run"]
    kept = person.folder / "state" / "sheetops"
    assert sorted(file.name for file in kept.glob("ledger.db*")) == ["ledger.db", "ledger.db.key"]
    with sqlite3.connect(f"file:{kept / 'ledger.db'}?mode=ro&immutable=1", uri=True) as link:
        assert link.execute("SELECT id, outcome FROM runs").fetchall() == [(run, "done")]


def test_history_of_a_request_that_is_open_again_says_so(person: Person) -> None:
    def seen(day: str, resolved: date | None) -> str:
        person.change("J2", resolved)
        person.run("fill", DESK, "--as-of", day)
        told = person.run("history", "20261101")
        return (
            next(line for line in told.splitlines() if "seen resolved" in line).split("resolved")[1].strip()
        )

    assert seen("2026-11-18", None) == "not yet"
    assert seen("2026-11-19", date(2026, 11, 19)) == "2026-11-19 12:00"
    assert seen("2026-11-20", None) == "not since it was opened again"
    assert seen("2026-11-21", date(2026, 11, 21)) == "2026-11-21 12:00"
