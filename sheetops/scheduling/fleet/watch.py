"""What people see of the fleet: who lives, what is worked on, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sheetops.scheduling.fleet import orders
from sheetops.scheduling.fleet.database import Link
from sheetops.scheduling.fleet.orders import FleetOrder
from sheetops.scheduling.fleet.tables import VERSION, about


@dataclass(frozen=True, slots=True)
class FleetState:
    """The fleet now."""

    living: int  # workers that showed a sign of life within the stall limit
    silent: int  # workers that did not, and did not take their leave either
    counts: dict[str, int]  # orders that wait and are worked on, and that ended within the last day, by state
    working: list[FleetOrder]
    troubles: list[FleetOrder]  # the last order of a sheet, where it did not end well

    @property
    def stands_still(self) -> bool:
        """Whether orders wait and nobody is there to do them."""
        return self.living == 0 and self.counts.get("waiting", 0) + self.counts.get("working", 0) > 0


def look(link: Link, stalled_after: float) -> FleetState:
    """The fleet as its database knows it."""
    alive = living(link, stalled_after)
    every = link.execute("SELECT count(*) FROM procrastinate_workers").fetchone()
    since = datetime.now(UTC) - timedelta(days=1)
    return FleetState(
        living=alive,
        silent=int(str(every[0])) - alive if every else 0,
        counts=orders.counts(link, since),
        working=orders.working(link),
        troubles=orders.troubles(link),
    )


def living(link: Link, stalled_after: float) -> int:
    """How many workers showed a sign of life within `stalled_after` seconds."""
    row = link.execute(
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat >= now() - make_interval(secs => %s)",
        (stalled_after,),
    ).fetchone()
    return int(str(row[0])) if row else 0


def versions(link: Link) -> str | None:
    """The versions of the fleet's tables in words; None where they are not there yet."""
    known = about(link)
    if not known:
        return None
    return f"tables version {known.get('version', '?')} of {VERSION}, queue {known.get('queue', '?')}"
