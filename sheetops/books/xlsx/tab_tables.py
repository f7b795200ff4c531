"""Tables of a tab: names and ids that are unique in the workbook, and what elsewhere leans on old ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lxml import etree

from sheetops.books.xlsx.package import Package, SheetRef
from sheetops.books.xlsx.tab_origin import Parts
from sheetops.books.xlsx.tab_sheet import Change, rewrite
from sheetops.books.xlsx.tab_xml import tree
from sheetops.books.xlsx.xmlbytes import parse
from sheetops.errors import TabRefused

HOLDS_FORMULAS = re.compile(r"([sS]heet|[cC]hart|table|slicerCache)\+xml$")
STYLE_NAMES = re.compile(r"[cC]ellStyle$")


class Table(NamedTuple):
    """A table as its part names it."""

    name: str
    number: int


def table_of(package: Parts, part: str) -> Table:
    """The table in this part."""
    root = package.tree(part)[1]
    name = root.attrs.get("displayName") or root.attrs.get("name", "")
    return Table(name, int(root.attrs.get("id", "0")))


def tables(package: Package, without: Iterable[str] = ()) -> list[Table]:
    """Every table of the workbook, except those in the parts `without`."""
    left_out = set(without)
    found = []
    for sheet in package.sheets():
        for rel in package.rels(sheet.part) if sheet.part else ():
            if rel.kind == "table" and rel.part and package.has(rel.part) and rel.part not in left_out:
                found.append(table_of(package, rel.part))
    return found


def named(
    wanted: Iterable[str], taken_names: Iterable[str], taken: list[Table], old: list[Table]
) -> dict[str, Table]:
    """Each wanted table's name to its name and id in the target; a table of the old tab keeps its id."""
    names = {name.lower() for name in taken_names} | {table.name.lower() for table in taken}
    numbers = {table.number for table in taken}
    former = {table.name.lower(): table.number for table in old}
    result: dict[str, Table] = {}
    for name in wanted:
        new, suffix = name, 2
        while new.lower() in names:
            new, suffix = f"{name}_{suffix}", suffix + 1
        number = former.get(new.lower(), 0)
        if not number or number in numbers:
            number = max([0, *numbers, *former.values()]) + 1
        names.add(new.lower())
        numbers.add(number)
        result[name] = Table(new, number)
    return result


def table_tree(source: bytes, change: Change, table: Table) -> etree._Element:
    """The table's part under its new name and id.

    Names of cell styles go: the styles were resolved into plain formats, so that the names mean nothing.
    """
    root = tree(source)
    rewrite(root, change)
    root.set("id", str(table.number))
    root.set("name", table.name)
    root.set("displayName", table.name)
    for element in root.iter(etree.Element):
        for name in [key for key in element.attrib if STYLE_NAMES.search(str(key))]:
            del element.attrib[name]
    return root


def refuse_if_needed(package: Package, sheet: SheetRef, gone: Mapping[str, str], lost: list[Table]) -> None:
    """Raise TabRefused if something elsewhere leans on what would go with the tab's old content.

    `gone` holds the parts that go, with their kind; `lost` the tables whose name the new content does not have.
    """
    where = f"{package.where}, tab {sheet.name}"
    mend = "delete it there first, or give the new tab another name"
    others = [name for name in package.names() if name not in gone and name != sheet.part]
    if "pivotTable" in gone.values():
        for part in others:
            if _shows_pivot_of(package, part, sheet):
                raise TabRefused(
                    f"{_called(package, part)} shows a pivot table of the tab", where=where, mend=mend
                )
    for table in lost:
        use = re.compile(rb"(?<![\w.])" + re.escape(table.name.encode()) + rb"\[", re.IGNORECASE)
        slicer = re.compile(rb'tableSlicerCache[^>]*\btableId="%d"' % table.number)
        for part in others:
            if part == package.workbook_part() or HOLDS_FORMULAS.search(package.content_type(part) or ""):
                data = package.utf8(part)[0]
                if use.search(data) or slicer.search(data):
                    raise TabRefused(
                        f"{_called(package, part)} uses the tab's table {table.name}", where=where, mend=mend
                    )


def _called(package: Package, part: str) -> str:
    """What a person calls this part."""
    if part == package.workbook_part():
        return "a defined name"
    tab = next((ref.name for ref in package.sheets() if ref.part == part), None)
    return f"the tab {tab}" if tab else f"its part {part}"


def _shows_pivot_of(package: Package, part: str, sheet: SheetRef) -> bool:
    """Whether a slicer, a timeline or a chart shows a pivot table that lies on `sheet`."""
    kind = package.content_type(part) or ""
    data = package.utf8(part)[0] if re.search(r"(slicerCache|timelineCache|chart|Chart)\+xml$", kind) else b""
    if re.search(rb'<(\w+:)?pivotTable\s[^>]*\btabId="%d"' % sheet.sheet_id, data):
        return True
    if b"pivotSource" not in data:
        return False
    nodes = [node for node in parse(data, part).walk() if node.name == "pivotSource"]
    names = [child.text for node in nodes for child in node.children if child.name == "name"]
    return any(
        re.sub(r"^.*\]", "", name.rpartition("!")[0]).strip("'").lower() == sheet.name.lower()
        for name in names
    )
