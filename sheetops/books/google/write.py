"""Writing cells that people may be editing: look, mark, look again through the marks, write once, compare.

A round takes the whole sheet's state, drops the edits that people have overtaken, and writes the rest in chunks.
What moved between two calls goes into the next round, so that an insert or a sort costs a round and no cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from json import dumps
from typing import NamedTuple

from sheetops.books.base import placed
from sheetops.books.google.convert import to_json
from sheetops.books.google.lock import JobLock, delete_anchors
from sheetops.books.google.marks import Mark, Marks, look, marking, new_ids, take
from sheetops.books.google.read import State, TabState, box, read_state
from sheetops.books.google.repair import Places, take_back
from sheetops.books.google.service import PAYLOAD, Json, OutcomeUnknown, Refused, Service
from sheetops.domain.plan import Conflict, Edit, Write
from sheetops.domain.table import NEW_ROW, RawSheet, Snapshot
from sheetops.errors import SheetError

ROUNDS = 5
CHUNK = (
    3500  # rows: their marks and formats stay under 2 MB, their keys at a tab's 30,000 characters of metadata
)
_ROW_BYTES = 160  # of a row's filter and brackets
_ENTRY = re.compile(r"Invalid data\[(\d+)\]")


@dataclass
class Outcome:
    """What became of edits."""

    done: list[Write] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    again: list[Edit] = field(default_factory=list)  # for the next round
    put_back: list[str] = field(
        default_factory=list
    )  # cells written in a wrong place that hold what stood there


class Look(NamedTuple):
    """A spreadsheet at one moment, and the tables found in it."""

    state: State
    now: Snapshot

    def placed(self, edits: Sequence[Edit]) -> tuple[list[Write], list[Conflict]]:
        """Where edits go, and which cannot be made."""
        return placed(edits, lambda: self.now, partial(forbids, self.state))


class CellWriter:
    """Makes edits in one spreadsheet under its job lock."""

    def __init__(self, service: Service, lock: JobLock, see: Callable[[RawSheet], Snapshot]) -> None:
        self._service = service
        self._lock = lock
        self._see = see
        self._closed_headers: set[int] = set()  # tabs whose header row this account may not touch
        self._harmed: list[str] = []

    def look(self) -> Look:
        """The spreadsheet as it is now."""
        state = read_state(self._service)
        return Look(state, self._see(state.raw()))

    def write(self, edits: Sequence[Edit], look: Look) -> Outcome:
        """Make the edits that still hold, as a `look` of just now tells.

        Raises SheetError when what was read back is not what was planned.
        """
        total = Outcome(again=list(edits))
        for turn in range(ROUNDS):
            if not total.again:
                break
            pending, total.again = total.again, []
            self._round(pending, total, look if turn == 0 else self.look())
        total.conflicts += [Conflict(edit, "row-changed") for edit in total.again]
        if self._harmed:
            raise SheetError(
                f"people re-arranged the sheet at the very moment of writing; look at {', '.join(self._harmed)}",
                where=self._service.location,
                mend="the version history of the sheet shows what stood there",
            )
        return total

    def _round(self, edits: list[Edit], total: Outcome, look: Look) -> None:
        writes, lost = look.placed(edits)
        total.conflicts += lost
        for chunk in _chunks(writes):
            self._write_chunk(_marks(chunk, *look), total)

    def _write_chunk(self, marks: Marks, total: Outcome) -> None:
        if not self._set_marks(marks):
            total.again += [write.edit for mark in marks.rows for write in mark.writes]
            return
        try:
            look(self._service, list(marks.all()))
            ready = [mark for mark in marks.rows if mark.unmoved() and marks.headers[mark.tab.id].unmoved()]
            moved = set(marks.rows) - set(ready)
            for mark in moved:
                mark.note_seen()
            total.again += [write.edit for mark in marks.rows if mark in moved for write in mark.writes]
            self._send_both(ready, marks.headers, total)
        finally:
            self._drop_marks()

    def _send_both(self, rows: Sequence[Mark], headers: dict[int, Mark], total: Outcome) -> None:
        """Dates for cells without a date format are typed, so that Google gives them one; all else is sent raw."""
        typed = [mark.part(mark.to_type()) for mark in rows]
        typed = [mark for mark in typed if mark.writes]
        steady = self._send(Marks(typed, headers), "USER_ENTERED", total) if typed else True
        by_id = {mark.id: mark for mark in typed}
        raw = []
        for mark in rows:
            first = by_id.get(mark.id, mark.part([]))
            if first.lost:
                total.again += [write.edit for write in mark.writes if write not in first.writes]
                continue
            left = [w for w in mark.writes if w not in first.writes or w in first.unread]
            if left and steady:
                raw.append(mark.part(left))
            else:  # rows or columns move just now: everything is looked at anew first
                total.again += [write.edit for write in left]
        if raw:
            self._send(Marks(raw, headers), "RAW", total)

    def _set_marks(self, marks: Marks) -> bool:
        """Mark the rows where they were seen; False when the sheet changed so that it could not be done."""
        requests = [*self._lock.renewal(), *_room(marks.rows), *marking(marks.all())]
        try:
            self._service.batch(requests)
        except (Refused, OutcomeUnknown) as error:
            self._lock.check()  # a lost lock is the one cause that must stop the run
            if isinstance(error, OutcomeUnknown):
                self._drop_marks()
            return False
        return True

    def _drop_marks(self) -> None:
        """Take the marks off; this also keeps a late write from reaching its row. What stays, the next run removes."""
        for _ in range(3):
            try:
                self._service.batch([delete_anchors()])
                return
            except OutcomeUnknown:
                continue
            except Refused:
                return

    def _send(self, marks: Marks, option: str, total: Outcome) -> bool:
        """Write once, and judge by what then stands in the rows; False when rows or columns were found to move."""
        spoken = [mark for tab, mark in marks.headers.items() if tab not in self._closed_headers]
        sent = [*spoken, *marks.rows]
        known = True
        self._lock.require_hold()
        try:
            answer = self._service.write([mark.data(option) for mark in sent], option)
        except Refused as error:
            self._refused(error, sent, total)
            return True
        except OutcomeUnknown:
            known = False
            look(self._service, list(marks.all()))
        else:
            take(sent, ((item["updatedData"], [item["dataFilter"]]) for item in answer))
            silent = [mark for mark in marks.headers.values() if mark not in spoken]
            if silent:
                look(self._service, silent)
        return self._judge(marks, option, total, known)

    def _judge(self, marks: Marks, option: str, total: Outcome, known: bool) -> bool:
        places = Places(marks.headers)
        wrong = []
        for mark in marks.rows:
            made = [write for write in mark.writes if mark.holds(write)]
            left = [write for write in mark.writes if write not in made]
            mark.lost = mark.found is None or not places.same_row(mark)
            if mark.lost:
                total.again += [write.edit for write in mark.writes]
                if mark.found is not None:
                    wrong.append(mark)
                continue
            total.done += [write._replace(row=mark.place + 1) for write in made]
            mark.note_made()
            if not known:
                total.again += [write.edit for write in left]
            elif option == "RAW":
                self._harmed += [f"{write.tab}!{write.cell}" for write in left]
            else:
                mark.unread = tuple(left)  # a locale that does not know ISO dates: they follow raw
        if wrong:
            repair = take_back(self._service, wrong, places)
            self._harmed += repair.lost
            total.put_back += repair.done
        return not wrong and all(header.unmoved() for header in marks.headers.values())

    def _refused(self, error: Refused, sent: Sequence[Mark], total: Outcome) -> None:
        """Google names the entry it will not take; nothing was written, so the others try again."""
        found = _ENTRY.search(error.what)
        if found is None:
            raise error
        guilty = sent[int(found[1])]
        for mark in sent:
            mark.lost = True
        if not guilty.writes:
            self._closed_headers.add(guilty.tab.id)
        for mark in sent:
            for write in mark.writes:
                if mark is guilty:
                    total.conflicts.append(Conflict(write.edit, "refused", error.what))
                else:
                    total.again.append(write.edit)


def forbids(state: State, write: Write) -> str:
    """What forbids to change a cell, and how to mend that: protection, a formula, a merge, a value that fits no cell."""
    tab = state.tab(write.tab)
    row, column = write.row - 1, write.column - 1
    if tab is None:
        return "its tab is gone"
    if (row, column) in tab.formulas:
        return "the cell holds a formula; change it in the sheet"
    try:
        to_json(write.edit.new)
    except ValueError as error:
        return f"the value fits no cell ({error})"
    for merge in tab.merges:
        row0, _, column0, _ = box(merge, tab)
        if _inside(merge, tab, row, column) and (row, column) != (row0, column0):
            return "the cell is hidden under merged cells; unmerge them"
    if any(_closed(rule, tab, row, column) for rule in tab.protected):
        return "the cell is protected from the account of the jobs; let it edit the range (Data › Protect sheets and ranges)"
    return ""


def _closed(rule: Json, tab: TabState, row: int, column: int) -> bool:
    free = any(_inside(each, tab, row, column) for each in rule.get("unprotectedRanges", []))
    return not free and _inside(rule.get("range", {}), tab, row, column)


def _inside(block: Json, tab: TabState, row: int, column: int) -> bool:
    row0, row1, column0, column1 = box(block, tab)
    return row0 <= row < row1 and column0 <= column < column1


def _chunks(writes: Sequence[Write]) -> Iterator[list[list[Write]]]:
    """The writes row by row, as many rows at a time as fit into one request."""
    rows: dict[tuple[str, int], list[Write]] = {}
    for write in writes:
        rows.setdefault((write.tab, write.row), []).append(write)
    chunk: list[list[Write]] = []
    size = 0
    for row in rows.values():
        more = _ROW_BYTES + sum(len(dumps(to_json(w.edit.new))) for w in row) + 5 * max(w.column for w in row)
        if chunk and (len(chunk) == CHUNK or size + more > PAYLOAD):
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += more
    if chunk:
        yield chunk


def _room(rows: Sequence[Mark]) -> Iterator[Json]:
    """The requests that make a tab long enough for the rows to be added to it: a mark needs a row to stand on."""
    needed: dict[int, tuple[TabState, int]] = {}
    for mark in rows:
        tab, most = needed.get(mark.tab.id, (mark.tab, mark.tab.rows))
        needed[mark.tab.id] = tab, max(most, mark.row + 1)
    for tab, most in needed.values():
        if most > tab.rows:
            more = most - tab.rows
            yield {"appendDimension": {"sheetId": tab.id, "dimension": "ROWS", "length": more}}


def _marks(chunk: Sequence[Sequence[Write]], state: State, now: Snapshot) -> Marks:
    tables = {table.tab: table for table in now.all_tables}
    ids = new_ids(len(chunk) + len(tables))
    made = Marks([])
    for row in chunk:
        table = tables[row[0].tab]
        tab = state.tab(table.tab)
        assert tab is not None
        known = tuple(column - 1 for column in table.columns.values())
        if row[0].edit.ref.row == NEW_ROW:
            # Nothing may stand in a row that is added, whatever the column.
            blank = tuple(range(max(tab.columns, *(write.column for write in row))))
            made.rows.append(Mark(next(ids), tab, row[0].row - 1, blank, tuple(row)))
        else:
            made.rows.append(Mark(next(ids), tab, row[0].row - 1, known, tuple(row)))
        if tab.id not in made.headers:
            made.headers[tab.id] = Mark(next(ids), tab, table.header_row - 1, known)
    return made
