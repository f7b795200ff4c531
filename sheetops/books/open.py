"""Which book a SHEET argument means."""

from __future__ import annotations

from pathlib import Path

from sheetops.books.base import Book
from sheetops.errors import UsageError


def open_book(location: str, backups: int = 5, state: Path | None = None) -> Book:
    """The book at `location`: a path of an .xlsx or .xlsm file. Raises UsageError for anything else.

    `backups` older versions are kept; locks and backups lie under `state`, by default the user's state folder.
    """
    if location.startswith(("http://", "https://")):
        raise UsageError(
            "only Excel files can be opened by now", where=location, mend="give the path of an .xlsx file"
        )
    from sheetops.books.xlsx.book import XlsxBook

    return XlsxBook(location, backups, state)
