"""`sheetops policy`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sheetops.cli.common import Wishes, job_options, run_jobs

if TYPE_CHECKING:
    from sheetops.runner import Report


@click.command("policy")
@job_options
def command(**options: Any) -> None:
    """Write the Policy tab: what is enforced on the sheet, where each statement comes from and since when it holds.

    Once it is there, `run` keeps it true. With --dry-run the statements are printed and nothing is written.
    """
    from sheetops.jobs.policy import write_policy

    wishes = Wishes(**options)
    run_jobs([], wishes, own={"policy": write_policy}, more=_document, also=_lines)


def _document(report: Report) -> dict[str, Any]:
    """The statements and changes, for the JSON document."""
    from sheetops.domain.stating import statements
    from sheetops.domain.stating.dated import dated

    assert report.view is not None
    found, changes = dated(report.view, statements(report.view))
    return {
        "statements": [
            {
                "section": one.statement.section,
                "name": one.statement.name,
                "label": one.statement.label,
                "text": one.statement.text,
                "value": one.statement.value,
                "source": one.statement.source,
                "since": one.since.isoformat() if one.statement.lasting else None,
                "run": (one.run or report.run) if one.statement.lasting else None,
            }
            for one in found
        ],
        "changes": [
            {
                "day": change.day.isoformat(),
                "run": change.run or report.run,
                "label": change.label,
                "before": change.before,
                "after": change.after,
            }
            for change in changes
        ],
    }


def _lines(report: Report, verbose: bool) -> None:
    """Every statement with its source, for a person at a terminal who asked for all of it."""
    from itertools import groupby

    from sheetops.cli.columns import aligned
    from sheetops.domain.stating import statements
    from sheetops.jobs.policy import source_name

    view = report.view
    assert view is not None
    if not (verbose or report.dry_run):
        return
    for section, together in groupby(statements(view), lambda one: one.section):
        click.echo(view.texts(f"policy.section.{section}"))
        rows = [(one.label, source_name(view, one.source), one.text) for one in together]
        click.echo("\n".join(aligned(rows)))
