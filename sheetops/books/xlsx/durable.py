"""Files written so that a crash at any moment leaves the old bytes or the new ones, never a mixture.

Everything here is about one write: an exclusive temp file in the folder of its target, synced to the
disk, renamed over the target, and the folder synced. Who may be written over is decided elsewhere.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sheetops.errors import SheetError, SheetInUse

TEMP_PREFIX = ".~sheetops-"
"""Dropbox and Nextcloud leave names with `.~` alone, OneDrive those that end in `.tmp`."""

FOREIGN_TEMP_AGE = 24 * 3600.0
"""Seconds after which the temp file of a job on another machine is taken for left over."""

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EPERM, errno.ENOSYS}
_TEMP_NAME = re.compile(re.escape(TEMP_PREFIX) + r"([0-9a-f]{16})-([0-9a-f]{6})-[0-9a-f]{12}\.tmp")


def fold(name: str) -> str:
    """`name` as a file system that ignores case and Unicode composition (Windows, macOS, SMB) sees it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def name_hash(text: str) -> str:
    """16 hex digits that stand for a folded name or path in the names of our own files."""
    return hashlib.sha256(fold(text).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def attempts(seconds: float) -> Iterator[None]:
    """Yield at once, then again after short random pauses, until `seconds` have passed.

    The jitter keeps jobs that were started in the same second from meeting again and again.
    """
    deadline = time.monotonic() + seconds
    while True:
        yield
        left = deadline - time.monotonic()
        if left <= 0:
            return
        from random import uniform

        time.sleep(min(left, uniform(0.05, 0.25)))


def trouble(path: Path, error: OSError, doing: str) -> SheetError | SheetInUse:
    """The one clear line for an operating system's refusal while `doing` something to `path`."""
    if error.errno in _NO_ROOM:
        return SheetError(
            f"there is no room on the disk (or in the quota) for {doing}",
            where=str(path),
            mend="nothing was changed; free some space and run again",
        )
    if in_use(error):
        return SheetInUse(
            f"another program holds it, so {doing} was refused",
            where=str(path),
            mend="nothing was changed; close it there and run again",
        )
    if error.errno in _FORBIDDEN:
        return SheetError(
            f"{doing} is not allowed to this account ({error.strerror})",
            where=str(path),
            mend="nothing was changed; let the account write to the file and to its folder, or move the file",
        )
    return SheetError(
        f"the system refused {doing} ({error.strerror or error})", where=str(path), mend="nothing was changed"
    )


def in_use(error: OSError) -> bool:
    """Whether `error` is a file server's or Windows' way of saying that another program holds the file."""
    if error.errno in {errno.EBUSY, errno.ETXTBSY}:
        return True
    return getattr(error, "winerror", None) in {32, 33}


def require_regular(path: Path) -> os.stat_result:
    """The status of the file at `path`; SheetError for a folder, a pipe or a device."""
    status = path.stat()
    if stat.S_ISREG(status.st_mode):
        return status
    raise SheetError("this is not a file", where=str(path), mend="name the workbook itself")


def mount_type(path: Path) -> str | None:
    """The type of the file system that holds `path` (Linux only; None elsewhere and when unknown)."""
    try:
        device = path.stat().st_dev
        lines = (
            Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        )
    except OSError:
        return None
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in reversed(lines):
        head, _, tail = line.partition(" - ")
        if head.split(" ")[2] == wanted:
            return tail.split(" ")[0]
    return None


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the file system can (network drives cannot)."""
    if sys.platform == "win32":
        return
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except PermissionError:
        return
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(fd)


@contextmanager
def temp_beside(
    target: Path,
    data: bytes,
    *,
    mode: int,
    dress: Callable[[int], None] | None = None,
    key: str | None = None,
) -> Iterator[Path]:
    """A synced temp file with `data` in the folder of `target`, removed afterwards if it is still there.

    `mode` is what the umask then trims; `dress` gives the still empty file its rights. `key` is
    the hash that marks whose temp file it is (the target's by default).
    """
    temp = target.parent / (
        f"{TEMP_PREFIX}{key or name_hash(target.name)}-{_machine()}-{os.urandom(6).hex()}.tmp"
    )
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    fd = os.open(temp, flags, mode)
    try:
        with os.fdopen(fd, "wb", buffering=0) as file:
            if dress is not None:
                dress(fd)
            _write_all(fd, data)
            os.fsync(file.fileno())
        yield temp
    finally:
        # Renamed already, or out of reach and swept by the next job; the first error is the one to tell.
        with suppress(OSError):
            temp.unlink()


def sweep(folder: Path, key: str, *, every: bool = False) -> list[Path]:
    """Remove the temp files that killed jobs left for `key` in `folder`; the caller holds the job lock.

    The lock says that no job on this machine is at work, so ours are left over. A temp file of
    another machine may be in use there, so it has to be a day old; unless the caller excludes all
    machines, and wants `every` one gone.
    """
    removed = []
    for path in folder.iterdir():
        match = _TEMP_NAME.fullmatch(path.name)
        if match is None or match[1] != key:
            continue
        with suppress(OSError):
            if every or match[2] == _machine() or time.time() - path.stat().st_mtime > FOREIGN_TEMP_AGE:
                path.unlink()
                removed.append(path)
    return removed


def _write_all(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def machine_name() -> str:
    """The name of this machine, as `socket.gethostname` tells it; without loading that where there is a shorter way."""
    if sys.platform == "win32":
        from socket import gethostname

        return gethostname()
    return os.uname().nodename


def _machine() -> str:
    return hashlib.sha256(machine_name().encode()).hexdigest()[:6]
