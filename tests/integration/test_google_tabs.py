"""Whole tabs on Google: a team's new workbook with its help for typing, a day's jobs, and links that open a row."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sheetops.domain.table import take_snapshot
from sheetops.domain.tabs import Cell, Choice, Highlight, Link, Range, Tab
from sheetops.errors import TabRefused
from tests.e2e.helpers import Shell
from tests.google_desk import google_book, new_spreadsheet
from tests.sheets import header, row
from tests.sheets_server import SheetsServer
from tests.sheets_server.app import App
from tests.sheets_server.world import DEFAULT_EMAIL, SHEET_MIME, World


def put(app: App, spreadsheet: str, *tabs: Tab) -> Any:
    book = google_book(app, spreadsheet)
    with book.session() as session:
        session.apply([], tabs, take_snapshot)
    return book


@pytest.fixture
def app() -> App:
    return App(World())


@pytest.fixture
def blank(app: App) -> str:
    return app.world.add_file("New", SHEET_MIME, DEFAULT_EMAIL).id


def test_init_makes_a_blank_spreadsheet_a_teams_workbook(tmp_path: Path) -> None:
    with SheetsServer() as server:
        shell = Shell(tmp_path)
        settings = f"google: {{api: '{server.url}', pace: 0}}\n"
        (tmp_path / "sheetops.yaml").write_text(settings, encoding="utf-8")
        made = server.world.add_file("New", SHEET_MIME, DEFAULT_EMAIL)
        address = f"https://docs.google.com/spreadsheets/d/{made.id}/edit"
        done = shell.run("init", address)
        assert done.returncode == 0, done.stderr
        sheets = {sheet.title: sheet for sheet in made.book.sheets} if made.book else {}
        assert list(sheets) == ["Requests", "People", "Lists", "Guide"]
        log = sheets["Requests"]
        assert log.protected and all(rule["warningOnly"] for rule in log.protected)
        assert log.conditional and log.basic_filter
        assert (log.cell(5, 5).extra or {})["dataValidation"]["condition"]["type"] == "ONE_OF_RANGE"
        assert "already" in shell.refusal("init", address)
        assert shell.run("fill", made.id, "--dry-run").returncode == 0
        assert server.world.crashes == []


def test_links_notes_dates_and_texts_are_what_the_tab_says(app: App, blank: str) -> None:
    cells = (
        (Cell("see", link=Link("Sheet1", "B4")), Cell("web", link=Link(url="https://example.com/"))),
        (Cell(date(2026, 11, 20)), Cell("=1+1", formula=True)),
        (Cell("=1+1", note="not a formula"), Cell(True)),
        (Cell("wide", "title", span=2), Cell()),
    )
    book = put(app, blank, Tab("Checks", cells))
    sheet = book.read().grid("Checks")
    assert [list(r) for r in sheet.rows] == [
        ["see", "web"],
        [date(2026, 11, 20), 2],
        ["=1+1", True],
        ["wide", None],
    ]
    assert sheet.formulas == {(2, 2): "=1+1"} and sheet.merged == ((4, 1, 4, 2),)
    tab = app.world.files[blank].book.sheets[1]  # type: ignore[union-attr]
    links = [((tab.cell(0, c).format or {})["textFormat"]["link"]["uri"]) for c in (0, 1)]
    assert links == ["#gid=0&range=B4", "https://example.com/"]
    assert (tab.cell(2, 0).extra or {})["note"] == "not a formula"


def test_a_put_tab_that_google_answers_with_5xx_stands_once(app: App, blank: str) -> None:
    from tests.sheets_server.switches import Fault

    app.world.switches.faults.append(Fault("status_after", match="batchUpdate$", skip=1))
    book = put(
        app,
        blank,
        Tab("Checks", ((Cell("a"),),), highlights=(Highlight(Range(1, 1, 9, 1), "=$A1>3", "error"),)),
    )
    assert [grid.name for grid in book.read().grids] == ["Sheet1", "Checks"]
    assert len(app.world.files[blank].book.sheets[1].conditional) == 1  # type: ignore[union-attr]


def test_a_shorter_tab_leaves_nothing_of_the_longer_one(app: App, blank: str) -> None:
    long = Tab(
        "Checks",
        tuple((Cell(n, "error", note="n"),) for n in range(30)),
        choices=(Choice(Range(1, 1, 9, 1), values=("a",)),),
    )
    put(app, blank, long)
    put(app, blank, Tab("Checks", ((Cell("none"),),)))
    sheet = app.world.files[blank].book.sheets[1]  # type: ignore[union-attr]
    assert all(sheet.cell(r, 0).blank for r in range(1, sheet.row_count))


def test_a_text_too_long_for_a_cell_is_refused_before_anything_is_sent(app: App, blank: str) -> None:
    long, short = Tab("Checks", ((Cell("x" * 50_001),),)), Tab("Policy", ((Cell("x"),),))
    with google_book(app, blank).session() as session:
        applied = session.apply([], [long, short], take_snapshot)
    assert (applied.tabs, applied.held) == (("Policy",), ("Checks",)) and "50000" in applied.reasons["Checks"]
    assert [sheet.title for sheet in app.world.files[blank].book.sheets] == ["Sheet1", "Policy"]  # type: ignore[union-attr]
    with pytest.raises(TabRefused, match="50000"):
        google_book(app, app.world.add_file("New", SHEET_MIME, DEFAULT_EMAIL).id).fill_new([long])


def test_a_row_link_opens_the_row(app: App) -> None:
    person = new_spreadsheet(app, "Requests", [header(), row(id="1")])
    book = google_book(app, person.id)
    book.read()
    assert (
        book.row_link("Requests", 2)
        == f"https://docs.google.com/spreadsheets/d/{person.id}/edit#gid=0&range=2:2"
    )
    assert book.row_link("Gone", 2) == book.location
