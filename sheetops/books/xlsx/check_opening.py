"""Does another program's reader open the changed file? Asked of calamine, which is written in Rust."""

from __future__ import annotations

import io
from collections.abc import Callable

NO_TEXTS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
"""Shared texts without a text."""


def unreadable(before: bytes, after: bytes, lightened: Callable[[], io.RawIOBase | None]) -> str | None:
    """Why the reader cannot open the new file, if it could open the old one; None if all is well.

    To open a file, it reads all shared texts, which took longer than all else it looks at. No save changes them; so it
    gets the new file `lightened` of them, where that can be done by a few bytes, and the whole file where that fails.
    """
    light = lightened()
    if light is not None and _opening_error(light) is None:
        return None
    wrong = _opening_error(io.BytesIO(after))
    if not wrong or _opening_error(io.BytesIO(before)):
        return None
    return f"another reader cannot open it: {wrong}"


def _opening_error(data: io.RawIOBase | io.BytesIO) -> str | None:
    """What calamine says against the file, or None if it opens it."""
    from python_calamine import CalamineWorkbook

    try:
        CalamineWorkbook.from_filelike(data)
    except Exception as error:
        return str(error)
    except BaseException as error:  # a panic of its Rust code is no Exception
        if type(error).__name__ != "PanicException":
            raise
        return str(error)
    return None
