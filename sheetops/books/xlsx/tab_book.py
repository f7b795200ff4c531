"""The workbook part: the list of tabs and the defined names, changed by insertion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sheetops.books.xlsx.formulas import WORKBOOK_ORDER
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.tab_origin import Name
from sheetops.books.xlsx.tab_refs import Renames, quoted
from sheetops.books.xlsx.tab_xml import PartText, tag_prefix
from sheetops.books.xlsx.xmlbytes import Node, escape
from sheetops.errors import TabRefused

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONSHIPS_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
BUILT_IN = "_xlnm."
TRUE = ("1", "true")


class NameChanges(NamedTuple):
    """The tab's defined names, as `docProps/app.xml` lists them: those it has now, and those that went."""

    there: list[str]
    removed: list[str]


class Book:
    """The workbook part of a package."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._part = PartText(package.part(package.workbook_part()), package.where)
        self._prefix = tag_prefix(self._part.root)
        names = self._part.root.find("definedNames")
        self._names = names.all("definedName") if names else []
        self._new_names: list[str] = []
        self._gone: list[Node] = []

    @property
    def names(self) -> list[str]:
        """Every defined name."""
        return [node.attrs.get("name", "") for node in self._names]

    def add_sheet(self, name: str, part: str, state: str) -> None:
        """List a new sheet as the last one, and tie it to its part."""
        sheets = self._part.root.find("sheets")
        assert sheets is not None  # Package refuses a workbook without tabs
        rel_id = self._package.add_rel(
            self._package.workbook_part(), self._package.rel_type("worksheet"), part
        )
        number = 1 + max(ref.sheet_id for ref in self._package.sheets())
        prefix, declared = self._relationship_prefix()
        hidden = "" if state == "visible" else f' state="{state}"'
        self._part.append(
            sheets,
            f'<{self._prefix}sheet name="{escape(name).decode()}" sheetId="{number}"{hidden}{declared}'
            f' {prefix}:id="{rel_id}"/>',
        )

    def _relationship_prefix(self) -> tuple[str, str]:
        """A prefix for relationship ids, and its declaration if the root has none."""
        space = RELATIONSHIPS_STRICT if self._package.strict else RELATIONSHIPS
        for name, value in self._part.declared(self._part.root):
            if value == space and name:
                return name, ""
        return "r", f' xmlns:r="{space}"'

    def set_names(self, wanted: Iterable[Name], place: int, renames: Renames) -> NameChanges:
        """Give the tab at `place` (its position among all tabs) the names of the source.

        All of them become the tab's own, the source's workbook-level ones too: inside the tab they mean
        the same, and nobody else's name changes its meaning.
        """
        scope, tab = str(place), renames.tab
        own = {_key(node): node for node in self._names if node.attrs.get("localSheetId") == scope}
        chosen = {name.name.lower(): name for name in wanted}  # the sheet's own come last, and count
        for key, name in chosen.items():
            text = renames.formula(name.text)
            if key not in own:
                self._new_names.append(self._name_markup(name, text, scope))
            elif own[key].text != text:
                self._part.replace(own[key], self._name_markup(name, text, scope))
        self._gone = [node for key, node in own.items() if key.startswith(BUILT_IN) and key not in chosen]
        shown = [name.name for name in chosen.values() if name.attributes.get("hidden") not in TRUE]
        gone = [node.attrs["name"] for node in self._gone]
        return NameChanges([_title(name, tab) for name in shown], [_title(name, tab) for name in gone])

    def _name_markup(self, name: Name, text: str, scope: str) -> str:
        attributes = {"name": name.name, "localSheetId": scope, **name.attributes}
        written = "".join(f' {key}="{escape(value).decode()}"' for key, value in attributes.items())
        tag = f"{self._prefix}definedName"
        return f"<{tag}{written}>{escape(text).decode()}</{tag}>"

    def result(self) -> bytes:
        """The workbook part with every change made."""
        root, text = self._part.root, "".join(self._new_names)
        listed = root.find("definedNames")
        if listed is None:
            name = f"{self._prefix}definedNames"
            if text:
                self._part.add_child(WORKBOOK_ORDER, "definedNames", f"<{name}>{text}</{name}>")
            return self._part.result()
        if self._gone and len(self._gone) == len(self._names) and not text:
            self._part.replace(listed, "")  # an empty list is not valid
            return self._part.result()
        for node in self._gone:
            self._part.replace(node, "")
        if text:
            self._part.append(listed, text)
        return self._part.result()


def refuse_clash(names: Iterable[Name], tables: Iterable[str], where: str) -> None:
    """Raise TabRefused if a name of the source is the name of a table of the workbook."""
    taken = {table.lower() for table in tables}
    for name in names:
        if name.name.lower() in taken:
            raise TabRefused(f"its defined name {name.name} is already the name of a table", where=where)


def _key(node: Node) -> str:
    return node.attrs.get("name", "").lower()


def _title(name: str, tab: str) -> str:
    """A tab's defined name as `docProps/app.xml` lists it."""
    simple = tab.isidentifier() and not any(sign.isdigit() for sign in tab)
    return f"{tab if simple else quoted(tab)}!{name.removeprefix(BUILT_IN)}"
