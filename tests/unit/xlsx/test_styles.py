"""Dates get a date format by appending one; new cells look like their row or column."""

from __future__ import annotations

import datetime as dt

import pytest

from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.styles import date_styles, is_1904, is_date_code
from sheetops.errors import EditRefused
from tests.unit.xlsx.made import HEAD, MAIN, STYLES, made, patch, rows_after

DAY = dt.date(2026, 10, 3)
STYLE_PART = "xl/styles.xml"
CELL = '<row r="1"><c r="A1"{}><v>1</v></c></row>'


def test_a_date_in_a_plain_cell_gets_an_appended_format() -> None:
    files, _ = patch(made(CELL.format("")), {("Log", "A1"): DAY})
    assert b'<c r="A1" s="5"><v>46298</v></c>' in files["xl/worksheets/sheet1.xml"]
    assert files[STYLE_PART].decode() == STYLES.replace(
        '<numFmts count="1"><numFmt numFmtId="164" formatCode="[Red]0.0"/></numFmts>',
        '<numFmts count="2"><numFmt numFmtId="164" formatCode="[Red]0.0"/>'
        '<numFmt numFmtId="165" formatCode="yyyy-mm-dd"/></numFmts>',
    ).replace('<cellXfs count="5">', '<cellXfs count="6">').replace(
        "</cellXfs>",
        '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>',
    )


def test_a_date_in_a_date_cell_keeps_its_format() -> None:
    files, done = patch(made(CELL.format(' s="1"')), {("Log", "A1"): DAY})
    assert b'<c r="A1" s="1"><v>46298</v></c>' in files["xl/worksheets/sheet1.xml"]
    assert STYLE_PART not in done.parts


def test_a_date_in_a_text_cell_keeps_all_but_the_text_format() -> None:
    files, _ = patch(made(CELL.format(' s="2"')), {("Log", "A1"): DAY})
    assert (
        files[STYLE_PART]
        .decode()
        .endswith(
            '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1">'
            '<alignment wrapText="1"/></xf></cellXfs></styleSheet>'
        )
    )


def test_formats_are_shared_and_times_are_shown() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"/></row>' for n in range(1, 5))
    edits = {
        ("Log", "A1"): DAY,
        ("Log", "A2"): DAY,
        ("Log", "A3"): dt.datetime(2026, 10, 3, 14, 30),
        ("Log", "A4"): dt.datetime(2026, 10, 3, 14, 30, 5),
    }
    files, _ = patch(made(rows), edits)
    sheet, styles = files["xl/worksheets/sheet1.xml"], files[STYLE_PART]
    assert [sheet.count(b's="%d"' % n) for n in (5, 6, 7, 8)] == [2, 1, 1, 0]
    assert b'formatCode="yyyy-mm-dd hh:mm"/><numFmt numFmtId="167" formatCode="yyyy-mm-dd hh:mm:ss"' in styles
    assert b"<v>46298.604166666664</v>" in sheet


def test_a_format_that_the_workbook_has_is_used_again() -> None:
    styles = STYLES.replace("[Red]0.0", r"yyyy\-mm\-dd")
    files, _ = patch(made(CELL.format(""), styles=styles), {("Log", "A1"): DAY})
    assert (
        b'<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></c'
        in files[STYLE_PART]
    )
    assert b'<numFmts count="1">' in files[STYLE_PART]


@pytest.mark.parametrize(
    "styles",
    [
        f'{HEAD}<styleSheet xmlns="{MAIN}"/>',
        f'{HEAD}<x:styleSheet xmlns:x="{MAIN}"><x:fonts count="1"><x:font/></x:fonts></x:styleSheet>',
        f'{HEAD}<styleSheet xmlns="{MAIN}"><cellXfs/><dxfs count="0"/></styleSheet>',
        None,
    ],
)
def test_a_poor_or_missing_style_list_is_completed(styles: str | None) -> None:
    data = made(CELL.format(""), styles=styles)
    files, _ = patch(data, {("Log", "A1"): DAY})
    assert b's="1"' in files["xl/worksheets/sheet1.xml"]
    package = Package.from_bytes(data, "b.xlsx")
    from sheetops.books.xlsx.edit import patch_cells

    patch_cells(package, {("Log", "A1"): DAY})
    assert date_styles(package) == {1}
    part = package.related(package.workbook_part(), "styles")
    assert part
    assert package.content_type(part) == (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
    )
    order = [node.name for node in package.tree(part)[1].children]
    known = ["numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"]
    assert order == [name for name in known if name in order]
    assert package.tree(part)[1].find("cellXfs").attrs["count"] == "2"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("day", "modern", "mac"),
    [
        (dt.date(1900, 1, 1), "1", None),
        (dt.date(1900, 2, 28), "59", None),
        (dt.date(1900, 3, 1), "61", None),
        (dt.date(1904, 1, 1), "1462", "0"),
        (DAY, "46298", "44836"),
        (dt.date(9999, 12, 31), "2958465", "2957003"),
    ],
)
def test_both_calendars_and_the_day_that_never_was(day: dt.date, modern: str, mac: str | None) -> None:
    row = CELL.format(' s="1"')
    assert f"<v>{modern}</v>" in rows_after(made(row.replace("1</v>", "7</v>")), {"A1": day})
    old = made(row.replace("1</v>", "7</v>"), properties='<workbookPr date1904="1"/>')
    if mac is None:
        with pytest.raises(EditRefused, match="begins on 1904-01-01"):
            patch(old, {("Log", "A1"): day})
    else:
        assert f"<v>{mac}</v>" in rows_after(old, {"A1": day})
    assert is_1904(Package.from_bytes(old, "b.xlsx"))
    assert not is_1904(Package.from_bytes(made(row), "b.xlsx"))


def test_a_new_cell_takes_the_look_of_its_row_else_of_its_column() -> None:
    cols = '<cols><col min="2" max="3" style="3"/><col min="4" max="4" width="9"/></cols>'
    rows = '<row r="1" s="2" customFormat="1"/><row r="2" s="2"/>'
    after = rows_after(made(rows, before=cols), {"B1": 1, "B2": 1, "C3": 1, "D3": 1})
    assert after == (
        '<row r="1" s="2" customFormat="1"><c r="B1" s="2"><v>1</v></c></row>'
        '<row r="2" s="2"><c r="B2" s="3"><v>1</v></c></row>'
        '<row r="3"><c r="C3" s="3"><v>1</v></c><c r="D3"><v>1</v></c></row>'
    )


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("yyyy-mm-dd", True),
        ('yyyy"年"m"月"d"日"', True),
        ("[$-404]e/m/d", True),
        ("[h]:mm", True),
        ("[$-F800]dddd", True),
        ("aaaa", True),
        ("General", False),
        ("0.00E+00", False),
        ("[Red]0.0;[Blue]-0.0", False),
        ('0 "days"', False),
        (r"0\d", False),
        ("_-* #,##0.00_-;yyyy", False),
        ("[DBNum1][$-804]General", False),
        ("@", False),
        ("", False),
    ],
)
def test_which_codes_are_dates(code: str, is_date: bool) -> None:
    assert is_date_code(code) is is_date


def test_which_built_in_formats_are_dates() -> None:
    xfs = "".join(f'<xf numFmtId="{n}"/>' for n in range(60))
    styles = f'{HEAD}<styleSheet xmlns="{MAIN}"><cellXfs>{xfs}</cellXfs></styleSheet>'
    found = date_styles(Package.from_bytes(made(styles=styles), "b.xlsx"))
    assert found == {*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)}
