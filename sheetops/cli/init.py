"""`sheetops init`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from sheetops.domain.template import LANGUAGES
from sheetops.errors import UsageError


@click.command("init")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Of headers, lists and guide.",
)
def command(file: Path, language: str) -> None:
    """Make a new workbook to work in: request log, people, lists and a guide. An existing FILE is never touched."""
    import io

    from sheetops.books.xlsx.draw import new_workbook
    from sheetops.books.xlsx.replace import write_new
    from sheetops.jobs.layout import team_workbook
    from sheetops.settings.files import load_texts
    from sheetops.settings.model import Team
    from sheetops.settings.policy import zone_of

    if file.suffix.casefold() != ".xlsx":
        raise UsageError(
            "the new workbook must be an .xlsx file", where=str(file), mend=f"call it {file.stem}.xlsx"
        )
    today = datetime.now(zone_of(Team(), language)).date()
    drawn = io.BytesIO()
    new_workbook(team_workbook(language, load_texts(language), today), language).save(drawn)
    write_new(file, drawn.getvalue())
    click.echo(
        f"{file} is ready; open it, put your people into the People tab, and replace the two example rows"
    )
