"""What a plan may not do to a cell of a tab: merged cells, protection, tables, formulas of several cells.

Protection: a locked cell of a tab protected with a password is refused, as Excel refuses it. Protection
without a password is a guard against slips that anyone may lift, and a plan is no slip: its cells are
written and the protection stays. Unlocked cells, and ranges that people may edit without a password, are
always written.
"""

from __future__ import annotations

from collections.abc import Iterable

from sheetops.books.xlsx.cellref import Area, areas_at
from sheetops.books.xlsx.formulas import FormulaGuard
from sheetops.books.xlsx.row import Cell
from sheetops.books.xlsx.sheet import SheetXml
from sheetops.books.xlsx.styles import Styles
from sheetops.books.xlsx.tables import Table, check_tables
from sheetops.errors import EditRefused

_SECRETS = ("password", "hashValue")
_RANGE_SECRETS = (*_SECRETS, "securityDescriptor")


class Guard:
    """Judges the cells of one tab."""

    def __init__(self, sheet: SheetXml, styles: Styles, tables: list[Table], rows: Iterable[int]) -> None:
        """`rows` are the rows of the plan."""
        self._styles = styles
        self._tables = tables
        self._formulas = FormulaGuard(sheet)
        self._merged = self._merged_by_row(sheet.merged, sorted(rows))
        self._locked = self._protected(sheet)
        self._open = self._open_areas(sheet)

    @staticmethod
    def _merged_by_row(areas: list[Area], rows: list[int]) -> dict[int, list[Area]]:
        found: dict[int, list[Area]] = {}
        if rows:
            near = [area for area in areas if area.bottom >= rows[0] and area.top <= rows[-1]]
            for row in rows if near else []:
                found[row] = [area for area in near if area.top <= row <= area.bottom]
        return found

    @staticmethod
    def _protected(sheet: SheetXml) -> bool:
        node = sheet.shell.find("sheetProtection")
        if node is None or node.attrs.get("sheet", "0") not in ("1", "true"):
            return False
        return any(node.attrs.get(secret) for secret in _SECRETS)

    @staticmethod
    def _open_areas(sheet: SheetXml) -> list[Area]:
        listed = sheet.shell.find("protectedRanges")
        open_: list[Area] = []
        for node in listed.all("protectedRange") if listed else []:
            secret = any(node.attrs.get(name) for name in _RANGE_SECRETS) or node.children
            if not secret:
                open_ += areas_at(node.attrs.get("sqref", ""))
        return open_

    def check(self, row: int, column: int, cell: Cell | None, style: int, where: str) -> None:
        """EditRefused, with one line, if the cell at (`row`, `column`) of format `style` may not change."""
        for area in self._merged.get(row, ()):
            if area.holds(row, column) and (row, column) != (area.top, area.left):
                raise EditRefused(
                    f"the cell is hidden under the merged cells {area}",
                    where=where,
                    mend="write to their first cell, or unmerge them",
                )
        if self._locked and self._styles.is_locked(style) and not self._is_open(row, column):
            raise EditRefused(
                "the cell is locked and its tab is protected with a password",
                where=where,
                mend="unlock the cell, or unprotect the tab in Excel",
            )
        check_tables(self._tables, row, column, where)
        self._formulas.check(row, column, cell, where)

    def _is_open(self, row: int, column: int) -> bool:
        return any(area.holds(row, column) for area in self._open)
