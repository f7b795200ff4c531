"""Orders: asked for, begun, ended, tried again, rescued. Each step is one transaction with the queue's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued

from sheetops.scheduling.fleet.database import Link

QUEUE = "sheetops"
TASK = "sheetops.order"
NIGHTLY, PERSON = 0, 100  # priorities; an order that is tried again goes before its equals, so order is kept

# Only ever used with a connection of ours, so that the order and its place in the queue are one transaction.
_APP = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

_COLUMNS = "number, sheet, place, jobs, as_of, force, priority, patient, slot, state, attempt, failures, deaths, worker, run, exit, line, asked, began, ended"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: jobs on one sheet.

    `sheet` is its number in the ledger. A `patient` order meets a passing error by trying again later. `slot` is the
    due time that it belongs to: the same slot is never ordered twice for a sheet. `once`: not while another order
    for the same jobs on the sheet is waiting, which will do its work.
    """

    sheet: int
    place: str
    jobs: tuple[str, ...]
    priority: int = NIGHTLY
    as_of: date | None = None
    force: bool = False
    patient: bool = True
    slot: str | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class FleetOrder:
    """An order as it stands. `state`: waiting, working, done, failed, dropped (another one does its work)."""

    number: int
    sheet: int
    place: str
    jobs: tuple[str, ...]
    as_of: date | None
    force: bool
    priority: int
    patient: bool
    slot: str | None
    state: str
    attempt: int
    failures: int
    deaths: int
    worker: str | None
    run: str | None
    exit: int | None
    line: str | None
    asked: datetime
    began: datetime | None
    ended: datetime | None

    @property
    def ended_well(self) -> bool:
        """Whether nothing is left to do."""
        return self.state == "dropped" or (self.state == "done" and self.exit in (0, 1, 3))


def ask(link: Link, wanted: Wanted) -> int | None:
    """Put an order into the queue; its number, or None where it is there already (same slot, or `once`)."""
    once = f"{wanted.sheet}:{' '.join(wanted.jobs)}" if wanted.once else None
    try:
        with link.transaction():
            made = link.execute(
                "INSERT INTO sheetops_orders (sheet, place, jobs, as_of, force, priority, patient, slot, once)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING number",
                (
                    wanted.sheet,
                    wanted.place,
                    " ".join(wanted.jobs),
                    wanted.as_of,
                    wanted.force,
                    wanted.priority,
                    wanted.patient,
                    wanted.slot,
                    once,
                ),
            ).fetchone()
            if made is None:
                return None
            number = int(str(made[0]))
            _enqueue(link, number, 1, wanted.sheet, wanted.priority, once)
            return number
    except AlreadyEnqueued:
        return None


def _enqueue(
    link: Link, number: int, attempt: int, sheet: int, priority: int, once: str | None, wait: float = 0
) -> None:
    """Let a worker have this attempt, after `wait` seconds. Raises AlreadyEnqueued."""
    job = _APP.configure_task(
        TASK,
        queue=QUEUE,
        lock=f"sheet:{sheet}",
        queueing_lock=once,
        priority=priority,
        schedule_in={"seconds": wait} if wait else None,
        connection=link,
    ).defer(order=number, attempt=attempt)
    link.execute("UPDATE sheetops_orders SET job = %s WHERE number = %s", (job, number))


def find(link: Link, number: int) -> FleetOrder | None:
    """The order of this number."""
    row = link.execute(f"SELECT {_COLUMNS} FROM sheetops_orders WHERE number = %s", (number,)).fetchone()
    return _order(row) if row else None


def of_slot(link: Link, slot: str) -> FleetOrder | None:
    """The last order of this slot."""
    row = link.execute(
        f"SELECT {_COLUMNS} FROM sheetops_orders WHERE slot = %s ORDER BY number DESC LIMIT 1", (slot,)
    ).fetchone()
    return _order(row) if row else None


def _order(row: Sequence[Any]) -> FleetOrder:
    values = list(row)
    values[3] = tuple(values[3].split())
    return FleetOrder(*values)


def begin(link: Link, number: int, attempt: int, worker: str) -> bool:
    """Mark the attempt as being worked on; False if it was given up on before it began."""
    done = link.execute(
        "UPDATE sheetops_orders SET state = 'working', worker = %s, began = now()"
        " WHERE number = %s AND attempt = %s AND state = 'waiting'",
        (worker, number, attempt),
    )
    return done.rowcount == 1


