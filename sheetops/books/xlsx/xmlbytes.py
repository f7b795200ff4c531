"""XML at the level of bytes: where each element stands, so that a change touches nothing beside it.

Nothing here writes XML out of a tree. A part is parsed only to learn positions; the new part is the old
bytes with small slices replaced. Parts in UTF-16 or an eight-bit encoding are worked on as UTF-8 and
turned back afterwards, which is exact for every valid part.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from xml.parsers import expat

from sheetops.errors import NotAWorkbook, RefusedWorkbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MAIN_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
MAIN_BOTH = frozenset((MAIN, MAIN_STRICT))
XML_NS = "http://www.w3.org/XML/1998/namespace"

_TAG = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=/>"']+)\s*=\s*("[^"]*"|'[^']*')""")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_DIGITS = re.compile("[0-9]{1,18}")
_HIDDEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)


class Node:
    """One element: its name, its attributes, and the byte positions of its tags in the parsed data.

    `attrs` has plain names for attributes without a namespace and `{namespace}name` for the others.
    `data[start:open_end]` is the start tag; `data[close_start:end]` the end tag, empty if self-closing.
    """

    __slots__ = (
        "attrs",
        "children",
        "close_start",
        "end",
        "name",
        "ns",
        "open_end",
        "prefix",
        "start",
        "text",
    )

    def __init__(
        self, name: str, ns: str, prefix: str, attrs: dict[str, str], start: int = 0, open_end: int = 0
    ) -> None:
        self.name, self.ns, self.prefix, self.attrs = name, ns, prefix, attrs
        self.start, self.open_end = start, open_end
        self.close_start = self.end = -1
        self.text = ""
        self.children: list[Node] = []

    def but(self, attrs: dict[str, str] | None = None, children: list[Node] | None = None) -> Node:
        """A copy with other attributes or children."""
        new = Node(self.name, self.ns, self.prefix, self.attrs if attrs is None else attrs)
        new.start, new.open_end, new.close_start, new.end = (
            self.start,
            self.open_end,
            self.close_start,
            self.end,
        )
        new.text, new.children = self.text, self.children if children is None else children
        return new

    @property
    def self_closing(self) -> bool:
        """Whether the element is written as one `<tag/>`."""
        return self.close_start == self.end

    def find(self, name: str) -> Node | None:
        """The first child called `name` in the same namespace as this element, or None."""
        return next((c for c in self.children if c.name == name and c.ns == self.ns), None)

    def all(self, name: str) -> list[Node]:
        """Every child called `name` in the same namespace as this element."""
        return [c for c in self.children if c.name == name and c.ns == self.ns]

    def walk(self) -> Iterator[Node]:
        """This element and everything inside it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def qname(self, name: str) -> bytes:
        """`name` with the prefix that this element was written with, as bytes."""
        return f"{self.prefix}:{name}".encode() if self.prefix else name.encode()


class Encoding(NamedTuple):
    """How a part is encoded, so that it can be turned back; `codec` None means UTF-8, kept as it is."""

    codec: str | None = None
    bom: bytes = b""

    def encode(self, data: bytes) -> bytes:
        """UTF-8 `data` in the part's own encoding; what that cannot hold becomes a character reference."""
        if self.codec is None:
            return data
        return self.bom + data.decode("utf-8").encode(self.codec, "xmlcharrefreplace")


def decode(raw: bytes, where: str) -> tuple[bytes, Encoding]:
    """A part's bytes as UTF-8, with the encoding to turn them back; NotAWorkbook if they are not valid."""
    encoding = _encoding(raw)
    if encoding.codec is None:
        return raw, encoding
    try:
        text = raw[len(encoding.bom) :].decode(encoding.codec)
    except (UnicodeDecodeError, LookupError) as error:
        raise NotAWorkbook(f"its text is not valid {encoding.codec}", where=where) from error
    return text.encode("utf-8"), encoding


