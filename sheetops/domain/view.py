"""All that a job may know: the snapshot, the policy, the history and the time, with what they say read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sheetops.domain.choices import Choices
from sheetops.domain.history import History
from sheetops.domain.lists_tab import Decided, overlaid, read_lists
from sheetops.domain.people import People, read_people
from sheetops.domain.plan import Edit, resolve
from sheetops.domain.policy import Policy
from sheetops.domain.requests import Request, Requests
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
        """When a request was opened: the optional column, else the run that first saw it; None for one new today.

        A row that bears the ID of another request (copied with it, or of another workbook) is new: one whose
        customer and description both differ from those last seen, or either where the ID stands twice.
        """
        request = log.at(index)
        if request.opened or not request.id:
            life = None if request.opened else self.history.unnamed(log.table, index)
        else:
            most = 0 if self._ids[request.id] > 1 else 1
            same = self.history.differing(log.table, index) <= most
            life = self.history.life(request.id) if same else None
        return request.opened or (life.first_seen if life else None)

    @cached_property
    def _ids(self) -> Counter[str | None]:
        """How often each ID stands in the sheet."""
        return Counter(identifier for log in self.logs for identifier in log.values("id"))

    def after(self, edits: Iterable[Edit]) -> View:
        """The view as it would be once `edits` are made."""
        changes: dict[str, dict[tuple[int, int], Raw]] = {}
        for write in resolve(edits, self.snapshot)[0]:
            changes.setdefault(write.tab, {})[write.row, write.column] = write.edit.new
        if not changes:
            return self
        grids = tuple(
            _changed(g, changes[g.name]) if g.name in changes else g for g in self.snapshot.raw.grids
        )
        by_name = {grid.name: grid for grid in grids}

        def anew(tables: Iterable[Table]) -> tuple[Table, ...]:
            return tuple(
                Table(by_name[t.tab], t.header_row, t.match, t.living) if t.tab in changes else t
                for t in tables
            )

        raw = replace(self.snapshot.raw, grids=grids)
        tables, living = anew(self.snapshot.tables), anew(self.snapshot.living)
        return replace(self, snapshot=replace(self.snapshot, raw=raw, tables=tables, living=living))


def _changed(grid: Grid, cells: Mapping[tuple[int, int], Raw]) -> Grid:
    rows = list(grid.rows)
    for (row, column), value in cells.items():
        rows.extend([] for _ in range(row - len(rows)))
        cells_of_row = list(rows[row - 1])
        cells_of_row.extend([None] * (column - len(cells_of_row)))
        cells_of_row[column - 1] = value
        rows[row - 1] = cells_of_row
    return replace(grid, rows=rows)
