"""The requests of a sheet as columns of facts, read in one pass and then sliced by period.

When a request was opened is known from the optional column; else from the ledger's first sight of it, unless the
ledger's very first run saw it already (from the day it was resolved, where that was before); else by the month in
its ID; else not at all. A request whose opening is not known counts as there from the start: it is in no intake,
but in the backlog until it is resolved.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

from sheetops.domain.history import Life, Reopening
from sheetops.domain.ids import IdPattern
from sheetops.domain.period import Period, Span
from sheetops.domain.requests import Request
from sheetops.domain.values import as_date
from sheetops.domain.view import View
from sheetops.domain.workdays import WorkCalendar
from sheetops.domain.workdays_clock import WorkClock

_NEVER = date.max.toordinal()
_ALWAYS = date.min.toordinal()


class Window(NamedTuple):
    """A period as far as it has gone: the state is that after `until`, the last day counted."""

    period: Period
    until: date
    now: datetime  # the moment of the state: the job's own while the period runs, else midnight after its end

    @property
    def running(self) -> bool:
        """Whether the period has not ended yet."""
        return self.until < self.period.end or self.now.date() <= self.period.end

    @property
    def as_of(self) -> date:
        """The day from which overdue is judged: a due date before it has passed."""
        return self.now.date()


def window_of(period: Period, now: datetime) -> Window:
    """The part of `period` that has passed by `now`."""
    if period.end < now.date():
        return Window(period, period.end, datetime.combine(period.end + timedelta(days=1), time(0)))
    return Window(period, now.date(), now)


class Facts:
    """All requests of a view, as lists with one entry a request, in sheet order."""

    def __init__(self, view: View, span: Span = "month") -> None:
        self.view = view
        self.rows: list[Request] = [request for log in view.logs for request in log.all]
        self.cells: list[tuple[int, int]] = [
            (place, index) for place, log in enumerate(view.logs) for index in range(len(log))
        ]
        # What the ledger remembers of each request that it watched from its start. Of the others it knows some
        # things and not others, those answered early least of all: figures of them would be biased.
        lives = list(_lives(view))
        self.lives: list[Life | None] = [life if _watched(view, life) else None for life in lives]
        self.opened: list[date | datetime | None] = []
        self.exact: list[bool] = []  # whether the day of opening is known, not only the month
        self.there_from: list[int] = []  # ordinal of the first day on which it may have been there
        self.month_only = 0
        self.undated = 0
        self._read_openings(by_month=span != "week")
        self.opened_day: list[int | None] = [
            None if moment is None else moment.toordinal() for moment in self.opened
        ]
        self.resolved: list[int] = [
            _NEVER if row.resolved is None else max(row.resolved.toordinal(), start)
            for row, start in zip(self.rows, self.there_from, strict=True)
        ]
        # What was resolved for a while: index → (first day resolved, day of the reopening), oldest first.
        self.pauses: dict[int, tuple[tuple[int, int], ...]] = {
            index: pauses
            for index, life in enumerate(lives)
            if life is not None
            and life.reopenings
            and (pauses := pauses_of(life.reopenings, self.there_from[index], self.resolved[index]))
        }
        self._open_at: dict[int, list[int]] = {}  # ordinal → what was open then

    def _read_openings(self, by_month: bool) -> None:
        pattern = _months_of(self.view.policy.id_pattern)
        for row, life in zip(self.rows, self.lives, strict=True):
            moment: date | datetime | None = row.opened
            first, exact = _ALWAYS, True
            if moment is None:
                if life is not None:
                    moment = life.first_seen
                    if row.resolved is not None and row.resolved < moment.date():
                        moment, exact = row.resolved, False  # it came, at the latest, when it was resolved
                elif (month := pattern(row.id)) is not None:
                    self.month_only += 1
                    first, exact = month.toordinal(), False
                    moment = month if by_month else None
                else:
                    self.undated += 1
                    exact = False
            self.opened.append(moment)
            self.exact.append(exact)
            self.there_from.append(first if moment is None else moment.toordinal())

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The team's working days; years that the calendar does not know are estimated."""
        return self.view.policy.calendar.estimating()

    def estimated_years(self, window: Window) -> tuple[int, ...]:
        """The years around the window whose working days are not certain."""
        calendar = self.view.policy.calendar
        return calendar.unknown_years(window.period.start, window.period.after().end)

    @cached_property
    def clock(self) -> WorkClock:
        """The team's working time, with the same estimates."""
        return replace(self.view.policy.clock, calendar=self.calendar)

    @cached_property
    def _by_opened(self) -> tuple[list[int], list[int]]:
        return _sorted(self.opened_day)

    @cached_property
    def _by_resolved(self) -> tuple[list[int], list[int]]:
        return _sorted(self.resolved)

    def looked_at(self, window: Window) -> bool:
        """Whether the ledger looked at the sheet on some day of the window, or before it."""
        since = self.view.history.since
        return since is not None and since.date() <= window.until

    def opened_in(self, window: Window) -> Sequence[int]:
        """The requests opened in the window, oldest first."""
        return _slice(self._by_opened, window)

    def resolved_in(self, window: Window) -> Sequence[int]:
        """The requests resolved in the window and not reopened since, oldest first."""
        found = _slice(self._by_resolved, window)
        until = window.until.toordinal()
        return [index for index in found if self.there_from[index] <= until]

    def resolutions_in(self, window: Window) -> list[int]:
        """The request of each resolution in the window, those taken back later too: one may come twice."""
        return [*self.resolved_in(window), *self.undone_in(window)]

    def undone_in(self, window: Window) -> list[int]:
        """The request of each resolution in the window that did not last."""
        return self._of_pauses(window, 0)

    def reopened_in(self, window: Window) -> list[int]:
        """The request of each reopening in the window."""
        return self._of_pauses(window, 1)

    def _of_pauses(self, window: Window, side: int) -> list[int]:
        first, until = window.period.start.toordinal(), window.until.toordinal()
        return [
            index
            for index, pauses in self.pauses.items()
            for pause in pauses
            if first <= pause[side] <= until
        ]

    def resolved_by(self, index: int, ordinal: int) -> bool:
        """Whether a request was resolved, and not open again, at the end of a day."""
        pauses = self.pauses.get(index, ())
        return self.resolved[index] <= ordinal or any(start <= ordinal < end for start, end in pauses)

    def open_at(self, day: date) -> list[int]:
        """The requests open at the end of `day`."""
        ordinal = day.toordinal()
        if ordinal not in self._open_at:
            spans = enumerate(zip(self.there_from, self.resolved, strict=True))
            found = [index for index, (start, end) in spans if start <= ordinal < end]
            self._open_at[ordinal] = (
                [index for index in found if not self.resolved_by(index, ordinal)] if self.pauses else found
            )
        return self._open_at[ordinal]

    def open_count(self, day: date) -> int:
        """How many requests were open at the end of `day`."""
        ordinal = day.toordinal()
        resting = sum(start <= ordinal < end for pauses in self.pauses.values() for start, end in pauses)
        return bisect_right(self._starts, ordinal) - bisect_right(self._by_resolved[0], ordinal) - resting

    def undated_in(self, window: Window) -> int:
        """How many requests without a day of opening may have come in the window: they count as there before."""
        start, until = window.period.start.toordinal(), window.until.toordinal()
        return sum(
            day is None and start <= first <= until
            for day, first in zip(self.opened_day, self.there_from, strict=True)
        )

    @cached_property
    def _starts(self) -> list[int]:
        return sorted(self.there_from)

    @cached_property
    def _may_be_late(self) -> list[tuple[int, int, int]]:
        """(due, resolved, index) of every request that was ever open after its due date."""
        return [
            (due, end, index)
            for index, (row, end) in enumerate(zip(self.rows, self.resolved, strict=True))
            if row.due is not None and (due := row.due.toordinal()) < end
        ]

    def overdue_at(self, window: Window) -> list[int]:
        """The requests open at the end of the window whose due date had passed."""
        until, as_of = window.until.toordinal(), window.as_of.toordinal()
        return [
            index
            for due, end, index in self._may_be_late
            if due < as_of
            and end > until
            and self.there_from[index] <= until
            and not self.resolved_by(index, until)
        ]

    @cached_property
    def first_day(self) -> date | None:
        """The day of the first opening that is known."""
        days = self._by_opened[0]
        return date.fromordinal(days[0]) if days else None

    @cached_property
    def responses(self) -> list[date | datetime | None]:
        """The first response to each request: the column, else the ledger where it was looking."""
        return [
            row.first_response
            or (life.first_response if life and "first_response" not in life.unsure else None)
            for row, life in zip(self.rows, self.lives, strict=True)
        ]

    def has(self, key: str) -> bool:
        """Whether a table of the sheet has the column `key`."""
        return any(log.table.has(key) for log in self.view.logs)

    @cached_property
    def days_to_resolve(self) -> list[int | None]:
        """Working days after the day of opening up to that of resolution, None where either is not known."""
        return [
            self._workdays(opened, row.resolved)
            if exact
            and row.resolved is not None
            and (opened := as_date(moment)) is not None
            and row.resolved >= opened
            else None
            for row, moment, exact in zip(self.rows, self.opened, self.exact, strict=True)
        ]

    @cached_property
    def on_time(self) -> list[bool | None]:
        """Whether each resolved request with a due date kept it; None for the others."""
        return [
            None if row.due is None or row.resolved is None else row.resolved <= row.due for row in self.rows
        ]

    @cached_property
    def scores(self) -> list[int | None]:
        """The score from 1 to 5 that the customer gave."""
        return [row.feedback.score if row.feedback else None for row in self.rows]

    @cached_property
    def _workdays(self) -> Callable[[date, date], int]:
        known: dict[tuple[date, date], int] = {}
        count = self.calendar.workdays_between

        def between(start: date, end: date) -> int:
            key = (start, end)
            if key not in known:
                known[key] = count(start, end)
            return known[key]

        return between


