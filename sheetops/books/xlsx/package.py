"""An Excel workbook as the package it is: parts, content types, relationships (ISO/IEC 29500-2).

A `Package` lives in memory. Reading never changes it; `to_bytes` gives back every member that was not
set or removed exactly as it lay in the file.
"""

from __future__ import annotations

import posixpath
from typing import NamedTuple
from urllib.parse import quote, unquote

from sheetops.books.xlsx import xmlbytes
from sheetops.books.xlsx.partnames import EMPTY_RELS, Rel, owner_of, rels_name
from sheetops.books.xlsx.refuse import MEND_XLSX, refuse_other_files
from sheetops.books.xlsx.xmlbytes import Node
from sheetops.books.xlsx.ziparchive import Archive, Member, Pieces
from sheetops.errors import NotAWorkbook, RefusedWorkbook

TYPES = "[Content_Types].xml"
_DOC_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DOC_RELS_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_SIGNED = "digital-signature"
_WORKBOOK_TYPES = frozenset(
    f"application/vnd.{kind}.main+xml"
    for kind in (
        "openxmlformats-officedocument.spreadsheetml.sheet",
        "openxmlformats-officedocument.spreadsheetml.template",
        "ms-excel.sheet.macroEnabled",
        "ms-excel.template.macroEnabled",
        "ms-excel.addin.macroEnabled",
    )
)
_HEAD = 1 << 16
_STRAY = "__macosx/"  # where the zip program of macOS keeps what it knows of files: no parts of the package


class SheetRef(NamedTuple):
    """One tab as the workbook lists it.

    `kind` is "worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", …; or "missing", with an empty
    `part`, where the tab has no part (old macro modules). `state` is visible, hidden or veryHidden.
    """

    name: str
    part: str
    sheet_id: int
    rel_id: str
    state: str
    kind: str


def _key(name: str) -> str:
    """Two names are one part if they differ only in case, in percent-encoding or in a leading slash."""
    return unquote(name).lstrip("/").lower()


