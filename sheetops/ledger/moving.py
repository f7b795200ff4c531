"""Know a workbook again that was renamed or moved to another folder, so that it keeps its history and its mails' claims."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, select, update

from sheetops.domain.view import View
from sheetops.ledger import tables as t
from sheetops.ledger.prints import Printer
from sheetops.ledger.recording import see

_SAME = 0.8  # of the vanished sheet's rows must stand unchanged in the new one
_LEAST = 3  # such rows; fewer may be alike by chance, as in two workbooks made from one template


def moved_from(link: Connection, view: View, printer: Printer) -> str | None:
    """The place of the one vanished workbook whose rows this never seen sheet holds; None if there is none, or several."""
    candidates = list(_vanished(link))
    if not candidates:
        return None
    prints = {mark for table in see(view, (), printer).values() for mark in table.prints if mark}
    found = [place for number, place in candidates if _holds(link, number, prints)]
    return found[0] if len(found) == 1 else None


def _vanished(link: Connection) -> Iterator[tuple[int, str]]:
    """Workbooks that were looked at once and are no longer where they were.

    A folder that is missing or empty may be a share that is not mounted at the moment, so it proves nothing.
    """
    known = select(t.sheets.c.number, t.sheets.c.place).where(t.sheets.c.since.is_not(None))
    for number, place in link.execute(known):
        if "://" not in place and not Path(place).exists() and _has_files(Path(place).parent):
            yield number, place


def _has_files(folder: Path) -> bool:
    try:
        return any(True for _ in folder.iterdir())
    except OSError:
        return False


def _holds(link: Connection, sheet: int, prints: set[bytes]) -> bool:
    there = (t.requests.c.sheet == sheet) & t.requests.c.gone.is_(None)
    was = link.execute(select(t.requests.c.print).where(there)).scalars().all()
    return sum(mark in prints for mark in was) >= max(_LEAST, math.ceil(_SAME * len(was)))


def move(link: Connection, old: str, new: str) -> None:
    """Let the sheet that stood at `old` stand at `new` from now on."""
    link.execute(update(t.sheets).where(t.sheets.c.place == old).values(place=new))
