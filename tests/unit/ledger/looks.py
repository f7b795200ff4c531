"""Let a ledger look at small sheets, without the runner."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b

from sqlalchemy import select

from sheetops.books.base import Applied
from sheetops.domain.history import History, Life
from sheetops.domain.plan import Edit, Plan, resolve
from sheetops.domain.rows import Rows
from sheetops.domain.table import Grid, Raw, RawSheet, take_snapshot
from sheetops.domain.view import View
from sheetops.ledger import Ledger
from sheetops.ledger import tables as t
from tests.sheets import log, policy

DAY = timedelta(days=1)
START = datetime(2026, 11, 2, 9, 30)  # a Monday
SHEET = "desk.xlsx"
_policy = cache(policy)


def marked(grid: Grid) -> Grid:
    """The tab as a book reads it that marks rows."""
    width = max(map(len, grid.rows), default=0)
    rows = [[*cells, *[None] * (width - len(cells))] for cells in grid.rows]
    return replace(grid, rows=Rows(list(map(list, zip(*rows, strict=True))), array("Q", map(mark, rows))))


def mark(cells: Sequence[Raw]) -> int:
    """The mark of a row: 64 bits that tell it from every other."""
    told = repr([(type(raw).__name__, raw) for raw in cells])
    return int.from_bytes(blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def see(grids: Sequence[Grid], now: datetime, place: str = SHEET) -> View:
    """The view of these tabs."""
    snapshot = take_snapshot(RawSheet(place, tuple(grids), "0"), language="en")
    return View(snapshot, _policy("en"), History(), now)


def look(
    ledger: Ledger,
    *grids: Grid,
    now: datetime = START,
    place: str = SHEET,
    edits: Sequence[tuple[int, str, Raw]] = (),
    plan: Plan | None = None,
    jobs: Sequence[str] = ("fill",),
) -> str:
    """Record one run that saw `grids` and wrote `edits` (index in the first tab, column, new value)."""
    view = see(grids, now, place)
    run = ledger.start_run(place, jobs, now)
    table = view.snapshot.tables[0] if view.snapshot.tables else None
    wanted = [
        Edit(table.ref(i), key, table.cell(i, key), table.column(key)[i], new, "why")
        for i, key, new in edits
        if table
    ]
    writes, conflicts = resolve(wanted, view.snapshot)
    plan = replace(plan or Plan(), edits=tuple(wanted))
    tabs = tuple(tab.name for tab in plan.tabs)
    ledger.record(run, view, plan, Applied(tuple(writes), tuple(conflicts), tabs, "1"))
    ledger.finish_run(run, "done", {"read": 0.5})
    return run


def look_at_rows(ledger: Ledger, rows: Sequence[Sequence[Raw]], day: int, place: str = SHEET) -> str:
    """Record a run that saw `rows` in the tab Requests, `day` days after the first look."""
    return look(ledger, log(*rows), now=START + day * DAY, place=place)


def life(ledger: Ledger, identifier: str, place: str = SHEET) -> Life:
    """The life of a request as the jobs are told."""
    found = ledger.history(place, START).life(identifier)
    assert found is not None, f"{identifier} is not in the ledger"
    return found


def everything(ledger: Ledger) -> str:
    """All that a ledger holds, as text, with what is deflated in it."""
    found = []
    with ledger._engine.connect() as link:
        for table in t.metadata.sorted_tables:
            for kept in link.execute(select(table)):
                found += map(_unfolded, kept)
    return "\n".join(found)


def _unfolded(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    text = value.decode("latin-1") + value.decode("utf-8", "replace")
    for at in range(len(value)):
        if value[at] == _DEFLATED:
            with suppress(zlib.error):
                text += zlib.decompressobj().decompress(value[at:]).decode("utf-8", "replace")
    return text


_DEFLATED = 0x78  # the first byte of whatever zlib deflated
