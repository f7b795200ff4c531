"""`sheetops doctor`: what must be mended first, told with how; nothing is changed."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from tests.e2e.helpers import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def examined(shell: Shell, *arguments: object, code: int) -> dict[str, dict[str, str]]:
    """The checks by name, of the machine and of the sheets."""
    done = shell.run("doctor", *arguments, "--json")
    assert done.returncode == code, done.stdout + done.stderr
    document = json.loads(done.stdout)
    assert document["ok"] is (code == 0)
    sheets = [check for sheet in document["sheets"] for check in sheet["checks"]]
    return {check["name"]: check for check in [*document["checks"], *sheets]}


def test_a_new_workbook_can_be_worked_on(shell: Shell) -> None:
    shell.run("init", "log.xlsx", "--language", "zh-Hant")
    before = (shell.folder / "log.xlsx").read_bytes()
    checks = examined(shell, "log.xlsx", code=0)
    assert {name: check["state"] for name, check in checks.items()} == dict.fromkeys(
        ("settings", "ledger", "mail", "clock", "disk", "sheet", "writing"), "ok"
    )
    shown = shell.run("doctor", "log.xlsx").stdout
    assert "需求描述" in shown and "緊急程度" in shown and "選項" in shown
    assert (shell.folder / "log.xlsx").read_bytes() == before
    assert sorted(path.name for path in shell.folder.glob("*")) == ["log.xlsx", "state"]


def test_what_stops_the_jobs_is_an_error_with_its_mending(shell: Shell) -> None:
    shell.run("init", "log.xlsx")
    (shell.folder / "~$log.xlsx").write_bytes(b"\x03Ann" + b" " * 161)
    checks = examined(shell, "log.xlsx", code=2)
    assert checks["writing"]["state"] == "error" and "open" in checks["writing"]["what"]

    (shell.folder / "sheetops.yaml").write_text(
        "ledger: absent/ledger.db\nmail: {outbox: log.xlsx}\nteam: {calendar: {country: CN, years: {}}}\n"
    )
    (shell.folder / "absent").write_text("a file, not a folder")
    checks = examined(shell, code=2)
    assert (
        checks["ledger"]["state"] == "error" and checks["mail"]["state"] == "error" and checks["mail"]["mend"]
    )

    (shell.folder / "sheetops.yaml").write_text("team: {targts: {}}\n")
    checks = examined(shell, code=2)
    assert "line 1" in checks["settings"]["what"] and checks["settings"]["mend"] == "did you mean targets?"


def test_an_absent_sheet_and_one_without_a_header(shell: Shell) -> None:
    assert "no such file" in examined(shell, "absent.xlsx", code=2)["sheet"]["what"]
    book = openpyxl.Workbook()
    book.active.append(["Costs", "Amount"])  # type: ignore[union-attr]
    book.save(shell.folder / "costs.xlsx")
    assert "adopt" in (examined(shell, "costs.xlsx", code=2)["sheet"]["mend"] or "")


def test_a_secret_that_is_not_at_hand_is_told_and_never_shown(shell: Shell) -> None:
    (shell.folder / "sheetops.yaml").write_text(
        "mail: {smtp: {host: 127.0.0.1, port: 9, user: desk, password: {env: DESK_PASSWORD}}}\n",
        encoding="utf-8",
    )
    done = shell.run("doctor")
    assert done.returncode == 2 and "DESK_PASSWORD" in done.stdout
    done = shell.run("doctor", DESK_PASSWORD="hunter2")
    assert done.returncode == 2 and "no connection" in done.stdout and "hunter2" not in done.stdout


def test_a_column_too_narrow_for_due_dates_is_told_and_left_as_it_is(shell: Shell) -> None:
    shell.run("init", "log.xlsx")
    assert "column" not in examined(shell, "log.xlsx", code=0)
    book = openpyxl.load_workbook(shell.folder / "log.xlsx")
    archive = book.copy_worksheet(book["Requests"])
    archive.delete_rows(2, 9)  # a log may be empty yet
    archive.title, archive.column_dimensions["I"].width = "Archive", 8.5
    book.save(shell.folder / "log.xlsx")
    before = (shell.folder / "log.xlsx").read_bytes()
    told = examined(shell, "log.xlsx", code=0)["column"]
    assert told["state"] == "warning" and "Archive, column I" in told["what"] and "###" in told["what"]
    assert "widen it" in told["mend"] and (shell.folder / "log.xlsx").read_bytes() == before


def test_every_fault_of_the_settings_is_told_and_no_secret(shell: Shell) -> None:
    (shell.folder / "sheetops.yaml").write_text(
        "team: {timezone: Mars}\nmail: {smtp: {host: mail.x, password: hunter2}}\nkeep_days: 3\n"
    )
    done = shell.run("doctor", "--json")
    checks = json.loads(done.stdout)["checks"]
    assert [line in check["what"] for line, check in zip(("1", "2", "3"), checks, strict=True)] == [True] * 3
    said = shell.run("doctor").stdout
    assert done.returncode == 2 and "hunter2" not in done.stdout + done.stderr + said
    assert said.count("MEND") == 3 and "write {env: NAME} or {file: PATH}" in said
