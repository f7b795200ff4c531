"""When people re-arranged the sheet between the last look and the write: what stood where, and putting it back.

A mark follows its row through inserts, deletes, moves and sorts by the API; whether it follows a sort in the page is
not measured, and no mark holds a column. So the answer to a write, which shows the whole row and its header as they
stood then, is compared with the look before it; a row that is not the one meant gets its own values back at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from sheetops.books.google.convert import at, same_json
from sheetops.books.google.marks import Mark, look, take
from sheetops.books.google.read import Place, TabState
from sheetops.books.google.service import Json, OutcomeUnknown, Refused, Service
from sheetops.domain.plan import Write
from sheetops.domain.table import cell_name

_TRIES = 4

Columns = Mapping[int, int | None]  # a column as it is now → as it was; None is new


class Places:
    """Where rows and columns were before, by what they hold."""

    def __init__(self, headers: Mapping[int, Mark]) -> None:
        self._columns = {tab: _column_map(mark) for tab, mark in headers.items()}
        self.headers = headers
        self._indexes: dict[tuple[int, tuple[int, ...]], dict[tuple[str, ...], list[int]]] = {}

    def same_row(self, mark: Mark) -> bool:
        """Whether the row found is the one that was meant, and its written columns are still the same columns."""
        columns, header = self._columns[mark.tab.id], self.headers[mark.tab.id]
        for column in mark.written:
            if columns.get(column, column) != column or not _same_header(header, column):
                return False
        return (
            _differences(mark, columns) == 0
            or self._same_id(mark)
            or self._row_before(mark, columns, mark.written) == mark.row
        )

    def stood(self, mark: Mark, column: int, written: frozenset[int]) -> Place | None:
        """Where the cell that is now under `column` of the row found stood before; None if it is new or unknown.

        `written` are the columns whose present value is ours and says nothing about the row.
        """
        columns = self._columns[mark.tab.id]
        before = columns.get(column, column)
        row = self._row_before(mark, columns, written)
        return None if row is None or before is None else (row, before)

    def is_new_column(self, mark: Mark, column: int) -> bool:
        """Whether a person inserted the column just now."""
        return self._columns[mark.tab.id].get(column, column) is None

    def _same_id(self, mark: Mark) -> bool:
        """A row with its own ID is known by it, even if another cell was typed into at this moment."""
        key = next((w.edit.ref.id for w in mark.writes), None)
        written = {w.edit.column for w in mark.writes}
        if key is None or "id" in written:
            return False
        columns = self._columns[mark.tab.id]
        id_columns = [k for k in mark.known if str(mark.before(k)).strip() == key]
        return any(
            same_json(at(mark.found or [], now), mark.before(k))
            for k in id_columns
            for now in _now(columns, k, len(mark.found or []))
        )

    def _row_before(self, mark: Mark, columns: Columns, written: frozenset[int]) -> int | None:
        assert mark.found is not None
        told = [
            (k, before)
            for k in range(max(len(mark.found), max(mark.known) + 2))
            if k not in written and (before := columns.get(k, k)) in mark.known and before is not None
        ]
        key = tuple(_word(at(mark.found, k)) for k, _ in told)
        rows = self._index(mark.tab, tuple(before for _, before in told)).get(key, [])
        if mark.row in rows or (not rows and _differences(mark, columns) == 1):
            return mark.row  # as it was, or with one cell typed into at this moment
        return rows[0] if rows and _alike(mark.tab, rows, written, columns) else None

    def _index(self, tab: TabState, columns: tuple[int, ...]) -> dict[tuple[str, ...], list[int]]:
        made = self._indexes.get((tab.id, columns))
        if made is None:
            made = self._indexes[tab.id, columns] = {}
            for number, row in enumerate(tab.values):
                made.setdefault(tuple(_word(at(row, k)) for k in columns), []).append(number)
        return made


def _column_map(header: Mark) -> Columns:
    """What the columns of a header row were before, by its texts in their order."""
    if header.found is None:
        return {}
    before = [_word(value) for value in header.tab.row(header.row)]
    now = [_word(value) for value in header.found]
    if before == now:
        return {}
    columns: dict[int, int | None] = {}
    for kind, old, old_end, new, new_end in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        renamed = kind == "equal" or (kind == "replace" and old_end - old == new_end - new)
        for step in range(new_end - new):
            columns[new + step] = old + step if renamed else None
    return columns


def _same_header(header: Mark, column: int) -> bool:
    return header.found is not None and same_json(at(header.found, column), header.before(column))


def _now(columns: Columns, before: int, width: int) -> list[int]:
    return [now for now in range(width) if columns.get(now, now) == before]


def _differences(mark: Mark, columns: Columns) -> int:
    """How many of the known cells that were not written are not as before."""
    assert mark.found is not None
    told = [
        (now, before)
        for now in range(max(len(mark.found), max(mark.known) + 2))
        if now not in mark.written and (before := columns.get(now, now)) in mark.known and before is not None
    ]
    return sum(not same_json(at(mark.found, now), mark.before(before)) for now, before in told)


def _alike(tab: TabState, rows: Sequence[int], written: frozenset[int], columns: Columns) -> bool:
    """Whether rows that cannot be told apart held the same where it was written over."""
    places = [before for k in written if (before := columns.get(k, k)) is not None]
    return len({tuple(_word(at(tab.row(row), k)) for k in places) for row in rows}) == 1


def _word(value: Any) -> str:
    return "" if value is None else repr(float(value)) if isinstance(value, (int, float)) else str(value)


@dataclass(frozen=True, eq=False)
class _Back:
    """A cell that was written in the wrong place, and what stood there."""

    mark: Mark
    write: Write
    value: Any
    is_formula: bool
    stood: Place | None

    @property
    def name(self) -> str:
        return f"{self.mark.tab.title}!{cell_name(self.mark.place + 1, self.write.column)}"

    def is_same_row(self, row: Sequence[Any]) -> bool:
        """Whether the row found is `row`, but for what was written."""
        return self.mark.found is not None and self.mark.resembles(row, self.mark.written)

    def old_format(self) -> Json:
        """The request that takes away the date format which Google gave the cell with a typed date."""
        column = self.write.column - 1
        block = {
            "sheetId": self.mark.tab.id,
            "startRowIndex": self.mark.place,
            "endRowIndex": self.mark.place + 1,
            "startColumnIndex": column,
            "endColumnIndex": column + 1,
        }
        old = self.mark.tab.formats.get(self.stood) if self.stood else None
        cell = {"userEnteredFormat": {"numberFormat": old}} if old else {}
        return {"repeatCell": {"range": block, "cell": cell, "fields": "userEnteredFormat.numberFormat"}}

    def entry(self) -> Json:
        """What to send."""
        row = [None] * (self.write.column - 1) + [self.value]
        return {"dataFilter": self.mark.filter, "majorDimension": "ROWS", "values": [row]}


@dataclass
class Repair:
    """What became of cells that were written in the wrong row or column, by name."""

    done: list[str] = field(default_factory=list)  # they hold again what the last look saw there
    lost: list[str] = field(default_factory=list)  # people must look at them


def take_back(service: Service, marks: Sequence[Mark], places: Places) -> Repair:
    """Put back what stood in cells that were written in the wrong row or column.

    A cell that somebody typed into since is left to them; a row that moved once more is named.
    """
    repair = Repair()
    back: list[_Back] = []
    for mark in marks:
        for write in mark.writes:
            column = write.column - 1
            if not mark.holds(write):
                continue
            # A row that was to be added was blank, whatever a person has typed into it or wherever they moved it.
            stood = (mark.row, column) if mark.added else places.stood(mark, column, mark.written)
            if stood is not None:
                formula = mark.tab.formulas.get(stood)
                value = at(mark.tab.row(stood[0]), stood[1]) if formula is None else formula
                back.append(_Back(mark, write, value, formula is not None, stood))
            elif places.is_new_column(mark, column):
                back.append(_Back(mark, write, "", False, None))
            else:
                repair.lost.append(f"{mark.tab.title}!{cell_name(mark.place + 1, write.column)}")
    if back:
        _PutBack(service, back, places.headers, repair).run()
    return repair


class _PutBack:
    """Writing what stood there into the cells that still hold ours, each step compared with what was found before."""

    def __init__(
        self, service: Service, back: Sequence[_Back], headers: Mapping[int, Mark], repair: Repair
    ) -> None:
        self._service = service
        self._headers = headers
        self._repair = repair
        self._due = list(back)
        self._dressed: list[_Back] = []  # their cells may have been given a date format
        self._marks = list({id(item.mark): item.mark for item in back}.values())
        self._all = [*self._marks, *headers.values()]
        self._rows = {mark.id: mark.found or [] for mark in self._all}

    def run(self) -> None:
        """Until none is left, or nothing more can be done."""
        for _ in range(_TRIES):
            look(self._service, self._all)
            self._drop_moved()
            typed_over = [item for item in self._due if not item.mark.holds(item.write)]
            self._dressed += typed_over
            self._due = [item for item in self._due if item not in typed_over]
            try:
                self._write()
            except OutcomeUnknown:
                continue
            except Refused:
                break
            self._undress()
            return
        self._repair.lost += [item.name for item in self._due]

    def _write(self) -> None:
        for option, formulas in (("RAW", False), ("USER_ENTERED", True)):
            items = [item for item in self._due if item.is_formula is formulas]
            if items:
                answer = self._service.write([item.entry() for item in items], option)
                sent = {item.mark.id: item.mark for item in items}
                take(list(sent.values()), ((a["updatedData"], [a["dataFilter"]]) for a in answer))
        self._drop_moved()
        self._repair.done += [item.name for item in self._due]
        self._dressed += self._due

    def _drop_moved(self) -> None:
        """Name the cells whose row or column is not where it was before: what was sent may stand elsewhere."""
        moved = [item for item in self._due if not self._unmoved(item)]
        self._repair.lost += [item.name for item in moved if item.mark.found is not None]
        self._due = [item for item in self._due if item not in moved]

    def _unmoved(self, item: _Back) -> bool:
        header = self._headers[item.mark.tab.id]
        return header.found == self._rows[header.id] and item.is_same_row(self._rows[item.mark.id])

    def _undress(self) -> None:
        """Take the date formats away, which goes by place; rows that moved in that moment are named."""
        items = [item for item in self._dressed if item.mark.needs_format(item.write)]
        places = [item.mark.place for item in items]
        if not items:
            return
        with suppress(OutcomeUnknown, Refused):
            self._service.batch([item.old_format() for item in items])
        look(self._service, self._all)
        for item, place in zip(items, places, strict=True):
            if item.mark.found is None or item.mark.place != place or not self._unmoved(item):
                self._repair.lost.append(f"{item.mark.tab.title}!{cell_name(place + 1, item.write.column)}")
