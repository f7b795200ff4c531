"""Is a package wired together: content types, relationships, ids, names? Counts what became wrong."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import unquote

from lxml import etree

from tests.xlsx_oracle.features import content_types
from tests.xlsx_oracle.parts import members, read
from tests.xlsx_oracle.schema import PARSER, transitional

REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
UNTYPED = ("[content_types].xml",)
Parts = dict[str, bytes]


def newly_wrong(before: bytes, after: bytes) -> list[str]:
    """What the save broke in the wiring; one line each."""
    return sorted((Counter(wrong(after)) - Counter(wrong(before))).elements())


def wrong(data: bytes) -> list[str]:
    """Everything wrong with the wiring of this package; one line each."""
    names = [member.name.lower() for member in members(data)]
    found = [f"{name}: two members of this name" for name, count in Counter(names).items() if count > 1]
    parts = read(data)
    found += _types(parts)
    for name in parts:
        if name.endswith(".rels") and not name.lower().startswith("__macosx/"):
            found += _relationships(parts, name)
    found += _workbook(parts)
    found += _tables(parts)
    return found


def _types(parts: Parts) -> list[str]:
    root = next((etree.fromstring(x, PARSER) for n, x in parts.items() if n.lower() == UNTYPED[0]), None)
    if root is None:
        return ["no content types"]
    keys = [e.get("PartName", "").lower() or e.get("Extension", "").lower() for e in root]
    found = [f"content type of {key} given twice" for key, n in Counter(keys).items() if n > 1]
    known = {"/" + name.lower() for name in parts}
    found += [
        f"content type of the missing part {key}" for key in keys if key[:1] == "/" and key not in known
    ]
    kinds = content_types(parts)
    return found + [f"{n}: no content type" for n, kind in kinds.items() if not kind and n not in UNTYPED]


def rels_name(part: str) -> str:
    """The name of the part that holds the relationships of `part`; of the package for an empty name."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def targets(parts: Parts, part: str) -> dict[str, tuple[str, str]]:
    """Relationship id to (last word of its type, part name or external address) of `part`."""
    lower = {name.lower(): name for name in parts}
    name = lower.get(rels_name(part).lower())
    if name is None:
        return {}
    result = {}
    for rel in etree.fromstring(parts[name], PARSER).iterchildren(etree.Element):
        target = rel.get("Target", "")
        if rel.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), unquote(target)))[1:]
            target = lower.get(target.lower(), target)
        result[rel.get("Id", "")] = (rel.get("Type", "").rsplit("/", 1)[-1], target)
    return result


def _relationships(parts: Parts, name: str) -> Iterator[str]:
    root = etree.fromstring(parts[name], PARSER)
    rels = list(root.iterchildren(etree.Element))
    ids = Counter(rel.get("Id") for rel in rels)
    yield from (f"{name}: relationship id {key} twice" for key, count in ids.items() if count > 1)
    folder, base = posixpath.split(name)
    source = posixpath.join(posixpath.dirname(folder), base.removesuffix(".rels"))
    if source and source not in parts and source.lower() not in {n.lower() for n in parts}:
        yield f"{name}: the part it belongs to is missing"
        return
    here = targets(parts, source)
    for rel in rels:
        kind, target = here[rel.get("Id", "")]
        internal = rel.get("TargetMode") != "External" and not target.startswith("#") and target != "NULL"
        if internal and target not in parts:
            yield f"{name}: {kind} {rel.get('Id')} leads to the missing {target}"
    if source:
        used = _used_ids(parts.get(source, b""))
        yield from (f"{source}: relationship {key} is missing" for key in sorted(used - set(ids)))


@lru_cache(maxsize=500)
def _used_ids(xml: bytes) -> frozenset[str]:
    try:
        root = transitional(xml)
    except etree.XMLSyntaxError:
        return frozenset()
    values = root.xpath("//@r:*", namespaces={"r": REL.strip("{}")})
    return frozenset(str(value) for value in values if value)  # type: ignore[union-attr]


def workbook_name(parts: Parts) -> str:
    """The workbook part's name, by the relationship of the package."""
    return next(target for kind, target in targets(parts, "").values() if kind == "officeDocument")


def sheet_parts(parts: Parts) -> dict[str, str]:
    """Tab name to part name, in the order of the workbook."""
    book = workbook_name(parts)
    rels = targets(parts, book)
    root = transitional(parts[book])
    return {e.get("name", ""): rels[e.get(f"{REL}id", "")][1] for e in root.iterfind("{*}sheets/{*}sheet")}


def _twice(what: str, values: Iterable[str | None]) -> list[str]:
    counted = Counter((value or "").lower() for value in values)
    return [f"{what} {value} twice" for value, count in counted.items() if count > 1]


def _workbook(parts: Parts) -> list[str]:
    root = transitional(parts[workbook_name(parts)])
    sheets = root.findall("{*}sheets/{*}sheet")
    found = _twice("tab name", (s.get("name") for s in sheets))
    found += _twice("sheetId", (s.get("sheetId") for s in sheets))
    found += _twice("tab relationship", (s.get(f"{REL}id") for s in sheets))
    names = root.findall("{*}definedNames/{*}definedName")
    found += _twice("defined name", (f"{n.get('name')} of {n.get('localSheetId')}" for n in names))
    for name in names:
        if int(name.get("localSheetId", "0")) >= len(sheets):
            found.append(f"defined name {name.get('name')} belongs to no tab")
    for view in root.findall("{*}bookViews/{*}workbookView"):
        if int(view.get("activeTab", "0")) >= len(sheets):
            found.append("the active tab is missing")
    for sheet in sheets:
        if not re.fullmatch(r"[^\[\]:*?/\\]{1,31}", sheet.get("name", "")):
            found.append(f"tab name {sheet.get('name')} is not allowed")
    return found + _charted(parts)


def _charted(parts: Parts) -> list[str]:
    """Drawing object ids that occur twice in one drawing: Excel repairs such a file."""
    found = []
    kinds = content_types(parts)
    for name in parts:
        if kinds.get(name.lower(), "").endswith("officedocument.drawing+xml"):
            ids = [e.get("id") for e in transitional(parts[name]).iter("{*}cNvPr")]
            found += [f"{name}: {line}" for line in _twice("object id", ids)]
    return found


def _tables(parts: Parts) -> list[str]:
    kinds = content_types(parts)
    roots = [transitional(x) for n, x in parts.items() if kinds.get(n.lower(), "").endswith(".table+xml")]
    found = _twice("table id", (r.get("id") for r in roots))
    return found + _twice("table name", (r.get("displayName") for r in roots))
