"""The dead man's switch: somebody outside is told when a job starts, succeeds and fails, and alarms when told nothing.

The addresses follow the convention of healthchecks.io: URL/start, URL, URL/fail. Nothing of a sheet is sent, the
address is a secret and is never shown, and a ping that fails stops nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from sheetops.errors import SheetopsError

Event = Literal["start", "success", "fail"]
TIMEOUT = (5.0, 10.0)  # seconds, to connect and to be answered

_PATHS: dict[Event, str] = {"start": "/start", "success": "", "fail": "/fail"}


def ping(address: Callable[[], str], event: Event) -> str | None:
    """Tell the switch at `address` (asked for now) of an event; why it could not be told, in words without the address."""
    import requests

    try:
        url = address_of(address(), event)
        if url is None:
            return "its address is none of http or https"
        answer = requests.post(url, timeout=TIMEOUT, allow_redirects=False)
    except SheetopsError as error:
        return error.line()
    except requests.Timeout:
        return "no answer in time"
    except (requests.RequestException, ValueError, OSError) as error:
        return f"no connection ({type(error).__name__})"  # its words would show the address
    return None if answer.ok else f"it answered {answer.status_code}"


def address_of(base: str, event: Event) -> str | None:
    """The address of an event: its word goes before a query. None for what is no web address."""
    parts = urlsplit(base.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + _PATHS[event], fragment=""))
