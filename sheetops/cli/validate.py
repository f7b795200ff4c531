"""`sheetops validate`."""

from __future__ import annotations

from typing import Any

import click

from sheetops.cli.common import Wishes, job_options, run_jobs


@click.command("validate")
@job_options
def command(**options: Any) -> None:
    """Check every row; write the findings, each with a link to its cell, to the Checks tab."""
    run_jobs(["validate"], Wishes(**options))
