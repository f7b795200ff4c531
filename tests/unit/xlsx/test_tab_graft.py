"""A tab added to the team's workbook, replaced, and replaced again: what comes, what stays, what goes."""

from __future__ import annotations

import io

import openpyxl
import pytest
import python_calamine
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import (
    AreaChart3D,
    BarChart3D,
    ProjectedPieChart,
    RadarChart,
    Reference,
    ScatterChart,
    Series,
)
from openpyxl.chart._chart import ChartBase
from openpyxl.drawing.image import Image
from openpyxl.styles import Font, PatternFill
from PIL import Image as Picture

from sheetops.books.xlsx.check import check_save
from sheetops.books.xlsx.package import Package
from tests.unit.xlsx.tab_targets import dressed, grafted, plain, root, strict_target, target, text
from tests.xlsx_oracle import features, schema, wiring
from tests.xlsx_oracle.parts import difference, read

AROUND = {
    "[Content_Types].xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "docProps/app.xml",
}


def sound(before: bytes, after: bytes, name: str) -> None:
    """Every judge that reads a file agrees with the save."""
    assert schema.newly_invalid(before, after) == {}
    assert wiring.newly_wrong(before, after) == []
    check_save(Package.from_bytes(before, "team.xlsx"), after, {}, [name])


@pytest.fixture(scope="module")
def before() -> bytes:
    return target()


@pytest.fixture(scope="module")
def added(before: bytes) -> bytes:
    return grafted(before, "Neu 'Tab", dressed("My 'own"))


@pytest.fixture(scope="module")
def sheet(added: bytes) -> openpyxl.worksheet.worksheet.Worksheet:
    return openpyxl.load_workbook(io.BytesIO(added))["Neu 'Tab"]


def test_adding_touches_only_what_lists_tabs_and_styles(before: bytes, added: bytes) -> None:
    found = difference(before, added)
    assert found.changed == AROUND
    assert not found.removed
    assert not found.moved
    assert features.lost(before, added) == []
    sound(before, added, "Neu 'Tab")


def test_an_added_tab_comes_last_with_ids_of_its_own(added: bytes) -> None:
    sheets = Package.from_bytes(added, "f").sheets()
    assert [s.name for s in sheets] == ["Log", "Review", "Neu 'Tab"]
    assert (sheets[2].sheet_id, sheets[2].state, sheets[2].kind) == (8, "visible", "worksheet")
    assert len({s.rel_id for s in sheets}) == 3
    view = root(added, sheets[2].part).find("{*}sheetViews/{*}sheetView")
    assert view.get("tabSelected") is None


def test_values_read_back_with_another_reader(added: bytes) -> None:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(added))
    rows = book.get_sheet_by_name("Neu 'Tab").to_python()
    assert rows[0][:3] == ["Day", "Count", "Hours"]
    assert [str(rows[1][0]), rows[1][1], rows[1][2]] == ["2026-01-01", 3, 1.5]
    assert rows[7][2] is True


def test_styles_come_with_the_cells(sheet) -> None:
    assert sheet["A2"].number_format == "yyyy-mm-dd"
    assert sheet["B2"].fill.fgColor.rgb == "00FFFF00"
    assert sheet["B3"].font.b is True
    assert sheet["C2"].number_format == '0.0" h"'
    assert sheet["B4"].font.color.rgb == "FF006100"  # the named style "Good", as a plain format
    assert sheet["B4"].style == "Normal"


def test_what_a_format_leaves_open_comes_from_the_workbook(sheet) -> None:
    assert (sheet["A1"].font.name, sheet["A1"].font.sz) == ("Arial", 10)
    assert (sheet["B3"].font.name, sheet["B3"].font.sz) == ("Arial", 10)


def test_layout_comes_along(sheet) -> None:
    assert sheet.column_dimensions["A"].width == 23
    assert sheet.row_dimensions[3].height == 33
    assert sheet.freeze_panes == "B2"
    assert [str(r) for r in sheet.merged_cells.ranges] == ["A11:C12"]
    assert sheet.auto_filter.ref == "A1:C6"
    assert sheet["A1"].comment.text == "note"
    assert len(sheet._images) == 1
    assert len(sheet._charts) == 2


def test_links_go_to_the_tab_under_its_new_name(sheet) -> None:
    assert sheet["C3"].hyperlink.target == "https://example.com/?a=1&b=2"
    assert sheet["C4"].hyperlink.location == "'Neu ''Tab'!A1"
    assert sheet["C5"].hyperlink.target == "#'Neu ''Tab'!A2"


