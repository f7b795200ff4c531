"""Workers look after each other: what a dead or stopped one had begun is taken from it and queued again.

A worker whose heart (procrastinate's heartbeat) stands still for longer than the stall limit is given up on, dead or
not. First its session at the database is ended, and with it its hold on the sheet: should it wake, it finds itself
locked out. Then its order gets a new attempt, and what the old attempt says of it is no longer heard.
"""

from __future__ import annotations

from collections.abc import Callable

from sheetops.scheduling.fleet import orders
from sheetops.scheduling.fleet.attempt import session_name
from sheetops.scheduling.fleet.database import Link

MOST_DEATHS = 3  # workers that an order may cost; then it is the order that is to blame
_SESSION_SECONDS = 5000  # milliseconds to wait for a session to end


def rescue(
    link: Link, stalled: list[tuple[int, int, int]], seconds: float, tell: Callable[[str], None]
) -> int:
    """Take over what `stalled` jobs (job, order, attempt) of silent workers had begun; returns how many orders.

    Any number of workers may do this at once.
    """
    count = 0
    for job, number, attempt in stalled:
        if not _end_session(link, number, attempt):
            continue  # the next round tries again
        with link.transaction():
            if not _still_stalled(link, job, seconds):
                continue
            link.execute("DELETE FROM procrastinate_jobs WHERE id = %s", (job,))
            count += _requeue(link, number, attempt, tell)
    for number, attempt in orders.lost(link):
        count += _requeue(link, number, attempt, tell)
    return count


def _end_session(link: Link, number: int, attempt: int) -> bool:
    """End the session of an attempt, and see it end."""
    row = link.execute(
        "SELECT coalesce(bool_and(pg_terminate_backend(pid, %s)), true) FROM pg_stat_activity"
        " WHERE application_name = %s AND pid <> pg_backend_pid() AND datname = current_database()",
        (_SESSION_SECONDS, session_name(number, attempt)),
    ).fetchone()
    return bool(row and row[0])


def _still_stalled(link: Link, job: int, seconds: float) -> bool:
    """Whether the job's worker is still silent, now that nobody else can change the job."""
    row = link.execute(
        "SELECT j.worker_id IS NULL OR NOT EXISTS (SELECT FROM procrastinate_workers w WHERE w.id = j.worker_id"
        " AND w.last_heartbeat >= now() - make_interval(secs => %s))"
        " FROM procrastinate_jobs j WHERE j.id = %s AND j.status = 'doing' FOR UPDATE OF j",
        (seconds, job),
    ).fetchone()
    return bool(row and row[0])


def _requeue(link: Link, number: int, attempt: int, tell: Callable[[str], None]) -> int:
    order = orders.find(link, number)
    if order is None or order.attempt != attempt or order.state not in ("waiting", "working"):
        return 0  # it had ended, and only its worker could not say so to the queue
    who = order.worker or "a worker"
    if order.deaths + 1 >= MOST_DEATHS and order.state == "working":
        line = f"{order.place}: {order.deaths + 1} workers died or hung while they were at work on it"
        done = orders.end(link, number, attempt, "failed", 2, line, order.run)
    else:
        line = f"{order.place}: {who} is silent; another worker takes it over"
        done = orders.again(link, number, attempt, 0, line, died=True)
    if done:
        tell(line)
    return int(done)
