"""`sheetops undo`."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from sheetops.cli.columns import listed
from sheetops.cli.common import Wishes, job_options, plain
from sheetops.errors import LedgerError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetops.domain.history import PastEdit
    from sheetops.domain.plan import Plan, Write
    from sheetops.domain.view import View
    from sheetops.jobs.undo import Kept
    from sheetops.ledger import Ledger
    from sheetops.runner import Report

_REASONS = {
    "row-gone": "its row is no longer in the sheet",
    "row-unclear": "several rows have its ID",
    "column-gone": "its column is no longer in the sheet",
    "changed-since": "somebody changed it since",
    "already-back": "it is already as it was before the run",
    "not-stored": "what people write is not kept in the ledger",
    "row-in-use": "people have written into its row since",
}


@click.command("undo")
@click.argument("run")
@job_options
@click.option(
    "--only", multiple=True, metavar="COLUMN|ID", help="Only this column or request; may be repeated."
)
def command(run: str, only: tuple[str, ...], **options: Any) -> None:
    """Put back what RUN wrote, wherever the cell still holds it; what a person changed since stays.

    RUN is an id that `sheetops status` lists, or its beginning. SHEET is needed only where the workbook was moved.
    """
    from sheetops.cli.edge import Edge
    from sheetops.jobs.undo import undo
    from sheetops.settings.load import load

    wishes = Wishes(**options)
    if len(wishes.sheets) > 1:
        raise UsageError("a run is of one sheet", mend="name one, or none")
    edge = Edge(load(wishes.config), wishes)
    name, place = edge.ledger.run(run)
    location, team = edge.loaded.find(wishes.sheets[0] if wishes.sheets else place)
    _check_remembered(edge.ledger, name)
    wanted = _only(only, team.columns, edge.ledger.edits_of(name))
    kept: list[Kept] = []

    def take_back(view: View) -> Plan:
        from sheetops.domain.plan import Plan

        past = edge.ledger.edits_of(name, view)
        edits, stay = undo(past, view.snapshot, view.texts, wanted, edge.ledger.print_of)
        kept[:] = stay
        return Plan(edits=edits)

    report = edge.run(location, team, [], own={"undo": take_back})
    tabs = [] if wanted else _still_there(edge.ledger.tabs_of(name), report)
    if wishes.as_json:
        _print_json(report, name, kept, tabs)
    elif not wishes.quiet:
        _print(report, name, kept, tabs, wishes)
    left = report.applied.conflicts or any(one.reason != "already-back" for one in kept)
    raise click.exceptions.Exit(3 if left else 0)


def _check_remembered(ledger: Ledger, name: str) -> None:
    if not ledger.recorded(name):
        raise LedgerError(
            f"run {name} ended before what it wrote was remembered, so it cannot be undone",
            mend="take the sheet from the backups in the state folder, or from its version history",
        )


def _only(words: Sequence[str], headers: dict[str, str], past: Sequence[PastEdit]) -> frozenset[str]:
    """Columns (by key, header or the settings' name) and IDs. Raises UsageError for what the run did not write."""
    from sheetops.domain.template import BY_KEY
    from sheetops.domain.text import fold

    keys = {
        fold(name): key for key, column in BY_KEY.items() for names in column.names.values() for name in names
    }
    keys |= {fold(name): key for name, key in headers.items()} | {key: key for key in BY_KEY}
    written = {made.column for made in past}
    ids = {made.id for made in past}
    wanted = set()
    for word in words:
        key = word if word in ids else keys.get(word, keys.get(fold(word), word))
        if key not in written | ids:
            raise UsageError(
                f"the run wrote no column and no request called {word}",
                where="--only",
                mend=f"it wrote the columns {', '.join(sorted(written)) or 'none'}",
            )
        wanted.add(key)
    return frozenset(wanted)


def _still_there(tabs: Sequence[str], report: Report) -> list[str]:
    """The tabs of the run that are in the sheet. No job takes a tab away: people may have come to rely on it."""
    grids = report.view.snapshot.raw.grids if report.view is not None else ()
    there = {grid.name for grid in grids}
    return [tab for tab in tabs if tab in there]


def _print(report: Report, name: str, kept: Sequence[Kept], tabs: Sequence[str], wishes: Wishes) -> None:
    would = "would be " if report.dry_run else ""
    by_column = Counter(write.edit.column for write in report.applied.writes)
    words = ", ".join(f"{count} {column}" for column, count in by_column.items()) or "nothing"
    head = f", run {report.run}" if report.run else ", dry run: nothing is changed"
    click.echo(f"{report.sheet}: undo of {name}{head}")
    click.echo(f"  {would}put back: {words}")
    if wishes.verbose or report.dry_run:
        cells = (_becomes(write) for write in report.applied.writes)
        for line in listed(cells, wishes.verbose):
            click.echo(line)
    stay = (
        f"  stays: {past.tab}!{past.cell} {past.column} of {past.id or 'a request without ID'} ({_REASONS[reason]})"
        for past, reason in kept
        if wishes.verbose or reason != "already-back"
    )
    for line in listed(stay, wishes.verbose):
        click.echo(line)
    back = sum(reason == "already-back" for _, reason in kept)
    if back and not wishes.verbose:
        those = "1 cell that is" if back == 1 else f"{back} cells that are"
        click.echo(f"  stays: {those} already as before the run; -v lists what stays")
    if tabs:
        many = len(tabs) > 1
        them = "them" if many else "it"
        click.echo(
            f"  {'stay' if many else 'stays'}: the {'tabs' if many else 'tab'} {', '.join(tabs)} of the run, for no "
            f"job takes a tab away; until {'their jobs write' if many else 'its job writes'} {them} anew "
            f"{'they' if many else 'it'} may tell of what is undone; delete {them} yourself if nobody needs {them} "
            "(ticks and notes in a tab go with it)"
        )
    for conflict in report.applied.conflicts:
        why = f": {conflict.forbidden}" if conflict.forbidden else f" ({conflict.reason}); undo again"
        click.echo(f"  left alone: {conflict.edit.ref.tab}!{conflict.edit.cell}{why}")


def _becomes(write: Write) -> str:
    now, then = plain(write.edit.old), plain(write.edit.new)
    return f"    {write.tab}!{write.cell}: {now} becomes {'blank' if then is None else then}"


def _print_json(report: Report, name: str, kept: Sequence[Kept], tabs: Sequence[str]) -> None:
    from sheetops.cli.show import as_document

    stay = [
        {
            "tab": past.tab,
            "cell": past.cell,
            "id": past.id,
            "column": past.column,
            "old": plain(past.old),
            "new": plain(past.new),
            "reason": reason,
        }
        for past, reason in kept
    ]
    document = {**as_document(report), "undone": name, "kept": stay, "kept_tabs": tabs}
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
