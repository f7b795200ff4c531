"""When people re-arranged the sheet between the last look and the write: what stood where, and putting it back.

A mark follows its row through inserts, deletes, moves and sorts by the API; whether it follows a sort in the page is
not measured, and no mark holds a column. So the answer to a write, which shows the whole row and its header as they
stood then, is compared with the look before it; a row that is not the one meant gets its own values back at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from sheetops.books.google.convert import at, same_json
from sheetops.books.google.marks import Mark, look
from sheetops.books.google.read import Place, TabState
from sheetops.books.google.service import Json, OutcomeUnknown, Refused, Service
from sheetops.domain.table import cell_name

Columns = Mapping[int, int | None]  # a column as it is now → as it was; None is new


class Places:
    """Where rows and columns were before, by what they hold."""

    def __init__(self, headers: Mapping[int, Mark]) -> None:
        self._columns = {tab: _column_map(mark) for tab, mark in headers.items()}
        self._headers = headers
        self._indexes: dict[tuple[int, tuple[int, ...]], dict[tuple[str, ...], list[int]]] = {}

    def same_row(self, mark: Mark) -> bool:
        """Whether the row found is the one that was meant, and its written columns are still the same columns."""
        columns, header = self._columns[mark.tab.id], self._headers[mark.tab.id]
        for column in mark.written:
            if columns.get(column, column) != column or not _same_header(header, column):
                return False
        return _likeness(mark, columns) == 1.0 or self._same_id(mark)

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
        if mark.row in rows or (not rows and _likeness(mark, columns) >= 0.5):
            return mark.row
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


def _likeness(mark: Mark, columns: Columns) -> float:
    """Which share of the known cells that were not written is as before."""
    assert mark.found is not None
    told = [
        (now, before)
        for now in range(max(len(mark.found), max(mark.known) + 2))
        if now not in mark.written and (before := columns.get(now, now)) in mark.known and before is not None
    ]
    same = sum(same_json(at(mark.found, now), mark.before(before)) for now, before in told)
    return same / len(told) if told else 0.0


def _alike(tab: TabState, rows: Sequence[int], written: frozenset[int], columns: Columns) -> bool:
    """Whether rows that cannot be told apart held the same where it was written over."""
    places = [before for k in written if (before := columns.get(k, k)) is not None]
    return len({tuple(_word(at(tab.row(row), k)) for k in places) for row in rows}) == 1


def _word(value: Any) -> str:
    return "" if value is None else repr(float(value)) if isinstance(value, (int, float)) else str(value)


def take_back(service: Service, marks: Sequence[Mark], places: Places) -> list[str]:
    """Put back what stood in cells that were written in the wrong row or column; the names of those that could not be.

    A cell that somebody typed into since is left to them.
    """
    lost: list[str] = []
    back: list[tuple[Mark, int, str | None, Any]] = []  # mark, column, formula, value
    for mark in marks:
        for write in mark.writes:
            column = write.column - 1
            if not mark.holds(write):
                continue
            stood = places.stood(mark, column, mark.written)
            if stood is not None:
                formula = mark.tab.formulas.get(stood)
                back.append((mark, column, formula, at(mark.tab.row(stood[0]), stood[1])))
            elif places.is_new_column(mark, column):
                back.append((mark, column, None, ""))
            else:
                lost.append(f"{mark.tab.title}!{cell_name(mark.place + 1, write.column)}")
    look(service, list({id(mark): mark for mark, *_ in back}.values()))
    due = [item for item in back if any(item[0].holds(w) and w.column - 1 == item[1] for w in item[0].writes)]
    plain = [_entry(mark, column, value) for mark, column, formula, value in due if formula is None]
    formulas = [_entry(mark, column, formula) for mark, column, formula, _ in due if formula is not None]
    try:
        if plain:
            service.write(plain)
        if formulas:
            service.write(formulas, "USER_ENTERED")
    except (Refused, OutcomeUnknown):
        lost += [f"{mark.tab.title}!{cell_name(mark.place + 1, column + 1)}" for mark, column, *_ in due]
    return lost


def _entry(mark: Mark, column: int, value: Any) -> Json:
    return {"dataFilter": mark.filter, "majorDimension": "ROWS", "values": [[None] * column + [value]]}
