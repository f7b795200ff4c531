"""`sheetops normalise`."""

from __future__ import annotations

from typing import Any

import click

from sheetops.cli.common import Wishes, job_options, run_jobs


@click.command("normalise")
@job_options
def command(**options: Any) -> None:
    """Write values that are understood in their standard form: `４级` as `4级`, the text 2023/10/4 as a date.

    Free text is never altered but for the blanks around it. Look at the plan first with --dry-run.
    """
    from sheetops.jobs.normalise import normalise

    run_jobs([], Wishes(**options), own={"normalise": normalise})
