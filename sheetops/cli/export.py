"""`sheetops export`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetops.cli.common import Wishes, _day, sheets_of, worst
from sheetops.errors import SheetopsError

if TYPE_CHECKING:
    from sheetops.cli.edge import Edge
    from sheetops.domain.view import View
    from sheetops.jobs.export_fields import Table
    from sheetops.settings.load import Loaded
    from sheetops.settings.model import Team

_UNMASKED = "these files hold names, telephone numbers and addresses as the sheet has them; keep them as close as the sheet"
_NO_PARQUET = "no Parquet files, as pyarrow is not installed: pip install 'sheetops[export]'"


@dataclass(frozen=True)
class _Wanted:
    """What the options ask for."""

    out: Path | None
    period: str | None
    formats: tuple[str, ...]
    unmasked: bool


@click.command("export")
@click.argument("sheets", nargs=-1, metavar="[SHEET]...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder. [default: SHEET-export]",
)
@click.option("--period", metavar="PERIOD", help="Only what was there in 2026-10, 2026-Q3, 2026-W41 or 2026.")
@click.option(
    "--format",
    "formats",
    type=click.Choice(["csv", "parquet"]),
    multiple=True,
    help="csv, parquet or both. [default: csv, and parquet where pyarrow is installed]",
)
@click.option("--unmasked", is_flag=True, help="Show customers and texts as the sheet has them.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
@click.option("--as-of", callback=_day, metavar="DATE", help="Work as if today were DATE.")
@click.option("--dry-run", is_flag=True, help="Show which files would be written, with their rows.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Name the columns too.")
@click.option("--force", is_flag=True, help="Write over files that are not as an export left them.")
def command(
    out: Path | None, period: str | None, formats: tuple[str, ...], unmasked: bool, **options: Any
) -> None:
    """Write the requests, owners, findings and history of a sheet as tidy CSV and Parquet files, with a data
    dictionary, for Power BI, Tableau or pandas. The sheet is only read; personal data is masked."""
    from sheetops.cli.edge import Edge, uncollected
    from sheetops.domain.period import parse_period
    from sheetops.settings.load import load

    wishes = Wishes(**options)
    wanted = _Wanted(out, parse_period(period).name if period else None, formats, unmasked)
    loaded = load(wishes.config, beside=wishes.sheets)
    edge = Edge(loaded, wishes)
    asked = sheets_of(wishes.sheets, loaded)
    codes: list[int] = []
    documents: list[dict[str, Any]] = []
    if unmasked:
        click.echo(f"sheetops: {_UNMASKED}", err=True)
    for name, (location, team) in zip(_names(asked, loaded), asked, strict=True):
        folder = _folder(wanted.out, name, several=len(asked) > 1)
        try:
            with uncollected():
                documents.append(_export(edge, name, location, team, folder, wanted))
        except SheetopsError as error:
            click.echo(f"sheetops: {error.line()}", err=True)
            codes.append(error.exit_code)
            documents.append({"sheet": location, "error": error.line(), "exit": error.exit_code})
            continue
        if not (wishes.as_json or wishes.quiet):
            _show(documents[-1], wishes)
    if wishes.as_json:
        whole = documents[0] if len(documents) == 1 else documents
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    raise click.exceptions.Exit(worst(codes))


def _names(asked: Sequence[tuple[str, Team]], loaded: Loaded) -> list[str]:
    """What each sheet is called in the files: its name in the settings, else that of its file; each once."""
    named = {loaded.place(sheet): sheet.name for sheet in loaded.settings.sheets if sheet.name}
    names: list[str] = []
    for location, _ in asked:
        name = named.get(location) or re.sub(r"[^\w.-]+", "-", Path(location).stem).strip("-.") or "sheet"
        names.append(name if name not in names else f"{name}-{len(names) + 1}")
    return names


def _folder(out: Path | None, name: str, several: bool) -> Path:
    if out is None:
        return Path(f"{name}-export")
    return out / name if several else out


def _export(
    edge: Edge, name: str, location: str, team: Team, folder: Path, wanted: _Wanted
) -> dict[str, Any]:
    from sheetops.domain.period import parse_period
    from sheetops.exports.dictionary import NAME
    from sheetops.exports.folder import write_folder
    from sheetops.jobs.export import export

    view = _look(edge, location, team)
    period = parse_period(wanted.period) if wanted.period else None
    happened = edge.ledger.happened(view.snapshot.raw.location)
    tables = export(view, name, happened, period, wanted.unmasked)
    files, notes = _files(view, tables, name, wanted)
    if not edge.wishes.dry_run:
        written = write_folder(folder, files, private=wanted.unmasked, force=edge.wishes.force)
    else:
        written = []
    rows = {table.name: len(table) for table in tables}
    return {
        "sheet": location,
        "out": str(folder),
        "as_of": view.today.isoformat(),
        "period": wanted.period,
        "masked": not wanted.unmasked,
        "files": [
            {
                "path": str(folder / file),
                "rows": rows.get(Path(file).stem) if file != NAME else None,
                "bytes": len(data),
                "written": file in written,
            }
            for file, data in files.items()
        ],
        "columns": {table.name: [field.name for field in table.fields] for table in tables},
        "notes": notes,
    }


def _look(edge: Edge, location: str, team: Team) -> View:
    """The sheet as a job would see it now, with what the ledger remembers."""
    from sheetops.cli.doctor import look

    view = look(edge, location, team)
    as_of: date | None = edge.wishes.as_of
    now = datetime.combine(as_of, time(12)) if as_of is not None and as_of != view.today else view.now
    return replace(view, now=now, history=edge.ledger.history(view.snapshot.raw.location, now))


def _files(
    view: View, tables: Sequence[Table], name: str, wanted: _Wanted
) -> tuple[Mapping[str, bytes], list[str]]:
    """Name → bytes of every file, and what is to be said about them."""
    from sheetops.domain.template import BY_KEY
    from sheetops.exports.csv_files import csv_bytes
    from sheetops.exports.dictionary import NAME, dictionary_csv, package
    from sheetops.exports.parquet import available, parquet_bytes

    formats = wanted.formats or (("csv", "parquet") if available() else ("csv",))
    notes = [] if wanted.formats or available() else [_NO_PARQUET]
    files: dict[str, bytes] = {}
    for table in tables:
        if "csv" in formats:
            files[f"{table.name}.csv"] = csv_bytes(table)
        if "parquet" in formats:
            files[f"{table.name}.parquet"] = parquet_bytes(table)
    headers = {key: view.texts(f"column.{key}") for key in BY_KEY}
    files["dictionary.csv"] = dictionary_csv(tables, headers)
    about = {
        "sheet": name,
        "as_of": view.today.isoformat(),
        "period": wanted.period,
        "masked": not wanted.unmasked,
        "timezone": view.policy.clock.hours.zone.key,
        "language": view.language,
    }
    return {**files, NAME: package(tables, files, headers, about)}, notes


def _show(document: Mapping[str, Any], wishes: Wishes) -> None:
    from sheetops.cli.columns import aligned

    would = "would be written" if wishes.dry_run else "written"
    masked = "personal data masked" if document["masked"] else "NOT masked"
    span = f", {document['period']}" if document["period"] else ""
    click.echo(f"{document['sheet']}: as of {document['as_of']}{span}, {masked}")
    rows = []
    for file in document["files"]:
        count = f"{file['rows']} rows" if file["rows"] is not None else ""
        done = would if wishes.dry_run or file["written"] else "as it was"
        rows.append((file["path"], count, f"{file['bytes']:,} bytes", done))
    click.echo("\n".join(aligned(rows)))
    if wishes.verbose:
        for table, names in document["columns"].items():
            click.echo(f"  {table}: {', '.join(names)}")
    for note in document["notes"]:
        click.echo(f"  note: {note}")
