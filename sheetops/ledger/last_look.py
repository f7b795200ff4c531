"""What the last recorded run saw, row by row: a row that stands as it stood then needs no second look.

It is kept of sheets in which rows have marks (see sheetops.domain.rows), and saves work alone: a run that finds it of
no use looks at every row, and comes to the same. It holds while its run is the sheet's last recorded one; then its
requests are exactly those that are not gone.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from hashlib import blake2b
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from sheetops import __version__
from sheetops.domain.plan import Edit, Judged
from sheetops.domain.table import Table
from sheetops.ledger import tables as t
from sheetops.ledger.prints import Printer, plain_texts
from sheetops.ledger.seeing import SeenTable

if TYPE_CHECKING:
    from sheetops.ledger.keyed_marks import Flags, Once, Stood, Words

Pieces = dict[tuple[int, int], bytes]  # (place, first number) → see keyed_marks.packed
_CHUNK = 500  # bound values a statement


class TabLook(NamedTuple):
    """What is known of one tab at the last look."""

    place: int
    tab: str
    context: str
    judged: str


class Again(NamedTuple):
    """Which rows stand as they stood at the last look."""

    numbers: Mapping[str, array[int]]  # by tab: the request of each row, 0 where it does not stand so
    other: Mapping[str, list[int]]  # by tab: the indexes of the rows that do not stand so
    left: list[int]  # the requests whose rows do not stand so, or nowhere


class LastLook:
    """What the last recorded run of a sheet left of its rows."""

    def __init__(self, tabs: Iterable[TabLook], pieces: Pieces) -> None:
        self.tabs = {tab.tab: tab for tab in tabs}
        self.pieces = pieces
        self.flags: Mapping[str, Flags] = {}  # by tab, once `again` was asked: of each row as it stood

    def stood(self, tab: str) -> Stood:
        """The rows of a tab; none of one that is not known."""
        from sheetops.ledger.keyed_marks import unpacked

        place = self.tabs[tab].place if tab in self.tabs else None
        return unpacked({first: what for (of_tab, first), what in self.pieces.items() if of_tab == place})

    def again(self, tables: Mapping[str, SeenTable], found: Iterable[Once] = ()) -> Again:
        """The rows that stand in their tab as they stood, where no other row of the sheet is or was alike.

        What was `found` of the same marks before is not looked for again.
        """
        from sheetops.ledger.keyed_marks import NOTHING, again

        tabs = list(dict.fromkeys((*tables, *self.tabs)))
        comparable = [
            tab in tables and tab in self.tabs and self.tabs[tab].context == context(tables[tab])
            for tab in tabs
        ]
        now = [tables[tab].marks if tab in tables else NOTHING for tab in tabs]
        rows = again(now, [self.stood(tab) for tab in tabs], comparable, found)
        self.flags = dict(zip(tabs, rows.flags, strict=True))
        numbers = {tab: array("q", of.tobytes()) for tab, of in zip(tabs, rows.numbers, strict=True)}
        return Again(numbers, dict(zip(tabs, rows.other, strict=True)), rows.left)


def context(table: SeenTable) -> str:
    """All that the print of a row of this table depends on, beside the row and the ledger's key."""
    told = f"{__version__} {sorted(table.table.columns.items())}"
    return blake2b(told.encode(), digest_size=20).hexdigest()


def last_look(link: Connection, sheet: int, run: int | None, tab: str | None = None) -> LastLook | None:
    """What the recorded run with this number, the sheet's last, left (of one tab); None where nothing is known."""
    head, piece = t.looks.c, t.standing.c
    heads = select(head.place, head.tab, head.context, head.judged)
    heads = heads.where(head.sheet == sheet, head.run == run).order_by(head.place)
    if tab is not None:
        heads = heads.where(head.tab == tab)
    tabs = [TabLook(*row) for row in link.execute(heads)]
    if not tabs:
        return None
    places = piece.place.in_([known.place for known in tabs])
    pieces = select(piece.place, piece.first, piece.what).where(piece.sheet == sheet, places)
    return LastLook(tabs, {(place, first): what for place, first, what in link.execute(pieces)})


class Kept(NamedTuple):
    """What a run has to leave of the rows it saw."""

    tables: Mapping[str, SeenTable]
    numbers: Mapping[str, Sequence[int]]  # by tab: the request of each row, 0 of none
    judged: Mapping[str, Judged]
    planned: Iterable[Edit]


def keep_look(link: Connection, sheet: int, run: int, kept: Kept, last: LastLook | None) -> None:
    """Keep what a run saw and left, over what the last one did."""
    if last is None:
        drop_look(link, sheet)
    known = last if last is not None else LastLook((), {})
    planned: dict[str, set[int]] = {}
    for edit in kept.planned:
        planned.setdefault(edit.ref.tab, set()).add(edit.ref.row)
    taken = {look.place for look in known.tabs.values()}
    free = (place for place in count() if place not in taken)
    tabs: list[TabLook] = []
    pieces: Pieces = {}
    for tab, table in kept.tables.items():
        was = known.tabs.get(tab)
        judged = kept.judged.get(tab) or Judged(was.judged if was is not None else "", frozenset())
        flags = None if tab in kept.judged else known.flags.get(tab)
        seen = judged.rows | planned.get(tab, set())
        place = was.place if was is not None else next(free)
        tabs.append(TabLook(place, tab, context(table), judged.context))
        for first, what in _packed(table, kept.numbers[tab], flags, seen, tab in kept.judged).items():
            pieces[place, first] = what
    _write(link, sheet, run, tabs, pieces, known)


