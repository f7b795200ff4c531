"""The fleet's scheduler: what is due becomes orders, and slots end when their orders have.

Slots are claimed in the ledger as by any scheduler, but in the name of the fleet: whichever process of it looks next
goes on with them. Between the claim and the order a scheduler may die, so a claimed slot without an order is ordered
at the next look; the slot itself is part of the order, so it is never ordered twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeVar

import procrastinate
import psycopg

from sheetops.ledger.ledger import place_of
from sheetops.ledger.slots import Slot, iso
from sheetops.scheduling.fleet import orders
from sheetops.scheduling.fleet.database import Link, connect, told
from sheetops.scheduling.fleet.orders import FleetOrder, Wanted
from sheetops.scheduling.loop import Scheduler, Told
from sheetops.scheduling.slots import Scheduled

T = TypeVar("T")
_ORDERED_BY = timedelta(minutes=10)  # after its claim
HOLDER = "fleet"  # of claimed slots
_NO_ORDER = "the order before it had not begun yet and does its work"


class OrderBook:
    """The fleet's orders of scheduled jobs, over one connection that is made anew where it broke."""

    def __init__(self, address: str, number_of: Callable[[str], int]) -> None:
        """`number_of` gives the number of the sheet at a place."""
        self._address = address
        self._number_of = number_of
        self._link: Link | None = None

    def order(self, job: Scheduled, slot: datetime) -> int | None:
        """Put the slot's order into the queue; None where it is there, or another for the same jobs waits."""
        place = place_of(job.place)
        wanted = Wanted(
            self._number_of(place), place, tuple(job.table.jobs), slot=self._key(job.key, slot), once=True
        )
        return self._with(lambda link: orders.ask(link, wanted))

    def find(self, job: Scheduled, slot: datetime) -> FleetOrder | None:
        """The slot's order."""
        return self.find_key(self._key(job.key, slot))

    def find_key(self, key: str) -> FleetOrder | None:
        """The order under this key."""
        return self._with(lambda link: orders.of_slot(link, key))

    def close(self) -> None:
        """Let go of the database."""
        if self._link is not None:
            self._link.close()

    def _key(self, job: str, slot: datetime) -> str:
        return f"{job} {iso(slot)}"

    def find_of(self, slot: Slot) -> FleetOrder | None:
        """The order of a slot in the ledger, whose sheet may have left the fleet since."""
        return self.find_key(self._key(slot.job, slot.slot))

    def _with(self, work: Callable[[Link], T]) -> T:
        """Raises ServiceUnreachable."""
        with told(self._address):
            if self._link is None:
                self._link = connect(self._address, "sheetops schedule")
            try:
                return work(self._link)
            except (psycopg.Error, procrastinate.exceptions.ConnectorException):
                with suppress(psycopg.Error):
                    self._link.close()
                self._link = None
                raise


@dataclass
class FleetScheduler(Scheduler):
    """Orders what is due instead of running it."""

    book: OrderBook = field(kw_only=True)

    def tick(self) -> int:
        """Order all that is due now, and end the slots whose orders have ended. Never raises."""
        with self._safely(None):
            self.ledger.beat(HOLDER, self.clock())
        return super().tick()

    def _run(
        self, job: Scheduled, slot: datetime, tries: int, began: datetime, jobs: Mapping[str, Scheduled]
    ) -> bool:
        """Order a slot that is the fleet's now; how it ends is seen later."""
        self.tell(Told("started", job, slot, "ordered"))
        if tries == 1:
            self._ping(job, slot, "start", jobs)
        with self._safely(job):
            self._order(job, slot, jobs)
        return False

    def _order(self, job: Scheduled, slot: datetime, jobs: Mapping[str, Scheduled]) -> None:
        if self.book.order(job, slot) is None and self.book.find(job, slot) is None:
            self._close(job, slot, "done", _NO_ORDER, jobs)

    def _old_slots(self, jobs: Mapping[str, Scheduled]) -> None:
        """Go on with every slot that has not ended, those of sheets that left the fleet too."""
        super()._old_slots(jobs)
        for slot in self.ledger.unended_slots():
            if slot.job in jobs or slot.state != "running" or slot.holder != HOLDER:
                continue
            with self._safely(None):
                order = self.book.find_of(slot)
                if order is None and slot.claimed is not None and self.clock() - slot.claimed < _ORDERED_BY:
                    continue  # another scheduler, which has that sheet, may be about to order it
                if order is not None and order.ended is None:
                    continue
                state = "done" if order is not None and order.ended_well else "failed"
                note = (order.line if order is not None else None) or "the sheet left the fleet"
                self.ledger.end_slot(slot.job, slot.slot, HOLDER, self.clock(), state, note, None)

    def _old_slot(self, job: Scheduled, slot: Slot, jobs: Mapping[str, Scheduled]) -> bool:
        """Go on with one; whether it still waits."""
        if slot.state != "running" or slot.holder != HOLDER:
            return super()._old_slot(job, slot, jobs)
        order = self.book.find(job, slot.slot)
        if order is None:
            self._order(job, slot.slot, jobs)
            return False
        if order.ended is None:
            return False  # nobody stays for it: the next look sees how it ended
        state: Literal["done", "failed"] = "done" if order.ended_well else "failed"
        self._close(job, slot.slot, state, order.line or "", jobs)
        return False

    def _close(
        self,
        job: Scheduled,
        slot: datetime,
        state: Literal["done", "failed"],
        note: str,
        jobs: Mapping[str, Scheduled],
    ) -> None:
        """End a slot; of several schedulers one does, and tells of it."""
        if self.ledger.end_slot(job.key, slot, HOLDER, job.local(self.clock()), state, note, None):
            self._ended(job, slot, Told(state, job, slot, note), jobs)
