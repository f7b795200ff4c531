"""What programs leave in packages: links to parts never written, notes of other programs, lists that offer two forms."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import openpyxl
import pytest

from sheetops.books.xlsx import read_cells
from sheetops.books.xlsx.check import check_save
from sheetops.books.xlsx.edit import patch_cells
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.read import read_workbook
from sheetops.books.xlsx.styles import date_styles
from sheetops.books.xlsx.tab import graft_tab
from sheetops.errors import NotAWorkbook
from tests.unit.xlsx.made import HEAD, MAIN, SHEET, STYLES, made, members, patch, rels
from tests.unit.xlsx.tab_targets import dressed, grafted
from tests.xlsx_oracle import reader, schema, wiring
from tests.xlsx_oracle.parts import difference

ROW = '<row r="1"><c r="A1" s="1"><v>45000</v></c></row>'
NO_RELS = rels()
RELS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"


def saved(data: bytes, workbook: openpyxl.Workbook) -> bytes:
    """The file with `workbook` as the tab "New", after its check."""
    package = Package.from_bytes(data, "book.xlsx")
    graft_tab(package, "New", workbook)
    after = package.to_bytes()
    check_save(package, after, {}, ["New"])
    assert schema.newly_invalid(data, after) == {}
    assert wiring.newly_wrong(data, after) == []
    return after


def test_a_new_part_takes_no_name_that_something_speaks_of() -> None:
    types = members(made(ROW))["[Content_Types].xml"].decode()
    spoken = '<Override PartName="/xl/Tables/table1.xml" ContentType="application/x"/></Types>'
    before = made(
        ROW,
        parts={
            "xl/worksheets/_rels/sheet1.xml.rels": rels(
                ("drawing", "../drawings/drawing1.xml"), ("chart", "/xl/charts/chart1.xml")
            ),
            "xl/drawings/_rels/drawing2.xml.rels": NO_RELS,
            "[Content_Types].xml": types.replace("</Types>", spoken),
        },
    )
    after = saved(before, dressed())
    added = difference(before, after).added
    assert not added & {"xl/drawings/drawing1.xml", "xl/drawings/drawing2.xml", "xl/charts/chart1.xml"}
    assert {"xl/drawings/drawing3.xml", "xl/charts/chart2.xml", "xl/charts/chart3.xml"} <= added
    assert "xl/tables/table2.xml" in added


def test_a_part_that_goes_takes_the_content_type_of_its_relationships_along() -> None:
    types = members(made(ROW))["[Content_Types].xml"].decode()
    name = "xl/worksheets/_rels/sheet1.xml.rels"
    listed = f'<Override PartName="/{name}" ContentType="{RELS_TYPE}"/></Types>'
    package = Package.from_bytes(
        made(ROW, parts={name: NO_RELS, "[Content_Types].xml": types.replace("</Types>", listed)}), "f"
    )
    package.remove_part(SHEET)
    assert not package.has(name)
    assert b"sheet1" not in members(package.to_bytes())["[Content_Types].xml"]


def test_the_notes_of_macos_on_each_member_are_no_parts() -> None:
    note = b"\0\5\x16\7\0\2\0\0Mac OS X        "
    names = ("_rels/._.rels", "xl/_rels/._workbook.xml.rels", "xl/worksheets/._sheet1.xml")
    before = made(ROW, parts={f"__MACOSX/{name}": note for name in names})
    after = saved(before, dressed())
    again = saved(after, dressed(charts=1))
    assert {f"__MACOSX/{name}" for name in names} <= members(again).keys()
    package = Package.from_bytes(before, "book.xlsx")
    done = patch_cells(package, {("Log", "B1"): "x"})
    check_save(package, package.to_bytes(), done.cells)


def hancom(kind: str, which: int) -> str:
    """STYLES as Hancom writes them: one entry of a list in its own form, and in one for every other reader."""
    start = STYLES.index(f"<{kind} ", STYLES.index("<cellXfs"))
    for _ in range(which):
        start = STYLES.index(f"<{kind} ", start + 1)
    ends = [STYLES.index(mark, start) + len(mark) for mark in ("/>", f"</{kind}>") if mark in STYLES[start:]]
    entry = STYLES[start : min(ends)]
    two = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice xmlns:hs="http://schemas.haansoft.com/office/spreadsheet/8.0" Requires="hs">{entry}</mc:Choice>'
        f"<mc:Fallback>{entry}</mc:Fallback></mc:AlternateContent>"
    )
    return STYLES[:start] + two + STYLES[min(ends) :]


def test_an_entry_in_two_forms_counts_once() -> None:
    plain, two = (Package.from_bytes(made(ROW, styles=s), "f") for s in (STYLES, hancom("xf", 0)))
    assert date_styles(plain) == date_styles(two) == {1}
    data = made(ROW, styles=hancom("xf", 0))
    edits = {("Log", "B1"): dt.date(2026, 11, 22)}
    files, _ = patch(data, edits)
    assert b'<c r="B1" s="5">' in files[SHEET] and b'<cellXfs count="6">' in files["xl/styles.xml"]
    package = Package.from_bytes(data, "f")
    done = patch_cells(package, edits)
    after = package.to_bytes()
    check_save(package, after, done.cells)
    assert reader.values(after)["Log", "B1"] == dt.datetime(2026, 11, 22)


def test_an_entry_in_two_forms_counts_once_for_a_tab() -> None:
    tab = openpyxl.Workbook()
    sheet: Any = tab.active
    sheet["A1"] = dt.date(2026, 11, 22)
    after = saved(made(ROW, styles=hancom("xf", 1)), tab)
    assert reader.values(after)["New", "A1"] == dt.datetime(2026, 11, 22)
    assert b'<cellXfs count="6">' in members(after)["xl/styles.xml"]


def test_the_same_tab_in_a_workbook_without_any_font_changes_nothing() -> None:
    before = made(ROW, styles=f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="0"/></styleSheet>')
    after = saved(before, dressed())
    assert grafted(after, "New", dressed()) == after


@pytest.mark.parametrize("spoken", [True, False])
def test_a_stylesheet_that_is_only_spoken_of_is_made_where_it_is_expected(spoken: bool) -> None:
    links = [("worksheet", "worksheets/sheet1.xml")] + [("styles", "formats.xml")] * spoken
    before = made(ROW, styles=None, parts={"xl/_rels/workbook.xml.rels": rels(*links)})
    for after in (saved(before, dressed()), edited(before)):
        made_part = "xl/formats.xml" if spoken else "xl/styles.xml"
        assert made_part in difference(before, after).added
        assert members(after)["xl/_rels/workbook.xml.rels"].count(b"/styles") == 1


def edited(data: bytes) -> bytes:
    """The file with a date in a cell, after its check."""
    package = Package.from_bytes(data, "book.xlsx")
    done = patch_cells(package, {("Log", "B1"): dt.date(2026, 11, 22)})
    after = package.to_bytes()
    check_save(package, after, done.cells)
    return after


def test_an_archive_without_members_is_told_in_one_line() -> None:
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    for data in (empty.getvalue(), b"PK\3\4" + empty.getvalue()):
        with pytest.raises(NotAWorkbook, match=r"^book\.xlsx: .*the file is damaged"):
            Package.from_bytes(data, "book.xlsx")


@pytest.mark.parametrize(
    "after",
    [
        "<headerFooter><oddHeader>one row here</oddHeader></headerFooter>",
        '<dataValidations><dataValidation prompt="fill each row here" sqref="A1"/></dataValidations>',
    ],
)
def test_texts_about_rows_do_not_hide_a_cell_in_the_far_corner(after: str) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>7</v></c></row>'
    data = made(ROW + far, after=after)
    xml = members(data)[SHEET]
    assert read_cells.is_for_us(xml, xml)  # else calamine would end the whole process
    assert read_workbook(data, "f.xlsx").grids[0].cell(1048576, 16384) == 7
    swapped = members(made(far + ROW))[SHEET]
    assert read_cells.is_for_us(swapped, swapped)
