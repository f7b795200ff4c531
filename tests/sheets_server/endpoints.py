"""The registry of REST methods: discovery id → handler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sheets_server.world import Call

Handler = Callable[[Call], Any]
ENDPOINTS: dict[str, Handler] = {}
# Methods that need the spreadsheet; the value says which right: "read" or "write".
NEEDS: dict[str, str] = {}


def endpoint(method_id: str, needs: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        ENDPOINTS[method_id] = handler
        NEEDS[method_id] = needs
        return handler

    return register
