"""How the parts of a workbook hang together: relationships, tabs, and what belongs to one tab alone."""

from __future__ import annotations

import posixpath
from collections.abc import Collection
from itertools import chain
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from sheetops.books.xlsx.check_order import without_rows
from sheetops.books.xlsx.check_xml import local, named, rel_id, root_of
from sheetops.books.xlsx.check_zip import Members, key

TYPES = "[content_types].xml"


class Link(NamedTuple):
    """One relationship inside the package: the last word of its type, and the part it leads to (as a key)."""

    id: str
    kind: str
    target: str


class Tab(NamedTuple):
    """One tab: its name, its number in the file, and its part (as a key; empty where there is none)."""

    name: str
    number: str
    part: str


class Wiring:
    """The relationships and tabs of a workbook file."""

    def __init__(self, members: Members) -> None:
        """Read the relationships; ValueError where one cannot be read or there is no workbook."""
        self.members = members
        self._links: dict[str, list[Link]] = {}
        for name in members:
            if name.endswith(".rels") and not name.startswith("__macosx/"):  # no parts, only notes on them
                self._links[_owner(name)] = self._read(name)
        book = self.linked("", "officeDocument")
        if book is None:
            raise ValueError("it has no workbook part")
        self.book = book
        self.root = root_of(members.plain(book))
        self.tabs = [self._tab(sheet) for sheet in named(self.root.iter(), "sheet")]

    def _read(self, name: str) -> list[Link]:
        owner = _owner(name)
        links = []
        for rel in named(root_of(self.members.plain(name)), "Relationship"):
            if rel.get("TargetMode") == "External":
                continue
            path = unquote(rel.get("Target", "").partition("#")[0]).replace("\\", "/")
            target = (
                key(posixpath.normpath(posixpath.join("/", posixpath.dirname(owner), path))) if path else ""
            )
            links.append(Link(rel.get("Id", ""), rel.get("Type", "").rpartition("/")[2], target))
        return links

    def _tab(self, sheet: Element) -> Tab:
        part = next((link.target for link in self.links(self.book) if link.id == rel_id(sheet)), "")
        return Tab(sheet.get("name", ""), sheet.get("sheetId", ""), part if part in self.members else "")

    def links(self, part: str) -> list[Link]:
        """The relationships of the part (a key; empty for the package)."""
        return self._links.get(part, [])

    def linked(self, part: str, kind: str) -> str | None:
        """The first part that `part` relates to by a type ending in `kind`, if it exists."""
        found = (
            link.target for link in self.links(part) if link.kind == kind and link.target in self.members
        )
        return next(found, None)

    def tab(self, name: str) -> Tab | None:
        """The tab of this name; tab names differ by more than case."""
        return next((tab for tab in self.tabs if tab.name.casefold() == name.casefold()), None)

    def reached(self, start: str, without: Collection[str] = ()) -> set[str]:
        """The parts that hang on `start`, with their relationship parts, not looking behind `without`."""
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            part = waiting.pop()
            if part in seen or part in without:
                continue
            seen.add(part)
            if (rels := rels_key(part)) in self.members:
                seen.add(rels)
            waiting += [link.target for link in self.links(part) if link.target in self.members]
        return seen

    def owned(self, tab: Tab) -> set[str]:
        """The parts that hang on this tab and on nothing else."""
        if not tab.part:
            return set()
        return self.reached(tab.part) - self.reached("", without=(tab.part,))

    def broken(self) -> set[str]:
        """What hangs in the air: relationships to missing parts, and relationship parts of missing parts."""
        found = set()
        for owner, links in self._links.items():
            if owner and owner not in self.members:
                found.add(f"the relationships of the missing part {owner}")
            for link in links:
                if link.target and link.target not in self.members:
                    found.add(f"{owner or 'the package'} relates to the missing part {link.target}")
        return found | self._untyped()

    def _untyped(self) -> set[str]:
        if TYPES not in self.members:
            return {"the list of content types is missing"}
        defaults, overrides = set(), set()
        for element in named(root_of(self.members.plain(TYPES)), "Default", "Override"):
            if local(element) == "Default":
                defaults.add(element.get("Extension", "").lower())
            else:
                overrides.add(key(element.get("PartName", "")))
        return {
            f"{name} has no content type"
            for name in self.members
            if name not in overrides
            and name.rpartition(".")[2] not in defaults
            and name != TYPES
            and name[-1] != "/"
        }

    def unanswered(self, part: str) -> set[str]:
        """The relationship ids that the XML of this part uses and its relationships do not have."""
        known = {link.id for link in self.links(part)} | self._external(part)
        plain = self.members.plain(part)
        if b":id" not in plain and b"\0" not in plain:  # no attribute of that name with any prefix, in UTF-8
            return set()
        light = without_rows(plain)
        if light.count(b":id") == plain.count(b":id"):  # no row bears one: they need not become a tree
            plain = light
        root = root_of(plain)
        names = set(chain.from_iterable(map(Element.keys, root.iter())))
        ids = [name for name in names if name.endswith("/relationships}id")]
        return set(filter(None, (element.get(name) for name in ids for element in root.iter()))) - known

    def _external(self, part: str) -> set[str]:
        rels = rels_key(part)
        if rels not in self.members:
            return set()
        return {rel.get("Id", "") for rel in named(root_of(self.members.plain(rels)), "Relationship")}


def _owner(name: str) -> str:
    """`xl/_rels/workbook.xml.rels` to `xl/workbook.xml`; empty for the package."""
    folder, base = posixpath.split(name)
    return posixpath.join(posixpath.dirname(folder), base.removesuffix(".rels"))


def rels_key(part: str) -> str:
    """The key of the relationship part of `part`."""
    folder, base = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{base}.rels")
