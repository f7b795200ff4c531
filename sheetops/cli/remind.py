"""`sheetops remind`."""

from __future__ import annotations

from typing import Any

import click

from sheetops.cli.common import Wishes, job_options, run_jobs, sheets_of
from sheetops.cli.resend import settle


@click.command("remind")
@job_options
@click.option("--open", "in_browser", is_flag=True, help="Like --dry-run, and open the mails in the browser.")
@click.option(
    "--resend-unknown",
    is_flag=True,
    help="Also send again what may or may not have left; `sheetops status` lists it.",
)
@click.option(
    "--resend",
    "keys",
    multiple=True,
    metavar="KEY",
    help="Send this mail again; `sheetops status` lists the keys of those that need it.",
)
def command(in_browser: bool, resend_unknown: bool, keys: tuple[str, ...], **options: Any) -> None:
    """Send each owner at most one digest a day: overdue, to answer, due today, due soon, stale, to call back."""
    wishes = Wishes(**options)
    if in_browser:
        wishes = wishes._replace(dry_run=True)
    wishes, _ = settle(wishes, keys, resend_unknown)
    if in_browser:
        _open(wishes)
    else:
        run_jobs(["remind"], wishes)


def _open(wishes: Wishes) -> None:
    from sheetops.cli.edge import Edge
    from sheetops.cli.pages import open_pages
    from sheetops.settings.load import load

    loaded = load(wishes.config)
    edge = Edge(loaded, wishes)
    mails = []
    for location, team in sheets_of(wishes.sheets, loaded):
        report = edge.run(location, team, ["remind"])
        mails += [(d.to, d.subject, d.html) for d in report.deliveries if d.html]
        for remark in report.plan.remarks:
            click.echo(f"note: {remark}")
    if mails:
        click.echo(f"{len(mails)} mails would be sent: {open_pages(mails)}")
    else:
        click.echo("nobody would be mailed")
