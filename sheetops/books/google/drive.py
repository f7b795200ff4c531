"""What lies in a Google Drive folder, as far as a fleet needs it: its spreadsheets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetops.books.google.access import Access
from sheetops.books.google.service import Json
from sheetops.books.google.titles import Drive
from sheetops.errors import SettingsError, SheetError, SheetNotFound

if TYPE_CHECKING:
    from gspread import Client
    from gspread.exceptions import APIError

_ADDRESS = re.compile(r"https?://drive\.google\.com/(?:drive/)?(?:u/\d+/)?folders/([A-Za-z0-9_-]{10,})")
_ID = re.compile(r"[A-Za-z0-9_-]{10,}")
_KIND = "application/vnd.google-apps.spreadsheet"
_PAGE, _MOST_PAGES = 1000, 100


def folder_id(address: str) -> str:
    """The id in a folder's address, or the id itself. Raises SettingsError for what is neither."""
    found = _ADDRESS.match(address.strip())
    if found:
        return found[1]
    if _ID.fullmatch(address.strip()):
        return address.strip()
    raise SettingsError(
        "this is no address of a Google Drive folder",
        where=address,
        mend="open the folder in a browser and copy its address",
    )


class Folder(Drive):
    """One folder of Google Drive, or of a shared drive."""

    def __init__(self, address: str, access: Access, client: Client | None = None) -> None:
        """`address` is that in a browser, or the folder's id."""
        super().__init__("", access, client)
        self._folder = folder_id(address)
        self.location = address

    def spreadsheets(self) -> list[str]:
        """The ids of its spreadsheets by name, not those in folders within it. Raises SheetError, ServiceUnreachable."""
        params = {
            "q": f"'{self._folder}' in parents and mimeType = '{_KIND}' and trashed = false",
            "fields": "nextPageToken,files(id)",
            "orderBy": "name",
            "pageSize": str(_PAGE),
            "supportsAllDrives": "true",
            "includeItemsFromAllDrives": "true",
        }
        found: list[str] = []
        for _ in range(_MOST_PAGES):
            page = self._read("drive", "", params, None)
            files: list[Json] = page.get("files", [])
            found += [file["id"] for file in files]
            if not page.get("nextPageToken"):
                break
            params["pageToken"] = page["nextPageToken"]
        if not found:  # a folder that one may not see lists just as an empty one
            self._read("drive", f"/{self._folder}", {"fields": "id", "supportsAllDrives": "true"}, None)
        return found

    def _told(self, error: APIError, status: int) -> Exception:
        account = self.access.account() or "the account in use"
        if status == 404:
            return SheetNotFound(
                "Google Drive knows no such folder, or it is not shared with this account",
                where=self.location,
                mend=f"share the folder with {account}",
            )
        if status in (401, 403):
            text = str(error.error.get("message", "")) if isinstance(error.error, dict) else str(error)
            return SheetError(
                f"Google Drive does not let this account list the folder ({text})",
                where=self.location,
                mend=f"enable the Google Drive API, and share the folder with {account}",
            )
        return super()._told(error, status)
