"""One job at a time on a workbook: a lock that the operating system frees when its holder dies.

The lock is on a file of our own in a folder of our own (the user's state folder, or the setting
`lock_dir`), never on the workbook: `flock` and `fcntl` on the workbook prove nothing, since Excel,
Samba and sync clients do not look at them, and a lock file in a synced folder would travel.
Jobs of several accounts on one machine exclude each other only when `lock_dir` names one folder
that they all can write to. Jobs on several machines are not excluded by it; what they still cannot
do is write over each other unseen (`replace.py` compares the bytes again just before it replaces).
"""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sheetops.books.xlsx.durable import attempts, fold, machine_name, name_hash
from sheetops.domain.deferred import load
from sheetops.errors import SettingsError, SheetInUse

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

DEFAULT_WAIT = 30.0
"""Seconds a second job waits for the first one before it gives up."""

_FAR = 1 << 30
"""Windows locks bytes, and locked bytes cannot be read: lock one far behind the holder's note."""


def state_folder() -> Path:
    """The folder of this account for what sheetops remembers on this machine; never a synced one."""
    load("platformdirs", {"tempfile": ("gettempdir",)})  # which has every way of packing, for another folder
    from platformdirs import user_state_path

    return user_state_path("sheetops", appauthor=False)


def workbook_key(real: Path) -> str:
    """A short name for the workbook at the real path `real`, the same for every spelling of the path.

    Case and Unicode composition are folded, so two files that differ only in case share a lock:
    they wait for each other, which harms nothing, while the same file under two spellings must.
    """
    stem = "".join(c if c.isalnum() else "_" for c in fold(real.stem))[:20]
    return f"{stem}-{name_hash(str(real))}"


@contextmanager
def job_lock(path: Path, *, lock_dir: Path | None = None, wait: float = DEFAULT_WAIT) -> Iterator[None]:
    """Hold the only job lock of the workbook at `path`, whichever symbolic link leads to it.

    Waits up to `wait` seconds; then SheetInUse says which process has it and since when.
    Raises SettingsError when the lock folder cannot be used.
    """
    real = Path(os.path.realpath(path))
    folder = lock_dir if lock_dir is not None else state_folder() / "locks"
    fd = _open_lock(folder, workbook_key(real) + ".lock")
    try:
        for _ in attempts(wait):
            if _try_lock(fd, folder):
                break
        else:
            raise SheetInUse(
                f"another job is at work on it ({_holder(fd)})",
                where=str(path),
                mend="it was skipped; run again when that job has ended",
            )
        try:
            _note(fd, _about_me(real))
            yield
        finally:
            _note(fd, b"")
            _unlock(fd)
    finally:
        os.close(fd)


def _open_lock(folder: Path, name: str) -> int:
    """The lock file, made if need be. It is never removed: a removed one could be locked twice."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(folder / name, flags, 0o666)
    except OSError as error:
        raise _folder_trouble(folder, error) from error


def _folder_trouble(folder: Path, error: OSError) -> SettingsError:
    return SettingsError(
        f"the folder for job locks cannot be used ({error.strerror})",
        where=str(folder),
        mend="set lock_dir to a folder on this machine's own disk that the job may write to",
    )


def _try_lock(fd: int, folder: Path) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(fd, _FAR, os.SEEK_SET)
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        raise _folder_trouble(folder, error) from error
    return True


def _unlock(fd: int) -> None:
    """Free the lock at once, even when a forked child still holds a copy of the descriptor."""
    if sys.platform == "win32":
        os.lseek(fd, _FAR, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(fd, fcntl.LOCK_UN)


def _about_me(real: Path) -> bytes:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "?"
    note = {
        "pid": os.getpid(),
        "user": user,
        "host": machine_name(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "path": str(real),
    }
    return json.dumps(note).encode()


def _note(fd: int, note: bytes) -> None:
    """Write who holds the lock; a full disk must not stop the job, for the note is only words."""
    with suppress(OSError):
        os.ftruncate(fd, 0)
        os.lseek(fd, 0, os.SEEK_SET)
        os.write(fd, note)


def _holder(fd: int) -> str:
    """Who holds the lock, as far as the note tells."""
    try:
        os.lseek(fd, 0, os.SEEK_SET)
        note = json.loads(os.read(fd, 4096))
        since = datetime.fromisoformat(note["since"]).astimezone()
        return f"process {note['pid']} of {note['user']} on {note['host']}, since {since:%Y-%m-%d %H:%M:%S}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it has not said which"
