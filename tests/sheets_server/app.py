"""Serves one request: route, check, permissions, faults, the handler in a transaction, the answer."""

from __future__ import annotations

import json
import time
import traceback
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from tests.sheets_server import drive, drive_content, emit, masks, parsing, spreadsheets, values
from tests.sheets_server.admin import handle_admin
from tests.sheets_server.discovery import Method, path_exists, route
from tests.sheets_server.drive_content import Content
from tests.sheets_server.endpoints import ENDPOINTS, NEEDS
from tests.sheets_server.errors import (
    ApiError,
    DriveError,
    RequestError,
    bad_request,
    forbidden,
    insufficient_scopes,
    not_found,
    server_error,
    unauthenticated,
)
from tests.sheets_server.requests.registry import load_all
from tests.sheets_server.switches import Fault, fault_error, quota_kind
from tests.sheets_server.tokens import grant_token
from tests.sheets_server.world import Call, World

load_all()
FAMILIES = (drive, drive_content, spreadsheets, values)  # imported so that they register
PRETTY_LIMIT = 200_000
# Reads that Google allows only with a scope for writing.
WRITE_SCOPE = ("ByDataFilter", "developerMetadata.get", "developerMetadata.search", "copyTo")
UPLOADS = {
    ("POST", "/upload/drive/v3/files"): drive_content.upload_create,
    ("PATCH", "/upload/drive/v3/files/"): drive_content.upload_update,
    ("PUT", "/upload/drive/v2/files/"): drive_content.upload_v2,
}


class CutConnection(Exception):
    """The connection is to be closed without an answer."""


@dataclass
class Answer:
    status: int
    data: bytes = b""
    kind: str = "application/json; charset=UTF-8"


@dataclass
class Request:
    """An HTTP request as it came in; `headers` has lower-case names."""

    http: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""


class App:
    """The server without its sockets."""

    def __init__(self, world: World) -> None:
        self.world = world

    def serve(self, request: Request) -> Answer:
        if request.path.startswith("/admin"):
            with self.world.lock:
                return json_answer(*handle_admin(self, request))
        if (request.http, request.path) == ("POST", "/token"):
            with self.world.lock:
                return json_answer(*grant_token(self.world, request.raw))
        if request.headers.get("x-http-method-override") == "GET":
            query = request.raw.decode() or request.query
            request = Request("GET", request.path, query, request.headers)
        found = route(request.http, request.path)
        upload = self._upload(request)
        if found is None and upload is None:
            return not_served(request)
        method_id = found[0].id if found else f"drive.files.upload.{request.http}"
        names = (f"{request.http} {request.path}", method_id)
        with self.world.lock:
            for edit in self.world.switches.due_edits(names):
                edit.action()
            fault = self.world.switches.fault_for(names)
            self.world.calls.append(
                {"http": request.http, "path": request.path, "query": request.query, "method": method_id}
            )
        return self._disturbed(request, found, upload, method_id, fault)

    def _disturbed(
        self, request: Request, found: Any, upload: Any, method_id: str, fault: Fault | None
    ) -> Answer:
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
        if fault and fault.kind == "cut":
            raise CutConnection
        if fault and fault.kind == "status":
            return json_answer(fault.code, fault_error(fault.code).body())
        with self.world.lock:
            try:
                answer = self._answer(request, found, upload, method_id)
            except Exception:
                self.world.crashes.append(traceback.format_exc())
                answer = json_answer(500, server_error(500).body())
        if fault and fault.kind == "cut_after":
            raise CutConnection
        if fault and fault.kind == "status_after":
            return json_answer(fault.code, fault_error(fault.code).body())
        return answer

    def _upload(self, request: Request) -> Any:
        for (http, path), handler in UPLOADS.items():
            rest = request.path.removeprefix(path)
            fits = http == request.http and request.path.startswith(path) and "/" not in rest
            if fits and path.endswith("/") == bool(rest):
                return handler, rest
        return None

    def _answer(self, request: Request, found: Any, upload: Any, method_id: str) -> Answer:
        try:
            if upload:
                return self._upload_answer(request, upload)
            method, variables = found
            return self._work(request, method, variables)
        except ApiError as error:
            code, body = error.code, error.body()
            if method_id.startswith("drive.") and not isinstance(error, DriveError):
                body["error"].setdefault(
                    "errors", [{"message": error.message, "domain": "global", "reason": "badRequest"}]
                )
            answer = json_answer(code, body)
            self.world.calls[-1]["status"] = code
            return answer

    def _user(self, request: Request) -> Any:
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip() or None
        if token is None:
            token = dict(parse_qsl(request.query)).get("access_token")
        user = self.world.user_of(token)
        if user is None or (self.world.switches.require_auth and token is None):
            raise unauthenticated()
        return user

    def _upload_answer(self, request: Request, upload: Any) -> Answer:
        handler, file_id = upload
        query = dict(parse_qsl(request.query))
        call = Call(
            self.world,
            self._user(request),
            {"fileId": unquote(file_id)},
            query,
            raw=request.raw,
            content_type=request.headers.get("content-type", ""),
        )
        return json_answer(200, handler(call))

    def _work(self, request: Request, method: Method, variables: dict[str, str]) -> Answer:
        user = self._user(request)
        pairs = parse_qsl(request.query, keep_blank_values=True)
        query = parsing.read_query(method, pairs)
        if method.api == "drive":
            body = parsing.load_json(request.raw)
            body = body if isinstance(body, dict) else {}
        else:
            body = parsing.read_body(method, request.raw)
        if query.get("fields"):
            mask = masks.sheets_tree if method.api == "sheets" else masks.drive_tree
            if method.response:
                query["mask"] = mask(query["fields"], method.response)
        path = {name: unquote(text) for name, text in variables.items()}
        call = Call(self.world, user, path, query, body)
        handler = ENDPOINTS.get(method.id)
        if handler is None:
            return not_served(request)
        if method.api == "drive":
            return self._finish(method, query, handler(call))
        if self.world.switches.quota:
            kind = quota_kind(method.id, method.http)
            self.world.switches.quota.take(kind, user.project, user.email, self.world.clock())
        return self._finish(method, query, self._sheets(call, method, handler))

    def _sheets(self, call: Call, method: Method, handler: Any) -> Any:
        needs = NEEDS[method.id]
        if call.user.readonly and (needs != "read" or method.id.endswith(WRITE_SCOPE)):
            raise insufficient_scopes(method.id)
        if needs == "none":
            return handler(call)
        open_book(call, needs)
        if needs == "read":
            return handler(call)
        return transaction(call, handler)

    def _finish(self, method: Method, query: dict[str, Any], result: Any) -> Answer:
        if result is None:
            return Answer(204)
        if isinstance(result, Content):
            return Answer(200, result.data, result.kind)
        if "mask" in query:  # first, as what is not asked for is most of a spreadsheet
            result = masks.pick(result, query["mask"])
        if method.api == "sheets" and method.response:
            result = emit.message(method.response, result)
        return json_answer(200, result, query.get("prettyPrint") != "false")


