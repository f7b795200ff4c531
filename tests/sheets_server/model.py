"""The state of one spreadsheet. Cells never change in place, so that a snapshot is cheap."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.sheets_server.defaults import sheet_properties, spreadsheet_properties
from tests.sheets_server.errors import RequestError

MAX_CELLS = 10_000_000
MAX_COLUMNS = 18_278
MAX_CHARACTERS = 50_000


@dataclass(frozen=True, slots=True)
class Formula:
    """What a person typed, beginning with "="."""

    text: str


Value = float | str | bool | Formula | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its typed value, and whatever else hangs on it (CellData fields) in `extra`."""

    value: Value = None
    format: dict[str, Any] | None = None
    extra: dict[str, Any] | None = None  # note, dataValidation, textFormatRuns, pivotTable, chipRuns

    def with_value(self, value: Value) -> Cell:
        return Cell(value, self.format, self.extra)

    def with_extra(self, key: str, item: Any) -> Cell:
        extra = {k: v for k, v in (self.extra or {}).items() if k != key}
        if item is not None:
            extra[key] = item
        return Cell(self.value, self.format, extra or None)

    @property
    def blank(self) -> bool:
        return self.value is None and not self.format and not self.extra


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Metadata:
    """One piece of developer metadata; `sheet_id` None means the spreadsheet, `dimension` None the sheet."""

    id: int
    key: str
    value: str | None
    visibility: str
    sheet_id: int | None = None
    dimension: str | None = None
    index: int | None = None
    project: str = ""


@dataclass
class Sheet:
    """One tab. `rows[r]` maps a column to its cell; an empty row is None."""

    properties: dict[str, Any]
    rows: list[dict[int, Cell] | None] = field(default_factory=list)
    merges: list[dict[str, int]] = field(default_factory=list)
    row_props: dict[int, dict[str, Any]] = field(default_factory=dict)
    column_props: dict[int, dict[str, Any]] = field(default_factory=dict)
    row_groups: list[dict[str, Any]] = field(default_factory=list)
    column_groups: list[dict[str, Any]] = field(default_factory=list)
    protected: list[dict[str, Any]] = field(default_factory=list)
    conditional: list[dict[str, Any]] = field(default_factory=list)
    banded: list[dict[str, Any]] = field(default_factory=list)
    charts: list[dict[str, Any]] = field(default_factory=list)
    slicers: list[dict[str, Any]] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    filter_views: list[dict[str, Any]] = field(default_factory=list)
    basic_filter: dict[str, Any] | None = None
    owned: set[int] = field(default_factory=set)  # ids of row dicts made since the last snapshot

    def __post_init__(self) -> None:
        if self.is_grid and not self.rows:
            self.rows = [None] * self.row_count

    @property
    def id(self) -> int:
        return self.properties["sheetId"]

    @property
    def title(self) -> str:
        return self.properties["title"]

    @property
    def is_grid(self) -> bool:
        return self.properties.get("sheetType", "GRID") == "GRID"

    @property
    def row_count(self) -> int:
        return self.properties.get("gridProperties", {}).get("rowCount", 0)

    @property
    def column_count(self) -> int:
        return self.properties.get("gridProperties", {}).get("columnCount", 0)

    def grow(self, rows: int, columns: int) -> None:
        """Sets the grid size; cells outside it are lost."""
        grid = dict(self.properties["gridProperties"])
        grid["rowCount"], grid["columnCount"] = rows, columns
        self.properties = {**self.properties, "gridProperties": grid}
        if rows < len(self.rows):
            del self.rows[rows:]
        else:
            self.rows.extend([None] * (rows - len(self.rows)))
        for at, row in enumerate(self.rows):
            if row and max(row) >= columns:
                self.put_row(at, {c: cell for c, cell in row.items() if c < columns})

    def cell(self, row: int, column: int) -> Cell:
        cells = self.rows[row] if row < len(self.rows) else None
        return cells.get(column, EMPTY) if cells else EMPTY

    def put_row(self, row: int, cells: dict[int, Cell] | None) -> None:
        self.rows[row] = cells or None
        if cells:
            self.owned.add(id(cells))

    def put(self, row: int, column: int, cell: Cell) -> None:
        cells = self.rows[row]
        if cells is None:
            if cell.blank:
                return
            cells = {}
            self.put_row(row, {column: cell})
            return
        if id(cells) not in self.owned:
            cells = dict(cells)
            self.put_row(row, cells)
        if cell.blank:
            cells.pop(column, None)
            if not cells:
                self.rows[row] = None
        else:
            cells[column] = cell

    def cells(self) -> Iterator[tuple[int, int, Cell]]:
        for r, row in enumerate(self.rows):
            if row:
                for c in sorted(row):
                    yield r, c, row[c]

    def snapshot(self) -> Sheet:
        """A copy that shares rows; both sides copy a row before they change it."""
        self.owned = set()
        shared: dict[str, Any] = {"rows": list(self.rows), "owned": set()}
        others = {
            name: copy.deepcopy(getattr(self, name))
            for name in self.__dataclass_fields__
            if name not in shared
        }
        return Sheet(**others, **shared)


