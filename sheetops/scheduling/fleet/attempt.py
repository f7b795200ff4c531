"""One attempt at an order: take the sheet's hold, do the work, say how it ended."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import psycopg

from sheetops.books.base import Hold
from sheetops.errors import LedgerError, SheetopsError
from sheetops.scheduling.fleet import orders
from sheetops.scheduling.fleet.database import connect
from sheetops.scheduling.fleet.hold import take
from sheetops.scheduling.fleet.orders import FleetOrder

PASSING = (4, 5)  # exit codes: in use, unreachable
_SETTLE_WAIT = 5.0  # seconds between tries to say how an attempt ended


@dataclass(frozen=True, slots=True)
class Done:
    """How a run ended: its exit code, its id, and a line for people."""

    exit: int
    run: str | None
    line: str


Work = Callable[[FleetOrder, Hold], Done]


@dataclass(frozen=True)
class Bench:
    """What a worker works with."""

    address: str
    work: Work
    defect: Callable[[Exception], str]  # one line for what should never happen
    retry_after: Sequence[float]  # seconds before each new try after a passing error
    tell: Callable[[str], None] = lambda line: None
    leaving: threading.Event = field(default_factory=threading.Event)  # the worker was told to leave


def worker_name() -> str:
    """This process, as people find it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def session_name(order: int, attempt: int) -> str:
    """What the session of an attempt calls itself at the server, so that it can be ended from elsewhere."""
    return f"sheetops order {order}.{attempt}"


def carry_out(bench: Bench, number: int, attempt: int) -> None:
    """Do this attempt at the order, or nothing if it was given up on. Never raises for what can go wrong in a run."""
    place = f"order {number}"
    try:
        with connect(bench.address, session_name(number, attempt)) as link:
            order = orders.find(link, number)
            if order is None or order.attempt != attempt:
                return
            place = order.place
            done = _held_work(bench, order, link)
            if done is not None:
                _settle(bench, link, order, done)
            return
    except psycopg.Error as error:
        lines = str(error).strip().splitlines()
        line = f"{place}: cut off from the fleet's database ({lines[0] if lines else type(error).__name__})"
    bench.tell(line)
    _settle_later(bench, number, attempt, line)


def _held_work(bench: Bench, order: FleetOrder, link: psycopg.Connection[tuple[object, ...]]) -> Done | None:
    """The work under the sheet's hold; None if the attempt was given up on before it began."""
    current = partial(orders.is_current, link, order.number, order.attempt)
    try:
        hold = take(link, order.sheet, order.place, current=current)
        if not orders.begin(link, order.number, order.attempt, worker_name()):
            return None
        return bench.work(order, hold)
    except LedgerError as error:  # mostly a database that restarts; a few tries later we know better
        return Done(5, None, error.line())
    except SheetopsError as error:
        return Done(error.exit_code, None, error.line())
    except psycopg.Error:
        raise
    except Exception as error:
        return Done(2, None, f"{order.place}: {bench.defect(error)}")


def _settle(
    bench: Bench, link: psycopg.Connection[tuple[object, ...]], order: FleetOrder, done: Done
) -> None:
    """Say over the hold's own session how it ended: who has lost the hold cannot say anything."""
    passing = done.exit in PASSING
    if passing and order.patient and order.failures < len(bench.retry_after):
        wait = bench.retry_after[order.failures]
        if orders.again(link, order.number, order.attempt, wait, done.line):
            bench.tell(f"{done.line}; again in {wait:g} s")
        return
    failed = done.exit == 2 or passing
    if orders.end(
        link, order.number, order.attempt, "failed" if failed else "done", done.exit, done.line, done.run
    ):
        bench.tell(done.line)


def _settle_later(bench: Bench, number: int, attempt: int, line: str) -> None:
    """The session is gone. If nobody else took the order over, have it tried again; until then it is still ours.

    Only the end of this process stops the waiting; then the others see that nobody works on it.
    """
    while not bench.leaving.is_set():
        try:
            with connect(bench.address, "sheetops worker") as link:
                orders.again(link, number, attempt, 0, line)
                return
        except psycopg.Error:
            bench.leaving.wait(_SETTLE_WAIT)
