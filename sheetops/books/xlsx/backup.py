"""The last versions of a workbook before a job changed it, kept on this machine.

They lie in this account's state folder, one folder a workbook, readable by this account only:
beside the workbook they would litter the team's folder and travel through its sync client.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sheetops.books.xlsx.durable import name_hash, sweep, sync_folder, temp_beside
from sheetops.books.xlsx.joblock import state_folder, workbook_key
from sheetops.errors import SettingsError, SheetError

_NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{12}(?:\.[^.]*)?")


def backup_folder(real: Path, backup_dir: Path | None = None) -> Path:
    """The folder of the backups of the workbook at the real path `real`; made by the first backup."""
    return (backup_dir if backup_dir is not None else state_folder() / "backups") / workbook_key(real)


def backups_of(real: Path, backup_dir: Path | None = None) -> list[Path]:
    """The backups of the workbook at `real`, the newest first; their names are UTC times of saving."""
    folder = backup_folder(real, backup_dir)
    try:
        names = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    except OSError:
        return []
    return sorted(names, reverse=True)


def back_up(real: Path, data: bytes, *, keep: int, backup_dir: Path | None = None) -> Path | None:
    """Keep `data`, the bytes of the workbook at `real`, and drop all but the newest `keep` backups.

    The caller holds the job lock. Bytes that are the newest backup already are not written twice.
    None when `keep` is 0. Raises SettingsError when the backup cannot be written: without one,
    nothing is replaced.
    """
    if keep < 0:
        raise SettingsError("the number of backups cannot be negative", where="backups", mend="set 0 or more")
    if keep == 0:
        return None
    folder = backup_folder(real, backup_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sweep(folder, name_hash(real.name))
        written = _newest_if_same(real, data, backup_dir) or _write(real, folder, data)
    except OSError as error:
        raise SheetError(
            f"its backup could not be written to {folder} ({error.strerror})",
            where=str(real),
            mend="nothing was changed; make room there or set backup_dir to another folder",
        ) from error
    for old in [path for path in backups_of(real, backup_dir) if path != written][keep - 1 :]:
        with suppress(OSError):
            old.unlink()
    return written


def _newest_if_same(real: Path, data: bytes, backup_dir: Path | None) -> Path | None:
    newest = next(iter(backups_of(real, backup_dir)), None)
    if newest is not None and newest.stat().st_size == len(data) and newest.read_bytes() == data:
        return newest
    return None


def _write(real: Path, folder: Path, data: bytes) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    target = folder / f"{stamp}-{hashlib.sha256(data).hexdigest()[:12]}{real.suffix}"
    with temp_beside(target, data, mode=0o600, key=name_hash(real.name)) as temp:
        temp.replace(target)
        sync_folder(folder)
    return target