def test_formulas_name_the_tab_under_its_new_name(sheet, added: bytes) -> None:
    assert sheet["B8"].value == "=SUM('Neu ''Tab'!B2:B6)"
    rule = next(iter(sheet.conditional_formatting)).rules[0]
    assert rule.formula == ["'Neu ''Tab'!$B$2"]
    assert rule.dxf.font.color.rgb == "00FF0000"
    assert sheet.data_validations.dataValidation[0].formula1 == "'Neu ''Tab'!$B$2:$B$6"
    assert sheet._charts[0].ser[0].val.numRef.f == "'Neu ''Tab'!$B$2:$B$6"
    assert "My '" not in "".join(
        x.decode("utf-8", "replace") for n, x in read(added).items() if n.endswith("ml")
    )


def test_a_formula_without_result_asks_for_a_calculation(before: bytes, added: bytes) -> None:
    assert 'fullCalcOnLoad="1"' in text(added, "xl/workbook.xml")
    assert "<f>SUM('Neu ''Tab'!B2:B6)</f></c>" in text(added, "xl/worksheets/sheet3.xml")
    assert "fullCalcOnLoad" not in text(grafted(before, "Flat", plain()), "xl/workbook.xml")


def test_the_same_tab_again_changes_no_byte(before: bytes, added: bytes) -> None:
    package = Package.from_bytes(added, "f")
    assert grafted(added, "NEU 'TAB", dressed("My 'own")) is added
    assert package.touched() == frozenset()
    replaced = grafted(before, "review", dressed())
    assert grafted(replaced, "Review", dressed()) is replaced


def test_the_workbook_given_can_be_used_again(before: bytes, added: bytes) -> None:
    source = dressed("My 'own")
    picture = Picture.new("RGB", (4, 4), "blue")
    source.active.add_image(Image(picture), "H9")
    once = grafted(before, "Neu", source)
    assert grafted(once, "Neu", source) is once
    source.active["A1"].comment = None
    assert "notes" not in features.inventory(grafted(once, "Neu", source))


def test_a_tab_between_two_rewrites_does_not_matter(added: bytes) -> None:
    other = grafted(added, "Other", dressed("Other", charts=1))
    assert grafted(other, "Neu 'Tab", dressed("My 'own")) is other


def test_replacing_keeps_place_number_relationship_and_state(before: bytes) -> None:
    after = grafted(before, "REVIEW", dressed())
    was, now = (Package.from_bytes(data, "f").sheets() for data in (before, after))
    assert now == was
    found = difference(before, after)
    assert not found.moved
    assert "xl/worksheets/sheet1.xml" not in found.touched
    sound(before, after, "Review")


def test_replacing_keeps_what_ties_the_sheet_to_macros_and_views(before: bytes) -> None:
    sheet = root(grafted(before, "Review", plain()), "xl/worksheets/sheet2.xml")
    assert sheet.find("{*}sheetPr").get("codeName") == "Tabelle2"
    assert sheet.find("{*}sheetPr/{*}tabColor").get("rgb") == "FF00FF00"
    assert sheet.find("{*}sheetViews/{*}sheetView").get("tabSelected") == "1"


def test_parts_that_only_the_old_content_used_go(before: bytes) -> None:
    after = grafted(before, "Review", plain())
    found = difference(before, after)
    assert found.removed == {
        "xl/worksheets/_rels/sheet2.xml.rels",
        "xl/drawings/drawing1.xml",
        "xl/drawings/_rels/drawing1.xml.rels",
        "xl/media/image2.png",
    }
    assert "drawing1.xml" not in text(after, "[Content_Types].xml")
    assert "xl/media/image1.png" in read(after)  # the log shows it too
    sound(before, after, "Review")


def test_fewer_charts_leave_nothing_behind(before: bytes, added: bytes) -> None:
    fewer = grafted(added, "Neu 'Tab", dressed("My 'own", charts=1))
    charts = [name for name in read(fewer) if "/charts/" in name]
    assert charts == ["xl/charts/chart1.xml"]
    sound(added, fewer, "Neu 'Tab")
    bare = grafted(fewer, "Neu 'Tab", plain())
    assert set(read(bare)) - set(read(before)) == {"xl/worksheets/sheet3.xml"}
    sound(before, bare, "Neu 'Tab")


