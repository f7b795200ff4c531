"""Short calls on one spreadsheet of a local Sheets server, for the tests of that server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.sheets_server import SheetsServer
from tests.sheets_server.clients import session


class Refused(Exception):
    """An answer other than 200; the text is Google's message."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(body.get("error", {}).get("message", "") if isinstance(body, dict) else str(body))
        self.status = status
        self.body = body


class Book:
    """One spreadsheet over plain HTTP."""

    def __init__(self, server: SheetsServer) -> None:
        self.server = server
        self.http = session(server.url)
        self.id = self.call("POST", "/v4/spreadsheets", {"properties": {"title": "T"}})["spreadsheetId"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, f"{self.server.url}{path}", json=body, timeout=20)
        if answer.status_code >= 400:
            raise Refused(answer.status_code, answer.json())
        return answer.json() if answer.content else None

    def get(self, rest: str) -> Any:
        return self.call("GET", f"/v4/spreadsheets/{self.id}{rest}")

    def post(self, rest: str, body: Any) -> Any:
        return self.call("POST", f"/v4/spreadsheets/{self.id}{rest}", body)

    def batch(self, *requests: dict[str, Any]) -> list[dict[str, Any]]:
        return self.post(":batchUpdate", {"requests": list(requests)})["replies"]

    def write(self, cells: str, rows: Any, option: str = "RAW", more: str = "") -> Any:
        path = f"/values/{quote(cells)}?valueInputOption={option}{more}"
        return self.call("PUT", f"/v4/spreadsheets/{self.id}{path}", {"values": rows})

    def append(self, cells: str, rows: Any, more: str = "") -> Any:
        return self.post(f"/values/{quote(cells)}:append?valueInputOption=RAW{more}", {"values": rows})

    def read(self, cells: str, option: str = "FORMATTED_VALUE") -> list[list[Any]]:
        return self.get(f"/values/{quote(cells)}?valueRenderOption={option}").get("values", [])

    def typed(self, text: Any, option: str = "UNFORMATTED_VALUE") -> Any:
        """What a cell holds after a person typed `text` into it."""
        self.post(
            ":batchUpdate",
            {
                "requests": [
                    {
                        "updateCells": {
                            "range": {"sheetId": 0, "endRowIndex": 1, "endColumnIndex": 1},
                            "fields": "*",
                        }
                    }
                ]
            },
        )
        self.write("A1", [[text]], "USER_ENTERED")
        found = self.read("A1", option)
        return found[0][0] if found else ""

    def cell(self, cells: str) -> dict[str, Any]:
        data = self.get(f"?includeGridData=true&ranges={quote(cells)}")["sheets"][0]["data"][0]
        lines = data.get("rowData", [{}])
        return lines[0].get("values", [{}])[0] if lines else {}

    def drive_name(self) -> str:
        return self.call("GET", f"/drive/v3/files/{self.id}")["name"]


@pytest.fixture
def server() -> Iterator[SheetsServer]:
    with SheetsServer() as made:
        yield made
        assert made.world.crashes == []


@pytest.fixture
def book(server: SheetsServer) -> Book:
    return Book(server)
