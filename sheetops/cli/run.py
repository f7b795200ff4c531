"""`sheetops run`."""

from __future__ import annotations

from typing import Any

import click

from sheetops.cli.common import Wishes, job_options, run_jobs


@click.command("run")
@job_options
@click.option("--fleet", is_flag=True, help="Let a worker of the fleet do it, before its nightly orders.")
def command(fleet: bool, **options: Any) -> None:
    """Do all that is due: fill, validate, remind, review the month that has ended, and follow its improvements."""
    from sheetops.runner import JOBS

    if fleet:
        from sheetops.cli.fleet_run import run_by_fleet

        run_by_fleet(list(JOBS), Wishes(**options))
    else:
        run_jobs(list(JOBS), Wishes(**options))
