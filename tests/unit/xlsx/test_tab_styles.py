"""Formats of a tab in the workbook's stylesheet: reused where they are, appended where they are not."""

from __future__ import annotations

import pytest
from lxml import etree

from sheetops.books.xlsx import tab_styles
from sheetops.books.xlsx.tab_styles import Styles, key_of
from sheetops.books.xlsx.xmlbytes import parse_fragment
from sheetops.errors import TabRefused
from tests.unit.xlsx.tab_targets import MAIN, STYLES

SOURCE = f"""<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="0.0&quot; h&quot;"/><numFmt numFmtId="165" formatCode="0.000"/></numFmts>
<fonts><font><name val="Calibri"/><family val="2"/><color theme="1"/><sz val="11"/><scheme val="minor"/></font><font><b val="1"/></font><font><name val="Consolas"/></font></fonts>
<fills><fill><patternFill/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFFFFF00"/></patternFill></fill></fills>
<borders><border><left/><right/><top/><bottom/><diagonal/></border><border><left style="thin"/><right/><top/><bottom/><diagonal/></border></borders>
<cellXfs><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/><xf numFmtId="164" fontId="1" fillId="0" borderId="0"/><xf numFmtId="165" fontId="2" fillId="2" borderId="1" applyAlignment="1"><alignment horizontal="center"/></xf><xf numFmtId="14" fontId="0" fillId="0" borderId="0" quotePrefix="1"/></cellXfs>
<dxfs><dxf><font><b val="1"/></font></dxf><dxf><numFmt numFmtId="165" formatCode="0.000"/></dxf><dxf><font><b val="1"/></font></dxf></dxfs></styleSheet>""".encode()


def into(target: str | None = STYLES) -> Styles:
    return Styles(target.encode() if target else None, SOURCE, "team.xlsx", strict=False)


def listed(styles: Styles, name: str) -> list[etree._Element]:
    return list(etree.fromstring(styles.result()).find(f"{{*}}{name}"))


def test_the_plain_format_is_the_workbooks_own() -> None:
    styles = into()
    assert styles.cell(0) == 0
    assert styles.result() == STYLES.encode()


def test_a_format_that_is_there_is_used_though_written_otherwise() -> None:
    styles = into()
    assert styles.cell(1) == 1  # bold, 0.0" h": the workbook has it under other numbers
    assert styles.result() == STYLES.encode()


def test_a_new_format_is_appended_with_its_parts() -> None:
    styles = into()
    assert styles.cell(2) == 2
    xf = listed(styles, "cellXfs")[2]
    wanted = {"numFmtId": "171", "fontId": "2", "fillId": "2", "borderId": "1", "xfId": "0"}
    assert {key: xf.get(key) for key in wanted} == wanted
    assert all(
        xf.get(f"apply{what}") == "1" for what in ("NumberFormat", "Font", "Fill", "Border", "Alignment")
    )
    assert xf[0].get("horizontal") == "center"
    assert listed(styles, "numFmts")[1].attrib == {"numFmtId": "171", "formatCode": "0.000"}
    assert [child.tag.rpartition("}")[2] for child in listed(styles, "fonts")[2]] == ["name", "sz", "color"]


def test_built_in_number_formats_keep_their_numbers() -> None:
    styles = into()
    place = styles.cell(3)
    xf = listed(styles, "cellXfs")[place]
    assert (xf.get("numFmtId"), xf.get("quotePrefix"), xf.get("fontId")) == ("14", "1", "0")


def test_formats_already_appended_are_found_again() -> None:
    first = into()
    places = [first.cell(n) for n in (3, 2, 1, 0)], [first.differential(n) for n in (0, 1, 2)]
    assert places[1] == [0, 1, 0]
    grown = first.result()
    again = Styles(grown, SOURCE, "team.xlsx", strict=False)
    assert ([again.cell(n) for n in (3, 2, 1, 0)], [again.differential(n) for n in (0, 1, 2)]) == places
    assert again.result() == grown


