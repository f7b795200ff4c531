"""Full disks and file size limits: the workbook stays as it was, nothing is left over, one clear line."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetops.errors import SheetError
from tests.unit.xlsx.replacing import NEW, OLD, Place, in_child, package, place_in

BIG = package("big", 600_000)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    if subprocess.run(mount, capture_output=True, check=False, timeout=30).returncode != 0:
        pytest.skip("this machine does not allow mounting a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True, timeout=30)


def refused(place: Place, new: bytes) -> str:
    """The one line of the refusal to save `new`; the workbook and its folder are as they were."""
    with pytest.raises(SheetError) as refusal:
        place.save(new)
    assert place.book.read_bytes() == OLD
    assert place.others() == []
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def test_a_full_disk_leaves_the_workbook_as_it_was(small_disk: Path, tmp_path: Path) -> None:
    place = place_in(small_disk)
    place = Place(place.team, place.book, tmp_path / "locks", tmp_path / "backups")
    line = refused(place, BIG)
    assert "there is no room on the disk (or in the quota) for saving; nothing was changed; free some" in line
    place.save(NEW)
    assert place.book.read_bytes() == NEW


def test_a_disk_without_room_for_the_backup_leaves_the_workbook_as_it_was(
    small_disk: Path, tmp_path: Path
) -> None:
    place = place_in(tmp_path)
    place = Place(place.team, place.book, tmp_path / "locks", small_disk / "backups")
    (small_disk / "filler").write_bytes(b"x" * 510 * 1024)
    assert "its backup could not be written to" in refused(place, NEW)
    assert "No space left on device" in refused(place, NEW)


def test_a_disk_without_room_for_the_lock_note_does_not_stop_the_job(
    small_disk: Path, tmp_path: Path
) -> None:
    place = place_in(tmp_path)
    place = Place(place.team, place.book, small_disk / "locks", tmp_path / "backups")
    place.save(NEW)
    (small_disk / "filler").write_bytes(b"x" * 400 * 1024)
    _fill(small_disk / "rest")
    place.save(OLD)
    assert place.book.read_bytes() == OLD


def test_a_file_size_limit_leaves_the_workbook_as_it_was(tmp_path: Path) -> None:
    place = place_in(tmp_path)

    def limited() -> str:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        return refused(place, BIG)

    line = in_child(limited)
    assert isinstance(line, str), line
    assert "no room on the disk" in line


def _fill(path: Path) -> None:
    """Take what room is left, to the last block."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return
