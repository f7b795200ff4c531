"""Random requests made from Google's schema: no crash, a refused batch leaves no trace, cells stay in the grid."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.sheets_server.app import App, Request
from tests.sheets_server.discovery import schema
from tests.sheets_server.world import World

WORDS = ["", "A1", "Sheet1", "x", "=SUM(A1:B2)", "2026-01-02", "note", "ID", "0", "#,##0.00"]
ONE_OF = ("ExtendedValue", "DataFilter", "ColorStyle", "Request")
ROUNDS = 60


class Maker:
    """Makes random messages of a schema."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def message(self, name: str, depth: int) -> dict[str, Any]:
        known = schema(name)
        share = 0.5 if depth > 0 else 0.12 if len(known) > 8 else 0.4
        out = {}
        for key, spec in known.items():
            if self.random.random() < share:
                value = self.value(spec, depth - 1)
                if value is not None:
                    out[key] = value
        if name in ONE_OF and len(out) > 1:
            key = self.random.choice(list(out))
            out = {key: out[key]}
        if name == "GridRange":
            out = {key: 0 if key == "sheetId" else self.random.choice([0, 1, 2, 3, 5]) for key in out}
        if "fields" in known:
            out["fields"] = self.random.choice(["*", "*", self.random.choice(list(known))])
        return out

    def value(self, spec: dict[str, Any], depth: int) -> Any:
        pick = self.random
        if "$ref" in spec:
            return self.message(spec["$ref"], depth) if depth > -4 else None
        if "enum" in spec:
            return pick.choice(spec["enum"])
        if spec.get("type") == "array":
            made = [self.value(spec["items"], depth) for _ in range(pick.randint(0, 2))]
            return [item for item in made if item is not None]
        simple = {
            "string": lambda: pick.choice(WORDS),
            "integer": lambda: pick.choice([0, 0, 1, 2, 3, -1, 99]),
            "number": lambda: pick.choice([0, 1, 0.5, -3]),
            "boolean": lambda: pick.random() < 0.5,
            "object": dict,
        }
        return simple.get(spec.get("type", ""), lambda: None)()


class Fuzzed:
    """A server without sockets and one small spreadsheet."""

    def __init__(self) -> None:
        self.app = App(World())
        self.id = self.call("POST", "/v4/spreadsheets", {})["spreadsheetId"]
        grid = {"rowCount": 12, "columnCount": 8}
        size = {"properties": {"gridProperties": grid}, "fields": "gridProperties(rowCount,columnCount)"}
        self.call(
            "POST", f"/v4/spreadsheets/{self.id}:batchUpdate", {"requests": [{"updateSheetProperties": size}]}
        )
        rows = [["ID", "n", "d"], ["a", 1, "2026-01-01"], ["b", "=B2+1", "x"]]
        path = f"/v4/spreadsheets/{self.id}/values/A1"
        self.call("PUT", path, {"values": rows}, "valueInputOption=USER_ENTERED")

    def call(self, http: str, path: str, body: Any, query: str = "") -> Any:
        answer = self.app.serve(Request(http, path, query, {}, json.dumps(body).encode()))
        assert self.app.world.crashes == []
        return json.loads(answer.data)

    def state(self) -> Any:
        return self.call("GET", f"/v4/spreadsheets/{self.id}", None, "includeGridData=true")

    def check_grid(self) -> None:
        book = self.app.world.files[self.id].book
        assert book is not None
        for sheet in book.sheets:
            if sheet.is_grid:
                assert len(sheet.rows) == sheet.row_count
                assert all(not row or max(row) < sheet.column_count for row in sheet.rows)
        for item in book.metadata.values():
            if item.index is not None:
                sheet = book.grid(item.sheet_id or 0)
                assert item.index < (sheet.row_count if item.dimension == "ROWS" else sheet.column_count)


@pytest.mark.parametrize("seed", range(5))
def test_random_requests(seed: int) -> None:
    maker = Maker(seed)
    kinds = list(schema("Request"))
    fuzzed = Fuzzed()
    before = fuzzed.state()
    for _ in range(ROUNDS):
        kind = maker.random.choice(kinds)
        made = maker.message(schema("Request")[kind]["$ref"], 3)
        answer = fuzzed.call(
            "POST", f"/v4/spreadsheets/{fuzzed.id}:batchUpdate", {"requests": [{kind: made}]}
        )
        after = fuzzed.state()
        if "error" in answer:
            assert after == before, (kind, made)
        fuzzed.check_grid()
        before = after
