"""Parts that openpyxl wrote, in the dialect of the workbook that takes them: transitional or Strict.

Excel reads a transitional part in a Strict workbook as damage, so every part follows its workbook.
"""

from __future__ import annotations

import re

from lxml import etree

from sheetops.books.xlsx.tab_xml import local_name
from sheetops.domain.patterns import pattern

OFFICE = "http://schemas.openxmlformats.org/"
STRICT = {
    f"{OFFICE}{loose}".encode(): f"http://purl.oclc.org/ooxml/{strict}".encode()
    for loose, strict in (
        ("spreadsheetml/2006/main", "spreadsheetml/main"),
        ("drawingml/2006/main", "drawingml/main"),
        ("drawingml/2006/chart", "drawingml/chart"),
        ("drawingml/2006/chartDrawing", "drawingml/chartDrawing"),
        ("drawingml/2006/picture", "drawingml/picture"),
        ("drawingml/2006/spreadsheetDrawing", "drawingml/spreadsheetDrawing"),
        ("officeDocument/2006/relationships", "officeDocument/relationships"),
    )
}
"""Transitional namespaces to those of ISO/IEC 29500-1 (Strict)."""
TAG = pattern(rb'<[^<>]*"http://schemas\.openxmlformats\.org/[^<>]*>')
WHOLE_PERCENTS = frozenset(
    (
        "hPercent",
        "depthPercent",
        "gapWidth",
        "gapDepth",
        "overlap",
        "bubbleScale",
        "holeSize",
        "secondPieSize",
        "lblOffset",
    )
)
"""Chart settings whose `val` is a percentage: 150 in transitional files, 150% in Strict ones."""
COLORS = r"(tint|shade|alpha|hueMod|sat|lum|red|green|blue)(Off|Mod)?"
THOUSANDTHS = {
    **dict.fromkeys(("srcRect", "fillRect", "tileRect", "fillToRect"), ("l", "t", "r", "b")),
    "gs": ("pos",),
    "scrgbClr": ("r", "g", "b"),
    "hslClr": ("sat", "lum"),
}
"""Drawing settings in thousandths of a percent: 35000 in transitional files, 35% in Strict ones."""


def serialized(root: etree._Element, strict: bool) -> bytes:
    """The part as bytes, in Strict form if asked for."""
    if strict:
        _percents(root)
    data = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return TAG.sub(_strict_tag, data) if strict else data


def _strict_tag(tag: re.Match[bytes]) -> bytes:
    text = tag[0]
    for loose, strict in STRICT.items():
        text = text.replace(b'"%b"' % loose, b'"%b"' % strict)
    return text


def _percents(root: etree._Element) -> None:
    if "drawingml" not in str(root.tag):
        return
    for element in root.iter(etree.Element):
        name = local_name(element)
        if name in WHOLE_PERCENTS or name == "thickness":
            _percent(element, "val", 1)
        elif re.fullmatch(COLORS, name):
            _percent(element, "val", 1000)
        for attribute in THOUSANDTHS.get(name, ()):
            _percent(element, attribute, 1000)


def _percent(element: etree._Element, attribute: str, parts: int) -> None:
    value = element.get(attribute)
    if value is not None and not value.endswith("%"):
        element.set(attribute, f"{float(value) / parts:g}%")
