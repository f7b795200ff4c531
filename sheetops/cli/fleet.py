"""What the commands share about the fleet: its database, what a worker does with an order, and a wait for the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sheetops.cli.common import Wishes, exit_code
from sheetops.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from sheetops.books.base import Hold
    from sheetops.cli.edge import Edge
    from sheetops.runner import Report
    from sheetops.scheduling.fleet.attempt import Done
    from sheetops.scheduling.fleet.database import Link
    from sheetops.scheduling.fleet.orders import FleetOrder
    from sheetops.settings.load import Loaded
    from sheetops.settings.model import Fleet, Team


def fleet_of(loaded: Loaded) -> Fleet:
    """The fleet of the settings. Raises SettingsError where there is none."""
    if loaded.fleet is None:
        raise SettingsError(
            "there is no fleet in these settings",
            where=str(loaded.path) if loaded.path else None,
            mend="name its database under `fleet: {database: …}`; docs/fleet.md tells how",
        )
    return loaded.fleet


def address_of(loaded: Loaded) -> str:
    """The address of the fleet's database, its password included. Raises SettingsError."""
    from sheetops.cli.mailing import read_secret

    database = fleet_of(loaded).database
    if not isinstance(database, str):
        return read_secret(database, loaded.folder)
    if urlsplit(database).password:
        raise SettingsError(
            "an address with a password does not stand in the settings file",
            where="fleet.database",
            mend="say where it lies: {env: NAME} or {file: PATH}",
        )
    return database


@contextmanager
def linked(loaded: Loaded, name: str, *, install: bool = False) -> Iterator[Link]:
    """A connection to the fleet's database, whose tables are made or brought up to date if wished.

    Raises SettingsError, ServiceUnreachable.
    """
    from sheetops.scheduling.fleet.database import connect, told
    from sheetops.scheduling.fleet.tables import about, refuse_newer
    from sheetops.scheduling.fleet.tables import install as make

    address = address_of(loaded)
    with told(address), connect(address, f"sheetops {name}") as link:
        if install:
            make(link, address)
        else:
            refuse_newer(about(link), address)
        yield link


def fleet_sheets_of(edge: Edge, names: Sequence[str]) -> list[tuple[str, Team]]:
    """The sheets asked for; none = all of the fleet: those of the settings and what lies in its folders now."""
    from sheetops.books.google.drive import Folder
    from sheetops.cli.common import sheets_of
    from sheetops.scheduling.fleet.folders import fleet_sheets

    if names:
        return sheets_of(names, edge.loaded)
    found = fleet_sheets(edge.loaded, lambda folder: Folder(folder, edge.google).spreadsheets())
    if not found:
        raise UsageError(
            "the fleet has no sheet",
            mend="list sheets in the settings, or name folders under `fleet: folders:`",
        )
    return found


def worker_task(config: Path | None, loaded: Loaded) -> Callable[[FleetOrder, Hold], Done]:
    """What a worker does with an order: the jobs, as `sheetops run` does them. Each thread has its own edge."""
    from sheetops.cli.edge import Edge
    from sheetops.scheduling.fleet.attempt import Done

    mine = threading.local()

    def work(order: FleetOrder, hold: Hold) -> Done:
        if not hasattr(mine, "edge"):
            mine.edge = Edge(loaded, Wishes((), config, None, False, False, True, False, False))
        edge: Edge = mine.edge
        edge.wishes = edge.wishes._replace(as_of=order.as_of, force=order.force)
        location, team = loaded.find(order.place)
        if order.attempt > 1:
            edge.ledger.take_over(location)
        report = edge.run(location, team, order.jobs, hold=hold)
        return Done(exit_code(report, order.jobs), report.run, summary(report))

    return work


def summary(report: Report) -> str:
    """A run in one line."""
    applied, words = report.applied, []
    words.append(f"{len(applied.writes)} cells written")
    if applied.conflicts or applied.held:
        words.append(f"{len(applied.conflicts) + len(applied.held)} left alone")
    words.append(f"{len(report.plan.findings)} findings")
    sent = sum(delivery.outcome == "sent" for delivery in report.deliveries)
    unsent = sum(delivery.outcome in ("failed", "unknown") for delivery in report.deliveries)
    if sent:
        words.append(f"{sent} mails")
    if unsent:
        words.append(f"{unsent} mails could not be delivered")
    return f"{report.sheet}: run {report.run}, {', '.join(words)}"
