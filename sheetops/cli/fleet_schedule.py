"""`sheetops schedule --fleet`: what is due becomes orders for the workers, for every sheet of the fleet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sheetops.cli.fleet import address_of, fleet_sheets_of, linked
from sheetops.errors import SheetopsError
from sheetops.scheduling.roster import Roster
from sheetops.scheduling.slots import Scheduled

if TYPE_CHECKING:
    from sheetops.cli.edge import Edge
    from sheetops.scheduling.fleet.dispatch import FleetScheduler
    from sheetops.scheduling.loop import Outcome, Told
    from sheetops.scheduling.ping import Event
    from sheetops.settings.load import Loaded
    from sheetops.settings.model import Team

_LOOK = timedelta(seconds=60)  # between two looks into the folders; Google is asked as often


class FolderRoster(Roster):
    """The jobs of the settings and of what lies in the fleet's folders now."""

    _looked: datetime | None = None
    _places: tuple[str, ...] = ()
    _told = ""

    def __call__(self) -> Sequence[Scheduled]:
        """The jobs as settings and folders are now. A folder that cannot be listed is told, and what was found holds."""
        now = self._clock()
        if self._looked is None or not timedelta(0) <= now - self._looked < _LOOK:
            self._looked = now
            try:
                places = tuple(place for place, _ in self._sheets_of(self.loaded))
                if places != self._places:
                    self._make()
                self._places, self._told = places, ""
            except SheetopsError as error:
                if error.line() != self._told:
                    self._tell(f"{error.line()}; the sheets found before go on holding")
                self._told = error.line()
        return super().__call__()


def sheets_now(
    names: tuple[str, ...], edge_of: Callable[[Loaded], Edge]
) -> Callable[[Loaded], Sequence[tuple[str, Team]]]:
    """Lists the sheets of the fleet as they are now."""

    def listed(loaded: Loaded) -> Sequence[tuple[str, Team]]:
        address_of(loaded)  # told once, before each sheet asks for it
        return fleet_sheets_of(edge_of(loaded), names)

    return listed


@contextmanager
def fleet_scheduler(
    roster: Roster,
    edge: Edge,
    tell: Callable[[Told], None],
    ping: Callable[[Scheduled, Event], str | None],
    stopped: Callable[[], bool],
    grace: timedelta,
) -> Iterator[FleetScheduler]:
    """A scheduler that orders. Raises SettingsError, ServiceUnreachable."""
    from sheetops.runner import utc_now
    from sheetops.scheduling.alive import Presence
    from sheetops.scheduling.fleet.dispatch import HOLDER, FleetScheduler, OrderBook

    with linked(roster.loaded, "schedule", install=True):
        pass
    book = OrderBook(address_of(roster.loaded), edge.ledger.number_of)
    with Presence(edge.state) as presence:
        try:
            yield FleetScheduler(
                roster=roster,
                ledger=edge.ledger,
                work=_nobody,
                clock=utc_now,
                holder=HOLDER,
                lives=presence.lives,
                tell=tell,
                ping=ping,
                stopped=stopped,
                grace=grace,
                book=book,
            )
        finally:
            book.close()


def _nobody(_job: Scheduled) -> Outcome:
    raise AssertionError("a fleet's scheduler orders, and runs nothing itself")
