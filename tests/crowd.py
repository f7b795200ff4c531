"""Processes of their own for tests of crowds and crashes, without importing everything anew for each.

They are forked from a server of Python's `multiprocessing`, which is fresh (no threads, no open connections, nothing
of a test in it) but has imported what they need.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import chdir
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess

from tests.shared_inputs import ROOT

NEEDED = (
    "sqlalchemy.dialects.postgresql.psycopg",
    "tests.integration.test_fleet_quota",
    "tests.integration.test_ledger_trouble",
    "tests.integration.test_ledger_killed",
    "tests.integration.test_mail_crash",
)


def context() -> ForkServerContext:
    """Where such processes are made; their environment is that of the first who asked."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(list(NEEDED))
    with chdir(ROOT):
        forkserver.ensure_running()
    return made


def in_processes(times: int, work: Callable[..., int], *arguments: object) -> list[int]:
    """What `work(*arguments, number)` returns in each of so many processes at once."""
    with context().Pool(times) as pool:
        return pool.starmap(work, [(*arguments, number) for number in range(times)])


def started(work: Callable[..., object], *arguments: object) -> BaseProcess:
    """A process at work."""
    made = context().Process(target=work, args=arguments)
    made.start()
    return made
