"""Who has the workbook open, and which conflict copies lie beside it: read from the names in its folder.

Facts (not measured here; the Excel layout agrees with a real owner file in the shared inputs):

- Excel writes `~$NAME`, 165 bytes: at 0 the length of the user's name in bytes and then the name in
  the writer's ANSI code page, padded to 55; at 55 the length in UTF-16 units (two bytes, little
  endian), at 57 the name in UTF-16LE, padded. Excel keeps the whole file name; Word (and writers
  that follow it) drops the first one or two letters, which is understood too.
- WPS Spreadsheets writes `.~NAME`, LibreOffice `.~lock.NAME#`: one line of text in UTF-8,
  `name,login,host,date,profile;`, with `\\` before a comma, semicolon or backslash.

No owner file is ever deleted here: it belongs to the program that wrote it.

A crashed program leaves its owner file behind. Excel on Windows holds the workbook open so that
nobody else may write, so asking the system to open it for writing tells a live owner file from a
stale one - on Windows and on an SMB mount, where the server answers. On a local POSIX disk, the
server's own disk included, everybody is given the file, so asking proves nothing and the owner file
is believed. LibreOffice and WPS are always believed: they do not lock the workbook in this way.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sheetops.books.xlsx.durable import fold, in_use, mount_type, trouble
from sheetops.domain.patterns import pattern
from sheetops.errors import SheetInUse

EXCEL, WPS, LIBREOFFICE = "Excel", "WPS Office", "LibreOffice"

_EXCEL_LENGTH_AT, _EXCEL_NAME_AT = 55, 57
_SMB_TYPES = {"cifs", "smb3"}
_ESCAPED = pattern(r"\\(.)")
_FIELD = pattern(r"(?:\\.|[^\\,;])*")


class Owner(NamedTuple):
    """One owner file: the `program`, `who` (empty if it does not say), `since` when, and the `file`."""

    program: str
    who: str
    since: datetime | None
    file: Path

    def words(self) -> str:
        """Who it is, for a message: `Li Wei (Excel), since 2026-11-21 09:12`."""
        text = f"{self.who or 'someone'} ({self.program})"
        return f"{text}, since {self.since:%Y-%m-%d %H:%M}" if self.since else text


def owners_beside(path: Path) -> list[Owner]:
    """Every owner file in the folder of `path` that is about `path`, in the order of their names."""
    names = folder_names(path)
    found = []
    for name in sorted(names):
        program = _about(name, path.name, names)
        if program is not None:
            found.append(_read_owner(path.parent / name, program))
    return found


def folder_names(path: Path) -> set[str]:
    """The names of the files in the folder of `path`; SheetError when it may not be listed."""
    try:
        with os.scandir(path.parent) as entries:
            return {entry.name for entry in entries if not entry.is_dir(follow_symlinks=False)}
    except OSError as error:
        raise trouble(
            path.parent, error, "listing the folder, which shows who has the workbook open"
        ) from error


def require_free(path: Path, *, shared_workbook: bool = False) -> None:
    """Raise SheetInUse, naming who, if someone has the workbook at the real path `path` open.

    `shared_workbook`: it is in Excel's old sharing mode, in which Excel does not hold the file, so
    that no owner file can be told to be stale.
    """
    owners = owners_beside(path)
    verdict = held(path)
    if verdict is False and not shared_workbook:
        owners = [owner for owner in owners if owner.program != EXCEL]
    if not owners and verdict is not True:
        return
    if not owners:
        raise SheetInUse(
            "a program has it open and lets nobody else write",
            where=str(path),
            mend="it was skipped; close it there and run again",
        )
    files = " and ".join(owner.file.name for owner in owners)
    raise SheetInUse(
        f"open at {' and '.join(owner.words() for owner in owners)}",
        where=str(path),
        mend=f"it was skipped; close it there, or, if nobody has it open, delete {files} beside it",
    )


def held(path: Path) -> bool | None:
    """Whether another program keeps `path` from being written; None where asking proves nothing.

    Asking opens the file for writing and closes it again: no byte and no date changes.
    """
    if not asking_tells(path):
        return None
    try:
        fd = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        if in_use(error) or (sys.platform == "win32" and os.access(path, os.W_OK)):
            return True  # Windows' own open() says only "denied", for a writable file too
        return None
    os.close(fd)
    return False


def asking_tells(path: Path) -> bool:
    """Whether opening `path` for writing is answered by someone who knows of every opener."""
    if sys.platform == "win32":
        return True
    return mount_type(path) in _SMB_TYPES


def excel_owner_name(data: bytes) -> str:
    """The user's name in an Excel owner file; empty when `data` holds none that can be read."""
    length = int.from_bytes(data[_EXCEL_LENGTH_AT:_EXCEL_NAME_AT], "little")
    name = data[_EXCEL_NAME_AT : _EXCEL_NAME_AT + 2 * length]
    if length and len(name) == 2 * length:
        with suppress(UnicodeDecodeError):
            return _clean(name.decode("utf-16-le"))
    ansi = data[1 : 1 + data[0]] if data else b""
    for codec in ("utf-8", "gb18030", "latin-1"):
        with suppress(UnicodeDecodeError):
            return _clean(ansi.decode(codec))
    return ""


def libreoffice_owner(data: bytes) -> tuple[str, datetime | None]:
    """Who, and since when (that machine's wall clock, without a zone), in a LibreOffice lock file."""
    text = data.decode("utf-8", "replace")
    fields: list[str] = []
    while len(fields) < 4:
        match = _FIELD.match(text)
        field = match[0] if match else ""
        fields.append(_clean(_ESCAPED.sub(r"\1", field)))
        if text[len(field) : len(field) + 1] != ",":
            break
        text = text[len(field) + 1 :]
    name, login, host, date = (fields + [""] * 4)[:4]
    who = name or login
    if host:
        who = f"{who or 'someone'} at {host}"
    with suppress(ValueError):
        return who, datetime.strptime(date, "%d.%m.%Y %H:%M")
    return who, None


def _about(name: str, workbook: str, names: Collection[str]) -> str | None:
    """The program whose owner file `name` is, if it is about `workbook`; a sibling's own is not."""
    if name.startswith(".~lock.") and name.endswith("#"):
        program, rest = LIBREOFFICE, name[len(".~lock.") : -1]
    elif name.startswith(".~"):
        program, rest = WPS, name[2:]
    elif name.startswith("~$"):
        program, rest = EXCEL, name[2:]
    else:
        return None
    if rest == workbook:
        return program
    if rest in names or Path(rest).suffix == "":
        return None
    folded, whole = fold(rest), fold(workbook)
    shortened = program == EXCEL and len(Path(workbook).stem) > 6 and folded in {whole[1:], whole[2:]}
    return program if folded == whole or shortened else None


def _read_owner(file: Path, program: str) -> Owner:
    """What the owner file tells; one that cannot be read still says that someone is there."""
    try:
        status = file.lstat()
        if not stat.S_ISREG(status.st_mode):
            return Owner(program, "", None, file)
        since = datetime.fromtimestamp(status.st_mtime, UTC).astimezone()
        with file.open("rb") as handle:
            data = handle.read(4096)
    except OSError:
        return Owner(program, "", None, file)
    if program != LIBREOFFICE:
        return Owner(program, excel_owner_name(data), since, file)
    who, date = libreoffice_owner(data)
    return Owner(program, who, date or since, file)


def _clean(text: str) -> str:
    """`text` without what would break or fake a one-line message."""
    return "".join(c for c in text if c.isprintable()).strip()
