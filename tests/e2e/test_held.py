"""One tab that cannot be written stops nothing else; a dry run tells so beforehand, and who has the file open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.protection import SheetProtection

from tests.e2e.helpers import Shell

HEADER = ["Request ID", "Source", "Customer", "Description", "Type", "Urgency"]
NEW = [None, "Phone", "K*", "The till in hall 3 is slow", "Complaint", "High"]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def path(shell: Shell) -> Path:
    """A log with a new request, and a Checks tab of ours that a person put behind a password since."""
    path = shell.folder / "team.xlsx"
    book: Any = openpyxl.Workbook()
    book.active.title = "Requests"
    book.active.append(HEADER)
    book.active.append(NEW)
    book.save(path)
    shell.run("validate", path)
    book = openpyxl.load_workbook(path)
    book["Checks"].protection = SheetProtection(sheet=True, password="x")
    book["Requests"].append([*NEW[:3], "bad", None, None])
    book.save(path)
    return path


def test_a_password_on_the_checks_tab_does_not_stop_fill(shell: Shell, path: Path) -> None:
    for dry in (["--dry-run"], []):
        told = shell.run("run", path, *dry).stdout
        line = next((line for line in told.splitlines() if "left alone: tab Checks" in line), told)
        assert "password" in line and "somebody changed it" not in line
    log: Any = openpyxl.load_workbook(path)["Requests"]
    assert log["A2"].value and log["A3"].value
    document = shell.document("validate", path, code=3)
    assert document["held_tabs"] == ["Checks"]
    assert any("password" in remark for remark in document["remarks"])


def test_a_dry_run_says_that_the_file_is_open(shell: Shell, path: Path) -> None:
    path.with_name(".~lock.team.xlsx#").write_text(",zhang,desk7,21.11.2026 09:00,file:///home/zhang;")
    dry = shell.run("fill", path, "--dry-run")
    assert "note: nothing could be written now: " in dry.stdout and "desk7" in dry.stdout, dry.stdout
    assert shell.run("fill", path).returncode == 4
