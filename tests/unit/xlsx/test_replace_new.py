"""New files: whole or not at all, and never over someone's file unasked."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sheetops.books.xlsx import durable, replace
from sheetops.books.xlsx.replace import write_new
from sheetops.errors import SheetError, SheetInUse
from tests.unit.xlsx.replacing import NEW, OLD, Place, place_in


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_in(tmp_path)


def make(place: Place, path: Path, data: bytes = NEW, *, overwrite: bool = False) -> None:
    """`write_new` with this place's own folders."""
    write_new(path, data, overwrite=overwrite, lock_dir=place.locks, backup_dir=place.backups, wait=0.0)


def test_a_new_file_is_whole_and_has_the_usual_mode(place: Place) -> None:
    umask = os.umask(0o027)
    try:
        make(place, place.team / "copy.xlsx")
    finally:
        os.umask(umask)
    assert (place.team / "copy.xlsx").read_bytes() == NEW
    assert (place.team / "copy.xlsx").stat().st_mode & 0o777 == 0o640
    assert place.others() == ["copy.xlsx"]
    assert (place.team / "copy.xlsx").stat().st_nlink == 1


def test_a_file_that_is_there_is_refused(place: Place) -> None:
    with pytest.raises(SheetError, match="a file of that name already"):
        make(place, place.book)
    assert place.book.read_bytes() == OLD
    assert place.others() == []


def test_a_file_that_comes_in_between_is_not_overwritten(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = durable._write_all

    def someone_else(fd: int, data: bytes) -> None:
        (place.team / "copy.xlsx").write_bytes(b"theirs")
        write(fd, data)

    monkeypatch.setattr(durable, "_write_all", someone_else)
    with pytest.raises(SheetError, match="a file of that name already"):
        make(place, place.team / "copy.xlsx")
    assert (place.team / "copy.xlsx").read_bytes() == b"theirs"


@pytest.mark.parametrize("taken", [False, True])
def test_a_drive_without_hard_links_will_do(
    place: Place, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    target = place.team / "copy.xlsx"

    def no_links(self: Path, other: Path) -> None:
        if taken:
            target.write_bytes(b"theirs")
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    if taken:
        with pytest.raises(SheetError, match="a file of that name already"):
            make(place, target)
    else:
        make(place, target)
    assert target.read_bytes() == (b"theirs" if taken else NEW)
    assert place.others() == ["copy.xlsx"]
    assert taken or target.stat().st_mode & 0o077 == 0o044


def test_overwriting_keeps_every_rule(place: Place) -> None:
    place.book.chmod(0o600)
    (place.team / "~$request log.xlsx").touch()
    with pytest.raises(SheetInUse):
        make(place, place.book, overwrite=True)
    (place.team / "~$request log.xlsx").unlink()
    make(place, place.book, overwrite=True)
    assert place.book.read_bytes() == NEW
    assert place.book.stat().st_mode & 0o777 == 0o600
    assert [path.read_bytes() for path in place.backups.glob("*/*")] == [OLD]


def test_overwriting_what_is_not_there_makes_it(place: Place) -> None:
    make(place, place.team / "copy.xlsx", overwrite=True)
    assert (place.team / "copy.xlsx").read_bytes() == NEW


def test_a_dangling_link_gets_its_target(place: Place) -> None:
    (place.team / "link.xlsx").symlink_to(place.team / "copy.xlsx")
    make(place, place.team / "link.xlsx")
    assert (place.team / "link.xlsx").is_symlink()
    assert (place.team / "copy.xlsx").read_bytes() == NEW


def test_a_folder_that_is_not_there_is_told(place: Place) -> None:
    with pytest.raises(SheetError, match="its folder does not exist"):
        make(place, place.team / "none" / "copy.xlsx")


def test_no_room_leaves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SheetError, match="no room on the disk"):
        make(place, place.team / "copy.xlsx")
    assert place.others() == []


def test_looking_again_takes_up_what_someone_saved_meanwhile(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place.changing() as original:
        assert not original.look_again()
        place.book.write_bytes(NEW)
        assert original.look_again()
        assert original.data == NEW
        original.replace(OLD, lambda _: None)  # made from what was read last, so nothing is lost

        def broken(path: Path) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(replace, "_read_sharing", broken)
        with pytest.raises(SheetError, match="refused reading"):
            original.look_again()
    assert place.book.read_bytes() == OLD
