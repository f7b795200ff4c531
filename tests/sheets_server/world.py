"""Everything the server knows: files, users, clock, quotas, faults and the people who edit meanwhile."""

from __future__ import annotations

import datetime as dt
import random
import string
import threading
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.sheets_server.model import Spreadsheet
from tests.sheets_server.reading import Reading

SHEET_MIME = "application/vnd.google-apps.spreadsheet"
DEFAULT_EMAIL = "tester@example-project.iam.gserviceaccount.com"
STRANGER = "stranger@example.com"
# gspread's own test suite opens this sheet of somebody else's to see Google's answer 403.
PRIVATE_FILE = "1jIKzPs8LsiZZdLdeMEP-5ZIHw6RkjiOmj1LrJN706Yc"
# Drive's modifiedTime and version stay behind cell edits (measured: more than 14 seconds).
DRIVE_LAG_SECONDS = 15.0


@dataclass(frozen=True)
class User:
    """Who calls: an e-mail address and the cloud project whose quota is used."""

    email: str = DEFAULT_EMAIL
    project: str = "1234567890"
    readonly: bool = False  # the token has only scopes for reading


@dataclass
class File:
    """A Drive file."""

    id: str
    name: str
    mime: str
    owner: str
    created: dt.datetime
    modified: dt.datetime
    book: Spreadsheet | None = None
    permissions: list[dict[str, Any]] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    trashed: bool = False
    version: int = 1
    extra: dict[str, Any] = field(default_factory=dict)
    pending: dt.datetime | None = None  # a cell edit Drive has not noticed yet
    comments: list[dict[str, Any]] = field(default_factory=list)

    def role(self, email: str) -> str | None:
        """owner, writer, commenter or reader; None for no access."""
        order = ["owner", "organizer", "fileOrganizer", "writer", "commenter", "reader"]
        roles = [
            p["role"]
            for p in self.permissions
            if p.get("type") == "anyone" or p.get("emailAddress", "").casefold() == email.casefold()
        ]
        return min(roles, key=order.index) if roles else None


class World:
    """The state behind one server; every call holds `lock` while it works."""

    def __init__(self, seed: int = 1) -> None:
        from tests.sheets_server.switches import Switches

        self.lock = threading.RLock()
        self.random = random.Random(seed)
        self.clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
        self.files: dict[str, File] = {}
        self.tokens: dict[str, User] = {}
        self.default_user: User | None = User()
        self.switches = Switches()
        self.calls: list[dict[str, Any]] = []
        self.crashes: list[str] = []  # tracebacks of the server's own faults; tests check that there are none
        self.add_private(PRIVATE_FILE)

    # Files ---------------------------------------------------------------------------------------

    def new_id(self) -> str:
        alphabet = string.ascii_letters + string.digits + "-_"
        return "1" + "".join(self.random.choice(alphabet) for _ in range(43))

    def new_number(self, taken: Callable[[int], bool]) -> int:
        while True:
            number = self.random.randrange(100_000_000, 2_147_483_647)
            if not taken(number):
                return number

    def add_file(self, name: str, mime: str, owner: str, file_id: str | None = None) -> File:
        file_id = file_id or self.new_id()
        now = self.clock()
        book = Spreadsheet(file_id, name) if mime == SHEET_MIME else None
        made = File(file_id, name, mime, owner, now, now, book)
        made.permissions = [
            {
                "kind": "drive#permission",
                "id": str(self.random.randrange(10**19, 10**20)),
                "type": "user",
                "emailAddress": owner,
                "role": "owner",
            }
        ]
        self.files[file_id] = made
        return made

    def add_private(self, file_id: str) -> File:
        """A spreadsheet of a stranger: every call on it answers 403."""
        return self.add_file("Private", SHEET_MIME, STRANGER, file_id)

    def edited(self, file: File, *, title: bool = False) -> None:
        """Notes a change; a title shows in Drive at once, a cell edit only later."""
        now = self.clock()
        if title:
            file.modified, file.pending = now, None
            file.version += 1
        elif file.pending is None:
            file.pending = now

    def settle(self, file: File) -> None:
        if file.pending and (self.clock() - file.pending).total_seconds() > DRIVE_LAG_SECONDS:
            file.modified, file.pending = file.pending, None
            file.version += 1

    def user_of(self, token: str | None) -> User | None:
        """The user of a bearer token; an unknown token, or none, is the default user."""
        if token and token in self.tokens:
            return self.tokens[token]
        return self.default_user

    def local_now(self, book: Spreadsheet) -> dt.datetime:
        name = book.properties.get("timeZone", "Etc/GMT")
        try:
            zone: dt.tzinfo = zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            zone = dt.UTC
        return self.clock().astimezone(zone).replace(tzinfo=None)


@dataclass
class Call:
    """One request being served."""

    world: World
    user: User
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    raw: bytes = b""
    content_type: str = ""
    file: File | None = None
    as_owner: bool = False  # a person's edit through the admin path

    @property
    def book(self) -> Spreadsheet:
        assert self.file is not None and self.file.book is not None
        return self.file.book

    @property
    def owner(self) -> str:
        assert self.file is not None
        return self.file.owner

    @property
    def today(self) -> dt.date:
        return self.world.local_now(self.book).date()

    def reading(self) -> Reading:
        return Reading(self.book, self.world.local_now(self.book))
