"""`sheetops worker`."""

from __future__ import annotations

import signal
from datetime import datetime
from pathlib import Path

import click


@click.command("worker")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def command(config: Path | None, quiet: bool) -> None:
    """Stay and work on the fleet's sheets, until SIGTERM; what has begun is ended first."""
    from sheetops.cli import defect
    from sheetops.cli.fleet import address_of, fleet_of, linked, worker_task
    from sheetops.scheduling.fleet import orders
    from sheetops.scheduling.fleet.attempt import Bench, worker_name
    from sheetops.scheduling.fleet.worker import Terms, Worker
    from sheetops.settings.load import load

    def tell(line: str) -> None:
        if not quiet:
            click.echo(f"{datetime.now().astimezone():%H:%M:%S} {line}")

    loaded = load(config)
    fleet = fleet_of(loaded)
    with linked(loaded, "worker", install=True) as link:
        orders.prune(link, fleet.keep_days)
    bench = Bench(address_of(loaded), worker_task(config, loaded), defect, fleet.retry_after, tell)
    tell(f"worker {worker_name()} is ready")
    told = Worker(bench, Terms(fleet.concurrency, fleet.stalled_after)).run()
    tell("left; nothing was cut short")
    raise click.exceptions.Exit(130 if told == signal.SIGINT else 0)
