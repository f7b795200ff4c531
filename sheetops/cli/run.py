"""`sheetops run`."""

from __future__ import annotations

from typing import Any

import click

from sheetops.cli.common import Wishes, job_options, run_jobs


@click.command("run")
@job_options
def command(**options: Any) -> None:
    """Do all that is due: fill, validate, remind, and review the month that has ended."""
    from sheetops.runner import JOBS

    run_jobs(list(JOBS), Wishes(**options))
