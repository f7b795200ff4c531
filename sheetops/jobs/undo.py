"""Put back what a run wrote, wherever the cell still holds the run's value. What a person changed since stays."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, time
from typing import NamedTuple

from sheetops.domain.history import PastEdit
from sheetops.domain.plan import Edit, same_value
from sheetops.domain.table import Raw, Snapshot, Table, as_text
from sheetops.domain.texts import Texts


class Kept(NamedTuple):
    """An edit that is not taken back, and why."""

    past: PastEdit
    reason: str  # `row-gone`, `row-unclear`, `column-gone`, `changed-since`, `already-back`, `not-stored`, `row-in-use`


def undo(
    past: Iterable[PastEdit],
    snapshot: Snapshot,
    texts: Texts,
    only: Collection[str] = (),
    print_of: Callable[[Raw], str] = as_text,
) -> tuple[tuple[Edit, ...], tuple[Kept, ...]]:
    """The edits that take back a run's, and those of the run's that stay.

    `past` is what the run wrote (`Ledger.edits_of`); what it left alone is not looked at. A row is found where
    the ledger says that its request stands now, else by its ID. `only` narrows it to some columns (keys) or
    requests (IDs). `print_of` gives the print by which words that the ledger does not keep are known again. A row
    that the run added to a living tab goes whole or not at all: where somebody wrote in it, all of it stays.
    """
    rows = {table.tab: _Rows(table) for table in snapshot.all_tables}
    edits: list[Edit] = []
    kept: list[Kept] = []
    past = list(past)
    added = {made.id for made in past if made.living and made.column == "id" and made.old is None}
    used = {made.id for made in past if made.id in added and _in_use(made, rows, print_of)}
    for made in past:
        if made.outcome != "written" or (only and made.column not in only and made.id not in only):
            continue
        outcome = _back(made, rows, texts, made.living and made.id in used)
        if isinstance(outcome, Edit):
            edits.append(outcome)
        else:
            kept.append(Kept(made, outcome))
    return tuple(edits), tuple(kept)


class _Rows:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.at = {number: index for index, number in enumerate(table.numbers)}
        self.by_id: dict[str, list[int]] = {}
        for index in range(len(table)) if table.has("id") else ():
            identifier = table.ref(index).id
            if identifier is not None:
                self.by_id.setdefault(identifier, []).append(index)


def _back(made: PastEdit, rows: Mapping[str, _Rows], texts: Texts, in_use: bool) -> Edit | str:
    if not made.stored and not (made.living and made.old_stored):
        return "not-stored"
    places = _places(made, rows)
    if len(places) != 1:
        return "row-unclear" if places else "row-gone"
    table, index = places[0]
    if not table.has(made.column):
        return "column-gone"
    now = table.column(made.column)[index]
    if not made.stored and now is None:
        return "already-back"
    if in_use:
        return "row-in-use"
    if made.stored and not _alike(now, made.new):
        return "already-back" if _alike(now, made.old) else "changed-since"
    why = texts("undo.why", run=made.run, value=as_text(made.new))
    return Edit(table.ref(index), made.column, table.cell(index, made.column), now, made.old, why)


def _in_use(made: PastEdit, rows: Mapping[str, _Rows], print_of: Callable[[Raw], str]) -> bool:
    """Whether people wrote something into the row of a living tab, or over this edit of it."""
    places = _places(made, rows) if made.living and made.outcome == "written" else []
    if len(places) != 1:
        return False
    table, index = places[0]
    if any(table.column(key)[index] is not None for key in table.person_keys):
        return True
    now = table.column(made.column)[index] if table.has(made.column) else None
    if now is None:
        return False
    return not _alike(now, made.new) if made.stored else print_of(now) != made.print


def _places(made: PastEdit, rows: Mapping[str, _Rows]) -> list[tuple[Table, int]]:
    if made.row is not None:
        found = rows.get(made.tab)
        return [(found.table, found.at[made.row])] if found and made.row in found.at else []
    if made.id is None:
        return []
    if made.living:
        found = rows.get(made.tab)
        return [(found.table, index) for index in found.by_id.get(made.id, ())] if found else []
    logs = [found for found in rows.values() if found.table.living is None]
    return [(found.table, index) for found in logs for index in found.by_id.get(made.id, ())]


def _alike(now: Raw, then: Raw) -> bool:
    return same_value(_day(now), _day(then))


def _day(raw: Raw) -> Raw:
    """A moment at midnight is a date: books differ in how they read one."""
    return raw.date() if isinstance(raw, datetime) and raw.time() == time(0) else raw
