"""`sheetops forget`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sheetops.cli.columns import counted
from sheetops.cli.common import Wishes
from sheetops.errors import UsageError


@click.command("forget")
@click.argument("identifier", metavar="ID")
@click.argument("sheet", required=False)
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(identifier: str, sheet: str | None, config: Path | None, yes: bool) -> None:
    """Delete all that the ledger knows of request ID. The sheet itself is not touched."""
    from sheetops.cli.edge import Edge
    from sheetops.settings.load import load

    loaded = load(config)
    edge = Edge(loaded, Wishes((), config, None, False, False, False, False, False))
    place = loaded.find(sheet)[0] if sheet else None
    if not edge.ledger.stories(identifier, place):
        raise UsageError(
            f"no run has seen a request {identifier}", mend="check the ID; IDs are compared exactly"
        )
    if not yes:
        _ask(identifier)
    count = edge.ledger.forget(identifier, place)
    click.echo(
        f"forgotten: {counted(count, 'request')} with the ID {identifier}; a row still in the sheet is seen as new"
    )


def _ask(identifier: str) -> None:
    """Let a person confirm. Raises click.Abort for a no, and UsageError where nobody is there to answer."""
    try:
        click.confirm(f"Delete the history of request {identifier} for good?", abort=True)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        click.echo()
        raise UsageError(
            f"nothing was forgotten: nobody said yes to the history of {identifier} being deleted",
            mend="add --yes where nobody can be asked",
        ) from None
