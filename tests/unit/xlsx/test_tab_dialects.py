"""The same tab into workbooks that other programs wrote: prefixes, Strict, encodings, odd names, 1904."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
import python_calamine
from openpyxl.chart import BarChart, PieChart, Reference
from openpyxl.chart.axis import DateAxis
from openpyxl.drawing.colors import ColorChoice, SchemeColor
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.datavalidation import DataValidation

from sheetops.books.xlsx.check import check_save
from sheetops.books.xlsx.package import Package
from sheetops.errors import TabRefused
from tests.unit.xlsx.made import zipped
from tests.unit.xlsx.tab_targets import (
    RELS,
    dressed,
    grafted,
    parts,
    plain,
    root,
    strict_target,
    target,
    text,
)
from tests.xlsx_oracle import schema, wiring
from tests.xlsx_oracle.parts import difference, read

PURL = "http://purl.oclc.org/ooxml"


def read_back(before: bytes, after: bytes, name: str = "New") -> list[list[object]]:
    """The tab's rows, after every judge agreed with the save."""
    assert schema.newly_invalid(before, after) == {}
    assert wiring.newly_wrong(before, after) == []
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(after))
    return book.get_sheet_by_name(name).to_python()


def recoded(part: str, codec: str, mark: bytes = b"") -> bytes:
    """The team's workbook with one part in another encoding."""
    files = parts()
    xml = str(files[part]).replace("UTF-8", "UTF-16" if "16" in codec else "UTF-8")
    return zipped(files | {part: mark + xml.encode(codec)})


