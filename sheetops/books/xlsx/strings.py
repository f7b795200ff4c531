"""Texts of a workbook: the shared table, read one entry at a time and never written, and inline texts."""

from __future__ import annotations

import re
from functools import cached_property
from typing import cast

from sheetops.books.xlsx import xmlbytes
from sheetops.books.xlsx.cellvalue import unescape_text
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.xmlbytes import Node
from sheetops.domain.patterns import pattern

_SIMPLER = (('<t xml:space="preserve">', "<t>"), ("<t/>", "<t></t>"))
_PLAIN_ITEM = pattern(r"<t>([^<]*)</t>")
_PHONETIC = pattern(r"<phoneticPr [^<>]*/>")  # how Excel shows what it may have as a hint to read by
_SIGNS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ENTITY = pattern(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));")
_BEFORE = pattern(rb"<sst[^<>]*>\s*\Z")  # the first entry, which may be an empty `<si/>` as well
_ITEM = pattern(rb"<((?:[^\s<>/:!?]+:)?)si(?=[\s/>])")


def _hides(data: bytes, start: int) -> bool:
    """Whether there are comments, CDATA or instructions, of which none may be open at `start`.

    A byte alone is found ten times faster than two together, and these are rare in texts.
    """
    if b"!" in data and b"<!" in data:
        return True
    return data.find(b"?", start) >= 0 and data.find(b"<?", 2) >= 0


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
    if "\r" in text:  # before the entities: a sign that one of them stands for is kept as it is
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = _ENTITY.sub(_sign, text)
    return unescape_text(text) or None


def _cut(text: str) -> list[str] | None:
    """The texts of entries that hold nothing but one each, as they are stored; None if any holds more."""
    if not (text.startswith("<t>") and text.endswith("</t>")):
        return None
    items = text.split("</t></si><si><t>")  # a slice would copy all of it
    items[0] = items[0][len("<t>") :]
    items[-1] = items[-1][: -len("</t>")]
    return items if text.count("<") == 4 * len(items) - 2 else None


def _meant(text: str, items: list[str]) -> list[str | None]:
    """What the stored texts mean; they lie in `text`, so that one look there tells what none of them has."""
    if "&" in text or ("_" in text and "_x" in text) or "\r" in text:
        return [
            plain_text(item) if "&" in item or "_x" in item or "\r" in item else item or None
            for item in items
        ]
    return [item or None for item in items] if "" in items else cast("list[str | None]", items)


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
        found = self._split()
        return [self[index] or None for index in range(len(self))] if found is None else found

    def _split(self) -> list[str | None] | None:
        """The same, cut out of the whole table at once; None where it is not written as programs do."""
        data = b"" if self._part is None else self._package.utf8(self._part, keep=False)[0]
        start, end = data.find(b"<si>"), data.rfind(b"</si></sst>")
        if not 0 <= start <= end or _hides(data, start) or not _BEFORE.search(data, 0, start):
            return None
        text = str(memoryview(data)[start + len(b"<si>") : end], "utf-8")
        del data
        items = _cut(text)
        if items is None:
            for usual, plainer in _SIMPLER:
                text = text.replace(usual, plainer)
            text = _PHONETIC.sub("", text)
            items = _cut(text)
        if items is not None:
            return _meant(text, items)
        items = text.split("</si><si>")
        if text.count("<si") != len(items) - 1:
            return None
        return [self._item(item) for item in items]

    def _item(self, item: str) -> str | None:
        """The text of one entry, given without its `si`."""
        match = _PLAIN_ITEM.fullmatch(item)
        if match:
            return plain_text(match[1])
        return text_of(xmlbytes.parse_fragment(f"<si>{item}</si>".encode(), self._package.where)) or None

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
