"""What a team writes into its Lists and People tabs holds at once, over the settings."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sheetops.domain.choices import from_names
from sheetops.domain.lists_tab import LISTS_COLUMNS, read_lists
from sheetops.domain.policy import UrgencyTarget
from sheetops.domain.rules import judge
from sheetops.domain.table import Grid, Raw
from sheetops.domain.targets import read_target, says_no_target
from sheetops.domain.template import LANGUAGES, LISTS
from sheetops.domain.workdays_clock import Target, TargetUnit
from sheetops.jobs.fill import fill
from sheetops.jobs.layout_lists import lists_tab
from sheetops.settings.files import load_texts
from tests.sheets import log, row, view

HOURS, DAYS, WORKING = TargetUnit.CLOCK_HOURS, TargetUnit.WORKING_DAYS, TargetUnit.WORKING_HOURS


def lists(*rows: list[Raw], name: str = "Lists") -> Grid:
    return Grid(name, rows)


def columns(name: str = "Lists", **cells: list[Raw]) -> Grid:
    """A Lists tab of these columns, under a title."""
    height = max(map(len, cells.values()))
    padded = [values + [None] * (height - len(values)) for values in cells.values()]
    return Grid(name, [["Lists"], list(cells), *map(list, zip(*padded, strict=True))])


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("24小时", Target(24, HOURS)),
        ("24 小時內", Target(24, HOURS)),
        ("within 24 hours", Target(24, HOURS)),
        ("24h", Target(24, HOURS)),
        ("30分钟", Target(0.5, HOURS)),
        (timedelta(hours=36), Target(36, HOURS)),
        ("1个工作日", Target(1, DAYS)),
        ("１ 個工作天內", Target(1, DAYS)),
        ("三个工作日内", Target(3, DAYS)),
        ("两天", Target(2, DAYS)),
        ("十五个工作日", Target(15, DAYS)),
        ("3 working days", Target(3, DAYS)),
        ("1 Business Day", Target(1, DAYS)),
        ("当天", Target(0, DAYS)),
        ("same day", Target(0, DAYS)),
        ("4 working hours", Target(4, WORKING)),
        ("4个工作小时", Target(4, WORKING)),
        ("4工时", Target(4, WORKING)),
    ],
)
def test_a_target_is_read_as_people_write_it(text: Raw, target: Target) -> None:
    assert read_target(text) == (target, None)


@pytest.mark.parametrize("text", ["不限时", "不限", "無限制", "no limit", "None", "N/A", "—"])
def test_no_target_is_a_decision_too(text: str) -> None:
    assert read_target(text) == (None, None) and says_no_target(text)
    assert not says_no_target(" ")


@pytest.mark.parametrize(
    "text", [24, "24", "soon", "1周", "3 months", "半天", "99999 days", True, "3 calendar days", "三个自然日"]
)
def test_what_is_no_target_is_not_guessed(text: Raw) -> None:
    target, problem = read_target(text)
    assert target is None and problem is not None and problem.kind == "not-a-target"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tab_of_a_new_workbook_says_the_default_policy(language: str) -> None:
    tab = lists_tab(language, load_texts(language))
    seen = view(log(row(description="a"), language=language), Grid(tab.name, tab.values()))
    assert not seen.decided.unread and not seen.decided.near
    assert set(seen.decided.lists) == set(LISTS)
    assert dict(seen.policy.targets) == dict(seen.settings.targets)
    assert set(seen.policy.routing) == {choice.key for choice in LISTS["type"]}
    assert len(seen.policy.routing["feature"]) == 2
    assert set(seen.people.departments) == {
        load_texts(language)(f"layout.department.{d}")
        for d in ("service", "technical", "product", "management")
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_heading_of_the_new_tab_is_the_first_name_of_its_column(language: str) -> None:
    texts = load_texts(language)
    for column in LISTS_COLUMNS:
        if column.key not in LISTS:
            assert column.name(language) == texts(f"layout.lists.{column.key}")


def test_a_target_in_the_sheet_wins_and_a_blank_cell_leaves_it_to_the_settings() -> None:
    tab = columns(
        Urgency=["High", "Medium", "Low"], **{"Resolve within": ["2 working days", None, "no limit"]}
    )
    seen = view(
        log(row(description="a")),
        tab,
        targets={"medium": {"resolution": "5 working days"}, "low": {"resolution": "7 working days"}},
    )
    targets = seen.policy.targets
    assert targets["high"] == UrgencyTarget(Target(24, HOURS), Target(2, DAYS))
    assert targets["medium"].resolution == Target(5, DAYS)
    assert targets["low"].resolution is None
    assert seen.settings.targets["high"].resolution == Target(1, DAYS)
    response = view(log(row(description="a")), columns(Urgency=["High"], **{"Respond within": ["2 hours"]}))
    assert response.policy.targets["high"] == UrgencyTarget(Target(2, HOURS), Target(1, DAYS))


def test_what_cannot_be_read_is_named_with_its_cell_and_the_settings_hold() -> None:
    tab = columns(Urgency=["High"], **{"Resolve within": ["quickly"], "Respond withn": ["1 hour"]})
    seen = view(log(row(description="a")), tab)
    assert [tuple(u) for u in seen.decided.unread] == [("Lists", "B3", "quickly")]
    assert dict(seen.decided.near) == {"C2": "response"}
    assert seen.policy.targets["high"].resolution == Target(1, DAYS)


def test_due_dates_follow_the_target_of_the_sheet() -> None:
    tab = columns("选项", 紧急程度=["特急", "高"], 解决时限=["当天", "三个工作日内"])
    seen = view(
        log(
            row(id="20261101", urgency="特急", description="a"),
            row(id="20261102", urgency="高", description="b"),
            language="zh-Hans",
        ),
        tab,
    )
    assert [edit.new for edit in fill(seen).edits] == [date(2026, 11, 18), date(2026, 11, 23)]


def test_a_value_added_to_the_sheet_is_valid_at_once() -> None:
    full = row(
        id="20261101",
        source="Fax",
        customer="K*-Shop",
        description="The till in hall 3 is slow",
        type="Refund",
        urgency="Medium",
        priority=3,
    )
    unknown = [f for f in judge(view(log(full))) if f.rule == "unknown-value"]
    assert {f.column for f in unknown} == {"source", "type"}
    tab = columns(Source=["Phone", "Fax"], Type=["Complaint", "Refund"], Urgency=["High", "Medium", "Low"])
    assert not [f for f in judge(view(log(full), tab)) if f.rule == "unknown-value"]


def test_a_department_of_the_lists_is_known_without_people() -> None:
    people = Grid("People", [["Department", "Name"], ["Support", "Ada L*"]])
    full = row(id="20261101", description="The till in hall 3 is slow", owner="Warehouse")
    assert [f for f in judge(view(log(full), people)) if f.rule == "unknown-owner"]
    assert not [
        f
        for f in judge(view(log(full), people, columns(Departments=["Support", "Warehouse"])))
        if f.rule == "unknown-owner"
    ]


def test_routing_in_the_sheet_wins_for_its_types() -> None:
    tab = columns(Type=["Complaint", "Refund"], **{"Handled by": ["Support", "Sales / Finance"]})
    seen = view(log(row(description="a")), tab, routing={"complaint": ["Board"], "feature": ["Engineering"]})
    assert dict(seen.policy.routing) == {
        "complaint": ("Support",),
        "feature": ("Engineering",),
        "Refund": ("Sales", "Finance"),
    }


def test_a_department_with_a_slash_in_its_name_is_one() -> None:
    tab = columns(Type=["Refund"], **{"Handled by": ["Sales/Finance"], "Departments": ["Sales/Finance"]})
    assert dict(view(log(row(description="a")), tab).policy.routing) == {"Refund": ("Sales/Finance",)}


def test_a_setting_for_the_teams_own_word_finds_it_whatever_its_width() -> None:
    seen = view(
        log(row(description="a")), columns(Urgency=["Ｐ1", "P2"]), targets={"p1": {"resolution": "4 hours"}}
    )
    assert seen.policy.targets[seen.lists["urgency"].keys()[0]].resolution == Target(4, HOURS)


def test_two_spellings_of_one_template_value_are_two_values_where_the_team_lists_both() -> None:
    levels = from_names("urgency", ["紧急", "高", "中", "低", "中 "])
    assert levels.keys() == ("紧急", "high", "medium", "low")
    assert levels.read("紧急", "zh-Hans") == ("紧急", None)
    assert levels.read("High", "zh-Hans") == ("high", None)
    assert levels.read("緊急", "zh-Hans") == ("紧急", None)
    assert from_names("urgency", ["高", "紧急"]).read("紧急", "zh-Hans") == ("紧急", None)


def test_no_lists_tab_or_an_empty_one_says_nothing() -> None:
    for grid in (None, lists(), lists(["just", "words"])):
        decided = read_lists(grid)
        assert not decided.lists and not decided.response and not decided.routing


@pytest.mark.parametrize(
    ("cell", "active"),
    [
        (None, True),
        ("", True),
        ("是", True),
        ("✓", True),
        (True, True),
        ("否", False),
        ("✗", False),
        ("×", False),
        (False, False),
        (0, False),
        ("No", False),
    ],
)
def test_a_blank_active_cell_means_still_here(cell: Raw, active: bool) -> None:
    people = Grid("People", [["Department", "Name", "Active"], ["Support", "Ada L*", cell]])
    (person,) = view(log(row(description="a")), people).people.all
    assert person.active is active
