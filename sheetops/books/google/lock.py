"""The job lock: developer metadata with a fixed id, which Google lets exist once. It says who holds it until when.

Creating it is atomic, so is taking over one that has expired: the old one is deleted by its exact value and the
new one created in the same batch, which fails as a whole where another job was faster.
"""

from __future__ import annotations

import getpass
import json
import os
import secrets
import socket
from contextlib import suppress
from datetime import UTC, datetime

from sheetops.books.base import Hold
from sheetops.books.google.read import ANCHOR
from sheetops.books.google.service import Json, OutcomeUnknown, Refused, Service
from sheetops.errors import SheetInUse, SheetopsError

LOCK_ID = 1_936_025_967
LOCK_KEY = "sheetops-lock"
SECONDS = 900.0  # a lock's life; each write begins with a renewal
_TRIES = 3


class JobLock:
    """One job's hold on a spreadsheet."""

    def __init__(self, service: Service, hold: Hold | None = None) -> None:
        """Under a fleet's `hold`, what a dead worker of the same fleet left is taken over at once."""
        self._service = service
        self._hold = hold
        self._owner = f"{_who()}, process {os.getpid()}"
        self._secret = secrets.token_hex(8)
        self._value = ""

    def acquire(self) -> None:
        """Take the lock. Raises SheetInUse while another job's is alive."""
        for _ in range(_TRIES):
            self._value = self._fresh()
            try:
                self._service.batch([self._create(self._value)])
                return
            except OutcomeUnknown:
                if self._held() == self._value:
                    return
            except Refused:
                if self._take_over():
                    return
        raise SheetInUse("another job keeps taking the sheet's lock", where=self._service.location)

    def renewal(self) -> list[Json]:
        """Requests that renew the lock, to go first in a batch: it fails as a whole if the lock was lost.

        Raises HoldLost.
        """
        self.require_hold()
        old, self._value = self._value, self._fresh()
        return [self._delete(old), self._create(self._value)]

    def require_hold(self) -> None:
        """Raises HoldLost where another worker of the fleet got the sheet meanwhile."""
        if self._hold is not None:
            self._hold.still_mine()

    def check(self) -> None:
        """Make sure that the lock is still ours. Raises SheetInUse if another job took it over."""
        held = self._held()
        if held is None or json.loads(held).get("secret") != self._secret:
            raise SheetInUse(
                "this run paused so long that its lock ran out, so it wrote nothing more",
                where=self._service.location,
                mend="run it again",
            )
        self._value = held

    def release(self) -> None:
        """Give the lock back; one that cannot be given back runs out by itself."""
        for _ in range(_TRIES):
            try:
                self._service.batch([self._delete(self._value)])
                return
            except Refused:
                return
            except OutcomeUnknown:
                with suppress(SheetopsError):
                    if self._held() != self._value:
                        return
            except SheetopsError:
                return

    def _take_over(self) -> bool:
        """Take a lock that has run out, with the marks its job left; False if it is gone meanwhile."""
        held = self._held()
        if held is None:
            return False
        try:
            told = json.loads(held)
            until, owner, crew = float(told["until"]), str(told["owner"]), told.get("crew")
        except (ValueError, TypeError, KeyError):
            until, owner, crew = 0.0, "somebody", None
        # Who has the fleet's hold knows that no other worker of that fleet can be at work on the sheet.
        ours = self._hold is not None and crew == self._hold.crew
        if until > self._service.clock() and not ours:
            # Shown in this machine's time, which is the reader's.
            shown = datetime.fromtimestamp(until, UTC).astimezone().strftime("%H:%M")
            raise SheetInUse(
                f"another job works on it ({owner}; its lock ends at {shown} if it has died)",
                where=self._service.location,
                mend="try again later",
            )
        requests = [self._delete(held), self._create(self._value)]
        if self._service.metadata(ANCHOR):
            requests.append(delete_anchors())
        try:
            self._service.batch(requests)
        except Refused:
            return False
        except OutcomeUnknown:
            return self._held() == self._value
        return True

    def _held(self) -> str | None:
        for item in self._service.metadata(LOCK_KEY):
            if item["metadataId"] == LOCK_ID:
                return str(item.get("metadataValue", ""))
        return None

    def _fresh(self) -> str:
        until = round(self._service.clock() + SECONDS, 3)
        crew = {"crew": self._hold.crew} if self._hold else {}
        return json.dumps({"owner": self._owner, "secret": self._secret, "until": until, **crew})

    def _create(self, value: str) -> Json:
        made = {
            "metadataId": LOCK_ID,
            "metadataKey": LOCK_KEY,
            "metadataValue": value,
            "location": {"spreadsheet": True},
            "visibility": "DOCUMENT",  # so that jobs of other cloud projects see it
        }
        return {"createDeveloperMetadata": {"developerMetadata": made}}

    def _delete(self, value: str) -> Json:
        lookup = {"metadataId": LOCK_ID, "metadataValue": value}
        return {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": lookup}}}


def delete_anchors() -> Json:
    """The request that takes all marks off the rows."""
    return {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataKey": ANCHOR}}}}


def _who() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
