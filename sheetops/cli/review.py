"""`sheetops review`."""

from __future__ import annotations

from typing import Any

import click

from sheetops.cli.common import Wishes, job_options, run_jobs


@click.command("review")
@job_options
@click.option(
    "--period", metavar="PERIOD", help="2026-10, 2026-Q3, 2026-W41 or 2026. [default: the month before]"
)
def command(period: str | None, **options: Any) -> None:
    """Write the summary tab of a period: figures, comparisons and charts, each traceable to its rows."""
    from sheetops.domain.period import parse_period
    from sheetops.jobs.review import LAST_MONTH

    run_jobs(["review"], Wishes(**options), parse_period(period).name if period else LAST_MONTH)
