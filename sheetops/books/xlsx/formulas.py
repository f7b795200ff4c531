"""Formulas around a change: ranges that belong together, the calculation chain, the mark to recalculate.

A computed cell's last result stays in the file, since programs that do not compute read it; but the
workbook is marked (calcPr fullCalcOnLoad) so that Excel computes anew and never shows it as fresh.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cached_property

from sheetops.books.xlsx import xmlbytes
from sheetops.books.xlsx.cellref import Area, area_at
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.row import Cell
from sheetops.books.xlsx.sheet import SheetXml, first_formula
from sheetops.errors import EditRefused

WORKBOOK_ORDER = (
    *("fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets"),
    *("functionGroups", "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews"),
    *("pivotCaches", "smartTagPr", "smartTagTypes", "webPublishing", "fileRecoveryPr"),
    *("webPublishObjects", "extLst"),
)
"""The children of a workbook element in the order of the schema (CT_Workbook)."""

_FIRST_ROW = re.compile(rb"<((?:[^\s<>/:!?]+:)?)row(?=[\s/>])")
_TOGETHER = {"array": "an array formula", "dataTable": "a data table"}
_MEND_PART = "change the formula in Excel, or write to another cell"


class FormulaGuard:
    """Refuses to break formulas that fill more than one cell of a tab."""

    def __init__(self, sheet: SheetXml) -> None:
        self._sheet = sheet

    @cached_property
    def _together(self) -> list[tuple[Area, str]]:
        """The ranges of array formulas (also spilled ones) and data tables."""
        sheet = self._sheet
        if not sheet.has_formula or not any(sheet.rows_contain(word.encode()) for word in _TOGETHER):
            return []
        tag = re.compile(rb"<%b[^>]*\st\s*=\s*[\"'](?:array|dataTable)[\"'][^>]*>" % sheet.cell_tag("f"))
        found = []
        for match in tag.finditer(sheet.scan, sheet.rows_start, sheet.rows_end):
            attrs = xmlbytes.attributes(match.group())
            area = area_at(attrs.get(b"ref", b"").decode())
            if area is not None:
                found.append((area, _TOGETHER[attrs[b"t"].decode()]))
        return found

    def check(self, row: int, column: int, cell: Cell | None, where: str) -> None:
        """EditRefused if the cell is part of a formula that others are part of too."""
        for area, what in self._together:
            if area.holds(row, column):
                raise EditRefused(f"the cell belongs to {what} in {area}", where=where, mend=_MEND_PART)
        formula = cell.formula if cell else None
        if formula is None:
            return
        kind = formula.attrs.get("t", "normal")
        if kind in _TOGETHER:
            raise EditRefused(f"the cell holds {_TOGETHER[kind]}", where=where, mend=_MEND_PART)
        if kind == "shared" and "ref" in formula.attrs and self._has_children(formula.attrs):
            raise EditRefused(
                f"other cells of {formula.attrs['ref']} share this cell's formula",
                where=where,
                mend=_MEND_PART,
            )

    def _has_children(self, attrs: dict[str, str]) -> bool:
        area = area_at(attrs["ref"])
        if area is not None and (area.top, area.left) == (area.bottom, area.right):
            return False
        sheet = self._sheet
        index = re.escape(attrs.get("si", "").encode())
        user = re.compile(rb"<%b\s[^>]*?\bsi\s*=\s*[\"']%b[\"']" % (sheet.cell_tag("f"), index))
        users = user.finditer(sheet.scan, sheet.rows_start, sheet.rows_end)
        return sum(1 for _ in zip(users, range(2), strict=False)) > 1


def drop_from_chain(package: Package, sheet_id: int, cells: Collection[str]) -> None:
    """Take overwritten formulas out of the calculation chain; an empty chain goes as a whole."""
    workbook = package.workbook_part()
    part = package.related(workbook, "calcChain")
    if part is None or not cells:
        return
    data, root = package.tree(part)
    changes: list[tuple[int, int, bytes]] = []
    here, written, left = "", "", 0
    for node in root.all("c"):
        here = node.attrs.get("i", here)  # an entry without a sheet is of the sheet before it
        if here == str(sheet_id) and node.attrs.get("r", "") in cells:
            changes.append((node.start, node.end, b""))
            continue
        left += 1
        if "i" not in node.attrs and written != here:
            tag = data[node.start : node.open_end]
            changes.append((node.start, node.open_end, xmlbytes.with_attributes(tag, {b"i": here.encode()})))
        written = here
    if left:
        package.patch(part, changes)
        return
    for rel in package.rels(workbook):
        if rel.kind == "calcChain":
            package.remove_rel(workbook, rel.id)
    package.remove_part(part)


def has_formulas(package: Package, sheets: Iterable[SheetXml] = ()) -> bool:
    """Whether any tab computes anything. `sheets` are the tabs at hand, which are looked into first."""
    if package.related(package.workbook_part(), "calcChain") is not None:
        return True
    known = {sheet.ref.part: sheet for sheet in sheets}
    if any(sheet.has_formula for sheet in known.values()):
        return True
    parts = {ref.part for ref in package.sheets() if ref.part and ref.kind.lower().endswith("sheet")}
    return any(_part_has_formulas(package, part) for part in sorted(parts - set(known)))


def _part_has_formulas(package: Package, part: str) -> bool:
    data, _ = package.utf8(part)
    end = data.rfind(b"sheetData>")  # conditional formats and sparklines after the rows have <f> too
    start = data.find(b"sheetData", 0, end)
    if start < 0:
        return False
    match = _FIRST_ROW.search(data, start, end)
    return match is not None and first_formula(data, match.group(1) + b"f", match.end(), end) >= 0


def mark_recalculation(package: Package) -> None:
    """Ask the program that opens the workbook to compute every formula anew."""
    part = package.workbook_part()
    data, root = package.tree(part)
    found = root.find("calcPr")
    if found is None:
        xml = b'<%b fullCalcOnLoad="1"/>' % root.qname("calcPr")
        package.patch(part, [xmlbytes.insert_in_order(data, root, WORKBOOK_ORDER, "calcPr", xml)])
    elif found.attrs.get("fullCalcOnLoad", "0") not in ("1", "true"):
        tag = data[found.start : found.open_end]
        new = xmlbytes.with_attributes(tag, {b"fullCalcOnLoad": b"1"})
        package.patch(part, [(found.start, found.open_end, new)])
