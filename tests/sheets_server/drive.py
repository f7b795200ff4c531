"""Drive v3 as far as sheet tools need it: files, permissions, comments, about."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.sheets_server.drive_query import matches
from tests.sheets_server.endpoints import endpoint
from tests.sheets_server.errors import DriveError, drive_not_found
from tests.sheets_server.world import SHEET_MIME, Call, File

D = "drive."
FILE_FIELDS = ("kind", "id", "name", "mimeType")
PERMISSION_FIELDS = ("kind", "id", "type", "role")


def stamp(moment: dt.datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as Drive writes times."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def file_of(call: Call, right: str = "reader") -> File:
    """The file of the call, if the user may see it; Drive hides what one may not see as 404."""
    file_id = call.path["fileId"]
    found = call.world.files.get(file_id)
    role = found.role(call.user.email) if found else None
    if call.as_owner and found:
        role = "owner"
    if found is None or role is None:
        raise drive_not_found(file_id)
    if right == "writer" and role not in ("owner", "organizer", "fileOrganizer", "writer"):
        raise DriveError(
            403, "insufficientFilePermissions", "The user does not have sufficient permissions for this file."
        )
    if right == "owner" and role != "owner":
        raise DriveError(
            403, "insufficientFilePermissions", "The user does not have sufficient permissions for this file."
        )
    call.world.settle(found)
    return found


def resource(call: Call, file: File) -> dict[str, Any]:
    """All fields of a File this server knows."""
    role = file.role(call.user.email)
    can_edit = role in ("owner", "writer")
    out: dict[str, Any] = {
        "kind": "drive#file",
        "id": file.id,
        "name": file.name,
        "mimeType": file.mime,
        "starred": False,
        "trashed": file.trashed,
        "explicitlyTrashed": file.trashed,
        "parents": file.parents,
        "spaces": ["drive"],
        "version": str(file.version),
        "createdTime": stamp(file.created),
        "modifiedTime": stamp(file.modified),
        "owners": [user_resource(call, file.owner)],
        "lastModifyingUser": user_resource(call, call.user.email),
        "shared": len(file.permissions) > 1,
        "ownedByMe": file.owner == call.user.email,
        "permissions": [permission_resource(p) for p in file.permissions],
        "permissionIds": [p["id"] for p in file.permissions],
        "capabilities": {
            "canEdit": can_edit,
            "canCopy": True,
            "canDelete": role == "owner",
            "canShare": can_edit,
        },
        **file.extra,
    }
    if file.mime == SHEET_MIME:
        out["webViewLink"] = f"https://docs.google.com/spreadsheets/d/{file.id}/edit?usp=drivesdk"
        out["iconLink"] = f"https://drive-thirdparty.googleusercontent.com/16/type/{SHEET_MIME}"
    return out


def user_resource(call: Call, email: str) -> dict[str, Any]:
    return {
        "kind": "drive#user",
        "displayName": email.partition("@")[0],
        "emailAddress": email,
        "me": email == call.user.email,
    }


def permission_resource(given: dict[str, Any]) -> dict[str, Any]:
    out = dict(given)
    if "emailAddress" in out:
        out.setdefault("displayName", out["emailAddress"].partition("@")[0])
        out.update(deleted=False, pendingOwner=given.get("pendingOwner", False))
    return out


def picked(call: Call, value: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The default fields of an answer, unless the caller gave a mask."""
    return value if "mask" in call.query else {k: value[k] for k in names if k in value}


@endpoint(D + "files.list", "none")
def list_files(call: Call) -> dict[str, Any]:
    """Newest first, one page of pageSize; only files the user can see."""
    query = call.query.get("q", "")
    found = []
    for file in call.world.files.values():
        call.world.settle(file)
        if file.role(call.user.email) and matches(query, file, call.user.email):
            found.append(file)
    found.reverse()
    found.sort(key=lambda f: f.modified, reverse=True)
    if call.query.get("orderBy"):
        _order(found, call.query["orderBy"])
    size = call.query.get("pageSize") or 100
    if not 1 <= size <= 1000:
        raise DriveError(
            400,
            "invalidParameter",
            f"Invalid value '{size}'. Values must be within the range: [1, 1000]",
            location=("parameter", "pageSize"),
        )
    start = _page(call.query.get("pageToken"))
    page = found[start : start + size]
    out: dict[str, Any] = {"kind": "drive#fileList", "incompleteSearch": False}
    if start + size < len(found):
        out["nextPageToken"] = f"~!!~{start + size}"
    out["files"] = [picked(call, resource(call, file), FILE_FIELDS) for file in page]
    return out


