"""What could not be written is told to nobody: no mail and no tab names an ID or a due date that stands in no cell."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.protection import SheetProtection

from sheetops.books.xlsx.book import XlsxSession
from tests.e2e.helpers import Shell
from tests.terminal import Terminal

HEADER = ["Request ID", "Source", "Customer", "Description", "Type", "Urgency", "Priority", "Owner", "Due"]
PEOPLE = [["Department", "Name", "E-mail"], ["Tech", "Own*", "own@house.internal"]]
SETTINGS = "sheets: [{name: team, path: team.xlsx}]\nstate: st\nmail: {outbox: ob}\n"
AS_OF = ("--as-of", "2026-11-17")


def request(words: str) -> list[object]:
    return [None, "Phone", "K*-Shop", words, "Consult", "High", 3, "Tech-Own*", None]


def shell_with(folder: Path, locked: bool) -> Shell:
    """A desk with one request in each of two logs; the second may be behind a password."""
    book: Any = openpyxl.Workbook()
    for name, rows in {
        "Requests": [HEADER, request("The till in hall 3 is slow")],
        "Old log": [HEADER, request("The scanner at door 7 is dead")],
        "People": PEOPLE,
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    if locked:
        book["Old log"].protection = SheetProtection(sheet=True, password="x")
    book.save(folder / "team.xlsx")
    (folder / "sheetops.yaml").write_text(SETTINGS)
    return Shell(folder)


def mail(folder: Path) -> str:
    """The one mail in the outbox."""
    (path,) = (folder / "ob").glob("*.eml")
    found = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = found.get_body(("plain",))
    assert body is not None
    return f"{found['subject']}\n{body.get_content()}"


def test_a_mail_tells_only_what_was_written(tmp_path: Path) -> None:
    shell = shell_with(tmp_path, locked=True)
    document = shell.document("run", "team", *AS_OF, code=3)
    assert {(c["tab"], c["column"]) for c in document["conflicts"]} == {("Old log", "id"), ("Old log", "due")}
    (given,) = [c["new"] for c in document["conflicts"] if c["column"] == "id"]
    book: Any = openpyxl.load_workbook(tmp_path / "team.xlsx")
    assert book["Old log"]["A2"].value is None and book["Requests"]["A2"].value
    told = mail(tmp_path)
    assert f"- {book['Requests']['A2'].value}  The till" in told and "1 due soon" in told
    assert given not in told and "scanner" not in told, told


def test_what_can_be_written_is_told(tmp_path: Path) -> None:
    shell_with(tmp_path, locked=False).document("run", "team", *AS_OF)
    told = mail(tmp_path)
    assert "2 due soon" in told and "till" in told and "scanner" in told, told


@pytest.mark.parametrize("dry", [["--dry-run"], []])
def test_a_finding_bears_no_id_that_stands_nowhere(tmp_path: Path, dry: list[str]) -> None:
    shell = shell_with(tmp_path, locked=True)
    path = tmp_path / "team.xlsx"
    change(path, {("Requests", "G2"): 9, ("Old log", "G2"): 9})  # no priority
    document = shell.document("run", "team", *AS_OF, *dry, code=3)
    found = {f["tab"]: f["id"] for f in document["findings"] if f["cell"] == "G2"}
    assert found["Requests"] and found["Old log"] is None, document["findings"]


def change(path: Path, cells: Mapping[tuple[str, str], object]) -> None:
    """A person types into these cells."""
    book: Any = openpyxl.load_workbook(path)
    for (tab, cell), value in cells.items():
        book[tab][cell] = value
    book.save(path)


def listed(path: Path, tab: str, *columns: int) -> list[tuple[object, ...]]:
    """These columns of a tab, line by line."""
    book: Any = openpyxl.load_workbook(path)
    return [tuple(line[at] for at in columns) for line in book[tab].iter_rows(values_only=True)]


def test_no_tab_names_an_id_that_stands_nowhere_and_nothing_is_written_again(tmp_path: Path) -> None:
    shell, path = shell_with(tmp_path, locked=True), tmp_path / "team.xlsx"
    change(path, {("Requests", "G2"): 9, ("Old log", "G2"): 9})
    shell.document("run", "team", *AS_OF, code=3)
    checks = listed(path, "Checks", 1, 2, 3)
    (given,) = (value for (value,) in listed(path, "Requests", 0)[1:])
    assert ("Requests!G2", given, "Priority") in checks and ("Old log!G2", None, "Priority") in checks
    assert {identifier for cell, identifier, _ in checks if str(cell).startswith("Old log!")} == {None}
    # The missing ID and due date are findings as long as they are missing, in the tab as in the document.
    document = shell.document("run", "team", *AS_OF, code=3)
    told = {f"{f['tab']}!{f['cell']}" for f in document["findings"]}
    assert {cell for cell, _, _ in checks if "!" in str(cell)} == told
    assert document["tabs"] == [] and not any(e["outcome"] == "written" for e in document["edits"])
    before = path.read_bytes()
    shell.document("run", "team", *AS_OF, code=3)
    assert path.read_bytes() == before


@pytest.mark.parametrize("how", ["hidden", "merged"])
def test_rows_that_are_hidden_or_merged_are_told_as_they_were_left(tmp_path: Path, how: str) -> None:
    """A hidden row is written as any other; a cell under merged ones is not, and no tab says it was."""
    shell, path = shell_with(tmp_path, locked=False), tmp_path / "team.xlsx"
    change(path, {("Requests", "G2"): 9, ("Old log", "G2"): 9})
    book: Any = openpyxl.load_workbook(path)
    if how == "hidden":
        book["Old log"].row_dimensions[2].hidden = True
    else:
        book["Old log"].merge_cells("A1:A2")
    book.save(path)
    document = shell.document("run", "team", *AS_OF, code=1 if how == "hidden" else 3)
    assert [c["cell"] for c in document["conflicts"]] == ([] if how == "hidden" else ["A2"])
    (stands,) = listed(path, "Old log", 0)[1]
    assert (stands is None) is (how == "merged")
    assert ("Old log!G2", stands, "Priority") in listed(path, "Checks", 1, 2, 3)


def test_nobody_is_called_back_about_an_id_that_stands_nowhere(tmp_path: Path) -> None:
    """A row of Follow-ups names its request by ID; one that was never written is given to another one day."""
    shell, path = shell_with(tmp_path, locked=True), tmp_path / "team.xlsx"
    header = {(tab, "J1"): "Resolved" for tab in ("Requests", "Old log")}
    resolved = {(tab, "J2"): datetime(2026, 11, 2) for tab in ("Requests", "Old log")}
    feedback = {(tab, "K1"): "Feedback" for tab in ("Requests", "Old log")}
    change(path, header | resolved | feedback)
    dry = shell.document("run", "team", *AS_OF, "--dry-run", code=3)
    wet = shell.document("run", "team", *AS_OF, code=3)
    for document in (dry, wet):
        about = [e["new"] for e in document["edits"] if e["column"] == "request"]
        assert len(about) == 1, document["edits"]
    assert [i for (i,) in listed(path, "Follow-ups", 2) if str(i).startswith("2026")] == about
    assert about == [listed(path, "Requests", 0)[1][0]]


def test_where_somebody_saves_between_look_and_write_theirs_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever types an ID of their own meanwhile keeps it; the one that the run had in mind is nobody's."""
    shell_with(tmp_path, locked=False)
    monkeypatch.chdir(tmp_path)
    path, apply = tmp_path / "team.xlsx", XlsxSession.apply
    change(path, {("Requests", "G2"): 9, ("Old log", "G2"): 9})

    def overtaken(*arguments: Any) -> Any:
        change(path, {("Old log", "A2"): "20261190"})
        return apply(*arguments)

    monkeypatch.setattr(XlsxSession, "apply", overtaken)
    terminal = Terminal(tmp_path, capsys)
    said = terminal.run("run", "team", *AS_OF, code=3)
    assert "left alone: Old log!A2 id" in said
    first = listed(path, "Requests", 0)[1][0]
    assert first and listed(path, "Old log", 0)[1] == ("20261190",)
    rows = {cell: identifier for cell, identifier in listed(path, "Checks", 1, 2) if "!G2" in str(cell)}
    assert rows == {"Requests!G2": first, "Old log!G2": None}  # whose row it is now, the next run sees
    monkeypatch.setattr(XlsxSession, "apply", apply)
    terminal.run("run", "team", *AS_OF, code=1)
    rows = {cell: identifier for cell, identifier in listed(path, "Checks", 1, 2) if "!G2" in str(cell)}
    assert rows == {"Requests!G2": first, "Old log!G2": "20261190"}
