"""Who may do what with the workbook stays as it was, or nothing is saved."""

from __future__ import annotations

import errno
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetops.books.xlsx import durable, rights
from sheetops.errors import RefusedWorkbook, SheetError
from tests.unit.xlsx.replacing import NEW, OLD, Place, in_child, place_in

ANNA, JOB = 4711, 4712
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to other accounts")
ACL = "system.posix_acl_access"


@pytest.fixture
def place() -> Iterator[Place]:
    """A place that other accounts can reach (pytest's own folders are closed to them)."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield place_in(folder)
    shutil.rmtree(folder)


def acl(*entries: tuple[int, int, int]) -> bytes:
    """A POSIX access list as the kernel stores it: version 2, then (tag, rights, id)."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


NOBODY = 0xFFFFFFFF
MAYA_MAY_READ = acl((1, 6, NOBODY), (2, 4, 5000), (4, 4, NOBODY), (16, 6, NOBODY), (32, 0, NOBODY))


def set_or_skip(path: Path, name: str, value: bytes) -> None:
    """Set the attribute, or skip where the file system has none of the kind."""
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        if error.errno not in {errno.ENOTSUP, errno.EPERM}:
            raise
        pytest.skip(f"this file system keeps no {name}")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o666, 0o2660])
def test_the_mode_is_kept(place: Place, mode: int) -> None:
    place.book.chmod(mode)
    place.save()
    assert place.book.stat().st_mode & 0o7777 == mode
    assert place.book.read_bytes() == NEW


def test_the_temp_file_is_never_more_open_than_the_workbook(place: Place) -> None:
    place.book.chmod(0o640)
    modes: list[int] = []
    write = durable._write_all

    def look(fd: int, data: bytes) -> None:
        modes.append(os.fstat(fd).st_mode & 0o777)
        write(fd, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(durable, "_write_all", look)
        place.save()
    assert modes == [0o640, 0o600]  # the workbook's, and the backup's


def test_attributes_are_kept(place: Place) -> None:
    set_or_skip(place.book, "user.DOSATTRIB", b"\x00\x00\x05hidden")
    os.setxattr(place.book, "user.xdg.tags", "团队".encode())
    place.save()
    assert os.getxattr(place.book, "user.DOSATTRIB") == b"\x00\x00\x05hidden"
    assert os.getxattr(place.book, "user.xdg.tags") == "团队".encode()


def test_an_access_list_is_kept(place: Place) -> None:
    set_or_skip(place.book, ACL, MAYA_MAY_READ)
    place.save()
    assert os.getxattr(place.book, ACL) == MAYA_MAY_READ
    assert place.book.stat().st_mode & 0o777 == 0o660


def test_the_folders_default_access_list_is_not_slipped_in(place: Place) -> None:
    set_or_skip(place.team, "system.posix_acl_default", MAYA_MAY_READ)
    place.save()
    assert ACL not in os.listxattr(place.book)
    assert place.book.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(("name", "word"), [("user.note", "attribute user.note"), (ACL, "access list")])
def test_an_attribute_that_cannot_be_kept_stops_the_save(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str, word: str
) -> None:
    set_or_skip(place.book, name, MAYA_MAY_READ)

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "setxattr", refuse)
    with pytest.raises(SheetError, match=f"would lose its {word}"):
        place.save()
    assert place.book.read_bytes() == OLD
    assert place.others() == []


@as_root
def test_owner_and_group_are_kept(place: Place) -> None:
    os.chown(place.book, ANNA, 4800)
    place.book.chmod(0o660)
    place.save()
    status = place.book.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (ANNA, 4800, 0o660)
    assert place.book.read_bytes() == NEW


def but_for_reading(found: os.stat_result) -> tuple[int, ...]:
    """All that a look at the file leaves as it was, to the nanosecond."""
    return (
        *(
            found.st_ino,
            found.st_dev,
            found.st_mode,
            found.st_nlink,
            found.st_uid,
            found.st_gid,
            found.st_size,
        ),
        *(found.st_mtime_ns, found.st_ctime_ns),
    )


