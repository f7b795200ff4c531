"""Defined names, tables and the titles in `docProps/app.xml` around a grafted tab."""

from __future__ import annotations

import openpyxl
from openpyxl.workbook.defined_name import DefinedName

from sheetops.books.xlsx.check import check_save
from sheetops.books.xlsx.package import Package
from tests.unit.xlsx.tab_targets import APP, dressed, grafted, parts, plain, root, target, text
from tests.xlsx_oracle import schema, wiring

Key = tuple[str, str | None]


def names(data: bytes) -> dict[Key, str]:
    listed = root(data, "xl/workbook.xml").find("{*}definedNames")
    return {(n.get("name"), n.get("localSheetId")): n.text for n in ([] if listed is None else listed)}


def named(text_: str, name: str = "mine", title: str = "Mine") -> openpyxl.Workbook:
    source = plain(title)
    source.defined_names[name] = DefinedName(name, attr_text=text_)
    return source


def titles(data: bytes) -> tuple[list[str], list[str]]:
    app = root(data, "docProps/app.xml")
    pairs = [leaf.text for leaf in app.find("{*}HeadingPairs").iter("{*}lpstr", "{*}i4")]
    listed = [leaf.text for leaf in app.find("{*}TitlesOfParts").iter("{*}lpstr")]
    for vector in app.iter("{*}vector"):
        assert vector.get("size") == str(len(vector))
    assert sum(map(int, pairs[1::2])) == len(listed)
    return pairs, listed


def test_print_settings_and_filters_of_a_new_tab_are_its_own() -> None:
    found = names(grafted(target(), "New", dressed()))
    assert found["_xlnm.Print_Area", "2"] == "'New'!$A$1:$C$9"
    assert found["_xlnm.Print_Titles", "2"] == "'New'!$1:$1"
    assert found["_xlnm._FilterDatabase", "2"] == "'New'!$A$1:$C$6"
    assert found["_xlnm.Print_Area", "1"] == "Review!$A$1:$Z$9"


def test_replacing_changes_built_in_names_and_keeps_the_others() -> None:
    found = names(grafted(target(), "Review", dressed()))
    assert found["_xlnm.Print_Area", "1"] == "'Review'!$A$1:$C$9"
    assert found["ours", "1"] == "Review!$A$1"
    assert found["everyone", None] == "Log!$A$1"
    bare = names(grafted(target(), "Review", plain()))
    assert set(bare) == {("ours", "1"), ("everyone", None)}


def test_the_last_name_leaves_no_empty_list_behind() -> None:
    book = str(parts()["xl/workbook.xml"])
    book = book.replace('<definedName name="everyone">Log!$A$1</definedName>', "")
    book = book.replace('<definedName name="ours" localSheetId="1">Review!$A$1</definedName>', "")
    before = target(**{"xl/workbook.xml": book})
    after = grafted(before, "Review", plain())
    assert "definedNames" not in text(after, "xl/workbook.xml")
    again = grafted(after, "Review", dressed())
    assert schema.newly_invalid(before, again) == {}
    assert names(again)["_xlnm.Print_Area", "1"] == "'Review'!$A$1:$C$9"


def test_names_of_the_source_become_the_tabs_own_and_follow_it() -> None:
    first = grafted(target(), "New", named("Mine!$B$1:$B$6"))
    assert names(first)["mine", "2"] == "'New'!$B$1:$B$6"
    second = grafted(first, "New", named("Mine!$B$1:$B$9"))
    assert names(second)["mine", "2"] == "'New'!$B$1:$B$9"
    check_save(Package.from_bytes(first, "f"), second, {}, ["New"])


def test_a_name_that_means_something_else_keeps_its_meaning() -> None:
    once = grafted(target(), "New", named("Mine!$B$1", "Everyone"))
    assert names(once)["everyone", None] == "Log!$A$1"
    assert names(once)["Everyone", "2"] == "'New'!$B$1"
    assert grafted(once, "New", named("Mine!$B$1", "Everyone")) is once
    assert wiring.newly_wrong(target(), once) == []


def test_a_name_that_says_the_same_is_left_as_it_is_written() -> None:
    package = Package.from_bytes(grafted(target(), "New", named("Mine!$B$1")), "f")
    book = package.part("xl/workbook.xml")
    swapped = book.replace(b'name="mine" localSheetId="2"', b'localSheetId="2" name="mine"')
    assert swapped != book
    package.set_part("xl/workbook.xml", swapped)
    data = package.to_bytes()
    assert grafted(data, "New", named("Mine!$B$1")) is data


