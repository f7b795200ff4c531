"""Small workbooks with the traps of real ones mixed in at will.

`build` takes the names of traps and gives a workbook with what it holds, so that a test can compare. Every
trap is something a real program wrote into a file somebody uses.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from tests.xlsx_oracle import trap_parts, trap_zip
from tests.xlsx_oracle.reader import Fault, Formula, Key, Value, letters
from tests.xlsx_oracle.trap_sheet import Cell, Rows, Sheet

TRAPS = (
    # how cells are written
    "inline_strings", "rich_text", "cells_without_r", "rows_without_r", "missing_rows", "missing_cells",
    "spans", "huge_spans", "no_dimension", "huge_dimension", "self_closing", "odd_values", "iso_dates",
    # how the XML is written
    "prefixed", "strict", "utf16", "bom", "xml_comments", "single_quotes", "pretty", "no_declaration",
    # formulas
    "formulas", "shared_formula", "array_formula", "data_table", "calc_chain",
    # styles and dates
    "row_styles", "column_styles", "date1904", "no_styles",
    # what lies around the cells
    "table", "totals_row", "autofilter", "merged", "protected", "extensions", "chart", "comments",
    "defined_names", "last_tab_active", "macros", "custom_parts",
    # how the package is written
    "zip64", "data_descriptors", "stored", "odd_case", "absolute_targets", "folders", "default_types",
)  # fmt: skip
MAIN, OTHER, HIDDEN = "Log", "Other & more", "隐藏"
LAST_ROW = 9
TRICKY = 'a <b> & "c" ]]> 中文 😀'


@dataclass
class Built:
    """A workbook made to be awkward, and what is true of it."""

    data: bytes
    traps: frozenset[str]
    values: dict[Key, Value]
    raw_rows: dict[tuple[str, int], bytes]
    parts: dict[str, str]  # tab name to member name
    refuses: set[Key] = field(default_factory=set)  # must never be written
    touchy: set[Key] = field(default_factory=set)  # may be refused, or written with care

    def free(self, tab: str, row: int, column: int) -> bool:
        """May this cell be written without a second thought?"""
        key = (tab, f"{letters(column)}{row}")
        return key not in self.refuses and key not in self.touchy


def build(traps: frozenset[str] | set[str]) -> Built:
    """The workbook with these traps (names of TRAPS)."""
    chosen = frozenset(traps)
    unknown = chosen - set(TRAPS)
    if unknown:
        raise ValueError(f"no such trap: {sorted(unknown)}")
    sheets = [
        Sheet(MAIN, _log(chosen), chosen, main=True),
        Sheet(OTHER, _other(chosen), chosen),
        Sheet(HIDDEN, {}, chosen),
    ]
    members, names = trap_parts.parts(sheets, chosen)
    built = Built(trap_zip.pack(members, chosen), chosen, {}, {}, names)
    for sheet in sheets:
        built.values |= sheet.values()
        built.raw_rows |= {(sheet.name, row): raw for row, raw in sheet.raw_rows().items()}
    _mark(built)
    return built


def _log(traps: frozenset[str]) -> Rows:
    header = ["ID", "Title", "Asked on", "Count", "Open", "Twice", "Note", "Due"]
    rows: Rows = {1: {i + 1: Cell(text) for i, text in enumerate(header)}}
    for row in range(2, LAST_ROW + 1):
        day = dt.datetime(2026, 11, row)
        rows[row] = {
            1: Cell(f"R-{row:04}"),
            2: Cell(TRICKY if row == 3 else f"Title {row}", rich=row == 4),
            3: Cell(day if "no_styles" not in traps else float(row), style=1, iso=row % 2 == 0),
            4: Cell(float(row) + 0.5, style=4 if row % 2 else 0),
            5: Cell(row % 2 == 0),
            6: _formula(row, traps),
            7: Cell(f" note {row} ", style=2),
            8: Cell(None, style=3),
        }
    if "missing_rows" in traps:
        del rows[6]
    if "missing_cells" in traps:
        rows[8] = {column: cell for column, cell in rows[8].items() if column not in (2, 3, 5, 8)}
    if "odd_values" in traps:
        rows[7][7] = Cell(Fault("#N/A"))
        rows[5][2] = Cell("bell \a and\r\nnewline")
        rows[9][4] = Cell(1.5e-7)
    if "array_formula" in traps:
        rows[2][10] = Cell(Formula("array", "D2:D4*2", "5"), attributes=' t="array" ref="J2:J4"')
        rows[3][10], rows[4][10] = Cell(7.0), Cell(9.0)
    if "data_table" in traps:
        rows[2][14] = Cell(
            Formula("dataTable", "", "1"), attributes=' t="dataTable" ref="N2:N4" dt2D="0" dtr="0" r1="D1"'
        )
        rows[3][14], rows[4][14] = Cell(2.0), Cell(3.0)
    if "totals_row" in traps and "table" in traps:
        rows[LAST_ROW + 1] = {1: Cell("Total"), 4: Cell(Formula("normal", "SUBTOTAL(109,D2:D9)", "48"))}
    if "merged" in traps:
        rows[12] = {11: Cell("merged", style=3), 12: Cell(None, style=3)}
        rows[13] = {11: Cell(None, style=3), 12: Cell(None, style=3)}
    return rows


def _formula(row: int, traps: frozenset[str]) -> Cell:
    if "shared_formula" in traps:
        if row == 2:
            return Cell(Formula("shared", "D2*2", "5"), attributes=f' t="shared" ref="F2:F{LAST_ROW}" si="0"')
        return Cell(Formula("shared", "", f"{row * 2 + 1}"), attributes=' t="shared" si="0"')
    if "formulas" in traps:
        return Cell(Formula("normal", f"D{row}*2", f"{row * 2 + 1}"))
    return Cell(float(row * 2 + 1))


def _other(traps: frozenset[str]) -> Rows:
    rows: Rows = {1: {1: Cell("sum"), 2: Cell(48.0)}, 2: {1: Cell("text of the other tab")}}
    if "formulas" in traps:
        rows[1][2] = Cell(Formula("normal", "SUM(Log!D2:D9)", "48"))
    return rows


def _mark(built: Built) -> None:
    """Note the cells that must be refused, and those that a careful program may refuse."""
    traps = built.traps
    if "shared_formula" in traps:
        built.refuses.add((MAIN, "F2"))
    if "array_formula" in traps:
        built.refuses |= {(MAIN, f"J{row}") for row in (2, 3, 4)}
    if "data_table" in traps:
        built.refuses |= {(MAIN, f"N{row}") for row in (2, 3, 4)}
        built.touchy.add((MAIN, "D1"))
    if "merged" in traps:
        built.touchy |= {(MAIN, ref) for ref in ("L12", "K13", "L13")}
    if "table" in traps:
        built.touchy |= {(MAIN, f"{letters(column)}1") for column in range(1, 9)}
        built.touchy |= {(MAIN, f"{letters(column)}{row}") for column in range(1, 9) for row in (10, 11)}
    if "autofilter" in traps:
        built.touchy |= {(MAIN, f"{letters(column)}1") for column in range(1, 9)}
