"""Replacing a workbook that people may be working in, so that nobody ever loses anything.

`changing` holds the job lock from the read to the replacement and hands out the bytes; `replace`
then writes the new bytes beside the workbook, checks what is on the disk, backs up the original,
looks once more whether anybody came in between, and renames. At every moment the workbook's name
leads to all of the old bytes or all of the new ones. The workbook itself is never opened to write.

Steps of a replacement, in this order: temp file with the original's rights, synced; read again and
checked; backup; owner files, conflict copies and the SHA-256 of the original once more; rename;
folder synced; read back. Whatever fails before the rename leaves the workbook as it was.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sheetops.books.xlsx.backup import back_up, backups_of
from sheetops.books.xlsx.conflicts import require_no_conflicts
from sheetops.books.xlsx.durable import (
    attempts,
    fold,
    in_use,
    name_hash,
    require_regular,
    sweep,
    sync_folder,
    temp_beside,
    trouble,
)
from sheetops.books.xlsx.joblock import DEFAULT_WAIT, job_lock
from sheetops.books.xlsx.owners import require_free
from sheetops.books.xlsx.rights import keep_rights, require_writable
from sheetops.errors import HoldLost, SheetChanged, SheetError, SheetInUse, SheetNotFound, SheetopsError

SETTLE = 2.0
"""Seconds to wait for an editor's own save to end: a name that vanished, a file that is being written."""

_SHARED_WORKBOOK = b"xl/revisions/"
"""The folder of parts that only a workbook in Excel's old sharing mode has; names are not compressed."""


class Original:
    """A workbook as it was read under the job lock: its bytes, and the one way to replace them."""

    def __init__(
        self,
        path: Path,
        data: bytes,
        *,
        backups: int,
        backup_dir: Path | None,
        still_mine: Callable[[], None] | None = None,
    ) -> None:
        """`path` is the real path; `data` all bytes. Made by `changing`, which holds the lock."""
        self.path = path
        self.data = data
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.backup: Path | None = None
        """Where the bytes before the last replacement are kept, once there was one."""
        self._backups = backups
        self._backup_dir = backup_dir
        self._still_mine = still_mine

    def look_again(self) -> bool:
        """Read the workbook anew; True if somebody saved it since it was read. Raises as `changing` does."""
        try:
            data = read_whole(self.path)
        except OSError as error:
            raise trouble(self.path, error, "reading") from error
        changed = data != self.data
        if changed:
            self.data, self.sha256 = data, hashlib.sha256(data).hexdigest()
        return changed

    def earlier(self) -> Iterator[bytes]:
        """The versions that are kept, the newest first."""
        for backup in backups_of(self.path, self._backup_dir):
            with suppress(OSError):
                yield backup.read_bytes()

    def replace(self, new: bytes, check: Callable[[bytes], None], *, proves_zip: bool = False) -> None:
        """Put `new` in the workbook's place, if nobody came in between; the same bytes write nothing.

        `check` is called with the bytes read back from the temp file and raises if they are not what
        was planned; then nothing was changed. `proves_zip` says that it also finds every member sound or byte for
        byte as it was, so that they need not be unpacked here once more. Raises SheetInUse, SheetChanged, SheetConflicted (skipped,
        run again later), SheetError (read-only, no room, rights that cannot be kept, a bad zip).
        """
        if new == self.data:
            return
        try:
            self._replace(new, check, proves_zip)
        except OSError as error:
            raise trouble(self.path, error, "saving") from error
        self.data, self.sha256 = new, hashlib.sha256(new).hexdigest()

    def _replace(self, new: bytes, check: Callable[[bytes], None], proves_zip: bool) -> None:
        status = self._stat_again()
        require_writable(self.path, status)

        def dress(fd: int) -> None:
            keep_rights(fd, self.path, status)

        with temp_beside(self.path, new, mode=0o600, dress=dress) as temp:
            _verify(temp, self.path, new, check, proves_zip)
            self.backup = back_up(self.path, self.data, keep=self._backups, backup_dir=self._backup_dir)
            self._rename(temp)
        _after_rename(self.path, new)

    def _stat_again(self) -> os.stat_result:
        try:
            return require_regular(self.path)
        except FileNotFoundError as error:
            raise self._changed("it was moved or deleted") from error

    def _rename(self, temp: Path) -> None:
        """Rename over the workbook, trying again for a moment while a program only brushes it."""
        refusal: OSError | None = None
        for _ in attempts(SETTLE):
            self._require_unchanged()
            if self._still_mine is not None:
                self._still_mine()
            try:
                temp.replace(self.path)
            except OSError as error:
                if not temp.exists():
                    raise HoldLost(
                        "another job took it over and cleared this run's new file away, so nothing was written",
                        where=str(self.path),
                        mend="nothing is lost; the other job goes on",
                    ) from None
                if not in_use(error) and not (sys.platform == "win32" and isinstance(error, PermissionError)):
                    raise
                refusal = error
            else:
                return
        raise trouble(self.path, refusal or OSError("timed out"), "replacing it") from refusal

    def _require_unchanged(self) -> None:
        """Nobody opened it, no conflict copy came, and it still holds the bytes that were read."""
        if os.path.realpath(self.path) != str(self.path):
            raise self._changed("its name leads elsewhere now")
        try:
            data = read_whole(self.path)
        except SheetNotFound as error:
            raise self._changed("it was moved or deleted") from error
        require_free(self.path, shared_workbook=_SHARED_WORKBOOK in data)
        require_no_conflicts(self.path)
        if data != self.data:
            raise self._changed("someone saved it")

    def _changed(self, how: str) -> SheetChanged:
        return SheetChanged(
            f"{how} while the job was working on it",
            where=str(self.path),
            mend="nothing was written; run again to work on the new content",
        )


