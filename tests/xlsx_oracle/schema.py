"""Is a part valid against the ECMA-376 schemas? Counts what became invalid, not what always was.

A part is read as a program that knows only the standard reads it: what `mc:Ignorable` names is dropped,
`mc:AlternateContent` becomes its fallback, and the Strict namespaces become the transitional ones.
"""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache
from pathlib import Path

from lxml import etree

from tests.shared_inputs import shared
from tests.xlsx_oracle.parts import read

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
XML = "http://www.w3.org/XML/1998/namespace"
OFFICE = "http://schemas.openxmlformats.org/"
SCHEMAS = {
    "spreadsheetml/2006/main": "sml.xsd",
    "drawingml/2006/spreadsheetDrawing": "dml-spreadsheetDrawing.xsd",
    "drawingml/2006/chart": "dml-chart.xsd",
    "drawingml/2006/chartDrawing": "dml-chartDrawing.xsd",
    "drawingml/2006/main": "dml-main.xsd",
    "drawingml/2006/diagram": "dml-diagram.xsd",
    "officeDocument/2006/extended-properties": "shared-documentPropertiesExtended.xsd",
    "officeDocument/2006/custom-properties": "shared-documentPropertiesCustom.xsd",
}
STRICT = {
    "spreadsheetml/main": "spreadsheetml/2006/main",
    "drawingml/main": "drawingml/2006/main",
    "drawingml/spreadsheetDrawing": "drawingml/2006/spreadsheetDrawing",
    "drawingml/chart": "drawingml/2006/chart",
    "drawingml/chartDrawing": "drawingml/2006/chartDrawing",
    "drawingml/diagram": "drawingml/2006/diagram",
    "drawingml/picture": "drawingml/2006/picture",
    "drawingml/lockedCanvas": "drawingml/2006/lockedCanvas",
    "drawingml/compatibility": "drawingml/2006/compatibility",
    "officeDocument/relationships": "officeDocument/2006/relationships",
    "officeDocument/extendedProperties": "officeDocument/2006/extended-properties",
    "officeDocument/customProperties": "officeDocument/2006/custom-properties",
    "officeDocument/docPropsVTypes": "officeDocument/2006/docPropsVTypes",
    "officeDocument/sharedTypes": "officeDocument/2006/sharedTypes",
    "officeDocument/math": "officeDocument/2006/math",
}
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
BARE = etree.XMLParser(remove_comments=True, remove_pis=True, huge_tree=True)


@cache
def _schema(namespace: str) -> etree.XMLSchema | None:
    short = namespace.removeprefix(OFFICE)
    if short not in SCHEMAS:
        return None
    folder: Path = shared("ooxml-schemas")
    return etree.XMLSchema(etree.parse(str(folder / SCHEMAS[short])))


def transitional(xml: bytes) -> etree._Element:
    """The part's root, with Strict namespaces written as transitional ones, without comments."""
    if not any(mark in xml for mark in (b"\0", b"purl.oclc.org/ooxml/", b"<!DOCTYPE")):
        return etree.fromstring(xml, BARE)
    root = etree.fromstring(xml, PARSER)
    text = etree.tostring(root, encoding="utf-8")
    if b"purl.oclc.org/ooxml/" in text:
        for strict, loose in STRICT.items():
            old = f'"http://purl.oclc.org/ooxml/{strict}"'.encode()
            text = text.replace(old, f'"{OFFICE}{loose}"'.encode())
    return etree.fromstring(text, BARE)


def standard(xml: bytes) -> etree._Element:
    """The part's root as a program sees it that knows the standard and no extension.

    Attributes of the xml namespace go too: XML allows `xml:space` everywhere, the schemas forget it.
    """
    root = transitional(xml)
    ignored: set[str] = set()
    for element in root.iter(etree.Element):
        names = element.get(f"{{{MC}}}Ignorable", "").split()
        ignored.update(element.nsmap[name] for name in names if name in element.nsmap)
    _choose(root, ignored)
    for element in root.iter(etree.Element):
        for key in list(element.attrib):
            space = etree.QName(key).namespace
            if space in (MC, XML) or space in ignored:
                del element.attrib[key]
    return root


def _choose(parent: etree._Element, ignored: set[str]) -> None:
    """Drop ignored children, and put the fallback in the place of every AlternateContent."""
    if etree.QName(parent).localname == "ext":  # an extension holds what its uri says, known or not
        return
    place = 0
    while place < len(parent):
        child = parent[place]
        name = etree.QName(child)
        if name.namespace == MC and name.localname == "AlternateContent":
            parent[place : place + 1] = _branch(child)
        elif name.namespace in ignored and _schema(name.namespace or "") is None:
            del parent[place]
        else:
            _choose(child, ignored)
            place += 1


def _branch(alternate: etree._Element) -> list[etree._Element]:
    for option in alternate.findall(f"{{{MC}}}Choice"):
        spaces = [option.nsmap.get(name, "") for name in option.get("Requires", "").split()]
        if spaces and all(_schema(space) is not None for space in spaces):
            return list(option)
    fallback = alternate.find(f"{{{MC}}}Fallback")
    return [] if fallback is None else list(fallback)


@lru_cache(maxsize=500)
def errors(xml: bytes) -> Counter[str]:
    """What is wrong with this part, each kind of error counted; empty where no schema speaks of it."""
    try:
        root = standard(xml)
    except etree.XMLSyntaxError as wrong:
        return Counter([f"not well formed: {wrong.msg}"])
    schema = _schema(etree.QName(root).namespace or "")
    if schema is None or schema.validate(root):
        return Counter()
    return Counter(entry.message for entry in schema.error_log)


def newly_invalid(before: bytes, after: bytes, names: frozenset[str] | None = None) -> dict[str, list[str]]:
    """Part name to the errors that the save brought into it; looks at `names`, else at every changed part."""
    old, new = read(before), read(after)
    result = {}
    for name, xml in new.items():
        if (names is not None and name not in names) or old.get(name) == xml or not _is_xml(name):
            continue
        fresh = errors(xml) - (errors(old[name]) if name in old else Counter())
        if fresh:
            result[name] = sorted(fresh)
    return result


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels")) or "/" not in name
