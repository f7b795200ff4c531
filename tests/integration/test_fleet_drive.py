"""A fleet's Drive folders, and the turns that its calls to Google take, on the local server."""

from __future__ import annotations

import gspread
import pytest

from sheetops.books.google import drive
from sheetops.books.google.access import Access
from sheetops.books.google.book import GoogleBook
from sheetops.books.google.drive import Folder
from sheetops.errors import SettingsError, SheetNotFound
from tests.google_desk import new_spreadsheet
from tests.sheets_server.app import App
from tests.sheets_server.clients import direct_session
from tests.sheets_server.world import DEFAULT_EMAIL, SHEET_MIME, World

_FOLDER = "application/vnd.google-apps.folder"


@pytest.fixture
def app() -> App:
    return App(World())


def _client(app: App) -> gspread.Client:
    return gspread.Client(auth=None, session=direct_session(app))  # type: ignore[arg-type]


def _in_folder(app: App, folder: str, *names: str, mime: str = SHEET_MIME) -> list[str]:
    made = [app.world.add_file(name, mime, DEFAULT_EMAIL) for name in names]
    for file in made:
        file.parents = [folder]
    return [file.id for file in made]


def test_a_folder_gives_its_spreadsheets_over_many_pages(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "_PAGE", 2)
    folder = app.world.add_file("Desks", _FOLDER, DEFAULT_EMAIL).id
    mine = _in_folder(app, folder, *(f"Desk {n}" for n in range(5)))
    _in_folder(app, folder, "Notes", mime="application/vnd.google-apps.document")
    (binned,) = _in_folder(app, folder, "Desk 9")
    app.world.files[binned].trashed = True
    app.world.add_file("Elsewhere", SHEET_MIME, DEFAULT_EMAIL)
    for address in (folder, f"https://drive.google.com/drive/u/0/folders/{folder}?usp=sharing"):
        assert Folder(address, Access(pace=0), _client(app)).spreadsheets() == mine


def test_an_empty_folder_is_no_trouble_and_one_that_is_not_shared_is_told(app: App) -> None:
    empty = app.world.add_file("Empty", _FOLDER, DEFAULT_EMAIL).id
    assert Folder(empty, Access(pace=0), _client(app)).spreadsheets() == []
    hidden = app.world.add_file("Hidden", _FOLDER, "stranger@example.com").id
    with pytest.raises(SheetNotFound, match="knows no such folder, or it is not shared"):
        Folder(hidden, Access(pace=0), _client(app)).spreadsheets()
    with pytest.raises(SettingsError, match="no address of a Google Drive folder"):
        Folder("https://example.com/desks", Access(pace=0))


def test_every_call_takes_its_turn_as_a_read_or_a_write(app: App) -> None:
    person = new_spreadsheet(app, "Requests", [["ID"]])
    turns: list[str] = []
    book = GoogleBook(person.id, Access(pace=0, turn=turns.append), _client(app))
    book.read()
    assert turns and set(turns) == {"read"}
    read = len(turns)
    with book.session():
        pass
    assert turns[read] == "write" and turns[-1] == "write"  # the job lock, taken and given back
    assert len(turns) == len(book.service.calls)
