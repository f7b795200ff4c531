"""Is a changed workbook what the plan says, and nothing else? Asked of every save before it replaces anything.

The check reads the finished bytes with readers of its own and shares no code with the writer. Every
member that the plan does not name must have its compressed bytes unchanged. A part that the plan may
touch is judged by what may change in it: a sheet in its planned cells, a list by growing at its end.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
from collections.abc import Collection, Iterator, Mapping

from sheetops.books.xlsx.check_opening import NO_TEXTS, unreadable
from sheetops.books.xlsx.check_order import out_of_order
from sheetops.books.xlsx.check_rows import changed_rows
from sheetops.books.xlsx.check_sheet import (
    Place,
    SheetText,
    around_differs,
    other_cells_differ,
    sound_xml,
    well_formed_but_for,
)
from sheetops.books.xlsx.check_stream import Near, near_rows
from sheetops.books.xlsx.check_values import Reader, place_of
from sheetops.books.xlsx.check_wiring import TYPES, Link, Tab, Wiring, rels_key
from sheetops.books.xlsx.check_zip import Members
from sheetops.books.xlsx.package import Package
from sheetops.errors import SheetError

Edits = Mapping[tuple[str, str], object]
_ANEW = "it was packed anew though its content is the same"


def check_save(before: Package, after: bytes, cells: Edits, tabs: Collection[str] = ()) -> None:
    """Raise SheetError, in one line, unless `after` is the workbook `before` was read from plus the plan.

    `before` may have been patched since: only the bytes it was read from count. `cells` are the planned
    values by (tab, cell), `tabs` the names of tabs that were added or replaced as a whole.
    """
    try:
        save = _Save(
            Members(before.original, before.was, read=True), Members(after, before.meant), cells, tabs
        )
        wrong = save.wrong() or unreadable(before.original, after, save.lightened)
    except (ValueError, LookupError, ArithmeticError, struct.error) as error:
        wrong = str(error) or type(error).__name__
    if wrong:
        raise SheetError(
            f"the changed file did not pass its check: {wrong}",
            where=before.where,
            mend="nothing was written; please report it with this line",
        )


class _Save:
    """One save: the file before, the file after, and the plan between them."""

    def __init__(self, old: Members, new: Members, cells: Edits, tabs: Collection[str]) -> None:
        self.old, self.new = old, new
        self.was, self.now = Wiring(old), Wiring(new)
        self.tabs = {tab.name for name in tabs if (tab := self.now.tab(name) or self.was.tab(name))} | set(
            tabs
        )
        self.planned = self._by_part(cells)
        replaced = [tab for name in tabs if (tab := self.was.tab(name))]
        added = [tab for name in tabs if (tab := self.now.tab(name))]
        self.given_up = set().union(*(self.was.owned(tab) for tab in replaced))
        self.brought = set().union(*(self.now.owned(tab) for tab in added))
        self.near: dict[str, Near] = {}

    def _by_part(self, cells: Edits) -> dict[str, dict[Place, object]]:
        planned: dict[str, dict[Place, object]] = {}
        for (name, cell), value in cells.items():
            tab = self.now.tab(name)
            if tab is None or not tab.part:
                raise ValueError(f"the tab {name} is missing")
            planned.setdefault(tab.part, {})[place_of(cell)] = value
        return planned

    def wrong(self) -> str | None:
        """The first thing that is not as planned, in words, or None."""
        return next(self._findings(), None)

    def _findings(self) -> Iterator[str]:
        yield from self._lost_or_moved()
        for name in self.old:
            if why := self._changed(name):
                yield f"{name}: {why}"
        for name in self.new:
            if not self._expected(name):
                yield f"{self.new.shown(name)} is new and nobody planned it"
        yield from sorted(self.now.broken() - self.was.broken())
        for name in self.new:
            fresh = name not in self.old or (name in self.brought and not self._is_untouched(name))
            if fresh and (why := self._bad_new_part(name)):
                yield f"{name}: {why}"
        for part in self.planned:
            if why := self._values_wrong(part):
                yield f"{part}: {why}"
        yield from (f"the tab {name} is missing" for name in self.tabs if self.now.tab(name) is None)

    def lightened(self) -> io.RawIOBase | None:
        """The new file without its shared texts, if these are the old ones; see `unreadable`."""
        name = self.now.linked(self.now.book, "sharedStrings")
        if name is None or name not in self.old or not self._is_untouched(name):
            return None
        return self.new.lightened(name, NO_TEXTS)

    def _lost_or_moved(self) -> Iterator[str]:
        for name in self.old:
            if name not in self.new and name not in self.given_up and name != self._chain_part:
                yield f"{self.old.shown(name)} is gone"
        if [name for name in self.old if name in self.new] != [name for name in self.new if name in self.old]:
            yield "the parts are in another order"

    def _is_untouched(self, name: str) -> bool:
        return self.new.is_as_in(self.old, name)

    @property
    def _chain_part(self) -> str | None:
        return self.was.linked(self.was.book, "calcChain")

    def _expected(self, name: str) -> bool:
        """Was the part there before, or does the plan bring it?"""
        styles = self.now.linked(self.now.book, "styles")
        fresh_rels = rels_key(self.now.book)
        return name in self.old or name in self.brought or name in (styles, fresh_rels)

    def _changed(self, name: str) -> str | None:
        """What changed in this old part that may not, or None."""
        if name == self._chain_part:
            from sheetops.books.xlsx import check_parts  # with lxml, for which most edits need not wait

            wrong = check_parts.calc_chain(self.old.plain(name), self._after(name), self._is_planned)
            if wrong:
                return wrong
        if name not in self.new or self._is_untouched(name):
            return None
        whole = name in self.given_up and name in self.brought
        if name in self.planned and not whole:
            return self._sheet_wrong(name)
        self.new.agree(name)
        if self.old.plain(name) == self.new.plain(name):
            return _ANEW
        if whole:
            return None
        return self._judge(name, self.old.plain(name), self.new.plain(name))

    def _after(self, name: str) -> bytes | None:
        return self.new.plain(name) if name in self.new else None

    def _judge(self, name: str, before: bytes, after: bytes) -> str | None:
        """The rule for a part that is no sheet; a part without a rule may not change."""
        from sheetops.books.xlsx import check_parts

        if name == self._chain_part:
            return None
        if name == self.was.book:
            growing = {tab.name for tab in self.now.tabs if tab.part in self.planned}
            return check_parts.workbook(before, after, self.tabs, growing) or out_of_order(after)
        if name == self.was.linked(self.was.book, "styles"):
            return check_parts.styles(before, after) or out_of_order(after)
        if name == TYPES:
            return check_parts.content_types(before, after, self.new.__contains__)
        if name == rels_key(self.was.book):
            return check_parts.relationships(before, after, self._may_leave)
        if any(
            Link(link.id, "table", name) == link for part in self.planned for link in self.was.links(part)
        ):
            texts = {
                value
                for values in self.planned.values()
                for value in values.values()
                if isinstance(value, str)
            }
            return check_parts.table(before, after, texts)
        properties = self.was.linked("", "extended-properties") or self.was.linked("", "extendedProperties")
        if self.tabs and name == properties:
            return check_parts.properties(before, after)
        return "it changed though nobody planned it"

    def _may_leave(self, target: str) -> bool:
        """May a relationship of the workbook to this target leave? Only with its part."""
        names = {name for name in self.given_up | {self._chain_part or ""} if name not in self.new}
        return any(target.lower().endswith(name.rpartition("/")[2]) for name in names if name)

    def _is_planned(self, number: str, cell: str) -> bool:
        """Is the cell, given as in the calculation chain, one that the plan overwrites?"""
        tab = next((tab for tab in self.now.tabs if tab.number == number), Tab("", "", ""))
        return tab.name in self.tabs or place_of(cell) in self.planned.get(tab.part, {})

    def _sheet_wrong(self, name: str) -> str | None:
        before = SheetText(self.old.plain(name))
        near = near_rows(before, self.new.pieces(name), {row for row, _ in self.planned[name]})
        self.new.agree(name)
        part = self.new.plain(name) if near is None else near.new.text
        if near is None:
            if self.old.plain(name) == part:
                return _ANEW
            after = SheetText(part)
            near = Near(before, after, changed_rows(before, after), {})
        elif not near.changes and near.old.text == part:
            return _ANEW
        well_formed_but_for(part, near.new, near.changes)
        self.near[name] = near
        planned = self.planned[name].keys()
        return around_differs(near.old, near.new) or other_cells_differ(
            near.old, near.new, near.changes, planned
        )

    def _bad_new_part(self, name: str) -> str | None:
        self.new.agree(name)
        if not name.endswith((".xml", ".rels", ".vml")):
            return None
        sound_xml(self.new.plain(name))
        missing = set() if name.endswith(".rels") else self.now.unanswered(name)
        if missing:
            return f"it uses the relationship {min(missing)}, which does not exist"
        return out_of_order(self.new.plain(name))

    def _values_wrong(self, part: str) -> str | None:
        book = self.now.root.find("{*}workbookPr")
        early = book is not None and book.get("date1904") in ("1", "true")
        epoch = dt.datetime(1904, 1, 1) if early else dt.datetime(1899, 12, 30)
        reader = Reader(lambda: self._linked("sharedStrings"), lambda: self._linked("styles"), epoch)
        near = self.near.get(part)
        if near is None:
            return reader.wrong(SheetText(self.new.plain(part)), {}, self.planned[part])
        changed = {change.number: change.after or b"" for change in near.changes}
        return reader.wrong(near.new, {**near.rows, **changed}, self.planned[part])

    def _linked(self, kind: str) -> bytes:
        name = self.now.linked(self.now.book, kind)
        return b"" if name is None else self.new.plain(name)
