"""What a sheet's address says: whether it is a Google spreadsheet, and which one."""

from __future__ import annotations

from typing import NamedTuple

from sheetops.domain.patterns import pattern

_URL = pattern(r"https?://docs\.google\.com/(?:a/[^/]+/)?spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]{20,})")
_TITLE = "google:"
_ID = pattern(r"[A-Za-z0-9_-]{40,}")


class Called(NamedTuple):
    """What tells a sheet from others whose file or title bears the same name, and whether there are any."""

    name: str = ""  # blank: nothing but its path or address
    needed: bool = False


UNALIKE = Called()
"""A sheet of whose name no other is known."""


def google_id(location: str) -> str | None:
    """The id of the Google spreadsheet that `location` (its address in a browser, or its id) names, else None."""
    found = _URL.match(location.strip())
    if found:
        return found[1]
    return location.strip() if _ID.fullmatch(location.strip()) else None


def google_title(location: str) -> str | None:
    """The title that `location` (`google:` and the title, as Google Drive lists it) names, else None."""
    text = location.strip()
    return text[len(_TITLE) :].strip() or None if text.startswith(_TITLE) else None


def titled(title: str) -> str:
    """What names the Google spreadsheet of this title."""
    return f"{_TITLE}{title}"


def is_google(location: str) -> bool:
    """Whether `location` means a Google spreadsheet, by its address, its id or its title."""
    return google_id(location) is not None or google_title(location) is not None


def google_url(spreadsheet_id: str) -> str:
    """The one spelling of a spreadsheet's address, by which the ledger knows it."""
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}"
