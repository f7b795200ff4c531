"""One quota for all processes: whatever their clocks' zones and pauses, Google is never asked more often than allowed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from multiprocessing.queues import Queue as Line

import pytest

from sheetops.errors import ServiceUnreachable
from tests.crowd import context, started
from tests.integration.ledger_places import emptied, postgres

pytest.importorskip("procrastinate", reason="the extra `scale` is not installed")

from sheetops.scheduling.fleet import quota
from sheetops.scheduling.fleet.quota import Quota

LIMITS = {"reads": 12, "writes": 300, "user_reads": 8, "user_writes": 60}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


def _caller(
    address: str, account: str, zone: str, minute: int, calls: int, line: Line[tuple[str, float]]
) -> None:
    import os

    os.environ["PGTZ"] = zone  # what the time zone of another machine does to its sessions
    quota._MINUTE = minute  # type: ignore[misc]
    mine = Quota(address, LIMITS, account)
    for _ in range(calls):
        mine.take("read")
        line.put((account, time.time()))
    mine.close()


def test_processes_of_all_zones_share_one_quota(server: str) -> None:
    address = emptied(server)
    line: Line[tuple[str, float]] = context().Queue()
    minute = 2500  # milliseconds, so that the test sees several
    callers = [
        started(_caller, address, account, zone, minute, 7, line)
        for account, zone in (("a", "Asia/Shanghai"), ("a", "America/Los_Angeles"), ("b", "UTC"))
    ]
    made = sorted((line.get(timeout=30) for _ in range(21)), key=lambda call: call[1])
    for caller in callers:
        caller.join(10)
        assert caller.exitcode == 0
    for account, limit in (("a", 8), ("", 12)):
        times = [at for who, at in made if who == account or not account]
        # A call is noted a moment after it was counted, so a minute may look a little shorter.
        assert all(
            late - early > minute / 1000 - 0.9 for early, late in zip(times, times[limit:], strict=False)
        )
    assert all(two[1] - one[1] < 2 * minute / 1000 for one, two in pairwise(made))  # nobody waits for nothing


def test_a_quota_that_stays_used_up_is_told(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "LONGEST_WAIT", 5.0)
    mine = Quota(emptied(server), {**LIMITS, "user_reads": 2}, "a", sleep=lambda _: pytest.fail("it waits"))
    mine.take("read")
    mine.take("read")
    with pytest.raises(ServiceUnreachable, match="quota of calls to Google stays used up"):
        mine.take("read")
    mine.close()
