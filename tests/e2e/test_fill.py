"""Filling through the command line: twice, taken back, at the same time, and with what the ledger saw before."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from tests.e2e.helpers import Shell

HEADER = ("需求编号", "客户信息", "需求描述", "需求类型", "紧急程度", "责任部门/人员", "预计解决时间")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def workbook(path: Path, tabs: dict[str, int], header: Sequence[str] = HEADER, filled: int = 2) -> Path:
    """A log of many tabs; the first `filled` rows of each are complete."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    number = 0
    for name, rows in tabs.items():
        sheet = book.create_sheet(name)
        sheet.append(header)
        for row in range(rows):
            number += row < filled
            whole = {
                "需求编号": f"202611{number:02}" if row < filled else None,
                "客户信息": f"王*-电商企业{name}{row}",
                "需求描述": f"导出第 {row} 份报表时页面停住",
                "需求类型": "咨询类",
                "紧急程度": "高",
                "责任部门/人员": "客服部-赵*",
                "预计解决时间": None,
            }
            sheet.append([whole[title] for title in header])
            for column, title in enumerate(header, 1):
                if title in ("需求编号", "预计解决时间"):  # cells that a person has formatted, and left empty
                    cell = sheet.cell(row + 2, column)
                    cell.number_format = "yyyy-mm-dd" if title == "预计解决时间" else "@"
    book.save(path)
    return as_excel_writes(path)


def as_excel_writes(path: Path) -> Path:
    """The same workbook, an empty cell as `<c r s/>`; openpyxl writes `<c r s t="n"></c>`."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, re.sub(rb'(<c [^>]*?)(?: t="n")? ?(?:></c>|/>)', rb"\1/>", data))
    return path


def ids(path: Path) -> list[str]:
    book = CalamineWorkbook.from_path(path)
    rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()[1:]]
    return [str(row[0]) for row in rows if any(row)]


def sheet_parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if "worksheets" in name}


def test_ids_are_unique_across_the_tabs_of_many_months_and_a_second_fill_writes_nothing(shell: Shell) -> None:
    path = workbook(shell.folder / "log.xlsx", {"九月": 4, "十月": 5, "十一月": 6})
    document = shell.document("fill", path, "--as-of", "2026-11-18")
    assert len([e for e in document["edits"] if e["column"] == "id"]) == 9
    assert len(set(ids(path))) == 15 and "" not in ids(path)
    before = path.read_bytes()
    assert shell.document("fill", path, "--as-of", "2026-11-18")["edits"] == []
    assert path.read_bytes() == before


def test_undo_after_fill_restores_the_bytes_of_every_tab(shell: Shell) -> None:
    path = workbook(shell.folder / "log.xlsx", {"十月": 5, "十一月": 6})
    before = sheet_parts(path)
    document = shell.document("fill", path)
    assert document["edits"] and sheet_parts(path) != before
    shell.document("undo", document["run"])
    assert sheet_parts(path) == before


def test_undo_after_fill_restores_every_value_where_the_cells_had_no_look_of_their_own(shell: Shell) -> None:
    path = shell.folder / "log.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(HEADER)
    for number in range(4):
        book.active.append([None, "王*-电商企业", f"导出第 {number} 份报表时页面停住", "咨询类", "高"])
    book.save(path)
    before = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    document = shell.document("fill", path)
    assert len(document["edits"]) == 8
    shell.document("undo", document["run"])
    assert CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python() == before
    assert openpyxl.load_workbook(path).worksheets[0]["G2"].number_format == "General"  # as it was


def test_an_assigned_owner_can_be_taken_back(shell: Shell) -> None:
    path = workbook(shell.folder / "log.xlsx", {"十一月": 2}, filled=2)
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["F3"] = None
    book.save(path)
    settings = "team: {assign: department, routing: {consult: [客服部]}}\n"
    (shell.folder / "sheetops.yaml").write_text(settings, encoding="utf-8")
    document = shell.document("fill", path)
    assert [e["new"] for e in document["edits"] if e["column"] == "owner"] == ["客服部"]
    shell.document("undo", document["run"])
    assert openpyxl.load_workbook(path).worksheets[0]["F3"].value is None


def test_a_number_that_was_deleted_is_not_given_again(shell: Shell) -> None:
    path = workbook(shell.folder / "log.xlsx", {"十一月": 3})
    shell.document("fill", path, "--as-of", "2026-11-18")
    book = openpyxl.load_workbook(path)
    assert book.worksheets[0]["A4"].value == "20261103"
    book.worksheets[0]["A4"] = None
    book.save(path)
    shell.document("fill", path, "--as-of", "2026-11-18")
    assert ids(path)[2] == "20261104"


def fill_at_once(shell: Shell, paths: Sequence[Path], environment: dict[str, str]) -> list[int]:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "sheetops", "fill", str(path), "--as-of", "2026-11-18", "-q"],
            cwd=shell.folder,
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        for path in paths
    ]
    return [process.wait(timeout=120) for process in running]


def test_two_processes_on_one_sheet_and_on_two_give_every_number_once(shell: Shell) -> None:
    environment = {**os.environ, "XDG_STATE_HOME": str(shell.folder / "state"), "LC_ALL": "C"}
    first = workbook(shell.folder / "one.xlsx", {"十月": 20, "十一月": 20})
    second = workbook(shell.folder / "two.xlsx", {"十一月": 30})
    codes = fill_at_once(shell, [first, first, second], environment)
    assert set(codes) <= {0, 4} and 0 in codes[:2] and codes[2] == 0
    for path, rows in ((first, 40), (second, 30)):
        found = ids(path)
        assert len(set(found)) == len(found) == rows and "" not in found


def test_a_request_without_an_id_counts_from_its_first_sight(shell: Shell) -> None:
    header = HEADER[1:]
    path = workbook(shell.folder / "log.xlsx", {"十一月": 3}, header, filled=0)
    shell.run("validate", path, "--as-of", "2026-11-16")
    document = shell.document("fill", path, "--as-of", "2026-11-20")
    assert {e["new"] for e in document["edits"]} == {"2026-11-17"}
