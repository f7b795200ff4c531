"""The stylesheet as a part: the order of its lists, and the one that is made where a workbook has none."""

from __future__ import annotations

import posixpath

from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.xmlbytes import MAIN, MAIN_STRICT, Node

STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
STYLE_ORDER = (
    *("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"),
    *("tableStyles", "colors", "extLst"),
)
"""The order of a stylesheet's children; sml.xsd, CT_Stylesheet."""
RESERVED_FILLS = (
    '<{0}fill><{0}patternFill patternType="none"/></{0}fill>',
    '<{0}fill><{0}patternFill patternType="gray125"/></{0}fill>',
)
"""The first two fills of every workbook; programs take them for granted."""
DEFAULT_FONT = (
    '<{0}font><{0}sz val="11"/><{0}color theme="1"/><{0}name val="Calibri"/><{0}family val="2"/>'
    '<{0}scheme val="minor"/></{0}font>'
)
DEFAULT_BORDER = "<{0}border><{0}left/><{0}right/><{0}top/><{0}bottom/><{0}diagonal/></{0}border>"
DEFAULT_XF = '<{0}xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'


def entries(listed: Node) -> list[Node]:
    """The entries of one list as Excel counts them: where Hancom offers two for one place, the fallback."""
    found = []
    for child in listed.children:
        if child.ns == listed.ns:
            found.append(child)
        elif child.name == "AlternateContent" and (fallback := child.find("Fallback")):
            found += fallback.children
    return found


def empty_stylesheet(strict: bool) -> bytes:
    """The least stylesheet that programs accept."""
    xf = DEFAULT_XF.format("")
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<styleSheet xmlns="{MAIN_STRICT if strict else MAIN}">'
        f'<fonts count="1">{DEFAULT_FONT.format("")}</fonts>'
        f'<fills count="2">{"".join(RESERVED_FILLS).format("")}</fills>'
        f'<borders count="1">{DEFAULT_BORDER.format("")}</borders>'
        f'<cellStyleXfs count="1">{xf}</cellStyleXfs>'
        f'<cellXfs count="1">{xf[:-2]} xfId="0"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    ).encode()


def stylesheet_of(package: Package) -> str | None:
    """The part that holds the workbook's formats, or None if it has none."""
    return package.related(package.workbook_part(), "styles")


def add_stylesheet(package: Package, data: bytes) -> str:
    """Give a workbook that has none the stylesheet `data`; the name of its part."""
    workbook, claimed = package.workbook_part(), package.claimed()
    for rel in package.rels(workbook):
        if rel.kind == "styles" and rel.part:  # a program spoke of one and did not write it
            package.set_part(rel.part, data, STYLES_TYPE)
            return rel.part
    stem, number = posixpath.join(posixpath.dirname(workbook), "styles"), ""
    while f"{stem}{number}.xml".lower() in claimed:
        number = str(int(number or 1) + 1)
    name = f"{stem}{number}.xml"
    package.set_part(name, data, STYLES_TYPE)
    package.add_rel(workbook, package.rel_type("styles"), name)
    return name
