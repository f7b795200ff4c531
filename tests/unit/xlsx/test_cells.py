"""Cells are written into the bytes of their rows, in every form that rows take."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sheetops.books.xlsx.edit import patch_cells
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.read_plain import Plain
from sheetops.errors import EditRefused, NotAWorkbook, SheetError
from tests.unit.xlsx.made import HEAD, MAIN, SHEET, STRICT, made, patch, rows_after, sheet_xml

ROW = '<row r="2" spans="1:3"><c r="A2" s="1"><v>5</v></c><c r="C2"><v>7</v></c></row>'


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("Müller & <Co>", '<c r="B2" t="inlineStr"><is><t>Müller &amp; &lt;Co&gt;</t></is></c>'),
        (" two  lines\n", '<c r="B2" t="inlineStr"><is><t xml:space="preserve"> two  lines\n</t></is></c>'),
        ("=1+1", '<c r="B2" t="inlineStr"><is><t>=1+1</t></is></c>'),
        ("a\x01b\r", '<c r="B2" t="inlineStr"><is><t xml:space="preserve">a_x0001_b_x000D_</t></is></c>'),
        ("_x0041_", '<c r="B2" t="inlineStr"><is><t>_x005F_x0041_</t></is></c>'),
        (True, '<c r="B2" t="b"><v>1</v></c>'),
        (20231001, '<c r="B2"><v>20231001</v></c>'),
        (2.0, '<c r="B2"><v>2</v></c>'),
        (-0.1, '<c r="B2"><v>-0.1</v></c>'),
        (1e300, '<c r="B2"><v>1e+300</v></c>'),
    ],
)
def test_a_new_cell_stands_in_its_place(value: object, cell: str) -> None:
    assert rows_after(made(ROW), {"B2": value}) == ROW.replace('<c r="C2"', f'{cell}<c r="C2"')


def test_a_value_is_replaced_and_the_look_stays() -> None:
    rows = rows_after(made(ROW), {"A2": "x"})
    assert rows == ROW.replace(
        '<c r="A2" s="1"><v>5</v></c>', '<c r="A2" s="1" t="inlineStr"><is><t>x</t></is></c>'
    )


def test_the_look_of_a_new_text_stands_before_its_type() -> None:
    """As every spreadsheet program writes it: a reader of plain rows, ours too, looks for no other order."""
    styled = ROW.replace('spans="1:3"', 's="2" customFormat="1"')
    assert '<c r="B2" s="2" t="inlineStr"><is><t>x</t></is></c>' in rows_after(made(styled), {"B2": "x"})
    package = Package.from_bytes(made(styled), "f.xlsx")
    patch_cells(package, {("Log", "B2"): "x", ("Log", "D2"): True})
    package = Package.from_bytes(package.to_bytes(), "f.xlsx")
    columns = Plain(package).read(package.sheets()[0]).columns
    assert columns == [[None, dt.date(1900, 1, 5)], [None, "x"], [None, 7], [None, True]]


def test_none_empties_the_cell_and_keeps_its_look() -> None:
    assert rows_after(made(ROW), {"A2": None}) == ROW.replace(
        '<c r="A2" s="1"><v>5</v></c>', '<c r="A2" s="1"/>'
    )
    assert rows_after(made(ROW), {"A2": ""}) == rows_after(made(ROW), {"A2": None})


def test_spans_grow_with_the_row() -> None:
    assert rows_after(made(ROW), {"F2": 1}).startswith('<row r="2" spans="1:6">')
    two = ROW.replace('"1:3"', '"1:1 3:3"')
    assert rows_after(made(two), {"C2": 1}).startswith('<row r="2" spans="1:1 3:3">')
    assert rows_after(made(two), {"B2": 1}).startswith('<row r="2" spans="1:3">')


def test_missing_rows_are_put_in_order() -> None:
    rows = '<row r="2"><c r="A2"><v>1</v></c></row><row r="5"><c r="A5"><v>1</v></c></row>'
    after = rows_after(made(rows), {"A1": 1, "B3": 2, "A5": 3, "A7": 4, "C3": None})
    assert after == (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
        '<row r="3"><c r="B3"><v>2</v></c></row><row r="5"><c r="A5"><v>3</v></c></row>'
        '<row r="7"><c r="A7"><v>4</v></c></row>'
    )


@pytest.mark.parametrize("rows", ["", '<row r="2"/>', '<row r="2" />', '<row r="2"></row>'])
def test_self_closing_rows_and_sheet_data_are_opened(rows: str) -> None:
    after = rows_after(made(rows), {"B2": 1})
    assert after.replace('<row r="2" >', '<row r="2">') == '<row r="2"><c r="B2"><v>1</v></c></row>'


def test_self_closing_sheet_data_directly_before_a_filter_that_grows() -> None:
    files, _ = patch(
        made(before='<dimension ref="A1"/>', after='<autoFilter ref="A1:B1"/>'), {("Log", "A2"): 1}
    )
    assert files[SHEET].decode() == sheet_xml(
        '<row r="2"><c r="A2"><v>1</v></c></row>',
        before='<dimension ref="A1:A2"/>',
        after='<autoFilter ref="A1:B2"/>',
    )


def test_rows_and_cells_without_addresses_count_on() -> None:
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row/><row><c><v>3</v></c><c r='D3'><v>4</v></c></row>"
    after = rows_after(made(rows), {"B1": 9, "C3": 8, "A2": 7, "A5": 6})
    assert after == (
        '<row><c><v>1</v></c><c><v>9</v></c></row><row><c r="A2"><v>7</v></c></row>'
        "<row><c><v>3</v></c><c r=\"C3\"><v>8</v></c><c r='D3'><v>4</v></c></row>"
        '<row r="5"><c r="A5"><v>6</v></c></row>'
    )


def test_prefixed_xml_keeps_its_prefix() -> None:
    sheet = (
        f'{HEAD}<x:worksheet xmlns:x="{MAIN}" xmlns="urn:other"><x:dimension ref="A1"/><x:sheetData>'
        '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    files, _ = patch(made(sheet=sheet), {("Log", "B1"): "b", ("Log", "A2"): True})
    assert files[SHEET].decode() == sheet.replace('ref="A1"', 'ref="A1:B2"').replace(
        "</x:row>",
        '<x:c r="B1" t="inlineStr"><x:is><x:t>b</x:t></x:is></x:c></x:row>'
        '<x:row r="2"><x:c r="A2" t="b"><x:v>1</x:v></x:c></x:row>',
    )


def test_strict_workbooks_keep_their_namespace_and_their_iso_dates() -> None:
    rows = '<row r="1"><c r="A1" s="1" t="d"><v>2026-10-03T00:00:00</v></c><c r="B1"><v>1</v></c></row>'
    sheet = sheet_xml(rows).replace(MAIN, STRICT)
    workbook = made(sheet=sheet)
    _, done = patch(workbook, {("Log", "A1"): dt.date(2026, 10, 3)})
    assert not done.cells
    files, _ = patch(workbook, {("Log", "A1"): dt.date(2026, 10, 4)})
    assert files[SHEET].decode() == sheet.replace(' t="d"><v>2026-10-03T00:00:00<', "><v>46299<")


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "iso-8859-1", "gb18030"]
)
def test_other_encodings_are_kept(encoding: str) -> None:
    declared = {"utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-8-sig": "UTF-8"}.get(encoding, encoding)
    text = sheet_xml('<row r="1"><c r="A1" t="inlineStr"><is><t>é</t></is></c></row>').replace(
        "UTF-8", declared
    )
    files, _ = patch(made(sheet=text.encode(encoding)), {("Log", "B1"): "ü 中"})
    new = files[SHEET].decode(encoding)
    assert files[SHEET] == new.encode(encoding)
    written = "ü &#20013;" if encoding == "iso-8859-1" else "ü 中"
    assert new == text.replace("</row>", f'<c r="B1" t="inlineStr"><is><t>{written}</t></is></c></row>')


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('encoding="UTF-8"', 'encoding="utf-99"', "not valid utf-99"),
        ('encoding="UTF-8"', 'encoding="ascii"', "not valid ascii"),
        ('<row r="1"', '<row r="1', "XML is broken"),
        ("</row>", "", "a row has no end"),
        ("</sheetData>", "", "its rows have no end|XML is broken"),
    ],
)
def test_broken_parts_are_told_in_one_line(old: str, new: str, why: str) -> None:
    sheet = sheet_xml('<row r="1"><c r="A1" t="str"><v>é</v></c></row>').replace(old, new)
    with pytest.raises(NotAWorkbook, match=why) as caught:
        patch(made(sheet=sheet), {("Log", "B1"): 1, ("Log", "A2"): 1})
    assert "\n" not in str(caught.value)


def test_comments_cdata_and_instructions_are_not_rows() -> None:
    decoy = '<!-- <row r="2"><c r="A2"/></row> </sheetData> --><?keep <row r="2"> ?>'
    rows = (
        f'<row r="1"><c r="A1" t="str"><v><![CDATA[<row r="2">]]></v></c><!-- <c r="B1"> --></row>{decoy}'
        '<row r="2"><c r="A2"><v>1</v></c></row>'
    )
    sheet = sheet_xml(rows, after="<!-- </sheetData> -->")
    files, _ = patch(made(sheet=sheet), {("Log", "A2"): 5, ("Log", "B1"): 6})
    assert files[SHEET].decode() == sheet.replace("<v>1</v>", "<v>5</v>").replace(
        "]]></v></c>", ']]></v></c><c r="B1"><v>6</v></c>'
    )


def test_attributes_in_any_order_and_quotes() -> None:
    rows = "<row  spans = '1:1'\n r = '3' ><c s='3' r='A3' ><v>1</v></c ></row >"
    after = rows_after(made(rows), {"A3": 2, "B3": 3})
    assert after == (
        "<row  spans = \"1:2\"\n r = '3' ><c s='3' r='A3' ><v>2</v></c><c r=\"B3\"><v>3</v></c></row >"
    )


def test_a_rich_or_phonetic_text_is_replaced_as_a_whole_and_equal_text_is_left() -> None:
    strings = [
        '<r><rPr><b/></rPr><t xml:space="preserve">hel </t></r><r><t>lo</t></r>',
        '<t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/>',
        "<t>a_x0041__x005F_x0042_</t>",
    ]
    rows = '<row r="1"><c r="A1" t="s" ph="1"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
    data = made(rows, strings=strings)
    same = {("Log", "A1"): "hel lo", ("Log", "B1"): "東京", ("Log", "C1"): "aA_x0042_"}
    files, done = patch(data, same)
    assert not done.cells
    assert not done.parts
    assert rows_after(data, {"A1": "hel  lo"}).startswith(
        '<row r="1"><c r="A1" t="inlineStr" ph="1"><is><t xml:space="preserve">hel  lo</t></is></c>'
    )
    assert files["xl/sharedStrings.xml"] == patch(data, {("Log", "A1"): 1})[0]["xl/sharedStrings.xml"]


def test_a_rich_value_goes_with_the_content_that_it_describes() -> None:
    rows = '<row r="1"><c r="A1" t="e" vm="1" cm="2" s="3"><v>#VALUE!</v><extLst><ext uri="u"/></extLst></c></row>'
    assert rows_after(made(rows), {"A1": 1}) == (
        '<row r="1"><c r="A1" s="3"><v>1</v><extLst><ext uri="u"/></extLst></c></row>'
    )


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<v>5</v>", 5.0),
        ("<v>5.0E0</v>", 5),
        (' t="b"><v>1</v>', True),
        (' t="inlineStr"><is><t>x</t></is>', "x"),
        (' t="str"><v>x</v>', "x"),
        (' s="1"><v>46298</v>', dt.date(2026, 10, 3)),
        (' s="1"><v>46298.6041666667</v>', dt.datetime(2026, 10, 3, 14, 30)),
        (' s="3">', None),
    ],
)
def test_a_cell_that_holds_the_value_already_is_not_touched(cell: str, value: object) -> None:
    inner = cell if cell.startswith(" ") else f">{cell}"
    data = made(f'<row r="1"><c r="A1"{inner}</c></row>')
    _, done = patch(data, {("Log", "A1"): value, ("Log", "Z9"): None})
    assert not done.cells
    assert not done.parts


@pytest.mark.parametrize(("cell", "value"), [("1", True), ("46298", dt.date(2026, 10, 3)), ("5", "5")])
def test_the_same_figure_of_another_kind_is_a_change(cell: str, value: object) -> None:
    _, done = patch(made(f'<row r="1"><c r="A1"><v>{cell}</v></c></row>'), {("Log", "A1"): value})
    assert done.cells == {("Log", "A1"): value}


def test_the_used_range_grows_only_to_hold_values() -> None:
    before = '<dimension ref="A1:C2"/>'
    files, _ = patch(made(ROW, before=before), {("Log", "B1"): 1, ("Log", "E4"): 1, ("Log", "A2"): None})
    assert b'<dimension ref="A1:E4"/>' in files[SHEET]
    files, _ = patch(made(ROW, before=before), {("Log", "B2"): 1})
    assert before.encode() in files[SHEET]


@pytest.mark.parametrize("cell", ["", "A0", "XFE1", "A1048577", "A1:B2", "1A", "A", "Log!A1", "ＡA1"])
def test_a_cell_that_does_not_exist_is_refused(cell: str) -> None:
    with pytest.raises(EditRefused, match=r"^book\.xlsx, tab 'Log': there is no cell .*; name one from A1"):
        patch(made(ROW), {("Log", cell): 1})


def test_the_last_cell_of_a_sheet_can_be_written() -> None:
    assert rows_after(made(ROW), {"XFD1048576": 1}).endswith('<c r="XFD1048576"><v>1</v></c></row>')


def test_a_tab_is_found_as_excel_finds_it() -> None:
    _, done = patch(made(ROW), {("lOG", "a2"): 1})
    assert done.cells == {("Log", "A2"): 1}
    with pytest.raises(SheetError, match=r"there is no tab 'Lag'; its tabs are: Log, More$"):
        patch(made(ROW, second="<row r='1'/>"), {("Lag", "A2"): 1})


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (float("nan"), "infinite"),
        (float("inf"), "infinite"),
        (10**400, "infinite"),
        (12345678901234567891, "digits"),
        ("x" * 32_768, "32,768 characters"),
        ("😀" * 16_384, "32,768 characters"),
        ("\ud800", "half a character"),
        (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "time zone"),
        (dt.date(1899, 12, 31), "begins on 1900-01-01"),
        (b"bytes", "cannot hold a bytes"),
        (dt.time(1, 2), "cannot hold a time"),
    ],
)
def test_what_a_cell_cannot_hold_is_refused(value: object, why: str) -> None:
    with pytest.raises(EditRefused, match=why):
        patch(made(ROW), {("Log", "A2"): value})


def test_one_refused_edit_stops_the_whole_plan() -> None:
    from sheetops.books.xlsx.edit import patch_cells
    from sheetops.books.xlsx.package import Package

    data = made(ROW, second=ROW, after='<mergeCells count="1"><mergeCell ref="A5:B5"/></mergeCells>')
    package = Package.from_bytes(data, "book.xlsx")
    with pytest.raises(EditRefused):
        patch_cells(package, {("More", "A2"): dt.date(2026, 1, 1), ("Log", "B5"): 1})
    assert not package.touched()
    assert package.to_bytes() == data


@pytest.mark.parametrize(
    ("rows", "cell"),
    [
        ('<row r="1"><c r="A2"/></row>', "A1"),
        ('<row r="1"><c r="B1"/><c r="A1"/></row>', "A1"),
        ('<row r="1"><c r="B1"/><c r="B1"/></row>', "A1"),
        ('<row r="3"/><row r="1"/>', "A2"),
        ("<rows/>", "A1"),
    ],
)
def test_rows_and_cells_out_of_place_are_refused(rows: str, cell: str) -> None:
    with pytest.raises((NotAWorkbook, EditRefused), match=r"out of place|out of order|cannot be told"):
        patch(made(rows), {("Log", cell): 1})


def test_the_order_of_the_edits_does_not_matter() -> None:
    data = made(ROW, second=ROW)
    edits = {
        ("More", "E9"): dt.datetime(2026, 1, 1, 8),
        ("Log", "A9"): dt.date(2026, 1, 1),
        ("Log", "F2"): 1,
        ("Log", "B2"): dt.datetime(2026, 1, 1, 8, 0, 1),
    }
    assert patch(data, edits)[0] == patch(data, dict(reversed(edits.items())))[0]


def test_the_same_cell_twice_is_refused() -> None:
    with pytest.raises(EditRefused, match="given twice"):
        patch(made(ROW), {("Log", "A2"): 1, ("LOG", "a2"): 2})


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
@example("a\ufffe\uffff")
def test_any_text_reads_back(text: str) -> None:
    import io

    from lxml import etree
    from python_calamine import CalamineWorkbook

    from sheetops.books.xlsx.cellvalue import unescape_text
    from sheetops.books.xlsx.edit import patch_cells
    from sheetops.books.xlsx.package import Package

    package = Package.from_bytes(made(ROW), "book.xlsx")
    patch_cells(package, {("Log", "B2"): text})
    data = package.to_bytes()
    xml = etree.fromstring(package.part(SHEET))
    assert unescape_text(xml.findtext(f".//{{{MAIN}}}t") or "") == text
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Log")
    shown = str(sheet.to_python(skip_empty_area=False)[1][1])
    for sign in {"\ufffe", "\uffff"} & set(
        text
    ):  # no XML may hold them: calamine leaves their escapes as they are
        shown = shown.replace(f"_x{ord(sign):04X}_", sign)
    assert shown == text
