"""`sheetops adopt`."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetops.cli.common import Wishes
from sheetops.errors import SheetopsError, UsageError

if TYPE_CHECKING:
    from sheetops.cli.edge import Edge
    from sheetops.domain.view import View
    from sheetops.jobs.adopt import Survey
    from sheetops.runner import Report
    from sheetops.settings.load import Loaded
    from sheetops.settings.model import Team


@dataclass
class Found:
    """What adopting one sheet came to."""

    location: str
    survey: Survey
    answers: dict[str, str]
    path: Path  # of the settings file
    team: Team  # the settings that hold for the sheet
    settings: str = ""  # its new text
    before: str | None = None
    written: bool = False
    view: View | None = None
    tabs: tuple[str, ...] = ()
    doubtful: dict[str, tuple[str, ...]] = field(default_factory=dict)
    helped: int = 0  # drop-downs, colours and warnings that were added to the log
    trouble: SheetopsError | None = None  # why the tabs could not be put


def _pairs(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    from sheetops.domain.template import BY_KEY

    pairs: dict[str, str] = {}
    for value in values:
        header, _, key = value.rpartition("=")
        if not header or key not in BY_KEY:
            raise UsageError(
                f"{value!r} says no column",
                where="--column",
                mend=f"write HEADER=KEY; the keys are {', '.join(BY_KEY)}",
            )
        pairs[header] = key
    return pairs


@click.command("adopt")
@click.argument("sheet")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings file to write; default: sheetops.yaml beside SHEET.",
)
@click.option(
    "--column",
    "answers",
    multiple=True,
    callback=_pairs,
    metavar="HEADER=KEY",
    help="What a header of yours means; may be repeated.",
)
@click.option(
    "--tab",
    "log_tabs",
    multiple=True,
    metavar="TAB",
    help="Take only this tab as a request log; may be repeated.",
)
@click.option("--yes", is_flag=True, help="Add the sheet to an existing settings file without asking.")
@click.option(
    "--typing-help",
    is_flag=True,
    help="In a Google spreadsheet: also add drop-downs, colours and warnings to the log where it has none.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    sheet: str,
    config: Path | None,
    answers: dict[str, str],
    log_tabs: tuple[str, ...],
    yes: bool,
    typing_help: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take an existing SHEET into use: map its headers, write its settings, add the People and Lists tabs.

    Nothing else in the sheet is touched unless --typing-help asks for it. Headers that are only nearly right are asked about on a terminal, and
    otherwise listed and not used.
    """
    from sheetops.cli.edge import Edge

    asks = sys.stdin.isatty() and sys.stdout.isatty() and not as_json
    loaded = _settings(sheet, config)
    edge = Edge(loaded, Wishes((sheet,), config, None, dry_run, as_json, False, False, False))
    found = _survey(edge, sheet, answers, log_tabs, asks)
    _propose(edge, found, log_tabs)
    if not as_json:
        _print(found, dry_run)
    _put_tabs(edge, found)
    if typing_help and found.trouble is None and not dry_run:
        _help_typing(edge, found)
    if not dry_run and found.settings != found.before:
        found.written = (
            found.before is None or yes or (asks and click.confirm(f"write this to {found.path}?"))
        )
        if found.written:
            from sheetops.settings.adopted import write_settings

            write_settings(found.path, found.settings)
    _finish(found, dry_run, as_json)


def _settings(sheet: str, config: Path | None) -> Loaded:
    """The settings file that the sheet is, or is to be, in; it need not exist yet."""
    from sheetops.domain.addresses import is_google
    from sheetops.settings.load import FILE_NAME, Loaded, load
    from sheetops.settings.model import Settings

    beside = Path() if is_google(sheet) else Path(sheet).expanduser().parent
    path = config or beside / FILE_NAME
    return load(path) if path.exists() else Loaded(Settings(), path)


def _survey(edge: Edge, sheet: str, answers: Mapping[str, str], log_tabs: Sequence[str], asks: bool) -> Found:
    from sheetops.books.open import open_book
    from sheetops.domain.addresses import google_title
    from sheetops.jobs.adopt import survey

    location, team = edge.loaded.find(sheet)
    book = open_book(location, team.backups, edge.state, edge.google)
    raw = book.read()
    if google_title(location):
        location = book.location  # two sheets may have one title some day
    tabs = log_tabs or team.log_tabs
    known = {**team.columns, **answers}
    seen = survey(raw, known, tabs)
    if asks:
        known |= _asked(seen)
        seen = survey(raw, known, tabs)
    new = {text: key for text, key in known.items() if text not in team.columns}
    path = edge.loaded.path
    assert path is not None
    return Found(location, seen, new, path, team)


