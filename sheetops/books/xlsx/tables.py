"""Tables and filters of a tab: what in them may not be written to, and what must grow with new rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sheetops.books.xlsx import xmlbytes
from sheetops.books.xlsx.cellref import MAX_ROW, Area, area_at, cell_at
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.row import Row
from sheetops.books.xlsx.sheet import SheetXml
from sheetops.books.xlsx.xmlbytes import Node
from sheetops.domain.patterns import pattern
from sheetops.errors import EditRefused

_RULES = ("conditionalFormatting", "dataValidation")
_NEAR = 1_000  # rows below a filter that are looked through for what people filled
_FILTER_NAME = "_xlnm._filterdatabase"
_NAME_RANGE = pattern(rb"\$?([A-Za-z]+)\$?([0-9]+):\$?([A-Za-z]+)\$?([0-9]+)\s*$")

Filled = Mapping[int, tuple[frozenset[int], frozenset[int]]]
"""Row → (columns filled before, columns filled now), for the rows of a plan."""


class Table(NamedTuple):
    """One table (list object) of a tab."""

    part: str
    name: str
    area: Area
    header: bool
    totals: bool
    waiting: bool
    """It is empty and shows one blank row (insertRow) that the first entry makes a real one."""


def tables_of(package: Package, sheet_part: str) -> list[Table]:
    """The tables of a tab, in file order."""
    tables = []
    for rel in package.rels(sheet_part):
        if rel.kind == "table" and rel.part and package.has(rel.part):
            _, root = package.tree(rel.part)
            area = area_at(root.attrs.get("ref", ""))
            if area is not None:
                name = root.attrs.get("displayName") or root.attrs.get("name") or rel.part
                header = root.attrs.get("headerRowCount", "1") != "0"
                totals = root.attrs.get("totalsRowCount", "0") != "0"
                waiting = root.attrs.get("insertRow", "0") in ("1", "true")
                tables.append(Table(rel.part, name, area, header, totals, waiting))
    return tables


def check_tables(tables: list[Table], row: int, column: int, where: str) -> None:
    """EditRefused for the header and the totals of a table: its definition repeats what they hold."""
    for table in tables:
        if not table.area.holds(row, column):
            continue
        if table.header and row == table.area.top:
            raise EditRefused(
                f"the cell is a column heading of table {table.name}",
                where=where,
                mend="rename the column in Excel",
            )
        if table.totals and row == table.area.bottom:
            raise EditRefused(
                f"the cell is in the totals row of table {table.name}", where=where, mend="change it in Excel"
            )


def lowest_bottom(sheet: SheetXml, tables: list[Table]) -> int:
    """The row below which a plan may make a table or a filter of the tab grow; up to it, it cannot."""
    node = sheet.shell.find("autoFilter")
    area = area_at(node.attrs.get("ref", "")) if node else None
    bottoms = [table.area.bottom - table.waiting for table in tables]
    return min(bottoms + ([area.bottom] if area else []), default=MAX_ROW)


def grown_tables(sheet: SheetXml, tables: list[Table], filled: Filled) -> list[tuple[Table, int]]:
    """The tables that a plan appended rows directly below, each with its new last row."""
    grown = []
    for table in tables:
        if table.totals:
            continue
        others = [other.area for other in tables if other is not table] + sheet.merged
        bottom = _grown_bottom(table.area, filled, others, only_new=True)
        _, now = filled.get(table.area.bottom, (frozenset(), frozenset()))
        entered = any(table.area.left <= column <= table.area.right for column in now)
        if bottom > table.area.bottom or (table.waiting and entered):
            grown.append((table, bottom))
    return grown


def grow_rules(sheet: SheetXml, grown: list[tuple[Area, int]]) -> list[tuple[int, int, bytes]]:
    """The changes to the shell that carry drop-down lists and conditional formats on into new rows of a table or filter.

    As in Excel: a range that ends where the table ended, inside its columns, ends where it ends now (`grown`: the area
    that it had, its new last row).
    """
    changes = []
    for node in sheet.shell.walk() if grown else ():
        if node.name in _RULES and "sqref" in node.attrs:
            if (new := _grown_ranges(node.attrs["sqref"], grown)) is not None:
                tag = sheet.shell_data[node.start : node.open_end]
                changes.append((node.start, node.open_end, xmlbytes.with_attributes(tag, {b"sqref": new})))
        elif node.name == "sqref" and (new := _grown_ranges(node.text, grown)) is not None:
            changes.append((node.open_end, node.close_start, new))
    return changes


def _grown_ranges(sqref: str, grown: list[tuple[Area, int]]) -> bytes | None:
    """The list of ranges with those of grown tables extended; None if none is."""
    from sheetops.domain.living import LIVING_ROOM

    ranges = sqref.split()
    for index, ref in enumerate(ranges):
        area = area_at(ref)
        if area is None:
            continue
        for old, bottom in grown:
            inside = old.left <= area.left and area.right <= old.right and old.top <= area.top
            # Under a heading up to the room of a new living tab: earlier versions let its filter grow alone.
            ours = area.top == old.top + 1 and area.bottom == LIVING_ROOM
            if inside and area.bottom < bottom and (area.bottom == old.bottom or ours):
                ranges[index] = _with_bottom(area, bottom).decode()
    return " ".join(ranges).encode() if ranges != sqref.split() else None


def _grown_bottom(area: Area, filled: Filled, others: list[Area], only_new: bool) -> int:
    """The last row that `area` reaches once the rows of the plan directly below it are part of it.

    With `only_new`, a row that held something before is not part of it: a person put it below on purpose.
    """
    columns = range(area.left, area.right + 1)
    bottom = area.bottom
    while bottom < MAX_ROW and bottom + 1 in filled:
        before, after = filled[bottom + 1]
        below = Area(bottom + 1, area.left, bottom + 1, area.right)
        held = only_new and any(column in before for column in columns)
        if held or not any(column in after for column in columns) or any(below.meets(o) for o in others):
            break
        bottom += 1
    return bottom


def grow_table(package: Package, table: Table, bottom: int) -> None:
    """Let the table, and the filter in its heading, reach down to row `bottom`."""
    data, root = package.tree(table.part)
    tag = data[root.start : root.open_end]
    grown: dict[bytes, bytes | None] = {b"ref": _with_bottom(table.area, bottom), b"insertRow": None}
    changes = [(root.start, root.open_end, xmlbytes.with_attributes(tag, grown))]
    changes += [_ref_change(data, node, bottom) for node in root.all("autoFilter")]
    package.patch(table.part, changes)


def _ref_change(data: bytes, node: Node, bottom: int) -> tuple[int, int, bytes]:
    area = area_at(node.attrs.get("ref", ""))
    tag = data[node.start : node.open_end]
    if area is not None:
        tag = xmlbytes.with_attributes(tag, {b"ref": _with_bottom(area, bottom)})
    return node.start, node.open_end, tag


def _with_bottom(area: Area, bottom: int) -> bytes:
    first = str(Area(area.top, area.left, area.top, area.left))
    last = str(Area(bottom, area.right, bottom, area.right))
    return f"{first}:{last}".encode()


def grown_filter(sheet: SheetXml, filled: Filled) -> tuple[Area, int] | None:
    """The area of the auto-filter that a plan appended rows below, and its new last row.

    Rows that people filled between the two are taken in, as Excel does when the filter is applied again.
    """
    node = sheet.shell.find("autoFilter")
    area = area_at(node.attrs.get("ref", "")) if node else None
    if area is None:
        return None
    columns = frozenset(range(area.left, area.right + 1))
    added = [row for row, (before, after) in filled.items() if after & columns and not before & columns]
    if added and area.bottom + 1 < min(added) <= area.bottom + _NEAR:
        between = [row for row in range(area.bottom + 1, min(added)) if row not in filled]
        filled = {**filled, **_standing(sheet, between)}
    bottom = _grown_bottom(area, filled, [], only_new=False)
    return (area, bottom) if bottom > area.bottom else None


def _standing(sheet: SheetXml, rows: list[int]) -> Filled:
    """What is filled in rows that no plan changes."""
    found = {}
    for number, (start, end) in sheet.find_rows(rows).items():
        columns = Row(number, sheet.data[start:end], sheet.row_prefix, sheet.where).filled()
        found[number] = columns, columns
    return found


def grow_filter(
    package: Package, sheet: SheetXml, tab: int, grown: tuple[Area, int]
) -> list[tuple[int, int, bytes]]:
    """The changes to the tab's shell that extend its auto-filter, `grown` as `grown_filter` tells.

    The hidden name of the filter (`_xlnm._FilterDatabase` of tab number `tab`) is extended with it.
    """
    node = sheet.shell.find("autoFilter")
    assert node is not None
    _grow_filter_name(package, tab, *grown)
    return [_ref_change(sheet.shell_data, node, grown[1])]


def _grow_filter_name(package: Package, tab: int, area: Area, bottom: int) -> None:
    part = package.workbook_part()
    data, root = package.tree(part)
    names = root.find("definedNames")
    for node in names.all("definedName") if names else []:
        same_tab = node.attrs.get("localSheetId", "") == str(tab)
        if node.attrs.get("name", "").lower() != _FILTER_NAME or not same_tab:
            continue
        match = _NAME_RANGE.search(data[node.open_end : node.close_start])
        if match is None:
            continue
        c1, r1, c2, r2 = (group.decode() for group in match.groups())
        if (cell_at(c1 + r1), cell_at(c2 + r2)) == ((area.top, area.left), (area.bottom, area.right)):
            start, end = (node.open_end + at for at in match.span(4))
            package.patch(part, [(start, end, b"%d" % bottom)])
            return


def grow_dimension(sheet: SheetXml, cells: list[tuple[int, int]]) -> list[tuple[int, int, bytes]]:
    """The change to the shell that makes the tab's used range hold the written cells."""
    node = sheet.shell.find("dimension")
    area = area_at(node.attrs.get("ref", "")) if node else None
    if node is None or area is None or not cells:
        return []
    grown = area
    for row, column in cells:
        grown = grown.with_cell(row, column)
    if grown == area:
        return []
    tag = sheet.shell_data[node.start : node.open_end]
    return [(node.start, node.open_end, xmlbytes.with_attributes(tag, {b"ref": str(grown).encode()}))]