def _encoding(raw: bytes) -> Encoding:
    for bom, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if raw.startswith(bom):
            return Encoding(codec, bom)
        if raw.startswith("<?".encode(codec)):
            return Encoding(codec)
    declared = _DECLARED.match(raw[3:] if raw.startswith(codecs.BOM_UTF8) else raw[:300])
    name = declared.group(1).decode().lower() if declared else "utf-8"
    return Encoding() if name in ("utf-8", "utf8") or raw.startswith(codecs.BOM_UTF8) else Encoding(name)


class _Builder:
    """Collects the nodes of one parse."""

    def __init__(self, data: bytes, where: str, namespaces: bool) -> None:
        self.data = data
        self.where = where
        self.root: Node | None = None
        self.stack: list[Node] = []
        self.parser = expat.ParserCreate("UTF-8", " ") if namespaces else expat.ParserCreate("UTF-8")
        if namespaces:
            self.parser.namespace_prefixes = True
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.open
        self.parser.EndElementHandler = self.close
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = refuse_doctype(where)

    def open(self, name: str, attrs: dict[str, str]) -> None:
        start = self.parser.CurrentByteIndex
        match = _TAG.match(self.data, start)
        assert match is not None  # expat has just read this very tag
        ns, local, prefix = split_name(name)
        if attrs and any(" " in key for key in attrs):
            attrs = {_attribute_key(key): value for key, value in attrs.items()}
        node = Node(local, ns, prefix, attrs, start, match.end())
        if self.stack:
            self.stack[-1].children.append(node)
        else:
            self.root = node
        self.stack.append(node)

    def close(self, _name: str) -> None:
        node = self.stack.pop()
        if self.data[node.open_end - 2 : node.open_end] == b"/>":
            node.close_start = node.end = node.open_end
            return
        node.close_start = self.parser.CurrentByteIndex
        node.end = self.data.index(b">", node.close_start) + 1

    def characters(self, text: str) -> None:
        self.stack[-1].text += text


def split_name(name: str) -> tuple[str, str, str]:
    """(namespace, local name, prefix) of a name as expat gives it."""
    parts = name.split(" ")
    if len(parts) == 3:
        return parts[0], parts[1], parts[2]
    if len(parts) == 2:
        return parts[0], parts[1], ""
    prefix, colon, local = name.rpartition(":")
    return "", local, prefix if colon else ""


def _attribute_key(name: str) -> str:
    parts = name.split(" ")
    return name if len(parts) == 1 else f"{{{parts[0]}}}{parts[1]}"


def parse(data: bytes, where: str) -> Node:
    """The element tree of `data` (UTF-8), with byte positions. Broken XML: NotAWorkbook; a DTD: refused."""
    return _run(_Builder(data, where, namespaces=True))


def parse_fragment(data: bytes, where: str) -> Node:
    """As `parse`, for one element cut out of its document: prefixes are split off but not looked up."""
    return _run(_Builder(data, where, namespaces=False))


def _run(builder: _Builder) -> Node:
    try:
        builder.parser.Parse(builder.data, True)
    except expat.ExpatError as error:
        raise NotAWorkbook(f"its XML is broken ({error})", where=builder.where) from error
    finally:
        del builder.parser  # it and its handlers hold each other, and 30 KB
    assert builder.root is not None  # expat refuses a document without a root
    return builder.root


def refuse_doctype(where: str) -> Callable[..., None]:
    """A handler for expat that refuses any DTD: no workbook has one, and entity bombs need one."""

    def refuse(*_args: object) -> None:
        raise RefusedWorkbook("it declares XML entities (a DTD), which no real workbook does", where=where)

    return refuse


class _Found(Exception):
    """Ends a parse early."""


def root_of(head: bytes, where: str) -> tuple[str, str]:
    """(namespace, local name) of the root element, from the first bytes of a part in any encoding."""
    encoding = _encoding(head)
    if encoding.codec is not None:
        try:
            head = head[len(encoding.bom) :].decode(encoding.codec, "ignore").encode("utf-8")
        except LookupError as error:
            raise NotAWorkbook(f"its text is not valid {encoding.codec}", where=where) from error
    parser = expat.ParserCreate("UTF-8", " ")
    found: list[str] = []

    def open_(name: str, _attrs: dict[str, str]) -> None:
        found.append(name)
        raise _Found

    parser.StartElementHandler = open_
    parser.StartDoctypeDeclHandler = refuse_doctype(where)
    try:
        parser.Parse(head, False)
    except _Found:
        return split_name(found[0])[:2]
    except expat.ExpatError as error:
        raise NotAWorkbook(f"its XML is broken ({error})", where=where) from error
    raise NotAWorkbook("its XML has no root element", where=where)