def _asked(seen: Survey) -> dict[str, str]:
    """What a person at the terminal says of headers that are nearly right, and of columns that are missing."""
    from sheetops.jobs.adopt import column_words

    said: dict[str, str] = {}
    for header in seen.questions:
        assert header.near is not None
        words = column_words(header.near, "en")
        if header.near not in said.values() and click.confirm(
            f"{header.tab}!{header.cell} {header.text}: is this the column {words}?"
        ):
            said[header.text] = header.near
    left = [h.text for h in (*seen.questions, *seen.foreign) if h.text not in said]
    for key in seen.missing:
        if not left or key in said.values():
            continue
        click.echo("  ".join(f"{number} {text}" for number, text in enumerate(left, 1)))
        number = click.prompt(
            f"which is the column {column_words(key, 'en')}? (0: none)",
            default=0,
            type=click.IntRange(0, len(left)),
        )
        if number:
            said[left.pop(number - 1)] = key
    return said


def _propose(edge: Edge, found: Found, log_tabs: Sequence[str]) -> None:
    """The settings that would be written, and the view of the sheet that they give."""
    from sheetops.jobs.adopt import own_pattern, own_values
    from sheetops.settings.adopted import entry_for, known_entry, with_sheet

    loaded = edge.loaded
    wanted: dict[str, Any] = {"columns": found.answers, "log_tabs": list(log_tabs)}
    known = known_entry(loaded, found.location)
    entry = entry_for(found.location, loaded, wanted, known)
    found.view = _look(edge, found, entry)
    wanted["id_pattern"] = own_pattern(found.view)
    entry = entry_for(found.location, loaded, wanted, known)
    found.before = found.path.read_text(encoding="utf-8-sig") if found.path.exists() else None
    unchanged = known is not None and entry == known.model_dump(mode="json", exclude_unset=True)
    if unchanged and found.before is not None:
        found.settings = found.before
    else:
        found.settings = with_sheet(found.before, entry, loaded, str(found.path))
    values = {key: own_values(found.view, key).doubtful for key in ("source", "type", "urgency")}
    if found.view.snapshot.known_tab("lists") is None:
        found.doubtful = {key: some for key, some in values.items() if some}


def _look(edge: Edge, found: Found, entry: dict[str, Any]) -> View:
    """The sheet as jobs would see it with this entry. Raises HeaderNotFound with what might be meant."""
    from sheetops.cli.doctor import look
    from sheetops.errors import HeaderNotFound
    from sheetops.settings.model import Sheet

    found.team = edge.loaded.settings.team_of(Sheet.model_validate(entry))
    try:
        return look(edge, found.location, found.team)
    except HeaderNotFound as error:
        if not found.survey.questions:
            raise
        near = ", ".join(f"{h.text}={h.near}" for h in found.survey.questions)
        mend = f"say which are meant by --column, such as {near}"
        raise HeaderNotFound(error.what, where=error.where, mend=mend) from None


def _put_tabs(edge: Edge, found: Found) -> None:
    """Add the tabs that are missing, by the way every job writes; trouble is kept for the end."""
    from sheetops.jobs.adopt import missing_tabs
    from sheetops.settings.files import load_texts
    from sheetops.settings.model import Team
    from sheetops.settings.policy import build_policy

    view = found.view
    assert view is not None
    defaults = build_policy(Team(), view.language, load_texts(view.language))
    if not missing_tabs(view, defaults).tabs:
        return
    try:
        report: Report = edge.run(
            found.location, found.team, [], own={"adopt": lambda seen: missing_tabs(seen, defaults)}
        )
        found.tabs = report.applied.tabs
    except SheetopsError as error:
        found.trouble = error


def _help_typing(edge: Edge, found: Found) -> None:
    from sheetops.books.google.book import GoogleBook
    from sheetops.books.open import open_book
    from sheetops.cli.doctor import look
    from sheetops.jobs.typing_help import typing_help

    book = open_book(found.location, found.team.backups, edge.state, edge.google)
    if not isinstance(book, GoogleBook):
        raise UsageError(
            "help for typing is added to Google spreadsheets only",
            where=found.location,
            mend="leave --typing-help out; `sheetops init` makes an Excel workbook that has it",
        )
    found.helped = book.help_typing(typing_help(look(edge, found.location, found.team)))


