"""The folder of an export: each file takes its place in one move, and nobody's own file is written over."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from sheetops.errors import SheetError
from sheetops.exports.dictionary import NAME


def write_folder(folder: Path, files: Mapping[str, bytes], private: bool, force: bool = False) -> list[str]:
    """Write the files, the package's description last; those that say the same already are left as they are.

    `private` files can be read by their owner alone. Returns the names of those written. Raises SheetError, and
    writes nothing, where a file of that name is not one that an export left here (`force` writes over it).
    """
    known = _left_here(folder / NAME)
    present = {name: data for name in files if (data := _read(folder / name)) is not None}
    foreign = [
        name
        for name, data in present.items()
        if data != files[name] and name != NAME and sha256(data).hexdigest() != known.get(name)
    ]
    if NAME in present and not known:
        foreign.append(NAME)
    if foreign and not force:
        raise SheetError(
            f"{', '.join(foreign)} is not as an export left it, so nothing was written",
            where=str(folder),
            mend="give another folder with --out, or --force to write over it",
        )
    folder.mkdir(parents=True, exist_ok=True)
    wanted = sorted(files, key=lambda name: name == NAME)
    written = [name for name in wanted if present.get(name) != files[name]]
    for name in written:
        _put(folder / name, files[name], private)
    if private:
        for name in files:
            (folder / name).chmod(0o600)
    return written


def _left_here(path: Path) -> dict[str, str]:
    """The files that an earlier export wrote, with the prints of their bytes."""
    data = _read(path)
    if data is None:
        return {}
    try:
        told = json.loads(data)["sheetops"]["files"]
    except (ValueError, KeyError, TypeError):
        return {}
    return told if isinstance(told, dict) else {}


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _put(path: Path, data: bytes, private: bool) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if private else 0o666)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        fresh.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            fresh.unlink()
        raise