def _page(token: str | None) -> int:
    if not token:
        return 0
    if not token.startswith("~!!~") or not token[4:].isdigit():
        raise DriveError(400, "invalid", "Invalid Value", location=("parameter", "pageToken"))
    return int(token[4:])


def _order(files: list[File], text: str) -> None:
    keys = {
        "name": lambda f: f.name.casefold(),
        "name_natural": lambda f: f.name.casefold(),
        "createdTime": lambda f: f.created,
        "folder": lambda f: f.mime != "application/vnd.google-apps.folder",
        "quotaBytesUsed": lambda f: 0,
        "sharedWithMeTime": lambda f: f.created,
        "starred": lambda f: False,
    }
    # All times at which somebody had to do with a file are those of its last change here.
    times = ("modifiedTime", "modifiedByMeTime", "recency", "viewedByMeTime")
    keys |= dict.fromkeys(times, lambda f: f.modified)
    for part in reversed(text.split(",")):
        name, _, down = part.strip().partition(" ")
        if name not in keys:
            raise DriveError(400, "invalid", "Invalid Value", location=("parameter", "orderBy"))
        files.sort(key=keys[name], reverse=down.strip() == "desc")


@endpoint(D + "files.get", "none")
def get_file(call: Call) -> Any:
    file = file_of(call)
    if call.query.get("alt") == "media":
        raise DriveError(
            403,
            "fileNotDownloadable",
            "Only files with binary content can be directly downloaded. Use Export with Docs Editors files.",
            location=("parameter", "alt"),
        )
    return picked(call, resource(call, file), FILE_FIELDS)


def make_file(call: Call, body: dict[str, Any]) -> File:
    made = call.world.add_file(
        body.get("name", "Untitled"), body.get("mimeType", SHEET_MIME), call.user.email
    )
    made.parents = list(body.get("parents", [])) or ["0AAroot"]
    made.extra = {k: v for k, v in body.items() if k in ("description", "properties", "appProperties")}
    return made


@endpoint(D + "files.create", "none")
def create_file(call: Call) -> dict[str, Any]:
    made = make_file(call, call.body)
    if "mimeType" not in call.body:
        made.mime, made.book = "application/octet-stream", None
    return picked(call, resource(call, made), FILE_FIELDS)


@endpoint(D + "files.copy", "none")
def copy_file(call: Call) -> dict[str, Any]:
    from tests.sheets_server.model import Spreadsheet

    source = file_of(call)
    name = call.body.get("name") or f"Copy of {source.name}"
    made = make_file(call, {**call.body, "name": name, "mimeType": source.mime})
    if source.book is not None:
        book = Spreadsheet(made.id, name)
        book.restore(source.book.snapshot())
        book.properties["title"] = name
        for sheet in book.sheets:
            sheet.owned = set()
        made.book = book
    return picked(call, resource(call, made), FILE_FIELDS)


@endpoint(D + "files.update", "none")
def update_file(call: Call) -> dict[str, Any]:
    file = file_of(call, "writer")
    if "name" in call.body:
        file.name = call.body["name"]
        if file.book is not None:
            file.book.properties["title"] = file.name
        call.world.edited(file, title=True)
    file.trashed = bool(call.body.get("trashed", file.trashed))
    added = [p for p in call.query.get("addParents", "").split(",") if p]
    removed = call.query.get("removeParents", "").split(",")
    file.parents = [p for p in file.parents if p not in removed] + added
    file.extra.update(
        {k: v for k, v in call.body.items() if k in ("description", "properties", "appProperties")}
    )
    return picked(call, resource(call, file), FILE_FIELDS)


@endpoint(D + "files.delete", "none")
def delete_file(call: Call) -> None:
    file = file_of(call, "owner")
    del call.world.files[file.id]


# Permissions --------------------------------------------------------------------------------------


@endpoint(D + "permissions.list", "none")
def list_permissions(call: Call) -> dict[str, Any]:
    file = file_of(call)
    shown = [picked(call, permission_resource(p), PERMISSION_FIELDS) for p in file.permissions]
    return {"kind": "drive#permissionList", "permissions": shown}


