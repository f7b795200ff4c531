"""What a job wants: edits, notices, tabs. A plan is data; nothing happens until a book applies it.

An edit carries who its row is and what its cell held, so that a book can drop it (a conflict) when a person
got there first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from sheetops.domain.finding import Finding
from sheetops.domain.history import NotRun
from sheetops.domain.people import Person
from sheetops.domain.period import Period
from sheetops.domain.picture import Picture
from sheetops.domain.requests import Request
from sheetops.domain.table import (
    NEW_ROW,
    Grid,
    Raw,
    RawSheet,
    RowRef,
    Snapshot,
    Table,
    cell_name,
    find_living,
)
from sheetops.domain.tabs import Cell, Range, Tab

REVIEW = "review"  # how the claims of mailed reviews begin; the period follows


class Edit(NamedTuple):
    """One cell that a job wants to change."""

    ref: RowRef
    column: str
    cell: str  # where it was when the plan was made
    old: Raw
    new: Raw
    why: str  # a sentence in the sheet's language


class Write(NamedTuple):
    """An edit with the place it goes to in the sheet as it is now."""

    edit: Edit
    tab: str
    row: int
    column: int

    @property
    def cell(self) -> str:
        """The A1 name of the place."""
        return cell_name(self.row, self.column)


class Conflict(NamedTuple):
    """An edit that is not made because a person got there first; it is tried again next run."""

    edit: Edit
    reason: str  # `row-gone`, `row-changed`, `row-unclear`, `cell-changed`, `column-gone`; `refused`: may not be changed
    forbidden: str = ""  # of a refused one: what forbids it, and how to mend that, in one line


class Action(NamedTuple):
    """A measure of the Improvements tab that is to be done."""

    tab: str
    id: str
    opportunity: str
    measure: str
    finish_by: date | None  # None: only its review date has come
    review_on: date | None


class Item(NamedTuple):
    """One line of a digest."""

    group: str  # see sheetops.jobs.remind.GROUPS
    request: Request | None
    cell: str
    days: int | None = None  # working days over (positive) or left (negative)
    finding: Finding | None = None
    answer_by: date | datetime | None = None  # when the first response is due, where that is the matter
    action: Action | None = None  # where the matter is an improvement; then there is no request


class Digest(NamedTuple):
    """All that one person is told on one day, most urgent first."""

    person: Person
    day: date
    items: tuple[Item, ...]
    stands_in_for: tuple[str, ...] = ()  # names of those whose deputy the person is today
    picture: Picture | None = None  # of the team, for its lead
    not_run: tuple[NotRun, ...] = ()  # scheduled runs that did not happen since the last digest, for the lead


class ReviewMail(NamedTuple):
    """The review of a period, to be mailed to one person, once."""

    person: Person
    period: Period
    stands_in_for: str | None = None  # whose deputy the person is today


class Delivery(NamedTuple):
    """What became of one digest."""

    to: str
    subject: str
    outcome: str  # `planned`, `held`, `sent`, `already`, `no-address`, `refused`, `failed` or `unknown`
    where: str = ""
    text: str = ""
    html: str = ""
    reason: str = ""  # why it was not sent


class Judged(NamedTuple):
    """How the rows of a request table were judged by the rules that go row by row."""

    context: str  # see sheetops.domain.rules.context
    rows: frozenset[int]  # row numbers in which such a rule saw something, accepted or not


@dataclass(frozen=True, slots=True)
class Plan:
    """What jobs want to be done with one sheet; plans add up."""

    edits: tuple[Edit, ...] = ()
    digests: tuple[Digest, ...] = ()
    tabs: tuple[Tab, ...] = ()
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()  # sentences for the person who looks after the sheet
    numbers: tuple[tuple[str, int], ...] = ()  # (prefix, sequence number) of the IDs given, to be reserved
    figures: Mapping[str, float] = field(default_factory=dict)
    reviews: tuple[ReviewMail, ...] = ()
    judged: Mapping[str, Judged] = field(default_factory=dict)  # tab → how its rows were judged
    left: tuple[
        str, ...
    ] = ()  # sentences about tabs that stay as they are, as they hold something of a person's

    def __add__(self, other: Plan) -> Plan:
        return Plan(
            self.edits + other.edits,
            self.digests + other.digests,
            self.tabs + other.tabs,
            self.findings + other.findings,
            self.remarks + other.remarks,
            self.numbers + other.numbers,
            {**self.figures, **other.figures},
            self.reviews + other.reviews,
            {**self.judged, **other.judged},
            self.left + other.left,
        )

    def with_tabs(self, tabs: tuple[Tab, ...]) -> Plan:
        """The same plan with these tabs only."""
        return replace(self, tabs=tabs)


def resolve(edits: Iterable[Edit], now: Snapshot) -> tuple[list[Write], list[Conflict]]:
    """Where each edit goes in the sheet as it is `now`, and which ones a person has overtaken."""
    finders = {table.tab: _Finder(table) for table in now.all_tables}
    writes: list[Write] = []
    conflicts: list[Conflict] = []
    for edit in edits:
        finder = finders.get(edit.ref.tab)
        outcome = finder.place(edit) if finder else "row-gone"
        if isinstance(outcome, str):
            conflicts.append(Conflict(edit, outcome))
        else:
            writes.append(outcome)
    return writes, conflicts


class _Finder:
    """Finds the rows of edits in one table as it is now."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._by_identity: dict[tuple[str | None, tuple[Raw, ...]], list[int]] | None = None
        self._ids: set[str | None] = set()
        self._taken: dict[RowRef, int] = {}
        self._added: dict[RowRef, int] = {}  # reference → row, of rows to be added

    def _identities(self) -> dict[tuple[str | None, tuple[Raw, ...]], list[int]]:
        if self._by_identity is None:
            self._by_identity = defaultdict(list)
            for index, ref in enumerate(self.table.refs()):
                self._by_identity[ref.id, ref.fingerprint].append(index)
                self._ids.add(ref.id)
        return self._by_identity

    def place(self, edit: Edit) -> Write | str:
        """The write for an edit, or why there is none."""
        if edit.column not in self.table.columns:
            return "column-gone"
        index = self._find(edit.ref)
        if edit.ref.row == NEW_ROW and index == "row-gone":
            row = self._added.setdefault(edit.ref, self.table.free_row + len(self._added))
            return Write(edit, self.table.tab, row, self.table.columns[edit.column])
        if isinstance(index, str):
            return index
        row, column = self.table.numbers[index], self.table.columns[edit.column]
        computed = (row, column) in self.table.grid.formulas
        if computed or not same_value(self.table.column(edit.column)[index], edit.old):
            return "cell-changed"
        return Write(edit, self.table.tab, row, column)

    def _find(self, ref: RowRef) -> int | str:
        known = self._taken.get(ref)
        if known is not None:
            return known
        index = self.table.index_of(ref.row)
        by_id = self.table.living is not None and ref.id is not None  # then a copy of the row is its twin
        if by_id or index is None or self.table.ref(index) != ref:
            same = self._identities().get((ref.id, ref.fingerprint), [])
            if not same:
                return "row-changed" if ref.id is not None and ref.id in self._ids else "row-gone"
            if len(same) > 1:
                return "row-unclear"  # twins: which one was meant cannot be known, so neither is written
            index = same[0]
        self._taken[ref] = index
        return index


