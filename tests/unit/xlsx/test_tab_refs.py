"""Formulas under the tab's new name."""

from __future__ import annotations

import pytest

from sheetops.books.xlsx.tab_refs import Renames

NEW = Renames("Sheet", "Team's", {"t1": "T1_2"})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Sheet!A1", "'Team''s'!A1"),
        ("'Sheet'!A1+sheet!$B$2", "'Team''s'!A1+'Team''s'!$B$2"),
        ("SUM(Sheet!A1:Sheet!B2)", "SUM('Team''s'!A1:'Team''s'!B2)"),
        ("'My Sheet'!A1", "'My Sheet'!A1"),
        ("MySheet!A1+Sheet2!A1", "MySheet!A1+Sheet2!A1"),
        ("[1]Sheet!A1+'[b.xlsx]Sheet'!A1", "[1]Sheet!A1+'[b.xlsx]Sheet'!A1"),
        ('"Sheet!A1"&Sheet!A1', "\"Sheet!A1\"&'Team''s'!A1"),
        ('HYPERLINK("#Sheet!A1","go")', "HYPERLINK(\"#'Team''s'!A1\",\"go\")"),
        ('"a ""Sheet!A1"" b"', '"a ""Sheet!A1"" b"'),
        ("#REF!+Sheet!A1", "#REF!+'Team''s'!A1"),
        ("T1[Count]+SUM(t1[[#Totals],[T1]])", "T1_2[Count]+SUM(T1_2[[#Totals],[T1]])"),
        ("ROWS(T1)+T1(2)+T10+XT1+T1.a", "ROWS(T1_2)+T1(2)+T10+XT1+T1.a"),
        ("T2[It's] + Sheet!A1 & \"'\"", "T2[It's] + 'Team''s'!A1 & \"'\""),
        ("T2[a'[b']]+Sheet!A1", "T2[a'[b']]+'Team''s'!A1"),
        ("报表!A1+Sheet!A1", "报表!A1+'Team''s'!A1"),
        ("1E5+A1", "1E5+A1"),
    ],
)
def test_what_names_the_sheet_or_its_tables_changes(before: str, after: str) -> None:
    assert NEW.formula(before) == after


def test_an_unquoted_name_of_another_script_is_found() -> None:
    assert Renames("报表", "评审").formula("SUM(报表!A1,'报表'!B1)") == "SUM('评审'!A1,'评审'!B1)"


def test_a_reference_named_like_an_error_is_no_sheet() -> None:
    assert Renames("REF", "New").formula("#REF!+REF!A1") == "#REF!+'New'!A1"


def test_nothing_changes_under_the_same_name() -> None:
    assert Renames("Sheet", "Sheet").formula("Sheet!A1") == "Sheet!A1"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("#Sheet!A1", "#'Team''s'!A1"),
        ("'Sheet'!A1", "'Team''s'!A1"),
        ("place", "place"),
        ("#other!A1", "#other!A1"),
    ],
)
def test_links_to_a_place_follow(before: str, after: str) -> None:
    assert NEW.link(before) == after
