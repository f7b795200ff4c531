"""Ordinary clients of Google's interfaces, pointed at the local server."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

HOSTS = ("https://sheets.googleapis.com", "https://www.googleapis.com", "https://docs.google.com")


class LocalAdapter(HTTPAdapter):
    """Sends what is meant for Google to the local server instead."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        query = f"?{parts.query}" if parts.query else ""
        request.url = f"{self.base_url}{parts.path}{query}"
        return super().send(request, *args, **kwargs)


def session(base_url: str, token: str | None = None) -> requests.Session:
    """A requests session whose calls to Google go to `base_url`."""
    made = requests.Session()
    made.trust_env = False
    if token:
        made.headers["Authorization"] = f"Bearer {token}"
    for host in HOSTS:
        made.mount(host, LocalAdapter(base_url))
    return made


def gspread_client(base_url: str, token: str | None = None) -> Any:
    """A gspread client for the local server."""
    import gspread

    return gspread.Client(auth=None, session=session(base_url, token))


def google_service(base_url: str, name: str = "sheets", version: str = "v4") -> Any:
    """google-api-python-client's service from its static discovery document, for the local server."""
    import httplib2
    from googleapiclient.discovery import build

    options = {"api_endpoint": base_url if name == "sheets" else f"{base_url}/drive/v3/"}
    return build(name, version, http=httplib2.Http(timeout=20), static_discovery=True, client_options=options)