@contextmanager
def changing(
    path: Path,
    *,
    backups: int = 5,
    lock_dir: Path | None = None,
    backup_dir: Path | None = None,
    wait: float = DEFAULT_WAIT,
    still_mine: Callable[[], None] | None = None,
) -> Iterator[Original]:
    """The workbook at `path`, read under its job lock, which is held until the block ends.

    A symbolic link stays: what it leads to is replaced. `backups` is how many earlier versions are
    kept, in `backup_dir` (this account's state folder by default; `backup.backup_folder` names it).
    `lock_dir` holds the job locks (see `joblock`), `wait` is in seconds.

    `still_mine` is a fleet's (see `base.Hold`), whose workers on all machines the caller excludes. The temp files
    of earlier holders, on whatever machine, are then removed before the workbook is read: one that was stopped
    after it last asked `still_mine` finds nothing to rename when it wakes.

    Raises SheetNotFound, SheetInUse when a job or a person has it open, SheetConflicted, SheetError.
    """
    real = real_path(path)
    with job_lock(real, lock_dir=lock_dir, wait=wait):
        try:
            sweep(real.parent, name_hash(real.name), every=still_mine is not None)
            data = read_whole(real)
            _require_nobody(path, real, data)
        except OSError as error:
            raise trouble(real, error, "reading") from error
        yield Original(real, data, backups=backups, backup_dir=backup_dir, still_mine=still_mine)


def hindrance(path: Path, data: bytes) -> str | None:
    """Why the workbook at `path`, which holds `data`, could not be replaced now, in one line; None if it could."""
    try:
        real = real_path(path)
        _require_nobody(path, real, data)
        require_writable(real, require_regular(real))
    except SheetopsError as error:
        return str(error)
    except OSError as error:
        return str(trouble(path, error, "looking at it"))
    return None


def _require_nobody(path: Path, real: Path, data: bytes) -> None:
    """Nobody has the workbook open, by either of its names, and it has no conflict copies."""
    for beside in dict.fromkeys([path.absolute(), real]):
        require_free(beside, shared_workbook=_SHARED_WORKBOOK in data)
    require_no_conflicts(real)


def write_new(
    path: Path,
    data: bytes,
    *,
    overwrite: bool = False,
    lock_dir: Path | None = None,
    backup_dir: Path | None = None,
    wait: float = DEFAULT_WAIT,
) -> None:
    """Write the workbook `data` as the file `path`, whole or not at all.

    A file that is there already is refused or, when `overwrite` is true, replaced by all the rules of
    `Original.replace`. Raises SheetError, SheetInUse.
    """
    target = Path(os.path.realpath(path))
    if overwrite and target.exists():
        with changing(target, lock_dir=lock_dir, backup_dir=backup_dir, wait=wait) as original:
            original.replace(data, check=lambda written: None)
        return
    if not target.parent.is_dir():
        raise SheetError(
            "its folder does not exist", where=str(path), mend="make the folder, or name another"
        )
    with job_lock(target, lock_dir=lock_dir, wait=wait):
        try:
            sweep(target.parent, name_hash(target.name))
            with temp_beside(target, data, mode=0o666) as temp:
                _name_new(temp, target)
        except FileExistsError as error:
            raise SheetError(
                "there is a file of that name already", where=str(path), mend="choose another name"
            ) from error
        except OSError as error:
            raise trouble(target, error, "saving") from error
        _after_rename(target, data)


