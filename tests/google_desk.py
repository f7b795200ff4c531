"""A spreadsheet on the local Sheets server, without sockets, and the hand of a person who works in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import gspread

from sheetops.books.google.access import Access
from sheetops.books.google.book import GoogleBook
from sheetops.domain.table import Raw, cell_name
from tests.sheets_server.app import App
from tests.sheets_server.clients import direct_session
from tests.sheets_server.person import Person
from tests.sheets_server.world import DEFAULT_EMAIL, SHEET_MIME, World

Rows = list[list[Raw]]


def new_spreadsheet(app: App, tab: str, rows: Sequence[Sequence[Raw]], owner: str = DEFAULT_EMAIL) -> Person:
    """A spreadsheet whose first tab holds `rows`, and its owner."""
    made = app.world.add_file("Desk", SHEET_MIME, owner)
    person = Person(app.world, made.id)
    person.rename_tab("Sheet1", tab)
    if len(rows) >= 1000:
        person.batch([{"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": len(rows)}}])
    person.type(f"'{tab}'!A1", [[typed(value) for value in row] for row in rows])
    return person


def typed(value: Raw) -> Any:
    """What a person types for a value to stand in a cell."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return f"'{value}" if value else ""
    return "" if value is None else value


def google_book(app: App, spreadsheet_id: str) -> GoogleBook:
    """The book of a spreadsheet in `app`, which never waits."""
    client = gspread.Client(auth=None, session=direct_session(app))  # type: ignore[arg-type]
    book = GoogleBook(spreadsheet_id, Access(pace=0), client)
    book.service._sleep = lambda _: None
    return book


def google_desk(
    tab: str, rows: Sequence[Sequence[Raw]], world: World | None = None
) -> tuple[GoogleBook, Callable[[Callable[[Rows], None], str], None], Callable[[str, int, int, Raw], None]]:
    """A book with `rows`, a person who changes a tab by typing over it, and one who types into one cell."""
    app = App(world or World())
    person = new_spreadsheet(app, tab, rows)
    book = google_book(app, person.id)

    def change_rows(change: Callable[[Rows], None], tab: str = tab) -> None:
        grid = book.read().grid(tab)
        assert grid is not None
        now: Rows = [list(row) for row in grid.rows]
        change(now)
        person.clear(f"'{tab}'!A1:Z1000")
        person.type(f"'{tab}'!A1", [[typed(value) for value in row] for row in now])

    def type_into(other: str, row: int, column: int, value: Raw) -> None:
        person.type(f"'{other}'!{cell_name(row, column)}", [[typed(value)]])

    return book, change_rows, type_into


def lock_cell(world: World, spreadsheet_id: str, row: int, column: int, tab_id: int = 0) -> None:
    """A cell that only the spreadsheet's owner may edit, who from now on is not the account of the jobs."""
    boss, file = "boss@example.com", world.files[spreadsheet_id]
    file.owner = boss
    people = {boss: "owner", DEFAULT_EMAIL: "writer"}
    file.permissions = [{"type": "user", "emailAddress": who, "role": role} for who, role in people.items()]
    block = {"startRowIndex": row - 1, "endRowIndex": row}
    block |= {"sheetId": tab_id, "startColumnIndex": column - 1, "endColumnIndex": column}
    rule = {"range": block, "editors": {"users": [boss]}}
    Person(world, spreadsheet_id).batch([{"addProtectedRange": {"protectedRange": rule}}])
