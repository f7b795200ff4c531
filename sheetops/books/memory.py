"""A book in memory: the simplest one that keeps the contract. Tests and previews use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sheetops.books.base import Again, Applied, Forbids, Hold, placed, rehearsed, settled
from sheetops.domain.plan import Conflict, Edit, Write, untouched_tabs
from sheetops.domain.table import Grid, RawSheet, Snapshot
from sheetops.domain.tabs import Tab


class MemoryBook:
    """Tabs held as lists; `before_write` lets a test play the person who types meanwhile, `forbids` a lock on cells."""

    def __init__(self, grids: Sequence[Grid], location: str = "memory") -> None:
        self.location = location
        self.grids = tuple(grids)
        self.version = 0
        self.before_write: Callable[[], None] = lambda: None
        self.forbids: Forbids = lambda write: ""

    def read(self) -> RawSheet:
        """The tabs as they are now; later changes do not reach what was read."""
        grids = tuple(replace(grid, rows=[list(row) for row in grid.rows]) for grid in self.grids)
        return RawSheet(self.location, grids, str(self.version))

    def change(self, grids: Sequence[Grid]) -> None:
        """Replace the tabs, as a person's edit does."""
        self.grids = tuple(grids)
        self.version += 1

    def rehearse(
        self,
        seen: RawSheet,
        edits: Sequence[Edit],
        tabs: Sequence[Tab],
        see: Callable[[RawSheet], Snapshot],
        again: Again | None = None,
    ) -> Applied:
        """See `Book.rehearse`."""
        return rehearsed(seen, edits, tabs, see, again, self.forbids)

    @contextmanager
    def session(self, hold: Hold | None = None) -> Iterator[_MemorySession]:
        """Read; memory needs no lock."""
        yield _MemorySession(self, hold)


class _MemorySession:
    def __init__(self, book: MemoryBook, hold: Hold | None) -> None:
        self.book = book
        self.hold = hold
        self.raw = book.read()

    def apply(
        self,
        edits: Sequence[Edit],
        tabs: Sequence[Tab],
        see: Callable[[RawSheet], Snapshot],
        again: Again | None = None,
    ) -> Applied:
        """Write what still holds, then the tabs."""
        self.book.before_write()
        now = self.book.read()

        def place(some: Sequence[Edit]) -> tuple[list[Write], list[Conflict]]:
            return placed(some, lambda: see(now), self.book.forbids)

        edits, tabs, _ = settled(edits, tabs, again, lambda some: place(some)[1])
        writes, conflicts = place(edits)
        by_name = {grid.name: [list(row) for row in grid.rows] for grid in now.grids}
        for write in writes:
            rows = by_name[write.tab]
            rows.extend([] for _ in range(write.row - len(rows)))
            row = rows[write.row - 1]
            row.extend([None] * (write.column - len(row)))
            row[write.column - 1] = write.edit.new
        grids = [replace(grid, rows=by_name[grid.name]) for grid in now.grids]
        free, held = untouched_tabs(tabs, self.raw, now)
        for tab in free:
            grids = [g for g in grids if g.name.casefold() != tab.name.casefold()]
            grids.append(Grid(tab.name, [list(row) for row in tab.values()]))
        if writes or free:
            if self.hold is not None:
                self.hold.still_mine()
            self.book.change(grids)
        names = tuple(tab.name for tab in free)
        return Applied(tuple(writes), tuple(conflicts), names, str(self.book.version), held)
