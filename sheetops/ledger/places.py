"""Sheets and runs by the names that people and programs give them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, insert, select

from sheetops.domain.addresses import google_title, is_google
from sheetops.errors import LedgerError
from sheetops.ledger import asking
from sheetops.ledger import tables as t


def place_of(sheet: str) -> str:
    """A sheet's name in the ledger: an address as it is, a path without links and dots."""
    return sheet if "://" in sheet or is_google(sheet) else str(Path(sheet).resolve())


def sheet_number(link: Connection, sheet: str) -> int | None:
    """The sheet's number, None for one never seen; a Google sheet may be asked for by its title, if one has it."""
    title = google_title(sheet)
    if title:
        found = asking.sheets_titled(link, title)
        return found[0] if len(found) == 1 else None
    number: int | None = link.execute(
        select(t.sheets.c.number).where(t.sheets.c.place == place_of(sheet))
    ).scalar()
    return number


def sheet_for(link: Connection, sheet: str) -> int:
    """The sheet's number; one never seen gets its own."""
    known = sheet_number(link, sheet)
    if known is not None:
        return known
    made = link.execute(insert(t.sheets).values(place=place_of(sheet), requests=0))
    assert made.inserted_primary_key is not None
    number: int = made.inserted_primary_key[0]
    return number


def run_of(link: Connection, run: str) -> tuple[int, int]:
    """(number of a run, number of its sheet). Raises LedgerError for one that is unknown."""
    found = link.execute(select(t.runs.c.number, t.runs.c.sheet).where(t.runs.c.id == run)).one_or_none()
    if found is None:
        raise LedgerError(f"run {run} is not in the ledger", mend="`sheetops status` lists the runs")
    return found.number, found.sheet
