"""What a sheet's address says: whether it is a Google spreadsheet, and which one."""

from __future__ import annotations

import re

_URL = re.compile(r"https?://docs\.google\.com/(?:a/[^/]+/)?spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]{20,})")
_ID = re.compile(r"[A-Za-z0-9_-]{40,}")


def google_id(location: str) -> str | None:
    """The id of the Google spreadsheet that `location` (its address in a browser, or its id) names, else None."""
    found = _URL.match(location.strip())
    if found:
        return found[1]
    return location.strip() if _ID.fullmatch(location.strip()) else None


def google_url(spreadsheet_id: str) -> str:
    """The one spelling of a spreadsheet's address, by which the ledger knows it."""
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}"