def prefixed(part: str, **given: str) -> bytes:
    """The team's workbook with every element of one part prefixed."""
    xml = re.sub(r"<(/?)(?=[a-zA-Z])(?!\w+:)", r"<\1x:", str(parts()[part]))
    return target(**{**given, part: xml.replace("xmlns=", "xmlns:x=")})


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/styles.xml", "docProps/app.xml", "xl/worksheets/sheet2.xml"]
)
@pytest.mark.parametrize(
    ("codec", "mark"), [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-8", b"\xef\xbb\xbf")]
)
def test_a_part_keeps_its_encoding(part: str, codec: str, mark: bytes) -> None:
    before = recoded(part, codec, mark)
    for name in ("Neu", "Review"):
        after = grafted(before, name, dressed(name))
        assert grafted(after, name, dressed(name)) is after
        wiring.newly_wrong(before, after)
        assert Package.from_bytes(after, "f").sheets()[-1].name in ("Neu", "Review")
        if part != "xl/worksheets/sheet2.xml" and (name == "Neu" or part == "xl/styles.xml"):
            assert read(after)[part].startswith(mark)
            assert len(read(after)[part]) > len(read(before)[part])


def test_prefixed_parts_get_prefixed_additions() -> None:
    for part, element in (
        ("xl/workbook.xml", b"<x:sheet name="),
        ("xl/styles.xml", b"<x:xf "),
        ("docProps/app.xml", b""),
    ):
        before = prefixed(part)
        after = grafted(before, "New", dressed())
        assert read_back(before, after)[0][0] == "Day"
        assert read(after)[part].count(element) > read(before)[part].count(element) or not element
        assert b"<sheet " not in read(after)[part]
        assert b"<xf " not in read(after)[part]


def test_a_workbook_without_a_prefix_for_relationships_gets_one() -> None:
    book = str(parts()["xl/workbook.xml"])
    book = book.replace("xmlns:r=", "xmlns:o=").replace(" r:id=", " o:id=")
    before = target(**{"xl/workbook.xml": book})
    assert 'o:id="rId5"' in text(grafted(before, "New", dressed()), "xl/workbook.xml")
    space = re.search(r' xmlns:o="[^"]*"', book)
    local = book.replace(space[0], "").replace("<sheet ", f"<sheet{space[0]} ")
    before = target(**{"xl/workbook.xml": local})
    assert read_back(before, grafted(before, "New", dressed()))[0][0] == "Day"


def test_strict_workbooks_get_strict_parts() -> None:
    before = strict_target()
    source = dressed()
    chart = source.active._charts[0]
    chart.overlap, chart.gapWidth = -10, 80
    after = grafted(before, "New", source)
    assert read_back(before, after)[0][0] == "Day"
    fresh = {name: xml for name, xml in read(after).items() if name not in read(before)}
    for name, xml in fresh.items():
        loose = set(re.findall(rb'"(http://schemas\.openxmlformats\.org/(?!package)[^"]*)"', xml))
        kinds = {uri.rpartition(b"/")[2] for uri in loose}
        assert kinds <= {b"vmlDrawing"}, name  # as Excel itself ties notes in Strict workbooks
    links = [rel.type for rel in Package.from_bytes(after, "f").rels("xl/worksheets/sheet3.xml")]
    assert [link for link in links if "openxmlformats" in link] == [f"{RELS}/vmlDrawing"]
    assert root(after, "xl/worksheets/sheet3.xml").tag == f"{{{PURL}/spreadsheetml/main}}worksheet"
    chart_xml = fresh["xl/charts/chart1.xml"]
    assert b'overlap val="-10%"' in chart_xml
    assert b'gapWidth val="80%"' in chart_xml
    assert grafted(after, "New", source) is after


def test_strict_drawings_count_in_percent() -> None:
    source = plain()
    chart = PieChart()
    chart.add_data(Reference(source.active, min_col=1, min_row=1, max_row=2))
    shade = ColorChoice(schemeClr=SchemeColor(val="accent1", lumMod=75000))
    chart.ser[0].graphicalProperties.solidFill = shade
    source.active.add_chart(chart, "C3")
    assert b'lumMod val="75%"' in read(grafted(strict_target(), "New", source))["xl/charts/chart1.xml"]
    assert b'lumMod val="75000"' in read(grafted(target(), "New", source))["xl/charts/chart1.xml"]


def test_text_that_names_a_namespace_stays_as_it_is_in_strict() -> None:
    said = '<see "http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    before = strict_target()
    assert read_back(before, grafted(before, "New", plain(value=said)))[0][0] == said


def target_1904() -> bytes:
    return target({"xl/workbook.xml": ("<workbookPr/>", '<workbookPr date1904="1"/>')})


def dated() -> openpyxl.Workbook:
    source = plain(value=dt.datetime(2026, 3, 1, 12))
    sheet = source.active
    sheet["A2"], sheet["A3"], sheet["A4"] = dt.date(2026, 3, 2), dt.time(6), dt.timedelta(hours=30)
    for formula in ("46082", "46082.125", "$A$1"):
        listed = DataValidation("date", operator="greaterThan", formula1=formula)
        listed.add("B1")
        sheet.add_data_validation(listed)
    return source


def serials(after: bytes) -> list[float]:
    return [float(v.text) for v in root(after, "xl/worksheets/sheet3.xml").iter("{*}v")]


def test_dates_are_counted_as_the_workbook_counts_them() -> None:
    source = dated()
    assert serials(grafted(target(), "New", source)) == [46082.5, 46083, 0.25, 1.25]
    after = grafted(target_1904(), "New", source)
    assert serials(after) == [44620.5, 44621, 0.25, 1.25]
    assert [f.text for f in root(after, "xl/worksheets/sheet3.xml").iter("{*}formula1")] == [
        "44620",
        "44620.125",
        "$A$1",
    ]
    source.epoch = CALENDAR_MAC_1904
    assert serials(grafted(target(), "New", source)) == [46082.5, 46083, 0.25, 1.25]
    assert source.epoch == CALENDAR_MAC_1904


def test_the_bounds_of_a_date_axis_are_counted_likewise() -> None:
    source = dated()
    chart = BarChart()
    chart.add_data(Reference(source.active, min_col=1, min_row=1, max_row=2))
    chart.x_axis = DateAxis(crossAx=100)
    chart.x_axis.scaling.min = 46082
    source.active.add_chart(chart, "C3")
    assert b'min val="44620' in read(grafted(target_1904(), "New", source))["xl/charts/chart1.xml"]


def test_a_write_only_source_cannot_change_its_way_to_count_days() -> None:
    def source() -> openpyxl.Workbook:
        workbook = openpyxl.Workbook(write_only=True)
        workbook.create_sheet("Sheet").append([dt.date(2026, 3, 2), "x"])
        return workbook

    assert serials(grafted(target(), "New", source())) == [46083]
    late = source()
    with pytest.raises(TabRefused, match="write-only"):
        grafted(target_1904(), "New", late)
    late.save(io.BytesIO())  # closes its file


def test_a_workbook_without_styles_gets_some() -> None:
    files = parts()
    del files["xl/styles.xml"]
    files["[Content_Types].xml"] = re.sub(
        r'<Override PartName="/xl/styles.xml"[^>]*>', "", str(files["[Content_Types].xml"])
    )
    files["xl/_rels/workbook.xml.rels"] = re.sub(
        r'<Relationship Id="rId3"[^>]*>', "", str(files["xl/_rels/workbook.xml.rels"])
    )
    before = zipped(files)
    after = grafted(before, "New", dressed())
    assert read_back(before, after)[0][0] == "Day"
    assert openpyxl.load_workbook(io.BytesIO(after))["New"]["A2"].number_format == "yyyy-mm-dd"
    check_save(Package.from_bytes(before, "f"), after, {}, ["New"])
    assert grafted(after, "New", dressed()) is after


def test_a_workbook_without_titles_stays_without() -> None:
    files = parts()
    del files["docProps/app.xml"]
    files["[Content_Types].xml"] = re.sub(
        r'<Override PartName="/docProps/app.xml"[^>]*>', "", str(files["[Content_Types].xml"])
    )
    files["_rels/.rels"] = re.sub(r'<Relationship Id="rId2"[^>]*>', "", str(files["_rels/.rels"]))
    before = zipped(files)
    after = grafted(before, "New", plain())
    assert read_back(before, after) == [["only"]]
    assert "docProps/app.xml" not in read(after)


def test_member_names_in_any_case_are_found_and_not_used_twice() -> None:
    files = parts()
    files["XL/Worksheets/Sheet3.XML"] = files["xl/worksheets/sheet1.xml"]
    files["XL/Charts/Chart1.xml"] = "<unknown/>"
    before = zipped(files)
    after = grafted(before, "New", dressed())
    assert Package.from_bytes(after, "f").sheets()[-1].part == "xl/worksheets/sheet4.xml"
    assert "xl/charts/chart2.xml" in read(after)
    found = difference(before, after)
    assert not found.removed and "XL/Charts/Chart1.xml" not in found.touched


def test_a_workbook_part_in_another_folder_takes_its_parts_there() -> None:
    files = {n.replace("xl/", "book/", 1): x for n, x in parts().items()}
    for name, xml in files.items():
        if isinstance(xml, str):
            files[name] = xml.replace('"/xl/', '"/book/').replace('"xl/', '"book/')
    before = zipped(files)
    after = grafted(before, "New", dressed())
    assert read_back(before, after)[0][0] == "Day"
    assert all(not name.startswith("xl/") for name in read(after))


def test_macros_stay_and_so_does_the_kind_of_the_workbook() -> None:
    kind = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    files = parts()
    files["[Content_Types].xml"] = str(files["[Content_Types].xml"]).replace(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", kind
    )
    files["xl/vbaProject.bin"] = b"macros"
    before = zipped(files)
    after = grafted(before, "New", plain())
    assert Package.from_bytes(after, "f").content_type("xl/workbook.xml") == kind
    assert read(after)["xl/vbaProject.bin"] == b"macros"
    assert "codeName" not in text(after, "xl/worksheets/sheet3.xml")


def test_relationship_parts_listed_by_name_leave_the_list_with_their_part() -> None:
    files = parts()
    listed = "".join(
        f'<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        for name in files
        if name.endswith(".rels")
    )
    content_types = re.sub(r'<Default Extension="rels"[^>]*>', "", str(files["[Content_Types].xml"]))
    files["[Content_Types].xml"] = content_types.replace("</Types>", f"{listed}</Types>")
    before = zipped(files)
    after = grafted(before, "Review", plain())
    assert read_back(before, after, "Review") == [["only"]]
    assert "sheet2.xml.rels" not in text(after, "[Content_Types].xml")
    check_save(Package.from_bytes(before, "f"), after, {}, ["Review"])
    assert read_back(before, grafted(before, "New", dressed()))[0][0] == "Day"