def _permission(file: File, permission_id: str) -> dict[str, Any]:
    for item in file.permissions:
        if item["id"] == permission_id:
            return item
    raise DriveError(
        404, "notFound", f"Permission not found: {permission_id}.", location=("parameter", "permissionId")
    )


@endpoint(D + "permissions.get", "none")
def get_permission(call: Call) -> dict[str, Any]:
    item = _permission(file_of(call), call.path["permissionId"])
    return picked(call, permission_resource(item), PERMISSION_FIELDS)


@endpoint(D + "permissions.create", "none")
def create_permission(call: Call) -> dict[str, Any]:
    file = file_of(call, "writer")
    body = call.body
    if not body.get("role"):
        raise DriveError(400, "required", "The permission role field is required.")
    if not body.get("type"):
        raise DriveError(400, "required", "The permission type field is required.")
    made = {"kind": "drive#permission", "type": body["type"], "role": body["role"]}
    if body["type"] in ("user", "group"):
        if not body.get("emailAddress"):
            raise DriveError(400, "invalidSharingRequest", 'Bad Request. User message: ""')
        made["emailAddress"] = body["emailAddress"]
    if body["type"] == "domain":
        made["domain"] = body.get("domain", "")
    if body["role"] == "owner":
        _transfer(call, file, made)
    same = next(
        (p for p in file.permissions if p.get("emailAddress", "") == made.get("emailAddress", "-")), None
    )
    if same is not None:
        same["role"] = made["role"]
        return picked(call, permission_resource(same), PERMISSION_FIELDS)
    made["id"] = (
        "anyoneWithLink" if body["type"] == "anyone" else str(call.world.random.randrange(10**19, 10**20))
    )
    file.permissions = [p for p in file.permissions if p["id"] != made["id"]] + [made]
    return picked(call, permission_resource(made), PERMISSION_FIELDS)


def _transfer(call: Call, file: File, made: dict[str, Any]) -> None:
    if not call.query.get("transferOwnership"):
        raise DriveError(
            403,
            "forbidden",
            "The transferOwnership parameter must be enabled when the permission role is 'owner'.",
            location=("parameter", "transferOwnership"),
        )
    for item in file.permissions:
        if item["role"] == "owner":
            item["role"] = "writer"
    file.owner = made.get("emailAddress", file.owner)


@endpoint(D + "permissions.update", "none")
def update_permission(call: Call) -> dict[str, Any]:
    file = file_of(call, "writer")
    item = _permission(file, call.path["permissionId"])
    if call.body.get("role") == "owner":
        _transfer(call, file, item)
    item.update({k: v for k, v in call.body.items() if k in ("role", "pendingOwner")})
    return picked(call, permission_resource(item), PERMISSION_FIELDS)


@endpoint(D + "permissions.delete", "none")
def delete_permission(call: Call) -> None:
    file = file_of(call, "writer")
    item = _permission(file, call.path["permissionId"])
    if item["role"] == "owner":
        raise DriveError(
            403, "insufficientFilePermissions", "The user does not have sufficient permissions for this file."
        )
    file.permissions.remove(item)


# Comments, about ----------------------------------------------------------------------------------


@endpoint(D + "comments.list", "none")
def list_comments(call: Call) -> dict[str, Any]:
    return {"kind": "drive#commentList", "comments": file_of(call).comments}


@endpoint(D + "comments.create", "none")
def create_comment(call: Call) -> dict[str, Any]:
    file = file_of(call)
    made = {
        "kind": "drive#comment",
        "id": call.world.new_id()[:11],
        "createdTime": stamp(call.world.clock()),
        "author": user_resource(call, call.user.email),
        "content": call.body.get("content", ""),
        "anchor": call.body.get("anchor", ""),
        "resolved": False,
    }
    file.comments.append(made)
    return made


@endpoint(D + "about.get", "none")
def about(call: Call) -> dict[str, Any]:
    if "mask" not in call.query:
        raise DriveError(
            400,
            "required",
            "The 'fields' parameter is required for this method.",
            location=("parameter", "fields"),
        )
    return {"kind": "drive#about", "user": user_resource(call, call.user.email)}
