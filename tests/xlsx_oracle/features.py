"""What a workbook holds: an inventory of its features, so that `after` can be shown to hold all of `before`.

The inventory is general first (every part by its kind, every element outside the cells by its name), so
that a feature nobody thought of is counted too; then the known ones get the names people use.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from lxml import etree

from tests.xlsx_oracle.parts import read
from tests.xlsx_oracle.schema import PARSER, transitional

# Part names do not matter to Excel, so kinds go by content type, shortened to its last word.
KINDS = {
    "chart+xml": "chart", "chartstyle+xml": "chart_style", "drawing+xml": "drawing", "vmlDrawing": "vml",
    "comments+xml": "comments", "threadedcomments+xml": "threaded_comments", "person+xml": "persons",
    "pivotTable+xml": "pivot_table", "pivotCacheDefinition+xml": "pivot_cache", "slicer+xml": "slicer",
    "slicerCache+xml": "slicer_cache", "timeline+xml": "timeline", "table+xml": "table",
    "calcChain+xml": "calc_chain", "externalLink+xml": "external_link", "connections+xml": "connections",
    "queryTable+xml": "query_table", "vbaProject": "vba", "controlproperties+xml": "ctrl_props",
    "activeX+xml": "activex", "printerSettings": "printer_settings", "diagramData+xml": "smartart",
    "sheetMetadata+xml": "dyn_metadata", "rdrichvalue+xml": "rich_data", "webextension+xml": "web_extension",
    "customXmlProperties+xml": "custom_xml", "chartsheet+xml": "chartsheet", "oleObject": "ole_embedding",
    "macrosheet+xml": "macro_or_dialog_sheet", "digital-signature-xmlsignature+xml": "signature",
    "revisionHeaders+xml": "revisions", "custom-properties+xml": "custom_props",
    "customProperty": "sheet_custom_prop", "rdrichvaluestructure+xml": "rich_data_other",
}  # fmt: skip
# Elements anywhere in the package, by local name.
ELEMENTS = {
    "conditionalFormatting": "cond_fmt", "dataValidation": "data_val", "mergeCell": "merge",
    "hyperlink": "hyperlink", "autoFilter": "autofilter", "definedName": "defined_names",
    "sheetProtection": "sheet_protection", "workbookProtection": "workbook_protection",
    "protectedRange": "protected_ranges", "customSheetView": "custom_views", "ignoredError": "ignored_errors",
    "control": "controls", "oleObject": "ole_object", "legacyDrawingHF": "hf_image", "sparkline": "sparkline",
    "tabColor": "tab_color", "pic": "pic", "sp": "shape", "grpSp": "shape_group",
    "graphicFrame": "graphic_frame", "phoneticPr": "phonetic_pr", "dxf": "dxfs",
    "tableStyle": "tableStyles", "AlternateContent": "mc_alternate", "rPh": "phonetic_si",
}  # fmt: skip
SML = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
X14_NAMES = {"cfRule": "x14_cf", "dataValidation": "x14_dv"}
Inventory = Counter[str]


def inventory(data: bytes) -> Inventory:
    """Feature to how many of it the package holds."""
    total: Inventory = Counter()
    for found in by_part(data).values():
        total.update(found)
    return total


def by_part(data: bytes) -> dict[str, Inventory]:
    """Part name to its features; a part that is no XML counts as one of its kind."""
    parts = read(data)
    kinds = content_types(parts)
    return {name: _features(name, kinds.get(_key(name), ""), xml) for name, xml in parts.items()}


def lost(before: bytes, after: bytes) -> list[str]:
    """The features that the save lost or thinned, as `name: 3 → 1`, over the whole package."""
    old, new = inventory(before), inventory(after)
    return [f"{name}: {count} → {new[name]}" for name, count in sorted(old.items()) if new[name] < count]


def lost_by_part(before: bytes, after: bytes, allowed: Mapping[str, int] | None = None) -> list[str]:
    """As `lost`, part by part: a gain in one part hides no loss in another. `allowed`: losses planned."""
    spare = Counter(allowed or {})
    result = []
    new = by_part(after)
    for part, old in by_part(before).items():
        for name, missing in (old - new.get(part, Counter())).items():
            forgiven = min(missing, spare[name])
            spare[name] -= forgiven
            if missing > forgiven:
                result.append(f"{part}: {name}: {old[name]} → {old[name] - missing}")
    return result


def content_types(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Part name (as OPC compares names) to its content type, by override, else by extension."""
    name = next((name for name in parts if name.lower() == "[content_types].xml"), None)
    if name is None:
        return {}
    root = etree.fromstring(parts[name], PARSER)
    spaces = [(etree.QName(e).localname, e) for e in root if isinstance(e.tag, str)]
    defaults = {
        e.get("Extension", "").lower(): e.get("ContentType", "") for kind, e in spaces if kind == "Default"
    }
    overrides = {
        _key(e.get("PartName", "")): e.get("ContentType", "") for kind, e in spaces if kind == "Override"
    }
    return {
        _key(part): overrides.get(_key(part), defaults.get(part.rpartition(".")[2].lower(), ""))
        for part in parts
        if not part.endswith("/")  # some zip programs store their folders too
    }


