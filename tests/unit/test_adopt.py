"""Taking a sheet into use: headers asked back, the sheet's own words listed, settings that keep what was there."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetops.domain.table import Grid, Raw, RawSheet
from sheetops.domain.view import View
from sheetops.errors import SettingsError
from sheetops.jobs.adopt import missing_tabs, own_pattern, own_people, own_values, survey
from sheetops.settings.adopted import entry_for, known_entry, with_sheet
from sheetops.settings.load import Loaded, parse
from tests.sheets import log, policy, row, view

HEADER: list[Raw] = ["需求编号", "来源", "客户信息", "需求描术", "需求类型", "紧急程度", "优先及", "门店"]


def book(*grids: Grid) -> RawSheet:
    return RawSheet("log.xlsx", grids, "0")


def test_headers_are_mapped_asked_back_or_left_alone_in_every_log_tab() -> None:
    filled: list[Raw] = ["1", "电话", "王*", "a", "咨询类", "高", 3, "南京"]
    grids = [Grid(name, [["十月需求登记"], [], HEADER, filled]) for name in ("十月", "十一月")]
    seen = survey(book(*grids, Grid("统计", [["门店", "合计"], ["南京", 3]]), Grid("人员", [HEADER])), {})
    assert dict(seen.rows) == {"十月": 3, "十一月": 3}
    assert {h.text: (h.near, f"{h.tab}!{h.cell}") for h in seen.questions} == {
        "来源": ("source", "十月!B3"),
        "需求描术": ("description", "十月!D3"),
        "优先及": ("priority", "十月!G3"),
    }
    assert [h.text for h in seen.foreign] == ["门店"]
    assert {"description", "notes"} <= set(seen.missing) and "id" not in seen.missing


def test_an_answer_is_no_longer_asked() -> None:
    seen = survey(book(Grid("十月", [HEADER])), {"优先及": "priority", "门店": "owner"})
    assert {h.key for h in seen.headers} >= {"priority", "owner"}
    assert [h.text for h in seen.questions] == ["来源", "需求描术"] and seen.foreign == ()


def test_what_is_near_a_column_that_is_there_is_not_asked() -> None:
    seen = survey(book(Grid("十月", [["需求编号", "需求描述", "客户信息", "优先级", "优先级别"]])), {})
    assert seen.questions == () and [h.text for h in seen.foreign] == ["优先级别"]


def test_a_tab_is_taken_only_if_it_is_asked_for() -> None:
    grids = [Grid(name, [HEADER]) for name in ("十月", "旧表")]
    assert list(survey(book(*grids), {}, ["十月"]).rows) == ["十月"]


def adopted(*rows: dict[str, Raw], language: str = "zh-Hans", **team: object) -> View:
    return view(
        log(*(row(description=f"case {n}", **cells) for n, cells in enumerate(rows)), language=language),
        **team,
    )  # type: ignore[arg-type]


def test_the_lists_keep_the_templates_values_and_the_teams_own_and_leave_out_slips() -> None:
    words = ["电话"] * 9 + ["微信群"] * 3 + ["电话反愧"] * 3 + ["上门"]
    found = own_values(adopted(*({"source": word} for word in words)), "source")
    assert found.listed == ("电话", "在线客服", "邮件", "社交媒体", "客服主动识别", "回访", "微信群")
    assert found.doubtful == ("电话反愧", "上门")


def test_a_team_with_its_own_types_is_not_given_others() -> None:
    found = own_values(adopted(*({"type": word} for word in ["退款"] * 5 + ["物流"] * 4 + ["投诉"])), "type")
    assert found.listed == ("投诉", "退款", "物流")


def test_people_come_from_the_owners_of_the_log() -> None:
    owners = ["客服部-赵*", "技术部-李*、客服部-赵*(牵头)", "技术部", "仓库", "客服部－赵*"]
    assert own_people(adopted(*({"owner": owner} for owner in owners))) == (
        ("客服部", "赵*"),
        ("技术部", "李*"),
        ("仓库", ""),
    )


def test_the_missing_tabs_change_nothing_that_the_settings_say() -> None:
    seen = adopted(
        {"owner": "客服部-赵*", "urgency": "高"}, targets={"high": {"resolution": "2 working days"}}
    )
    tabs = missing_tabs(seen, policy("zh-Hans")).tabs
    assert [tab.name for tab in tabs] == ["人员", "选项"]
    after = View(
        type(seen.snapshot)(book(*seen.snapshot.raw.grids, *(Grid(tab.name, tab.values()) for tab in tabs)), seen.snapshot.tables, "zh-Hans"),
        seen.settings, seen.history, seen.now,
    )  # fmt: skip
    assert dict(after.policy.targets) == dict(seen.policy.targets)
    assert [(p.department, p.name, p.active) for p in after.people.all] == [("客服部", "赵*", True)]
    assert dict(after.policy.routing) == dict.fromkeys(("consult", "complaint", "other"), ("客服部",))
    assert missing_tabs(after, policy("zh-Hans")).tabs == ()


def test_a_sheet_of_group_mailboxes_needs_no_people_tab() -> None:
    seen = adopted({"owner": "Group 7"}, address_pattern="{department}@example.com")
    assert [tab.name for tab in missing_tabs(seen, policy("zh-Hans")).tabs] == ["选项"]


def test_the_sheets_own_numbering_is_proposed() -> None:
    assert own_pattern(adopted(*({"id": f"KF{n:05}"} for n in range(20)))) == "KF{seq:05}"
    assert own_pattern(adopted(*({"id": f"202611{n:02}"} for n in range(1, 20)))) is None


# The settings file

OLD = """# our own words
team:
  feedback_days: 5   # not 3
sheets:
  - {name: desk, path: "desk.xlsx"}
"""


def loaded(text: str, path: str = "conf/sheetops.yaml") -> Loaded:
    return Loaded(parse(text, path), Path(path))


def test_a_new_sheet_is_added_and_every_comment_stays() -> None:
    settings = loaded(OLD)
    entry = entry_for(
        "conf/shop/log.xlsx",
        settings,
        {"columns": {"优先及": "priority"}, "log_tabs": [], "id_pattern": None},
        None,
    )
    assert entry == {"name": "log", "path": "shop/log.xlsx", "columns": {"优先及": "priority"}}
    text = with_sheet(OLD, entry, settings, "x")
    assert text.startswith(OLD.rstrip()) and "优先及: priority" in text
    assert [sheet.path for sheet in parse(text, "x").sheets] == ["desk.xlsx", "shop/log.xlsx"]


def test_a_second_sheet_of_the_same_name_gets_another() -> None:
    assert entry_for("conf/shop/desk.xlsx", loaded(OLD), {}, None) == {
        "name": "desk-2",
        "path": "shop/desk.xlsx",
    }


def test_a_known_sheet_keeps_what_the_file_says_of_it() -> None:
    settings = loaded(OLD)
    known = known_entry(settings, "conf/desk.xlsx")
    assert known is not None and known_entry(settings, "desk.xlsx") is not None
    entry = entry_for("conf/desk.xlsx", settings, {"columns": {"Kümmerer": "owner"}}, known)
    (sheet,) = parse(with_sheet(OLD, entry, settings, "x"), "x").sheets
    assert (sheet.name, sheet.path, sheet.columns) == ("desk", "desk.xlsx", {"Kümmerer": "owner"})


def test_settings_that_would_not_be_valid_are_not_proposed() -> None:
    with pytest.raises(SettingsError):
        with_sheet(None, {"name": "x", "path": "x.xlsx", "colums": {}}, loaded(""), "x")