def _print(found: Found, dry_run: bool) -> None:
    """What the sheet's headers mean, what is asked, and the settings."""
    from sheetops.cli.columns import aligned
    from sheetops.jobs.adopt import column_words

    view = found.view
    assert view is not None
    click.echo(f"{found.location}: language {view.language}")
    for table in view.snapshot.tables:
        own = sum(table.has(key) for key in table.columns)
        click.echo(
            f"  tab {table.tab}: header in row {table.header_row}, {len(table)} requests, {own} columns"
        )
    columns = {h.text: (h.text, h.key, f"{h.tab}!{h.cell}") for h in reversed(found.survey.headers) if h.key}
    click.echo(
        "\n".join(
            aligned([(text, key or "", cell) for text, key, cell in reversed(columns.values())], "    ")
        )
    )
    for header in found.survey.questions:
        assert header.near is not None
        words = column_words(header.near, view.language)
        click.echo(
            f"  ask: {header.tab}!{header.cell} {header.text} is nearly {words} and is not used; "
            f"if it is meant, say --column '{header.text}={header.near}'"
        )
    if found.survey.foreign:
        click.echo(f"  yours, left alone: {', '.join(header.text for header in found.survey.foreign)}")
    if found.survey.missing:
        names = ", ".join(column_words(key, view.language) for key in found.survey.missing)
        click.echo(f"  not there: {names}")
    for key, texts in found.doubtful.items():
        click.echo(
            f"  ask: {', '.join(texts[:8])} in {column_words(key, view.language)}: slips? what is valid goes into Lists"
        )
    _print_settings(found, dry_run)


def _print_settings(found: Found, dry_run: bool) -> None:
    if found.settings == found.before:
        click.echo(f"settings {found.path}: as they should be")
        return
    new, old = found.settings.splitlines(), (found.before or "").splitlines()
    would = "would be " if dry_run else ""
    state = "new" if found.before is None else "changed"
    click.echo(f"settings {found.path}, {would}{state}")
    changed = list(difflib.unified_diff(old, new, n=2, lineterm=""))[2:]
    shown = [f"+{line}" for line in new] if found.before is None else changed
    click.echo("\n".join(f"  {line}" for line in shown if not line.startswith("@@")))


def _finish(found: Found, dry_run: bool, as_json: bool) -> None:
    """Say what was done, and leave: 3 where the settings were left as they are, or the tabs' error."""
    left = not dry_run and not found.written and found.settings != found.before
    code = found.trouble.exit_code if found.trouble is not None else 3 if left else 0
    if as_json:
        click.echo(json.dumps(_document(found, dry_run), ensure_ascii=False, indent=2))
    else:
        for tab in found.tabs:
            click.echo(f"tab {tab} {'would be ' if dry_run else ''}added")
        if found.helped:
            click.echo(f"help for typing added to the log: {found.helped} drop-downs, colours and warnings")
        if left:
            click.echo(f"{found.path} was there already and is left as it is; --yes adds the lines above")
        elif not dry_run:
            click.echo(f"Go on:  sheetops doctor {found.location} --config {found.path}")
    if found.trouble is not None:
        click.echo(f"sheetops: {found.trouble.line()}", err=True)
    raise click.exceptions.Exit(code)


def _document(found: Found, dry_run: bool) -> dict[str, Any]:
    view = found.view
    assert view is not None
    seen = found.survey
    return {
        "sheet": found.location,
        "language": view.language,
        "tabs": [
            {
                "tab": table.tab,
                "header_row": table.header_row,
                "requests": len(table),
                "columns": {
                    h.key: {"cell": h.cell, "header": h.text}
                    for h in seen.headers
                    if h.tab == table.tab and h.key
                },
            }
            for table in view.snapshot.tables
        ],
        "questions": [
            {"tab": h.tab, "cell": h.cell, "header": h.text, "nearly": h.near} for h in seen.questions
        ],
        "left_alone": [{"tab": h.tab, "cell": h.cell, "header": h.text} for h in seen.foreign],
        "missing": list(seen.missing),
        "doubtful_values": {key: list(texts) for key, texts in found.doubtful.items()},
        "added_tabs": list(found.tabs),
        "typing_help": found.helped,
        "settings": {
            "path": str(found.path),
            "text": found.settings,
            "written": found.written,
            "dry_run": dry_run,
        },
        "error": found.trouble.line() if found.trouble else None,
    }