def test_of_two_names_in_the_source_the_sheets_own_counts() -> None:
    source = named("Mine!$B$1")
    source.active.defined_names["Mine"] = DefinedName("Mine", attr_text="Mine!$C$1")
    assert names(grafted(target(), "New", source))["Mine", "2"] == "'New'!$C$1"


def test_tables_get_names_and_ids_of_their_own_and_keep_them() -> None:
    one = grafted(target(), "One", dressed("One"))
    two = grafted(one, "Two", dressed("Two"))
    assert wiring.newly_wrong(target(), two) == []
    assert root(two, "xl/tables/table2.xml").get("displayName") == "People_2"
    assert root(two, "xl/tables/table2.xml").get("id") == "2"
    assert "COUNTA(People_2[Name])" in text(two, "xl/worksheets/sheet4.xml")
    assert grafted(two, "Two", dressed("Two")) is two
    renamed = dressed("Two")
    renamed.active.tables["People"].displayName = "Others"
    three = grafted(two, "Two", renamed)
    assert root(three, "xl/tables/table2.xml").get("displayName") == "Others"
    assert root(three, "xl/tables/table1.xml").get("displayName") == "People"


def test_a_table_names_no_cell_style_of_the_source() -> None:
    source = dressed()
    source.active.tables["People"].headerRowCellStyle = "Good"
    after = grafted(target(), "New", source)
    assert "CellStyle" not in text(after, "xl/tables/table1.xml")


def test_a_table_does_not_take_the_name_of_a_defined_name() -> None:
    book = str(parts()["xl/workbook.xml"]).replace('name="everyone"', 'name="PEOPLE"')
    after = grafted(target(**{"xl/workbook.xml": book}), "New", dressed())
    assert root(after, "xl/tables/table1.xml").get("displayName") == "People_2"


def test_titles_in_any_language_follow() -> None:
    pairs, listed = titles(grafted(target(), "New tab", dressed()))
    assert pairs == ["工作表", "3", "命名范围", "6"]
    assert listed[:3] == ["Log", "Review", "New tab"]
    assert set(listed[3:]) == {
        *("everyone", "Review!ours", "Review!Print_Area"),
        *("'New tab'!mine", "'New tab'!Print_Titles", "'New tab'!Print_Area"),
    }


def test_titles_of_names_that_went_go() -> None:
    pairs, listed = titles(grafted(target(), "Review", plain()))
    assert pairs == ["工作表", "2", "命名范围", "2"]
    assert listed == ["Log", "Review", "everyone", "Review!ours"]


def test_a_group_of_names_is_begun_where_its_heading_is_known() -> None:
    names_ = "".join(f"<vt:lpstr>{n}</vt:lpstr>" for n in ("everyone", "Review!ours", "Review!Print_Area"))
    heading = (
        "<vt:variant><vt:lpstr>命名范围</vt:lpstr></vt:variant><vt:variant><vt:i4>3</vt:i4></vt:variant>"
    )
    app = APP.replace(names_, "").replace(heading, "").replace('"4"', '"2"').replace('"5"', '"2"')
    english = target(**{"docProps/app.xml": app.replace("工作表", "Worksheets")})
    pairs, listed = titles(grafted(english, "New", dressed()))
    assert pairs == ["Worksheets", "3", "Named Ranges", "3"]
    assert listed == ["Log", "Review", "New", "New!mine", "New!Print_Titles", "New!Print_Area"]
    assert titles(grafted(target(**{"docProps/app.xml": app}), "New", dressed()))[0] == ["工作表", "3"]


def test_titles_that_do_not_add_up_are_left_alone() -> None:
    app = APP.replace("<vt:lpstr>Review</vt:lpstr>", "")
    before = target(**{"docProps/app.xml": app})
    assert text(grafted(before, "New", dressed()), "docProps/app.xml") == app


def test_a_tab_whose_name_needs_escaping() -> None:
    after = grafted(target(), "R&D <1>", dressed())
    assert Package.from_bytes(after, "f").sheets()[-1].name == "R&D <1>"
    assert names(after)["_xlnm.Print_Area", "2"] == "'R&D <1>'!$A$1:$C$9"
    assert "R&D <1>" in titles(after)[1]
