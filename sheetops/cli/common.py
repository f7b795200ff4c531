"""What the job commands share: their options, the orders made from them, and how a report is printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from sheetops.errors import SheetopsError, UsageError

if TYPE_CHECKING:
    from sheetops.domain.plan import Delivery, Plan
    from sheetops.domain.view import View
    from sheetops.jobs import Job
    from sheetops.messages import Post
    from sheetops.runner import Report
    from sheetops.settings.load import Loaded
    from sheetops.settings.model import Team

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Wishes(NamedTuple):
    """The options that every job command takes."""

    sheets: tuple[str, ...]
    config: Path | None
    as_of: date | None
    dry_run: bool
    as_json: bool
    quiet: bool
    verbose: bool
    force: bool


def _day(_ctx: click.Context, _param: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise UsageError(f"{value!r} is no date", where="--as-of", mend="write YYYY-MM-DD") from None
    if not 1990 <= day.year <= 2199:  # no sheet is of another time, and dates near the ends overflow
        raise UsageError(f"{value} is out of reach", where="--as-of", mend="write a day from 1990 to 2199")
    return day


def job_options(command: _Command) -> _Command:
    """SHEET… and the options of every job; the command gets them as one `Wishes`."""
    for add in (
        click.argument("sheets", nargs=-1, metavar="[SHEET]..."),
        click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file."),
        click.option("--as-of", callback=_day, metavar="DATE", help="Work as if today were DATE."),
        click.option("--dry-run", is_flag=True, help="Show what would be done; change and send nothing."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document."),
        click.option("-q", "--quiet", is_flag=True, help="Print errors only."),
        click.option("-v", "--verbose", is_flag=True, help="Print every finding and edit."),
        click.option("--force", is_flag=True, help="Go on even if many rows or a column vanished."),
    ):
        command = add(command)
    return command


def run_jobs(
    jobs: Sequence[str],
    wishes: Wishes,
    period: str | None = None,
    own: Mapping[str, Job] | None = None,
    more: Callable[[Report], dict[str, Any]] | None = None,
    also: Callable[[Report, bool], None] | None = None,
    mail_review: bool = False,
) -> None:
    """Run `jobs`, after the command's `own`, on every sheet asked for, print, and leave with the worst outcome's code.

    `more` adds to the JSON document, `also` to the lines (whether all of it was asked for is its second argument).
    """
    from sheetops.cli.edge import Edge, uncollected
    from sheetops.runner import mail_together
    from sheetops.settings.load import load

    loaded = load(wishes.config, beside=wishes.sheets)
    edge = Edge(loaded, wishes)
    places = [loaded.find_place(name) for name in wishes.sheets] or sheets_of((), loaded)
    # A fleet's hold covers one sheet at a time, so what is mailed under it is mailed at once.
    together = len(places) > 1 and loaded.fleet is None
    table = _Table(jobs, wishes, more, also, together)
    posts: list[Post] = []
    waiting: list[tuple[Report, Post]] = []

    def later(run: str | None, plan: Plan, view: View) -> None:
        posts.append(edge.outbox.prepare(run, plan, view))

    with nullcontext() if len(places) > 1 else uncollected(last=True):
        for location, team in places:
            try:
                report = edge.run(
                    location, team, jobs, period, own, None, later if together else None, mail_review
                )
            except SheetopsError as error:
                table.failed(location, error)
                continue
            if together:
                waiting.append((report, posts[-1]))
            table.ran(report)
        if waiting:
            mail_together(waiting, edge.ledger, edge.outbox)
        table.close([report for report, _ in waiting])


class _Table:
    """What is printed of the runs, and the code to leave with."""

    def __init__(
        self,
        jobs: Sequence[str],
        wishes: Wishes,
        more: Callable[[Report], dict[str, Any]] | None,
        also: Callable[[Report, bool], None] | None,
        together: bool,
    ) -> None:
        self.jobs, self.wishes, self.more, self.also, self.together = jobs, wishes, more, also, together
        self.codes: list[int] = []
        self.documents: list[dict[str, Any]] = []

    def failed(self, location: str, error: SheetopsError) -> None:
        """One sheet could not be worked on."""
        click.echo(f"sheetops: {error.line()}", err=True)
        self.codes.append(error.exit_code)
        self.documents.append({"sheet": location, "error": error.line(), "exit": error.exit_code})

    def ran(self, report: Report) -> None:
        """One sheet was worked on; where mails go together, they are still to be sent."""
        from sheetops.cli.show import as_document, show

        if self.wishes.as_json:
            self.documents.append(as_document(report) | (self.more(report) if self.more is not None else {}))
        elif not self.wishes.quiet:
            show(report, self.jobs, self.wishes.verbose, mails=not self.together)
            if self.also is not None:
                self.also(report, self.wishes.verbose)
        self.codes.append(exit_code(report, self.jobs))
        if self.together:
            report.forget_sheet()
        else:
            self._trouble(report)

    def close(self, mailed: Sequence[Report]) -> None:
        """Print what became of mails that went together, and leave with the worst outcome's code."""
        from sheetops.cli.show import notices, show_mails

        above: list[Delivery] = []
        for report in mailed:
            self.codes.append(5 if undelivered(report) else 0)
            self._trouble(report)
            if (
                not self.wishes.as_json
                and not self.wishes.quiet
                and ("remind" in self.jobs or report.deliveries)
            ):
                click.echo(report.sheet)
                word = "digests" if "remind" in self.jobs else "mails"
                show_mails(report, self.wishes.verbose or report.dry_run, word, above)
                above += report.deliveries
            for document in self.documents:
                if self.wishes.as_json and document.get("sheet") == report.sheet and "notices" in document:
                    document["notices"] = notices(report)
        if self.wishes.as_json:
            documents = self.documents
            shown = documents[0] if len(documents) == 1 else documents
            click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        raise click.exceptions.Exit(worst(self.codes))

    def _trouble(self, report: Report) -> None:
        from sheetops.cli.show import troubles

        for line in troubles(report):
            click.echo(f"sheetops: {line}", err=True)


def sheets_of(names: Sequence[str], loaded: Loaded) -> list[tuple[str, Team]]:
    """The sheets asked for, none = all of the settings, each with the settings that hold for it."""
    if names:
        return [loaded.find(name) for name in names]
    if not loaded.settings.sheets:
        raise UsageError("no sheet is named", mend="give a path, or list sheets in the settings (--config)")
    return [(loaded.place(sheet), loaded.settings.team_of(sheet)) for sheet in loaded.settings.sheets]


def exit_code(report: Report, jobs: Sequence[str]) -> int:
    """0 done, 1 findings, 3 partly done (conflicts), 5 a mail could not be delivered."""
    from sheetops.domain.finding import Severity

    if undelivered(report):
        return 5
    if report.partly:
        return 3
    serious = any(finding.severity is not Severity.HINT for finding in report.plan.findings)
    return 1 if serious and "validate" in jobs else 0


def undelivered(report: Report) -> bool:
    """Whether a mail did not leave, or may not have."""
    return any(delivery.outcome in ("failed", "unknown") for delivery in report.deliveries)


def worst(codes: Sequence[int]) -> int:
    """The code to leave with when several sheets were worked on: errors first, findings last."""
    return next((code for code in (2, 5, 4, 3, 1) if code in codes), 0)


def plain(value: object) -> object:
    """A cell value as JSON has it: dates as ISO text, whole numbers without a point."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, float) and value == int(value):
        return int(value)
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
