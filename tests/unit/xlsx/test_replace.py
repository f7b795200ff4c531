"""The safe replacement, rule by rule."""

from __future__ import annotations

import errno
import io
import os
import threading
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sheetops.books.xlsx import durable, replace
from sheetops.errors import RefusedWorkbook, SheetChanged, SheetError, SheetInUse, SheetNotFound
from tests.unit.xlsx.replacing import NEW, OLD, Place, fine, package, place_in


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_in(tmp_path)


def test_the_new_bytes_take_the_place_of_the_old_and_nothing_is_left_over(place: Place) -> None:
    with place.changing() as original:
        assert original.data == OLD
        original.replace(NEW, fine)
        assert original.data == NEW
        assert original.backup is not None
        assert original.backup.read_bytes() == OLD
    assert place.book.read_bytes() == NEW
    assert place.others() == []


def test_a_job_may_save_twice_under_one_lock(place: Place) -> None:
    with place.changing() as original:
        original.replace(NEW, fine)
        original.replace(package("newer"), fine)
    assert place.book.read_bytes() == package("newer")


def test_nobody_is_kept_from_the_workbook_while_the_job_works(place: Place) -> None:
    with place.changing():
        opened = {os.path.realpath(fd) for fd in Path("/proc/self/fd").iterdir()}
        assert str(place.book) not in opened


def test_a_second_job_is_kept_out_from_read_to_replace(place: Place) -> None:
    with place.changing() as original:
        with pytest.raises(SheetInUse, match="another job is at work"), place.changing():
            pass
        original.replace(NEW, fine)
        with pytest.raises(SheetInUse, match="another job is at work"):
            place.save()
    place.save(package("newest"))


