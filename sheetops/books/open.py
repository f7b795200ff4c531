"""Which book a SHEET argument means."""

from __future__ import annotations

from pathlib import Path

from sheetops.books.base import Book
from sheetops.books.google.access import Access
from sheetops.domain.addresses import google_id, google_title
from sheetops.errors import UsageError

BACKUPS = 5  # older versions that are kept, where nobody says how many


def open_book(
    location: str, backups: int = BACKUPS, state: Path | None = None, google: Access | None = None
) -> Book:
    """The book at `location`: a path of an .xlsx or .xlsm file, or a Google spreadsheet's address, id or title.

    `backups` older versions of a file are kept; locks and backups lie under `state`, by default the user's
    state folder. `google` says how to sign in to Google. Raises UsageError for any other address, and where no
    spreadsheet or several have the title.
    """
    title = google_title(location)
    if title:
        from sheetops.books.google.titles import find_titled

        location = find_titled(title, google or Access())
    if google_id(location):
        from sheetops.books.google.book import GoogleBook

        return GoogleBook(location, google)
    if location.startswith(("http://", "https://")):
        raise UsageError(
            "only Excel files and Google spreadsheets can be opened",
            where=location,
            mend="give the path of an .xlsx file or the address of a Google spreadsheet",
        )
    from sheetops.books.xlsx.book import XlsxBook

    return XlsxBook(location, backups, state)
