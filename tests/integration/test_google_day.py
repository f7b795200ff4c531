"""A team's day on a Google spreadsheet at the command line: mails open the right row, the sheet goes by its title."""

from __future__ import annotations

import email.policy
import json
import re
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from email.parser import BytesParser
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.google_desk import lock_cell, typed
from tests.sheets import header, row
from tests.sheets_server import SheetsServer
from tests.sheets_server.person import Person
from tests.sheets_server.switches import Edit as Interruption
from tests.sheets_server.world import DEFAULT_EMAIL, SHEET_MIME
from tests.terminal import Terminal

TODAY = "2026-11-18"  # a Wednesday
PEOPLE = [["Department", "Name", "E-mail"], ["Support", "K*", "k@example.com"]]
SETTINGS = """\
sheets:
  - {{name: desk, path: {place}}}
mail: {{outbox: outbox, sender: desk@example.com}}
google: {{api: {api}, pace: 0}}
"""


class Desk(Terminal):
    """A spreadsheet whose log is its second tab, below two rows of a title, and the settings for it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], server: SheetsServer) -> None:
        super().__init__(folder, capsys)
        self.server = server
        made = server.world.add_file("Kundenlog 客户", SHEET_MIME, DEFAULT_EMAIL)
        self.id = made.id
        self.person = Person(server.world, made.id)
        self.person.rename_tab("Sheet1", "People")
        self.person.type("People!A1", PEOPLE)
        added = self.person.batch([{"addSheet": {"properties": {"title": "Requests"}}}])
        self.gid = added[0]["addSheet"]["properties"]["sheetId"]
        rows = [["Our desk"], [], header(), *(overdue(n) for n in range(1, 6))]
        self.person.type("Requests!A1", [[typed(value) for value in line] for line in rows])
        self.settle(f"https://docs.google.com/spreadsheets/d/{made.id}/edit#gid=0")

    def settle(self, place: str) -> None:
        settings = SETTINGS.format(place=json.dumps(place), api=self.server.url)
        (self.folder / "sheetops.yaml").write_text(settings, encoding="utf-8")

    def document(self, *words: str, code: int = 0) -> Any:
        said = self.run(*words, "--as-of", TODAY, "--json", code=code)
        return json.JSONDecoder().raw_decode(said)[0]  # what follows is on stderr

    def mails(self) -> list[EmailMessage]:
        parser = BytesParser(EmailMessage, policy=email.policy.default)
        return [parser.parsebytes(p.read_bytes()) for p in sorted((self.folder / "outbox").glob("**/*.eml"))]

    def links(self) -> list[tuple[str, str]]:
        """Each line of the last mail: the request's ID, and the address that both forms of the mail open."""
        text, html = (self.mails()[-1].get_body((form,)) for form in ("plain", "html"))
        assert text is not None and html is not None
        found = re.findall(r"^- (\S+) .*\s+.*\]  (https://\S+)\s", text.get_content(), re.M)
        opened = re.findall(r'href="([^"]+)"', html.get_content())
        assert {link for _, link in found} <= {link.replace("&amp;", "&") for link in opened}
        return list(found)

    def row_of(self, identifier: str) -> int:
        return [str(line[0]) if line else "" for line in self.person.read("Requests")].index(identifier) + 1


def overdue(number: int) -> list[Any]:
    told = {
        "id": f"R-{number}",
        "customer": "W*",
        "description": f"Case {number} is slow",
        "type": "Complaint",
    }
    return row(**told, urgency="Low", priority=2, owner="Support-K*", due=date(2026, 11, number + 1))


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    with SheetsServer() as server:
        yield Desk(tmp_path, capsys, server)
        assert server.world.crashes == []


def assert_links_open_their_rows(desk: Desk) -> None:
    links = desk.links()
    assert len(links) == 10  # each request is overdue, and has no source
    for column, group in ("I", links[:5]), ("B", links[5:]):
        assert {identifier for identifier, _ in group} == {f"R-{n}" for n in range(1, 6)}
        for identifier, link in group:
            place = f"https://docs.google.com/spreadsheets/d/{desk.id}/edit#gid={desk.gid}"
            assert link == f"{place}&range={column}{desk.row_of(identifier)}", identifier


def test_a_mail_opens_the_row_that_it_speaks_of(desk: Desk) -> None:
    desk.document("remind", "desk")
    assert_links_open_their_rows(desk)
    assert desk.links()[0][1].endswith(f"/edit#gid={desk.gid}&range=I4")


