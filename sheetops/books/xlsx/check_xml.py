"""Small parts as trees, for the check: read by Python's own reader, which starts four times faster than lxml."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from sheetops.books.xlsx.check_sheet import utf8

REL_IDS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)


class _Builder(TreeBuilder):
    """Builds no tree of a part that declares entities."""

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        raise ValueError("it declares a document type, which no workbook does")


def root_of(part: bytes) -> Element:
    """The part's root element; ValueError where it is not well formed."""
    parser = XMLParser(target=_Builder(), encoding="utf-8")
    try:
        parser.feed(utf8(part)[1])
        root: Element = parser.close()
    except ParseError as error:
        raise ValueError(f"it is not well-formed XML: {error.msg}") from error
    return root


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def named(elements: Element | Iterator[Element], *names: str) -> list[Element]:
    """Those of the elements (or of the children of the one) that have one of these names, in any namespace."""
    return [element for element in elements if local(element) in names]


def rel_id(element: Element) -> str:
    """The element's `r:id`, in the transitional or the Strict namespace; empty if it has none."""
    return next((value for name in REL_IDS if (value := element.get(name))), "")