class Package:
    """The parts of one workbook."""

    where: str
    strict: bool

    def __init__(self, archive: Archive, where: str) -> None:
        """Use `Package.from_bytes`."""
        self.where = where
        self._archive = archive
        self._workbook = ""
        self._members: dict[str, int] = {}
        self._cache: dict[str, bytes] = {}
        self._changed: dict[str, bytes | Pieces] = {}
        self._added: dict[str, str] = {}
        self._removed: set[str] = set()
        self._trees: dict[str, tuple[bytes, Node]] = {}

    @classmethod
    def from_bytes(cls, data: bytes, where: str) -> Package:
        """The package in `data`; `where` is the file's name for messages.

        Raises RefusedWorkbook for what must not be changed (encrypted, signed, ambiguous, hostile) and
        NotAWorkbook for what is no .xlsx or .xlsm at all, before any sheet is read.
        """
        refuse_other_files(data, where)
        package = cls(Archive(data, where), where)
        package._index()
        package._refuse_signed()
        package._workbook = package._find_workbook()
        package._check_heads()
        return package

    @property
    def original(self) -> bytes:
        """The bytes that the package was read from, whatever was set since."""
        return self._archive.data

    def was(self, name: str) -> bytes | None:
        """What the part `name` held in the file, None if nobody has read it."""
        return self._cache.get(_key(name))

    def meant(self, name: str) -> bytes | None:
        """What the part `name` was set to, None if it was not or was set piece by piece."""
        meant = self._changed.get(_key(name))
        return meant if isinstance(meant, bytes) else None

    def _index(self) -> None:
        for index, member in enumerate(self._archive.members):
            if member.name.endswith("/") and not member.size:
                continue
            key = _key(member.name)
            if key in self._members:
                raise RefusedWorkbook(
                    f"it holds two members named {member.name}, and nobody can tell which one counts",
                    where=self.where,
                    mend="open it in Excel and save it again",
                )
            self._members[key] = index

    def names(self) -> list[str]:
        """The member names in the order of the directory; added parts last, removed ones left out."""
        names = [m.name for m in self._archive.members if _key(m.name) not in self._removed]
        return names + list(self._added.values())

    def claimed(self) -> set[str]:
        """Names that a new part may not take, in lower case: those of the parts, and those spoken of.

        Some programs leave relationships to parts that they never wrote, relationships of such parts, or
        content types for them. A new part of that name would become theirs.
        """
        names = {_key(name) for name in self.names()}
        owners = {owner for name in names if (owner := owner_of(name)) is not None}
        for owner in owners:
            names |= {_key(rel.part) for rel in self.rels(owner) if rel.part}
        _, root = self.tree(TYPES)
        listed = {_key(node.attrs.get("PartName", "")) for node in root.all("Override")}
        return names | owners | listed

    def has(self, name: str) -> bool:
        """Whether there is a part of this name."""
        key = _key(name)
        return key in self._added or (key in self._members and key not in self._removed)

    def part(self, name: str, keep: bool = True) -> bytes:
        """The content of the part `name`, found as OPC does (any case); NotAWorkbook if there is none.

        A large part that nobody will ask for again need not be kept.
        """
        key = _key(name)
        if (changed := self._changed.get(key)) is not None:
            if not isinstance(changed, bytes):  # somebody looks at it after all
                changed = self._changed[key] = b"".join(changed)
            return changed
        if not self.has(name):
            raise NotAWorkbook(f"its part {name} is missing", where=self.where, mend=MEND_XLSX)
        if key in self._cache:
            return self._cache[key]
        data = self._archive.read(self._member(key))
        if keep:
            self._cache[key] = data
        return data

    def _member(self, key: str) -> Member:
        return self._archive.members[self._members[key]]

    def where_part(self, name: str) -> str:  # `file.xlsx, xl/workbook.xml`, for messages
        return f"{self.where}, {name}"

    def utf8(self, name: str, keep: bool = True) -> tuple[bytes, xmlbytes.Encoding]:
        """The part as UTF-8, and the encoding that turns it back; `keep` is as for `part`."""
        return xmlbytes.decode(self.part(name, keep), self.where_part(name))

    def tree(self, name: str) -> tuple[bytes, Node]:
        """The part as UTF-8 and its elements with byte positions. For small parts; the result is kept."""
        key = _key(name)
        if key not in self._trees:
            data, _ = self.utf8(name)
            self._trees[key] = data, xmlbytes.parse(data, self.where_part(name))
        return self._trees[key]

    def patch(self, name: str, changes: list[tuple[int, int, bytes]]) -> None:
        """Replace slices, by the positions of `tree`, of the part `name`; no change leaves it untouched."""
        if changes:
            data, encoding = self.utf8(name)
            self.set_part(name, encoding.encode(xmlbytes.splice(data, changes)))

    def set_part(self, name: str, data: bytes | Pieces, content_type: str | None = None) -> None:
        """Replace the part `name`, or add it as the last member; `content_type` becomes its Override.

        A large part may come in pieces, and is then packed without ever being there as a whole.
        """
        key = _key(name)
        if not self.has(name):
            if key in self._members:
                self._removed.discard(key)
            else:
                self._added[key] = name.lstrip("/")
        self._changed[key] = data
        self._trees.pop(key, None)
        if content_type is not None and self.content_type(name) != content_type:
            self._set_override(name, content_type)

    def remove_part(self, name: str) -> None:
        """Remove the part and its own relationships (not those that point to it), with their content types."""
        victims = {_key(victim): victim for victim in (name, rels_name(name))}
        for key, victim in victims.items():
            if self.has(victim):
                self._changed.pop(key, None)
                self._trees.pop(key, None)
                if key in self._members:
                    self._removed.add(key)
                self._added.pop(key, None)
        _, root = self.tree(TYPES)
        gone = [n for n in root.all("Override") if _key(n.attrs.get("PartName", "")) in victims]
        self.patch(TYPES, [(n.start, n.end, b"") for n in gone])

    def touched(self) -> frozenset[str]:
        """The names of the parts that were set, added or removed."""
        keys = (set(self._changed) | self._removed) - set(self._added)
        return frozenset({self._member(key).name for key in keys} | set(self._added.values()))

    def to_bytes(self) -> bytes:
        """The whole file; untouched members keep their compressed bytes, order, flags, dates and fields."""
        changes: dict[int, bytes | Pieces | None] = {self._members[key]: None for key in self._removed}
        for key, data in self._changed.items():
            if key in self._members:
                changes[self._members[key]] = data
        return self._archive.write(changes, [(n, self._changed[k]) for k, n in self._added.items()])

    # --- content types -----------------------------------------------------------------------------

    def content_type(self, name: str) -> str | None:
        """The content type of a part: its Override, else the Default of its extension, else None."""
        _, root = self.tree(TYPES)
        for node in root.all("Override"):
            if _key(node.attrs.get("PartName", "")) == _key(name):
                return node.attrs.get("ContentType")
        extension = name.rpartition(".")[2].lower()
        for node in root.all("Default"):
            if node.attrs.get("Extension", "").lower() == extension:
                return node.attrs.get("ContentType")
        return None

    def _set_override(self, name: str, content_type: str) -> None:
        data, root = self.tree(TYPES)
        for node in root.all("Override"):
            if _key(node.attrs.get("PartName", "")) == _key(name):
                tag = data[node.start : node.open_end]
                new = xmlbytes.with_attributes(tag, {b"ContentType": xmlbytes.escape(content_type)})
                self.patch(TYPES, [(node.start, node.open_end, new)])
                return
        part_name = xmlbytes.escape("/" + name.lstrip("/"))
        new = b'<%b PartName="%b" ContentType="%b"/>' % (
            root.qname("Override"),
            part_name,
            xmlbytes.escape(content_type),
        )
        self.patch(TYPES, [xmlbytes.insert_last(data, root, new)])

    # --- relationships -----------------------------------------------------------------------------

    def rels(self, part: str) -> list[Rel]:
        """The relationships of a part, in file order; those of the package itself for part ""."""
        name = rels_name(part)
        if not self.has(name) or _key(name).startswith(_STRAY):
            return []
        _, root = self.tree(name)
        return [self._rel(part, node) for node in root.all("Relationship")]

    def _rel(self, part: str, node: Node) -> Rel:
        target = node.attrs.get("Target", "")
        mode = node.attrs.get("TargetMode", "Internal")
        resolved = None if mode == "External" else self._resolve(part, target)
        return Rel(node.attrs.get("Id", ""), node.attrs.get("Type", ""), target, mode, resolved)

    def _resolve(self, part: str, target: str) -> str:
        """The member that a target names, absolute or relative to the folder of its part."""
        path = target.partition("#")[0].replace("\\", "/")
        folder = "/" + posixpath.dirname(part)
        name = posixpath.normpath(posixpath.join(folder, path)).lstrip("/")
        key = _key(name)
        if key in self._added:
            return self._added[key]
        return self._member(key).name if key in self._members else name

    def add_rel(self, part: str, type: str, target_part: str, external: bool = False) -> str:
        """Add a relationship from `part` and return its new id; a part's target is written relative."""
        name = rels_name(part)
        if not self.has(name):
            self.set_part(name, EMPTY_RELS, "application/vnd.openxmlformats-package.relationships+xml")
        data, root = self.tree(name)
        used = {node.attrs.get("Id", "").lower() for node in root.all("Relationship")}
        number = len(used) + 1
        while f"rid{number}" in used:
            number += 1
        target = target_part
        if not external:
            target = quote(posixpath.relpath("/" + target_part.lstrip("/"), "/" + posixpath.dirname(part)))
        new = b'<%b Id="rId%d" Type="%b" Target="%b"%b/>' % (
            root.qname("Relationship"),
            number,
            xmlbytes.escape(type),
            xmlbytes.escape(target),
            b' TargetMode="External"' if external else b"",
        )
        self.patch(name, [xmlbytes.insert_last(data, root, new)])
        return f"rId{number}"

    def remove_rel(self, part: str, id: str) -> None:
        """Remove one relationship of `part` by its id; nothing happens if there is none."""
        name = rels_name(part)
        if self.has(name):
            _, root = self.tree(name)
            gone = [n for n in root.all("Relationship") if n.attrs.get("Id") == id]
            self.patch(name, [(n.start, n.end, b"") for n in gone])

    def rel_type(self, kind: str) -> str:
        """The full relationship type for `kind` ("worksheet", "drawing", …) in this workbook's dialect."""
        return f"{_DOC_RELS_STRICT if self.strict else _DOC_RELS}/{kind}"

    # --- the workbook ------------------------------------------------------------------------------

    def _refuse_signed(self) -> None:
        if _key(TYPES) not in self._members:
            raise NotAWorkbook(
                "it has no list of content types, so it is no Excel workbook",
                where=self.where,
                mend=MEND_XLSX,
            )
        _, root = self.tree(TYPES)
        signed = any(key.startswith("_xmlsignatures/") or key.endswith(".sigs") for key in self._members)
        signed = signed or any(_SIGNED in n.attrs.get("ContentType", "") for n in root.all("Override"))
        if signed or any(_SIGNED in rel.type for rel in self.rels("")):
            raise RefusedWorkbook(
                "it is digitally signed, and any change would break the signature",
                where=self.where,
                mend="remove the signature in Excel, or leave this file out",
            )

    def _find_workbook(self) -> str:
        found = [rel.part for rel in self.rels("") if rel.kind == "officeDocument" and rel.part]
        if not found or not self.has(found[0]):
            why = " (its member names are written with backslashes)" if self._backslashes() else ""
            raise NotAWorkbook(f"it has no workbook part{why}", where=self.where, mend=MEND_XLSX)
        type_ = self.content_type(found[0]) or ""
        if "binary" in type_ and "excel" in type_:
            raise NotAWorkbook("it is a binary workbook (.xlsb)", where=self.where, mend=MEND_XLSX)
        if type_ not in _WORKBOOK_TYPES:
            raise NotAWorkbook("its main part is no Excel workbook", where=self.where, mend=MEND_XLSX)
        _, root = self.tree(found[0])
        if root.name != "workbook" or root.ns not in xmlbytes.MAIN_BOTH:
            raise NotAWorkbook("its workbook part is not a workbook", where=self.where, mend=MEND_XLSX)
        self.strict = root.ns == xmlbytes.MAIN_STRICT
        return found[0]

    def _backslashes(self) -> bool:
        return any("\\" in member.name for member in self._archive.members)

    def _check_heads(self) -> None:
        """Broken or hostile XML shows in the first bytes: look before any work is done."""
        if not self.sheets():
            raise NotAWorkbook("it has no tab", where=self.where, mend=MEND_XLSX)
        for rel in self.rels(self._workbook):
            wanted = rel.kind.lower().endswith("sheet") or rel.kind in ("styles", "sharedStrings")
            if wanted and rel.part and self.has(rel.part) and not rel.part.lower().endswith(".bin"):
                member = self._member(_key(rel.part))
                xmlbytes.root_of(self._archive.read(member, _HEAD), self.where_part(member.name))

    def workbook_part(self) -> str:
        """The name of the workbook part, usually xl/workbook.xml."""
        return self._workbook

    def sheets(self) -> list[SheetRef]:
        """Every tab, in the order of the workbook."""
        _, root = self.tree(self._workbook)
        listed = root.find("sheets")
        rels = {rel.id: rel for rel in self.rels(self._workbook)}
        return [self._sheet(node, rels) for node in (listed.all("sheet") if listed else [])]

    def _sheet(self, node: Node, rels: dict[str, Rel]) -> SheetRef:
        rel_id = node.attrs.get(f"{{{_DOC_RELS}}}id") or node.attrs.get(f"{{{_DOC_RELS_STRICT}}}id") or ""
        rel = rels.get(rel_id)
        known = rel is not None and rel.part is not None and self.has(rel.part)
        return SheetRef(
            name=node.attrs.get("name", ""),
            part=(rel.part or "") if rel and known else "",
            sheet_id=xmlbytes.integer(node.attrs.get("sheetId")),
            rel_id=rel_id,
            state=node.attrs.get("state", "visible"),
            kind=rel.kind if rel and known else "missing",
        )

    def related(self, part: str, kind: str) -> str | None:
        """The first existing part that `part` relates to by `kind` ("styles", "calcChain", …), or None."""
        found = (rel.part for rel in self.rels(part) if rel.kind == kind and rel.part)
        return next((name for name in found if self.has(name)), None)