def real_path(path: Path) -> Path:
    """Where `path` leads, links followed and spelled as the folder spells it.

    A name that is missing gets a moment to come back: some editors save by removing and renaming.
    """
    for _ in attempts(SETTLE if path.parent.is_dir() else 0.0):
        try:
            real = Path(os.path.realpath(path, strict=True))
            require_regular(real)
            return _as_listed(real)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise trouble(path, error, "finding it") from error
    raise SheetNotFound("there is no such file", where=str(path), mend="check the name and the folder")


def read_whole(real: Path) -> bytes:
    """All bytes of the file, closed at once; read again if someone was writing to it meanwhile."""
    missing = True
    for _ in attempts(SETTLE):
        try:
            before = require_regular(real)
            data = _read_sharing(real)
            if _mark(before) == _mark(real.stat()) and len(data) == before.st_size:
                return data
            missing = False
        except FileNotFoundError:
            missing = True
        except OSError as error:
            if not in_use(error):
                raise
            missing = False
    if missing:
        raise SheetNotFound("there is no such file", where=str(real), mend="check the name and the folder")
    raise SheetInUse("a program is writing it", where=str(real), mend="it was skipped; run again later")


def _read_sharing(real: Path) -> bytes:
    """Read so that nobody is kept from opening, renaming or deleting the file in the meantime."""
    if sys.platform == "win32":
        import _winapi
        import msvcrt

        share_all, open_existing = 1 | 2 | 4, 3
        handle = _winapi.CreateFile(str(real), _winapi.GENERIC_READ, share_all, 0, open_existing, 0, 0)
        with os.fdopen(msvcrt.open_osfhandle(handle, os.O_RDONLY), "rb") as file:
            return file.read()
    return real.read_bytes()


def _mark(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _as_listed(real: Path) -> Path:
    """`real` with the spelling of its folder, so that a rename does not change the case of the name."""
    names = [entry.name for entry in real.parent.iterdir()]
    if real.name in names:
        return real
    same = [name for name in names if fold(name) == fold(real.name) and (real.parent / name).samefile(real)]
    return real.parent / same[0] if same else real


def _verify(temp: Path, path: Path, new: bytes, check: Callable[[bytes], None], proves_zip: bool) -> None:
    """What is on the disk is what was meant, is a sound zip, and passes the caller's `check`."""
    written = temp.read_bytes()
    if written != new:
        raise SheetError("the disk gave back other bytes than were written", where=str(path), mend=_AS_IT_WAS)
    del written  # the same bytes once more
    if not proves_zip:
        _require_sound(new, path)
    check(new)


def _require_sound(written: bytes, path: Path) -> None:
    import io
    import zipfile  # with every way of packing; a run that writes nothing needs none
    import zlib

    try:
        with zipfile.ZipFile(io.BytesIO(written)) as archive:
            for member in archive.infolist():
                with archive.open(member) as stream:
                    while stream.read(1 << 20):
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise SheetError(
            f"the new file is not a sound zip ({error})", where=str(path), mend=_AS_IT_WAS
        ) from error


_AS_IT_WAS = "nothing was changed; check the disk and report this"


def _after_rename(path: Path, new: bytes) -> None:
    """Sync the folder and read back; if another program wrote in that moment, theirs is left alone."""
    try:
        sync_folder(path.parent)
        now = read_whole(path)
    except (OSError, SheetopsError) as error:
        raise SheetError(
            f"it was saved, but could not be read back ({error})", where=str(path), mend="open it and look"
        ) from error
    if now != new:
        raise SheetChanged(
            "someone saved it in the very moment after the job did",
            where=str(path),
            mend="their version was left as it is and may lack the job's changes; run again",
        )


def _name_new(temp: Path, target: Path) -> None:
    """Give `temp` the name `target` if nobody has it yet; FileExistsError if somebody has."""
    if sys.platform == "win32":
        temp.rename(target)
        return
    try:
        target.hardlink_to(temp)
    except FileExistsError:
        raise
    except OSError:  # file systems without hard links: reserve the name, then replace the reservation
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        temp.replace(target)
