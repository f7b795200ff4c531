"""Reading and writing living tabs: rows by key, and a pen that touches the job's own columns alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sheetops.domain.choices import Choices
from sheetops.domain.living import Living
from sheetops.domain.plan import Edit, same_value
from sheetops.domain.table import Grid, Raw, Table, as_text, cell_name, living_table
from sheetops.domain.tabs import Tab
from sheetops.domain.text import tidy
from sheetops.domain.values import as_date, read_date
from sheetops.domain.view import View

_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:%|‰)?")


@dataclass
class Row:
    """One row of a living tab, with what this run has written over it."""

    table: Table
    index: int
    cells: dict[str, Raw]

    def text(self, key: str) -> str:
        """The cell as a tidy text, blank where there is none."""
        return tidy(as_text(self.cells.get(key)))

    def number(self, key: str) -> float | None:
        """The cell as a number; `90 %` is 90."""
        raw = self.cells.get(key)
        if isinstance(raw, (int, float)) and not isinstance(raw, bool):
            return float(raw)
        match = _NUMBER.fullmatch(self.text(key).replace(",", ""))
        return float(match[1]) if match else None

    def day(self, key: str, today: date) -> date | None:
        """The cell as a day."""
        return as_date(read_date(self.cells.get(key), today)[0])

    def choice(self, key: str, choices: Choices, language: str) -> str | None:
        """The key of what the cell says, None where it is blank or says something else."""
        return choices.read(self.text(key) or None, language)[0]

    def cell(self, key: str) -> str:
        """The A1 name of a cell of the row, of its first cell where the tab has no such column."""
        at = key if self.table.has(key) else "id"
        return self.table.cell(self.index, at)


def rows_of(table: Table) -> tuple[list[Row], list[str]]:
    """The rows, and the IDs that stand more than once: a copied row is not told from its original, so both are left alone."""
    keys = list(table.columns)
    rows = [Row(table, index, {key: table.column(key)[index] for key in keys}) for index in range(len(table))]
    count = Counter(row.text("id") for row in rows)
    twins = sorted(identifier for identifier, times in count.items() if identifier and times > 1)
    return [row for row in rows if row.text("id") not in twins], twins


class Pen:
    """Collects the edits of one job in one living tab. Columns that people own cannot be written with it."""

    def __init__(self, view: View, kind: Living, table: Table) -> None:
        self.view = view
        self.kind = kind
        self.table = table
        self.edits: list[Edit] = []
        self.numbers: list[tuple[str, int]] = []
        self._added = 0
        taken = [_sequence(kind, as_text(raw)) for raw in table.column("id")] if len(table) else []
        self._last = max([view.history.highest.get(kind.prefix, 0), *taken])

    def new_id(self) -> str:
        """The next ID; it is reserved in the ledger, so that none is ever given twice."""
        self._last += 1
        self.numbers.append((self.kind.prefix, self._last))
        return f"{self.kind.prefix}{self._last:03}"

    def set(self, row: Row, key: str, new: Raw, why: str) -> None:
        """Let a cell of the job's hold `new`; a formula that a person put there stays."""
        self._check(key)
        old = row.cells.get(key)
        if not self.table.has(key) or same_value(old, new):
            return
        if (self.table.numbers[row.index], self.table.columns[key]) in self.table.grid.formulas:
            return
        self.edits.append(Edit(self.table.ref(row.index), key, row.cell(key), old, new, why))
        row.cells[key] = new

    def fill(self, row: Row, key: str, new: Raw, why: str) -> None:
        """Let a blank cell hold `new`; what stands there stays."""
        if not row.text(key):
            self.set(row, key, new, why)

    def add(self, cells: Mapping[str, Raw], why: str) -> str:
        """A new row with these cells and an ID, which is returned."""
        identifier = self.new_id()
        ref = self.table.new_ref(identifier)
        number = self.table.free_row + self._added
        self._added += 1
        for key, new in {"id": identifier, **cells}.items():
            self._check(key)
            if self.table.has(key) and new not in (None, ""):
                place = cell_name(number, self.table.columns[key])
                self.edits.append(Edit(ref, key, place, None, new, why))
        return identifier

    def _check(self, key: str) -> None:
        assert self.kind.by_key[key].by_job, f"{key} belongs to people"


def _sequence(kind: Living, identifier: str) -> int:
    number = identifier.strip().removeprefix(kind.prefix)
    return int(number) if number.isdecimal() and number.isascii() and len(number) < 9 else 0


def table_of(tab: Tab, kind: Living) -> Table:
    """A tab that is to be made, as the table it will be."""
    table = living_table(Grid(tab.name, tab.values()), kind)
    assert table is not None
    return table


def listed(rows: Iterable[Row], key: str = "key") -> set[str]:
    """What the rows' keys are."""
    return {text for row in rows if (text := row.text(key))}
