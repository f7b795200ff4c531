"""One job at a time on a workbook."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest

from sheetops.books.xlsx import joblock
from sheetops.books.xlsx.joblock import job_lock, workbook_key
from sheetops.errors import SettingsError, SheetInUse
from tests.unit.xlsx.replacing import in_child


def _try(book: Path, locks: Path, wait: float = 0.0) -> str:
    with job_lock(book, lock_dir=locks, wait=wait):
        return "got it"


def test_a_second_job_is_told_who_has_the_workbook_and_since_when(tmp_path: Path) -> None:
    book = tmp_path / "log.xlsx"
    with job_lock(book, lock_dir=tmp_path / "locks"):
        refusal = in_child(lambda: _try(book, tmp_path / "locks"))
    assert isinstance(refusal, SheetInUse)
    assert refusal.exit_code == 4
    assert f"process {os.getpid()} of " in str(refusal)
    assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", str(refusal))
    assert in_child(lambda: _try(book, tmp_path / "locks")) == "got it"


def test_two_threads_of_one_process_exclude_each_other_too(tmp_path: Path) -> None:
    book = tmp_path / "log.xlsx"
    with job_lock(book, lock_dir=tmp_path), pytest.raises(SheetInUse):
        _try(book, tmp_path)


def test_a_second_job_waits_for_the_first(tmp_path: Path) -> None:
    book = tmp_path / "log.xlsx"
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        with job_lock(book, lock_dir=tmp_path):
            os.write(told, b"x")
            time.sleep(0.4)
        os._exit(0)
    os.read(ready, 1)
    assert _try(book, tmp_path, wait=20) == "got it"
    os.waitpid(child, 0)


def test_a_killed_job_frees_its_lock(tmp_path: Path) -> None:
    book = tmp_path / "log.xlsx"

    def die_holding_it() -> None:
        with job_lock(book, lock_dir=tmp_path):
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(die_holding_it) == -signal.SIGKILL
    assert json.loads((tmp_path / f"{workbook_key(book)}.lock").read_bytes())["path"] == str(book)
    assert _try(book, tmp_path) == "got it"


def test_a_child_that_outlives_the_block_does_not_keep_the_lock(tmp_path: Path) -> None:
    book = tmp_path / "log.xlsx"
    with job_lock(book, lock_dir=tmp_path):
        child = os.fork()
        if child == 0:
            time.sleep(30)
            os._exit(0)
    try:
        assert _try(book, tmp_path) == "got it"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_every_spelling_of_a_workbook_has_the_same_lock(tmp_path: Path) -> None:
    book = tmp_path / "Bücher log.xlsx"
    book.touch()
    (tmp_path / "link.xlsx").symlink_to(book)
    (tmp_path / "folder").symlink_to(tmp_path)
    decomposed = tmp_path / "BU\u0308CHER LOG.XLSX"
    for other in (tmp_path / "link.xlsx", tmp_path / "folder" / book.name, decomposed):
        with job_lock(book, lock_dir=tmp_path), pytest.raises(SheetInUse):
            _try(other, tmp_path)
    with job_lock(book, lock_dir=tmp_path):
        assert _try(tmp_path / "other.xlsx", tmp_path) == "got it"


def test_the_lock_lies_in_the_state_folder_not_beside_the_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joblock, "state_folder", lambda: tmp_path / "state")
    book = tmp_path / "team" / "log.xlsx"
    book.parent.mkdir()
    with job_lock(book):
        assert list(book.parent.iterdir()) == []
        assert len(list((tmp_path / "state" / "locks").iterdir())) == 1


def test_a_lock_folder_that_cannot_be_used_is_a_settings_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(SettingsError, match="set lock_dir to a folder"),
        job_lock(tmp_path / "log.xlsx", lock_dir=tmp_path / "file" / "locks"),
    ):
        pass


def test_a_holder_that_left_no_note_is_still_respected(tmp_path: Path) -> None:
    book = tmp_path / "log.xlsx"
    with job_lock(book, lock_dir=tmp_path):
        for note in (b"", b"[]", b'{"pid": 1}', b"\xff"):
            (tmp_path / f"{workbook_key(book)}.lock").write_bytes(note)
            with pytest.raises(SheetInUse, match="it has not said which"):
                _try(book, tmp_path)
