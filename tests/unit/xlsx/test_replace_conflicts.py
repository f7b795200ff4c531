"""Conflict copies beside the workbook stop the job; files that only look a little like them do not."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from sheetops.books.xlsx.conflicts import is_conflict_copy
from sheetops.errors import SheetConflicted
from tests.unit.xlsx.replacing import NEW, OLD, place_in

COPIES = [
    "request log (conflicted copy 2026-11-21 230102).xlsx",
    "request log (Anna's conflicted copy 2026-11-21).xlsx",
    "request log (DESK-7's conflicted copy 2026-11-21 (1)).xlsx",
    "Request Log (Anna's Conflicted Copy 2026-11-21).XLSX",
    "request log (In Konflikt stehende Kopie von Anna 2026-11-21).xlsx",
    "request log (Copie en conflit de Anna 2026-11-21).xlsx",
    "request log (Copia en conflicto de Anna 2026-11-21).xlsx",
    "request log (李伟 的冲突副本 2026-11-21).xlsx",
    "request log (李偉 的衝突複本 2026-11-21).xlsx",
    "request log（李伟的冲突文件）.xlsx",
    "request log (Anna の競合コピー 2026-11-21).xlsx",
    "request log.sync-conflict-20261121-230102-ABCDEFG.xlsx",
    "request log [Conflict].xlsx",
    "request log[Conflict 2].xlsx",
    "request log_conflict-20261121-230102.xlsx",
    "request log.Conflict.xlsx",
    "request log (SFConflict anna@example.org 2026-11-21-23-01-02).xlsx",
    "request log_DiskStation_Nov-21-230102-2026_Conflict.xlsx",
    "request log-DESKTOP-1A2B3C4.xlsx",
    "request log-LAPTOP-1A2B3C4D-2.xlsx",
    "request log-WIN-1A2B3C4D5E6.xlsx",
    "request log-PLANNER7.xlsx",
]
OTHERS = [
    "request log.xlsx",
    "request log (2).xlsx",
    "request log (copy).xlsx",
    "request log (conflicts 2026).xlsx",
    "request log 2.xlsx",
    "request log-PC7.xlsx",
    "request log-planner7.xlsx",
    "request log-desktop-version.xlsx",
    "other log (conflicted copy 2026-11-21 230102).xlsx",
    "my request log (conflicted copy 2026-11-21 230102).xlsx",
    "request log (conflicted copy 2026-11-21 230102).pdf",
    "request log archive (conflicted copy 2026-11-21 230102).xlsx",
]


@pytest.fixture(autouse=True)
def this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "planner7.example.org")


@pytest.mark.parametrize("name", COPIES)
def test_a_conflict_copy_is_known(name: str) -> None:
    assert is_conflict_copy(name, "request log.xlsx")


@pytest.mark.parametrize("name", OTHERS)
def test_another_file_is_none(name: str) -> None:
    assert not is_conflict_copy(name, "request log.xlsx")


def test_the_job_is_skipped_and_says_which_copies(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    for name in COPIES[:5]:
        (place.team / name).touch()
    with pytest.raises(SheetConflicted, match=r"copies .* and 2 more") as refusal, place.changing():
        pass
    assert refusal.value.exit_code == 4
    assert place.book.read_bytes() == OLD


def test_a_copy_that_comes_while_the_job_works_stops_it_as_well(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    with pytest.raises(SheetConflicted), place.changing() as original:
        original.replace(NEW, lambda _: (place.team / COPIES[0]).touch())
    assert place.book.read_bytes() == OLD
    assert place.others() == [COPIES[0]]


def test_other_files_beside_it_do_not_stop_the_job(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    for name in OTHERS[1:]:
        (place.team / name).touch()
    place.save()
    assert place.book.read_bytes() == NEW
