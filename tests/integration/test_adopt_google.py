"""Taking a Google spreadsheet into use, normalising and filling it: the same jobs, another book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sheetops.domain.policy import Policy
from sheetops.domain.table import Raw
from sheetops.jobs import Job
from sheetops.jobs.adopt import missing_tabs
from sheetops.jobs.normalise import normalise
from sheetops.runner import Order, Report, run_order, utc_now
from tests.google_desk import google_desk
from tests.sheets import NoLedger, NoPost, policy

HEADER: list[Raw] = [
    "需求编号",
    "需求来源",
    "客户信息",
    "需求描述",
    "需求类型",
    "紧急程度",
    "优先级",
    "责任部门/人员",
    "预计解决时间",
]
ROWS: list[list[Raw]] = [
    ["", "微信群", "王*", f"case {n}", "咨询", "高 ", "４级", "客服部-赵*", "2026/11/9" if n % 2 else ""]
    for n in range(6)
]


def test_a_spreadsheet_is_taken_into_use_normalised_and_filled() -> None:
    book, _, _ = google_desk("登记", [HEADER, *ROWS])

    def run(jobs: Sequence[str], own: Mapping[str, Job]) -> Report:
        return run_order(Order(book, jobs, policy, own=own), NoLedger(), NoPost(), utc_now)

    defaults: Policy = policy("zh-Hans")
    before = book.read().grid("登记")
    assert run([], {"adopt": lambda view: missing_tabs(view, defaults)}).applied.tabs == ("人员", "选项")
    assert book.read().grid("登记") == before
    assert run([], {"adopt": lambda view: missing_tabs(view, defaults)}).applied.tabs == ()

    applied = run([], {"normalise": normalise}).applied
    assert len(applied.writes) == 15 and not applied.conflicts
    assert run([], {"normalise": normalise}).applied.writes == ()
    filled = run(["fill"], {}).applied
    assert len(filled.writes) == 9 and not filled.conflicts

    grid = book.read().grid("登记")
    assert grid is not None and len({row[0] for row in grid.rows[1:]}) == 6
    assert {tuple(row[5:7]) for row in grid.rows[1:]} == {("高", "4级")}
    assert [row[8] for row in grid.rows[2::2]] == [date(2026, 11, 9)] * 3
