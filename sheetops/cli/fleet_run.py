"""`sheetops run --fleet`: a person's orders go before the nightly ones, and are waited for."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from sheetops.cli.common import Wishes, worst
from sheetops.cli.edge import Edge
from sheetops.cli.fleet import fleet_of, fleet_sheets_of, linked
from sheetops.cli.signals import Stopped
from sheetops.errors import ServiceUnreachable, UsageError

if TYPE_CHECKING:
    from sheetops.scheduling.fleet.database import Link
    from sheetops.scheduling.fleet.orders import FleetOrder

_POLL = 0.3  # seconds between two looks


def run_by_fleet(jobs: Sequence[str], wishes: Wishes) -> None:
    """Order the jobs, wait until workers have done them, print how they ended, and leave with the worst code."""
    from sheetops.scheduling.fleet.orders import find
    from sheetops.settings.load import load

    if wishes.dry_run:
        raise UsageError("a dry run needs no fleet", where="--fleet", mend="leave --fleet out")
    loaded = load(wishes.config, beside=wishes.sheets)
    edge = Edge(loaded, wishes)
    with linked(loaded, "run") as link:
        _require_workers(link, fleet_of(loaded).stalled_after)
        waiting = _ask(link, edge, jobs)
        ended: list[FleetOrder] = []
        try:
            with _Progress(len(waiting), wishes.quiet or wishes.as_json) as progress:
                while waiting:
                    for number in list(waiting):
                        order = find(link, number)
                        if order is None or order.ended is not None:
                            del waiting[number]
                            ended += [order] if order is not None else []
                            progress.done(order)
                    progress.wait(link, waiting)
        except (KeyboardInterrupt, Stopped):
            click.echo(
                "sheetops: the orders stay with the fleet; `sheetops status` tells how they end", err=True
            )
            raise
    _tell(ended, wishes)
    raise click.exceptions.Exit(worst([2 if order.exit is None else order.exit for order in ended]))


def _require_workers(link: Link, stalled_after: float) -> None:
    from sheetops.scheduling.fleet.watch import living

    if living(link, stalled_after) == 0:
        raise ServiceUnreachable(
            "no worker of the fleet is alive",
            mend="start `sheetops worker`, or leave --fleet out to run it here",
        )


def _ask(link: Link, edge: Edge, jobs: Sequence[str]) -> dict[int, str]:
    from sheetops.ledger.ledger import place_of
    from sheetops.scheduling.fleet.orders import PERSON, Wanted, ask

    wishes, asked = edge.wishes, {}
    for location, _team in fleet_sheets_of(edge, wishes.sheets):
        place = place_of(location)
        wanted = Wanted(
            edge.ledger.number_of(place),
            place,
            tuple(jobs),
            PERSON,
            wishes.as_of,
            wishes.force,
            patient=False,
        )
        number = ask(link, wanted)
        assert number is not None  # only a slot's orders and `once` ones can be there already
        asked[number] = place
    return asked


class _Progress:
    """A line on a terminal that says how far it is; nothing elsewhere."""

    def __init__(self, count: int, silent: bool) -> None:
        self._count, self._done = count, 0
        self._shown = sys.stderr.isatty() and not silent

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)

    def done(self, order: FleetOrder | None) -> None:
        """Another one has ended."""
        self._done += 1

    def wait(self, link: Link, waiting: Mapping[int, str]) -> None:
        """Until the next look."""
        from sheetops.scheduling.fleet.orders import before, find

        if not waiting:
            return
        if self._shown:
            first = next(iter(waiting))
            order = find(link, first)
            if order is not None and order.state == "working":
                state = f"{order.worker} is at work on {order.place}"
            else:
                state = f"{waiting[first]} waits behind {before(link, first)} others"
            click.echo(f"\r\033[K{self._done} of {self._count} done; {state}", nl=False, err=True)
        time.sleep(_POLL)


def _tell(ended: Sequence[FleetOrder], wishes: Wishes) -> None:
    if wishes.as_json:
        documents = [as_document(order) for order in ended]
        click.echo(
            json.dumps(documents[0] if len(documents) == 1 else documents, ensure_ascii=False, indent=2)
        )
        return
    for order in ended:
        line = order.line or order.place
        if order.ended_well:
            if not wishes.quiet:
                click.echo(line)
        else:
            click.echo(f"sheetops: {line}", err=True)


def as_document(order: FleetOrder) -> dict[str, Any]:
    """An order as JSON."""
    return {
        "order": order.number,
        "sheet": order.place,
        "jobs": list(order.jobs),
        "as_of": order.as_of.isoformat() if order.as_of else None,
        "slot": order.slot,
        "state": order.state,
        "worker": order.worker,
        "run": order.run,
        "exit": order.exit,
        "line": order.line,
        "failures": order.failures,
        "deaths": order.deaths,
        "asked": order.asked.isoformat(timespec="seconds"),
        "began": order.began.isoformat(timespec="seconds") if order.began else None,
        "ended": order.ended.isoformat(timespec="seconds") if order.ended else None,
    }
