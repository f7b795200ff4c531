"""Put a whole tab into a workbook: `put_tab`. What else is in the workbook stays as it is, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from os import PathLike
from typing import TYPE_CHECKING, NamedTuple

from sheetops.books.xlsx.formulas import drop_from_chain, mark_recalculation
from sheetops.books.xlsx.package import Package, SheetRef
from sheetops.books.xlsx.partnames import Rel
from sheetops.books.xlsx.sheet import require_distinct_tabs
from sheetops.books.xlsx.styles import is_1904
from sheetops.books.xlsx.stylesheet import STYLES_TYPE, add_stylesheet, stylesheet_of
from sheetops.books.xlsx.tab_app import update_titles
from sheetops.books.xlsx.tab_book import Book, refuse_clash
from sheetops.books.xlsx.tab_dialect import serialized
from sheetops.books.xlsx.tab_origin import Source
from sheetops.books.xlsx.tab_parts import PartNames, used_only_by, write_part, write_rels
from sheetops.books.xlsx.tab_refs import Renames
from sheetops.books.xlsx.tab_sheet import Change, Kept, chart_tree, kept_of, rewrite, sheet_tree
from sheetops.books.xlsx.tab_styles import Styles
from sheetops.books.xlsx.tab_tables import Table, named, refuse_if_needed, table_of, table_tree, tables
from sheetops.books.xlsx.tab_xml import tree
from sheetops.domain.tabs import Tab
from sheetops.errors import TabRefused

if TYPE_CHECKING:
    from openpyxl import Workbook

CELL_FORMULA = re.compile(rb"<f[ >]")
FORBIDDEN = re.compile("[][:*?/\\\\\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What Excel allows in no tab's name, and XML in no text."""
MAX_NAME = 31
"""UTF-16 units that a tab's name may have; Excel specifications and limits."""


def graft_tab(package: Package, name: str, workbook: Workbook) -> None:
    """Put the only sheet of `workbook` into `package` as the tab `name`; see `put_tab` for what that means.

    Nothing of the package is touched if the tab is there already and says the same.
    """
    from sheetops.books.xlsx.tab_source import read_source

    _graft(package, name, lambda: read_source(workbook, name, is_1904(package)))


def draw_tab(package: Package, tab: Tab, language: str) -> None:
    """Put `tab` into `package`; `language` chooses the fonts. See `graft_tab`.

    Raises EditRefused, naming the cell, for a value that no workbook can hold, and TabRefused for a name, chart
    or drop-down that Excel would not take.
    """
    from sheetops.books.xlsx.tab_write import written

    check_name(tab.name, "the new workbook")
    source = written(tab, language, is_1904(package))
    _graft(package, tab.name, lambda: source)


def _graft(package: Package, name: str, source: Callable[[], Source]) -> None:
    check_name(name, package.where)
    require_distinct_tabs(package)
    old = _old_sheet(package, name)
    _Graft(package, old.name if old else name, source(), old, Book(package)).run()


def check_name(name: str, where: str) -> None:
    """Raise TabRefused, naming the file `where`, if Excel does not take `name` as a tab's name."""
    if not name.strip():
        why = "a tab's name may not be empty"
    elif len(name.encode("utf-16-le", "surrogatepass")) // 2 > MAX_NAME:
        why = f"the tab's name {name} is longer than {MAX_NAME} characters"
    elif FORBIDDEN.search(name):
        why = f"the tab's name {name!r} holds one of []:*?/\\ or a control character"
    elif name[0] == "'" or name[-1] == "'":
        why = f"the tab's name {name} begins or ends with an apostrophe"
    elif name.lower() == "history":
        why = "the tab's name History is reserved by Excel"
    else:
        return
    raise TabRefused(why, where=where, mend="give the tab another name")


def _old_sheet(package: Package, name: str) -> SheetRef | None:
    """The worksheet of this name, whatever its case; TabRefused if another kind of sheet has it."""
    for sheet in package.sheets():
        if sheet.name.lower() == name.lower():
            if sheet.kind != "worksheet":
                raise TabRefused(
                    f"the tab {sheet.name} is no worksheet ({sheet.kind}), and is not replaced",
                    where=package.where,
                    mend="give the new tab another name",
                )
            return sheet
    return None


