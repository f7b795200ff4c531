"""The worker: procrastinate brings it orders, one at a time a sheet; it stays until it is told to leave."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job

from sheetops.scheduling.fleet import orders
from sheetops.scheduling.fleet.attempt import Bench, carry_out, worker_name
from sheetops.scheduling.fleet.database import connect, plain
from sheetops.scheduling.fleet.rescue import rescue

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_LONGEST_PAUSE = 30.0  # seconds between two tries to reach the database
_POLL = 2.0  # seconds; new orders are announced, orders that a sheet's last one kept back are not


@dataclass(frozen=True)
class Terms:
    """How a worker works: how many sheets at once, and after how many silent seconds a worker is given up on."""

    concurrency: int
    stalled_after: float


class Worker:
    """One worker process."""

    def __init__(self, bench: Bench, terms: Terms) -> None:
        self._bench = bench
        self._terms = terms
        self._leaving: signal.Signals | None = None

    def run(self) -> signal.Signals:
        """Work until SIGTERM or SIGINT, end what has begun, and return the signal."""
        logging.getLogger("procrastinate").setLevel(
            logging.CRITICAL
        )  # what people need is told in one line each
        logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
        return asyncio.run(self._stay())

    async def _stay(self) -> signal.Signals:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(
            lambda _loop, _context: None
        )  # an outdated attempt that reports to the queue
        left = asyncio.Event()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._leave, number, left)
        pause = 1.0
        while True:
            began = loop.time()
            work = asyncio.create_task(self._work())
            gone = asyncio.create_task(left.wait())
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if left.is_set():
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
                assert self._leaving is not None
                return self._leaving
            gone.cancel()
            # It ended by itself: the database went away, or the others gave this worker up while it was stopped.
            pause = 1.0 if loop.time() - began > 60 else min(2 * pause, _LONGEST_PAUSE)
            error = work.exception()
            self._bench.tell(f"interrupted{_because(error)}; back in {pause:g} s")
            with_timeout = asyncio.wait_for(left.wait(), pause)
            await asyncio.gather(with_timeout, return_exceptions=True)

    def _leave(self, number: signal.Signals, left: asyncio.Event) -> None:
        self._leaving = number
        self._bench.leaving.set()
        left.set()
        for each in _SIGNALS:  # the second one ends the process at once; the others then rescue its orders
            asyncio.get_running_loop().remove_signal_handler(each)

    async def _work(self) -> None:
        terms = self._terms
        connector = procrastinate.PsycopgConnector(
            conninfo=plain(self._bench.address),
            kwargs={"application_name": f"sheetops worker {worker_name()}"[:63], "connect_timeout": 10},
            min_size=1,
            max_size=terms.concurrency + 3,
            timeout=15.0,
        )
        app = procrastinate.App(connector=connector)
        app.task(name=orders.TASK, queue=orders.QUEUE)(_task(self._bench))
        async with app.open_async():
            watch = asyncio.create_task(self._watch(app))
            try:
                await app.run_worker_async(
                    queues=[orders.QUEUE],
                    concurrency=terms.concurrency,
                    name=worker_name(),
                    fetch_job_polling_interval=_POLL,
                    update_heartbeat_interval=terms.stalled_after / 6,
                    stalled_worker_timeout=terms.stalled_after,
                    delete_jobs="always",
                    install_signal_handlers=False,
                )
            finally:
                watch.cancel()
                await asyncio.gather(watch, return_exceptions=True)

    async def _watch(self, app: procrastinate.App) -> None:
        """Look after the other workers, several times within the stall limit."""
        seconds = self._terms.stalled_after
        while True:
            try:
                stalled = await app.job_manager.get_stalled_jobs(
                    queue=orders.QUEUE, seconds_since_heartbeat=seconds
                )
                await asyncio.to_thread(self._rescue, stalled, seconds)
            except (ConnectorException, psycopg.Error):
                pass  # the worker itself notices that the database is away
            await asyncio.sleep(seconds / 4)

    def _rescue(self, stalled: Iterable[Job], seconds: float) -> None:
        found = [
            (job.id, _number(job, "order"), _number(job, "attempt")) for job in stalled if job.id is not None
        ]
        with connect(self._bench.address, "sheetops rescue") as link:
            rescue(link, found, seconds, self._bench.tell)


def _number(job: Job, name: str) -> int:
    value = job.task_kwargs[name]
    assert isinstance(value, int)
    return value


def _task(bench: Bench) -> Callable[[int, int], None]:
    """The task that procrastinate calls in a thread, with ids and nothing else."""

    def do_order(order: int, attempt: int) -> None:
        carry_out(bench, order, attempt)

    return do_order


def _because(error: BaseException | None) -> str:
    if error is None:
        return ""
    cause = error.__cause__ or error
    if isinstance(cause, psycopg.errors.ForeignKeyViolation):
        return " (silent for longer than the stall limit, so the others gave this worker up)"
    lines = str(cause).strip().splitlines()
    return f" ({lines[0] if lines else type(cause).__name__})"
