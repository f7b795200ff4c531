"""`sheetops improve`."""

from __future__ import annotations

from typing import Any

import click

from sheetops.cli.common import Wishes, job_options, run_jobs


@click.command("improve")
@job_options
@click.option(
    "--period",
    metavar="PERIOD",
    help="Where to look for opportunities: 2026-10, 2026-Q3 or 2026. [default: the month before]",
)
def command(period: str | None, **options: Any) -> None:
    """Propose what is worth improving, freeze its baseline, and judge at the review date whether a measure worked."""
    from sheetops.domain.period import parse_period
    from sheetops.jobs.review import LAST_MONTH

    run_jobs(["improve"], Wishes(**options), parse_period(period).name if period else LAST_MONTH)