class _Graft(NamedTuple):
    """One tab on its way into one package."""

    package: Package
    tab: str
    source: Source
    old: SheetRef | None
    book: Book

    def run(self) -> None:
        freed = used_only_by(self.package, self.old.part) if self.old else []
        former = [table_of(self.package, part) for part, rel in freed if rel.kind == "table"]
        new_tables = self._new_tables([part for part, _ in freed], former)
        self._refuse(freed, former, new_tables)
        styles, styles_part = self._styles()
        renamed = {name.lower(): table.name for name, table in new_tables.items() if table.name != name}
        change = Change(styles, Renames(self.source.title, self.tab, renamed), self.source.date_shift)
        sheet, names, left = self._part_names(freed)
        written = self._write_parts(change, names, new_tables)
        for part in left:
            self.package.remove_part(part)
        self._write_styles(styles, styles_part)
        listed = self._write_book(sheet, change.renames)
        if written or listed:
            self._mark_stale(sheet)

    def _new_tables(self, freed: Sequence[str], former: list[Table]) -> dict[str, Table]:
        wanted = [
            table_of(self.source.package, part) for part, rel in self.source.parts() if rel.kind == "table"
        ]
        taken = tables(self.package, without=freed)
        refuse_clash(
            self.source.names, [table.name for table in taken], f"{self.package.where}, tab {self.tab}"
        )
        return named([table.name for table in wanted], self.book.names, taken, former)

    def _refuse(self, freed: Sequence[tuple[str, Rel]], former: list[Table], new: dict[str, Table]) -> None:
        if self.old is not None:
            kept = {table.name.lower() for table in new.values()}
            lost = [table for table in former if table.name.lower() not in kept]
            refuse_if_needed(self.package, self.old, {part: rel.kind for part, rel in freed}, lost)

    def _styles(self) -> tuple[Styles, str | None]:
        part = stylesheet_of(self.package)
        data = self.package.part(part) if part else None
        return Styles(data, self.source.styles, self.package.where, self.package.strict), part

    def _write_styles(self, styles: Styles, part: str | None) -> None:
        if part is None:
            add_stylesheet(self.package, styles.result())
        else:
            write_part(self.package, part, styles.result(), STYLES_TYPE)

    def _part_names(self, freed: Sequence[tuple[str, Rel]]) -> tuple[str, dict[str, str], list[str]]:
        """The sheet's part, each part of the source with its name in the target, and the parts that go."""
        allotted = PartNames(self.package, freed)
        sheet = self.old.part if self.old else allotted.take("worksheet", "xl/worksheets/sheet.xml")
        names = {self.source.sheet: sheet}
        for part, rel in self.source.parts():
            names[part] = allotted.take(rel.kind, part)
        return sheet, names, allotted.left()

    def _write_parts(self, change: Change, names: dict[str, str], new_tables: dict[str, Table]) -> bool:
        """Write the sheet and all that hangs on it; says whether anything differs from before."""
        kinds = {part: rel.kind for part, rel in self.source.parts()} | {self.source.sheet: "worksheet"}
        differs = False
        for part, name in names.items():
            data = self._part(part, kinds[part], change, new_tables)
            differs |= not self.package.has(name) or self.package.part(name) != data
            write_part(self.package, name, data, self.source.package.content_type(part))
            write_rels(self.package, name, self._rels(part, change.renames), names)
        return differs

    def _rels(self, part: str, renames: Renames) -> list[Rel]:
        """A part's relationships; a link written as `#Sheet!A1` follows the sheet to its new name."""
        return [
            rel._replace(target=renames.link(rel.target)) if rel.target.startswith("#") else rel
            for rel in self.source.package.rels(part)
        ]

    def _part(self, part: str, kind: str, change: Change, new_tables: dict[str, Table]) -> bytes:
        data = self.source.package.part(part)
        if kind == "worksheet":
            rows = self._rows(change)  # first: formats are numbered in the order of the cells
            root = sheet_tree(data, change, self._kept(), f"{self.package.where}, tab {self.tab}")
            return _filled(serialized(root, self.package.strict), rows)
        if kind == "chart":
            root = chart_tree(data, change)
        elif kind == "table":
            root = table_tree(data, change, new_tables[table_of(self.source.package, part).name])
        elif kind in ("drawing", "comments"):
            root = tree(data)
            rewrite(root, change)
        else:
            return data
        return serialized(root, self.package.strict)

    def _rows(self, change: Change) -> bytes | None:
        write = self.source.rows
        return None if write is None else write(change.styles.cell, change.renames)

    def _kept(self) -> Kept:
        return kept_of(self.package.utf8(self.old.part)[0]) if self.old else Kept()

    def _write_book(self, sheet: str, renames: Renames) -> bool:
        """List the tab and its names; says whether anything differs from before."""
        sheets = self.package.sheets()
        place = next(
            (i for i, ref in enumerate(sheets) if self.old and ref.part == self.old.part), len(sheets)
        )
        if self.old is None:
            self.book.add_sheet(self.tab, sheet, self.source.state)
        names = self.book.set_names(self.source.names, place, renames)
        part = self.package.workbook_part()
        before = self.package.part(part)
        write_part(self.package, part, self.book.result(), self.package.content_type(part))
        update_titles(self.package, None if self.old else self.tab, names.there, names.removed)
        return self.package.part(part) != before

    def _mark_stale(self, sheet: str) -> None:
        """Results that hang on the old content, here and in other tabs, must not be shown as fresh."""
        if self.old is not None:
            workbook = self.package.workbook_part()
            chain = self.package.related(workbook, "calcChain")
            entries = self.package.tree(chain)[1].children if chain else []
            cells = {entry.attrs.get("r", "") for entry in entries}
            drop_from_chain(self.package, self.old.sheet_id, cells)
        if self.old is not None or CELL_FORMULA.search(self.package.part(sheet)):
            mark_recalculation(self.package)