def test_the_same_bytes_write_nothing(place: Place) -> None:
    before = place.book.stat()
    place.save(OLD, check=lambda _: pytest.fail("nothing to check"))
    assert (place.book.stat().st_mtime_ns, place.book.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert not place.backups.exists()


def test_the_date_of_the_save_is_the_date_of_the_file(place: Place) -> None:
    os.utime(place.book, (1, 1))
    place.save()
    assert time.time() - place.book.stat().st_mtime < 60


def test_an_edit_between_read_and_replace_is_never_overwritten(place: Place) -> None:
    theirs = package("theirs")
    with pytest.raises(SheetChanged, match="someone saved it while") as refusal, place.changing() as original:
        place.book.write_bytes(theirs)
        original.replace(NEW, fine)
    assert refusal.value.exit_code == 4
    assert place.book.read_bytes() == theirs
    assert place.others() == []


def test_an_edit_of_the_same_length_and_date_is_seen(place: Place) -> None:
    status = place.book.stat()
    theirs = OLD[:-1] + b"\x01"
    with pytest.raises(SheetChanged), place.changing() as original:
        with place.book.open("r+b") as file:
            file.write(theirs)
        os.utime(place.book, ns=(status.st_atime_ns, status.st_mtime_ns))
        original.replace(NEW, fine)
    assert place.book.read_bytes() == theirs


def test_an_edit_during_the_check_is_seen(place: Place) -> None:
    with pytest.raises(SheetChanged), place.changing() as original:
        original.replace(NEW, lambda _: _save_by_rename(place.book, package("theirs")))
    assert place.book.read_bytes() == package("theirs")


@pytest.mark.parametrize("when", ["before", "during"])
def test_a_workbook_that_was_moved_away_is_not_made_anew(
    place: Place, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replace, "SETTLE", 0.2)
    with pytest.raises(SheetChanged, match="moved or deleted"), place.changing() as original:
        if when == "before":
            place.book.rename(place.team / "moved.xlsx")
        original.replace(NEW, lambda _: place.book.rename(place.team / "moved.xlsx"))
    assert place.others() == ["moved.xlsx"]
    assert not place.book.exists()


def test_a_name_that_vanishes_briefly_is_waited_for(place: Place) -> None:
    hidden = place.team / "A1B2C3D4"
    place.book.rename(hidden)
    timer = threading.Timer(0.3, hidden.rename, [place.book])
    timer.start()
    place.save()
    timer.join()
    assert place.book.read_bytes() == NEW


def test_a_vanishing_name_just_before_the_replacement_is_waited_for(place: Place) -> None:
    hidden = place.team / "A1B2C3D4"
    timer = threading.Timer(0.3, hidden.rename, [place.book])

    def vanish(_: bytes) -> None:
        place.book.rename(hidden)
        timer.start()

    place.save(check=vanish)
    timer.join()
    assert place.book.read_bytes() == NEW


def test_a_file_that_is_being_written_is_not_taken_half_done(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Someone writes between our look at the file and the end of our read, once; then all the time."""
    monkeypatch.setattr(replace, "SETTLE", 0.3)
    read = replace._read_sharing
    writes = [package("half"), package("whole")]

    def read_while_written(path: Path) -> bytes:
        data = read(path)
        if writes:
            path.write_bytes(writes.pop(0))
        return data

    monkeypatch.setattr(replace, "_read_sharing", read_while_written)
    with place.changing() as original:
        assert original.data == package("whole")
    writes.extend(package(str(i)) for i in range(100))
    with pytest.raises(SheetInUse, match="a program is writing it"), place.changing():
        pass


def test_a_missing_file_a_folder_and_a_pipe_are_told_in_one_line(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replace, "SETTLE", 0.1)
    os.mkfifo(place.team / "pipe.xlsx")
    for path, error, word in [
        (place.team / "none.xlsx", SheetNotFound, "no such file"),
        (place.team / "none" / "none.xlsx", SheetNotFound, "no such file"),
        (place.team, SheetError, "not a file"),
        (place.team / "pipe.xlsx", SheetError, "not a file"),
        (place.book / "inside.xlsx", SheetError, "Not a directory"),
    ]:
        with pytest.raises(error, match=word) as refusal, place.changing(path):
            pass
        assert "\n" not in str(refusal.value)


def test_the_temp_file_is_exclusive_hidden_and_passed_over_by_sync_clients(place: Place) -> None:
    seen: list[str] = []
    place.save(check=lambda _: seen.extend(place.others()))
    (name,) = seen
    assert name.startswith(".~")
    assert name.endswith(".tmp")
    assert len(name.encode()) < 100  # so that the longest workbook names have a temp file too


def test_a_temp_name_that_is_taken_is_never_written_through(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "urandom", bytes)
    trap = durable.TEMP_PREFIX + f"{durable.name_hash(place.book.name)}-{durable._machine()}-{'0' * 12}.tmp"
    with pytest.raises(SheetError, match="File exists"), place.changing() as original:
        (place.team / trap).symlink_to(tmp_path / "victim")
        original.replace(NEW, fine)
    assert not (tmp_path / "victim").exists()
    assert place.book.read_bytes() == OLD


def test_what_was_written_is_read_again_and_checked(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bytes] = []
    place.save(check=checked.append)
    assert checked == [NEW]

    def refuse(_: bytes) -> None:
        raise SheetError("a part was lost")

    with pytest.raises(SheetError, match="a part was lost"):
        place.save(package("newest"), check=refuse)
    write = durable._write_all
    monkeypatch.setattr(durable, "_write_all", lambda fd, data: write(fd, data[:-1] + b"\x01"))
    with pytest.raises(SheetError, match="other bytes than were written"):
        place.save(package("newest"))
    assert place.book.read_bytes() == NEW
    assert place.others() == []


@pytest.mark.parametrize("damage", ["crc", "cut", "text", "twin"])
def test_a_zip_that_is_not_sound_never_replaces_anything(place: Place, damage: str) -> None:
    bad = bytearray(package("new", 100))
    if damage == "crc":
        at = bad.index(b"new")
        bad[at] ^= 1
    elif damage == "cut":
        del bad[-30:]
    elif damage == "text":
        bad[:] = b"no zip"
    else:
        bad[:] = _twin_names_first_damaged()
    with pytest.raises(SheetError, match="not a sound zip"):
        place.save(bytes(bad))
    assert place.book.read_bytes() == OLD
    assert place.others() == []


def test_a_link_stays_and_what_it_leads_to_is_replaced(place: Place, tmp_path: Path) -> None:
    link = tmp_path / "link.xlsx"
    link.symlink_to(place.book)
    with place.changing(link) as original:
        original.replace(NEW, fine)
    assert link.is_symlink()
    assert place.book.read_bytes() == NEW
    assert not place.book.is_symlink()


def test_a_name_that_leads_elsewhere_meanwhile_is_not_followed(place: Place) -> None:
    other = place.team / "other.xlsx"
    other.write_bytes(OLD)
    with pytest.raises(SheetChanged, match="leads elsewhere"), place.changing() as original:
        place.book.unlink()
        place.book.symlink_to(other)
        original.replace(NEW, fine)
    assert other.read_bytes() == OLD


def test_a_file_with_a_second_name_is_refused(place: Place) -> None:
    (place.team / "second.xlsx").hardlink_to(place.book)
    with pytest.raises(RefusedWorkbook, match="2 names"):
        place.save()
    assert place.book.read_bytes() == OLD


def test_a_replacement_that_is_refused_for_a_moment_is_tried_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "replace", _busy_for(place.book, 2))
    place.save()
    assert place.book.read_bytes() == NEW


def test_a_replacement_that_stays_refused_is_skipped(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replace, "SETTLE", 0.3)
    monkeypatch.setattr(Path, "replace", _busy_for(place.book, 1000))
    with pytest.raises(SheetInUse, match="another program holds it"):
        place.save()
    assert place.book.read_bytes() == OLD
    assert place.others() == []


def test_an_edit_that_comes_while_it_is_tried_again_is_seen(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Path, "replace", _busy_for(place.book, 1, meanwhile=lambda: place.book.write_bytes(package("theirs")))
    )
    with pytest.raises(SheetChanged):
        place.save()
    assert place.book.read_bytes() == package("theirs")


def test_someone_who_saves_right_after_is_reported_and_left_alone(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replace, "sync_folder", lambda folder: place.book.write_bytes(package("theirs")))
    with pytest.raises(SheetChanged, match="moment after"):
        place.save()
    assert place.book.read_bytes() == package("theirs")


def test_a_drive_that_cannot_sync_a_folder_is_no_hindrance(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def no_folders(fd: int) -> None:
        if Path(f"/proc/self/fd/{fd}").is_dir():
            raise OSError(errno.EINVAL, "Invalid argument")
        sync(fd)

    monkeypatch.setattr(os, "fsync", no_folders)
    place.save()
    assert place.book.read_bytes() == NEW


def test_left_over_temp_files_of_this_workbook_go_and_others_stay(place: Place) -> None:
    mine = f"{durable.TEMP_PREFIX}{durable.name_hash(place.book.name)}"
    left = place.team / f"{mine}-{durable._machine()}-000000000001.tmp"
    foreign = place.team / f"{mine}-ffffff-000000000002.tmp"
    old_foreign = place.team / f"{mine}-ffffff-000000000003.tmp"
    other = (
        place.team / f"{durable.TEMP_PREFIX}{durable.name_hash('x')}-{durable._machine()}-000000000004.tmp"
    )
    persons = place.team / f"{mine}.tmp"
    for path in (left, foreign, old_foreign, other, persons):
        path.touch()
    os.utime(old_foreign, (1, 1))
    place.save()
    assert place.others() == sorted(path.name for path in (foreign, other, persons))


def test_the_first_error_is_told_when_the_temp_file_cannot_be_removed_either(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    def full(fd: int) -> None:
        monkeypatch.setattr(Path, "unlink", gone)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SheetError, match="no room"):
        place.save()
    assert place.book.read_bytes() == OLD


def _save_by_rename(path: Path, data: bytes) -> None:
    temp = path.with_name("A1B2C3D4")
    temp.write_bytes(data)
    temp.rename(path)


def _busy_for(book: Path, times: int, meanwhile: Callable[[], object] = lambda: None) -> Callable[..., Any]:
    """`Path.replace`, which a file server refuses `times` times for `book`."""
    system, left = Path.replace, [times]

    def run(self: Path, target: Path) -> Any:
        if target == book and left[0]:
            left[0] -= 1
            meanwhile()
            raise OSError(errno.EBUSY, "Device or resource busy")
        return system(self, target)

    return run


def _twin_names_first_damaged() -> bytes:
    """Two members of one name, of which a reader by name sees only the second, sound one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("part.xml", "first")
        archive.writestr("part.xml", "second")
    data = bytearray(out.getvalue())
    data[data.index(b"first")] ^= 1
    return bytes(data)
