"""How the fleet is shown by `status` and `doctor`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sheetops.cli.fleet import fleet_of, fleet_sheets_of, linked
from sheetops.cli.fleet_run import as_document
from sheetops.errors import SheetopsError

if TYPE_CHECKING:
    from sheetops.cli.edge import Edge
    from sheetops.scheduling.fleet.watch import FleetState
    from sheetops.settings.load import Loaded

_MOST = 20  # lines about sheets that are worked on
_SAYS = {
    "waiting": "waiting",
    "working": "at work",
    "done": "done",
    "failed": "failed",
    "dropped": "overtaken",
}


def look_at_fleet(loaded: Loaded) -> FleetState | None:
    """The fleet of the settings, None where there is none, or none has begun. Raises SettingsError, ServiceUnreachable."""
    if loaded.fleet is None:
        return None
    from sheetops.scheduling.fleet.watch import look, versions

    with linked(loaded, "status") as link:
        return look(link, loaded.fleet.stalled_after) if versions(link) else None


def fleet_lines(state: FleetState) -> list[str]:
    """The fleet in a few lines: workers, orders of the last day, what is worked on."""
    counts = ", ".join(f"{state.counts[key]} {word}" for key, word in _SAYS.items() if state.counts.get(key))
    silent = f" ({state.silent} silent)" if state.silent else ""
    alive = f"{state.living} worker{'' if state.living == 1 else 's'} alive"
    lines = [f"fleet: {alive}{silent}; orders of the last day: {counts or 'none'}"]
    now = datetime.now(UTC)
    for order in state.working[:_MOST]:
        since = f", for {(now - order.began).total_seconds():.0f} s" if order.began else ""
        lines.append(f"  at work: {order.place} ({order.worker}{since})")
    return lines


def fleet_wishes(state: FleetState, told: Sequence[str]) -> list[str]:
    """What a person should see to; what is `told` already, as of a slot that did not run, is not repeated."""
    lines = [order.line or order.place for order in state.troubles]
    wishes = [f"fleet: {line}" for line in lines if not any(line in other for other in told)]
    if state.stands_still:
        waiting = state.counts.get("waiting", 0) + state.counts.get("working", 0)
        wait = "1 order waits" if waiting == 1 else f"{waiting} orders wait"
        wishes.append(f"fleet: {wait} and no worker is alive; start `sheetops worker`")
    return wishes


def fleet_document(state: FleetState) -> dict[str, Any]:
    """The fleet as JSON."""
    return {
        "workers": state.living,
        "silent_workers": state.silent,
        "orders": state.counts,
        "working": [as_document(order) for order in state.working],
        "troubles": [as_document(order) for order in state.troubles],
    }


def fleet_checks(edge: Edge) -> Iterator[tuple[str, str, str, str | None]]:
    """What doctor looks at: name, state, words, and how to mend it."""
    from sheetops.scheduling.fleet.watch import look, versions

    fleet = fleet_of(edge.loaded)
    try:
        with linked(edge.loaded, "doctor") as link:
            known = versions(link)
            if known is None:
                yield (
                    "fleet",
                    "warning",
                    "its tables are not there yet",
                    "start `sheetops worker`; it makes them",
                )
                return
            yield "fleet", "ok", f"database reached, {known}", None
            state = look(link, fleet.stalled_after)
        if state.living:
            yield "fleet", "ok", fleet_lines(state)[0].removeprefix("fleet: "), None
        else:
            word = "error" if state.stands_still else "warning"
            yield (
                "fleet",
                word,
                "no worker is alive",
                "start `sheetops worker`, on as many machines as you like",
            )
        if "://" not in edge.ledger.place:
            yield (
                "fleet",
                "error",
                "the ledger is a file, which other machines do not see",
                "leave `ledger` out, so that it lies in the fleet's database",
            )
        yield "fleet", "ok", f"{len(fleet_sheets_of(edge, ()))} sheets belong to it", None
    except SheetopsError as error:
        yield "fleet", "error", " ".join(f"{error.where or 'fleet'}: {error.what}".split()), error.mend
