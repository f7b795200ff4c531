"""Tabs drawn into workbooks: what another reader finds in the saved file, and what a schema says of its parts."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from typing import Any, get_args

import pytest
from openpyxl import load_workbook

from sheetops.books.xlsx import cell_forms
from sheetops.books.xlsx.draw import new_workbook
from sheetops.books.xlsx.looks import FONTS, LOOKS, TONES
from sheetops.domain.table import CellError
from sheetops.domain.tabs import Cell, Choice, Highlight, Link, Range, Style, Tab
from sheetops.errors import EditRefused, TabRefused
from tests.xlsx_oracle import schema
from tests.xlsx_oracle.parts import read

TAB = "Team's tab"


def saved(*tabs: Tab, language: str = "en") -> bytes:
    return new_workbook(tabs, language)


def reread(*tabs: Tab, language: str = "en") -> Any:
    return load_workbook(io.BytesIO(saved(*tabs, language=language)))[tabs[0].name]


def tab_of(*row: Cell, **more: Any) -> Tab:
    return Tab(TAB, (row,), **more)


def test_every_style_word_has_a_look_and_is_drawn_with_the_languages_font() -> None:
    assert set(LOOKS) == set(get_args(Style))
    rows = tuple((Cell("x", style),) for style in LOOKS)
    for language, font in FONTS.items():
        sheet = reread(Tab(TAB, rows), language=language)
        assert {row[0].font.name for row in sheet.iter_rows()} == {font}
        assert sheet["A99"].font.name == font  # a cell yet to be typed


def test_text_stays_text_and_only_a_formula_is_one() -> None:
    sheet = reread(
        tab_of(
            Cell("=1+1"),
            Cell("=1+1", formula=True),
            Cell("#REF!"),
            Cell(CellError("#N/A")),
            Cell("+86 10"),
            Cell("a"),
        )
    )
    cells = sheet[1]
    assert [c.data_type for c in cells] == ["s", "f", "s", "s", "s", "s"]
    assert [c.value for c in cells] == ["=1+1", "=1+1", "#REF!", "#N/A", "+86 10", "a"]
    # The quote prefix keeps a program from reading it as a formula when a person steps into the cell.
    assert [bool(c.quotePrefix) for c in cells] == [True, False, False, False, True, False]


def test_values_keep_their_kind_and_get_a_format() -> None:
    day, moment = date(2026, 3, 4), datetime(2026, 3, 4, 9, 30)
    sheet = reread(
        tab_of(
            Cell(day),
            Cell(moment),
            Cell(day, "date"),
            Cell(time(9, 30)),
            Cell(timedelta(hours=30)),
            Cell(True),
            Cell(0.875, "percent"),
            Cell(12345, "integer"),
            Cell(date(1899, 5, 6)),
        )
    )
    cells = sheet[1]
    assert cells[0].value == datetime(2026, 3, 4) and cells[0].number_format == "yyyy-mm-dd"
    assert cells[1].value == moment and cells[1].number_format == "yyyy-mm-dd hh:mm"
    assert cells[2].number_format == "yyyy-mm-dd"
    assert cells[3].value == time(9, 30)
    assert cells[4].value == timedelta(hours=30)
    assert cells[5].value is True
    assert cells[6].value == 0.875 and cells[6].number_format == "0.0%"
    assert cells[7].value == 12345 and cells[7].number_format == "#,##0"
    assert cells[8].value == "1899-05-06"


def test_a_plain_empty_cell_draws_nothing() -> None:
    sheet = reread(tab_of(Cell(), Cell(None, "input"), Cell("x")))
    assert not sheet["A1"].has_style
    assert sheet["B1"].fill.fgColor.rgb == "00FFFAE5"


def test_control_characters_are_pictured_and_line_ends_are_plain() -> None:
    sheet = reread(tab_of(Cell("a\x07b\x0bc\r\nd\re\ttab", note="n\x00")))
    assert sheet["A1"].value == "a␇b␋c\nd\ne\ttab"
    assert sheet["A1"].comment.text == "n␀"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("长" * 32_768, "32,768 characters"),
        ("😀" * 16_384, "32,768"),
        (float("nan"), "NaN"),
        (float("inf"), "NaN"),
    ],
)
def test_what_no_cell_can_hold_is_refused_by_its_name(value: Any, says: str) -> None:
    with pytest.raises(EditRefused, match=says) as caught:
        saved(Tab(TAB, ((), (Cell("x"), Cell(value)))))
    assert caught.value.where == f"{TAB}!B2"


def test_the_longest_text_that_fits_is_whole() -> None:
    assert reread(tab_of(Cell("长" * 32_767))).cell(1, 1).value == "长" * 32_767


@pytest.mark.parametrize("name", ["", "a" * 32, "a/b", "'a", "History"])
def test_an_impossible_name_is_refused(name: str) -> None:
    with pytest.raises(TabRefused):
        saved(Tab(name, ()))


def test_links_are_quoted_and_an_empty_cell_stays_empty() -> None:
    sheet = reread(
        tab_of(
            Cell("go", "link", Link("客户's 页", "B7")),
            Cell("here", link=Link(cell="C3")),
            Cell("out", link=Link(url="https://example.com/?a=1&b=2")),
            Cell(None, "link", Link("x")),
        )
    )
    cells = sheet[1]
    assert cells[0].hyperlink.location == "'客户''s 页'!B7"
    assert cells[1].hyperlink.location == "'Team''s tab'!C3"
    assert cells[2].hyperlink.target == "https://example.com/?a=1&b=2" and cells[2].hyperlink.location is None
    assert cells[3].hyperlink.location == "'x'!A1"
    empty = read(saved(tab_of(Cell(None, link=Link("x")))))["xl/worksheets/sheet1.xml"]
    assert re.findall(rb"<c .*?>", empty) == [b'<c r="A1" s="1" t="n"/>']  # openpyxl fills it when reading


def test_links_past_the_limit_of_a_sheet_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_forms, "MOST_LINKS", 2)
    sheet = reread(Tab(TAB, tuple((Cell(str(n), "link", Link("x")),) for n in range(4))))
    assert [sheet.cell(n, 1).hyperlink is not None for n in range(1, 5)] == [True, True, False, False]
    assert sheet.cell(4, 1).value == "3"


def test_a_span_merges_and_makes_room_for_its_lines() -> None:
    long = "一二三四五六七八九十" * 8
    rows = ((Cell(long, "wrap", span=3), Cell(), Cell(), Cell("x")), (Cell("short", "wrap"),))
    sheet = reread(Tab(TAB, rows, widths=(10, 10, 10, 10), heights=((2, 33.0),)))
    assert [str(block) for block in sheet.merged_cells.ranges] == ["A1:C1"]
    assert sheet["D1"].value == "x"
    assert sheet.row_dimensions[1].height > 5 * 13  # 160 columns of text in 30
    assert sheet.row_dimensions[2].height == 33.0


def test_a_span_over_a_value_is_refused() -> None:
    with pytest.raises(TabRefused, match="would hide 'lost'"):
        saved(tab_of(Cell("a", span=2), Cell("lost")))


def test_rows_grow_for_wrapped_text_but_not_for_formulas() -> None:
    rows = (
        (Cell("words " * 30, "wrap"),),
        (Cell('=IF(A1="","",' * 9, "wrap", formula=True),),
        (Cell("one", "wrap"),),
    )
    sheet = reread(Tab(TAB, rows, widths=(20,)))
    assert sheet.row_dimensions[1].height > 100
    assert sheet.row_dimensions[2].height is None and sheet.row_dimensions[3].height is None


def test_view_print_and_names() -> None:
    tab = tab_of(
        Cell("x"),
        widths=(20.0, 9.5),
        frozen=(1, 2),
        filter=Range(1, 1, 9, 3),
        column_styles=((2, "date"),),
        names=(("Some_list", Range(2, 1, 9, 1)),),
        landscape=True,
        repeat_rows=1,
        gridlines=False,
        colour="123456",
    )
    sheet = reread(tab)
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:C9"
    assert sheet.column_dimensions["A"].width == pytest.approx(20.71)
    assert sheet.column_dimensions["B"].number_format == "yyyy-mm-dd"
    assert sheet.parent.defined_names["Some_list"].attr_text == "'Team''s tab'!$A$2:$A$9"
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.oddFooter.center.text == "&P / &N"
    assert sheet.sheet_view.showGridLines is False
    assert sheet.sheet_properties.tabColor.rgb == "00123456"


def test_choices() -> None:
    down = Range(2, 1, 9, 1)
    tab = tab_of(
        choices=(
            Choice(down, source=Range(4, 2, 63, 2, "选项"), error="e" * 300),
            Choice(down, values=("是", '"no"'), strict=True, prompt="p"),
            Choice(down, kind="date", minimum=2020),
            Choice(down, kind="whole", minimum=1, maximum=5, strict=True),
        )
    )
    source, written, day, whole = reread(tab).data_validations.dataValidation
    assert source.formula1.startswith("OFFSET('选项'!$B$4,0,0,") and "'选项'!$B$4:$B$63" in source.formula1
    assert (source.errorStyle, source.showErrorMessage, len(source.error)) == ("warning", True, 225)
    assert written.formula1 == '"是,""no"""'
    assert (written.errorStyle, written.showErrorMessage, written.showInputMessage) == ("stop", True, True)
    assert (day.type, day.formula1, day.formula2) == ("date", "DATE(2020,1,1)", "DATE(2199,12,31)")
    assert day.showErrorMessage is False
    assert (whole.type, whole.formula1, whole.formula2) == ("whole", "1", "5")
    assert {str(v.sqref) for v in (source, written, day, whole)} == {"A2:A9"}


