"""Texts of a workbook: the shared table, read one entry at a time and never written, and inline texts."""

from __future__ import annotations

import re
from functools import cached_property

from sheetops.books.xlsx import xmlbytes
from sheetops.books.xlsx.cellvalue import unescape_text
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.xmlbytes import Node

_PLAIN_ITEM = re.compile(r'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_SIGNS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));")
_MARKED = re.compile("[&\r]|_x")
_ITEM = re.compile(rb"<((?:[^\s<>/:!?]+:)?)si(?=[\s/>])")


def text_of(node: Node) -> str:
    """The plain text of an `si` or `is` element: its runs joined, phonetic hints left out."""
    parts = []
    for child in node.children:
        if child.name == "t":
            parts.append(child.text)
        elif child.name == "r":
            parts += [t.text for t in child.children if t.name == "t"]
    return unescape_text("".join(parts))


def plain_text(text: str) -> str | None:
    """What a stored text means: entities, line ends and `_xHHHH_` put right; None for an empty one."""
    if "&" in text:
        text = _ENTITY.sub(_sign, text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unescape_text(text) or None


def _sign(match: re.Match[str]) -> str:
    code, decimal, name = match.groups()
    if name:
        return _SIGNS[name]
    sign = chr(int(code, 16) if code else int(decimal))
    sign.encode()  # half a surrogate pair is no character
    return sign


class SharedStrings:
    """The shared string table of a package; a missing part is an empty table."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._part = package.related(package.workbook_part(), "sharedStrings")

    @cached_property
    def _items(self) -> tuple[bytes, bytes, list[int], bytes]:
        if self._part is None:
            return b"", b"", [], b""
        data, _ = self._package.utf8(self._part)
        scan = xmlbytes.masked(data)
        starts, prefix = [], b""
        for match in _ITEM.finditer(scan):
            starts.append(match.start())
            prefix = match.group(1)
        return data, scan, starts, prefix

    def __len__(self) -> int:
        return len(self._items[2])

    def plain(self) -> list[str | None]:
        """Every entry's plain text at once, None for an empty one."""
        data, _, starts, prefix = self._items
        if not prefix and b"<!" not in data and data.find(b"<?", 2) < 0:
            text = data.decode()
            found = _PLAIN_ITEM.findall(text)
            if len(found) == len(starts):
                return [plain_text(item) if _MARKED.search(item) else item or None for item in found]
        return [self[index] or None for index in range(len(starts))]

    def __getitem__(self, index: int) -> str:
        """The plain text of entry `index`; IndexError if there is none."""
        data, scan, starts, prefix = self._items
        if index < 0:
            raise IndexError(index)
        start = starts[index]
        close = b"</" + prefix + b"si"
        stop = starts[index + 1] if index + 1 < len(starts) else len(data)
        end = scan.find(close, start, stop)
        end = scan.index(b">", start if end < 0 else end) + 1
        return text_of(xmlbytes.parse_fragment(data[start:end], self._package.where))
