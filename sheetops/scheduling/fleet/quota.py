"""Google's quotas, shared by all processes of the fleet: one limiter in the fleet's database.

It is pyrate-limiter's bucket on PostgreSQL, which checks and counts in one transaction under a lock on its table. Three
things about it are seen to here. It compares moments without a time zone, so its sessions speak UTC. Its own waiting
adds up the times it meant to sleep, and who was stopped while it waited would count a call of now as one of a minute
long past; so each try takes the time anew. And it refuses where another process has the lock, which is a wait of
milliseconds and none of a minute.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from hashlib import blake2b
from typing import Literal

import psycopg
from psycopg_pool import ConnectionPool
from pyrate_limiter import PostgresBucket, Rate, RateItem

from sheetops.errors import ServiceUnreachable
from sheetops.scheduling.fleet.database import plain, told

Call = Literal["read", "write"]
LONGEST_WAIT = 300.0  # seconds for a call's turn
_MINUTE = 60_000  # milliseconds
_SHORT = 0.02  # seconds to wait for another process that counts
_CLEARING = 0.02  # share of the calls that also clear away what is older than a minute


class Quota:
    """Gives each call to Google its turn.

    `limits` are calls a minute: `reads` and `writes` of the project, `user_reads` and `user_writes` of the account.
    """

    def __init__(
        self,
        address: str,
        limits: Mapping[str, int],
        account: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Nothing is connected before the first call."""
        self._address = address
        self._limits = limits
        self._user = blake2b(account.encode(), digest_size=4).hexdigest()
        self._sleep = sleep
        self._mutex = threading.Lock()  # a bucket remembers its last verdict

    def take(self, kind: Call) -> None:
        """Wait for the turn of one call. Raises ServiceUnreachable."""
        end = time.monotonic() + LONGEST_WAIT
        with told(self._address):
            # Both anew after each wait, so that a call is counted when it is made. The account's limit is mostly the
            # narrower; the turn of it that is lost where the project's keeps us waiting only makes us slower.
            while (rest := self._try(f"user_{kind}s") or self._try(f"{kind}s")) > 0:
                if time.monotonic() + rest > end:
                    raise ServiceUnreachable(
                        "the quota of calls to Google stays used up",
                        where="fleet.quotas",
                        mend="it is tried again later; a higher quota can be asked of Google and named in the settings",
                    )
                self._sleep(rest * random.uniform(1.0, 1.1))

    def close(self) -> None:
        """Let go of the database."""
        if "_pool" in self.__dict__:
            self._pool.close()

    def _try(self, name: str) -> float:
        """Seconds until the next try; 0: the call may be made, and is counted."""
        with self._mutex:
            bucket = self._buckets[name]
            now: int = bucket.now()  # type: ignore[no-untyped-call]
            verdict = bucket.put_decision(RateItem(name, now))
            if random.random() < _CLEARING:
                bucket.leak(now)
        assert not hasattr(verdict, "__await__")  # this bucket is no asynchronous one
        if verdict.allowed:
            return 0.0
        return max(_SHORT, (verdict.retry_after_ms or 0) / 1000)

    @cached_property
    def _pool(self) -> ConnectionPool:
        return ConnectionPool(
            plain(self._address),
            kwargs={"application_name": "sheetops quota", "connect_timeout": 10},
            configure=_speak_utc,
            min_size=1,
            max_size=2,
            timeout=15.0,
            open=True,
        )

    @cached_property
    def _buckets(self) -> dict[str, PostgresBucket]:
        return {
            name: PostgresBucket(
                self._pool,
                f"sheetops_{name}_{self._user}" if name.startswith("user_") else f"sheetops_{name}",
                [Rate(limit, _MINUTE)],
            )
            for name, limit in self._limits.items()
        }


def _speak_utc(link: psycopg.Connection[object]) -> None:
    """Said in the session itself: the variable PGTZ of a machine would win over the connection's options."""
    link.execute("SET TIME ZONE 'UTC'")
    link.commit()
