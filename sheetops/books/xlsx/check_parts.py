"""What may change in the parts around the sheets: lists grow at their end, and everything else stays.

Each function takes a part before and after the save and returns None, or what changed that may not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

from lxml import etree

from sheetops.books.xlsx.check_sheet import covers
from sheetops.books.xlsx.check_xml import REL_IDS

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)
_FILTER = "_xlnm._FilterDatabase"
# Set when formulas must be computed anew on opening; every other setting of calculation is the team's.
_RECALCULATION = {"fullCalcOnLoad", "forceFullCalc", "calcCompleted"}
Element = etree._Element


def root_of(part: bytes) -> Element:
    """The part's root element; ValueError where it is not well formed."""
    try:
        return etree.fromstring(part, _PARSER)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"it is not well-formed XML: {error.msg}") from error


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


def rel_id(element: Element) -> str:
    """The element's `r:id`, in the transitional or the Strict namespace; empty if it has none."""
    return next((value for name in REL_IDS if (value := element.get(name))), "")


def _attributes(element: Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def _same(one: Element, other: Element) -> bool:
    return _canonical(one) == _canonical(other)


def _canonical(element: Element) -> bytes:
    """The element with its content, however it is written; unused namespaces do not count."""
    try:
        return bytes(etree.tostring(element, method="c14n", exclusive=True, with_tail=False))
    except etree.C14NError:  # a namespace that is no whole address: what is written alike is alike
        return bytes(etree.tostring(element, with_tail=False))


def _children(root: Element, name: str) -> list[Element]:
    found = next((child for child in root.iterchildren(etree.Element) if local(child) == name), None)
    return [] if found is None else list(found.iterchildren(etree.Element))


def styles(before: bytes, after: bytes) -> str | None:
    """A style list may grow at its end: every old style keeps its number and its meaning."""
    old, new = root_of(before), root_of(after)
    known, fresh = _named(old), _named(new)
    for name, element in known.items():
        if name not in fresh:
            return f"the list {name} is gone"
        ours, theirs = (
            list(element.iterchildren(etree.Element)),
            list(fresh[name].iterchildren(etree.Element)),
        )
        if name == "extLst" or not ours:
            changed = not _same(element, fresh[name]) and bool(ours)
        else:
            changed = len(theirs) < len(ours) or not all(map(_same, ours, theirs[: len(ours)]))
        if changed:
            return f"an existing entry of {name} changed"
        count = fresh[name].get("count")
        if count is not None and count != str(len(theirs)) and element.get("count") == str(len(ours)):
            return f"the list {name} says it has {count} entries and has {len(theirs)}"
    return None


def _named(root: Element) -> dict[str, Element]:
    return {local(child): child for child in root.iterchildren(etree.Element)}


def workbook(before: bytes, after: bytes, tabs: Collection[str], growing: Collection[str]) -> str | None:
    """Only planned tabs are new, at the end; names stay; recalculation may be asked for.

    `growing`: tabs whose filter may have grown.
    """
    old, new = root_of(before), root_of(after)
    if _attributes(old) != _attributes(new):
        return "the settings of the workbook changed"
    ours, theirs = _children(old, "sheets"), _children(new, "sheets")
    if len(theirs) < len(ours) or not all(map(_same, ours, theirs)):
        return "the list of tabs changed"
    for sheet in theirs[len(ours) :]:
        if sheet.get("name", "") not in tabs:
            return f"there is a new tab {sheet.get('name')} that nobody planned"
    wrong = _sheet_numbers(ours, theirs) or _names(
        old, new, [s.get("name", "") for s in theirs], tabs, growing
    )
    if wrong:
        return wrong
    skipped = ("sheets", "definedNames", "calcPr")
    rest = [
        [child for child in root.iterchildren(etree.Element) if local(child) not in skipped]
        for root in (old, new)
    ]
    if len(rest[0]) != len(rest[1]) or not all(map(_same, *rest)):
        return "a setting of the workbook changed"
    return _calculation(_named(old).get("calcPr"), _named(new).get("calcPr"))


def _sheet_numbers(ours: Sequence[Element], theirs: Sequence[Element]) -> str | None:
    readers: dict[str, Callable[[Element], str]] = {
        "name": lambda sheet: sheet.get("name", "").casefold(),
        "number": lambda sheet: sheet.get("sheetId", ""),
        "relationship": rel_id,
    }
    for what, read in readers.items():
        fresh = _twice(map(read, theirs)) - _twice(map(read, ours))
        if fresh:
            return f"two tabs have the same {what} ({', '.join(fresh)})"
    return None


def _twice(values: Iterable[str]) -> Counter[str]:
    counted = Counter(values)
    return counted - Counter(dict.fromkeys(counted, 1))


def _names(
    old: Element, new: Element, order: list[str], tabs: Collection[str], growing: Collection[str]
) -> str | None:
    ours = {_name_key(e): e for e in _children(old, "definedNames")}
    theirs = {_name_key(e): e for e in _children(new, "definedNames")}
    if len(theirs) != len(_children(new, "definedNames")) and len(ours) == len(
        _children(old, "definedNames")
    ):
        return "two defined names are the same"
    for found in ours.keys() | theirs.keys():
        name, place = found
        tab = order[int(place)] if place.isdigit() and int(place) < len(order) else None
        before, after = ours.get(found), theirs.get(found)
        planned = tab in tabs or (before is None and bool(tabs))
        if planned or (before is not None and after is not None and _same(before, after)):
            continue
        filter_grew = name == _FILTER.lower() and tab in growing and before is not None and after is not None
        if not filter_grew or not _covers_name(after, before):
            return f"the defined name {name} changed"
    return None


def _name_key(element: Element) -> tuple[str, str]:
    return element.get("name", "").lower(), element.get("localSheetId", "")


def _covers_name(after: Element | None, before: Element | None) -> bool:
    if after is None or before is None:
        return False
    tab, _, reference = (before.text or "").rpartition("!")
    again, _, grown = (after.text or "").rpartition("!")
    return tab == again and covers(grown, reference)


def _calculation(old: Element | None, new: Element | None) -> str | None:
    if old is None and new is None:
        return None
    known = {} if old is None else _attributes(old)
    fresh = {} if new is None else _attributes(new)
    changed = {name for name in known.keys() | fresh.keys() if known.get(name) != fresh.get(name)}
    if old is None:
        changed.discard("calcId")
    return "the settings of calculation changed" if changed - _RECALCULATION else None


def table(before: bytes, after: bytes, headers: Collection[str]) -> str | None:
    """A table may grow; a planned header cell may rename its column; nothing else changes."""
    old, new = root_of(before), root_of(after)
    for one, other in zip(old.iter(etree.Element), new.iter(etree.Element), strict=False):
        if one.tag != other.tag:
            break
        grows = local(one) in ("table", "autoFilter", "sortState", "sortCondition")
        if grows and one.get("ref") and other.get("ref"):
            if not covers(other.get("ref", ""), one.get("ref", "")):
                return f"the table shrank from {one.get('ref')} to {other.get('ref')}"
            other.set("ref", one.get("ref", ""))
        if local(one) == "tableColumn" and other.get("name") in headers:
            other.set("name", one.get("name", ""))
    return None if _same(old, new) else "the table changed in more than its size"


def properties(before: bytes, after: bytes) -> str | None:
    """The lists of tab titles follow a new tab; every other property stays."""
    titles = ("HeadingPairs", "TitlesOfParts")
    rest = [
        [child for child in root_of(part).iterchildren(etree.Element) if local(child) not in titles]
        for part in (before, after)
    ]
    return None if len(rest[0]) == len(rest[1]) and all(map(_same, *rest)) else "a property changed"


def calc_chain(before: bytes, after: bytes | None, gone: Callable[[str, str], bool]) -> str | None:
    """Entries of cells for which `gone` (sheet number, cell) holds leave; all others stay, in their order."""
    kept = [entry for entry in _chain(before) if not gone(*entry)]
    theirs = [] if after is None else _chain(after)
    return None if kept == theirs else "the calculation chain is not that of the formulas that stay"


def _chain(part: bytes) -> list[tuple[str, str]]:
    """Each entry as (sheet number, cell); an entry without a number has the one before it."""
    number, entries = "0", []
    for element in root_of(part).iterchildren(etree.Element):
        number = element.get("i", number)
        entries.append((number, element.get("r", "")))
    return entries


def content_types(before: bytes, after: bytes, there: Callable[[str], bool]) -> str | None:
    """Entries may be added for new parts and may leave with their part; the rest stays as it is."""
    ours, theirs = _types(before), _types(after)
    listed = [entry for entry, _ in theirs]
    if len(set(listed)) < len(listed) and len(set(ours)) == len(ours):
        return "a content type is given twice"
    known, fresh = dict(ours), dict(theirs)
    for entry, kind in known.items():
        left = entry[0] == "override" and not there(entry[1])
        if fresh.get(entry) != kind and not (entry not in fresh and left):
            return f"the content type of {entry[1]} changed"
    for entry in fresh.keys() - known.keys():
        if entry[0] == "override" and not there(entry[1]):
            return f"there is a content type for {entry[1]}, which does not exist"
    return None


def _types(part: bytes) -> list[tuple[tuple[str, str], str]]:
    result = []
    for element in root_of(part).iterchildren(etree.Element):
        name = element.get("PartName") or element.get("Extension") or ""
        result.append(((local(element).lower(), name.lstrip("/").lower()), element.get("ContentType", "")))
    return result


def relationships(before: bytes, after: bytes, may_leave: Callable[[str], bool]) -> str | None:
    """Relationships may be added; one may leave if `may_leave` (its target as written) holds."""
    ours, theirs = (_related(part) for part in (before, after))
    if len({entry[0] for entry in theirs}) < len(theirs) and len({entry[0] for entry in ours}) == len(ours):
        return "two relationships have the same id"
    known = {entry[0]: entry for entry in theirs}
    for entry in ours:
        if known.get(entry[0]) != entry and not (entry[0] not in known and may_leave(entry[2])):
            return f"the relationship {entry[0]} to {entry[2]} changed"
    return None


def _related(part: bytes) -> list[tuple[str, str, str, str]]:
    return [
        (e.get("Id", ""), e.get("Type", ""), e.get("Target", ""), e.get("TargetMode", "Internal"))
        for e in root_of(part).iterchildren(etree.Element)
    ]
