"""The admin path of the server: the same switches as the Python interface, over HTTP.

GET  /admin/calls                     what was called so far
GET  /admin/crashes                   tracebacks of the server's own faults; there should be none
POST /admin/reset                     {}: a fresh world
POST /admin/files                     {"id", "name", "owner"}: a spreadsheet with a chosen id and owner
POST /admin/users                     {"token", "email", "project", "readonly"}: a second user, by bearer token
POST /admin/faults                    {"kind", "match", "code", "seconds", "skip", "times"}
POST /admin/edits                     {"spreadsheetId", "requests" | "values", "before", "match"}: a person's edit
POST /admin/quota                     {"per_project", "per_user"}, or {"off": true}
POST /admin/auth                      {"required": true}
DELETE /admin/faults, /admin/edits    switch them off
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from tests.sheets_server.errors import ApiError
from tests.sheets_server.person import Person
from tests.sheets_server.switches import Edit, Quota, fault_from
from tests.sheets_server.world import SHEET_MIME, STRANGER, User, World


def handle_admin(app: Any, request: Any) -> tuple[int, Any]:
    """(status, JSON) of one admin call."""
    try:
        body = json.loads(request.raw or b"{}")
    except json.JSONDecodeError:
        return 400, {"error": "The body must be JSON."}
    handler = ACTIONS.get((request.http, request.path.removeprefix("/admin").rstrip("/")))
    if handler is None:
        return 404, {"error": f"No admin call {request.http} {request.path}."}
    try:
        return 200, handler(app, body) or {}
    except (KeyError, ValueError, TypeError) as error:
        return 400, {"error": f"{type(error).__name__}: {error}"}
    except ApiError as error:
        return error.code, error.body()


def _calls(app: Any, body: dict[str, Any]) -> dict[str, Any]:
    return {"calls": app.world.calls}


def _reset(app: Any, body: dict[str, Any]) -> None:
    fresh = World(body.get("seed", 1))
    fresh.lock = app.world.lock
    app.world = fresh


def _files(app: Any, body: dict[str, Any]) -> dict[str, Any]:
    made = app.world.add_file(
        body.get("name", "Untitled spreadsheet"),
        body.get("mimeType", SHEET_MIME),
        body.get("owner", STRANGER),
        body.get("id"),
    )
    for name, attribute in (("createdTime", "created"), ("modifiedTime", "modified")):
        if name in body:
            setattr(made, attribute, dt.datetime.fromisoformat(body[name].replace("Z", "+00:00")))
    return {"id": made.id}


def _users(app: Any, body: dict[str, Any]) -> None:
    app.world.tokens[body["token"]] = User(
        body["email"], body.get("project", User().project), bool(body.get("readonly"))
    )


def _faults(app: Any, body: dict[str, Any]) -> None:
    app.world.switches.faults.append(fault_from(body))


def _edits(app: Any, body: dict[str, Any]) -> None:
    person = Person(app.world, body["spreadsheetId"])

    def action() -> None:
        if "requests" in body:
            person.batch(body["requests"])
        for item in body.get("values", []):
            person.type(item["range"], item["values"])

    if body.get("before", 1) <= 0:
        action()
    else:
        app.world.switches.edits.append(Edit(action, body.get("before", 1), body.get("match", "")))


def _quota(app: Any, body: dict[str, Any]) -> None:
    if body.get("off"):
        app.world.switches.quota = None
    else:
        app.world.switches.quota = Quota(body.get("per_project", 300), body.get("per_user", 60))


def _auth(app: Any, body: dict[str, Any]) -> None:
    app.world.switches.require_auth = bool(body.get("required", True))


ACTIONS = {
    ("GET", "/calls"): _calls,
    ("GET", "/crashes"): lambda app, body: {"crashes": app.world.crashes},
    ("POST", "/reset"): _reset,
    ("POST", "/files"): _files,
    ("POST", "/users"): _users,
    ("POST", "/faults"): _faults,
    ("DELETE", "/faults"): lambda app, body: app.world.switches.faults.clear(),
    ("POST", "/edits"): _edits,
    ("DELETE", "/edits"): lambda app, body: app.world.switches.edits.clear(),
    ("POST", "/quota"): _quota,
    ("POST", "/auth"): _auth,
}
