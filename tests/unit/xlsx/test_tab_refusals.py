"""What `graft_tab` refuses, in one clear line, and that nothing was touched then."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest

from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.tab import graft_tab
from sheetops.errors import TabRefused
from tests.shared_inputs import shared
from tests.unit.xlsx.made import zipped
from tests.unit.xlsx.tab_targets import (
    HEAD,
    MAIN,
    OFFICE,
    TYPE,
    dressed,
    grafted,
    parts,
    plain,
    rels,
    root,
    target,
    types,
)


def refused(data: bytes, name: str, workbook: object) -> str:
    """The line that a person reads; the package must be as it was."""
    package = Package.from_bytes(data, "team.xlsx")
    with pytest.raises(TabRefused) as caught:
        graft_tab(package, name, workbook)  # type: ignore[arg-type]
    assert package.touched() == frozenset()
    assert package.to_bytes() == data
    line = str(caught.value)
    assert "\n" not in line
    return line


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("a" * 32, "longer than 31"),
        ("😀" * 16, "longer than 31"),
        ("a/b", "holds one of"),
        ("[a]", "holds one of"),
        ("a:b", "holds one of"),
        ("a*", "holds one of"),
        ("a?", "holds one of"),
        ("a\\b", "holds one of"),
        ("a\nb", "holds one of"),
        ("a\ud800", "holds one of"),
        ("'a", "apostrophe"),
        ("a'", "apostrophe"),
        ("history", "reserved"),
    ],
)
def test_a_name_that_excel_does_not_take(name: str, why: str) -> None:
    assert why in refused(target(), name, plain())


@pytest.mark.parametrize(
    "name", ["a" * 31, "评审 2026-10", "评\u3000审", "it's", "R&D <1>", '"x"', "A1", "TRUE", "😀" * 15]
)
def test_a_name_that_excel_takes(name: str) -> None:
    after = grafted(target(), name, dressed())
    assert openpyxl.load_workbook(io.BytesIO(after)).sheetnames[-1] == name


def test_a_source_has_exactly_one_worksheet() -> None:
    two = plain()
    two.create_sheet("Two")
    assert "exactly one worksheet, not 2" in refused(target(), "New", two)
    chart = openpyxl.Workbook()
    chart.create_chartsheet("C")
    chart.remove(chart.active)
    assert "exactly one worksheet" in refused(target(), "New", chart)
    assert "openpyxl workbook" in refused(target(), "New", "team.xlsx")


def test_what_openpyxl_cannot_write_is_said_in_one_line() -> None:
    source = plain()
    source.active["A1"] = "x"
    source.active["A1"]._value = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    source.active["A1"].data_type = "d"
    assert "timezones" in refused(target(), "New", source)
    assert source.iso_dates is False


def test_a_source_that_leans_on_other_workbooks() -> None:
    source = openpyxl.load_workbook(shared("excel-corpus") / "57_ExternalLink.xlsx")
    for name in source.sheetnames[1:]:
        del source[name]
    assert "other workbooks" in refused(target(), "New", source)


def test_a_source_with_a_pivot_table() -> None:
    source = openpyxl.load_workbook(shared("excel-corpus") / "03_64450.xlsx")
    pivots = [sheet.title for sheet in source if sheet._pivots]
    for name in source.sheetnames:
        if name != pivots[0]:
            del source[name]
    assert "it holds a pivotTable" in refused(target(), "New", source)


def protected(how: str) -> bytes:
    return target({"xl/worksheets/sheet2.xml": ("</sheetData>", f"</sheetData><sheetProtection {how}/>")})


def test_a_password_is_respected_unless_the_tab_brings_the_same() -> None:
    data = protected('sheet="1" password="CC1A"')
    assert "tab Review: it is protected with a password; unprotect" in refused(data, "review", plain())
    other = plain()
    other.active.protection.set_password("other")
    assert "password" in refused(data, "Review", other)
    same = plain()
    same.active.protection.set_password("CC1A", already_hashed=True)
    same.active.protection.sheet = True
    assert grafted(data, "Review", same) != data


def test_protection_without_a_password_stays_on_the_new_content() -> None:
    after = grafted(protected('sheet="1" formatCells="0"'), "Review", plain())
    kept = root(after, "xl/worksheets/sheet2.xml").find("{*}sheetProtection")
    assert dict(kept.attrib) == {"sheet": "1", "formatCells": "0"}
    own = plain()
    own.active.protection.sheet = True
    own.active.protection.sort = False
    after = grafted(protected('sheet="1" formatCells="0"'), "Review", own)
    assert root(after, "xl/worksheets/sheet2.xml").find("{*}sheetProtection").get("sort") == "0"


@pytest.mark.parametrize("kind", ["chartsheet", "dialogsheet", "xlMacrosheet"])
def test_only_a_worksheet_is_replaced(kind: str) -> None:
    data = target(
        {
            "xl/_rels/workbook.xml.rels": (
                f'{OFFICE}/officeDocument/2006/relationships/worksheet" Target="/xl',
                f'{OFFICE}/officeDocument/2006/relationships/{kind}" Target="/xl',
            )
        }
    )
    assert f"Review is no worksheet ({kind})" in refused(data, "Review", plain())


def with_pivot(elsewhere: str, kind: str) -> bytes:
    """The review tab holds a pivot table, and something else shows it."""
    files = parts()
    files["[Content_Types].xml"] = types(
        **{"/xl/pivotTables/p.xml": f"{TYPE}.pivotTable+xml", "/xl/other.xml": kind}
    )
    files["xl/worksheets/_rels/sheet2.xml.rels"] = rels(
        ("rId1", "drawing", "../drawings/drawing1.xml"), ("rId2", "pivotTable", "../pivotTables/p.xml")
    )
    files["xl/pivotTables/p.xml"] = f'{HEAD}<pivotTableDefinition xmlns="{MAIN}"/>'
    files["xl/other.xml"] = elsewhere
    return zipped(files)


SLICER = '<slicerCacheDefinition><pivotTables><pivotTable tabId="{}" name="P"/></pivotTables></slicerCacheDefinition>'
CHART = (
    "<c:chartSpace xmlns:c='c'><c:pivotSource><c:name>[team.xlsx]{}!P</c:name></c:pivotSource></c:chartSpace>"
)


def test_a_pivot_table_that_something_else_shows_stays() -> None:
    slicer, chart = (
        "application/vnd.ms-excel.slicerCache+xml",
        "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    )
    assert "xl/other.xml shows a pivot table" in refused(
        with_pivot(SLICER.format(7), slicer), "Review", plain()
    )
    assert "shows a pivot table" in refused(with_pivot(CHART.format("Review"), chart), "Review", plain())
    for elsewhere, kind in ((SLICER.format(3), slicer), (CHART.format("Log"), chart)):
        data = with_pivot(elsewhere, kind)
        assert "xl/pivotTables/p.xml" not in Package.from_bytes(grafted(data, "Review", plain()), "f").names()


def test_a_table_that_something_else_uses_stays() -> None:
    data = grafted(target(), "Review", dressed())
    log = Package.from_bytes(data, "f")
    log.set_part(
        "xl/worksheets/sheet1.xml",
        log.part("xl/worksheets/sheet1.xml").replace(b"Review!B2", b"SUM(people[Name])"),
    )
    data = log.to_bytes()
    assert "the tab Log uses the tab's table People" in refused(data, "Review", plain())
    assert grafted(data, "Review", dressed(charts=1)) != data  # it has such a table again


def test_a_table_that_a_slicer_shows_stays() -> None:
    data = grafted(target(), "Review", dressed())
    package = Package.from_bytes(data, "f")
    slicer = '<slicerCacheDefinition><tableSlicerCache column="1" tableId="{}"/></slicerCacheDefinition>'
    kind = "application/vnd.ms-excel.slicerCache+xml"
    package.set_part("xl/slicerCaches/s.xml", slicer.format(1).encode(), kind)
    assert "uses the tab's table People" in refused(package.to_bytes(), "Review", plain())
    package.set_part("xl/slicerCaches/s.xml", slicer.format(2).encode(), kind)
    assert grafted(package.to_bytes(), "Review", plain()) != data


def test_a_defined_name_cannot_be_a_table() -> None:
    data = grafted(target(), "Tables", dressed())
    source = plain()
    source.active.title = "x"
    source.defined_names["people"] = openpyxl.workbook.defined_name.DefinedName("people", attr_text="x!$A$1")
    assert "people is already the name of a table" in refused(data, "New", source)


def test_a_protected_structure_takes_a_tab_and_stays_protected() -> None:
    lock = '<workbookPr/><workbookProtection lockStructure="1"/>'
    package = Package.from_bytes(
        grafted(target({"xl/workbook.xml": ("<workbookPr/>", lock)}), "New", plain()), "f"
    )
    assert [sheet.name for sheet in package.sheets()][-1] == "New"
    assert b'<workbookProtection lockStructure="1"/>' in package.part("xl/workbook.xml")
