"""`sheetops doctor`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetops.cli.checks import Check, failed, tried
from sheetops.cli.columns import aligned, counted
from sheetops.cli.common import Wishes, sheets_of
from sheetops.errors import SheetopsError

if TYPE_CHECKING:
    from sheetops.cli.edge import Edge
    from sheetops.domain.view import View
    from sheetops.jobs.outcome import Fact
    from sheetops.settings.model import Team

_MARKS = {"ok": "ok", "warning": "look", "error": "MEND"}


@click.command("doctor")
@click.argument("sheets", nargs=-1, metavar="[SHEET]...")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(sheets: tuple[str, ...], config: Path | None, as_json: bool) -> None:
    """Check that the jobs can run, and show what holds: the settings, and what SHEET itself decides.

    Nothing is changed. The exit code is 0, or 2 where something must be mended first.
    """
    from sheetops.cli.edge import Edge
    from sheetops.settings.load import load

    try:
        loaded = load(config)
    except SheetopsError as error:
        _leave([], [failed("settings", one) for one in (error, *error.also)], as_json)
    edge = Edge(loaded, Wishes(sheets, config, None, True, as_json, False, False, False))
    wanted = sheets_of(sheets, loaded) if sheets or loaded.settings.sheets else []
    machine = [*_machine(edge), *_place(edge, wanted)]
    reports = [_sheet_report(edge, location, team) for location, team in wanted]
    _leave(reports, machine, as_json)


def _machine(edge: Edge) -> Iterator[Check]:
    """What no sheet is needed for."""
    path = edge.loaded.path
    yield Check("settings", "ok", str(path) if path else "none: every default holds")
    ledger = tried("ledger", lambda: _ledger_words(edge))
    yield ledger
    if ledger.state == "ok" and edge.ledger.notice:
        yield Check("ledger", "warning", edge.ledger.notice)
    mail = edge.loaded.settings.mail
    if mail.smtp is None:
        yield _outbox(edge.loaded.folder / mail.outbox.expanduser() if mail.outbox else edge.state / "outbox")
    yield from _post(edge)
    if edge.loaded.settings.fleet is not None:
        from sheetops.cli.fleet_show import fleet_checks

        yield from (Check(*found) for found in fleet_checks(edge))


def _place(edge: Edge, wanted: list[tuple[str, Team]]) -> Iterator[Check]:
    """The clock, and room on the disks."""
    from sheetops.cli.doctor_machine import clock_checks, disk_checks, newest_run
    from sheetops.runner import utc_now

    yield from clock_checks(edge, utc_now(), newest_run(edge))
    yield from disk_checks(edge, wanted)


def _post(edge: Edge) -> Iterator[Check]:
    """Whether what the mail server and the groups need is at hand; nothing is sent."""
    from sheetops.cli.doctor_machine import mail_checks
    from sheetops.cli.mailing import make_style, read_secret

    mail, folder = edge.loaded.settings.mail, edge.loaded.folder
    secrets = [(chat.name, secret) for chat in mail.chat for secret in (chat.url, chat.secret) if secret]
    if mail.smtp is not None:
        yield from mail_checks(edge)
    for name, secret in secrets:
        read = tried(name, partial(read_secret, secret, folder))
        yield read._replace(what="its secret is at hand") if read.state == "ok" else read
    style = tried("templates", lambda: str(make_style(mail, folder)))
    if style.state != "ok":
        yield style


def _ledger_words(edge: Edge) -> str:
    from sheetops.ledger.tables import VERSIONS

    return f"{edge.ledger.place}, version {VERSIONS[-1]}"


def _outbox(folder: Path) -> Check:
    """Whether mails can be written into the folder, or the folder be made."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return Check("mail", "ok", f"written as files into {folder}")
    return Check(
        "mail", "error", f"{folder} cannot be written", "set `mail: {outbox: …}` to a folder of this account"
    )


def _sheet_report(edge: Edge, location: str, team: Team) -> dict[str, Any]:
    """The checks of one sheet, and what holds for it."""
    from sheetops.cli.doctor_machine import schedule_checks
    from sheetops.jobs.outcome import doubts, what_holds
    from sheetops.runner import utc_now
    from sheetops.settings.files import load_texts
    from sheetops.settings.model import Team
    from sheetops.settings.policy import build_policy

    checks: list[Check] = []
    facts: tuple[Fact, ...] = ()
    try:
        view = look(edge, location, team)
    except SheetopsError as error:
        checks.append(failed("sheet", error))
    else:
        checks.append(
            Check(
                "sheet",
                "ok",
                f"{counted(len(view.snapshot.tables), 'log tab')}, {counted(len(view.snapshot.raw.grids), 'tab')} in all",
            )
        )
        checks.append(tried("writing", lambda: _writing(edge, location, team)))
        checks.extend(_calendar(view, date(view.today.year, 12, 31)))
        checks.extend(Check(d.about, "warning", f"{d.where}: {d.what}", d.mend) for d in doubts(view))
        checks.extend(_widths(location, view))
        if location in {edge.loaded.place(sheet) for sheet in edge.loaded.settings.sheets}:
            checks.extend(schedule_checks(edge, location, team, utc_now()))
        facts = what_holds(view, build_policy(Team(), view.language, load_texts(view.language)))
    return {"sheet": location, "checks": checks, "holds": facts}


