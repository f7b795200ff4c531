"""The check before every save: it passes what was planned and catches every kind of damage."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from sheetops.books.xlsx.check import check_save
from sheetops.books.xlsx.edit import patch_cells
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.tab import graft_tab
from sheetops.errors import SheetError
from tests.xlsx_oracle import traps

AROUND = {"table", "merged", "extensions", "chart", "comments", "defined_names", "column_styles", "macros"}
TRAPS = AROUND | {"shared_formula", "calc_chain", "xml_comments", "spans"}
EDITS = {
    ("Log", "B3"): "new text",
    ("Log", "H4"): dt.date(2026, 11, 3),
    ("Log", "F5"): 12.0,
    ("Log", "J20"): True,
}
SHEET, OTHER, BOOK = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml"
RELS, TYPES, STYLES = "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/styles.xml"
Change = Callable[[Package], object]


@pytest.fixture(scope="module", params=("as a whole", "in pieces"))
def saved(request: pytest.FixtureRequest) -> tuple[bytes, bytes]:
    """A workbook with much around its cells, before and after a good save of EDITS.

    Comments among its rows are what makes the check compare its sheet as a whole.
    """
    in_pieces = request.param == "in pieces"
    before = traps.build(TRAPS - {"xml_comments"} if in_pieces else TRAPS).data
    package = Package.from_bytes(before, "team.xlsx")
    assert patch_cells(package, EDITS).cells.keys() == EDITS.keys()
    return before, package.to_bytes()


def verdict(
    before: bytes, after: bytes, cells: dict[tuple[str, str], object], tabs: tuple[str, ...] = ()
) -> str:
    """What the check says; empty if it passes."""
    try:
        check_save(Package.from_bytes(before, "team.xlsx"), after, cells, tabs)
    except SheetError as error:
        return str(error)
    return ""


def replaced(part: str, old: str, new: str) -> Change:
    """A change that replaces the first match of the pattern in the part; it must match."""

    def change(package: Package) -> None:
        text = package.part(part).decode()
        changed, times = re.subn(old, new, text, count=1, flags=re.S)
        assert times == 1 and changed != text, f"{old} is not in {part}"
        package.set_part(part, changed.encode())

    return change


def same_again(part: str) -> Change:
    """A change that packs the part anew with the same content."""
    return lambda package: package.set_part(part, package.part(part) + b"")


def test_a_good_save_passes(saved: tuple[bytes, bytes]) -> None:
    assert verdict(*saved, EDITS) == ""


DAMAGES: dict[str, tuple[Change, str]] = {
    "a part is gone": (lambda p: p.remove_part("xl/charts/chart1.xml"), "xl/charts/chart1.xml is gone"),
    "a part changed": (replaced("xl/charts/chart1.xml", "D\\$9", "D$$8"), "nobody planned"),
    "the macros changed": (lambda p: p.set_part("xl/vbaProject.bin", b"other"), "nobody planned"),
    "a part was added": (lambda p: p.set_part("xl/evil.xml", b"<x/>", "application/xml"), "nobody planned it"),
    "another tab changed": (replaced(OTHER, "<v>48</v>", "<v>49</v>"), "sheet2.xml: it changed"),
    "a relationship is gone": (lambda p: p.remove_rel(BOOK, "rId4"), "relationship rId4"),
    "a relationship moved": (replaced(RELS, 'Target="styles.xml"', 'Target="theme.xml"'), "changed"),
    "a content type is gone": (replaced(TYPES, '<Override PartName="/xl/styles.xml"[^>]*/>', ""), "content type"),
    "a content type changed": (replaced(TYPES, r"table\+xml", "tables+xml"), "content type"),
    "a content type twice": (replaced(TYPES, '(<Override PartName="/xl/styles.xml"[^>]*/>)', r"\1\1"), "twice"),
    "an id twice": (replaced(RELS, '(Id="rId1")(.*?)Id="rId2"', r"\1\2\1"), "same id"),
    "another row changed": (replaced(SHEET, r'(<c r="D7"[^>]*><v>)7.5', r"\g<1>9.5"), "row 7 changed"),
    "another cell changed": (replaced(SHEET, r'(<c r="D3"[^>]*><v>)3.5', r"\g<1>9.5"), "column 4 of row 3"),
    "a cell is gone": (replaced(SHEET, r'<c r="D3"[^>]*><v>3.5</v></c>', ""), "column 4 of row 3"),
    "a row is gone": (replaced(SHEET, r'<row r="7".*?</row>', ""), "row 7 changed"),
    "a planned row is gone": (replaced(SHEET, r'<row r="4" .*?</row>', ""), "row 4"),
    "a row is new": (replaced(SHEET, "</sheetData>(?! )", '<row r="30"/></sheetData>'), "row 30 changed"),
    "a row twice": (replaced(SHEET, r'(<row r="4" .*?</row>)', r"\1\1"), "out of order"),
    "cells out of order": (replaced(SHEET, r'(<c r="A4".*?)(<c r="B4".*?)(?=<c r="C4")', r"\2\1"), "out of order"),
    "a row's look changed": (replaced(SHEET, '<row r="4" ', '<row hidden="1" r="4" '), "settings of row 4"),
    "a wrong value": (replaced(SHEET, "new text", "old text"), "row 3, column 2 does not hold"),
    "a value as text": (replaced(SHEET, '(<c r="J20"[^>]*)t="b"', r'\1t="str"'), "row 20"),
    "a date that shows as a number": (replaced(SHEET, r'(<c r="H4" s=)"\d+"', r'\1"0"'), "row 4, column 8"),
    "a formula stayed": (replaced(SHEET, '(<c r="F5"[^>]*>)(?=<v>)', r"\1<f>1+11</f>"), "row 5, column 6"),
    "broken XML": (replaced(SHEET, '<row r="9"', '<row r="9" <'), "well-formed"),
    "broken XML at the end": (replaced(SHEET, "</worksheet>", "</worksheets>"), "well-formed"),
    "a merge is gone": (replaced(SHEET, "<mergeCells.*?</mergeCells>", ""), "around the cells"),
    "a column's width": (replaced(SHEET, 'width="20"', 'width="21"'), "around the cells"),
    "a rule shrank": (replaced(SHEET, 'sqref="D2:D9"', 'sqref="D2:D8"'), "shrank"),
    "the dimension shrank": (replaced(SHEET, '<dimension ref="[^"]*"', '<dimension ref="A1"'), "shrank"),
    "the encoding changed": (lambda p: p.set_part(SHEET, b"\xef\xbb\xbf" + p.part(SHEET)), "encoding"),
    "a style was put in front": (replaced(STYLES, "(<cellXfs[^>]*>)", r'\1<xf numFmtId="0"/>'), "cellXfs changed"),
    "a style changed": (replaced(STYLES, '<sz val="11"/>', '<sz val="12"/>'), "fonts changed"),
    "styles miscounted": (replaced(STYLES, '<cellXfs count="[0-9]+"', '<cellXfs count="99"'), "says it has 99"),
    "style lists out of order": (replaced(STYLES, "(<dxfs.*?</dxfs>)(.*)", r"\2"), "dxfs is gone"),
    "a table shrank": (replaced("xl/tables/table1.xml", 'ref="A1:H9"', 'ref="A1:H5"'), "shrank"),
    "a table column": (replaced("xl/tables/table1.xml", 'name="Due"', 'name="Done"'), "more than its size"),
    "a name is gone": (replaced(BOOK, '<definedName name="Team".*?</definedName>', ""), "defined name team"),
    "a name moved": (replaced(BOOK, r"\$A\$9</definedName>", "$A$8</definedName>"), "defined name team"),
    "a tab renamed": (replaced(BOOK, 'name="Log"', 'name="Lob"'), "tab"),
    "a tab shown": (replaced(BOOK, ' state="hidden"', ""), "list of tabs"),
    "a tab listed twice": (replaced(BOOK, "</sheets>", '<sheet name="x" sheetId="2" r:id="rId1"/></sheets>'), "new tab x"),
    "calculation by hand": (replaced(BOOK, "<calcPr", '<calcPr calcMode="manual"'), "settings of calculation"),
    "dates counted otherwise": (replaced(BOOK, "<workbookPr/>", '<workbookPr date1904="1"/>'), "setting"),
    "a chain entry too many": (
        replaced("xl/calcChain.xml", '(<c r="F7" i="2"/>)', r'\1<c r="F5" i="2"/>'),
        "calculation chain",
    ),
    "a chain entry gone": (replaced("xl/calcChain.xml", '<c r="F7" i="2"/>', ""), "calculation chain"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_caught(saved: tuple[bytes, bytes], damage: str) -> None:
    before, after = saved
    change, says = DAMAGES[damage]
    package = Package.from_bytes(after, "team.xlsx")
    change(package)
    found = verdict(before, package.to_bytes(), EDITS)
    assert says in found
    assert found.startswith("team.xlsx: ") and "\n" not in found


def test_an_entry_of_the_chain_leaves_only_with_its_formula(saved: tuple[bytes, bytes]) -> None:
    before, after = saved
    assert b'"F5"' in Package.from_bytes(before, "x").part("xl/calcChain.xml")
    assert b'"F5"' not in Package.from_bytes(after, "x").part("xl/calcChain.xml")


def test_every_flipped_byte_of_an_untouched_member_is_caught(saved: tuple[bytes, bytes]) -> None:
    before, after = saved
    start = after.index(b"PK\3\4", after.index(b"xl/charts/chart1.xml") - 40)
    for place in range(start + 30, start + 230, 7):
        flipped = after[:place] + bytes([after[place] ^ 1]) + after[place + 1 :]
        assert verdict(before, flipped, EDITS), place


def test_a_member_packed_anew_is_caught(saved: tuple[bytes, bytes]) -> None:
    before, after = saved
    package = Package.from_bytes(after, "team.xlsx")
    same_again("xl/charts/chart1.xml")(package)
    assert "packed anew" in verdict(before, package.to_bytes(), EDITS)


def test_a_name_twice_is_caught(saved: tuple[bytes, bytes]) -> None:
    before, after = saved
    buffer = io.BytesIO(after)
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/styles.xml", b"<x/>")
    assert "two members" in verdict(before, buffer.getvalue(), EDITS)


def test_what_is_no_zip_file_is_caught(saved: tuple[bytes, bytes]) -> None:
    before, after = saved
    assert "zip" in verdict(before, after[: len(after) // 2], EDITS)
    assert "zip" in verdict(before, b"", EDITS)


def test_an_edit_nobody_planned_is_caught(saved: tuple[bytes, bytes]) -> None:
    before, after = saved
    for left_out in EDITS:
        plan = {key: value for key, value in EDITS.items() if key != left_out}
        assert verdict(before, after, plan), left_out


@pytest.mark.parametrize(
    "trap", ["utf16", "bom", "prefixed", "strict", "single_quotes", "rows_without_r", "zip64", "pretty"]
)
def test_good_passes_and_damage_is_caught_under_traps(trap: str) -> None:
    before = traps.build({trap, "xml_comments", "cells_without_r", "inline_strings"}).data
    package = Package.from_bytes(before, "team.xlsx")
    edits: dict[tuple[str, str], object] = {("Log", "B3"): "new", ("Log", "D12"): 5}
    patch_cells(package, edits)
    after = package.to_bytes()
    assert verdict(before, after, edits) == ""
    patch_cells(package, {("Log", "D8"): 99})
    assert "row 8 changed" in verdict(before, package.to_bytes(), edits)


def report() -> openpyxl.Workbook:
    """A workbook with one tab to put in."""
    book = openpyxl.Workbook()
    book.active.append(["figure", 1])
    return book


TAB_DAMAGES: dict[str, tuple[Change, str]] = {
    "another tab changed": (replaced(OTHER, "<v>48</v>", "<v>49</v>"), "sheet2.xml: it changed"),
    "a dangling id": (replaced("xl/worksheets/sheet4.xml", "</worksheet>", '<drawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId9"/></worksheet>'), "rId9"),
    "out of order": (replaced("xl/worksheets/sheet4.xml", "(<sheetData.*</sheetData>)(.*)</worksheet>", r"\2\1</worksheet>"), "too late"),
    "broken XML": (replaced("xl/worksheets/sheet4.xml", "<sheetData", "<sheetDat"), "well-formed"),
    "a prefix nobody declared": (replaced("xl/worksheets/sheet4.xml", "</row>", "<x:c/></row>"), "well-formed"),
    "a version of XML that is none": (replaced("xl/worksheets/sheet4.xml", 'version=.1.0.', 'version="1.-1"'), "version"),
    "a namespace with a blank": (replaced("xl/worksheets/sheet4.xml", "openxmlformats.org/", "openxmlformats.org /"), "well-formed"),
    "its number taken": (replaced(BOOK, '(<sheet name="Report" sheetId=)"[0-9]+"', r'\1"2"'), "same number"),
    "a name of another tab gone": (replaced(BOOK, '<definedName name="Team".*?</definedName>', ""), "defined name team"),
}  # fmt: skip


@pytest.mark.parametrize("damage", [None, *TAB_DAMAGES])
def test_a_new_tab(saved: tuple[bytes, bytes], damage: str | None) -> None:
    before, _ = saved
    package = Package.from_bytes(before, "team.xlsx")
    graft_tab(package, "Report", report())
    after = package.to_bytes()
    assert verdict(before, after, {}, ("Report",)) == ""
    assert "Report" in verdict(before, after, {})
    if damage is not None:
        change, says = TAB_DAMAGES[damage]
        change(package)
        assert says in verdict(before, package.to_bytes(), {}, ("Report",))


def test_a_large_sheet_costs_little() -> None:
    rows = "".join(
        f'<row r="{r}">' + "".join(f'<c r="{c}{r}"><v>{r}</v></c>' for c in "ABCDEFGH") + "</row>"
        for r in range(1, 50_001)
    )
    base = traps.build({"stored"}).data
    package = Package.from_bytes(base, "team.xlsx")
    sheet = package.part(OTHER).decode()
    package.set_part(
        OTHER,
        re.sub("<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>", sheet, flags=re.S).encode(),
    )
    before = package.to_bytes()
    patched = Package.from_bytes(before, "team.xlsx")
    edits: dict[tuple[str, str], object] = {(traps.OTHER, f"B{row}"): "x" for row in range(40_000, 40_100)}
    patch_cells(patched, edits)
    after = patched.to_bytes()
    start = time.process_time()
    assert verdict(before, after, edits) == ""
    assert time.process_time() - start < 3
