"""`sheetops review`."""

from __future__ import annotations

from typing import Any

import click

from sheetops.cli.common import Wishes, job_options, run_jobs
from sheetops.cli.resend import settle
from sheetops.errors import UsageError


@click.command("review")
@job_options
@click.option(
    "--period", metavar="PERIOD", help="2026-10, 2026-Q3, 2026-W41 or 2026. [default: the month before]"
)
@click.option(
    "--mail", "by_mail", is_flag=True, help="Mail it too, to those of `review_mail` who have not got it."
)
@click.option(
    "--resend",
    "keys",
    multiple=True,
    metavar="KEY",
    help="Mail it again (and to those who have not got it); `sheetops status` lists keys of mails that need it.",
)
def command(period: str | None, by_mail: bool, keys: tuple[str, ...], **options: Any) -> None:
    """Write the summary tab of a period: figures, comparisons and charts, each traceable to its rows."""
    from sheetops.domain.period import parse_period
    from sheetops.jobs.review import LAST_MONTH

    wishes, again = settle(Wishes(**options), keys, all_unknown=False, review=True)
    periods = {mail.job.partition(" ")[2] for mail in again}
    if len(periods) > 1:
        raise UsageError("these mails are of several periods", where="--resend", mend="name one at a time")
    name = next(iter(periods), period)
    wanted = parse_period(name).name if name else LAST_MONTH
    run_jobs(["review"], wishes, wanted, mail_review=by_mail or bool(again))
