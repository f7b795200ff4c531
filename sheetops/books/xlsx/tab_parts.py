"""The parts that hang on a tab: which ones only it uses, what the new ones are called, how they are tied."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.partnames import Rel, rels_name
from sheetops.books.xlsx.xmlbytes import escape

STRICT_RELS = "http://purl.oclc.org/ooxml/officeDocument/relationships/"
LOOSE_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
LOOSE_ONLY = ("vmlDrawing",)
"""Kinds that Excel ties with the transitional type even in Strict workbooks."""
RELS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
PLACES = {
    "drawing": "drawings/drawing",
    "chart": "charts/chart",
    "image": "media/image",
    "comments": "comments",
    "vmlDrawing": "drawings/vmlDrawing",
    "table": "tables/table",
}
"""Kind of relationship to where Excel keeps such parts, beside the workbook part."""


def used_only_by(package: Package, sheet: str) -> list[tuple[str, Rel]]:
    """The parts that `sheet` reaches and no other part does, each with the relationship to it."""
    stops = {ref.part for ref in package.sheets()} | {package.workbook_part()}
    mine: dict[str, Rel] = {}
    waiting = [sheet]
    for part in waiting:
        for rel in package.rels(part):
            if rel.part and rel.part not in mine and rel.part not in stops and package.has(rel.part):
                mine[rel.part] = rel
                waiting.append(rel.part)
    others = [n for n in package.names() if n != sheet and n not in mine and not n.lower().endswith(".rels")]
    shared = _reached(package, ["", *others], set(mine))
    return [(part, rel) for part, rel in mine.items() if part not in shared]


def _reached(package: Package, starts: Sequence[str], among: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(starts)
    for part in waiting:
        for rel in package.rels(part):
            if rel.part in among and rel.part not in found:
                found.add(rel.part)
                waiting.append(rel.part)
    return found


class PartNames:
    """Names for new parts: those of the parts that go first, so that a rewrite changes no names."""

    def __init__(self, package: Package, freed: Iterable[tuple[str, Rel]]) -> None:
        self._taken = package.claimed()
        self._base = posixpath.dirname(package.workbook_part())
        self._freed: dict[tuple[str, str], list[str]] = {}
        for name, rel in freed:
            self._freed.setdefault((rel.kind, _extension(name)), []).append(name)

    def take(self, kind: str, like: str) -> str:
        """A name for a part of this kind; `like` gives its extension, and its place if the kind has none."""
        freed = self._freed.get((kind, _extension(like)))
        if freed:
            return freed.pop(0)
        stem = PLACES.get(kind) or re.sub(r"\d*\.[^.]*$", "", like).partition("/")[2]
        number = 1
        while self._is_taken(stem, number):
            number += 1
        name = posixpath.join(self._base, f"{stem}{number}{_extension(like)}")
        self._taken.add(name.lower())
        return name

    def _is_taken(self, stem: str, number: int) -> bool:
        """Images of one number may differ only in extension, which no program expects: all are avoided."""
        start = posixpath.join(self._base, f"{stem}{number}.").lower()
        return any(name.startswith(start) for name in self._taken)

    def left(self) -> list[str]:
        """The freed names that nobody took."""
        return [name for names in self._freed.values() for name in names]


def _extension(name: str) -> str:
    return posixpath.splitext(name)[1].lower()


def write_part(package: Package, name: str, data: bytes, content_type: str | None) -> None:
    """Set a part unless it already says the same."""
    if not package.has(name) or package.part(name) != data or package.content_type(name) != content_type:
        package.set_part(name, data, content_type)


def write_rels(package: Package, part: str, rels: Sequence[Rel], names: dict[str, str]) -> None:
    """Give `part` exactly these relationships, their parts under the new `names`, in the package's dialect."""
    file = rels_name(part)
    if not rels:
        if package.has(file):
            package.remove_part(file)
        return
    lines = []
    for rel in rels:
        target, mode = rel.target, f' TargetMode="{rel.mode}"' if rel.part is None else ""
        if rel.part is not None:
            target = quote(posixpath.relpath("/" + names[rel.part], "/" + posixpath.dirname(part)))
        lines.append(
            f'<Relationship Id="{rel.id}" Type="{rel_type(rel.type, package.strict)}"'
            f' Target="{escape(target).decode()}"{mode}/>'
        )
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{''.join(lines)}</Relationships>"
    )
    write_part(package, file, text.encode(), RELS_TYPE)


def rel_type(written: str, strict: bool) -> str:
    """A relationship type of openpyxl's in the dialect of the workbook that takes the part."""
    kind = written.rpartition("/")[2]
    if strict and written.startswith(LOOSE_RELS) and kind not in LOOSE_ONLY:
        return STRICT_RELS + kind
    return written