def test_after_inserts_it_still_does(desk: Desk) -> None:
    desk.person.insert_rows("Requests", 2, 3)
    desk.person.sort("Requests!A7:M11", 1, descending=True)
    desk.document("remind", "desk")
    assert desk.row_of("R-5") == 7
    assert_links_open_their_rows(desk)


def test_the_sheet_goes_by_its_title_and_never_by_its_key(desk: Desk) -> None:
    assert desk.document("remind", "desk")["title"] == "Kundenlog 客户"
    mail = desk.mails()[0]
    assert mail["subject"].endswith("Kundenlog 客户") and desk.id not in mail["subject"]
    said = desk.run("validate", "desk", "--as-of", TODAY, code=1)
    assert said.startswith(f"Kundenlog 客户 (https://docs.google.com/spreadsheets/d/{desk.id}): 5 requests")
    status = desk.run("status", "--as-of", TODAY)
    assert f"Kundenlog 客户 (https://docs.google.com/spreadsheets/d/{desk.id}): 5 requests, 5 open" in status
    assert re.search(r"done +validate .* Kundenlog 客户$", status, re.M)


def test_cells_that_were_put_back_are_named_even_when_all_is_quiet(desk: Desk) -> None:
    for number in range(4, 9):
        desk.person.type(f"Requests!I{number}", "")

    def page_sort() -> None:
        desk.person.sort("Requests!A4:M8", 1, descending=True, anchors_follow=False)

    desk.server.world.switches.edits.append(Interruption(page_sort, 1, "batchUpdateByDataFilter"))
    document = desk.document("fill", "desk", code=3)
    assert document["put_back"] == ["Requests!I4", "Requests!I5", "Requests!I7", "Requests!I8"]
    assert any("version history" in remark for remark in document["remarks"])
    filled = {edit["id"]: edit["cell"] for edit in document["edits"]}
    assert filled == {f"R-{n}": f"I{desk.row_of(f'R-{n}')}" for n in range(1, 6)}


@pytest.mark.parametrize("how", ["protected", "overtaken"])
def test_no_tab_names_an_id_that_stands_nowhere(desk: Desk, how: str) -> None:
    """One cell is not the jobs' to write, or a person types an ID of their own between the look and the write."""
    for number, words in ((9, "The till is slow"), (10, "The scanner is dead")):
        cells = row(description=words, customer="W*", type="Complaint", urgency="Low", priority=9)
        desk.person.type(f"Requests!A{number}", [[typed(value) for value in cells]])
    if how == "protected":
        lock_cell(desk.server.world, desk.id, 10, 1, desk.gid)
        dry = desk.document("run", "desk", "--dry-run", code=3)
        assert [c["cell"] for c in dry["conflicts"]] == ["A10"]
    else:
        mine = partial(desk.person.type, "Requests!A10", "R-77")
        desk.server.world.switches.edits.append(Interruption(mine, 2, "batchGetByDataFilter"))
    document = desk.document("run", "desk", code=3)
    (lost,) = [c for c in document["conflicts"] if c["column"] == "id"]
    assert (lost["cell"], lost["reason"]) == ("A10", "refused" if how == "protected" else "row-gone")
    checks = [line[1:4] for line in desk.person.read("Checks") if len(line) > 4]
    ids = {line[0]: line[1] for line in checks if line[2] == "Priority"}
    given = desk.person.read("Requests!A9")[0][0]
    assert given == "R-6"
    assert (ids["G9"], ids["G10"]) == (given, ""), checks


def test_a_tab_that_cannot_be_put_is_held_and_what_was_filled_is_remembered(desk: Desk) -> None:
    desk.person.type("Requests!A9", [[typed(value) for value in row(description="Slow", customer="W*")]])
    desk.document("validate", "desk", code=1)
    checks = next(sheet for sheet in desk.person._book().sheets if sheet.title == "Checks")
    lock_cell(desk.server.world, desk.id, 3, 2, checks.id)
    dry = desk.document("run", "desk", "--dry-run", code=3)
    document = desk.document("run", "desk", code=3)
    for told in (dry, document):
        assert told["held_tabs"] == ["Checks"] and told["tabs"] == []
        assert any("it is protected from the account" in remark for remark in told["remarks"])
    assert [(e["cell"], e["outcome"]) for e in document["edits"]] == [("A9", "written")]
    assert desk.person.read("Requests!A9") == [["R-6"]]
    assert "R-6" in desk.run("history", "R-6")
    said = desk.run("run", "desk", "--as-of", TODAY, code=3)
    assert "left alone: tab Checks (it is protected from the account of the jobs" in said
