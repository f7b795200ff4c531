"""What every kind of book can do. One contract suite holds them all to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import NamedTuple, Protocol

from sheetops.domain.plan import Conflict, Edit, Write, resolve
from sheetops.domain.table import RawSheet, Snapshot
from sheetops.domain.tabs import Tab


class Applied(NamedTuple):
    """What was really done: every write was read back, every conflict left as it was."""

    writes: tuple[Write, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    tabs: tuple[str, ...] = ()
    token: str | None = None  # of the sheet after the write
    held: tuple[
        str, ...
    ] = ()  # tabs left alone, mostly as a person changed them meanwhile; tried again next run
    backup: str | None = None  # where the sheet as it was before is kept
    reasons: Mapping[str, str] = MappingProxyType({})  # why a held tab cannot be put, by its name
    put_back: tuple[
        str, ...
    ] = ()  # cells of rows that moved while being written; they hold what the last look saw
    hindrance: str | None = None  # of a rehearsal: why nothing could be written now


Again = Callable[[Sequence[Conflict]], tuple[Sequence[Edit], Sequence[Tab]]]
"""The plan anew, its edits and its tabs, once it is known which of its edits cannot be made: no tab may count these."""


class Hold(Protocol):
    """A right to work on one sheet which all workers of a fleet respect, on whatever machine they run.

    It can be lost while its holder is stopped. A holder that looks again (`still_mine`) after its new file
    stands ready and before it takes the sheet's place, and begins by clearing away what earlier holders left
    ready, can then never write over what a later holder did.
    """

    @property
    def crew(self) -> str:
        """Which workers share it: the same text for all of one fleet."""

    def still_mine(self) -> None:
        """Return if nobody else can have got the sheet since. Raises HoldLost otherwise."""


class Session(Protocol):
    """One look at a sheet and at most one write to it, under the sheet's job lock."""

    @property
    def raw(self) -> RawSheet:
        """The sheet as it was when the session began."""

    def apply(
        self,
        edits: Sequence[Edit],
        tabs: Sequence[Tab],
        see: Callable[[RawSheet], Snapshot],
        again: Again | None = None,
    ) -> Applied:
        """Make the edits and put the tabs, in one write.

        Looks again just before writing (`see` finds the tables in what it saw), drops the edits that a
        person has overtaken and those that are forbidden, writes once, reads back. Where it drops one it asks
        `again`, before anything is written: what that gives takes the place of edits and tabs. A book that only
        finds by writing that an edit cannot be made puts its tabs last, and asks for these once more.
        Raises SheetInUse when the sheet is busy, and SheetError when what was read back is not what was
        planned. Under a hold it asks `still_mine` as the last thing before it writes, and writes nothing once
        that raises.
        """


class Book(Protocol):
    """A place where a sheet lives."""

    @property
    def location(self) -> str:
        """The path or address, for messages."""

    def read(self) -> RawSheet:
        """Look without locking, even while somebody has the sheet open."""

    def rehearse(
        self,
        seen: RawSheet,
        edits: Sequence[Edit],
        tabs: Sequence[Tab],
        see: Callable[[RawSheet], Snapshot],
        again: Again | None = None,
    ) -> Applied:
        """What `Session.apply` would do now with a plan made for the sheet as `seen`; nothing is changed."""

    def session(self, hold: Hold | None = None) -> AbstractContextManager[Session]:
        """Lock the sheet against other jobs, read it, and hold the lock until the end.

        `hold` is the fleet's, where a worker of a fleet is at work.
        """


Forbids = Callable[[Write], str]
"""What stands against a write, and how to mend that, in one line; blank where nothing does."""


def placed(
    edits: Sequence[Edit], now: Callable[[], Snapshot], forbids: Forbids
) -> tuple[list[Write], list[Conflict]]:
    """Where edits go in the sheet as it is `now`, which is not asked where there are none, and which cannot be made."""
    found, conflicts = resolve(edits, now()) if edits else ([], [])
    writes = []
    for write in found:
        forbidden = forbids(write)
        if forbidden:
            conflicts.append(Conflict(write.edit, "refused", forbidden))
        else:
            writes.append(write)
    return writes, conflicts


def settled(
    edits: Sequence[Edit],
    tabs: Sequence[Tab],
    again: Again | None,
    lost: Callable[[Sequence[Edit]], Sequence[Conflict]],
) -> tuple[Sequence[Edit], Sequence[Tab], Sequence[Conflict]]:
    """The plan that counts no edit which cannot be made, as `lost` tells of edits, and those edits of it."""
    known: frozenset[Edit] = frozenset()
    while True:
        conflicts = lost(edits)
        unmade = frozenset(conflict.edit for conflict in conflicts)
        if again is None or unmade <= known:
            return edits, tabs, conflicts
        known |= unmade
        before = edits
        edits, tabs = again(conflicts)
        if tuple(edits) == tuple(before):
            return edits, tabs, conflicts


def rehearsed(
    seen: RawSheet,
    edits: Sequence[Edit],
    tabs: Sequence[Tab],
    see: Callable[[RawSheet], Snapshot],
    again: Again | None,
    forbids: Forbids,
) -> Applied:
    """The rehearsal of a book that would find the sheet as it was `seen`."""

    def place(some: Sequence[Edit]) -> tuple[list[Write], list[Conflict]]:
        return placed(some, lambda: see(seen), forbids)

    edits, tabs, _ = settled(edits, tabs, again, lambda some: place(some)[1])
    writes, conflicts = place(edits)
    return Applied(tuple(writes), tuple(conflicts), tuple(tab.name for tab in tabs), seen.token)
