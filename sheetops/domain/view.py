"""All that a job may know: the snapshot, the policy, the history and the time, with what they say read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sheetops.domain.choices import Choices
from sheetops.domain.history import History, Life
from sheetops.domain.lists_tab import Decided, overlaid, read_lists
from sheetops.domain.people import People, read_people
from sheetops.domain.people_cells import Odd, odd_people
from sheetops.domain.plan import Edit, Write, resolve
from sheetops.domain.policy import Policy
from sheetops.domain.requests import Request, Requests
from sheetops.domain.rows import Rows
from sheetops.domain.table import Grid, Raw, Snapshot, Table
from sheetops.domain.texts import Texts


@dataclass(frozen=True)
class View:
    """The only argument of a job. `now` is naive, in the team's time zone."""

    snapshot: Snapshot
    settings: Policy  # what the operator's settings say; what holds is `policy`
    history: History
    now: datetime
    period: str | None = None  # the period that a review was asked for
    mail_review: bool = False  # whether it was asked to be mailed too
    other_day: bool = False  # whether `now` is of another day than today's (`--as-of`)
    done: tuple[Edit, ...] = ()  # what the jobs of this run want to write, seen here as written

    @property
    def today(self) -> date:
        """The team's calendar day."""
        return self.now.date()

    @property
    def texts(self) -> Texts:
        """The sentences of the sheet's language."""
        return self.settings.texts

    @property
    def language(self) -> str:
        """The sheet's language."""
        return self.snapshot.language

    @cached_property
    def decided(self) -> Decided:
        """What the team has decided in the sheet's Lists tab."""
        return read_lists(self.snapshot.known_tab("lists"))

    @cached_property
    def policy(self) -> Policy:
        """What holds: the settings, and over them what the team has decided in the sheet."""
        return overlaid(self.settings, self.decided)

    @property
    def lists(self) -> Mapping[str, Choices]:
        """The valid values: those of the Lists tab where it has a column for them, else the settings'."""
        return self.policy.lists

    @cached_property
    def people(self) -> People:
        """The People tab, then the people of the settings."""
        return read_people(
            self.snapshot.known_tab("people"),
            self.today,
            self.settings.people,
            self.settings.team_lead,
            self.decided.departments,
        )

    @property
    def odd_people(self) -> tuple[Odd, ...]:
        """The cells of the People tab that are not understood."""
        return odd_people(self.snapshot.known_tab("people"), self.people, self.today)

    @cached_property
    def logs(self) -> tuple[Requests, ...]:
        """Each request table, typed."""
        return tuple(Requests(table, self.lists, self.language, self.today) for table in self.snapshot.tables)

    @cached_property
    def memo(self) -> dict[str, Any]:
        """What one job worked out about this view and another may need too."""
        return {}

    def requests(self) -> Iterable[tuple[Requests, int, Request]]:
        """Every request with the table and index it stands at."""
        for log in self.logs:
            for index, request in enumerate(log.all):
                yield log, index, request

    def opened(self, log: Requests, index: int) -> date | datetime | None:
        """When a request was opened: the optional column, else the run that first saw it; None for one new today."""
        opened: date | datetime | None = log.value("opened", index)
        if opened:
            return opened
        life = self.life(log, index)
        return life.first_seen if life else None

    def life(self, log: Requests, index: int) -> Life | None:
        """What is remembered of the request that stands at the `index`-th begun row, None for a new one.

        A row that bears the ID of another request (copied with it, or of another workbook) is new: one whose
        customer and description both differ from those last seen, or either where the ID stands twice.
        """
        identifier: str | None = log.value("id", index)
        if identifier is None:
            return self.history.unnamed(log.table, index)
        life = self.history.life(identifier)
        if life is None:
            return None
        most = 0 if identifier in self.ids_used_twice else 1
        return life if self.history.differing(log.table, index) <= most else None

    def lives_at(self, log: Requests, indexes: Sequence[int]) -> list[Life | None]:
        """The `life` of these begun rows, all at once."""
        history, ids = self.history, log.values_at("id", indexes)
        found = history.lives_of(ids)
        named = [at for at, life in enumerate(found) if life is not None]
        differing = history.differing_in(log.table, [indexes[at] for at in named])
        for at, differ in zip(named, differing, strict=True):
            if differ > 1 or (differ and ids[at] in self.ids_used_twice):
                found[at] = None
        for at, identifier in enumerate(ids):
            if identifier is None:
                found[at] = history.unnamed(log.table, indexes[at])
        return found

    def progressed(self, log: Requests, indexes: Sequence[int]) -> list[bool]:
        """Whether people changed owner, urgency, due date or result of these rows since the last run."""
        if not indexes:
            return []
        jobs = {(edit.ref.tab, edit.ref.row, edit.column) for edit in self.done}
        tab, rows = log.table.tab, log.table.numbers
        return [
            any((tab, rows[index], key) not in jobs for key in keys)
            for index, keys in zip(indexes, self.history.progress(log, indexes), strict=True)
        ]

    def lives(
        self, log: Requests, wanted: Callable[[Life], bool], indexes: Sequence[int] | None = None
    ) -> list[Life | None]:
        """The `life` of every begun row, or of these, where it is `wanted`: who else stands there is not looked at."""
        rows, ids = range(len(log)) if indexes is None else indexes, log.values("id")
        if indexes is not None:
            ids = list(map(ids.__getitem__, indexes))
        lives = self.history.lives_of(ids)
        alike = dict(zip(map(id, lives), lives, strict=True))  # many requests share one life
        taken = {mark: life if life is not None and wanted(life) else None for mark, life in alike.items()}
        found = list(map(taken.__getitem__, map(id, lives)))
        for at in self._of_others(log, rows, ids, found):
            found[at] = None
        for at in [at for at, identifier in enumerate(ids) if identifier is None] if None in ids else ():
            life = self.history.unnamed(log.table, rows[at])
            if life is not None and wanted(life):
                found[at] = life
        return found

    def _of_others(
        self, log: Requests, rows: Sequence[int], ids: Sequence[str | None], lives: Sequence[Life | None]
    ) -> Iterator[int]:
        """The places of those rows that bear the ID of another request (see `life`)."""
        named = [at for at, life in enumerate(lives) if life is not None]
        again = [at for at in named if ids[at] in self.ids_used_twice] if self.ids_used_twice else []
        for some, least in ((named, 2), (again, 1)):
            differing = self.history.differing_in(log.table, [rows[at] for at in some], least)
            yield from (at for at, differ in zip(some, differing, strict=True) if differ >= least)

    @cached_property
    def ids_used_twice(self) -> frozenset[str]:
        """The IDs that stand in several rows of the sheet."""
        if len(self.logs) == 1:
            return self.logs[0].repeated("id")
        ids = Counter(identifier for log in self.logs for identifier in log.values("id"))
        return frozenset(
            identifier for identifier, rows in ids.items() if rows > 1 and identifier is not None
        )

    def after(self, edits: Iterable[Edit]) -> View:
        """The view as it would be once `edits` are made."""
        edits = tuple(edits)
        writes: dict[str, list[Write]] = {}
        for write in resolve(edits, self.snapshot)[0]:
            writes.setdefault(write.tab, []).append(write)
        if not writes:
            return self
        grids = tuple(_changed(g, writes[g.name]) if g.name in writes else g for g in self.snapshot.raw.grids)
        by_name = {grid.name: grid for grid in grids}
        logs = tuple(
            _again(log, by_name[log.table.tab], writes[log.table.tab]) if log.table.tab in writes else log
            for log in self.logs
        )
        living = tuple(
            Table(by_name[t.tab], t.header_row, t.match, t.living) if t.tab in writes else t
            for t in self.snapshot.living
        )
        raw = replace(self.snapshot.raw, grids=grids)
        tables = tuple(log.table for log in logs)
        snapshot = replace(self.snapshot, raw=raw, tables=tables, living=living)
        after = replace(self, snapshot=snapshot, done=self.done + edits)
        # Edits go to logs and living tabs alone, so what the other tabs say still holds.
        after.__dict__.update(logs=logs, decided=self.decided, policy=self.policy, people=self.people)
        return after


def _changed(grid: Grid, writes: Iterable[Write]) -> Grid:
    if isinstance(grid.rows, Rows):
        return replace(grid, rows=grid.rows.changed({(w.row, w.column): w.edit.new for w in writes}))
    rows = list(grid.rows)
    for write in writes:
        rows.extend([] for _ in range(write.row - len(rows)))
        cells = list(rows[write.row - 1])
        cells.extend([None] * (write.column - len(cells)))
        cells[write.column - 1] = write.edit.new
        rows[write.row - 1] = cells
    return replace(grid, rows=rows)


def _again(log: Requests, grid: Grid, writes: Sequence[Write]) -> Requests:
    """The requests once these cells hold something else; only what they touch is read again."""
    table = log.table
    if any(write.edit.new in (None, "") for write in writes):  # a row may be empty now
        return Requests(Table(grid, table.header_row, table.match), log.lists, log.language, log.today)
    new: dict[str, dict[int, Raw]] = {}
    for write in writes:
        index = table.index_of(write.row)
        assert index is not None  # only cells of begun rows are resolved
        new.setdefault(write.edit.column, {})[index] = write.edit.new
    return log.changed(table.changed(grid, new), new)
