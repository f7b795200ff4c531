"""SIGTERM and Ctrl-C: one line, the sheet as it was or fully written, and the ledger knows which."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from sheetops.books.xlsx.joblock import job_lock
from sheetops.cli.demo import _write_workbook
from sheetops.cli.signals import Stopped, heard, shielded
from sheetops.ledger import open_ledger
from tests.e2e.helpers import Shell
from tests.forked import ROOT


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def started(shell: Shell, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sheetops", *words],
        cwd=shell.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_STATE_HOME": str(shell.folder / "state")},
    )


def until_it_waits_for(lock_dir: Path, process: subprocess.Popen[str]) -> None:
    """Until the process has the lock's file open, which somebody else holds."""
    files = Path(f"/proc/{process.pid}/fd")
    if not files.exists():  # no Linux
        time.sleep(3)
    end = time.monotonic() + 60
    while files.exists() and not any(_leads_to(file, lock_dir) for file in files.iterdir()):
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.02)
    assert process.poll() is None


def _leads_to(file: Path, folder: Path) -> bool:
    try:
        return file.readlink().is_relative_to(folder)
    except FileNotFoundError:  # closed meanwhile
        return False


def test_a_signal_waits_for_what_must_not_be_cut_short() -> None:
    steps = []
    with pytest.raises(Stopped, match="SIGTERM"), heard():
        with shielded():
            with shielded():
                os.kill(os.getpid(), signal.SIGTERM)
                steps.append("write")
            steps.append("record")
        steps.append("never")
    assert steps == ["write", "record"]
    with pytest.raises(Stopped), heard(), shielded():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        steps.append("the second one does not wait")
    assert len(steps) == 2
    with heard(), shielded():
        steps.append("and nothing is left of it")
    assert len(steps) == 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_command_told_to_stop_says_so_in_one_line(shell: Shell, number: signal.Signals) -> None:
    shell.run("init", "log.xlsx")
    before = (shell.folder / "log.xlsx").read_bytes()
    lock_dir = shell.folder / "state" / "sheetops" / "locks"
    with job_lock(shell.folder / "log.xlsx", lock_dir=lock_dir):
        process = started(shell, "run", "log.xlsx")
        until_it_waits_for(lock_dir, process)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    name = "told to stop (SIGTERM)" if number is signal.SIGTERM else "interrupted"
    assert err == f"sheetops: {name}; the sheet is as it was or fully written\n"
    assert (shell.folder / "log.xlsx").read_bytes() == before


def test_a_signal_while_the_ledger_is_let_go_is_told_in_one_line(shell: Shell) -> None:
    """The pool of connections logs what comes between, with its traceback, and no log of ours was asked for."""
    told = """
import signal
from sqlalchemy.engine.default import DefaultDialect
DefaultDialect.do_close = lambda *_: signal.raise_signal(signal.SIGTERM)
from sheetops.cli import main
main(["status"])
"""
    done = subprocess.run(
        [sys.executable, "-c", told],
        cwd=shell.folder,
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_STATE_HOME": str(shell.folder / "state"), "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 130, done
    assert done.stderr == "sheetops: told to stop (SIGTERM); the sheet is as it was or fully written\n"


def _tried(shell: Shell, seconds: float, written: bool) -> str:
    """Run on a sheet with edits and mails to make, told to stop so long after its start, or after the write."""
    path = shell.folder / "log.xlsx"
    before, inode = path.read_bytes(), path.stat().st_ino
    process = started(shell, "run", "log.xlsx")
    while written and process.poll() is None and path.stat().st_ino == inode:
        time.sleep(0.002)
    time.sleep(seconds)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert openpyxl.load_workbook(path).sheetnames, "it can be read"
    assert sorted(p.name for p in shell.folder.iterdir() if p.name != "state") == ["log.xlsx"], "no litter"
    changed = path.read_bytes() != before
    if process.returncode == -signal.SIGTERM:  # before Python had begun to listen
        assert not changed
        return "at the start"
    if process.returncode != 130:
        assert process.returncode in (0, 1), err
        return "finished"
    assert err.count("\n") == 1 and "told to stop" in err
    with open_ledger(shell.folder / "state" / "sheetops" / "ledger.db") as ledger:
        runs = ledger.runs()
        assert ledger.unknown_mails() == [], "no mail of which nobody knows whether it left"
        assert [run.recorded for run in runs if changed] == [True] * changed, "what was written is remembered"
    return "after the write" if changed else "before the write"


@pytest.mark.slow
def test_nothing_is_lost_whenever_it_is_told_to_stop(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, seen = random.Random(4), Counter[str]()
    path = shell.folder / "log.xlsx"
    _write_workbook(path, "zh-Hans")
    whole = path.read_bytes()
    for turn in range(60):
        path.write_bytes(whole)
        shutil.rmtree(shell.folder / "state", ignore_errors=True)
        written = turn % 2 == 0
        seen[_tried(shell, chance.uniform(0, 0.4 if written else 2.5), written)] += 1
    with capsys.disabled():
        print(f"\n60 runs told to stop: {dict(seen)}; no sheet harmed, no write or mail unknown")
    assert seen["before the write"] and seen["after the write"]
