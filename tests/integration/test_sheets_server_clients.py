"""The two clients people use, gspread and google-api-python-client, work on the local server unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gspread
import pytest
from googleapiclient.errors import HttpError
from gspread.utils import ExportFormat, ValueInputOption, ValueRenderOption

from tests.sheets_server import SheetsServer
from tests.sheets_server.clients import google_service, gspread_client


@pytest.fixture
def server() -> Iterator[SheetsServer]:
    with SheetsServer() as made:
        yield made


@pytest.fixture
def book(server: SheetsServer) -> Any:
    return gspread_client(server.url).create("Tickets")


def test_gspread_reads_what_it_wrote(book: Any) -> None:
    tab = book.sheet1
    tab.update([["ID", "Due"], ["007", "2026-09-05"]], "A1", value_input_option=ValueInputOption.user_entered)
    assert tab.get_all_records() == [{"ID": 7, "Due": "2026-09-05"}]
    assert tab.get("A2:B2", value_render_option=ValueRenderOption.unformatted) == [[7, 46270]]
    tab.update([["007"]], "A2", raw=True)
    assert tab.acell("A2").value == "007"


def test_gspread_manages_tabs(book: Any) -> None:
    first = book.sheet1
    second = book.add_worksheet("two", 10, 5, index=0)
    third = book.duplicate_sheet(first.id, new_sheet_name="three")
    book.reorder_worksheets([first, second, third])
    assert [tab.title for tab in book.worksheets()] == ["Sheet1", "two", "three"]
    assert first.copy_to(book.id)["title"] == "Copy of Sheet1"
    third.hide()
    assert [tab.title for tab in book.worksheets(exclude_hidden=True)] == ["Sheet1", "two", "Copy of Sheet1"]
    book.del_worksheet(second)
    assert "two" not in [tab.title for tab in book.worksheets()]


def test_gspread_hears_that_not_all_tabs_can_hide(book: Any) -> None:
    with pytest.raises(gspread.exceptions.APIError, match="You can't hide all the sheets in a document"):
        book.sheet1.hide()


def test_gspread_notes_ranges_and_formats(book: Any) -> None:
    tab = book.sheet1
    tab.update([["a", "b"], ["c", "d"]], "A1")
    tab.insert_notes({"A1": "one", "B2": "two"})
    assert tab.get_notes() == [["one", ""], ["", "two"]]
    tab.copy_range("A1:B2", "D1:E2")
    tab.cut_range("D1:E2", "D5")
    assert tab.get("D5:E6") == [["a", "b"], ["c", "d"]]
    assert tab.acell("D1").value is None
    tab.merge_cells("A1:B1")
    assert tab.get("A1:B2") == [["a"], ["c", "d"]]
    book.batch_update(
        {
            "requests": [
                {
                    "addNamedRange": {
                        "namedRange": {"name": "top", "range": {"sheetId": tab.id, "endRowIndex": 1}}
                    }
                }
            ]
        }
    )
    assert book.values_get("top")["range"] == "Sheet1!A1:Z1"


def test_gspread_finds_inserts_and_deletes(book: Any) -> None:
    tab = book.sheet1
    tab.append_rows([["x"], ["y"], ["z"]])
    tab.insert_rows([["new"]], 2)
    tab.delete_rows(1)
    assert tab.col_values(1) == ["new", "y", "z"]
    assert tab.find("y").row == 2
    tab.sort((1, "des"), range="A1:A3")
    assert tab.col_values(1) == ["z", "y", "new"]
    tab.resize(rows=2)
    assert tab.get_all_values() == [["z"], ["y"]]


def test_gspread_on_drive(server: SheetsServer, book: Any) -> None:
    client = gspread_client(server.url)
    book.sheet1.update([["a", "b,c"]], "A1")
    assert book.export(ExportFormat.CSV) == b'a,"b,c"'
    assert book.export(ExportFormat.EXCEL)[:2] == b"PK"
    copied = client.copy(book.id, title="Second")
    assert copied.sheet1.get_all_values() == [["a", "b,c"]]
    client.import_csv(copied.id, "1,2026-01-02\n=1+1,x")
    assert copied.sheet1.get_all_values() == [["1", "2026-01-02"], ["2", "x"]]
    book.share("bob@example.com", "user", "writer")
    assert {p["emailAddress"]: p["role"] for p in book.list_permissions()}["bob@example.com"] == "writer"
    assert client.open("Second").id == copied.id
    client.del_spreadsheet(copied.id)
    with pytest.raises(gspread.exceptions.SpreadsheetNotFound):
        client.open("Second")
    with pytest.raises(gspread.exceptions.SpreadsheetNotFound):
        client.open_by_key(copied.id)


def test_googleapiclient_runs_all_value_calls(server: SheetsServer) -> None:
    sheets = google_service(server.url).spreadsheets()
    made = sheets.create(body={"properties": {"title": "T"}}).execute()["spreadsheetId"]
    values = sheets.values()
    values.update(
        spreadsheetId=made, range="A1", valueInputOption="RAW", body={"values": [["a", 1, True]]}
    ).execute()
    assert values.get(spreadsheetId=made, range="A1:C1", valueRenderOption="UNFORMATTED_VALUE").execute()[
        "values"
    ] == [["a", 1, True]]
    got = values.batchGet(spreadsheetId=made, ranges=["A1", "B1:C1"]).execute()["valueRanges"]
    assert [each["range"] for each in got] == ["Sheet1!A1", "Sheet1!B1:C1"]
    values.batchClear(spreadsheetId=made, body={"ranges": ["B1:C1"]}).execute()
    assert values.get(spreadsheetId=made, range="A1:C1").execute()["values"] == [["a"]]
    values.append(spreadsheetId=made, range="A1", valueInputOption="RAW", body={"values": [["b"]]}).execute()
    assert values.get(spreadsheetId=made, range="A:A").execute()["values"] == [["a"], ["b"]]
    with pytest.raises(HttpError, match="Unable to parse range: NOPE!A1"):
        values.get(spreadsheetId=made, range="NOPE!A1").execute()


def test_googleapiclient_sends_long_reads_as_post(server: SheetsServer) -> None:
    """Over 2,048 characters the client overrides the method; the answer is the same."""
    sheets = google_service(server.url).spreadsheets()
    made = sheets.create(body={}).execute()["spreadsheetId"]
    ranges = [f"Sheet1!A{row}:B{row}" for row in range(1, 201)]
    assert len(sheets.values().batchGet(spreadsheetId=made, ranges=ranges).execute()["valueRanges"]) == 200


def test_googleapiclient_lists_and_exports_files(server: SheetsServer) -> None:
    drive = google_service(server.url, "drive", "v3")
    body = {"name": "It's", "mimeType": "application/vnd.google-apps.spreadsheet"}
    made = drive.files().create(body=body).execute()
    assert made["kind"] == "drive#file"
    found = drive.files().list(q=r"name = 'It\'s' and trashed = false", fields="files(id)").execute()
    assert found == {"files": [{"id": made["id"]}]}
    assert drive.files().list(q="name contains 'nothing'").execute()["files"] == []
    with pytest.raises(HttpError, match="File not found: nope"):
        drive.files().get(fileId="nope").execute()
    with pytest.raises(HttpError, match="Invalid Value"):
        drive.files().list(q="name ~ 'x'").execute()
