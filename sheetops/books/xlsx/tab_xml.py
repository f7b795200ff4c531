"""The parts around a tab: changes to one XML part collected and made at once, and elements as markup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from sheetops.books.xlsx import xmlbytes
from sheetops.books.xlsx.xmlbytes import Node

TREE_PARSER = etree.XMLParser(
    encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False
)


@dataclass(slots=True)
class _Planned:
    """What is to happen to one element."""

    node: Node
    attributes: dict[bytes, bytes | None]
    inside: bytes = b""


class PartText:
    """One XML part of the target. Only what is changed here differs afterwards, byte for byte."""

    def __init__(self, raw: bytes, where: str) -> None:
        """Raises NotAWorkbook, naming `where`, if the part's XML is broken."""
        self._raw = raw
        self._data, self._encoding = xmlbytes.decode(raw, where)
        self.root = xmlbytes.parse(self._data, where)
        self._planned: dict[int, _Planned] = {}
        self._slices: list[tuple[int, int, bytes]] = []

    def _plan(self, node: Node) -> _Planned:
        return self._planned.setdefault(id(node), _Planned(node, {}))

    def append(self, parent: Node, markup: str) -> None:
        """Add `markup` as the last thing inside `parent`."""
        self._plan(parent).inside += markup.encode()

    def set_attribute(self, node: Node, name: str, value: str) -> None:
        """Set an attribute of a start tag."""
        self._plan(node).attributes[name.encode()] = xmlbytes.escape(value)

    def add_child(self, order: tuple[str, ...], name: str, markup: str) -> None:
        """Add `markup`, an element `name`, to the root where the schema's `order` wants it."""
        self._slices.append(xmlbytes.insert_in_order(self._data, self.root, order, name, markup.encode()))

    def insert(self, at: int, markup: str) -> None:
        """Put `markup` at a position of `root`'s nodes."""
        self._slices.append((at, at, markup.encode()))

    def replace(self, node: Node, markup: str) -> None:
        """Put `markup` (or nothing) in the place of an element."""
        self._slices.append((node.start, node.end, markup.encode()))

    def replace_text(self, node: Node, text: str) -> None:
        """Give an element that holds only text another text."""
        if node.self_closing:
            self.append(node, xmlbytes.escape(text).decode())
        else:
            self._slices.append((node.open_end, node.close_start, xmlbytes.escape(text)))

    def declared(self, node: Node) -> list[tuple[str, str]]:
        """The namespaces that a start tag declares: (prefix, namespace)."""
        written = xmlbytes.attributes(self._data[node.start : node.open_end])
        names = [(name.decode(), value.decode()) for name, value in written.items()]
        return [(name.removeprefix("xmlns:"), value) for name, value in names if name.startswith("xmlns:")]

    def result(self) -> bytes:
        """The part with every change made, in its own encoding; the same object if nothing was planned."""
        slices = list(self._slices)
        for plan in self._planned.values():
            node = plan.node
            tag = self._data[node.start : node.open_end]
            if plan.attributes:
                tag = xmlbytes.with_attributes(tag, plan.attributes)
            if plan.inside and node.self_closing:
                tag = tag[:-2].rstrip() + b">" + plan.inside + b"</" + node.qname(node.name) + b">"
            elif plan.inside:
                slices.append((node.close_start, node.close_start, plan.inside))
            slices.append((node.start, node.open_end, tag))
        if not slices:
            return self._raw
        return self._encoding.encode(xmlbytes.splice(self._data, slices))


def tag_prefix(node: Node) -> str:
    """What stands before the names of elements in `node`'s namespace: `x:`, or nothing."""
    return f"{node.prefix}:" if node.prefix else ""


def markup(node: Node, prefix: str) -> str:
    """The element as text, every name in it with `prefix`; for elements of one namespace, without mixed text."""
    attributes = "".join(
        f' {key}="{xmlbytes.escape(value).decode()}"' for key, value in node.attrs.items() if "}" not in key
    )
    inner = xmlbytes.escape(node.text.strip()).decode() if not node.children else ""
    inner += "".join(markup(child, prefix) for child in node.children)
    name = prefix + node.name
    return f"<{name}{attributes}>{inner}</{name}>" if inner else f"<{name}{attributes}/>"


def tree(data: bytes) -> etree._Element:
    """A part of our own as a tree, without reading anything from outside."""
    return etree.fromstring(data, TREE_PARSER)


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(parent: etree._Element) -> Iterator[etree._Element]:
    """The child elements, without comments and processing instructions."""
    return parent.iterchildren("*")


def child(parent: etree._Element, name: str) -> etree._Element | None:
    """The first child of this local name."""
    return next((element for element in children(parent) if local_name(element) == name), None)
