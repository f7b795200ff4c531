"""Where a tab comes from: a workbook with one sheet, taken apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from sheetops.books.xlsx.partnames import Rel
from sheetops.books.xlsx.tab_refs import Renames
from sheetops.books.xlsx.xmlbytes import Node

EPOCHS_APART = 1462
"""Days between the first days of the 1900 and the 1904 date systems; ECMA-376 part 1, 18.17.4.1."""


class Parts(Protocol):
    """The parts of a workbook, as `Package` has them."""

    def part(self, name: str) -> bytes: ...
    def tree(self, name: str) -> tuple[bytes, Node]: ...
    def content_type(self, name: str) -> str | None: ...
    def rels(self, part: str) -> list[Rel]: ...


class Name(NamedTuple):
    """A defined name of the source, of the workbook or of the sheet."""

    name: str
    text: str
    attributes: dict[str, str]


class Source(NamedTuple):
    """A workbook with one sheet."""

    package: Parts
    title: str
    state: str
    sheet: str
    """The sheet's part."""
    styles: bytes
    names: list[Name]
    date_shift: int
    """Days to add to dates that openpyxl did not write itself, to be right in the target."""
    rows: Callable[[Callable[[int], int], Renames], bytes] | None = None
    """Writes the rows with the target's styles and names, where the sheet's part comes without them."""

    def parts(self) -> Iterator[tuple[str, Rel]]:
        """Every part that the sheet needs, with the relationship that leads to it; parents first."""
        seen = {self.sheet}
        waiting = [self.sheet]
        for part in waiting:
            for rel in self.package.rels(part):
                if rel.part and rel.part not in seen:
                    seen.add(rel.part)
                    waiting.append(rel.part)
                    yield rel.part, rel
