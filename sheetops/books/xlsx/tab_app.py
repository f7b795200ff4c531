"""`docProps/app.xml`: the titles of tabs and names that file managers show, kept right.

Its headings are in the language of the program that saved it, so a group is known by what it lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.tab_parts import write_part
from sheetops.books.xlsx.tab_xml import PartText, tag_prefix
from sheetops.books.xlsx.xmlbytes import Node, escape

NAMED_RANGES = {"Worksheets": "Named Ranges"}
"""The heading of a group of names beside that of the worksheets, in the one language that is sure."""


@dataclass
class _Group:
    """One heading and its titles."""

    heading: str
    count: Node
    titles: list[Node]


def update_titles(
    package: Package, new_tab: str | None, added: Sequence[str], removed: Sequence[str]
) -> None:
    """List a new tab and new names, and drop names that went. A part that does not add up is left alone."""
    name = package.related("", "extended-properties") or package.related("", "extendedProperties")
    if name is None:
        return
    part = PartText(package.part(name), package.where_part(name))
    vectors = _vectors(part.root)
    groups = _groups(*vectors) if vectors else []
    sheets = {ref.name for ref in package.sheets()}
    tabs = next((group for group in groups if group.titles and _texts(group)[0] in sheets), None)
    if vectors is None or tabs is None:
        return
    headings, titles = vectors
    size = len(titles.children)
    if new_tab is not None and new_tab not in _texts(tabs):
        part.insert(tabs.titles[-1].end, _title(part, tabs.titles[-1], new_tab))
        part.replace_text(tabs.count, str(len(tabs.titles) + 1))
        size += 1
    size += _update_names(part, headings, titles, groups, tabs, sheets, added, removed)
    if size != len(titles.children):
        part.set_attribute(titles, "size", str(size))
    write_part(package, name, part.result(), package.content_type(name))


def _update_names(
    part: PartText,
    headings: Node,
    titles: Node,
    groups: list[_Group],
    tabs: _Group,
    sheets: set[str],
    added: Sequence[str],
    removed: Sequence[str],
) -> int:
    """Change the group of names; returns by how much it grew."""
    last = groups[-1]
    if last.titles and not all(text in sheets for text in _texts(last)):
        there = _texts(last)
        fresh = [title for title in added if title not in there]
        gone = [node for node, text in zip(last.titles, there, strict=True) if text in removed]
        for node in gone:
            part.replace(node, "")
        part.insert(last.titles[-1].end, "".join(_title(part, last.titles[-1], title) for title in fresh))
        if len(fresh) != len(gone):
            part.replace_text(last.count, str(len(last.titles) + len(fresh) - len(gone)))
        return len(fresh) - len(gone)
    heading = NAMED_RANGES.get(tabs.heading)
    if heading is None or not added:
        return 0
    vt = tag_prefix(headings.children[0])
    pair = (
        f"<{vt}variant><{vt}lpstr>{heading}</{vt}lpstr></{vt}variant>"
        f"<{vt}variant><{vt}i4>{len(added)}</{vt}i4></{vt}variant>"
    )
    part.append(headings, pair)
    part.set_attribute(headings, "size", str(len(headings.children) + 2))
    part.append(titles, "".join(_title(part, tabs.titles[0], title) for title in added))
    return len(added)


def _vectors(root: Node) -> tuple[Node, Node] | None:
    found = []
    for name in ("HeadingPairs", "TitlesOfParts"):
        holder = root.find(name)
        if holder is None or len(holder.children) != 1:
            return None
        found.append(holder.children[0])
    return found[0], found[1]


def _groups(headings: Node, titles: Node) -> list[_Group]:
    """The titles under their headings; nothing if the counts do not add up."""
    flat = [leaf for variant in headings.children for leaf in variant.children]
    pairs = list(zip(flat[::2], flat[1::2], strict=False))
    if len(flat) % 2 or not all(count.text.strip().isdigit() for _, count in pairs):
        return []
    groups, start = [], 0
    for heading, count in pairs:
        end = start + int(count.text)
        groups.append(_Group(heading.text, count, titles.children[start:end]))
        start = end
    return groups if start == len(titles.children) else []


def _texts(group: _Group) -> list[str]:
    return [node.text for node in group.titles]


def _title(part: PartText, like: Node, text: str) -> str:
    tag = like.qname(like.name).decode()
    return f"<{tag}>{escape(text).decode()}</{tag}>"