def _packed(
    table: SeenTable, numbers: Sequence[int], flags: Flags | None, seen: Iterable[int], judged: bool
) -> dict[int, bytes]:
    """The rows of a table as they are kept. A rule saw something in those that are `seen`, or nobody will know."""
    import numpy as np

    from sheetops.ledger.keyed_marks import Stood, packed

    of_rows = np.array(numbers, np.int64)
    now = np.full(len(of_rows), not judged, np.bool_) if flags is None else flags.copy()
    now[[at for row in seen if (at := table.index_of(row)) is not None]] = True
    there = of_rows > 0
    return packed(Stood(of_rows[there], table.marks[there], now[there]))


def _write(
    link: Connection, sheet: int, run: int, tabs: Sequence[TabLook], pieces: Pieces, known: LastLook
) -> None:
    of_sheet = t.looks.c.sheet == sheet
    if tabs == list(known.tabs.values()):
        link.execute(update(t.looks).where(of_sheet).values(run=run))
    else:
        link.execute(delete(t.looks).where(of_sheet))
        link.execute(insert(t.looks), [{"sheet": sheet, "run": run, **look._asdict()} for look in tabs])
    over: dict[int, list[int]] = {}
    for (place, first), what in known.pieces.items():
        if pieces.get((place, first)) != what:
            over.setdefault(place, []).append(first)
    for place, firsts in over.items():
        for start in range(0, len(firsts), _CHUNK):
            some = t.standing.c.first.in_(firsts[start : start + _CHUNK])
            link.execute(
                delete(t.standing).where(t.standing.c.sheet == sheet, t.standing.c.place == place, some)
            )
    new = [
        {"sheet": sheet, "place": place, "first": first, "what": what}
        for (place, first), what in pieces.items()
        if known.pieces.get((place, first)) != what
    ]
    if new:
        link.execute(insert(t.standing), new)


def drop_look(link: Connection, sheet: int) -> None:
    """Let the next run look at every row of a sheet."""
    for table in (t.looks, t.standing):
        link.execute(delete(table).where(table.c.sheet == sheet))


def forget_marks(link: Connection, sheet: int, numbers: Iterable[int]) -> None:
    """Take the marks of these requests out of the ledger."""
    kept = t.standing.c
    firsts = link.execute(select(kept.first).where(kept.sheet == sheet)).scalars().all()
    if not firsts:
        return
    from sheetops.ledger.keyed_marks import first_of, without

    lost: dict[int, list[int]] = {}
    for number in numbers:
        lost.setdefault(first_of(number), []).append(number)
    for first in lost.keys() & set(firsts):
        here = (kept.sheet == sheet) & (kept.first == first)
        for place, what in link.execute(select(kept.place, kept.what).where(here)).all():
            left = without(first, what, lost[first])
            change = delete(t.standing) if left is None else update(t.standing).values(what=left)
            link.execute(change.where(here, kept.place == place))


class ToJudge:
    """Tells which rows of a request table the rules that go row by row must judge (see History.to_judge)."""

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Connection]],
        sheet: int,
        run: int | None,
        printer: Printer,
        ahead: Callable[[Iterable[str]], None],
    ) -> None:
        """`ahead` is told the IDs of the rows that are to be judged: their lives will be asked for."""
        self._reading, self._sheet, self._run, self._printer = reading, sheet, run, printer
        self._ahead = ahead
        self._keyed: dict[str, tuple[array[int], Words]] = {}  # by tab: marks, and as the ledger keeps them
        self._found: dict[str, Once] = {}  # by tab

    def keyed(self, printer: Printer) -> Mapping[str, tuple[array[int], Words]]:
        """By tab: the marks of the rows that were looked at, and as `printer` keeps them, where it is the same."""
        return self._keyed if printer is self._printer else {}

    @property
    def found(self) -> Iterable[Once]:
        """What was found of these marks."""
        return self._found.values()

    def __call__(self, table: Table, context: str) -> Sequence[int] | None:
        """Their indexes: all but those that the last look saw as they stand, and no rule anything in them."""
        if table.marks is None or self._run is None or not context:
            return None
        with self._reading() as link:
            last = last_look(link, self._sheet, self._run, table.tab)
        if last is None or last.tabs[table.tab].judged != context:
            return None
        from sheetops.ledger.keyed_marks import not_clean, once

        marks, stood = table.marks, last.stood(table.tab)
        keyed = self._printer.row_marks(marks)
        found = once(keyed, stood.marks)
        self._keyed[table.tab], self._found[table.tab] = (marks, keyed), found
        indexes, ids = not_clean(found, stood), table.column("id")
        self._ahead(self._printer.identifiers(plain_texts([ids[index] for index in indexes])))
        return indexes