def folded(
    edits: Iterable[Edit], tabs: Sequence[Tab], now: Snapshot
) -> tuple[tuple[Edit, ...], tuple[Tab, ...], tuple[Write, ...]]:
    """Rows for a living tab that the same plan makes: they become cells of it.

    Returns the edits of the tabs that are there, the tabs with their first rows, and the writes that these rows
    are. An edit for a tab that is neither there nor made is left out.
    """
    there = {table.tab for table in now.all_tables}
    left = [edit for edit in edits if edit.ref.tab not in there]
    made: list[Tab] = []
    writes: list[Write] = []
    for tab in tabs:
        own = [edit for edit in left if edit.ref.tab == tab.name]
        first = _first_rows(tab, own) if own else []
        writes += first
        made.append(_with_cells(tab, first))
    return tuple(edit for edit in edits if edit.ref.tab in there), tuple(made), tuple(writes)


def _first_rows(tab: Tab, edits: Sequence[Edit]) -> list[Write]:
    grid = Grid(tab.name, tab.values())
    tables = find_living(RawSheet("", (grid,), ""))
    return resolve(edits, Snapshot(RawSheet("", (grid,), ""), (), "", tables))[0]


def _with_cells(tab: Tab, writes: Sequence[Write]) -> Tab:
    """The tab with values written into it, each in the style of its column."""
    if not writes:
        return tab
    styles = dict(tab.column_styles)
    rows = [list(row) for row in tab.rows]
    width = max(len(row) for row in rows)
    for write in writes:
        while len(rows) < write.row:
            rows.append([Cell(None, styles.get(at, "text")) for at in range(1, width + 1)])
        rows[write.row - 1][write.column - 1] = Cell(write.edit.new, styles.get(write.column, "text"))
    return _reaching(replace(tab, rows=tuple(map(tuple, rows))))


def _reaching(tab: Tab) -> Tab:
    """The tab with all that helps typing down to its last row at least."""
    last = len(tab.rows)

    def longer(block: Range) -> Range:
        return block._replace(last_row=max(block.last_row, last))

    return replace(
        tab,
        filter=longer(tab.filter) if tab.filter else None,
        choices=tuple(choice._replace(on=longer(choice.on)) for choice in tab.choices),
        highlights=tuple(highlight._replace(on=longer(highlight.on)) for highlight in tab.highlights),
    )


def same_value(first: Raw, second: Raw) -> bool:
    """Whether two cell values are one and the same (blank text is blank; True is not 1)."""
    if first in (None, "") and second in (None, ""):
        return True
    if isinstance(first, bool) is not isinstance(second, bool):
        return False
    return first == second


def tab_is_as_planned(tab: Tab, snapshot: Snapshot) -> bool:
    """Whether the sheet already holds this tab's values, so that it need not be written again."""
    grid = snapshot.raw.grid(tab.name)
    if grid is None or grid.formulas:
        return False
    return _trimmed(tab.values()) == _trimmed(grid.rows)


def untouched_tabs(
    tabs: Sequence[Tab], seen: RawSheet, now: RawSheet
) -> tuple[tuple[Tab, ...], tuple[str, ...]]:
    """The tabs that nobody changed since they were `seen`, and the names of those somebody did.

    What a person typed into a tab of ours (a tick, a reason) meanwhile was not known to the plan.
    """
    free: list[Tab] = []
    held: list[Tab] = []
    for tab in tabs:
        before, after = seen.grid(tab.name), now.grid(tab.name)
        same = (
            after is None
            if before is None
            else after is not None and _trimmed(before.rows) == _trimmed(after.rows)
        )
        (free if same else held).append(tab)
    return tuple(free), tuple(tab.name for tab in held)


def _trimmed(rows: Sequence[Sequence[Raw]]) -> list[list[Raw]]:
    trimmed = []
    for row in rows:
        cells = [None if value == "" else value for value in row]
        while cells and cells[-1] is None:
            cells.pop()
        trimmed.append(cells)
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return trimmed
