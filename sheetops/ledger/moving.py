"""Know a workbook again that was renamed or moved to another folder, so that it keeps its history and its mails' claims."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, delete, select, update

from sheetops.domain.view import View
from sheetops.ledger import tables as t
from sheetops.ledger.placing import prints_there
from sheetops.ledger.prints import Print, Printer
from sheetops.ledger.recording import see

_SAME = 0.8  # of the vanished sheet's rows must stand unchanged in the new one
_LEAST = 3  # such rows; fewer may be alike by chance, as in two workbooks made from one template


def moved_from(link: Connection, view: View, printer: Printer) -> str | None:
    """The place of the one vanished workbook whose rows this never seen sheet holds; None if there is none, or several."""
    candidates = list(_vanished(link))
    if not candidates:
        return None
    prints: set[Print] = set()
    for table in see(view, (), printer).values():
        prints.update(filter(None, table.prints), filter(None, map(table.meant, range(len(table.table)))))
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


def _holds(link: Connection, sheet: int, prints: set[Print]) -> bool:
    was = prints_there(link, sheet)
    return sum(mark in prints for mark in was) >= max(_LEAST, math.ceil(_SAME * len(was)))


def was_seen(link: Connection, place: str) -> bool:
    """Whether a run on the sheet at `place` was recorded. A schedule or a fleet knows sheets before their first run."""
    since = select(t.sheets.c.since).where(t.sheets.c.place == place)
    return link.execute(since).scalar() is not None


def move(link: Connection, old: str, new: str) -> None:
    """Let the sheet that stood at `old` stand at `new` from now on.

    Where the new place has a number already, by which others may lock it, it keeps that and gets the history.
    """
    number = {
        place: link.execute(select(t.sheets.c.number).where(t.sheets.c.place == place)).scalar()
        for place in (old, new)
    }
    if number[old] is None:
        return
    if number[new] is None:
        link.execute(update(t.sheets).where(t.sheets.c.place == old).values(place=new))
        return
    link.execute(
        delete(t.ids).where(t.ids.c.sheet == number[new])
    )  # of runs that failed before their first look
    known = select(t.sheets.c.requests, t.sheets.c.since).where(t.sheets.c.number == number[old])
    requests, since = link.execute(known).one()
    link.execute(delete(t.sheets).where(t.sheets.c.number == number[old]))
    given = {"requests": requests, "since": since}
    link.execute(update(t.sheets).where(t.sheets.c.number == number[new]).values(given))
    for table in t.metadata.sorted_tables:
        if "sheet" in table.c:
            link.execute(update(table).where(table.c.sheet == number[old]).values(sheet=number[new]))