class Spreadsheet:
    """One workbook: its tabs, names, metadata and properties."""

    def __init__(self, spreadsheet_id: str, title: str) -> None:
        self.id = spreadsheet_id
        self.properties = spreadsheet_properties(title)
        self.sheets: list[Sheet] = [Sheet(sheet_properties(0, "Sheet1"))]
        self.named: list[dict[str, Any]] = []
        self.metadata: dict[int, Metadata] = {}
        self.version = 0
        self._index: dict[tuple[str, Any], list[int]] | None = None
        self.values_cache: dict[tuple[int, int, int], Any] = {}

    # Snapshots: a batch applies wholly or not at all ---------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        return {
            "properties": copy.deepcopy(self.properties),
            "sheets": [sheet.snapshot() for sheet in self.sheets],
            "named": copy.deepcopy(self.named),
            "metadata": dict(self.metadata),
        }

    def restore(self, saved: dict[str, Any]) -> None:
        for name, value in saved.items():
            setattr(self, name, value)
        self.touch()

    def touch(self) -> None:
        """Forgets what was computed from the cells."""
        self.version += 1
        self._index = None
        self.values_cache = {}

    # Sheets --------------------------------------------------------------------------------------

    def sheet(self, sheet_id: int) -> Sheet:
        for sheet in self.sheets:
            if sheet.id == sheet_id:
                return sheet
        raise RequestError(f"No sheet with id: {sheet_id}")

    def grid(self, sheet_id: int) -> Sheet:
        for sheet in self.sheets:
            if sheet.id == sheet_id and sheet.is_grid:
                return sheet
        raise RequestError(f"No grid with id: {sheet_id}")

    def titled(self, title: str) -> Sheet | None:
        """Titles are compared without regard to case."""
        wanted = title.casefold()
        exact = next((s for s in self.sheets if s.title == title), None)
        return exact or next((s for s in self.sheets if s.title.casefold() == wanted), None)

    def index_of(self, sheet: Sheet) -> int:
        return self.sheets.index(sheet)

    def cell_total(self) -> int:
        return sum(sheet.row_count * sheet.column_count for sheet in self.sheets)

    def check_cell_total(self) -> None:
        if self.cell_total() > MAX_CELLS:
            raise RequestError(
                "This action would increase the number of cells in the workbook above the limit of "
                f"{MAX_CELLS} cells."
            )

    # Metadata ------------------------------------------------------------------------------------

    def set_metadata(self, item: Metadata) -> None:
        self.metadata[item.id] = item
        self._index = None

    def drop_metadata(self, metadata_id: int) -> None:
        del self.metadata[metadata_id]
        self._index = None

    def move_metadata(self, metadata_id: int, index: int) -> None:
        self.metadata[metadata_id] = replace(self.metadata[metadata_id], index=index)
        self._index = None

    def metadata_index(self) -> dict[tuple[str, Any], list[int]]:
        """Ids by key, by value and by (sheet, dimension, index); rebuilt only after a change."""
        if self._index is None:
            found: dict[tuple[str, Any], list[int]] = {}
            for item in self.metadata.values():
                found.setdefault(("key", item.key), []).append(item.id)
                found.setdefault(("value", item.value), []).append(item.id)
                place = (item.sheet_id, item.dimension, item.index)
                found.setdefault(("place", place), []).append(item.id)
            self._index = found
        return self._index
