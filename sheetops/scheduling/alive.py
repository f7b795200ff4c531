"""Whether a scheduler lives: a lock that the operating system frees when its holder dies, whatever kills it.

A clock cannot tell: after a sleep or a wrong clock every lease looks expired. So on one machine the lock decides,
and only for a scheduler of another machine (or with another state folder) the time since it last showed itself.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from types import TracebackType

from sheetops.errors import SettingsError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LEASE = timedelta(minutes=10)
"""How long a scheduler elsewhere may be silent before its slots are taken over. It shows itself every half minute."""


class Presence:
    """This scheduler's own lock, held as long as it lives."""

    def __init__(self, state: Path) -> None:
        """Raises SettingsError when the state folder cannot be used."""
        self._folder = state / "schedulers"
        self._token = secrets.token_hex(6)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path(self._token), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise SettingsError(
                f"the state folder cannot be used ({error.strerror})",
                where=str(self._folder),
                mend="set `state` to a folder that this account may write to",
            ) from None
        _try_lock(self._file)
        self._place = f"{socket.gethostname()[:60]}/{_print(os.path.realpath(self._folder))}"
        self.name = f"{self._place}/{os.getpid()}/{self._token}"

    def lives(self, holder: str, touched: datetime | None, now: datetime) -> bool:
        """Whether the scheduler called `holder`, which showed itself at `touched`, lives as far as can be known."""
        if holder == self.name:
            return True
        place, _, token = _parts(holder)
        if place != self._place:
            return touched is not None and abs(now - touched) < LEASE
        return self._locked(token)

    def _locked(self, token: str) -> bool:
        try:
            file = os.open(self._path(token), os.O_RDWR)
        except FileNotFoundError:
            return False
        except OSError:
            return True  # another account's: rather wait for it than run twice
        try:
            if not _try_lock(file):
                return True
            with suppress(OSError):
                self._path(token).unlink()  # of a dead one
            return False
        finally:
            os.close(file)

    def _path(self, token: str) -> Path:
        return self._folder / f"{token}.alive"

    def close(self) -> None:
        """Leave."""
        with suppress(OSError):
            self._path(self._token).unlink()
        with suppress(OSError):
            os.close(self._file)

    def __enter__(self) -> Presence:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _parts(holder: str) -> tuple[str, str, str]:
    """The place, process and token in a scheduler's name."""
    place, _, token = holder.rpartition("/")
    place, _, process = place.rpartition("/")
    return place, process, token


def _try_lock(file: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(file, 0, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _print(text: str) -> str:
    return blake2b(text.encode(), digest_size=4).hexdigest()
