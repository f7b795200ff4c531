"""Finding a spreadsheet by the title that Google Drive lists it under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetops.books.google.access import API, SCOPES, Access
from sheetops.books.google.service import Json, Service
from sheetops.domain.addresses import google_url, titled
from sheetops.errors import SheetError, SheetNotFound, UsageError

if TYPE_CHECKING:
    from gspread import Client
    from gspread.exceptions import APIError

_DRIVE = "https://www.googleapis.com"
_KIND = "application/vnd.google-apps.spreadsheet"
_MOST = 10  # candidates asked for; more are told as more


class Drive(Service):
    """Google Drive's list of spreadsheets."""

    scopes = (*SCOPES, "https://www.googleapis.com/auth/drive.metadata.readonly")

    def __init__(self, title: str, access: Access, client: Client | None = None) -> None:
        """`title` is what is looked for."""
        super().__init__("", access, client)
        self.title = title
        self.location = titled(title)

    def candidates(self) -> list[Json]:
        """The spreadsheets of exactly this title, the last changed first. Raises SheetError or ServiceUnreachable."""
        quoted = self.title.replace("\\", "\\\\").replace("'", "\\'")
        params = {
            "q": f"name = '{quoted}' and mimeType = '{_KIND}' and trashed = false",
            "fields": "files(id,name,modifiedTime,owners(emailAddress))",
            "orderBy": "modifiedTime desc",
            "pageSize": str(_MOST),
            "supportsAllDrives": "true",
            "includeItemsFromAllDrives": "true",
        }
        files = self._read("drive", "", params, None).get("files", [])
        # Drive overlooks upper and lower case; a person who has both means the one they wrote.
        return [file for file in files if file["name"] == self.title] or files

    def _address(self) -> str:
        base = self.access.base
        return f"{_DRIVE if base == API else base}/drive/v3/files"

    def _told(self, error: APIError, status: int) -> Exception:
        if status in (401, 403, 404):
            text = str(error.error.get("message", "")) if isinstance(error.error, dict) else str(error)
            return SheetError(
                f"Google Drive does not let this account look for titles ({text})",
                where=self.location,
                mend="enable the Google Drive API, delete the kept token to give your consent again, "
                "or use the spreadsheet's address",
            )
        return super()._told(error, status)


def find_titled(title: str, access: Access, client: Client | None = None) -> str:
    """The address of the one spreadsheet with this title that the account can see.

    Raises SheetNotFound for none, and UsageError, which lists them, for several.
    """
    drive = Drive(title, access, client)
    found = drive.candidates()
    if not found:
        account = access.account()
        whom = f"share the spreadsheet with {account}, and check" if account else "check"
        raise SheetNotFound(
            "there is no such file, and no Google spreadsheet of this title that the account can see",
            where=title,
            mend=f"{whom} the title, or give the spreadsheet's address",
        )
    if len(found) > 1:
        listed = "; ".join(map(_described, found))
        many = f"{len(found)} or more" if len(found) == _MOST else str(len(found))
        raise UsageError(
            f"{many} Google spreadsheets have this title: {listed}",
            where=title,
            mend="give the address of the one that is meant",
        )
    return google_url(found[0]["id"])


def _described(file: Json) -> str:
    owners = ", ".join(owner.get("emailAddress", "") for owner in file.get("owners", []))
    whose = f", of {owners}" if owners else ""
    return f"{google_url(file['id'])} (changed {file.get('modifiedTime', '')[:10]}{whose})"
