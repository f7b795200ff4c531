"""The sheet that openpyxl wrote, as the target's sheet: styles, names and dialect of the target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from sheetops.books.xlsx.tab_refs import Renames
from sheetops.books.xlsx.tab_styles import Styles
from sheetops.books.xlsx.tab_xml import child, children, local_name, tree
from sheetops.books.xlsx.xmlbytes import MAIN
from sheetops.errors import TabRefused

FORMULAS = frozenset(("f", "formula", "formula1", "formula2", "calculatedColumnFormula", "totalsRowFormula"))
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""Text that Excel would take for an escaped character; ECMA-376 part 1, 22.9.2.19 (ST_Xstring)."""
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
PASSWORDS = ("password", "hashValue")
NUMBER = re.compile(r"-?\d+(\.\d+)?$")


class Kept(NamedTuple):
    """What stays of the sheet whose content is replaced."""

    code_name: str | None = None
    """Ties the sheet to its module in a macro workbook."""
    color: etree._Element | None = None
    selected: bool = False
    protection: etree._Element | None = None


class Change(NamedTuple):
    """How parts of the source read in the target."""

    styles: Styles
    renames: Renames
    date_shift: int


def kept_of(utf8: bytes) -> Kept:
    """What stays of a sheet part (given as UTF-8)."""
    root = tree(utf8)
    properties, views = child(root, "sheetPr"), child(root, "sheetViews")
    selected = any(
        view.get("tabSelected") in ("1", "true") for view in (children(views) if views is not None else ())
    )
    return Kept(
        code_name=properties.get("codeName") if properties is not None else None,
        color=child(properties, "tabColor") if properties is not None else None,
        selected=selected,
        protection=child(root, "sheetProtection"),
    )


def sheet_tree(source: bytes, change: Change, kept: Kept, where: str) -> etree._Element:
    """The source's sheet with the target's styles and names; relationship ids stay.

    Raises TabRefused, naming `where`, if someone protected the old sheet with a password. Protection
    without one is a guard against slips that anyone may lift: the content changes, the protection stays.
    """
    root = tree(source)
    rows = child(root, "sheetData")
    assert rows is not None  # openpyxl always writes one
    _cells(rows, change)
    rewrite(root, change, without=rows)
    for column in root.iter(f"{{{MAIN}}}col"):
        if "style" in column.attrib:
            column.set("style", str(change.styles.cell(int(column.attrib["style"]))))
    _outline(root, rows)
    for checked in root.iter(f"{{{MAIN}}}dataValidation"):
        if checked.get("type") == "date" and change.date_shift:
            _shift_dates(list(children(checked)), change.date_shift)
    _keep(root, rows, kept, where)
    return root


def _outline(root: etree._Element, rows: etree._Element) -> None:
    """Say how deep rows and columns are grouped; openpyxl says so late, and never for rows."""
    layout, columns = child(root, "sheetFormatPr"), child(root, "cols")
    assert layout is not None  # openpyxl always writes one
    for name, grouped in (("outlineLevelRow", rows), ("outlineLevelCol", columns)):
        depth = max(
            (int(one.get("outlineLevel", "0")) for one in (() if grouped is None else grouped)), default=0
        )
        layout.attrib.pop(name, "")
        if depth:
            layout.set(name, str(depth))


def _all(root: etree._Element, without: etree._Element | None) -> Iterator[etree._Element]:
    yield root
    for part in children(root):
        if part is not without:
            yield from part.iter(etree.Element)


def rewrite(root: etree._Element, change: Change, without: etree._Element | None = None) -> None:
    """Formulas, links and differential formats of `root` and all in it, except its child `without`."""
    for element in _all(root, without):
        if element.text and not change.renames.nothing and local_name(element) in FORMULAS:
            element.text = change.renames.formula(element.text)
        for name in element.attrib:
            if str(name).lower().endswith("dxfid"):
                element.set(name, str(change.styles.differential(int(element.attrib[name]))))
        if "location" in element.attrib:
            element.set("location", change.renames.link(str(element.attrib["location"])))


def chart_tree(source: bytes, change: Change) -> etree._Element:
    """A chart that takes its figures from the tab under its new name."""
    root = tree(source)
    rewrite(root, change)
    _complete(root)
    if change.date_shift:
        for axis in root.iter("{*}dateAx"):
            for scaling in axis.iter("{*}scaling"):
                for bound in children(scaling):
                    if local_name(bound) in ("min", "max"):
                        bound.set("val", str(float(bound.attrib["val"]) + change.date_shift))
    return root


def _complete(chart: etree._Element) -> None:
    """What the schema (dml-chart.xsd) wants and openpyxl leaves out or puts too late."""
    for kind, needed, value in (
        ("scatterChart", "scatterStyle", "lineMarker"),
        ("ofPieChart", "ofPieType", "pie"),
    ):
        for plot in chart.iter(f"{{{CHART}}}{kind}"):
            said = child(plot, needed)
            plot.insert(0, etree.Element(f"{{{CHART}}}{needed}", val=value) if said is None else said)
    for plot in chart.iter(f"{{{CHART}}}area3DChart"):
        depth, axis = child(plot, "gapDepth"), child(plot, "axId")
        if depth is not None and axis is not None:
            axis.addprevious(depth)


def _cells(rows: etree._Element, change: Change) -> None:
    styles, renames = change.styles, change.renames
    default = styles.cell(0)
    for row in rows:
        if "s" in row.attrib:
            row.set("s", str(styles.cell(int(row.attrib["s"]))))
        for cell in row:
            style = cell.get("s")
            if style is not None or default:
                cell.set("s", str(styles.cell(int(style or 0))))
            if len(cell) and cell.get("t") == "inlineStr":
                for text in cell.iter(f"{{{MAIN}}}t"):
                    if text.text and "_x" in text.text:
                        text.text = ESCAPED.sub("_x005F_", text.text)
                continue
            for part in list(cell):
                if part.tag == f"{{{MAIN}}}f" and part.text:
                    part.text = renames.formula(part.text)
                elif part.tag == f"{{{MAIN}}}v" and not part.text:
                    cell.remove(part)  # a formula without a result, or a number that is none


def _shift_dates(elements: list[etree._Element], days: int) -> None:
    for element in elements:
        if element.text and NUMBER.match(element.text):
            day = float(element.text) + days
            element.text = str(int(day)) if day.is_integer() else str(day)


def _keep(root: etree._Element, rows: etree._Element, kept: Kept, where: str) -> None:
    properties = child(root, "sheetPr")
    assert properties is not None  # openpyxl always writes one
    properties.attrib.pop("codeName", "")
    if kept.code_name is not None:
        properties.set("codeName", kept.code_name)
    if kept.color is not None and child(properties, "tabColor") is None:
        properties.insert(0, _own(kept.color))
    for view in root.iter(f"{{{MAIN}}}sheetView"):
        view.attrib.pop("tabSelected", "")
        if kept.selected:
            view.set("tabSelected", "1")
    if kept.protection is None:
        return
    protection = child(root, "sheetProtection")
    secrets = [kept.protection.get(name) for name in PASSWORDS]
    if any(secrets) and (protection is None or [protection.get(name) for name in PASSWORDS] != secrets):
        raise TabRefused("it is protected with a password", where=where, mend="unprotect the tab in Excel")
    if protection is None:
        rows.addnext(_own(kept.protection))


def _own(element: etree._Element) -> etree._Element:
    """A childless element in the namespace that openpyxl writes."""
    copy = etree.Element(f"{{{MAIN}}}{local_name(element)}")
    for name, value in element.attrib.items():
        if "}" not in str(name):
            copy.set(name, value)
    return copy
