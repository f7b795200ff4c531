"""autoFill as people know it, and what clients send that is not quite as the interface's page says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sheets_server.testing import Book, book, server

__all__ = ["book", "server"]


def box(*sides: int) -> dict[str, int]:
    names = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    return {"sheetId": 0, **dict(zip(names, sides, strict=True))}


def fill(source: dict[str, int], dimension: str, length: int, **more: Any) -> dict[str, Any]:
    told = {"source": source, "dimension": dimension, "fillLength": length}
    return {"autoFill": {"sourceAndDestination": told, **more}}


@pytest.mark.parametrize(
    ("given", "more"),
    [
        (["1", "3"], ["5", "7", "9"]),
        (["4"], ["4", "4", "4"]),
        (["2026-01-31"], ["2026-02-01", "2026-02-02", "2026-02-03"]),
        (["Mon"], ["Tue", "Wed", "Thu"]),
        (["march", "may"], ["july", "september", "november"]),
        (["Item 9"], ["Item 10", "Item 11", "Item 12"]),
        (["R-008", "R-010"], ["R-012", "R-014", "R-016"]),
        (["a", "b"], ["a", "b", "a"]),
        (["=ROW()*2"], ["4", "6", "8"]),
        (["TRUE"], ["TRUE", "TRUE", "TRUE"]),
    ],
)
def test_series(book: Book, given: list[str], more: list[str]) -> None:
    size = len(given)
    book.write("A1", [[text] for text in given], "USER_ENTERED")
    book.batch(fill(box(0, size, 0, 1), "ROWS", 3))
    assert book.read(f"A{size + 1}:A{size + 3}") == [[text] for text in more]
    if not given[0].startswith("="):
        book.write("C9", [given], "USER_ENTERED")
        book.batch(fill(box(8, 9, 2, 2 + size), "COLUMNS", 3))
        assert book.read("9:9")[0][2:] == [*given, *more]


def test_upwards_other_series_and_a_range(book: Book) -> None:
    book.write("A5:C6", [[10, "Item 3", "x"], [12, "Item 4", "y"]])
    book.batch(fill(box(4, 6, 0, 3), "ROWS", -2))
    assert book.read("A3:C4", "UNFORMATTED_VALUE") == [[6, "Item 1", "x"], [8, "Item 2", "y"]]
    book.write("E1", [[5]])
    book.batch(fill(box(0, 1, 4, 5), "ROWS", 1, useAlternateSeries=True))
    assert book.read("E2") == [["6"]]
    book.write("G3", [[1], [2]])
    book.batch({"autoFill": {"range": box(0, 6, 6, 7)}})
    assert book.read("G1:G6", "UNFORMATTED_VALUE") == [[-1], [0], [1], [2], [3], [4]]


def test_nested_lists_of_requests_are_taken_one_after_another(book: Book) -> None:
    first, second = ({"addSheet": {"properties": {"title": title}}} for title in ("One", "Two"))
    replies = book.post(":batchUpdate", {"requests": [[first], second]})["replies"]
    assert [reply["addSheet"]["properties"]["title"] for reply in replies] == ["One", "Two"]


def test_unset_enumerations_and_transparency_are_not_kept(book: Book) -> None:
    format_ = {"wrapStrategy": "WRAP_STRATEGY_UNSPECIFIED", "backgroundColor": {"red": 1, "alpha": 1}}
    cell = {"range": box(0, 1, 0, 1), "cell": {"userEnteredFormat": format_}, "fields": "userEnteredFormat"}
    book.batch({"repeatCell": cell})
    colour = {"red": 1}
    assert book.cell("A1")["userEnteredFormat"] == {
        "backgroundColor": colour,
        "backgroundColorStyle": {"rgbColor": colour},
    }


@pytest.mark.parametrize("order", ["recency", "viewedByMeTime desc,name", "folder,modifiedByMeTime"])
def test_drive_lists_in_every_documented_order(book: Book, order: str) -> None:
    assert book.call("GET", f"/drive/v3/files?orderBy={order}")["files"]