def tag_at(data: bytes, start: int, where: str) -> bytes:
    """The whole tag that begins at `start`; NotAWorkbook, naming `where`, if it has no end."""
    match = _TAG.match(data, start)
    if match is None:
        raise NotAWorkbook("its XML is broken (a tag has no end)", where=where)
    return match.group()


def masked(data: bytes) -> bytes:
    """`data` with comments, CDATA and processing instructions blanked out, every position kept."""
    if b"<!" not in data and b"<?" not in data:
        return data
    return _HIDDEN.sub(lambda m: b" " * len(m.group()), data)


def splice(data: bytes, changes: Iterable[tuple[int, int, bytes]]) -> bytes:
    """`data` with each slice (start, end) replaced; slices may not overlap, and may come in any order."""
    return b"".join(pieces_of(data, changes))


def pieces_of(data: bytes, changes: Iterable[tuple[int, int, bytes]]) -> list[bytes | memoryview]:
    """As `splice`, but in pieces, those of `data` uncopied: a tab of fifty megabytes need not be there twice."""
    pieces: list[bytes | memoryview] = []
    view, at = memoryview(data), 0
    for start, end, new in sorted(changes, key=lambda change: change[:2]):
        if start < at:
            raise ValueError("two changes overlap")
        pieces += (view[at:start], new)
        at = end
    pieces.append(view[at:])
    return pieces


def attributes(tag: bytes) -> dict[bytes, bytes]:
    """The attributes of a start tag as written: qualified name → value without its quotes."""
    return {m.group(1): m.group(2)[1:-1] for m in _ATTRIBUTE.finditer(tag)}


def with_attributes(tag: bytes, changes: dict[bytes, bytes | None]) -> bytes:
    """A start tag with attributes set (value already escaped) or, for None, dropped; the rest as it was."""
    left = dict(changes)

    def change(match: re.Match[bytes]) -> bytes:
        name = match.group(1)
        if name not in changes:
            return match.group()
        value = left.pop(name, None)
        if value is None:
            return b""
        return match.group()[: match.start(2) - match.start()] + b'"' + value + b'"'

    tag = _ATTRIBUTE.sub(change, tag)
    new = b"".join(b' %b="%b"' % (name, value) for name, value in left.items() if value is not None)
    end = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:end].rstrip() + new + tag[end:] if new else tag


def insert_last(data: bytes, node: Node, xml: bytes) -> tuple[int, int, bytes]:
    """The change that puts `xml` as the last child of `node`, opening it if it is self-closing."""
    if not node.self_closing:
        return node.close_start, node.close_start, xml
    opened = data[node.start : node.open_end][:-2].rstrip()
    return node.start, node.end, opened + b">" + xml + b"</" + node.qname(node.name) + b">"


def integer(text: str | None) -> int:
    """The number in an attribute; 0 if it is missing or none."""
    return int(text) if text and _DIGITS.fullmatch(text.strip()) else 0


def escape(text: str) -> bytes:
    """`text` as it stands inside an element or a double-quoted attribute."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text.encode("utf-8")


def escape_content(text: str) -> bytes:
    """`text` as it stands inside an element, where quotes need no escape."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode("utf-8")


def insert_in_order(
    data: bytes, parent: Node, order: tuple[str, ...], name: str, xml: bytes
) -> tuple[int, int, bytes]:
    """The change that adds `xml`, an element `name`, to `parent` where the schema's `order` wants it."""
    before = frozenset(order[: order.index(name) + 1])
    last = [child for child in parent.children if child.name in before and child.ns == parent.ns]
    if last:
        return last[-1].end, last[-1].end, xml
    if parent.self_closing:
        return insert_last(data, parent, xml)
    return parent.open_end, parent.open_end, xml
