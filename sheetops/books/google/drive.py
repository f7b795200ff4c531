"""What lies in a Google Drive folder, as far as jobs need it: its spreadsheets."""

from __future__ import annotations

import re
from typing import Any

from sheetops.books.google.access import API, SCOPES, Access
from sheetops.errors import ServiceUnreachable, SettingsError, SheetNotFound

_FOLDER = re.compile(r"https?://drive\.google\.com/(?:drive/)?(?:u/\d+/)?folders/([A-Za-z0-9_-]{10,})")
_ID = re.compile(r"[A-Za-z0-9_-]{10,}")
_DRIVE = "https://www.googleapis.com"
_SHEET = "application/vnd.google-apps.spreadsheet"
_MOST_PAGES = 100  # of a thousand files each
_MAY_LIST = (*SCOPES, "https://www.googleapis.com/auth/drive.metadata.readonly")


def folder_id(address: str) -> str:
    """The id in a folder's address, or the id itself. Raises SettingsError for what is neither."""
    found = _FOLDER.match(address.strip())
    if found:
        return found[1]
    if _ID.fullmatch(address.strip()):
        return address.strip()
    raise SettingsError(
        "this is no address of a Google Drive folder",
        where=address,
        mend="open the folder in a browser and copy its address",
    )


def spreadsheets_in(address: str, access: Access) -> list[str]:
    """The ids of the spreadsheets in a folder (not in folders within it), by name; of a shared drive too.

    Raises SheetNotFound, ServiceUnreachable, SettingsError.
    """
    folder = folder_id(address)
    client = access.client(_MAY_LIST)
    base = access.base if access.base != API else _DRIVE
    params = {
        "q": f"'{folder}' in parents and mimeType = '{_SHEET}' and trashed = false",
        "fields": "nextPageToken,files(id)",
        "orderBy": "name",
        "pageSize": "1000",
        "supportsAllDrives": "true",
        "includeItemsFromAllDrives": "true",
    }
    found: list[str] = []
    for _ in range(_MOST_PAGES):
        page = _call(client, f"{base}/drive/v3/files", params, address)
        found += [file["id"] for file in page.get("files", [])]
        if not page.get("nextPageToken"):
            break
        params["pageToken"] = page["nextPageToken"]
    if not found:  # a folder that one may not see looks just as an empty one
        _call(client, f"{base}/drive/v3/files/{folder}", {"supportsAllDrives": "true"}, address)
    return found


def _call(client: Any, url: str, params: dict[str, str], address: str) -> dict[str, Any]:
    import requests
    from google.auth.exceptions import GoogleAuthError
    from gspread.exceptions import APIError

    try:
        answer: dict[str, Any] = client.http_client.request("get", url, params=params).json()
        return answer
    except APIError as error:
        status = error.response.status_code
        if status == 404:
            raise SheetNotFound(
                "Google Drive knows no such folder, or it is not shared with this account",
                where=address,
                mend="share the folder with the account in use",
            ) from None
        if status == 429 or status >= 500:
            raise ServiceUnreachable(
                "Google Drive does not answer", where=address, mend="try again later"
            ) from None
        raise SettingsError(
            f"Google Drive refuses the folder ({error})",
            where=address,
            mend="enable the Google Drive API in the cloud project, and share the folder with the account",
        ) from None
    except (requests.exceptions.RequestException, GoogleAuthError) as error:
        raise ServiceUnreachable(
            f"Google Drive cannot be reached ({error})", where=address, mend="try again later"
        ) from None
