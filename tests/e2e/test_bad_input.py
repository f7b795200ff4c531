"""Bad input gets one clear line, its exit code, and nothing is written."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.e2e.helpers import Shell
from tests.shared_inputs import shared


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def workbook(path: Path, *rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path.read_bytes()


LOG = (
    ["Request ID", "Source", "Customer", "Description", "Type", "Urgency"],
    [None, "Phone", "K*", "The till in hall 3 is slow", "Complaint", "High"],
)


def test_no_such_file(shell: Shell) -> None:
    assert "absent.xlsx: there is no such file" in shell.refusal("run", "absent.xlsx")


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PK\x03\x04 cut off", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)]
)
def test_not_a_workbook(shell: Shell, content: bytes) -> None:
    path = shell.folder / "odd.xlsx"
    path.write_bytes(content)
    assert "odd.xlsx: " in shell.refusal("validate", path)
    assert path.read_bytes() == content


def test_a_zip_that_is_no_workbook(shell: Shell) -> None:
    path = shell.folder / "odd.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    before = path.read_bytes()
    shell.refusal("run", path)
    assert path.read_bytes() == before


def test_no_matching_header_names_the_best_row(shell: Shell) -> None:
    path = shell.folder / "costs.xlsx"
    before = workbook(path, ["Costs"], ["Notes", "Amount"], ["a", 3])
    line = shell.refusal("run", path)
    assert "row 2 with 1 known column" in line and "columns" in line
    assert path.read_bytes() == before


def test_an_empty_sheet(shell: Shell) -> None:
    path = shell.folder / "empty.xlsx"
    before = workbook(path)
    assert "the sheet is empty" in shell.refusal("run", path)
    assert path.read_bytes() == before


def test_a_file_that_somebody_has_open_is_skipped_with_its_own_code(shell: Shell) -> None:
    path = shell.folder / "desk.xlsx"
    before = workbook(path, *LOG)
    name = "Ann Example"
    owner = (
        bytes([len(name)])
        + name.encode().ljust(54, b" ")
        + len(name).to_bytes(2, "little")
        + name.encode("utf-16-le")
    )
    (shell.folder / "~$desk.xlsx").write_bytes(owner.ljust(165, b"\x00"))
    line = shell.refusal("run", path, code=4)
    assert "Ann Example" in line
    assert path.read_bytes() == before
    assert shell.run("run", path, "--dry-run").returncode in (0, 1)


def test_a_settings_typo_is_named_with_file_and_line(shell: Shell) -> None:
    path = shell.folder / "desk.xlsx"
    before = workbook(path, *LOG)
    (shell.folder / "sheetops.yaml").write_text(
        "team:\n  feedback_days: 3\n  languag: en\n", encoding="utf-8"
    )
    line = shell.refusal("run", path)
    assert "sheetops.yaml, line 3: there is no setting team.languag; did you mean language?" in line
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run"], "no sheet is named"),
        (["rnu"], "No such command"),
        (["run", "a.xlsx", "--as-of", "tomorrow"], "write YYYY-MM-DD"),
        (["review", "a.xlsx", "--period", "2026-13"], "write 2026-10, 2026-Q3"),
        (["run", "a.xlsx", "--config", "absent.yaml"], "no such settings file"),
        (["run", "https://example.com/sheet"], "https://example.com/sheet"),
        (["init", "new.xls"], "call it new.xlsx"),
    ],
)
def test_usage_mistakes(shell: Shell, arguments: list[str], says: str) -> None:
    assert says in shell.refusal(*arguments)
    assert [p.name for p in shell.folder.iterdir() if p.name != "state"] == []


def test_init_never_touches_a_file_that_is_there(shell: Shell) -> None:
    path = shell.folder / "mine.xlsx"
    path.write_bytes(b"precious")
    assert "mine.xlsx" in shell.refusal("init", path)
    assert path.read_bytes() == b"precious"


def test_one_bad_sheet_does_not_stop_the_others(shell: Shell) -> None:
    good = shell.folder / "good.xlsx"
    workbook(good, *LOG)
    done = shell.run("fill", "absent.xlsx", good)
    assert done.returncode == 2 and "absent.xlsx" in done.stderr and "filled: 1 id" in done.stdout


def test_each_file_to_refuse_gets_one_line_and_keeps_its_bytes(shell: Shell) -> None:
    for source in sorted(shared("excel-refuse").glob("*.xlsx")):
        path = shell.folder / f"copy-{source.name.lstrip('~$')}"
        path.write_bytes(source.read_bytes())
        line = shell.refusal("run", path)
        assert path.name in line
        assert path.read_bytes() == source.read_bytes()


def test_the_demo_replaces_only_its_own_files(shell: Shell) -> None:
    theirs = shell.folder / "desk"
    theirs.mkdir()
    (theirs / "sheetops.yaml").write_text("sheets: []\n", encoding="utf-8")
    (theirs / "log.xlsx").write_bytes(b"precious")
    assert "no folder of an earlier demo" in shell.refusal("demo", theirs)
    assert (theirs / "log.xlsx").read_bytes() == b"precious"
    assert shell.run("demo").returncode == 0
    (shell.folder / "demo" / "mine.txt").write_text("kept", encoding="utf-8")
    assert shell.run("demo").returncode == 0
    assert (shell.folder / "demo" / "mine.txt").read_text(encoding="utf-8") == "kept"


def test_settings_beside_the_sheet_are_used_from_anywhere(shell: Shell) -> None:
    folder = shell.folder / "far"
    folder.mkdir()
    workbook(folder / "desk.xlsx", *LOG)
    (folder / "sheetops.yaml").write_text("team:\n  languag: en\n", encoding="utf-8")
    assert "languag" in shell.refusal("run", "far/desk.xlsx")


def test_the_bare_command_shows_its_help(shell: Shell) -> None:
    done = shell.run()
    assert done.returncode == 0 and "Commands:" in done.stdout
    assert shell.refusal("rnu") == "sheetops: No such command 'rnu'; see sheetops --help"