@as_root
def test_a_job_that_cannot_keep_the_owner_changes_nothing(place: Place) -> None:
    os.chown(place.book, ANNA, ANNA)
    place.book.chmod(0o666)
    place.team.chmod(0o777)
    before = but_for_reading(place.book.stat())
    refusal = in_child(place.save, uid=JOB)
    assert isinstance(refusal, SheetError)
    assert "would lose its owner 4711 and group 4711" in str(refusal)
    assert "run the job as the file's owner" in str(refusal)
    assert place.book.read_bytes() == OLD
    assert but_for_reading(place.book.stat()) == before
    assert place.others() == []


@as_root
def test_a_job_that_cannot_keep_the_group_changes_nothing(place: Place) -> None:
    os.chown(place.book, JOB, 4800)
    place.team.chmod(0o777)
    assert "group 4800" in str(in_child(place.save, uid=JOB))
    assert place.book.read_bytes() == OLD


@as_root
def test_the_owner_itself_may_save(place: Place) -> None:
    os.chown(place.book, JOB, JOB)
    place.team.chmod(0o777)
    assert in_child(place.save, uid=JOB) is None
    assert place.book.read_bytes() == NEW


@as_root
def test_a_folder_that_may_not_be_written_is_told_in_one_line(place: Place) -> None:
    os.chown(place.book, JOB, JOB)
    refusal = in_child(place.save, uid=JOB)
    assert isinstance(refusal, SheetError)
    assert "saving is not allowed to this account (Permission denied); nothing was changed" in str(refusal)
    assert place.book.read_bytes() == OLD


@as_root
def test_a_workbook_that_only_others_may_write_is_refused(place: Place) -> None:
    place.team.chmod(0o777)
    refusal = in_child(place.save, uid=JOB)
    assert "read-only for this account" in str(refusal)
    assert place.book.read_bytes() == OLD


def test_a_read_only_workbook_is_left_alone_even_by_root(place: Place) -> None:
    place.book.chmod(0o444)
    with pytest.raises(SheetError, match="read-only for this account"):
        place.save()
    assert place.book.read_bytes() == OLD


@as_root
@pytest.mark.parametrize("flag", ["i", "a"])
def test_an_immutable_workbook_is_left_alone(place: Place, flag: str) -> None:
    if shutil.which("chattr") is None or _chattr(f"+{flag}", place.book) != 0:
        pytest.skip("this file system has no immutable files")
    try:
        with pytest.raises(SheetError, match=r"read-only|not allowed"):
            place.save()
    finally:
        _chattr(f"-{flag}", place.book)
    assert place.book.read_bytes() == OLD
    assert place.others() == []


def test_reading_a_read_only_workbook_is_allowed(place: Place) -> None:
    place.book.chmod(0o444)
    with place.changing() as original:
        assert original.data == OLD


def test_a_mode_that_cannot_be_kept_stops_the_save(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(fd: int, mode: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refuse)
    with pytest.raises(SheetError, match="would lose its mode 0644"):
        place.save()
    assert place.book.read_bytes() == OLD


def test_a_drive_that_makes_modes_up_is_no_hindrance(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ignored: list[int] = []
    monkeypatch.setattr(os, "fchmod", lambda fd, mode: ignored.append(mode))
    place.save()
    assert ignored == [0o644]
    assert place.book.read_bytes() == NEW


def test_a_mount_that_removes_before_it_replaces_is_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights, "mount_type", lambda path: "fuse.smbnetfs")
    with pytest.raises(RefusedWorkbook, match="removes a file before"):
        place.save()
    assert place.book.read_bytes() == OLD


def _chattr(flag: str, path: Path) -> int:
    return subprocess.run(
        ["chattr", flag, str(path)], capture_output=True, check=False, timeout=20
    ).returncode
