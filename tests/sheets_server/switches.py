"""Switches for tests: faults, quotas with a clock, and people who edit between two calls."""

from __future__ import annotations

import datetime as dt
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.sheets_server.errors import ApiError, forbidden, not_found, server_error, unauthenticated

READ_POSTS = ("getByDataFilter", "batchGetByDataFilter", "developerMetadata.search")
KINDS = ("status", "status_after", "cut", "cut_after", "slow")


@dataclass
class Fault:
    """One disturbance.

    kind: "status" (answer `code` instead of working), "status_after" (work, then answer `code`),
    "cut" and "cut_after" (close the connection before or after working), "slow" (wait `seconds`).
    match: a pattern for "METHOD path" or the discovery method id; skip: calls to let pass first;
    times: how many calls it hits (None: all).
    """

    kind: str
    match: str = ""
    code: int = 503
    seconds: float = 0.0
    skip: int = 0
    times: int | None = 1

    def hits(self, names: tuple[str, ...]) -> bool:
        if self.times == 0 or not any(re.search(self.match, name) for name in names):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class Edit:
    """A person's edit before a call: `before` counts calls from now (1 is the next), `match` narrows them."""

    action: Callable[[], None]
    before: int = 1
    match: str = ""
    done: bool = False


@dataclass
class Quota:
    """Requests a minute, as Google counts them: reads and writes, a project and a user of it."""

    per_project: int = 300
    per_user: int = 60
    counts: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    minute: dt.datetime | None = None

    def take(self, kind: str, project: str, user: str, now: dt.datetime) -> None:
        """Counts a request; 429 when a limit is reached. A refused request is not counted."""
        minute = now.replace(second=0, microsecond=0)
        if minute != self.minute:
            self.minute, self.counts = minute, {}
        limits = {
            (kind, "user", project, user): self.per_user,
            (kind, "project", project, ""): self.per_project,
        }
        for key, limit in limits.items():
            if self.counts.get(key, 0) >= limit:
                raise quota_error(kind, key[1], limit, project)
        for key in limits:
            self.counts[key] = self.counts.get(key, 0) + 1


def quota_error(kind: str, scope: str, limit: int, project: str) -> ApiError:
    """The 429 of Google's quota service."""
    word = "Read" if kind == "read" else "Write"
    per_user = scope == "user"
    metric = f"sheets.googleapis.com/{kind}_requests"
    text = f"{word} requests per minute" + (" per user" if per_user else "")
    return ApiError(
        429,
        f"Quota exceeded for quota metric '{word} requests' and limit '{text}' of service "
        f"'sheets.googleapis.com' for consumer 'project_number:{project}'.",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "RATE_LIMIT_EXCEEDED",
                "domain": "googleapis.com",
                "metadata": {
                    "service": "sheets.googleapis.com",
                    "consumer": f"projects/{project}",
                    "quota_metric": metric,
                    "quota_limit": f"{word}RequestsPerMinutePer" + ("User" if per_user else "Project"),
                    "quota_limit_value": str(limit),
                    "quota_location": "global",
                    "quota_unit": "1/min/{project}" + ("/{user}" if per_user else ""),
                },
            },
            {
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [
                    {
                        "description": "Request a higher quota limit.",
                        "url": "https://cloud.google.com/docs/quotas/help/request_increase",
                    }
                ],
            },
        ],
    )


def fault_error(code: int) -> ApiError:
    """What Google says with a status, whatever the reason."""
    known = {401: unauthenticated, 403: forbidden, 404: not_found}
    if code in known:
        return known[code]()
    return quota_error("write", "user", 60, "1234567890") if code == 429 else server_error(code)


class Switches:
    """What is switched on at the moment."""

    def __init__(self) -> None:
        self.faults: deque[Fault] = deque()
        self.edits: list[Edit] = []
        self.quota: Quota | None = None
        self.require_auth = False

    def fault_for(self, names: tuple[str, ...]) -> Fault | None:
        for fault in list(self.faults):
            if fault.times == 0:
                self.faults.remove(fault)
            elif fault.hits(names):
                return fault
        return None

    def due_edits(self, names: tuple[str, ...]) -> list[Edit]:
        """The edits that come before this call."""
        due = []
        for edit in self.edits:
            if any(re.search(edit.match, name) for name in names):
                edit.before -= 1
                if edit.before <= 0 and not edit.done:
                    edit.done = True
                    due.append(edit)
        self.edits = [edit for edit in self.edits if not edit.done]
        return due


def quota_kind(method_id: str, http: str) -> str:
    """Whether Google counts a call as a read or as a write."""
    return "read" if http == "GET" or method_id.endswith(READ_POSTS) else "write"


def fault_from(data: dict[str, Any]) -> Fault:
    """A fault given as JSON on the admin path."""
    if data.get("kind") not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    return Fault(**data)