@pytest.mark.parametrize("values", [("a,b", "c"), tuple("value" + str(n) for n in range(40))])
def test_values_that_a_drop_down_cannot_hold_are_refused(values: tuple[str, ...]) -> None:
    with pytest.raises(TabRefused, match="as the source"):
        saved(tab_of(choices=(Choice(Range(1, 1, 1, 1), values=values),)))


def test_highlights_keep_their_order_and_colours() -> None:
    tab = tab_of(
        highlights=(
            Highlight(Range(2, 1, 9, 3), '=AND($A2<>"",$B2>1)', "error"),
            Highlight(Range(2, 1, 9, 3), "$C2=1", "muted"),
        )
    )
    ((block, (first, second)),) = reread(tab).conditional_formatting._cf_rules.items()
    assert str(block.sqref) == "A2:C9"
    assert (first.priority, second.priority) == (1, 2)
    assert first.formula == ['AND($A2<>"",$B2>1)']
    assert first.dxf.fill.bgColor.rgb == "00" + str(TONES["error"][1])
    assert second.dxf.fill is None and second.dxf.font.color.rgb == "00" + TONES["muted"][0]


def test_several_tabs_open_on_the_first() -> None:
    book = load_workbook(io.BytesIO(saved(Tab("一", ((Cell("a"),),)), Tab("二", ()), language="zh-Hans")))
    assert book.sheetnames == ["一", "二"] and book.worksheets[0] is book.active
    assert [bool(sheet.sheet_view.tabSelected) for sheet in book] == [True, False]


def test_every_part_is_valid() -> None:
    cells = tuple((Cell(style, style, Link("b", "A1"), note="note"),) for style in LOOKS)
    full = Tab(
        TAB,
        cells,
        widths=(20,),
        frozen=(1, 0),
        filter=Range(1, 1, 5, 1),
        choices=(Choice(Range(2, 1, 9, 1), source=Range(1, 1, 9, 1, "b"), prompt="p", error="e"),),
        highlights=tuple(
            Highlight(Range(2, 1, 9, 1), "A2=1", style) for style in ("error", "hint", "muted", "good")
        ),
        column_styles=((2, "date"),),
        names=(("N", Range(1, 1, 2, 2)),),
        landscape=True,
        repeat_rows=1,
        colour="123456",
    )
    parts = read(saved(full, Tab("b", ()), language="zh-Hant"))
    assert "xl/worksheets/sheet1.xml" in parts
    wrong = {n: schema.errors(xml) for n, xml in parts.items() if n.endswith((".xml", ".rels"))}
    assert {name: dict(errors) for name, errors in wrong.items() if errors} == {}


def test_importing_is_cheap() -> None:
    code = "import sheetops.books.xlsx.draw, sys; sys.exit('openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
