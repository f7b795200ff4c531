"""`sheetops init`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetops.domain.template import LANGUAGES
from sheetops.errors import UsageError

if TYPE_CHECKING:
    from sheetops.domain.tabs import Tab


@click.command("init")
@click.argument("file")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Of headers, lists and guide.",
)
def command(file: str, language: str) -> None:
    """Make a new workbook to work in: request log, people, lists and a guide.

    FILE is an .xlsx file yet to be, or the address (or `google:` and the title) of a blank Google spreadsheet. What exists is never touched.
    """
    from sheetops.domain.addresses import is_google
    from sheetops.jobs.layout import team_workbook
    from sheetops.settings.files import load_texts
    from sheetops.settings.model import Team
    from sheetops.settings.policy import calendar_of, zone_of

    today = datetime.now(zone_of(Team(), language)).date()
    calendar = calendar_of(Team(), language).estimating()  # no working day is promised here
    tabs = team_workbook(language, load_texts(language), today, calendar=calendar)
    if is_google(file):
        _fill_spreadsheet(file, tabs)
    else:
        _write_file(Path(file), tabs, language)
    click.echo(
        f"{file} is ready; open it, put your people into the People tab, and replace the two example rows"
    )


def _write_file(file: Path, tabs: Sequence[Tab], language: str) -> None:

    from sheetops.books.xlsx.draw import new_workbook
    from sheetops.books.xlsx.replace import write_new

    if file.suffix.casefold() != ".xlsx":
        raise UsageError(
            "the new workbook must be an .xlsx file", where=str(file), mend=f"call it {file.stem}.xlsx"
        )
    write_new(file, new_workbook(tabs, language))


def _fill_spreadsheet(address: str, tabs: Sequence[Tab]) -> None:
    from sheetops.books.google.book import GoogleBook
    from sheetops.books.open import open_book
    from sheetops.cli.common import Wishes
    from sheetops.cli.edge import Edge
    from sheetops.settings.load import load

    edge = Edge(load(None), Wishes((), None, None, False, False, False, False, False))
    book = open_book(address, google=edge.google)
    assert isinstance(book, GoogleBook)
    book.fill_new(tabs)
