"""`sheetops normalise`: a plan first, then the standard form in the file, which a second time has nothing to do."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl

from tests.e2e.helpers import Shell

HEADER = ["需求编号", "需求描述", "需求类型", "紧急程度", "优先级", "预计解决时间", "备注"]
ROWS = [
    ["20261101", "页面停住", "咨询", "高 ", "４级", "2026/11/9", " ４级客户 "],
    ["20261102", "不能导出", "咨询类", "高", "4级", "11月9日前", None],
]


def test_the_standard_form_is_written_only_when_asked_and_once(tmp_path: Path) -> None:
    shell, path = Shell(tmp_path), tmp_path / "log.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    for cells in (HEADER, *ROWS):
        book.active.append(cells)
    book.save(path)
    before = path.read_bytes()

    plan = shell.document("normalise", path, "--dry-run")
    assert path.read_bytes() == before and {edit["outcome"] for edit in plan["edits"]} == {"planned"}
    document = shell.document("normalise", path)
    assert {e["cell"]: e["new"] for e in document["edits"]} == {
        "C2": "咨询类", "D2": "高", "E2": "4级", "F2": "2026-11-09", "G2": "４级客户",
    }  # fmt: skip
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None and sheet["F2"].value == datetime(2026, 11, 9) and sheet["F2"].is_date
    assert [cell.value for cell in sheet[3]] == ROWS[1]
    written = path.read_bytes()
    assert shell.document("normalise", path)["edits"] == [] and path.read_bytes() == written

    # What people wrote in words is not kept by the ledger, so that one stays; the rest is put back.
    shell.document("undo", document["run"], code=3)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None and [cell.value for cell in sheet[2]] == [*ROWS[0][:6], "４级客户"]


def test_a_days_run_does_not_normalise(tmp_path: Path) -> None:
    shell, path = Shell(tmp_path), tmp_path / "log.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    for cells in (HEADER, ROWS[0]):
        book.active.append(cells)
    book.save(path)
    done = shell.run("fill", path, "-v")
    assert done.returncode == 0 and "filled: nothing" in done.stdout
