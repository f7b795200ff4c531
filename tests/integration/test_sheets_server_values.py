"""Values: what typing makes of text, how cells are shown, where an append goes, what is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.sheets_server.testing import Book, Refused, book, server

__all__ = ["book", "server"]

TYPED = [
    ("007", 7, "7", None),
    ("1-2", 46024, "1-2", "m-d"),
    ("2026-09-05", 46270, "2026-09-05", "yyyy-mm-dd"),
    ("9/5/2026", 46270, "9/5/2026", "m/d/yyyy"),
    ("2026年9月5日", 46270, "2026年9月5日", 'yyyy"年"m"月"d"日"'),
    ("Sep 5, 2026", 46270, "Sep 5, 2026", "mmm d, yyyy"),
    ("2026-09-05 10:30", 46270.4375, "2026-09-05 10:30", "yyyy-mm-dd h:mm"),
    ("10:30 PM", 0.9375, "10:30 PM", "h:mm am/pm"),
    ("$100.15", 100.15, "$100.15", '"$"#,##0.00'),
    ("2,000,000.01", 2000000.01, "2,000,000.01", "#,##0.00"),
    ("50%", 0.5, "50%", "0%"),
    ("1.5e3", 1500, "1.50E+03", "0.00E+00"),
    ("-5", -5, "-5", None),
    ("TRUE", True, "TRUE", None),
    ("=1+2", 3, "3", None),
    ("'0123", "0123", "0123", None),
    ("T-1", "T-1", "T-1", None),
    ("2026-13-45", "2026-13-45", "2026-13-45", None),
    ("1,23", "1,23", "1,23", None),
    ("+49 30 1234", "#ERROR!", "#ERROR!", None),
    (" 5 ", 5, "5", None),
    ("a b", "a b", "a b", None),
]


@pytest.fixture(autouse=True)
def clock(book: Book) -> None:
    book.server.world.clock = lambda: dt.datetime(2026, 9, 10, 8, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(("text", "value", "shown", "pattern"), TYPED)
def test_user_entered(book: Book, text: str, value: Any, shown: str, pattern: str | None) -> None:
    assert book.typed(text) == value
    assert book.read("A1") == [[shown]]
    format_ = book.cell("A1").get("userEnteredFormat", {}).get("numberFormat", {})
    assert format_.get("pattern") == pattern


@pytest.mark.parametrize("text", [row[0] for row in TYPED])
def test_raw_keeps_every_text(book: Book, text: str) -> None:
    book.write("A1", [[text]])
    assert book.read("A1", "UNFORMATTED_VALUE") == [[text]]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=1/1024", 0.0009765625),
        ("=-2^2", 4),
        ("=2+3*4-1", 13),
        ("=10%", 0.1),
        ('="a"&"b"&1', "ab1"),
        ('="A"="a"', True),
        ("=1<>2", True),
        ("=1/0", "#DIV/0!"),
        ("=NOPE(1)", "#NAME?"),
        ("=B1+", "#ERROR!"),
        ("=A1", "#REF!"),
        ("=SUM(C1:C4)", 6),
        ("=COUNT(C1:C4)", 3),
        ("=COUNTA(C1:C4)", 4),
        ('=COUNTIF(C1:C4,">1")', 2),
        ('=COUNTIFS(C1:C4,">1",C1:C4,"<3")', 1),
        ('=SUMIF(C1:C4,">=2")', 5),
        ("=AVERAGE(C1:C3)", 2),
        ('=IF(C1=1,"yes","no")', "yes"),
        ('=IFERROR(1/0,"none")', "none"),
        ("=TODAY()", 46275),
        ("=MAX(C:C)", 3),
        ("=VLOOKUP(2,C1:C4,1,FALSE)", 2),
        ("=INDEX(C1:C4,4)", "x"),
        ('=MATCH("x",C1:C4,0)', 4),
        ("=ROUND(2.345,2)", 2.35),
        ('=HYPERLINK("http://a.b","row")', "row"),
        ('=TEXT(46270,"yyyy-mm-dd")', "2026-09-05"),
        ("=Other!A1*2", 84),
        ("='Other'!A1", 42),
        ("=Missing!A1", "#REF!"),
        ('=LEFT("abc",2)&LEN("xyz")', "ab3"),
        ("=DATE(2026,9,5)+1", 46271),
        ("=NETWORKDAYS(DATE(2026,9,7),DATE(2026,9,13))", 5),
        ('=REGEXMATCH("T-12","^T-\\d+$")', True),
        ("=figures", 1),
        ("=10^308*10^308", "#NUM!"),
        ("=10^400", "#NUM!"),
        ("=ROWS(5)", "#VALUE!"),
    ],
)
def test_formulas(book: Book, formula: str, value: Any) -> None:
    book.batch(
        {"addSheet": {"properties": {"title": "Other"}}},
        {"addNamedRange": {"namedRange": {"name": "figures", "range": {"startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 2, "endColumnIndex": 3}}}},
    )  # fmt: skip
    book.write("Other!A1", [[42]])
    book.write("C1:C4", [[1], [2], [3], ["x"]])
    assert book.typed(formula) == value


def test_dates_and_numbers_follow_the_locale(book: Book) -> None:
    properties = {"updateSpreadsheetProperties": {"properties": {"locale": "de_DE"}, "fields": "locale"}}
    book.batch(properties)
    assert book.typed("1.234,5") == 1234.5
    assert book.read("A1") == [["1.234,50"]]
    assert book.typed("05.09.2026") == 46270
    assert book.read("A1") == [["05.09.2026"]]
    assert book.typed("=TODAY()", "FORMATTED_VALUE") == "10.09.2026"
    with pytest.raises(Refused, match="Unsupported locale"):
        book.batch({"updateSpreadsheetProperties": {"properties": {"locale": "xx"}, "fields": "locale"}})


@pytest.mark.parametrize(
    ("pattern", "value", "shown"),
    [
        ("0.0", 2.25, "2.3"),
        ("#,##0", 1234567.8, "1,234,568"),
        ("00000", 42, "00042"),
        ("0.##", 1.5, "1.5"),
        ('0" days"', 3, "3 days"),
        ("#,##0;(#,##0)", -1200, "(1,200)"),
        ("[<1]0%;0", 0.25, "25%"),
        ("dd.mm.yyyy hh:mm:ss", 46270.5, "05.09.2026 12:00:00"),
        ("dddd, d mmmm yy", 46270, "Saturday, 5 September 26"),
        ("[h]:mm", 1.5, "36:00"),
        ("0.00E+00", 12345, "1.23E+04"),
        ("mm:ss", 0.0007, "01:00"),
    ],
)
def test_patterns(book: Book, pattern: str, value: float, shown: str) -> None:
    book.write("A1", [[value]])
    format_ = {"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": pattern}}}
    book.batch({"repeatCell": {"range": {"endRowIndex": 1, "endColumnIndex": 1}, "cell": format_, "fields": "userEnteredFormat.numberFormat"}})  # fmt: skip
    assert book.read("A1") == [[shown]]


@pytest.mark.parametrize(
    ("number", "shown"),
    [(1 / 3, "0.3333333333"), (0.1 + 0.2, "0.3"), (1e15, "1E+15"), (123456789012, "123456789012"), (-0.5, "-0.5"), (1e-10, "1E-10")],
)  # fmt: skip
def test_the_automatic_format(book: Book, number: float, shown: str) -> None:
    book.write("A1", [[number]])
    assert book.read("A1") == [[shown]]


# Append -------------------------------------------------------------------------------------------

TWO_TABLES = [["x", "y", "z"], ["x", "y", "z"], [], ["", "x", "y"], ["", "", "y", "z"], ["", "x", "y", "z"]]


@pytest.mark.parametrize(
    ("where", "start", "table"),
    [
        ("Sheet1", "B7", "B4:D6"),
        ("B4", "B7", "B4:D6"),
        ("C5:D5", "B7", "B4:D6"),
        ("B2:D4", "B7", "B4:D6"),
        ("A3:G10", "B7", "B4:D6"),
        ("A1", "A3", "A1:C2"),
        ("E4", "E4", None),
        ("A4", "A4", None),
    ],
)
def test_append_finds_the_table_as_googles_guide_says(
    book: Book, where: str, start: str, table: str | None
) -> None:
    book.write("A1", TWO_TABLES)
    answer = book.append(where, [["new"]])
    assert answer["updates"]["updatedRange"] == f"Sheet1!{start}"
    assert answer.get("tableRange") == (f"Sheet1!{table}" if table else None)


def test_append_grows_the_grid_and_insert_rows_shifts(book: Book) -> None:
    book.write("A1", [["a"], ["b"], [""], ["below"]])
    book.append("A1", [["c"], ["d"]], "&insertDataOption=INSERT_ROWS")
    assert book.read("A1:A6") == [["a"], ["b"], ["c"], ["d"], [], ["below"]]
    book.write("A1000", [["last"]])
    assert book.append("A1000", [["more"], ["again"]])["updates"]["updatedRange"] == "Sheet1!A1001:A1002"
    assert (
        book.get("?fields=sheets.properties")["sheets"][0]["properties"]["gridProperties"]["rowCount"] == 1002
    )


def test_overwrite_eats_what_stands_below(book: Book) -> None:
    book.write("A1", [["a"], [""], ["below"]])
    book.append("A1", [["b"], ["c"]])
    assert book.read("A1:A4") == [["a"], ["b"], ["c"]]


# Writing ------------------------------------------------------------------------------------------


def test_null_leaves_a_cell_and_blank_empties_it(book: Book) -> None:
    book.write("A1:C1", [["a", "b", "c"]])
    answer = book.write("A1:C1", [[None, "", "new"]], more="&includeValuesInResponse=true")
    assert answer["updatedCells"] == 2
    assert answer["updatedData"]["values"] == [["a", "", "new"]]


def test_ragged_rows_leave_the_rest(book: Book) -> None:
    book.write("A1:C2", [["a", "b", "c"], ["d", "e", "f"]])
    book.write("A1:C2", [["1"], ["2", "3"]])
    assert book.read("A1:C2") == [["1", "b", "c"], ["2", "3", "f"]]


def test_a_write_keeps_notes_formats_and_validation(book: Book) -> None:
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "open"}]}, "strict": True}
    cell = {"note": "n", "userEnteredFormat": {"textFormat": {"bold": True}}, "dataValidation": rule}
    book.batch(
        {
            "updateCells": {
                "range": {"endRowIndex": 1, "endColumnIndex": 1},
                "fields": "*",
                "rows": [{"values": [cell]}],
            }
        }
    )
    book.write("A1", [["not in the list"]])
    found = book.cell("A1")
    assert found["note"] == "n"
    assert found["dataValidation"]["strict"] is True
    assert found["userEnteredFormat"]["textFormat"]["bold"] is True
    assert found["formattedValue"] == "not in the list"


@pytest.mark.parametrize(
    ("cells", "rows", "text"),
    [
        (
            "A1:B2",
            [[1], [2], [3]],
            r"Requested writing within range \[Sheet1!A1:B2\], but tried writing to row \[3\]",
        ),
        (
            "A1:B1",
            [[1, 2, 3]],
            r"Requested writing within range \[Sheet1!A1:B1\], but tried writing to column \[C\]",
        ),
        (
            "A5000:B5001",
            [[1]],
            r"Range \(Sheet1!A5000:B5001\) exceeds grid limits. Max rows: 1000, max columns: 26",
        ),
        ("A1000", [[1], [2]], "exceeds grid limits"),
        ("AAAA1", [[1]], "Unable to parse range: AAAA1"),
        ("Nope!A1", [[1]], "Unable to parse range: Nope!A1"),
        ("A0", [[1]], "Unable to parse range: A0"),
        (
            "A1",
            [["x" * 50_001]],
            "Your input contains more than the maximum of 50000 characters in a single cell.",
        ),
        (
            "A1",
            "X",
            r"Invalid value at 'data.values' \(type.googleapis.com/google.protobuf.ListValue\), \"X\"",
        ),
        ("A1", [[{"a": 1}]], r"Invalid values\[0\]\[0\]: struct_value"),
    ],
)
def test_refused_writes(book: Book, cells: str, rows: Any, text: str) -> None:
    with pytest.raises(Refused, match=text):
        book.write(cells, rows)
    assert book.read("A1") == []


def test_the_longest_text_fits(book: Book) -> None:
    book.write("A1", [["x" * 50_000]])
    assert len(book.read("A1")[0][0]) == 50_000


def test_a_batch_of_values_is_all_or_nothing(book: Book) -> None:
    data = [{"range": "A1", "values": [["a"]]}, {"range": "Nope!A1", "values": [["b"]]}]
    with pytest.raises(Refused, match=r"Invalid data\[1\]: Unable to parse range: Nope!A1"):
        book.post("/values:batchUpdate", {"valueInputOption": "RAW", "data": data})
    assert book.read("A1") == []
    with pytest.raises(Refused, match="'valueInputOption' is required but not specified"):
        book.post("/values:batchUpdate", {"data": data[:1]})


def test_an_anchored_row_is_written_through_its_filter(book: Book) -> None:
    book.write("A1:B2", [["1", "open"], ["2", "open"]])
    place = {"dimensionRange": {"dimension": "ROWS", "startIndex": 1, "endIndex": 2}}
    item = {"metadataId": 7, "metadataKey": "row", "visibility": "DOCUMENT", "location": place}
    book.batch({"createDeveloperMetadata": {"developerMetadata": item}})
    lookup = {"developerMetadataLookup": {"metadataId": 7}}

    def put(rows: list[list[Any]], filter_: dict[str, Any] = lookup) -> Any:
        data = [{"dataFilter": filter_, "majorDimension": "ROWS", "values": rows}]
        body = {"valueInputOption": "RAW", "data": data, "includeValuesInResponse": True}
        return book.post("/values:batchUpdateByDataFilter", body)

    answer = put([[None, "done"]])
    assert answer["responses"][0]["updatedData"]["values"] == [["2", "done"]]
    assert answer["totalUpdatedCells"] == 1
    assert book.read("A1:B2") == [["1", "open"], ["2", "done"]]
    with pytest.raises(Refused, match=r"tried writing to row \[3\]"):
        put([["a"], ["b"]])
    nothing = put([["a"]], {"developerMetadataLookup": {"metadataId": 8}})
    assert "responses" not in nothing
    assert book.read("A1:B2") == [["1", "open"], ["2", "done"]]


# Ranges -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("Sheet1", "Sheet1!A1:Z1000"),
        ("A:A", "Sheet1!A1:A1000"),
        ("2:3", "Sheet1!A2:Z3"),
        ("A5:A", "Sheet1!A5:A1000"),
        ("D4:A1", "Sheet1!A1:D4"),
        ("$B$2", "Sheet1!B2"),
        ("Sheet1!R2C3", "Sheet1!C2"),
        ("R1C1:R2C2", "Sheet1!A1:B2"),
        ("A1:B5000", "Sheet1!A1:B1000"),
        ("sheet1!a1", "Sheet1!A1"),
        ("'It''s 1'!A1", "'It''s 1'!A1"),
        ("names", "Sheet1!B2:B3"),
    ],
)
def test_ranges_are_echoed_in_full(book: Book, asked: str, answered: str) -> None:
    span = {"startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 1, "endColumnIndex": 2}
    book.batch(
        {"addSheet": {"properties": {"title": "It's 1"}}},
        {"addNamedRange": {"namedRange": {"name": "names", "range": span}}},
    )
    assert book.get(f"/values/{asked}")["range"] == answered


def test_a_title_that_looks_like_a_cell_must_be_quoted(book: Book) -> None:
    book.batch({"updateSheetProperties": {"properties": {"title": "D3"}, "fields": "title"}})
    book.write("'D3'!A1", [["a"]])
    assert book.get("/values/D3")["range"] == "'D3'!D3"
    assert book.get("/values/'D3'")["range"] == "'D3'!A1:Z1000"
    with pytest.raises(Refused, match="Unable to parse range: 'names'"):
        book.get("/values/'names'")


def test_field_masks(book: Book) -> None:
    book.write("A1:B1", [["a", "b"]])
    assert book.get("?fields=sheets.properties(title,sheetId)") == {
        "sheets": [{"properties": {"sheetId": 0, "title": "Sheet1"}}]
    }
    assert book.get("?fields=sheets/data/rowData/values/formattedValue&ranges=B1") == {
        "sheets": [{"data": [{"rowData": [{"values": [{"formattedValue": "b"}]}]}]}]
    }
    for mask, path in (
        ("sheets.nope", "sheets.nope"),
        ("spreadsheetId, properties", "spreadsheetId, properties"),
    ):
        with pytest.raises(Refused, match="Request contains an invalid argument") as failed:
            book.get(f"?fields={mask}")
        violation = failed.value.body["error"]["details"][0]["fieldViolations"][0]
        assert violation["description"].endswith(f"for path '{path}'.")
    with pytest.raises(Refused, match=r'Unknown name "nope": Cannot bind query parameter\.'):
        book.get("?nope=1")
    assert book.call("GET", f"/drive/v3/files/{book.id}?includeItemsFromAllDrives=true")["name"] == "T"
