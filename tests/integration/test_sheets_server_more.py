"""Formats, filters, groups, pasting, sorting, text tools, tables, files and tokens of the local server."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sheets_server.clients import direct_session
from tests.sheets_server.testing import Book, Refused, book, server

__all__ = ["book", "server"]
ROOT = Path(__file__).resolve().parents[2]


def box(row0: int, row1: int, col0: int, col1: int, sheet: int = 0) -> dict[str, Any]:
    return {
        "sheetId": sheet,
        "startRowIndex": row0,
        "endRowIndex": row1,
        "startColumnIndex": col0,
        "endColumnIndex": col1,
    }


def test_paste_kinds_and_formulas(book: Book) -> None:
    book.write("A1:B2", [[1, "=A1+1"], [2, "=A2+$A$1"]], "USER_ENTERED")
    book.batch({"copyPaste": {"source": box(0, 2, 0, 2), "destination": box(3, 7, 2, 4)}})
    assert book.read("C4:D7", "FORMULA") == [[1, "=C4+1"], [2, "=C5+$A$1"], [1, "=C6+1"], [2, "=C7+$A$1"]]
    book.batch({"copyPaste": {"source": box(0, 2, 0, 2), "destination": box(9, 10, 0, 1), "pasteType": "PASTE_VALUES", "pasteOrientation": "TRANSPOSE"}})  # fmt: skip
    assert book.read("A10:B11", "FORMULA") == [[1, 2], [2, 3]]
    book.batch({"cutPaste": {"source": box(0, 1, 0, 2), "destination": {"rowIndex": 20, "columnIndex": 5}}})
    assert book.read("F21:G21", "FORMULA") == [[1, "=A1+1"]]
    assert book.read("A1:B1") == []


def test_ranges_make_room_and_close_up(book: Book) -> None:
    book.write("A1:B3", [["a", "1"], ["b", "2"], ["c", "3"]])
    book.batch({"insertRange": {"range": box(1, 2, 0, 1), "shiftDimension": "ROWS"}})
    assert book.read("A1:B4") == [["a", "1"], ["", "2"], ["b", "3"], ["c"]]
    book.batch({"deleteRange": {"range": box(0, 2, 0, 1), "shiftDimension": "ROWS"}})
    assert book.read("A1:B4") == [["b", "1"], ["c", "2"], ["", "3"]]
    book.batch({"insertRange": {"range": box(0, 1, 0, 1), "shiftDimension": "COLUMNS"}})
    assert book.read("A1:C1") == [["", "b", "1"]]


def test_sort_orders_kinds_and_leaves_blanks_last(book: Book) -> None:
    book.write("A1:A6", [["b"], [2], [""], [True], ["A"], [1]])
    for order, wanted in (("ASCENDING", [1, 2, "A", "b", True]), ("DESCENDING", [True, "b", "A", 2, 1])):
        book.batch({"sortRange": {"range": box(0, 6, 0, 1), "sortSpecs": [{"sortOrder": order}]}})
        assert [line[0] for line in book.read("A1:A6", "UNFORMATTED_VALUE")] == wanted
    with pytest.raises(Refused, match="outside the range being sorted"):
        book.batch({"sortRange": {"range": box(0, 6, 1, 2), "sortSpecs": [{"dimensionIndex": 0}]}})


def test_text_tools(book: Book) -> None:
    book.write("A1:A3", [["a, 1"], [" x  y "], ["a, 1"]])
    removed = book.batch({"deleteDuplicates": {"range": box(0, 3, 0, 1)}})[0]["deleteDuplicates"]
    assert removed == {"duplicatesRemovedCount": 1}
    assert book.batch({"trimWhitespace": {"range": box(0, 3, 0, 1)}})[0]["trimWhitespace"] == {
        "cellsChangedCount": 1
    }
    book.batch({"textToColumns": {"source": box(0, 1, 0, 1), "delimiterType": "COMMA"}})
    assert book.read("A1:B2", "UNFORMATTED_VALUE") == [["a", 1], ["x y"]]
    book.batch({"autoFill": {"range": box(0, 4, 1, 2)}})
    book.batch({"pasteData": {"coordinate": {"rowIndex": 5}, "data": "1;2026-01-02", "delimiter": ";"}})
    assert book.read("A6:B6", "UNFORMATTED_VALUE") == [[1, 46024]]


def test_append_cells_and_borders(book: Book) -> None:
    rows = [
        {
            "values": [
                {"userEnteredValue": {"stringValue": "x"}},
                {"userEnteredValue": {"formulaValue": "=1+1"}},
            ]
        }
    ]
    book.write("C3", [["last"]])
    book.batch({"appendCells": {"sheetId": 0, "rows": rows, "fields": "userEnteredValue"}})
    assert book.read("A4:B4") == [["x", "2"]]
    line = {"style": "SOLID"}
    book.batch({"updateBorders": {"range": box(0, 2, 0, 2), "top": line, "innerVertical": line}})
    assert book.cell("A1")["userEnteredFormat"]["borders"] == {"top": line, "right": line}


def test_groups_and_line_properties(book: Book) -> None:
    span = {"dimension": "ROWS", "startIndex": 1, "endIndex": 5}
    book.batch(
        {"addDimensionGroup": {"range": span}},
        {"addDimensionGroup": {"range": {**span, "startIndex": 2, "endIndex": 3}}},
    )
    groups = book.get("?fields=sheets.rowGroups")["sheets"][0]["rowGroups"]
    assert [(g["range"]["startIndex"], g["range"]["endIndex"], g["depth"]) for g in groups] == [
        (1, 5, 1),
        (2, 3, 2),
    ]
    book.batch(
        {"updateDimensionProperties": {"range": span, "properties": {"pixelSize": 50}, "fields": "pixelSize"}}
    )
    book.batch({"insertDimension": {"range": {**span, "endIndex": 2}}})
    data = book.get("?fields=sheets.data.rowMetadata.pixelSize&ranges=A1:A7")["sheets"][0]["data"][0]
    assert [line["pixelSize"] for line in data["rowMetadata"]] == [21, 21, 50, 50, 50, 50, 21]
    with pytest.raises(Refused, match="At least one field"):
        book.batch({"updateDimensionProperties": {"range": span, "properties": {}}})


def test_filters_hide_rows(book: Book) -> None:
    book.write("A1:A4", [["State"], ["open"], ["done"], ["open"]])
    given = {"range": box(0, 4, 0, 1), "criteria": {"0": {"hiddenValues": ["open"]}}}
    book.batch({"setBasicFilter": {"filter": given}})
    lines = book.get("?fields=sheets.data.rowMetadata.hiddenByFilter&ranges=A1:A4")["sheets"][0]["data"][0][
        "rowMetadata"
    ]
    assert lines == [{}, {"hiddenByFilter": True}, {}, {"hiddenByFilter": True}]
    book.batch({"clearBasicFilter": {}})
    view = book.batch({"addFilterView": {"filter": {"title": "Mine", "range": box(0, 4, 0, 1)}}})[0][
        "addFilterView"
    ]["filter"]
    book.batch(
        {
            "updateFilterView": {
                "filter": {"filterViewId": view["filterViewId"], "title": "Ours"},
                "fields": "title",
            }
        }
    )
    assert book.get("?fields=sheets.filterViews.title")["sheets"][0]["filterViews"] == [{"title": "Ours"}]
    book.batch({"deleteFilterView": {"filterId": view["filterViewId"]}})
    assert book.get("?fields=sheets.filterViews") == {"sheets": [{}]}


def test_conditional_formats_banding_and_validation(book: Book) -> None:
    rule = {"ranges": [box(1, 9, 0, 1)], "booleanRule": {"condition": {"type": "TEXT_EQ", "values": [{"userEnteredValue": "late"}]}, "format": {"backgroundColor": {"red": 1}}}}  # fmt: skip
    book.batch({"addConditionalFormatRule": {"rule": rule, "index": 0}})
    kept = book.get("?fields=sheets.conditionalFormats")["sheets"][0]["conditionalFormats"][0]
    assert kept["booleanRule"]["format"]["backgroundColorStyle"] == {"rgbColor": {"red": 1}}
    reply = book.batch({"deleteConditionalFormatRule": {"index": 0}})[0]["deleteConditionalFormatRule"]
    assert reply["rule"] == kept
    with pytest.raises(Refused, match="No conditional format on sheet: 0 at index: 0"):
        book.batch({"deleteConditionalFormatRule": {"index": 0}})
    band = {"bandedRange": {"range": box(0, 4, 0, 4), "rowProperties": {"firstBandColor": {"red": 1}}}}
    book.batch({"addBanding": band})
    with pytest.raises(Refused, match="already has alternating background colors"):
        book.batch({"addBanding": band})
    with pytest.raises(Refused, match="NUMBER_BETWEEN requires exactly 2"):
        book.batch(
            {
                "setDataValidation": {
                    "range": box(0, 1, 0, 1),
                    "rule": {"condition": {"type": "NUMBER_BETWEEN"}},
                }
            }
        )


def test_conditional_formats_show_in_the_effective_format(book: Book) -> None:
    def colour(formula: str, red: float) -> dict[str, Any]:
        condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
        style = {"backgroundColor": {"red": red}, "textFormat": {"bold": True}}
        return {"ranges": [box(1, 9, 0, 2)], "booleanRule": {"condition": condition, "format": style}}

    book.write("A1:B3", [["n", "x"], [5, "b"], [50, "c"]])
    book.batch(
        {"addConditionalFormatRule": {"rule": colour("=$A2>1", 0.25), "index": 0}},
        {"addConditionalFormatRule": {"rule": colour("=$A2>10", 1), "index": 0}},
    )
    shown = {cells: book.cell(cells)["effectiveFormat"] for cells in ("B1", "B2", "B3")}
    assert [f["backgroundColor"].get("green", 0) for f in shown.values()] == [1, 0, 0]
    assert [f["backgroundColor"]["red"] for f in shown.values()] == [1, 0.25, 1]
    assert [f["textFormat"]["bold"] for f in shown.values()] == [False, True, True]
    assert "userEnteredFormat" not in book.cell("B3")


def test_tables(book: Book) -> None:
    book.write("A1:B2", [["ID", "State"], ["1", "open"]])
    table = book.batch({"addTable": {"table": {"name": "T", "range": box(0, 2, 0, 2)}}})[0]["addTable"][
        "table"
    ]
    assert [column["columnName"] for column in table["columnProperties"]] == ["ID", "State"]
    with pytest.raises(Refused, match="This operation is not allowed on cells in typed columns"):
        book.batch({"setDataValidation": {"range": box(1, 2, 0, 1)}})
    rule = {"ranges": [box(1, 2, 0, 1)], "booleanRule": {"condition": {"type": "BLANK"}, "format": {}}}
    book.batch({"addConditionalFormatRule": {"rule": rule}}, {"deleteTable": {"tableId": table["tableId"]}})
    assert "conditionalFormats" not in book.get("")["sheets"][0]


def test_formulas_take_the_format_of_what_they_name(book: Book) -> None:
    book.write("B1:C2", [["2026-09-05", "$5"], ["2026-09-07", "$7.50"]], "USER_ENTERED")
    shown = {
        "=B1": "2026-09-05",
        "=B1+1": "2026-09-06",
        "=B2-B1": "2",
        "=SUM(C1:C2)": "$13",
        "=COUNT(B1:B2)": "2",
    }
    assert {formula: book.typed(formula, "FORMATTED_VALUE") for formula in shown} == shown
    book.write("A1", [["=B1"]], "USER_ENTERED")
    dated = book.get("/values/A1?valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=FORMATTED_STRING")
    assert dated["values"] == [["2026-09-05"]]


def test_renaming_and_deleting_a_tab_reaches_formulas(book: Book) -> None:
    book.batch({"addSheet": {"properties": {"sheetId": 5, "title": "Log"}}})
    book.write("A1", [["=Log!A1"]], "USER_ENTERED")
    book.batch(
        {"updateSheetProperties": {"properties": {"sheetId": 5, "title": "My log"}, "fields": "title"}}
    )
    assert book.read("A1", "FORMULA") == [["='My log'!A1"]]
    book.batch({"deleteSheet": {"sheetId": 5}})
    assert book.read("A1") == [["#REF!"]]


def test_copy_to_another_spreadsheet(book: Book) -> None:
    other = Book(book.server)
    book.write("A1", [["x"]])
    made = book.post("/sheets/0:copyTo", {"destinationSpreadsheetId": other.id})
    assert (made["title"], made["index"]) == ("Copy of Sheet1", 1)
    book.write("A1", [["changed"]])
    assert other.read("Copy of Sheet1!A1") == [["x"]]
    with pytest.raises(Refused, match="No sheet with id: 9"):
        book.post("/sheets/9:copyTo", {"destinationSpreadsheetId": other.id})


def test_drive_refusals(book: Book) -> None:
    for path, text in (
        (f"/drive/v3/files/{book.id}?fields=nope", "Invalid field selection nope"),
        (f"/drive/v3/files/{book.id}?alt=media", "Only files with binary content can be directly downloaded"),
        (f"/drive/v3/files/{book.id}/export?mimeType=image/png", "The requested conversion is not supported"),
        ("/drive/v3/files?pageSize=5000", "Values must be within the range"),
        ("/drive/v3/files?pageToken=bad", "Invalid Value"),
        ("/drive/v3/about", "The 'fields' parameter is required for this method."),
    ):
        with pytest.raises(Refused, match=text):
            book.call("GET", path)


def test_drive_pages_newest_first(book: Book) -> None:
    now = [dt.datetime(2030, 1, 1, tzinfo=dt.UTC)]
    book.server.world.clock = lambda: now[0]
    for number in range(3):
        now[0] += dt.timedelta(hours=1)
        book.call(
            "POST",
            "/drive/v3/files",
            {"name": f"F{number}", "mimeType": "application/vnd.google-apps.spreadsheet"},
        )
    first = book.call("GET", "/drive/v3/files?pageSize=2&fields=nextPageToken,files(name)")
    assert first["files"] == [{"name": "F2"}, {"name": "F1"}]
    rest = book.call(
        "GET",
        f"/drive/v3/files?pageSize=2&fields=nextPageToken,files(name)&pageToken={first['nextPageToken']}",
    )
    assert rest == {"files": [{"name": "F0"}, {"name": "T"}]}
    now[0] += dt.timedelta(hours=1)
    book.call("PATCH", f"/drive/v3/files/{book.id}", {"name": "Renamed"})
    assert book.call("GET", "/drive/v3/files?pageSize=1&fields=files(name)")["files"] == [{"name": "Renamed"}]


def test_a_service_account_gets_a_token_and_is_its_own_user(book: Book) -> None:
    from google.auth.transport.requests import AuthorizedSession
    from google.oauth2 import service_account

    made = service_account.Credentials(
        Signer(), "bot@example.iam.gserviceaccount.com", f"{book.server.url}/token", scopes=["x"]
    )
    http = AuthorizedSession(made)
    url = f"{book.server.url}/v4/spreadsheets/{book.id}"
    assert http.get(url, timeout=10).status_code == 403
    share = {"type": "user", "role": "writer", "emailAddress": "bot@example.iam.gserviceaccount.com"}
    book.call("POST", f"/drive/v3/files/{book.id}/permissions", share)
    assert http.get(url, timeout=10).status_code == 200


class Signer:
    """Stands for a private key; the server does not check signatures."""

    key_id = "1"

    def sign(self, message: bytes) -> bytes:
        return b"signature"


def test_the_same_answers_without_sockets(book: Book) -> None:
    direct = direct_session(book.server.app)
    path = f"/v4/spreadsheets/{book.id}"
    assert direct.get(f"https://sheets.googleapis.com{path}").json() == book.call("GET", path)
    book.server.fault("cut", "values.get")
    with pytest.raises(requests.exceptions.ConnectionError):
        direct.get(f"https://sheets.googleapis.com{path}/values/A1")
    book.server.fault("slow", seconds=0.05)
    with pytest.raises(requests.exceptions.ReadTimeout):
        direct.get(f"https://sheets.googleapis.com{path}", timeout=(1, 0.01))


def test_unknown_addresses_and_bad_json(book: Book) -> None:
    url = book.server.url
    assert requests.get(f"{url}/v4/nothing", timeout=10).status_code == 404
    bad = requests.post(f"{url}/v4/spreadsheets/{book.id}:batchUpdate", data=b'{"requests": [', timeout=10)
    assert bad.status_code == 400
    assert bad.json()["error"]["message"].startswith(
        "Invalid JSON payload received. Unexpected end of string."
    )
    assert "\n  " in requests.get(f"{url}/v4/spreadsheets/{book.id}", timeout=10).text
    assert "\n  " not in requests.get(f"{url}/v4/spreadsheets/{book.id}?prettyPrint=false", timeout=10).text


def test_the_command_serves(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.sheets_server", "--port", "0", "--private-file", "secret"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            deadline = time.monotonic() + 10
            answer = requests.post(f"{url}/v4/spreadsheets", data=json.dumps({}), timeout=10)
            assert answer.json()["properties"]["title"] == "Untitled spreadsheet"
            assert requests.get(f"{url}/v4/spreadsheets/secret", timeout=10).status_code == 403
            assert time.monotonic() < deadline
        finally:
            process.terminate()


def test_a_multipart_upload_becomes_a_spreadsheet(book: Book) -> None:
    parts = (
        '--b\r\nContent-Type: application/json\r\n\r\n{"name": "Up", "mimeType": "application/vnd.google-apps.spreadsheet"}\r\n'
        "--b\r\nContent-Type: text/csv\r\n\r\nID,Due\r\n1,2026-01-02\r\n--b--\r\n"
    )
    answer = requests.post(
        f"{book.server.url}/upload/drive/v3/files?uploadType=multipart",
        data=parts.encode(),
        headers={"Content-Type": "multipart/related; boundary=b"},
        timeout=10,
    )
    assert answer.json()["name"] == "Up"
    shown = book.call(
        "GET", f"/v4/spreadsheets/{answer.json()['id']}/values/A1:B2?valueRenderOption=UNFORMATTED_VALUE"
    )
    assert shown["values"] == [["ID", "Due"], [1, 46024]]
