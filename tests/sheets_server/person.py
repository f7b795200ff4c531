"""A person at the page: the edits people make while a job runs."""

from __future__ import annotations

from typing import Any

from tests.sheets_server import spreadsheets, values
from tests.sheets_server.parsing import Reader
from tests.sheets_server.reading import target
from tests.sheets_server.requests.sorting import sort_box
from tests.sheets_server.world import Call, User, World


class Person:
    """Edits one spreadsheet as its owner, outside quotas and faults."""

    def __init__(self, world: World, spreadsheet_id: str, email: str | None = None) -> None:
        self.world = world
        self.id = spreadsheet_id
        self.email = email

    def _call(self, handler: Any, path: dict[str, str], query: dict[str, Any], body: dict[str, Any]) -> Any:
        from tests.sheets_server.app import open_book, transaction

        with self.world.lock:
            file = self.world.files[self.id]
            user = User(self.email or file.owner, "people")
            call = Call(self.world, user, {"spreadsheetId": self.id, **path}, query, body)
            call.as_owner = self.email is None
            open_book(call, "write")
            return transaction(call, handler)

    def batch(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """batchUpdate requests, as JSON."""
        reader = Reader()
        body = reader.message("BatchUpdateSpreadsheetRequest", {"requests": requests}, "")
        reader.raise_if_any()
        return self._call(spreadsheets.batch_update, {}, {}, body)["replies"]

    def type(self, cells: str, rows: list[list[Any]] | Any) -> None:
        """Types values into a range, as a person does (USER_ENTERED)."""
        listed = rows if isinstance(rows, list) else [[rows]]
        self._call(values.update, {"range": cells}, {"valueInputOption": "USER_ENTERED"}, {"values": listed})

    def clear(self, cells: str) -> None:
        self._call(values.clear, {"range": cells}, {}, {})

    def read(self, cells: str, option: str = "UNFORMATTED_VALUE") -> list[list[Any]]:
        """The values of a range, for checks."""
        with self.world.lock:
            call = Call(self.world, User(), {"range": cells}, {"valueRenderOption": option})
            call.file = self.world.files[self.id]
            return values.get(call).get("values", [])

    def _lines(self, tab: str, dimension: str, start: int, count: int) -> dict[str, Any]:
        found = target(self._book(), tab)
        return {
            "sheetId": found.sheet.id,
            "dimension": dimension,
            "startIndex": start,
            "endIndex": start + count,
        }

    def _book(self) -> Any:
        book = self.world.files[self.id].book
        assert book is not None
        return book

    def insert_rows(self, tab: str, before: int, count: int = 1) -> None:
        """New rows before row `before` (one-based)."""
        span = self._lines(tab, "ROWS", before - 1, count)
        self.batch([{"insertDimension": {"range": span, "inheritFromBefore": before > 1}}])

    def delete_rows(self, tab: str, first: int, count: int = 1) -> None:
        self.batch([{"deleteDimension": {"range": self._lines(tab, "ROWS", first - 1, count)}}])

    def insert_columns(self, tab: str, before: int, count: int = 1) -> None:
        """New columns before column `before` (one-based)."""
        span = self._lines(tab, "COLUMNS", before - 1, count)
        self.batch([{"insertDimension": {"range": span, "inheritFromBefore": before > 1}}])

    def delete_columns(self, tab: str, first: int, count: int = 1) -> None:
        self.batch([{"deleteDimension": {"range": self._lines(tab, "COLUMNS", first - 1, count)}}])

    def move_row(self, tab: str, row: int, before: int) -> None:
        span = self._lines(tab, "ROWS", row - 1, 1)
        self.batch([{"moveDimension": {"source": span, "destinationIndex": before - 1}}])

    def sort(self, cells: str, column: int, descending: bool = False, anchors_follow: bool = True) -> None:
        """Sorts a range by a column of the sheet (one-based).

        Whether row anchors follow a sort in the page is not measured; `anchors_follow` chooses.
        """
        spec = {"dimensionIndex": column - 1, "sortOrder": "DESCENDING" if descending else "ASCENDING"}

        def handler(call: Call) -> None:
            found = target(call.book, cells)
            sort_box(call, found.sheet, found.clipped(), [spec], anchors_follow)

        self._call(handler, {}, {}, {})

    def rename_tab(self, tab: str, title: str) -> None:
        sheet = target(self._book(), tab).sheet
        properties = {"sheetId": sheet.id, "title": title}
        self.batch([{"updateSheetProperties": {"properties": properties, "fields": "title"}}])
