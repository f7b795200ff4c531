"""The one way in which a change in memory becomes a file: in place by the safe rules, or to another file."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path

from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.replace import changing, read_whole, real_path, write_new
from sheetops.errors import UsageError

Check = Callable[[bytes], None]
"""A check of the saved bytes: `check_save`, which also proves the zip sound."""


def save_changed(
    path: str | PathLike[str], change: Callable[[Package], Check | None], save_as: str | PathLike[str] | None
) -> None:
    """Let `change` work on the package of the workbook at `path`, then save it where it belongs.

    `change` returns the check of the saved bytes, or None when it changed nothing. Without `save_as` the
    workbook is replaced safely, and only if something changed. With `save_as` the result goes there (an older
    copy makes way) and `path` is never touched; UsageError if both are one file.
    """
    source = Path(path)

    def changed(data: bytes) -> tuple[bytes, Check | None]:
        package = Package.from_bytes(data, source.name)
        check = change(package)
        return (data if check is None else package.to_bytes()), check

    if save_as is None:
        with changing(source) as original:
            new, check = changed(original.data)
            if check is not None:
                original.replace(new, check, proves_zip=True)
        return
    real, target = real_path(source), Path(save_as)
    if target.exists() and target.samefile(real):
        raise UsageError("save_as names the workbook itself", where=str(path), mend="leave save_as out")
    new, check = changed(read_whole(real))
    if check is not None:
        check(new)
    write_new(target, new, overwrite=True)
