"""`sheetops adopt`: an existing sheet gets its settings and two tabs, and not a byte of its own is touched."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from ruamel.yaml import YAML

from tests.e2e.helpers import Shell

HEADER = (
    "需求编号",
    "需求来源",
    "客户信息",
    "需求描述",
    "需求类型",
    "紧急程度",
    "优先及",
    "责任部门/人员",
    "预计解决时间",
    "门店",
)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def workbook(path: Path, header: Sequence[str] = HEADER) -> dict[str, bytes]:
    """Two months of a log, each under a title; returns the parts of its tabs."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for month in ("十月", "十一月"):
        sheet = book.create_sheet(month)
        sheet.append(["客服部需求登记"])
        sheet.append([])
        sheet.append(header)
        for number in range(12):
            sheet.append(
                [
                    "",
                    "微信群",
                    "王*-电商企业",
                    f"导出第 {number} 份报表时停住",
                    "咨询类",
                    "高",
                    "4级",
                    "客服部-赵*",
                    None,
                    "南京店",
                ]
            )
    book.save(path)
    return tab_parts(path)


def tab_parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml")}


def settings(path: Path) -> object:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def test_a_dry_run_writes_nothing(shell: Shell) -> None:
    path = shell.folder / "log.xlsx"
    workbook(path)
    before = path.read_bytes()
    document = shell.document("adopt", path, "--dry-run")
    assert document["added_tabs"] == ["人员", "选项"] and "path: log.xlsx" in document["settings"]["text"]
    assert path.read_bytes() == before and not (shell.folder / "sheetops.yaml").exists()


def test_a_sheet_of_many_months_is_taken_into_use(shell: Shell) -> None:
    path = shell.folder / "team" / "log.xlsx"
    path.parent.mkdir()
    before = workbook(path)
    document = shell.document("adopt", path)
    assert [tab["tab"] for tab in document["tabs"]] == ["十月", "十一月"]
    assert [(q["cell"], q["header"], q["nearly"]) for q in document["questions"]] == [
        ("G3", "优先及", "priority")
    ]
    assert [h["header"] for h in document["left_alone"]] == ["门店"]
    assert settings(path.parent / "sheetops.yaml") == {"sheets": [{"name": "log", "path": "log.xlsx"}]}
    assert tab_parts(path) == before
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["十月", "十一月", "人员", "选项"]
    assert [cell.value for cell in book["人员"][2]][:2] == ["客服部", "赵*"]
    assert "微信群" in [cell.value for cell in book["选项"]["A"]]

    written = path.read_bytes()
    assert shell.document("adopt", path)["added_tabs"] == [] and path.read_bytes() == written
    shell.document("fill", "log", "--config", path.parent / "sheetops.yaml")
    again = shell.run("doctor", "log", "--config", path.parent / "sheetops.yaml")
    assert again.returncode == 0 and "选项" in again.stdout


def test_an_answer_on_the_command_line_is_kept_in_the_settings(shell: Shell) -> None:
    path = shell.folder / "log.xlsx"
    workbook(path)
    document = shell.document("adopt", path, "--column", "优先及=priority")
    assert document["questions"] == [] and document["tabs"][0]["columns"]["priority"] == {
        "cell": "G3",
        "header": "优先及",
    }
    assert settings(shell.folder / "sheetops.yaml") == {
        "sheets": [{"name": "log", "path": "log.xlsx", "columns": {"优先及": "priority"}}]
    }


def test_settings_that_are_there_are_not_overwritten_without_being_asked(shell: Shell) -> None:
    path = shell.folder / "log.xlsx"
    workbook(path)
    file = shell.folder / "sheetops.yaml"
    file.write_text("team:\n  feedback_days: 5  # ours\n", encoding="utf-8")
    done = shell.run("adopt", path)
    assert done.returncode == 3 and "--yes" in done.stdout and "+  - name: log" in done.stdout
    assert file.read_text(encoding="utf-8") == "team:\n  feedback_days: 5  # ours\n"
    shell.document("adopt", path, "--yes")
    assert (
        file.read_text(encoding="utf-8").startswith("team:\n  feedback_days: 5  # ours\n")
        and "path: log.xlsx" in file.read_text()
    )
    assert shell.document("adopt", path)["settings"]["written"] is False


def test_a_sheet_that_is_open_gets_its_settings_and_its_tabs_later(shell: Shell) -> None:
    path = shell.folder / "log.xlsx"
    before = workbook(path)
    (shell.folder / "~$log.xlsx").write_bytes(b"\x03Ann" + b" " * 161)
    document = shell.document("adopt", path, code=4)
    assert "open" in document["error"] and document["added_tabs"] == [] and tab_parts(path) == before
    assert (shell.folder / "sheetops.yaml").exists()


def test_too_few_headers_are_refused_with_what_might_be_meant(shell: Shell) -> None:
    path = shell.folder / "log.xlsx"
    workbook(path, ("编号", "来源", "客户", "描述", "类型", "紧急", "优先", "谁", "何时", "门店"))
    line = shell.refusal("adopt", path)
    assert "--column" in line and "编号=id" in line and "类型=type" in line
    answers = ["编号=id", "来源=source", "描述=description", "类型=type"]
    shell.document("adopt", path, *(part for answer in answers for part in ("--column", answer)))
    assert "no=column" not in shell.refusal("adopt", path, "--column", "门店=shop")


def on_a_terminal(shell: Shell, answers: str, *arguments: object) -> str:
    """What a person sees who types `answers`, one line for each question."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "XDG_STATE_HOME": str(shell.folder / "state"), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "sheetops", *map(str, arguments)]
    process = subprocess.Popen(
        command, cwd=shell.folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    shown, left, end = b"", answers.splitlines(), time.monotonic() + 60
    while time.monotonic() < end:
        if not select.select([ours], [], [], 0.2)[0]:
            continue
        try:
            more = os.read(ours, 4096)
        except OSError:
            break
        shown += more
        if left and more.rstrip().endswith((b"]:", b"?:")):
            os.write(ours, f"{left.pop(0)}\n".encode())
    os.close(ours)
    assert process.wait(timeout=10) == 0, shown.decode()
    return shown.decode()


def test_a_person_at_the_terminal_is_asked(shell: Shell) -> None:
    path = shell.folder / "log.xlsx"
    workbook(path)
    (shell.folder / "sheetops.yaml").write_text("team: {feedback_days: 5}\n", encoding="utf-8")
    # Is 优先及 the priority? Which are resolved, result, feedback, notes? Write the settings?
    shown = on_a_terminal(shell, "y\n0\n0\n0\n1\ny\n", "adopt", path)
    assert "优先及: is this the column 优先级 (priority)" in shown or "priority" in shown
    assert settings(shell.folder / "sheetops.yaml") == {
        "team": {"feedback_days": 5},
        "sheets": [{"name": "log", "path": "log.xlsx", "columns": {"优先及": "priority", "门店": "notes"}}],
    }
