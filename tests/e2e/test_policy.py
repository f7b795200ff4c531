"""`sheetops policy` on a file, a Google sheet's double and the ledger: stated, dated, kept true, never a person's own."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from tests.e2e.helpers import Shell


def tab_of(path: Path, name: str = "Policy") -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path)[name].values)


def test_the_policy_is_written_when_asked_and_then_kept_true(tmp_path: Path) -> None:
    shell, path = Shell(tmp_path), tmp_path / "desk.xlsx"
    shell.run("init", path, "--language", "en")
    first = "--as-of=2026-11-16"
    before = path.read_bytes()
    plan = shell.run("policy", path, first, "--dry-run")
    assert path.read_bytes() == before and "tab Policy would be written" in plan.stdout
    assert "Feedback" in plan.stdout and "within 3 working days" in plan.stdout
    assert "Policy" not in openpyxl.load_workbook(path).sheetnames

    said = shell.document("policy", path, first)
    assert said["tabs"] == ["Policy"] and said["changes"] == []
    one = next(one for one in said["statements"] if one["name"] == "feedback_days")
    assert one["source"] == "default" and one["since"] == "2026-11-16" and one["run"] == said["run"]
    assert shell.document("policy", path, first)["tabs"] == []
    assert "Policy" not in shell.document("run", path, "--as-of=2026-11-17", code=1)["tabs"]

    (tmp_path / "sheetops.yaml").write_text("team: {feedback_days: 5}\n")
    after = shell.document("run", path, "--as-of=2026-11-18", code=1)
    assert "Policy" in after["tabs"]
    head = tab_of(path)[2][0]
    assert head == "Last changed on 2026-11-18: Feedback."
    later = shell.document("policy", path, "--as-of=2026-11-19")
    assert later["tabs"] == []
    (change,) = later["changes"]
    assert (change["day"], change["run"], change["label"]) == ("2026-11-18", after["run"], "Feedback")
    assert "3 working" in change["before"] and "5 working" in change["after"]


def test_a_changed_lists_tab_is_seen_and_dated(tmp_path: Path) -> None:
    shell, path = Shell(tmp_path), tmp_path / "desk.xlsx"
    shell.run("init", path, "--language", "zh-Hans")
    shell.run("policy", path, "--as-of=2026-11-16")
    book = openpyxl.load_workbook(path)
    sheet = book["选项"]
    place = next(cell for cells in sheet.rows for cell in cells if str(cell.value).startswith("24"))
    place.value = "2 小时"
    book.save(path)
    said = shell.document("policy", path, "--as-of=2026-11-18")
    one = next(one for one in said["statements"] if one["name"] == "targets.high.response")
    assert (one["text"], one["source"], one["since"]) == ("2 小时", "选项", "2026-11-18")
    assert said["changes"][0]["before"] == "24 小时"


def test_somebodys_own_tab_of_that_name_is_left_alone(tmp_path: Path) -> None:
    shell, path = Shell(tmp_path), tmp_path / "desk.xlsx"
    shell.run("init", path, "--language", "en")
    book = openpyxl.load_workbook(path)
    book.create_sheet("Policy").append(["Our own words"])
    book.save(path)
    done = shell.run("policy", path)
    assert done.returncode == 0 and "somebody's own" in done.stdout
    assert tab_of(path)[0][0] == "Our own words"
    assert "somebody's own" not in shell.run("run", path).stdout
