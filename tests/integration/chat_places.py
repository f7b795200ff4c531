"""A local server that answers as the webhooks of the chat services do, by their own documentation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = "SECabc"


class Rooms:
    """What was posted to each service, and the answers that a test wants next: (status, body), `drop` or `hang`."""

    def __init__(self) -> None:
        self.posts: dict[str, list[Any]] = {}
        self.next: list[Any] = []

    def answer(self, service: str, query: dict[str, list[str]], raw: bytes) -> tuple[int, str]:
        body = json.loads(raw)
        status, text = getattr(self, f"_{service}")(query, body, len(raw))
        if status in (200, 202) and ('"errcode":0' in text or '"code":0' in text or text in ("ok", "1", "")):
            self.posts.setdefault(service, []).append(body)
        return status, text

    def _wecom(self, query: dict[str, list[str]], body: Any, size: int) -> tuple[int, str]:
        if query.get("key") != ["k-1"]:
            return 200, '{"errcode":93000,"errmsg":"invalid webhook url, hint: [x], from ip: 10.0.0.1"}'
        if len(body["text"]["content"].encode()) > 2048:
            return 200, '{"errcode":40058,"errmsg":"text.content exceed max length 2048"}'
        return 200, '{"errcode":0,"errmsg":"ok"}'

    def _dingtalk(self, query: dict[str, list[str]], body: Any, size: int) -> tuple[int, str]:
        stamp = query.get("timestamp", [""])[0]
        right = base64.b64encode(
            hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
        ).decode()
        if query.get("sign") != [right] or abs(time.time() * 1000 - int(stamp)) > 3_600_000:
            return 200, '{"errcode":310000,"errmsg":"sign not match, more: [https://ding-doc]"}'
        if size > 20_000:
            return 200, '{"errcode":460101,"errmsg":"message too long, exceed 20000 bytes"}'
        return 200, '{"errcode":0,"errmsg":"ok"}'

    def _feishu(self, query: dict[str, list[str]], body: Any, size: int) -> tuple[int, str]:
        stamp = body.get("timestamp", "")
        right = base64.b64encode(
            hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
        ).decode()
        if body.get("sign") != right or abs(time.time() - int(stamp)) > 3600:
            return (
                200,
                '{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time","data":{}}',
            )
        if size > 20 * 1024:
            return 200, '{"code":9499,"msg":"Bad Request","data":{}}'
        return 200, '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}'.replace(
            ": ", ":"
        )

    def _slack(self, query: dict[str, list[str]], body: Any, size: int) -> tuple[int, str]:
        return (400, "invalid_payload") if not body.get("text") else (200, "ok")

    def _teams(self, query: dict[str, list[str]], body: Any, size: int) -> tuple[int, str]:
        if size > 28 * 1024:
            return 413, "RequestEntityTooLarge"
        assert body["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
        return 202, ""


class _Handler(BaseHTTPRequestHandler):
    rooms: Rooms

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        parts = urlsplit(self.path)
        wanted = self.rooms.next.pop(0) if self.rooms.next else None
        if wanted == "drop":
            self.close_connection = True
            self.connection.close()
            return
        status, text = wanted or self.rooms.answer(parts.path.strip("/"), parse_qs(parts.query), raw)
        self.send_response(status)
        content = text.encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def chat_server(rooms: Rooms) -> Iterator[str]:
    """Gives the address of the server."""
    handler = type("Handler", (_Handler,), {"rooms": rooms})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