def test_replacing_forgets_the_calculation_order_of_the_tab(before: bytes) -> None:
    after = grafted(before, "Review", plain())
    assert [c.get("r") for c in root(after, "xl/calcChain.xml")] == ["B1"]
    assert 'fullCalcOnLoad="1"' in text(after, "xl/workbook.xml")  # Log!B1 shows Review!B2


def test_style_lists_grow_only_at_their_ends(before: bytes, added: bytes) -> None:
    old, new = root(before, "xl/styles.xml"), root(added, "xl/styles.xml")
    for ours, theirs in zip(old, new, strict=True):
        assert [c.attrib for c in ours] == [c.attrib for c in theirs][: len(ours)]
        assert theirs.get("count") == str(len(theirs))


def test_text_that_looks_escaped_stays_text(before: bytes) -> None:
    after = grafted(before, "New", plain(value="a_x0041_b"))
    rows = openpyxl.load_workbook(io.BytesIO(after))["New"]["A1"].value
    assert rows == "a_x005F_x0041_b"  # what Excel shows as a_x0041_b


def test_a_hidden_source_hides_only_a_new_tab(before: bytes) -> None:
    source = plain()
    source.active.sheet_state = "hidden"
    after = grafted(before, "New", source)
    assert [s.state for s in Package.from_bytes(after, "f").sheets()] == ["visible", "hidden", "hidden"]
    assert source.active.sheet_state == "hidden"


def test_a_number_that_is_none_leaves_an_empty_cell(before: bytes) -> None:
    after = grafted(before, "New", plain(value=float("nan")))
    assert '<c r="A1" t="n"/>' in text(after, "xl/worksheets/sheet3.xml")


def test_formats_of_rows_and_columns_come_along(before: bytes) -> None:
    source = plain()
    source.active.row_dimensions[5].font = Font(bold=True)
    source.active.column_dimensions["C"].fill = PatternFill("solid", fgColor="FF123456")
    sheet = openpyxl.load_workbook(io.BytesIO(grafted(before, "New", source)))["New"]
    assert sheet.row_dimensions[5].font.b is True
    assert sheet.column_dimensions["C"].fill.fgColor.rgb == "FF123456"


def test_a_default_font_of_its_own_shows_in_every_cell(before: bytes) -> None:
    source = plain()
    source._fonts[0].sz = 20
    sheet = openpyxl.load_workbook(io.BytesIO(grafted(before, "New", source)))["New"]
    assert sheet["A1"].font.sz == 20


def test_rich_text_stays_rich(before: bytes) -> None:
    rich = CellRichText("plain ", TextBlock(InlineFont(b=True), "bold"))
    loaded = openpyxl.load_workbook(io.BytesIO(grafted(before, "New", plain(value=rich))), rich_text=True)
    assert [str(part) for part in loaded["New"]["A1"].value] == ["plain ", "bold"]
    assert loaded["New"]["A1"].value[1].font.b is True


def test_groups_of_rows_and_columns_show_from_the_first_time_on(before: bytes) -> None:
    source = plain()
    source.active.column_dimensions.group("B", "C", outline_level=2)
    source.active.row_dimensions.group(2, 3, outline_level=1)
    after = grafted(before, "New", source)
    layout = root(after, "xl/worksheets/sheet3.xml").find("{*}sheetFormatPr")
    assert (layout.get("outlineLevelCol"), layout.get("outlineLevelRow")) == ("2", "1")
    assert grafted(after, "New", source) is after


@pytest.mark.parametrize("kind", [ScatterChart, AreaChart3D, ProjectedPieChart, BarChart3D, RadarChart])
def test_charts_that_openpyxl_writes_against_the_schema_are_mended(
    before: bytes, kind: type[ChartBase]
) -> None:
    source = plain()
    chart = kind()
    figures = Reference(source.active, min_col=1, min_row=1, max_row=3)
    if kind is ScatterChart:
        chart.series.append(Series(figures, figures))
    else:
        chart.add_data(figures)
    if kind in (AreaChart3D, BarChart3D):
        chart.gapDepth = 50
    source.active.add_chart(chart, "C3")
    after = grafted(before, "New", source)
    assert schema.newly_invalid(before, after) == {}
    assert schema.newly_invalid(strict_target(), grafted(strict_target(), "New", source)) == {}
