"""`sheetops remind`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import click

from sheetops.cli.common import Wishes, job_options, run_jobs, sheets_of
from sheetops.errors import UsageError


@click.command("remind")
@job_options
@click.option("--open", "in_browser", is_flag=True, help="Like --dry-run, and open the mails in the browser.")
@click.option(
    "--resend-unknown",
    is_flag=True,
    help="Also send again what may or may not have left; `sheetops status` lists it.",
)
def command(in_browser: bool, resend_unknown: bool, **options: Any) -> None:
    """Send each owner at most one digest a day: overdue, to answer, due today, due soon, stale, to call back."""
    wishes = Wishes(**options)
    if resend_unknown:
        if wishes.dry_run or in_browser:
            raise UsageError(
                "--resend-unknown is a decision, so it cannot be tried out", mend="see `sheetops status`"
            )
        _settle_unknown(wishes)
    if in_browser:
        _open(replace(wishes, dry_run=True))
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


def _settle_unknown(wishes: Wishes) -> None:
    """Free the claims of the last day, so that this run sends again; older mails are settled, for today's says it all."""
    from sheetops.cli.edge import Edge
    from sheetops.runner import utc_now
    from sheetops.settings.load import load

    loaded = load(wishes.config)
    ledger = Edge(loaded, wishes).ledger
    today = wishes.as_of or utc_now().astimezone().date()
    numbers = {ledger.number_of(location) for location, _ in sheets_of(wishes.sheets, loaded)}
    unknown = [mail for mail in ledger.unknown_mails() if ledger.number_of(mail.sheet) in numbers]
    for mail in unknown:
        # A day of grace: the claim bears the reader's own date.
        fresh = mail.day >= today - timedelta(days=1)
        ledger.mail_outcome(mail.message_id, "failed" if fresh else "superseded")
    if unknown and not wishes.quiet and not wishes.as_json:
        click.echo(
            f"{len(unknown)} mails of unknown outcome: those of today go out again, older ones are settled"
        )
