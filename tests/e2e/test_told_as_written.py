"""What could not be written is told to nobody: no mail names an ID or a due date that stands in no cell."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.protection import SheetProtection

from tests.e2e.helpers import Shell

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
    book: Any = openpyxl.load_workbook(path)
    for tab in ("Requests", "Old log"):
        book[tab]["G2"] = 9  # no priority
    book.save(path)
    document = shell.document("run", "team", *AS_OF, *dry, code=3)
    found = {f["tab"]: f["id"] for f in document["findings"] if f["cell"] == "G2"}
    assert found["Requests"] and found["Old log"] is None, document["findings"]