def _lives(view: View) -> Iterator[Life | None]:
    for log in view.logs:
        yield from (view.life(log, index) for index in range(len(log)))


def _watched(view: View, life: Life | None) -> bool:
    since = view.history.since
    if life is None or since is None:
        return False
    return life.first_seen > since and "first_seen" not in life.unsure


def pauses_of(reopenings: Iterable[Reopening], start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The spans in which a request that came on day `start` and was resolved for good on day `end` rested.

    A reopening after the last resolution was none: somebody took the date away and put it back.
    """
    pauses: list[tuple[int, int]] = []
    for resolved, seen in reopenings:
        again = seen.toordinal()
        if start <= again <= end:
            pauses.append((min(max(resolved.toordinal(), start), again), again))
            start = again
    return tuple(pauses)


def _sorted(days: Iterable[int | None]) -> tuple[list[int], list[int]]:
    pairs = sorted((day, index) for index, day in enumerate(days) if day is not None)
    return [day for day, _ in pairs], [index for _, index in pairs]


def _slice(column: tuple[list[int], list[int]], window: Window) -> list[int]:
    days, indices = column
    first = bisect_left(days, window.period.start.toordinal())
    return indices[first : bisect_right(days, window.until.toordinal())]


def _months_of(text: str) -> Callable[[str | None], date | None]:
    """Reads the month out of an ID that fits the pattern; the pattern must hold a year and a month."""
    pattern = IdPattern(text)
    before = text[: text.index("{seq")]
    century = "{yyyy}" in before
    if not (century or "{yy}" in before) or "{mm}" not in before:
        return lambda identifier: None
    plain = before.replace("{yyyy}", "yyyy").replace("{yy}", "yy").replace("{mm}", "mm").replace("{dd}", "dd")
    year_at, month_at = plain.index("yy"), plain.index("mm")
    known: dict[str, date | None] = {}

    def month(identifier: str | None) -> date | None:
        if identifier is None or not pattern.fits(identifier):
            return None
        key = identifier[: len(plain)]
        if key not in known:
            year = int(key[year_at : year_at + 4]) if century else 2000 + int(key[year_at : year_at + 2])
            known[key] = date(year, int(key[month_at : month_at + 2]), 1)
        return known[key]

    return month
