"""The styles of a tab in the stylesheet of the workbook that takes it.

Lists grow only by appending, and only by what is not there yet, so that writing the same tab every night
adds nothing. What the tab leaves open (font name and size, alignment, …) comes from the workbook's own
default cell format, so that the tab looks like its neighbours; theme colours mean the workbook's theme.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sheetops.books.xlsx.stylesheet import (
    DEFAULT_BORDER,
    DEFAULT_FONT,
    DEFAULT_XF,
    RESERVED_FILLS,
    STYLE_ORDER,
    empty_stylesheet,
    entries,
)
from sheetops.books.xlsx.tab_xml import PartText, markup, tag_prefix
from sheetops.books.xlsx.xmlbytes import Node, parse, parse_fragment
from sheetops.errors import TabRefused

FIRST_CUSTOM_FORMAT = 164
"""Number formats below this are built in; ECMA-376 part 1, 18.8.30."""
MAX_CELL_FORMATS = 65_490
"""Cell formats a workbook may hold; Excel specifications and limits."""
FIRST_ENTRIES = {
    "fonts": (DEFAULT_FONT,),
    "fills": RESERVED_FILLS,
    "borders": (DEFAULT_BORDER,),
    "cellXfs": (DEFAULT_XF,),
}
ON_OFF = frozenset(("b", "i", "strike", "condense", "extend", "outline", "shadow"))
FALSE_BY_DEFAULT = frozenset(
    ("applyNumberFormat", "applyFont", "applyFill", "applyBorder", "applyAlignment", "applyProtection")
) | {
    "quotePrefix",
    "pivotButton",
    "diagonalUp",
    "diagonalDown",
    "wrapText",
    "shrinkToFit",
    "justifyLastLine",
    "hidden",
}
Key = tuple[object, ...]


def key_of(node: Node) -> Key:
    """What an element says, whatever its prefix, its order of attributes and its way to write a default."""
    attributes = {name: value for name, value in node.attrs.items() if "}" not in name}
    if node.name in ON_OFF or node.name == "u":
        attributes.setdefault("val", "single" if node.name == "u" else "1")
    if node.name == "patternFill":
        attributes.setdefault("patternType", "none")
    said = {
        name: _value(name, value)
        for name, value in attributes.items()
        if not (name in FALSE_BY_DEFAULT and value in ("0", "false"))
    }
    inner = [key_of(child) for child in node.children]
    if node.name == "border":
        inner = [part for part in inner if len(part) > 3 or part[1]]  # a side that says nothing is no side
    if node.name == "font":
        inner.sort(key=repr)
    return (node.name, tuple(sorted(said.items())), node.text.strip(), *inner)


def _value(name: str, value: str) -> str:
    if value in ("true", "false"):
        return "1" if value == "true" else "0"
    if name == "rgb":
        return value.upper()
    return value.removesuffix(".0") if name == "val" else value


def _key_of_markup(text: str) -> Key:
    return key_of(parse_fragment(text.encode(), "styles"))


class _List:
    """One list of the stylesheet (fonts, fills, …): what is in it, and what is to be appended."""

    def __init__(self, node: Node | None, name: str, prefix: str) -> None:
        self.node, self.name, self.prefix = node, name, prefix
        self.nodes = entries(node) if node else []
        self.new: list[str] = []
        self._places: dict[Key, int] = {}
        for place, child in enumerate(self.nodes):
            self._places.setdefault(key_of(child), place)

    def __len__(self) -> int:
        return len(self.nodes) + len(self.new)

    def place(self, text: str) -> int:
        """The index of an entry that says this; appended if there is none."""
        key = _key_of_markup(text)
        if key not in self._places:
            first = FIRST_ENTRIES.get(self.name, ())
            while len(self) < len(first):
                self._append(first[len(self)].format(self.prefix))
        if key not in self._places:
            self._append(text)
        return self._places[key]

    def _append(self, text: str) -> None:
        self._places.setdefault(_key_of_markup(text), len(self))
        self.new.append(text)


class _Source(NamedTuple):
    """The stylesheet that openpyxl wrote."""

    root: Node

    def entries(self, name: str) -> list[Node]:
        found = self.root.find(name)
        return found.children if found else []

    @property
    def formats(self) -> dict[str, str]:
        return {node.attrs["numFmtId"]: node.attrs["formatCode"] for node in self.entries("numFmts")}


class Styles:
    """Gives each style of the source its index in the target, growing the target's lists as needed."""

    def __init__(self, target: bytes | None, source: bytes, where: str, strict: bool) -> None:
        """`target` is the workbook's stylesheet, or None if it has none; `where` names it in messages."""
        self._part = PartText(empty_stylesheet(strict) if target is None else target, where)
        if not self._part.root.children:
            self._part = PartText(empty_stylesheet(strict), where)
        self._where = where
        self._source = _Source(parse(source, "styles.xml"))
        self._prefix = tag_prefix(self._part.root)
        find = self._part.root.find
        names = ("numFmts", "fonts", "fills", "borders", "cellXfs", "dxfs")
        self._lists = {name: _List(find(name), name, self._prefix) for name in names}
        self._formats = {
            node.attrs.get("formatCode", ""): int(node.attrs.get("numFmtId", "0"))
            for node in reversed(self._lists["numFmts"].nodes)
        }
        self._next_format = max([FIRST_CUSTOM_FORMAT - 1, *map(int, self._all_format_ids())]) + 1
        self._base = self._base_format()
        self._known: dict[tuple[str, int], int] = {}
        self._own_default = self._changed_default()

    def _all_format_ids(self) -> list[str]:
        return [
            n.attrs["numFmtId"]
            for n in self._part.root.walk()
            if n.name == "numFmt" and "numFmtId" in n.attrs
        ]

    def _base_format(self) -> Node:
        """The workbook's default cell format: the first of `cellXfs`."""
        nodes = self._lists["cellXfs"].nodes
        return nodes[0] if nodes else parse_fragment(DEFAULT_XF.format("").encode(), "styles")

    def _base_id(self, kind: str) -> int:
        return int(self._base.attrs.get(kind, "0"))

    def _changed_default(self) -> bool:
        """Whether the source's author changed the default font, so that its default cells must show it."""
        fonts = self._source.entries("fonts")
        return bool(fonts) and key_of(fonts[0]) != _key_of_markup(DEFAULT_FONT.format(""))

    def _once(self, kind: str, index: int, make: Callable[[int], int]) -> int:
        known = self._known.get((kind, index))
        if known is None:
            known = self._known[kind, index] = make(index)
        return known

    def cell(self, index: int) -> int:
        """The target's index (`s`) for the source's cell format `index`."""
        return self._once("xf", index, self._cell)

    def differential(self, index: int) -> int:
        """The target's index (`dxfId`) for the source's differential format `index`."""
        return self._once("dxf", index, self._differential)

    def _cell(self, index: int) -> int:
        if index == 0 and not self._own_default:
            return 0
        xf = self._source.entries("cellXfs")[index]
        ids = {
            "numFmtId": self._once("numFmt", int(xf.attrs["numFmtId"]), self._number_format),
            "fontId": self._once("font", int(xf.attrs["fontId"]), self._font),
            "fillId": self._once("fill", int(xf.attrs["fillId"]), self._fill),
            "borderId": self._once("border", int(xf.attrs["borderId"]), self._border),
        }
        place = self._lists["cellXfs"].place(self._cell_markup(xf, ids))
        if len(self._lists["cellXfs"]) > MAX_CELL_FORMATS:
            raise TabRefused(
                f"it holds more than {MAX_CELL_FORMATS:,} cell formats, the most that Excel can read",
                where=self._where,
            )
        return place

    def _cell_markup(self, xf: Node, ids: Mapping[str, int]) -> str:
        attributes = {name: str(value) for name, value in ids.items()}
        if "xfId" in self._base.attrs and self._part.root.find("cellStyleXfs"):
            attributes["xfId"] = self._base.attrs["xfId"]
        if xf.attrs.get("quotePrefix") in ("1", "true"):
            attributes["quotePrefix"] = "1"
        applied = zip(("NumberFormat", "Font", "Fill", "Border"), ids.items(), strict=True)
        for flag, (kind, value) in applied:
            if value != self._base_id(kind):
                attributes[f"apply{flag}"] = "1"
        inner = []
        for name, flag in (("alignment", "applyAlignment"), ("protection", "applyProtection")):
            said = xf.find(name) or self._base.find(name)
            if said is not None:
                attributes[flag] = "1"
                inner.append(said.but(children=[]))
        return markup(Node("xf", "", "", attributes).but(children=inner), self._prefix)

    def _number_format(self, number: int) -> int:
        if number < FIRST_CUSTOM_FORMAT:
            return self._base_id("numFmtId") if number == 0 else number
        code = self._source.formats[str(number)]
        if code not in self._formats:
            self._formats[code] = self._next_format
            node = Node("numFmt", "", "", {"numFmtId": str(self._next_format), "formatCode": code})
            self._lists["numFmts"].place(markup(node, self._prefix))
            self._next_format += 1
        return self._formats[code]

    def _font(self, index: int) -> int:
        if index == 0 and not self._own_default:
            return self._base_id("fontId")
        font = self._source.entries("fonts")[index]
        said = {child.name for child in font.children}
        inner = list(font.children)
        for child in self._base_font():
            follows_name = child.name in ("family", "charset", "scheme")
            wanted = "name" not in said if follows_name else child.name in ("name", "sz", "color")
            if wanted and child.name not in said:
                inner.append(_sound(child))
        return self._lists["fonts"].place(markup(font.but(children=inner), self._prefix))

    def _base_font(self) -> Sequence[Node]:
        """What the workbook's default font says; where it has no font, that of the one which it will get."""
        fonts, place = self._lists["fonts"].nodes, self._base_id("fontId")
        if not fonts:
            return parse_fragment(DEFAULT_FONT.format("").encode(), "styles").children
        return fonts[place].children if place < len(fonts) else ()

    def _fill(self, index: int) -> int:
        return self._part_of("fills", index, "fillId")

    def _border(self, index: int) -> int:
        return self._part_of("borders", index, "borderId")

    def _part_of(self, name: str, index: int, kind: str) -> int:
        if index == 0:
            return self._base_id(kind)
        return self._lists[name].place(markup(self._source.entries(name)[index], self._prefix))

    def _differential(self, index: int) -> int:
        dxf = self._source.entries("dxfs")[index]
        inner = [self._with_format_id(child) if child.name == "numFmt" else child for child in dxf.children]
        return self._lists["dxfs"].place(markup(dxf.but(children=inner), self._prefix))

    def _with_format_id(self, node: Node) -> Node:
        """A differential number format, with the target's id for its code; built-in ids stay."""
        number, code = int(node.attrs["numFmtId"]), node.attrs["formatCode"]
        if number < FIRST_CUSTOM_FORMAT:
            return node
        if code not in self._formats:
            self._formats[code] = self._next_format
            entry = node.but(attrs={"numFmtId": str(self._next_format), "formatCode": code})
            self._lists["numFmts"].place(markup(entry, self._prefix))
            self._next_format += 1
        return node.but(attrs={**node.attrs, "numFmtId": str(self._formats[code])})

    def result(self) -> bytes:
        """The stylesheet with the lists grown; the same bytes if nothing was missing."""
        for grown in self._lists.values():
            if not grown.new:
                continue
            if grown.node is None:
                name = self._prefix + grown.name
                text = f'<{name} count="{len(grown)}">{"".join(grown.new)}</{name}>'
                self._part.add_child(STYLE_ORDER, grown.name, text)
            else:
                self._part.append(grown.node, "".join(grown.new))
                if "count" in grown.node.attrs:
                    self._part.set_attribute(grown.node, "count", str(len(grown)))
        return self._part.result()


def _sound(node: Node) -> Node:
    """A part of the workbook's own font; some programs write colours without the alpha that they need."""
    rgb = node.attrs.get("rgb", "")
    return node.but(attrs={**node.attrs, "rgb": f"FF{rgb}"}) if len(rgb) == 6 else node