def _key(name: str) -> str:
    return name.lstrip("/").lower()


@lru_cache(maxsize=500)  # most parts are the same before and after
def _features(name: str, kind: str, data: bytes) -> Inventory:
    short = re.split(r"[./]", kind)[-1]
    found: Inventory = Counter({f"kind:{short}": 1})
    found[KINDS.get(short, f"kind:{short}")] = 1
    if kind.startswith("image/"):
        found["image"] = 1
    if name.lower().startswith("customui/"):
        found["custom_ui"] = 1
    if kind.endswith("xml") and short != "relationships+xml":
        try:
            root = transitional(data)
        except etree.XMLSyntaxError:
            return found
        _count(root, found)
    return found


def _count(root: etree._Element, found: Inventory) -> None:
    in_drawing = "drawingml" in (etree.QName(root).namespace or "")
    for element, in_cells in _walk(root):
        name = etree.QName(element)
        if in_cells:
            _cell(element, name.localname, found)
            continue
        found[f"element:{name.namespace}:{name.localname}"] += 1
        if name.namespace == X14 and name.localname in X14_NAMES:
            found[X14_NAMES[name.localname]] += 1
        elif name.localname in ELEMENTS:
            found[ELEMENTS[name.localname]] += 1
        if name.localname == "AlternateContent" and in_drawing:
            found["drawing_mc"] += 1
        if name.localname == "r" and etree.QName(root).localname == "sst":
            found["rich_text_si"] += 1


def _walk(root: etree._Element) -> Iterator[tuple[etree._Element, bool]]:
    """Every element, and whether it is inside the cells; `c` and what is below it counts as cells."""
    stack = [(root, False)]
    while stack:
        element, in_cells = stack.pop()
        name = etree.QName(element)
        in_cells = in_cells or (name.localname in ("row", "c") and name.namespace == SML)
        yield element, in_cells
        stack.extend((child, in_cells) for child in element if isinstance(child.tag, str))


def _cell(element: etree._Element, name: str, found: Inventory) -> None:
    if name == "f":
        found["formula"] += 1
        found["formula_cached"] += any(
            etree.QName(e).localname == "v" and e.text for e in element.itersiblings()
        )
        if element.get("t") is not None:
            found[f"formula_{element.get('t')}"] += 1
    elif name == "c":
        found["cell_cm"] += element.get("cm") is not None
        found["cell_vm"] += element.get("vm") is not None
        found["cell_styled"] += element.get("s") not in (None, "0")
        found["cell_filled"] += len(element) > 0
    elif name == "r":
        found["inline_rich"] += 1
    elif name == "row":
        found["row"] += 1
