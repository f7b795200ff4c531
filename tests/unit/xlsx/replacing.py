"""What the tests of the safe replacement share: a small zip to save, folders of their own, children."""

from __future__ import annotations

import io
import os
import pickle
import traceback
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sheetops.books.xlsx.replace import changing


def package(text: str = "old", size: int = 0) -> bytes:
    """The bytes of a small sound zip that says `text` and carries `size` bytes that do not shrink."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("xl/workbook.xml"), text)
        if size:
            archive.writestr(zipfile.ZipInfo("xl/media/image1.png"), os.urandom(size))
    return out.getvalue()


OLD, NEW = package("old"), package("new")


def fine(_: bytes) -> None:
    """The check that has nothing to say."""


@dataclass(frozen=True)
class Place:
    """A team's folder with a workbook, and the folders of the job."""

    team: Path
    book: Path
    locks: Path
    backups: Path

    def changing(self, path: Path | None = None, **options: Any) -> Any:
        """`changing` on the workbook, not waiting for another job unless told to."""
        options.setdefault("wait", 0.0)
        return changing(path or self.book, lock_dir=self.locks, backup_dir=self.backups, **options)

    def save(self, new: bytes = NEW, check: Callable[[bytes], None] = fine, **options: Any) -> None:
        """One whole change of the workbook to `new`."""
        with self.changing(**options) as original:
            original.replace(new, check)

    def others(self) -> list[str]:
        """The names in the team's folder besides the workbook's."""
        return sorted(path.name for path in self.team.iterdir() if path != self.book)


def of_folder(folder: Path) -> Place:
    """The place whose folders are in `folder`."""
    team = folder / "team"
    return Place(team, team / "request log.xlsx", folder / "locks", folder / "backups")


def place_in(folder: Path) -> Place:
    """A fresh team's folder in `folder`, with the old bytes in `request log.xlsx`."""
    place = of_folder(folder)
    place.team.mkdir(mode=0o755)
    place.book.write_bytes(OLD)
    place.book.chmod(0o644)
    return place


def in_child(work: Callable[[], Any], *, uid: int | None = None) -> Any:
    """What `work` returns or raises in a forked child, as the account `uid`; the exit signal as -N."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        status = 1
        try:
            try:
                if uid is not None:
                    os.setgroups([])
                    os.setgid(uid)
                    os.setuid(uid)
                result: Any = work()
            except BaseException as error:
                result = error
            try:
                packed = pickle.dumps(result)
                pickle.loads(packed)
            except Exception:
                packed = pickle.dumps(AssertionError("".join(traceback.format_exception(result))))
            os.write(writer, packed)
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        packed = stream.read()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return pickle.loads(packed) if packed and code == 0 else code