def test_only_formats_that_are_used_are_appended() -> None:
    styles = into()
    styles.differential(0)
    assert len(listed(styles, "dxfs")) == 1
    assert len(listed(styles, "cellXfs")) == 2


def test_a_differential_number_format_gets_a_free_number() -> None:
    styles = into(
        STYLES.replace(
            '<dxfs count="0"/>', '<dxfs count="1"><dxf><numFmt numFmtId="180" formatCode="x"/></dxf></dxfs>'
        )
    )
    styles.differential(1)
    assert listed(styles, "dxfs")[1][0].get("numFmtId") == "181"


def test_what_a_format_leaves_open_comes_from_the_default_format() -> None:
    xf = '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="center"/></xf>'
    styles = into(STYLES.replace('<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>', xf, 1))
    place = styles.cell(3)
    made = listed(styles, "cellXfs")[place]
    assert made.get("fontId") == "1"
    assert made[0].get("vertical") == "center"


def test_a_changed_default_font_is_shown_in_every_cell() -> None:
    source = SOURCE.replace(b'<sz val="11"/>', b'<sz val="20"/>', 1)
    styles = Styles(STYLES.encode(), source, "team.xlsx", strict=False)
    place = styles.cell(0)
    assert place == 2
    xf = listed(styles, "cellXfs")[place]
    assert listed(styles, "fonts")[int(xf.get("fontId"))].find("{*}sz").get("val") == "20"


def test_a_missing_list_comes_where_the_schema_wants_it() -> None:
    bare = f'<styleSheet xmlns="{MAIN}"><cellStyles><cellStyle name="Normal" xfId="0"/></cellStyles></styleSheet>'
    styles = into(bare)
    styles.cell(2)
    styles.differential(0)
    order = [child.tag.rpartition("}")[2] for child in etree.fromstring(styles.result())]
    assert order == ["numFmts", "fonts", "fills", "borders", "cellXfs", "cellStyles", "dxfs"]
    assert len(listed(styles, "fills")) == 3  # none and gray125 come first in every workbook
    assert [xf.get("fillId") for xf in listed(styles, "cellXfs")] == ["0", "2"]
    assert listed(styles, "cellXfs")[1].get("xfId") is None


def test_a_list_without_a_count_gets_none() -> None:
    styles = into(STYLES.replace('<cellXfs count="2">', "<cellXfs>"))
    styles.cell(2)
    assert b"<cellXfs>" in styles.result()


def test_more_formats_than_excel_can_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tab_styles, "MAX_CELL_FORMATS", 2)
    with pytest.raises(TabRefused, match="more than 2 cell formats"):
        into().cell(2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('<font><b/><sz val="11"/></font>', '<font><sz val="11.0"/><b val="true"/></font>'),
        ("<fill><patternFill/></fill>", '<fill><patternFill patternType="none"/></fill>'),
        ('<border><left style="thin"/><right/></border>', '<x:border><x:left style="thin"/></x:border>'),
        ('<xf numFmtId="0" quotePrefix="0"/>', '<xf applyFont="0" numFmtId="0"/>'),
        ('<font><color rgb="ff00aa00"/></font>', '<font><color rgb="FF00AA00"/></font>'),
        ("<font><u/></font>", '<font><u val="single"/></font>'),
    ],
)
def test_two_ways_to_say_one_thing_are_one(one: str, other: str) -> None:
    assert key_of(parse_fragment(one.encode(), "x")) == key_of(parse_fragment(other.encode(), "x"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<font><b/></font>", '<font><b val="0"/></font>'),
        ("<font><u/></font>", '<font><u val="double"/></font>'),
        ('<border><left style="thin"/></border>', '<border><right style="thin"/></border>'),
        (
            '<dxf><numFmt numFmtId="1" formatCode="a"/></dxf>',
            '<dxf><numFmt numFmtId="1" formatCode="A"/></dxf>',
        ),
        ('<xf numFmtId="0" applyFont="1"/>', '<xf numFmtId="0"/>'),
    ],
)
def test_two_things_are_two(one: str, other: str) -> None:
    assert key_of(parse_fragment(one.encode(), "x")) != key_of(parse_fragment(other.encode(), "x"))
