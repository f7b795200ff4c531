"""The forked command that other tests run is the command that a person starts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.helpers import Shell
from tests.forked import HELPER, started_anew


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "LC_ALL": "C"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("--help", 0),
        ("rnu", 2),
        ("validate new.xlsx --as-of 2026-11-17 --dry-run", 1),
        ("validate log.xlsx --as-of 2026-11-17 --dry-run", 2),
    ],
)
def test_it_says_and_does_what_a_new_interpreter_does(tmp_path: Path, words: str, code: int) -> None:
    for name in ("forked", "anew"):
        (tmp_path / name).mkdir()
        Shell(tmp_path / name).run("init", "new.xlsx", "--language", "zh-Hans")
        (tmp_path / name / "log.xlsx").write_bytes(b"no workbook")
    forked = HELPER.run(words.split(), tmp_path / "forked", environment(tmp_path / "forked"), 60)
    anew = started_anew(words.split(), tmp_path / "anew", environment(tmp_path / "anew"), 60)
    assert (forked.returncode, forked.stdout, forked.stderr) == (anew.returncode, anew.stdout, anew.stderr)
    assert forked.returncode == code


def test_each_command_has_a_process_folder_and_environment_of_its_own(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.run("init", "new.xlsx")
    (tmp_path / "sheetops.yaml").write_text("team: {}\nsheets: [{path: new.xlsx}]\n")
    for zone, day in (("Pacific/Kiritimati", "+14"), ("Pacific/Niue", "-11")):
        (tmp_path / "sheetops.yaml").write_text(f"team: {{timezone: {zone}}}\nsheets: [{{path: new.xlsx}}]\n")
        assert day in shell.run("schedule", "--next").stdout
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert Shell(elsewhere).run("validate", "new.xlsx").returncode == 2
    before = Path.cwd(), dict(os.environ)
    shell.run("status", SOME_SECRET="1")
    assert (Path.cwd(), dict(os.environ)) == before


def test_a_command_without_end_is_killed_and_the_next_one_runs(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.run("init", "new.xlsx")
    words = ["schedule", "new.xlsx"]
    with pytest.raises(subprocess.TimeoutExpired):
        HELPER.run(words, tmp_path, environment(tmp_path), 0.5)
    assert shell.run("--version").returncode == 0
