"""Who the tool is to Google: a service account, a person's consent (OAuth), or this machine's own account."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from sheetops.errors import SettingsError

if TYPE_CHECKING:
    from gspread import Client

SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)
API = "https://sheets.googleapis.com"
API_VARIABLE = "SHEETOPS_GOOGLE_API"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
TIMEOUT = (10.0, 190.0)  # seconds to connect and to wait; Google itself gives up after 180


class Access(NamedTuple):
    """How to reach Google.

    `credentials` is the key file of a service account, the client file of an OAuth app (consent is then kept in
    `token`) or the file of a consent given; None takes this machine's own account (application default
    credentials). `api` is the address of a local stand-in for tests and demos, which gets no credentials at all.
    `pace` is the least time between two calls in seconds: Google asks for about one a second a spreadsheet.
    """

    credentials: Path | None = None
    token: Path | None = None
    api: str | None = None
    pace: float = 1.0
    turn: Callable[[Literal["read", "write"]], None] | None = (
        None  # waits for a call's turn, where many share a quota
    )

    @property
    def base(self) -> str:
        """Where calls go. Raises SettingsError for a stand-in that is not on this machine."""
        address = self.api or os.environ.get(API_VARIABLE)
        if address is None:
            return API
        if urlsplit(address).hostname not in _LOOPBACK:
            raise SettingsError(
                f"{address} is not on this machine",
                where="google.api",
                mend="it is only for a local test server",
            )
        return address.rstrip("/")

    def client(self, scopes: Sequence[str] = SCOPES) -> Client:
        """A gspread client that may do what `scopes` allow. Raises SettingsError where the credentials cannot be used."""
        import gspread
        import requests
        from google.auth.exceptions import GoogleAuthError

        if self.base != API:
            plain = requests.Session()
            plain.trust_env = False
            made = gspread.Client(auth=None, session=plain)  # type: ignore[arg-type]
        else:
            try:
                made = self._signed_in(scopes)
            except (OSError, ValueError, GoogleAuthError) as error:
                raise SettingsError(
                    f"Google cannot be signed in to ({error})",
                    where=str(self.credentials or "application default credentials"),
                    mend="set google.credentials to the key file of a service account; see docs/google.md",
                ) from None
        made.set_timeout(TIMEOUT)
        return made

    def _signed_in(self, scopes: Sequence[str]) -> Client:
        import gspread

        if self.credentials is None:
            import google.auth

            found, _ = google.auth.default(scopes=scopes)
            return gspread.authorize(found)
        kind = json.loads(self.credentials.read_text(encoding="utf-8"))
        if kind.get("type") == "service_account":
            return gspread.service_account(filename=self.credentials, scopes=scopes)
        if kind.get("type") == "authorized_user":
            return gspread.authorize(_consent(kind, scopes))
        if "installed" in kind:
            token = self.token or self.credentials.with_name("google-token.json")
            return gspread.oauth(
                scopes=scopes, credentials_filename=self.credentials, authorized_user_filename=token
            )
        raise ValueError("the file is neither a service account's key nor an OAuth client of a desktop app")

    def account(self) -> str | None:
        """The address of the service account with whom a sheet must be shared, where one is used."""
        try:
            found = json.loads(self.credentials.read_text(encoding="utf-8")) if self.credentials else {}
        except (OSError, ValueError):
            return None
        address = found.get("client_email")
        return address if isinstance(address, str) else None


def _consent(kept: dict[str, Any], scopes: Sequence[str]) -> Any:
    from google.oauth2.credentials import Credentials

    return Credentials.from_authorized_user_info(kept, scopes)  # type: ignore[no-untyped-call]
