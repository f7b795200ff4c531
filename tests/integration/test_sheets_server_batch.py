"""batchUpdate: all or nothing, and what moves along when rows and columns move."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sheets_server.testing import Book, Refused, book, server

__all__ = ["book", "server"]


def rows(start: int, end: int, dimension: str = "ROWS") -> dict[str, Any]:
    return {"sheetId": 0, "dimension": dimension, "startIndex": start, "endIndex": end}


def box(row0: int, row1: int, col0: int, col1: int, sheet: int = 0) -> dict[str, Any]:
    return {
        "sheetId": sheet,
        "startRowIndex": row0,
        "endRowIndex": row1,
        "startColumnIndex": col0,
        "endColumnIndex": col1,
    }


def anchor(row: int, value: str, **more: Any) -> dict[str, Any]:
    item = {
        "metadataKey": "row",
        "metadataValue": value,
        "visibility": "DOCUMENT",
        "location": {"dimensionRange": rows(row, row + 1)},
        **more,
    }
    return {"createDeveloperMetadata": {"developerMetadata": item}}


def anchored_rows(book: Book) -> dict[str, int]:
    answer = book.post(
        "/developerMetadata:search", {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "row"}}]}
    )
    found = [m["developerMetadata"] for m in answer.get("matchedDeveloperMetadata", [])]
    return {m["metadataValue"]: m["location"]["dimensionRange"]["startIndex"] for m in found}


def test_a_failing_request_takes_the_whole_batch_back(book: Book) -> None:
    book.write("A1", [["before"]])
    state = book.get("?includeGridData=true")
    bad = [
        {"insertDimension": {"range": rows(0, 2)}},
        anchor(3, "x"),
        {"addSheet": {"properties": {"title": "More"}}},
        {"updateSpreadsheetProperties": {"properties": {"title": "Other"}, "fields": "title"}},
        {"updateCells": {"range": box(0, 1, 0, 1), "fields": "note", "rows": [{"values": [{"note": "n"}]}]}},
        {"deleteSheet": {"sheetId": 99}},
    ]
    with pytest.raises(Refused, match=r"Invalid requests\[5\].deleteSheet: No sheet with id: 99"):
        book.batch(*bad)
    assert book.get("?includeGridData=true") == state
    assert book.drive_name() == "T"


def test_anchors_follow_insert_delete_move_and_sort(book: Book) -> None:
    book.write("A1:A5", [["h"], ["b"], ["d"], ["a"], ["c"]])
    book.batch(*[anchor(row, value) for row, value in ((1, "b"), (2, "d"), (3, "a"), (4, "c"))])
    book.batch({"insertDimension": {"range": rows(0, 2)}})
    assert anchored_rows(book) == {"b": 3, "d": 4, "a": 5, "c": 6}
    book.batch({"moveDimension": {"source": rows(3, 4), "destinationIndex": 7}})
    assert anchored_rows(book) == {"d": 3, "a": 4, "c": 5, "b": 6}
    book.batch({"moveDimension": {"source": rows(6, 7), "destinationIndex": 4}})
    assert anchored_rows(book) == {"d": 3, "b": 4, "a": 5, "c": 6}
    book.batch({"sortRange": {"range": box(3, 7, 0, 1), "sortSpecs": [{"dimensionIndex": 0}]}})
    assert anchored_rows(book) == {"a": 3, "b": 4, "c": 5, "d": 6}
    assert [line[0] for line in book.read("A4:A7")] == ["a", "b", "c", "d"]
    assert book.batch({"deleteDimension": {"range": rows(4, 6)}}) == [{}]
    assert anchored_rows(book) == {"a": 3, "d": 4}
    book.write("A4", [["overwritten"]])
    assert anchored_rows(book) == {"a": 3, "d": 4}


def test_metadata_lookups(book: Book) -> None:
    book.batch(
        anchor(1, "one", metadataId=11),
        anchor(2, "two", metadataId=12),
        {"createDeveloperMetadata": {"developerMetadata": {"metadataId": 13, "metadataKey": "sheet", "visibility": "DOCUMENT", "location": {"sheetId": 0}}}},
        {"createDeveloperMetadata": {"developerMetadata": {"metadataId": 14, "metadataKey": "lock", "visibility": "PROJECT", "location": {"spreadsheet": True}}}},
    )  # fmt: skip

    def ids(lookup: dict[str, Any]) -> list[int]:
        answer = book.post(
            "/developerMetadata:search", {"dataFilters": [{"developerMetadataLookup": lookup}]}
        )
        return sorted(
            m["developerMetadata"]["metadataId"] for m in answer.get("matchedDeveloperMetadata", [])
        )

    assert ids({}) == [11, 12, 13, 14]
    assert ids({"metadataKey": "row", "metadataValue": "two"}) == [12]
    assert ids({"locationType": "ROW"}) == [11, 12]
    assert ids({"metadataLocation": {"sheetId": 0}}) == [13]
    assert ids({"metadataLocation": {"sheetId": 0}, "locationMatchingStrategy": "INTERSECTING_LOCATION"}) == [
        11,
        12,
        13,
    ]
    assert ids({"metadataId": 99}) == []
    with pytest.raises(Refused, match="locationMatchingStrategy was specified as INTERSECTING"):
        ids({"metadataLocation": {"spreadsheet": True}, "locationMatchingStrategy": "INTERSECTING_LOCATION"})
    for span, text in (
        (rows(1, 3), "must represent a single row"),
        ({"sheetId": 0, "dimension": "ROWS"}, "must specify both"),
    ):
        with pytest.raises(Refused, match=text):
            ids({"metadataLocation": {"dimensionRange": span}})
    with pytest.raises(Refused, match="already exists"):
        book.batch(anchor(5, "again", metadataId=14))
    assert book.get("/developerMetadata/14")["metadataKey"] == "lock"
    gone = book.batch(
        {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataId": 14}}}}
    )
    assert gone[0]["deleteDeveloperMetadata"]["deletedDeveloperMetadata"][0]["metadataId"] == 14
    changed = {"metadataValue": "new"}
    request = {
        "dataFilters": [{"developerMetadataLookup": {"metadataId": 11}}],
        "developerMetadata": changed,
        "fields": "metadataValue",
    }
    book.batch({"updateDeveloperMetadata": request})
    assert book.get("/developerMetadata/11")["metadataValue"] == "new"


def test_ranges_and_formulas_follow_their_lines(book: Book) -> None:
    book.write("A1:C3", [["=SUM(B2:B3)", "=$B$2", "x"], ["", 5, ""], ["", 7, ""]], "USER_ENTERED")
    book.batch(
        {"addNamedRange": {"namedRange": {"name": "figures", "range": box(1, 3, 1, 2)}}},
        {"mergeCells": {"range": box(4, 6, 0, 2), "mergeType": "MERGE_ALL"}},
        {"addProtectedRange": {"protectedRange": {"range": box(1, 3, 1, 2)}}},
        {"addConditionalFormatRule": {"rule": {"ranges": [box(1, 3, 1, 2)], "booleanRule": {"condition": {"type": "NOT_BLANK"}, "format": {}}}}},
    )  # fmt: skip
    book.batch(
        {"insertDimension": {"range": rows(2, 3)}}, {"insertDimension": {"range": rows(0, 1, "COLUMNS")}}
    )
    assert book.read("B1:C1", "FORMULA") == [["=SUM(C2:C4)", "=$C$2"]]
    sheet = book.get("?includeGridData=false")
    assert sheet["namedRanges"][0]["range"] == {k: v for k, v in box(1, 4, 2, 3).items() if k != "sheetId"}
    assert sheet["sheets"][0]["merges"][0]["startRowIndex"] == 5
    assert sheet["sheets"][0]["protectedRanges"][0]["range"]["endRowIndex"] == 4
    assert sheet["sheets"][0]["conditionalFormats"][0]["ranges"][0]["startColumnIndex"] == 2
    book.batch({"deleteDimension": {"range": rows(2, 3, "COLUMNS")}})
    assert book.read("B1", "FORMULA") == [["=SUM(#REF!)"]]
    assert "conditionalFormats" not in book.get("")["sheets"][0]


def test_lines_put_before_a_range_push_it_and_lines_inside_stretch_it(book: Book) -> None:
    def span() -> tuple[int, int]:
        found = book.get("?fields=namedRanges.range")["namedRanges"][0]["range"]
        return found["startRowIndex"], found["endRowIndex"]

    book.batch({"addNamedRange": {"namedRange": {"name": "n", "range": box(3, 6, 0, 1)}}})
    book.batch({"insertDimension": {"range": rows(3, 4)}})
    assert span() == (4, 7)
    book.batch({"insertDimension": {"range": rows(5, 6)}})
    assert span() == (4, 8)
    book.batch({"insertDimension": {"range": rows(8, 9)}})
    assert span() == (4, 8)
    book.batch({"deleteDimension": {"range": rows(2, 5)}})
    assert span() == (2, 5)
    book.batch({"moveDimension": {"source": rows(2, 5), "destinationIndex": 10}})
    assert span() == (7, 10)
    book.batch({"deleteDimension": {"range": rows(7, 10)}})
    assert book.get("?fields=namedRanges") == {}


def test_project_metadata_is_hidden_from_other_projects(book: Book) -> None:
    book.batch(anchor(1, "mine", metadataId=5, visibility="PROJECT"))
    book.server.user("other", "tester@example-project.iam.gserviceaccount.com", "another-project")
    assert anchored_rows(book) == {"mine": 1}
    book.http.headers["Authorization"] = "Bearer other"
    assert anchored_rows(book) == {}
    with pytest.raises(Refused) as failed:
        book.get("/developerMetadata/5")
    assert failed.value.status == 404


def chart(column: int) -> dict[str, Any]:
    def source(at: int) -> dict[str, Any]:
        return {"sourceRange": {"sources": [box(0, 4, at, at + 1)]}}

    basic = {
        "chartType": "COLUMN",
        "domains": [{"domain": source(0)}],
        "series": [{"series": source(column)}],
    }
    position = {"overlayPosition": {"anchorCell": {"sheetId": 0, "rowIndex": 5, "columnIndex": 3}}}
    return {"spec": {"title": "Open", "basicChart": basic}, "position": position}


def test_charts(book: Book) -> None:
    made = book.batch({"addChart": {"chart": chart(1)}})[0]["addChart"]["chart"]
    book.batch({"deleteDimension": {"range": rows(1, 2, "COLUMNS")}})
    left = book.get("?fields=sheets.charts")["sheets"][0]["charts"][0]
    assert "series" not in left["spec"]["basicChart"]
    assert left["position"]["overlayPosition"]["anchorCell"] == {"rowIndex": 5, "columnIndex": 2}
    with pytest.raises(Refused, match="must be set on chartSpec"):
        book.batch({"updateChartSpec": {"chartId": made["chartId"], "spec": {"title": "only"}}})
    empty = {"spec": {"basicChart": {"chartType": "BAR"}}, "position": {"newSheet": True}}
    with pytest.raises(Refused) as failed:
        book.batch({"addChart": {"chart": empty}})
    assert failed.value.status == 500
    assert book.batch({"deleteEmbeddedObject": {"objectId": made["chartId"]}}) == [{}]
    with pytest.raises(Refused, match=f"No embedded object with id: {made['chartId']}"):
        book.batch({"deleteEmbeddedObject": {"objectId": made["chartId"]}})
    own = {**chart(1), "position": {"newSheet": True}}
    book.batch({"addChart": {"chart": own}})
    tab = book.get("?fields=sheets.properties")["sheets"][1]["properties"]
    assert tab["sheetType"] == "OBJECT"
    assert "gridProperties" not in tab


def test_find_replace_is_a_conditional_write_on_text(book: Book) -> None:
    book.write("A1:A3", [["open"], ["Open"], [5]])

    def swap(row: int, old: str) -> dict[str, Any]:
        request = {
            "find": old,
            "replacement": "done",
            "matchCase": True,
            "matchEntireCell": True,
            "range": box(row, row + 1, 0, 1),
        }
        return book.batch({"findReplace": request})[0]["findReplace"]

    assert swap(0, "open") == {
        "valuesChanged": 1,
        "rowsChanged": 1,
        "sheetsChanged": 1,
        "occurrencesChanged": 1,
    }
    assert swap(1, "open") == {}
    assert swap(2, "5") == {}
    with pytest.raises(Refused):
        swap(0, "")


def test_tabs(book: Book) -> None:
    added = book.batch({"addSheet": {"properties": {"title": "Log", "index": 0}}})[0]["addSheet"][
        "properties"
    ]
    assert added["index"] == 0
    book.batch(
        {
            "updateSheetProperties": {
                "properties": {"sheetId": added["sheetId"], "index": 2},
                "fields": "index",
            }
        }
    )
    titles = [s["properties"]["title"] for s in book.get("?fields=sheets.properties.title")["sheets"]]
    assert titles == ["Sheet1", "Log"]
    with pytest.raises(Refused, match=r"Invalid requests\[0\].addSheet: Sheet with id 0 already exists"):
        book.batch({"addSheet": {"properties": {"sheetId": 0}}})
    with pytest.raises(Refused, match='A sheet with the name "Log" already exists'):
        book.batch({"addSheet": {"properties": {"title": "Log"}}})
    size = {"sheetId": 0, "gridProperties": {"rowCount": 9_000_000}}
    with pytest.raises(Refused, match="above the limit of 10000000 cells"):
        book.batch({"updateSheetProperties": {"properties": size, "fields": "gridProperties.rowCount"}})
    copied = book.batch({"duplicateSheet": {"sourceSheetId": 0, "newSheetName": "Twin"}})[0]
    assert copied["duplicateSheet"]["properties"]["title"] == "Twin"


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"add_sheet": {"x": 1}}, "Unknown name \"x\" at 'requests\\[0\\].add_sheet': Cannot find field."),
        ({"nonsense": {}}, "Unknown name \"nonsense\" at 'requests\\[0\\]': Cannot find field."),
        ({"deleteSheet": {"sheetId": "x"}}, "Invalid value at 'requests\\[0\\].delete_sheet.sheet_id' \\(TYPE_INT32\\), \"x\""),
        ({"deleteSheet": {"sheetId": [1]}}, "Proto field is not repeating, cannot start list."),
        ({"deleteSheet": {}, "addSheet": {}}, "oneof field 'kind' is already set"),
        ({"updateSheetProperties": {"properties": {"title": "x"}}}, "At least one field must be listed in 'fields'"),
        ({"deleteDimension": {"range": {"dimension": "ROWS", "startIndex": 0, "endIndex": 1000}}}, "You can't delete all the rows"),
        ({"deleteDimension": {"range": {"dimension": "ROWS", "startIndex": 999, "endIndex": 1001}}}, "Cannot delete a row that doesn't exist"),
        ({"addNamedRange": {"namedRange": {"name": "two words", "range": {}}}}, "The name given to this range is invalid"),
        ({"addProtectedRange": {"protectedRange": {"range": {}, "warningOnly": True, "editors": {"users": ["a@b.c"]}}}}, "Editors cannot be set on it."),
        ({"repeatCell": {"range": {"endRowIndex": 5000}, "cell": {}, "fields": "note"}}, "is after last row in grid\\[1000\\]"),
    ],
)  # fmt: skip
def test_refusals_have_googles_wording(book: Book, request_: dict[str, Any], text: str) -> None:
    with pytest.raises(Refused, match=text):
        book.batch(request_)


def test_null_is_unset_and_numbers_may_be_text(book: Book) -> None:
    book.batch(
        {
            "addSheet": {
                "properties": {
                    "title": "A",
                    "hidden": None,
                    "sheetId": "26",
                    "gridProperties": {"rowCount": "3"},
                }
            }
        }
    )
    tab = book.get("?fields=sheets.properties")["sheets"][1]["properties"]
    assert (tab["sheetId"], tab["gridProperties"]["rowCount"]) == (26, 3)


def test_a_masked_field_that_is_absent_is_cleared(book: Book) -> None:
    book.batch({"updateCells": {"range": box(0, 1, 0, 1), "fields": "*", "rows": [{"values": [{"note": "n", "userEnteredValue": {"numberValue": 0}, "userEnteredFormat": {"textFormat": {"bold": False}}}]}]}})  # fmt: skip
    cell = book.cell("A1")
    assert cell["userEnteredValue"] == {"numberValue": 0}
    assert cell["userEnteredFormat"] == {"textFormat": {"bold": False}}
    book.batch(
        {
            "updateCells": {
                "range": box(0, 1, 0, 1),
                "fields": "note,userEnteredFormat.textFormat.bold",
                "rows": [],
            }
        }
    )
    assert set(book.cell("A1")) == {"userEnteredValue", "effectiveValue", "formattedValue", "effectiveFormat"}


def test_merge_keeps_the_corner_and_respects_frozen_lines(book: Book) -> None:
    book.write("A1:B2", [["a", "b"], ["c", "d"]])
    frozen = {"sheetId": 0, "gridProperties": {"frozenColumnCount": 1}}
    book.batch(
        {"updateSheetProperties": {"properties": frozen, "fields": "gridProperties.frozenColumnCount"}}
    )
    with pytest.raises(Refused, match="You can't merge frozen and non-frozen columns"):
        book.batch({"mergeCells": {"range": box(0, 1, 0, 2)}})
    book.batch({"mergeCells": {"range": box(0, 2, 0, 1)}})
    assert book.read("A1:B2") == [["a", "b"], ["", "d"]]
    with pytest.raises(Refused, match="You must select all cells in a merged range"):
        book.batch({"unmergeCells": {"range": box(0, 1, 0, 1)}})


def test_every_request_kind_is_answered(book: Book) -> None:
    """Kinds this server leaves out say so; none of them ends in a traceback."""
    from tests.sheets_server.discovery import schema
    from tests.sheets_server.requests.registry import HANDLERS

    missing = set(schema("Request")) - set(HANDLERS)
    assert missing == {
        "addDataSource", "updateDataSource", "deleteDataSource", "refreshDataSource", "cancelDataSourceRefresh",
        "insertComment", "deleteComment", "updateCommentPost", "addCommentReply", "deleteCommentReply",
    }  # fmt: skip
    for kind in schema("Request"):
        with pytest.raises(Refused) as failed:
            book.batch(
                {kind: {"range": {"sheetId": 12345}} if "range" in schema_of(kind) else {}},
                {"deleteSheet": {"sheetId": 77}},
            )
        assert failed.value.status == 400


def schema_of(kind: str) -> dict[str, Any]:
    from tests.sheets_server.discovery import schema

    return schema(schema("Request")[kind]["$ref"])