def open_book(call: Call, needs: str) -> None:
    """Finds the spreadsheet and checks the user's right: 404 for none, 403 for no right."""
    file = call.world.files.get(call.path["spreadsheetId"])
    if file is None:
        raise not_found()
    role = "owner" if call.as_owner else file.role(call.user.email)
    if role is None or (needs == "write" and role not in ("owner", "organizer", "fileOrganizer", "writer")):
        raise forbidden()
    if file.book is None:
        raise ApiError(400, "This operation is not supported for this document", status="FAILED_PRECONDITION")
    call.file = file


def transaction(call: Call, handler: Any) -> Any:
    """Runs a writing handler wholly or not at all."""
    saved = call.book.snapshot()
    title = call.book.properties["title"]
    assert call.file is not None
    kept = {name: getattr(call.file, name) for name in ("name", "modified", "version", "pending")}
    try:
        result = handler(call)
    except BaseException as error:
        call.book.restore(saved)
        for name, value in kept.items():
            setattr(call.file, name, value)
        if isinstance(error, RequestError):
            raise bad_request(error.message) from None
        raise
    call.book.touch()
    if call.book.properties["title"] == title:
        call.world.edited(call.file)
    return result


def json_answer(status: int, body: Any, pretty: bool = True) -> Answer:
    """Google indents its answers by two unless asked not to; big ones are left compact, for speed."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    if pretty and len(text) < PRETTY_LIMIT:
        text = json.dumps(body, ensure_ascii=False, indent=2)
    return Answer(status, (text + "\n").encode("utf-8", "surrogatepass"))


def not_served(request: Request) -> Answer:
    """Google's front end answers unknown addresses with a page, not with JSON."""
    code = 405 if path_exists(request.path) else 404
    reason = "Method Not Allowed" if code == 405 else "Not Found"
    page = (
        f"<!DOCTYPE html>\n<html lang=en>\n  <title>Error {code} ({reason})!!1</title>\n"
        f"  <p><b>{code}.</b> <ins>That’s an error.</ins>\n"
        f"  <p>The requested URL <code>{request.path}</code> was not found on this server.\n"
    )
    return Answer(code, page.encode(), "text/html; charset=UTF-8")
