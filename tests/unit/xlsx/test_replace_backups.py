"""The original is kept before it is replaced, and only the newest backups stay."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sheetops.books.xlsx import backup, durable
from sheetops.books.xlsx.backup import backup_folder, backups_of
from sheetops.errors import SettingsError, SheetError, SheetInUse
from tests.unit.xlsx.replacing import NEW, OLD, Place, package, place_in

VERSIONS = [package(f"version {number}") for number in range(8)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_in(tmp_path)


def kept(place: Place) -> list[bytes]:
    """The backups' bytes, the newest first."""
    return [path.read_bytes() for path in backups_of(place.book, place.backups)]


def test_the_newest_backups_are_kept(place: Place) -> None:
    for version in VERSIONS:
        place.save(version, backups=3)
    assert kept(place) == [VERSIONS[6], VERSIONS[5], VERSIONS[4]]
    assert place.others() == []  # none beside the workbook, where a sync client would carry them off


def test_five_are_kept_unless_told_otherwise(place: Place) -> None:
    for version in VERSIONS:
        place.save(version)
    assert len(kept(place)) == 5


def test_a_person_who_may_read_the_workbook_may_not_read_the_backups_by_that(place: Place) -> None:
    place.save()
    folder = backup_folder(place.book, place.backups)
    (only,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, only.stat().st_mode & 0o777) == (0o700, 0o600)
    assert only.suffix == ".xlsx"


def test_no_backups_may_be_wanted_but_not_fewer(place: Place) -> None:
    place.save(backups=0)
    assert not place.backups.exists()
    with pytest.raises(SettingsError, match="cannot be negative"):
        place.save(OLD, backups=-1)


def test_without_a_backup_nothing_is_replaced(place: Place) -> None:
    place.backups.touch()
    with pytest.raises(SheetError, match=r"backup could not be written to .*; nothing was changed"):
        place.save()
    assert place.book.read_bytes() == OLD
    assert place.others() == []


def test_a_save_that_is_given_up_does_not_push_good_backups_out(place: Place) -> None:
    """Each try backs the same bytes up; they are kept once."""
    place.save(VERSIONS[0], backups=2)
    place.save(VERSIONS[1], backups=2)
    for _ in range(4):
        with pytest.raises(SheetInUse), place.changing(backups=2) as original:
            (place.team / "~$request log.xlsx").touch()
            original.replace(NEW, lambda _: None)
        (place.team / "~$request log.xlsx").unlink()
    assert kept(place) == [VERSIONS[1], VERSIONS[0]]


def test_the_one_just_written_stays_even_when_the_clock_went_back(place: Place) -> None:
    folder = backup_folder(place.book, place.backups)
    folder.mkdir(parents=True)
    for year in (2090, 2091, 2092):
        (folder / f"{year}0101T000000.000000Z-{'0' * 12}.xlsx").touch()
    with place.changing(backups=2) as original:
        original.replace(NEW, lambda _: None)
    assert original.backup is not None
    assert original.backup.read_bytes() == OLD
    assert len(kept(place)) == 2


def test_files_that_are_not_backups_are_never_removed(place: Place) -> None:
    folder = backup_folder(place.book, place.backups)
    folder.mkdir(parents=True)
    (folder / "notes.txt").touch()
    left = (
        folder
        / f"{durable.TEMP_PREFIX}{durable.name_hash(place.book.name)}-{durable._machine()}-{'0' * 12}.tmp"
    )
    left.touch()
    for version in VERSIONS:
        place.save(version, backups=1)
    assert (folder / "notes.txt").exists()
    assert not left.exists()


def test_two_workbooks_of_one_name_have_folders_of_their_own(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    assert backup_folder(tmp_path / "a" / "log.xlsx") != backup_folder(tmp_path / "b" / "log.xlsx")


def test_backups_lie_in_the_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "state_folder", lambda: tmp_path / "state")
    assert (tmp_path / "state" / "backups") in backup_folder(tmp_path / "log.xlsx").parents


def test_the_backup_is_on_the_disk_before_the_workbook_is_replaced(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Power may go at any moment: data before name, backup before replacement, folder after both."""
    done: list[str] = []
    sync, rename = os.fsync, Path.replace

    def note_sync(fd: int) -> None:
        name = os.path.realpath(f"/proc/self/fd/{fd}")
        done.append("sync " + ("temp of " if name.endswith(".tmp") else "folder ") + _which(place, name))
        sync(fd)

    def note_rename(self: Path, target: Path) -> Path:
        done.append("rename " + _which(place, str(target)))
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_rename)
    place.save(check=lambda _: done.append("check"))
    assert done == [
        "sync temp of workbook",
        "check",
        "sync temp of backup",
        "rename backup",
        "sync folder backup",
        "rename workbook",
        "sync folder workbook",
    ]


def _which(place: Place, path: str) -> str:
    return "backup" if path.startswith(str(place.backups)) else "workbook"
