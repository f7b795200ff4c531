"""A Google sheet named by its title: found on Drive, told apart where several have it, remembered by its key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetops.books.google.access import Access
from sheetops.books.google.titles import find_titled
from sheetops.domain.addresses import google_url
from sheetops.errors import ServiceUnreachable, SheetError, SheetNotFound, UsageError
from tests.google_desk import typed
from tests.sheets import header, row
from tests.sheets_server import SheetsServer
from tests.sheets_server.person import Person
from tests.sheets_server.switches import Fault
from tests.sheets_server.world import DEFAULT_EMAIL, SHEET_MIME
from tests.terminal import Terminal


@pytest.fixture
def server() -> Iterator[SheetsServer]:
    with SheetsServer() as made:
        yield made
        assert made.world.crashes == []


def spreadsheet(server: SheetsServer, title: str, owner: str = DEFAULT_EMAIL) -> str:
    return google_url(server.world.add_file(title, SHEET_MIME, owner).id)


def find(server: SheetsServer, title: str) -> str:
    return find_titled(title, Access(api=server.url, pace=0))


@pytest.mark.parametrize("title", ["Kundenlog 客户", "Ruth's desk", 'a\\b "c"', "2026"])
def test_the_one_of_this_title_is_found(server: SheetsServer, title: str) -> None:
    address = spreadsheet(server, title)
    spreadsheet(server, f"{title} (old)")
    server.world.add_file(title, "text/csv", DEFAULT_EMAIL)
    server.world.files[spreadsheet(server, title).rpartition("/")[2]].trashed = True
    assert find(server, title) == address


def test_none_of_this_title_is_told_in_one_line(server: SheetsServer) -> None:
    spreadsheet(server, "Desk", "stranger@example.com")  # not shared with us
    with pytest.raises(SheetNotFound, match="no Google spreadsheet of this title") as told:
        find(server, "Desk")
    assert "\n" not in told.value.line() and told.value.exit_code == 2


def test_several_are_listed_with_what_tells_them_apart(server: SheetsServer) -> None:
    first, second = spreadsheet(server, "Desk"), spreadsheet(server, "Desk")
    with pytest.raises(UsageError, match="2 Google spreadsheets have this title") as told:
        find(server, "Desk")
    line = told.value.line()
    assert first in line and second in line and DEFAULT_EMAIL in line and "\n" not in line


def test_upper_and_lower_case_choose_where_both_are_there(server: SheetsServer) -> None:
    lower, upper = spreadsheet(server, "desk"), spreadsheet(server, "Desk")
    assert (find(server, "desk"), find(server, "Desk")) == (lower, upper)


def test_drive_refuses_or_is_away(server: SheetsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.world.switches.faults.append(Fault("status", match="/drive/", code=403))
    with pytest.raises(SheetError, match="enable the Google Drive API"):
        find(server, "Desk")
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("sheetops.books.google.service.Service._keep_pace", lambda _: None)
    server.world.switches.faults.append(Fault("status", match="/drive/", times=None))
    monkeypatch.setattr("sheetops.books.google.service._READ_TRIES", 1)
    with pytest.raises(ServiceUnreachable):
        find(server, "Desk")


class Desk(Terminal):
    """A folder with settings for Google, and a spreadsheet called "Service desk"."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], server: SheetsServer) -> None:
        super().__init__(folder, capsys)
        self.address = spreadsheet(server, "Service desk")
        self.person = Person(server.world, self.address.rpartition("/")[2])
        rows = [header(), row(id="R-1", customer="W*", description="Till 3 is slow", urgency="High")]
        self.person.type("A1", [[typed(value) for value in line] for line in rows])
        self.settle(server, "")

    def settle(self, server: SheetsServer, sheets: str) -> None:
        text = f"{sheets}google: {{api: '{server.url}', pace: 0}}\nmail: {{outbox: outbox}}\n"
        (self.folder / "sheetops.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def desk(
    server: SheetsServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys, server)


@pytest.mark.parametrize("name", ["Service desk", "google:Service desk"])
def test_a_title_is_a_sheet_on_the_command_line(desk: Desk, name: str) -> None:
    filled = json.loads(desk.run("fill", name, "--json"))
    assert filled["sheet"] == desk.address and [edit["cell"] for edit in filled["edits"]] == ["I2"]
    assert "writing" in desk.run("doctor", name)
    assert desk.run("history", "R-1", name).startswith("R-1")
    desk.run("undo", filled["run"], name)
    assert desk.person.read("I2") == []


def test_a_title_is_a_sheet_of_the_settings(desk: Desk, server: SheetsServer) -> None:
    desk.settle(server, "sheets: [{name: desk, path: 'google:Service desk', due_soon_days: 3}]\n")
    assert "never run; try `sheetops run desk`" in desk.run("status", code=1)
    assert json.loads(desk.run("fill", "--json"))["sheet"] == desk.address
    assert "Service desk (https://" in desk.run("status")
    # The address reaches the same history, and the settings of the entry hold for it by its title too.
    assert desk.run("history", "R-1", desk.address) == desk.run("history", "R-1", "desk")
    assert desk.run("history", "R-1", "Service desk") == desk.run("history", "R-1", "desk")


def test_a_file_wins_and_a_misspelt_file_is_no_title(desk: Desk, server: SheetsServer) -> None:
    desk.run("init", "new.xlsx")
    Path("Service desk").write_bytes(Path("new.xlsx").read_bytes())
    assert desk.run("validate", "Service desk").startswith("Service desk: 2 requests")
    calls = len(server.world.calls)
    assert "nosuch.xlsx" in desk.run("fill", "nosuch.xlsx", code=2)
    assert len(server.world.calls) == calls


def test_adopt_writes_the_address(desk: Desk) -> None:
    desk.run("adopt", "Service desk", "--yes")
    assert f"path: {desk.address}" in Path("sheetops.yaml").read_text(encoding="utf-8")
