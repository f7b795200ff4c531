"""`sheetops remind`."""

from __future__ import annotations

from typing import Any

import click

from sheetops.cli.common import Wishes, job_options, run_jobs


@click.command("remind")
@job_options
def command(**options: Any) -> None:
    """Send each owner at most one digest a day: overdue, due today, due soon, stale, to call back."""
    run_jobs(["remind"], Wishes(**options))
