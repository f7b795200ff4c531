"""Tables and filters grow with the rows that a plan puts directly below them, and with nothing else."""

from __future__ import annotations

import pytest

from sheetops.errors import EditRefused
from tests.unit.xlsx.made import SHEET, made, patch, table_xml

ROWS = "".join(
    f'<row r="{n}"><c r="A{n}" t="str"><v>a{n}</v></c><c r="B{n}"><v>{n}</v></c></row>' for n in range(1, 4)
)
TABLE = "xl/tables/table1.xml"
PARTS = '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>'


def table_after(edits: dict[str, object], rows: str = ROWS, after: str = PARTS, **more: str) -> str:
    tables = [table_xml("A1:B3", **more)]  # type: ignore[arg-type]
    files, _ = patch(made(rows, after=after, tables=tables), {("Log", k): v for k, v in edits.items()})
    return files[TABLE].decode()


def test_rows_appended_directly_below_belong_to_the_table() -> None:
    assert table_after({"A4": "x", "B5": 1, "B7": 1}) == table_xml("A1:B5")


@pytest.mark.parametrize(
    "edits", [{"A5": 1}, {"C4": 1}, {"A4": None}, {"A3": "new"}], ids=["gap", "beside", "nothing", "inside"]
)
def test_other_cells_do_not_grow_the_table(edits: dict[str, object]) -> None:
    assert table_after(edits) == table_xml("A1:B3")


def test_what_a_person_wrote_below_the_table_stays_outside() -> None:
    below = ROWS + '<row r="4"><c r="B4" t="str"><v>my note</v></c></row>'
    assert table_after({"A4": "x"}, rows=below) == table_xml("A1:B3")


def test_a_totals_row_closes_the_table() -> None:
    assert table_after({"A4": "x"}, more=' totalsRowCount="1"') == table_xml(
        "A1:B3", more=' totalsRowCount="1"'
    )


def test_a_table_does_not_grow_into_merged_cells_or_another_table() -> None:
    merged = f'<mergeCells count="1"><mergeCell ref="A4:B4"/></mergeCells>{PARTS}'
    assert table_after({"A4": "x"}, after=merged) == table_xml("A1:B3")
    other = table_xml("B4:C6", more=' headerRowCount="0"')
    files, _ = patch(made(ROWS, after=PARTS, tables=[table_xml("A1:B3"), other]), {("Log", "A4"): "x"})
    assert files[TABLE].decode() == table_xml("A1:B3")


def test_the_blank_row_of_an_empty_table_becomes_real() -> None:
    after = table_after({"A3": "x"}, rows=ROWS.partition('<row r="3"')[0], more=' insertRow="1"')
    assert after == table_xml("A1:B3")


def test_headings_and_totals_of_a_table_are_refused() -> None:
    with pytest.raises(EditRefused, match=r"cell A1: the cell is a column heading of table Requests"):
        table_after({"A1": "x"})
    with pytest.raises(EditRefused, match=r"cell B3: the cell is in the totals row of table Requests"):
        table_after({"B3": 1.5}, more=' totalsRowCount="1"')
    assert table_after({"A1": "a1", "A4": "x"}) == table_xml("A1:B4")  # the heading it has already
    assert table_after({"A1": "x"}, more=' headerRowCount="0"')


def test_lists_and_rules_of_the_columns_follow_the_table() -> None:
    rules = (
        '<conditionalFormatting sqref="B2:B3 D2:D3"><cfRule type="top10" priority="1" rank="1"/>'
        '</conditionalFormatting><dataValidations count="2"><dataValidation type="list" sqref="A2:A3"/>'
        '<dataValidation type="list" sqref="A2:A2 C2:C9"/></dataValidations>'
    )
    ext = '<extLst><ext uri="u" xmlns:xm="urn:xm"><xm:sqref>A2:B3</xm:sqref></ext></extLst>'
    data = made(ROWS, after=rules + PARTS + ext, tables=[table_xml("A1:B3")])
    files, _ = patch(data, {("Log", "A4"): "x"})
    sheet = files[SHEET].decode()
    for wanted in ('sqref="B2:B4 D2:D3"', 'sqref="A2:A4"', 'sqref="A2:A2 C2:C9"', "<xm:sqref>A2:B4<"):
        assert wanted in sheet


FILTER = '<autoFilter ref="A1:B3"><filterColumn colId="0"/></autoFilter>'
NAMES = (
    '<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="1" hidden="1">More!$A$1:$B$3'
    '</definedName><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">'
    "'Log'!$A$1:$B$3</definedName></definedNames>"
)


def test_a_filter_and_its_hidden_name_grow() -> None:
    data = made(ROWS, after=FILTER, workbook=NAMES, second="<row r='1'/>")
    files, done = patch(data, {("Log", "A4"): "x", ("Log", "B5"): 1})
    assert FILTER.replace("A1:B3", "A1:B5") in files[SHEET].decode()
    assert NAMES.replace("'Log'!$A$1:$B$3", "'Log'!$A$1:$B$5") in files["xl/workbook.xml"].decode()
    assert done.parts == {SHEET, "xl/workbook.xml"}


def test_a_filter_takes_in_a_row_that_a_person_began_below_it() -> None:
    rows = ROWS + '<row r="4"><c r="B4" t="str"><v>typed</v></c></row>'
    files, _ = patch(made(rows, after=FILTER), {("Log", "A4"): "ID-4"})
    assert 'ref="A1:B4"' in files[SHEET].decode()


def test_a_filter_stays_when_nothing_is_appended() -> None:
    data = made(ROWS, after=FILTER, workbook=NAMES, second="<row r='1'/>")
    _, done = patch(data, {("Log", "A3"): "x", ("Log", "A6"): 1})
    assert done.parts == {SHEET}
    files, _ = patch(data, {("Log", "A6"): 1})
    assert FILTER in files[SHEET].decode()


def test_a_name_that_is_not_the_filters_range_is_left() -> None:
    names = NAMES.replace("'Log'!$A$1:$B$3", "'Log'!$A$1:$B$99")
    files, _ = patch(made(ROWS, after=FILTER, workbook=names, second="<row r='1'/>"), {("Log", "A4"): "x"})
    assert names in files["xl/workbook.xml"].decode()