def look(edge: Edge, location: str, team: Team) -> View:
    """The sheet as a job sees it, without what the ledger remembers."""
    from sheetops.books.open import open_book
    from sheetops.domain.history import History
    from sheetops.domain.table import take_snapshot
    from sheetops.domain.view import View
    from sheetops.runner import utc_now
    from sheetops.settings.files import load_texts
    from sheetops.settings.policy import build_policy

    raw = open_book(location, team.backups, edge.state, edge.google).read()
    snapshot = take_snapshot(raw, team.log_tabs, team.columns, team.language)
    policy = build_policy(team, snapshot.language, load_texts(snapshot.language))
    now = utc_now().astimezone(policy.clock.hours.zone).replace(tzinfo=None, microsecond=0)
    return View(snapshot, policy, History(), now)


def _writing(edge: Edge, location: str, team: Team) -> str:
    """Take the job lock as a job does, and let go again. Raises SheetInUse, SheetError."""
    from sheetops.books.open import open_book
    from sheetops.books.xlsx.rights import require_writable
    from sheetops.domain.addresses import is_google

    with open_book(location, team.backups, edge.state, edge.google).session():
        if not is_google(location):
            path = Path(os.path.realpath(location))
            require_writable(path, path.stat())
            _try_replacing(path.parent)
    return "can be written, and nobody has it open"


def _try_replacing(folder: Path) -> None:
    """Make a file in the folder and move it over another, as a run does with the workbook, and leave nothing."""
    from contextlib import suppress
    from secrets import token_hex

    from sheetops.errors import SheetError

    new, old = (folder / f".sheetops-{token_hex(6)}.tmp" for _ in range(2))
    try:
        for file in (new, old):
            file.touch(exist_ok=False)
        os.replace(new, old)  # noqa: PTH105 (what a run does)
    except OSError as error:
        raise SheetError(
            f"no file can be put in the place of another in its folder ({(error.strerror or str(error)).lower()})",
            where=str(folder),
            mend="let the account that runs the jobs write to the folder",
        ) from None
    finally:
        for file in (new, old):
            with suppress(OSError):
                file.unlink(missing_ok=True)


def _widths(location: str, view: View) -> Iterator[Check]:
    """Whether the due dates that `fill` writes can be seen; a job leaves the width of a column to people."""
    from sheetops.books.xlsx.widths import too_narrow
    from sheetops.domain.addresses import is_google
    from sheetops.domain.table import column_letters

    tables = {table.tab: table for table in view.snapshot.tables if table.has("due")}
    if is_google(location) or not tables:
        return
    dates = {tab: (table.columns["due"], table.header_row + 1) for tab, table in tables.items()}
    try:
        found = too_narrow(Path(location).read_bytes(), location, dates)
    except (SheetopsError, OSError):  # whatever is wrong with the file is told by the other checks
        return
    for tab, width in found.items():
        letters = column_letters(tables[tab].columns["due"])
        what = f"{tab}, column {letters}: it is {width:.3g} characters wide, so due dates show as ### there"
        yield Check("column", "warning", what, "widen it with a double click on the edge of its heading")


def _calendar(view: View, last: date) -> Iterator[Check]:
    """Whether the working days of this year and the next are known."""
    calendar, mend = view.policy.calendar, "give its days under `calendar: {years: …}` in the settings"
    for year, state in ((last.year, "error"), (last.year + 1, "warning")):
        if not calendar.knows_year(year):
            later = " (not published yet?)" if state == "warning" else ", so no due date is computed in it"
            yield Check(
                "calendar",
                state,
                f"the working days of {year} in {calendar.country} are not known{later}",
                mend,
            )


def _leave(reports: list[dict[str, Any]], machine: list[Check], as_json: bool) -> None:
    """Print, and leave with 0, or 2 where something must be mended."""
    every = [*machine, *(check for report in reports for check in report["checks"])]
    code = 2 if any(check.state == "error" for check in every) else 0
    if as_json:
        documents = [
            {
                "sheet": report["sheet"],
                "checks": [check._asdict() for check in report["checks"]],
                "holds": [fact._asdict() for fact in report["holds"]],
            }
            for report in reports
        ]
        whole = {"ok": code == 0, "checks": [check._asdict() for check in machine], "sheets": documents}
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        _print_checks("this machine", machine)
        for report in reports:
            _print_checks(report["sheet"], report["checks"])
            rows = [(fact.about, fact.name, _short(fact.value), fact.source) for fact in report["holds"]]
            if rows:
                click.echo("what holds, and where it comes from")
                click.echo("\n".join(aligned(rows)))
    raise click.exceptions.Exit(code)


def _print_checks(title: str, checks: list[Check]) -> None:
    click.echo(title)
    rows = [(_MARKS[c.state], c.name, c.what + (f"; {c.mend}" if c.mend else "")) for c in checks]
    click.echo("\n".join(aligned(rows)))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
