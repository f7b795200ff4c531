"""`sheetops remind`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sheetops.cli.columns import counted
from sheetops.cli.common import Wishes, job_options, run_jobs, sheets_of
from sheetops.cli.resend import settle

if TYPE_CHECKING:
    from sheetops.domain.plan import Plan
    from sheetops.domain.view import View
    from sheetops.messages import Post


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


_KEPT = ("held", "already")  # what the ledger keeps from being sent


def _open(wishes: Wishes) -> None:
    from sheetops.cli.edge import Edge
    from sheetops.cli.pages import open_pages
    from sheetops.settings.load import load

    loaded = load(wishes.config)
    edge = Edge(loaded, wishes)
    posts: list[Post] = []

    def later(run: str | None, plan: Plan, view: View) -> None:
        posts.append(edge.outbox.prepare(run, plan, view))

    for location, team in sheets_of(wishes.sheets, loaded):
        report = edge.run(location, team, ["remind"], mail_later=later)
        for remark in report.plan.remarks:
            click.echo(f"note: {remark}")
    # In a fleet each sheet mails by itself, elsewhere those that are run together do.
    batches = [posts] if loaded.fleet is None else [[post] for post in posts]
    sent = (of_sheet for batch in batches for of_sheet in edge.outbox.send(batch))
    deliveries = {id(one): one for of_sheet in list(sent) for one in of_sheet}
    mails = [(d.to, d.subject, d.html) for d in deliveries.values() if d.html and d.outcome not in _KEPT]
    if mails:
        click.echo(f"{counted(len(mails), 'mail')} would be sent: {open_pages(mails)}")
    else:
        click.echo("nobody would be mailed")
