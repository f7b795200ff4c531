"""Ordinary clients of Google's interfaces, pointed at the local server."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from tests.sheets_server.app import App, CutConnection, Request

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


class DirectAdapter(BaseAdapter):
    """Hands requests to the server's App without sockets: the same answers, many times faster."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self.app = app

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, timeout: Any = None, **kwargs: Any
    ) -> requests.Response:
        parts = urlsplit(request.url or "")
        headers = {str(name).lower(): str(value) for name, value in request.headers.items()}
        body = request.body or b""
        raw = body.encode() if isinstance(body, str) else body
        started = time.monotonic()
        try:
            answer = self.app.serve(Request(request.method or "GET", parts.path, parts.query, headers, raw))
        except CutConnection:
            raise requests.exceptions.ConnectionError("Connection aborted.", request=request) from None
        wait = timeout[1] if isinstance(timeout, tuple) else timeout
        if wait is not None and time.monotonic() - started > wait:
            raise requests.exceptions.ReadTimeout(request=request)
        made = requests.Response()
        made.status_code = answer.status
        made.headers["Content-Type"] = answer.kind
        made._content = answer.data
        made.encoding = "utf-8"
        made.url = request.url or ""
        made.request = request
        return made

    def close(self) -> None:
        """Nothing is open."""


def direct_session(app: App, token: str | None = None) -> requests.Session:
    """A requests session whose calls to Google go straight into `app`."""
    made = requests.Session()
    made.trust_env = False
    if token:
        made.headers["Authorization"] = f"Bearer {token}"
    for host in HOSTS:
        made.mount(host, DirectAdapter(app))
    return made


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