def _filled(sheet: bytes, rows: bytes | None) -> bytes:
    return sheet.replace(b"<sheetData/>", b"<sheetData>%b</sheetData>" % rows, 1) if rows else sheet


def put_tab(
    path: str | PathLike[str],
    name: str,
    workbook: Workbook,
    save_as: str | PathLike[str] | None = None,
) -> None:
    """Put the only sheet of an openpyxl workbook into the Excel file at `path` as the tab `name`.

    A tab of that name (in any case) gets the new content and stays where it is, as visible as it was, with
    its number, its own defined names and, unless the source sets them, its colour and its protection
    without password; else the tab is added as the last one. Cells, formats, widths, links, conditional
    formats, validations, filters, tables, notes, images, charts and print settings come with it. Formulas
    and charts that name the source's sheet name the tab instead; defined names become the tab's own, so
    that nobody else's change; a table whose name is taken gets a number. What a format leaves open comes
    from the workbook's default format, theme colours from its theme. Everything else in the file keeps its
    bytes. If the tab says the same already, the file is not written.

    The file is replaced safely, after the new one was checked; with `save_as` the result goes there and
    `path` is never touched. Raises TabRefused, in one line, if `name` is no tab name that Excel takes; if
    `workbook` has not exactly one sheet or leans on others; if the tab is protected with a password, is no worksheet, or holds a pivot table
    or a table that something else shows. Raises NotAWorkbook or RefusedWorkbook for a file that cannot be
    changed without harm, and SheetInUse when someone has it open.
    """
    from sheetops.books.xlsx.check import check_save
    from sheetops.books.xlsx.saving import Check, save_changed

    def change(package: Package) -> Check | None:
        graft_tab(package, name, workbook)
        return (lambda after: check_save(package, after, {}, tabs=[name])) if package.touched() else None

    save_changed(path, change, save_as)
