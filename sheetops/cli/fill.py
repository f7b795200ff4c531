"""`sheetops fill`."""

from __future__ import annotations

from typing import Any

import click

from sheetops.cli.common import Wishes, job_options, run_jobs


@click.command("fill")
@job_options
def command(**options: Any) -> None:
    """Fill the IDs and due dates that people left empty. A person's value always wins."""
    run_jobs(["fill"], Wishes(**options))
