"""Taking a Google spreadsheet into use, normalising and filling it: the same jobs, another book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from sheetops.domain.policy import Policy
from sheetops.domain.table import Raw
from sheetops.jobs import Job
from sheetops.jobs.adopt import missing_tabs
from sheetops.jobs.normalise import normalise
from sheetops.runner import Order, Report, run_order, utc_now
from tests.e2e.helpers import Shell
from tests.google_desk import google_desk, new_spreadsheet
from tests.sheets import NoLedger, NoPost, policy
from tests.sheets_server import SheetsServer

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


def test_help_for_typing_is_added_where_there_is_none_when_it_is_asked_for(tmp_path: Path) -> None:
    with SheetsServer() as server:
        shell = Shell(tmp_path)
        (tmp_path / "sheetops.yaml").write_text(f"google: {{api: '{server.url}', pace: 0}}\n")
        made = new_spreadsheet(server.app, "登记", [[*HEADER, "实际解决时间"], *ROWS])
        own = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "高"}]}
        block = {
            "sheetId": 0,
            "startRowIndex": 1,
            "endRowIndex": 4,
            "startColumnIndex": 5,
            "endColumnIndex": 6,
        }
        made.batch([{"setDataValidation": {"range": block, "rule": {"condition": own}}}])
        address = f"https://docs.google.com/spreadsheets/d/{made.id}"
        assert shell.run("adopt", address, "--yes").returncode == 0
        log = next(sheet for sheet in server.world.files[made.id].book.sheets if sheet.title == "登记")
        assert not log.protected and not log.conditional

        told = shell.document("adopt", address, "--yes", "--typing-help")
        assert told["typing_help"] == 9 and len(log.conditional) == 3 and told["added_tabs"] == []

        def check(row: int, column: int) -> str | None:
            return (
                (log.cell(row, column).extra or {}).get("dataValidation", {}).get("condition", {}).get("type")
            )

        assert check(3, 1) == check(500, 4) == "ONE_OF_RANGE"  # source and type, from the Lists tab
        assert check(2, 5) == "ONE_OF_LIST" and check(500, 5) is None  # a person's own drop-down
        assert check(3, 8) == "DATE_BETWEEN" and check(3, 3) is None
        assert [rule["warningOnly"] for rule in log.protected] == [True, True]
        values = [[log.cell(r, c).value for c in range(9)] for r in range(7)]
        again = shell.document("adopt", address, "--yes", "--typing-help")
        assert again["typing_help"] == 0
        assert values == [[log.cell(r, c).value for c in range(9)] for r in range(7)]


def test_help_for_typing_is_refused_for_a_workbook(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.run("init", "new.xlsx")
    assert "Google spreadsheets only" in shell.refusal("adopt", "new.xlsx", "--typing-help", "--yes")
