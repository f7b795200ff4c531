"""`sheetops demo`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetops.domain.template import LANGUAGES, TAB_NAMES, tab_kind
from sheetops.errors import UsageError

if TYPE_CHECKING:
    from sheetops.runner import Report

_MARK = "# The demo's settings."
_SETTINGS = f"""\
{_MARK} Everything here is optional; see config/example.yaml for all there is.
sheets:
  - name: desk
    path: {{workbook}}
    backups: 3
state: state  # ledger, locks and the older versions of the workbook
mail:
  outbox: outbox
  sender: service-desk@example.com
"""


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), default="demo")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Of the sheet and the mails.",
)
def command(folder: Path, language: str) -> None:
    """Write a team's workbook into FOLDER, run a whole day on it, and say what happened."""
    from sheetops.cli.common import Wishes
    from sheetops.cli.edge import Edge
    from sheetops.domain.period import period_of
    from sheetops.runner import JOBS
    from sheetops.settings.load import load

    name = f"{TAB_NAMES['log'][language]}.xlsx"
    _make_room(folder)
    today = _write_workbook(folder / name, language)
    (folder / "sheetops.yaml").write_text(_SETTINGS.format(workbook=name), encoding="utf-8")
    loaded = load(folder / "sheetops.yaml")
    edge = Edge(loaded, Wishes((), None, today, False, False, False, False, False))
    place, team = loaded.find("desk")
    first = edge.run(place, team, ["fill", "validate", "remind"])
    last_month = edge.run(place, team, ["review", "improve"], period_of(today).before().name)
    again = edge.run(place, team, list(JOBS))
    _tell(folder, name, first, last_month, again)


def _make_room(folder: Path) -> None:
    """An old demo makes way, file by file; a folder that is anything else is left alone."""
    import shutil

    if not folder.exists():
        return
    settings = folder / "sheetops.yaml"
    ours = folder.is_dir() and settings.is_file() and settings.read_text("utf-8").startswith(_MARK)
    if not folder.is_dir() or (any(folder.iterdir()) and not ours):
        raise UsageError(
            "this is no folder of an earlier demo",
            where=str(folder),
            mend="name a folder that does not exist",
        )
    for name in ("outbox", "state"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in (settings, *(folder / f"{names}.xlsx" for names in TAB_NAMES["log"].values())):
        path.unlink(missing_ok=True)


def _write_workbook(path: Path, language: str) -> date:

    from sheetops.books.xlsx.draw import new_workbook
    from sheetops.books.xlsx.replace import write_new
    from sheetops.cli.demo_log import demo_tabs
    from sheetops.jobs.layout import team_workbook
    from sheetops.runner import utc_now
    from sheetops.settings.files import load_texts
    from sheetops.settings.model import Team
    from sheetops.settings.policy import build_policy

    policy = build_policy(Team(), language, load_texts(language))
    # The last working day, so that the demo mails somebody on a Sunday too.
    today = policy.calendar.estimating().previous_workday(
        utc_now().astimezone(policy.clock.hours.zone).date()
    )
    tabs = demo_tabs(team_workbook(language, policy.texts, today), policy, language, today)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_new(path, new_workbook(tabs, language))
    return today


def _tell(folder: Path, name: str, first: Report, review: Report, again: Report) -> None:
    import shutil
    import sys
    from collections import Counter

    assert first.view is not None
    filled = Counter(write.edit.column for write in first.applied.writes)
    sent = sum(delivery.outcome == "sent" for delivery in first.deliveries)
    click.echo(
        f"A team's day, {first.view.today}, on {sum(len(t) for t in first.view.snapshot.tables)} requests:"
    )
    click.echo(f"  filled     {filled['id']} request IDs and {filled['due']} due dates")
    click.echo(
        f"  checked    {len(first.plan.findings)} findings, each with its cell and fix, in a tab of its own"
    )
    click.echo(f"  reminded   {sent} people, one digest each; nobody for nothing")
    reviews = [tab for tab in review.applied.tabs if tab_kind(tab) == "review"]
    lists = [tab for tab in review.applied.tabs if tab not in reviews]
    click.echo(f"  reviewed   the month, in the tab {', '.join(reviews)}")
    if lists:
        rows = len({write.edit.ref for write in review.applied.writes})
        click.echo(f"  followed   {rows} things to do about it, in the tab {', '.join(lists)}")
    twice = (
        len(again.applied.writes)
        + len(again.applied.tabs)
        + sum(d.outcome == "sent" for d in again.deliveries)
    )
    click.echo(f"  run again  {twice} changes and mails: a second run does nothing twice")
    click.echo("Open:")
    click.echo(f"  {folder / name}")
    click.echo(f"  {folder / 'outbox'}{'/'}*.eml")
    ourselves = "sheetops" if shutil.which("sheetops") else sys.argv[0]
    if ourselves.endswith("__main__.py"):
        ourselves = f"{sys.executable} -m sheetops"
    click.echo(f"Go on:  {ourselves} run --config {folder / 'sheetops.yaml'} --dry-run")
