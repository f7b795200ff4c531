"""The hold on one sheet: a session advisory lock that the server frees when its holder dies, or is given up on.

The number of the sheet in the ledger is the lock, so all who share the ledger exclude each other: the workers, and
whoever runs a job by hand with the fleet's settings. A worker that was stopped keeps its session, and so the lock,
until the others end that session (`rescue.py`); `still_mine` asks the server over that very session, so who wakes
learns it at once. What closes the last gap, between the answer and the write, is in `books` (see `base.Hold`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from sheetops.errors import HoldLost, SheetInUse
from sheetops.scheduling.fleet.database import Link, connect, told
from sheetops.scheduling.fleet.tables import about

_CLASS = 0x5EE7F1E  # of advisory locks; the sheet's number is the object
WAIT = 5.0  # seconds for another holder


class SheetHold:
    """A sheet's lock, held by the session `link`."""

    def __init__(self, link: Link, crew: str, place: str, current: Callable[[], bool]) -> None:
        """`current` asks over the same session whether the work is still wanted from this holder."""
        self.crew = crew
        self._link = link
        self._place = place
        self._current = current

    def still_mine(self) -> None:
        """Return if the session, the lock and the order are still ours. Raises HoldLost."""
        try:
            if _has_lock(self._link) and self._current():
                return
        except psycopg.Error:
            pass
        raise HoldLost(
            "this run paused or was cut off from the fleet's database, and another worker may have the sheet",
            where=self._place,
            mend="nothing is lost; it is run again",
        )


def take(
    link: Link, sheet: int, place: str, wait: float = WAIT, current: Callable[[], bool] = lambda: True
) -> SheetHold:
    """Take the lock of a sheet for the session `link`. Raises SheetInUse after `wait` seconds, psycopg.Error."""
    crew = about(link).get("crew", "")
    link.execute("SELECT set_config('lock_timeout', %s, false)", (f"{int(wait * 1000)}ms",))
    try:
        link.execute("SELECT pg_advisory_lock(%s, %s)", (_CLASS, sheet))
    except psycopg.errors.LockNotAvailable:
        raise SheetInUse(
            f"another job of the fleet is at work on it ({_holder(link, sheet)})",
            where=place,
            mend="it was skipped; run again when that job has ended",
        ) from None
    return SheetHold(link, crew, place, current)


@contextmanager
def held(address: str, sheet: int, place: str, name: str) -> Iterator[SheetHold]:
    """The hold of a run that no worker does: somebody runs a job by hand. Raises SheetInUse, ServiceUnreachable."""
    with told(address):
        link = connect(address, name)
    try:
        with told(address):
            hold = take(link, sheet, place)
        yield hold
    finally:
        link.close()


def _has_lock(link: Link) -> bool:
    """Whether this session has such a lock. A pooler that gives each statement another session is seen here too."""
    row = link.execute(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint = %s"
        " AND pid = pg_backend_pid() AND granted)",
        (_CLASS,),
    ).fetchone()
    return bool(row and row[0])


def _holder(link: Link, sheet: int) -> str:
    row = link.execute(
        "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
        " WHERE l.locktype = 'advisory' AND l.classid::bigint = %s AND l.objid::bigint = %s AND l.granted",
        (_CLASS, sheet),
    ).fetchone()
    return str(row[0]) if row else "it has just ended"