def is_current(link: Link, number: int, attempt: int) -> bool:
    """Whether the attempt is the one that is at work on the order now."""
    row = link.execute(
        "SELECT attempt = %s AND state = 'working' FROM sheetops_orders WHERE number = %s", (attempt, number)
    ).fetchone()
    return bool(row and row[0])


def end(
    link: Link, number: int, attempt: int, state: str, exit_code: int, line: str, run: str | None
) -> bool:
    """Say how the order ended; False, and nothing said, if the attempt was given up on meanwhile."""
    done = link.execute(
        "UPDATE sheetops_orders SET state = %s, exit = %s, line = %s, run = %s, ended = now()"
        " WHERE number = %s AND attempt = %s AND state IN ('waiting', 'working')",
        (state, exit_code, line, run, number, attempt),
    )
    return done.rowcount == 1


def again(link: Link, number: int, attempt: int, wait: float, line: str, *, died: bool = False) -> bool:
    """Have the order tried again after `wait` seconds, because of `line`; False if that was done already.

    It goes before its equals on the same sheet, so that a sheet's orders keep their order. Where another order that
    does the same waits already, this one is dropped.
    """
    counted = "deaths" if died else "failures"
    try:
        with link.transaction():
            row = link.execute(
                "UPDATE sheetops_orders SET state = 'waiting', attempt = attempt + 1, line = %s,"
                f" {counted} = {counted} + 1 WHERE number = %s AND attempt = %s AND state IN ('waiting', 'working')"
                " RETURNING attempt, sheet, priority, once",
                (line, number, attempt),
            ).fetchone()
            if row is None:
                return False
            now, sheet, priority, once = row
            _enqueue(
                link,
                number,
                int(str(now)),
                int(str(sheet)),
                int(str(priority)) + 1,
                str(once) if once is not None else None,
                wait,
            )
    except AlreadyEnqueued:
        end(link, number, attempt, "dropped", 0, f"{line}; the order that waits does its work", None)
    return True


def lost(link: Link) -> list[tuple[int, int]]:
    """Orders (number, attempt) that nothing in the queue stands for any more; so it is only after a mishap."""
    rows = link.execute(
        "SELECT o.number, o.attempt FROM sheetops_orders o LEFT JOIN procrastinate_jobs j ON j.id = o.job"
        " WHERE o.state IN ('waiting', 'working') AND (j.id IS NULL OR j.status NOT IN ('todo', 'doing'))"
    ).fetchall()
    return [(int(str(number)), int(str(attempt))) for number, attempt in rows]


def recent(link: Link, limit: int = 20) -> list[FleetOrder]:
    """The last orders, newest first."""
    rows = link.execute(
        f"SELECT {_COLUMNS} FROM sheetops_orders ORDER BY number DESC LIMIT %s",
        (limit,),
    ).fetchall()
    return [_order(row) for row in rows]


def working(link: Link) -> list[FleetOrder]:
    """The orders that are being worked on, longest first."""
    rows = link.execute(
        f"SELECT {_COLUMNS} FROM sheetops_orders WHERE state = 'working' ORDER BY began"
    ).fetchall()
    return [_order(row) for row in rows]


def troubles(link: Link) -> list[FleetOrder]:
    """The last order of each sheet and jobs, where it did not end well."""
    rows = link.execute(
        f"SELECT DISTINCT ON (sheet, jobs) {_COLUMNS} FROM sheetops_orders"
        " WHERE state IN ('done', 'failed') ORDER BY sheet, jobs, number DESC"
    ).fetchall()
    return [order for order in map(_order, rows) if not order.ended_well]


def counts(link: Link, since: datetime) -> dict[str, int]:
    """How many orders wait and are worked on, and how many ended since then, by state."""
    rows = link.execute(
        "SELECT state, count(*) FROM sheetops_orders WHERE ended IS NULL OR ended >= %s GROUP BY state",
        (since,),
    ).fetchall()
    return {str(state): int(str(count)) for state, count in rows}


def before(link: Link, number: int) -> int:
    """How many orders a worker takes before this one, as things stand."""
    row = link.execute(
        "SELECT count(*) FROM sheetops_orders o, sheetops_orders mine WHERE mine.number = %s AND o.state = 'waiting'"
        " AND (o.priority > mine.priority OR (o.priority = mine.priority AND o.number < mine.number))",
        (number,),
    ).fetchone()
    return int(str(row[0])) if row else 0


def prune(link: Link, days: int) -> int:
    """Delete orders that ended more than `days` days ago; returns how many."""
    return link.execute(
        "DELETE FROM sheetops_orders WHERE ended < now() - make_interval(days => %s)", (days,)
    ).rowcount
