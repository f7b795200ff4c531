"""The HTTP side: a threading server around App, and a handle for tests."""

from __future__ import annotations

import socket
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.sheets_server.app import App, CutConnection, Request
from tests.sheets_server.person import Person
from tests.sheets_server.switches import Edit, Fault, Quota
from tests.sheets_server.world import User, World


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "ESF"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet per answer
    app: App

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length) if length else b""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            raw = self._chunks()
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            answer = self.app.serve(Request(self.command, parts.path, parts.query, headers, raw))
        except CutConnection:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        if answer.status != 204:
            self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.data)))
        self.end_headers()
        self.wfile.write(answer.data)

    def _chunks(self) -> bytes:
        out = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            out += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return out

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the calls are kept in World.calls."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is kept for the tests."""
        if not isinstance(sys.exception(), ConnectionError):
            self.app.world.crashes.append(traceback.format_exc())

    request_queue_size = 64
    app: App


class SheetsServer:
    """A running server. Use it as a context manager, or call `stop()`."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1", seed: int = 1) -> None:
        self.app = App(World(seed))
        handler = type("Handler", (_Handler,), {"app": self.app})
        self.http = _Server((host, port), handler)
        self.http.app = self.app
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def world(self) -> World:
        return self.app.world

    @property
    def url(self) -> str:
        """The base URL; /v4/… , /drive/v3/… and /upload/… hang below it."""
        host, port = self.http.server_address[:2]
        return f"http://{host!s}:{port}"

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def __enter__(self) -> SheetsServer:
        return self

    def __exit__(self, *args: object) -> None:
        self.stop()

    # Switches ------------------------------------------------------------------------------------

    def person(self, spreadsheet_id: str, email: str | None = None) -> Person:
        return Person(self.world, spreadsheet_id, email)

    def fault(self, kind: str, match: str = "", **more: Any) -> Fault:
        """Disturbs calls; see switches.Fault."""
        made = Fault(kind, match, **more)
        self.world.switches.faults.append(made)
        return made

    def before_call(self, number: int, action: Any, match: str = "") -> Edit:
        """Runs `action` before the number-th call from now (1 is the next one) that matches."""
        made = Edit(action, number, match)
        self.world.switches.edits.append(made)
        return made

    def quota(self, per_project: int = 300, per_user: int = 60) -> Quota:
        made = Quota(per_project, per_user)
        self.world.switches.quota = made
        return made

    def user(self, token: str, email: str, project: str | None = None, readonly: bool = False) -> User:
        """A second user, known by a bearer token; `readonly` for one with scopes to read only."""
        made = User(email, project or User().project, readonly)
        self.world.tokens[token] = made
        return made

    def private_file(self, spreadsheet_id: str) -> None:
        """A spreadsheet of a stranger: every call on it answers 403."""
        self.world.add_private(spreadsheet_id)
