"""The requests of a sheet as columns of facts, read in one pass and then sliced by period.

When a request was opened is known from the optional column; else from the ledger's first sight of it, unless the
ledger's very first run saw it already (from the day it was resolved, where that was before); else by the month in
its ID, unless it was resolved before it; else not at all. A request whose opening is not known counts as there from the start: it is in no intake,
but in the backlog until it is resolved.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate, chain, compress
from operator import gt, ne
from typing import Any, NamedTuple, TypeVar

from sheetops.domain.history import Life, Reopening
from sheetops.domain.ids import months_of
from sheetops.domain.period import Period, Span
from sheetops.domain.requests import Request, Requests
from sheetops.domain.values import as_date
from sheetops.domain.view import View
from sheetops.domain.watched import Watched
from sheetops.domain.watched import Worked as Worked
from sheetops.domain.workdays import WorkCalendar
from sheetops.domain.workdays_clock import WorkClock

T = TypeVar("T")
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
    """All requests of a view, as columns with one entry a request, in sheet order.

    A sheet may hold a hundred thousand requests of many years and a review looks at some months of them, so
    nothing is made for each request that a column or a slice of one can tell.
    """

    def __init__(self, view: View, span: Span = "month") -> None:
        self.view = view
        self._first = list(accumulate(map(len, view.logs), initial=0))  # of each table, and behind the last
        self._columns: dict[str, list[Any]] = {}
        self._memo: dict[Hashable, Any] = {}
        self.watched = Watched(view)
        self.opened: list[date | datetime | None] = self.column("opened")
        self.exact: list[bool] = [True] * len(self)  # whether the day of opening is known, not only the month
        self.month_only = 0
        self.undated = 0
        early = self._read_openings(by_month=span != "week")
        days = {moment: None if moment is None else moment.toordinal() for moment in set(self.opened)}
        self.opened_day: list[int | None] = list(map(days.__getitem__, self.opened))
        # Ordinal of the first day on which each may have been there.
        self.there_from: list[int] = (
            [early.get(i, 0) if day is None else day for i, day in enumerate(self.opened_day)]
            if early
            else self.opened_day  # type: ignore[assignment]  # of each a day is known
        )
        ends = {day: _NEVER if day is None else day.toordinal() for day in set(self.column("resolved"))}
        self.resolved: list[int] = list(map(ends.__getitem__, self.column("resolved")))
        # Resolved before they were opened, they say.
        backwards = list(compress(range(len(self)), map(gt, self.there_from, self.resolved)))
        self.backwards = len(backwards)
        for index in backwards:
            self.resolved[index] = self.there_from[index]
        # What was resolved for a while: index → (first day resolved, day of the reopening), oldest first.
        self.pauses: dict[int, tuple[tuple[int, int], ...]] = {
            index: pauses
            for index, life in self.watched.reopened()
            if (pauses := pauses_of(life.reopenings, self.there_from[index], self.resolved[index]))
        }

    def __len__(self) -> int:
        return self._first[-1]

    def column(self, key: str) -> list[Any]:
        """What each request says under `key`, typed (`owner`: owners)."""
        if key not in self._columns:
            parts = [log.values(key) for log in self.view.logs]
            self._columns[key] = parts[0] if len(parts) == 1 else list(chain.from_iterable(parts))
        return self._columns[key]

    @cached_property
    def rows(self) -> list[Request]:
        """Every request by itself, for what needs all of each; a column is cheaper."""
        return [request for log in self.view.logs for request in log.all]

    def at(self, index: int) -> tuple[Requests, int]:
        """The table of a request, and which of its rows it is."""
        place = bisect_right(self._first, index) - 1
        return self.view.logs[place], index - self._first[place]

    def place(self, index: int) -> tuple[str, int]:
        """The tab and the row in which a request stands."""
        log, at = self.at(index)
        return log.table.tab, log.table.numbers[at]

    def once(self, name: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, worked out once for all figures; `name` tells such things apart."""
        if name not in self._memo:
            self._memo[name] = make()
        kept: T = self._memo[name]
        return kept

    @cached_property
    def lives(self) -> list[Life | None]:
        """What the ledger remembers of every request (see `Watched`), for what needs all of them."""
        return self.lives_of(range(len(self)))

    def lives_of(self, rows: Collection[int]) -> list[Life | None]:
        """What the ledger remembers of each of these requests, where it watched it from its start."""
        return self.watched.of(rows)

    def look_up(self, windows: Sequence[Window]) -> None:
        """Look up at once what the ledger remembers of the requests opened or resolved from the first window to the last."""
        if windows:
            whole = windows[-1]._replace(period=windows[0].period)
            self.lives_of({*self.opened_in(whole), *self.resolved_in(whole)})

    def _read_openings(self, by_month: bool) -> dict[int, int]:
        """Find when those requests were opened that do not say; gives the first day of those of which none is known."""
        if None not in self.opened:
            return {}
        unsaid = [index for index, moment in enumerate(self.opened) if moment is None]
        early: dict[int, int] = {}
        pattern, ids = months_of(self.view.policy.id_pattern), self.column("id")
        resolved = self.column("resolved")
        self.opened = list(self.opened)
        for index, life in zip(unsaid, self.lives_of(unsaid), strict=True):
            first = _ALWAYS
            moment: date | datetime | None = None
            if life is not None:
                moment = life.first_seen
                if resolved[index] is not None and resolved[index] < moment.date():
                    # It came, at the latest, when it was resolved.
                    moment, self.exact[index] = resolved[index], False
            elif (month := pattern(ids[index])) is not None and not (
                resolved[index] is not None and resolved[index] < month
            ):
                self.month_only += 1
                first, self.exact[index] = month.toordinal(), False
                moment = month if by_month else None
            else:
                self.undated += 1
                self.exact[index] = False
            self.opened[index], early[index] = moment, first
        return early

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
        return self.once(("opened", *_span(window)), lambda: _slice(self._by_opened, window))

    def resolved_in(self, window: Window) -> Sequence[int]:
        """The requests resolved in the window and not reopened since, oldest first."""
        return self.once(("resolved", *_span(window)), lambda: _slice(self._by_resolved, window))

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
        first, until = _span(window)
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

    def resolved_of(self, rows: Iterable[int], ordinal: int) -> list[int]:
        """Those of the requests for which `resolved_by` holds."""
        if self.pauses:
            return [index for index in rows if self.resolved_by(index, ordinal)]
        resolved = self.resolved
        return [index for index in rows if resolved[index] <= ordinal]

    def open_at(self, day: date) -> list[int]:
        """The requests open at the end of `day`."""
        return self.once(("open", day.toordinal()), lambda: self._open_at(day))

    def _open_at(self, day: date) -> list[int]:
        ordinal = day.toordinal()
        ends_month = (day + timedelta(days=1)).day == 1
        likely: Sequence[int] = self._over_month_ends if ends_month else range(len(self))
        starts, ends = self.there_from, self.resolved
        found = [index for index in likely if starts[index] <= ordinal < ends[index]]
        return [index for index in found if not self.resolved_by(index, ordinal)] if self.pauses else found

    @cached_property
    def _over_month_ends(self) -> list[int]:
        """The requests that were open at the end of a month: a few of all, and a trend asks for many month ends."""
        days = {*self.there_from, *self.resolved}
        months = {day: date.fromordinal(day).timetuple()[:2] for day in days}
        of = months.__getitem__
        return list(compress(range(len(self)), map(ne, map(of, self.there_from), map(of, self.resolved))))

    def open_count(self, day: date) -> int:
        """How many requests were open at the end of `day`."""
        ordinal = day.toordinal()
        resting = sum(start <= ordinal < end for pauses in self.pauses.values() for start, end in pauses)
        return bisect_right(self._starts, ordinal) - bisect_right(self._by_resolved[0], ordinal) - resting

    def undated_in(self, window: Window) -> int:
        """How many requests without a day of opening may have come in the window: they count as there before."""
        start, until = _span(window)
        if self._by_opened[0] and len(self._by_opened[0]) == len(self):
            return 0
        return sum(
            day is None and start <= first <= until
            for day, first in zip(self.opened_day, self.there_from, strict=True)
        )

    @cached_property
    def _starts(self) -> list[int]:
        return sorted(self.there_from)

    def overdue_at(self, window: Window) -> list[int]:
        """The requests open at the end of the window whose due date had passed."""
        return self.once(("overdue", *_span(window), window.as_of), lambda: self._overdue_at(window))

    def _overdue_at(self, window: Window) -> list[int]:
        due, as_of = self.column("due"), window.as_of
        return [i for i in self.open_at(window.until) if due[i] is not None and due[i] < as_of]

    @cached_property
    def first_day(self) -> date | None:
        """The day of the first opening that is known."""
        days = self._by_opened[0]
        return date.fromordinal(days[0]) if days else None

    @cached_property
    def responses(self) -> list[date | datetime | None]:
        """The first response to every request, for what needs all of them."""
        return self.responses_of(range(len(self)))

    def responses_of(self, rows: Collection[int]) -> list[date | datetime | None]:
        """The first response to each of these requests: the column, else the ledger where it was looking."""
        seen: list[date | datetime | None] = self.watched.each(_first_response, rows)
        if not self.has("first_response"):
            return seen
        said = map(self.column("first_response").__getitem__, rows)
        return [moment or known for moment, known in zip(said, seen, strict=True)]

    def has(self, key: str) -> bool:
        """Whether a table of the sheet has the column `key`."""
        return any(log.table.has(key) for log in self.view.logs)

    def days_of(self, index: int) -> int | None:
        """Working days after the day of opening up to that of resolution, None where either is not known."""
        span = self.opened[index], self.column("resolved")[index]
        return self._workdays[span] if self.exact[index] else None

    def days_of_each(self, rows: Sequence[int]) -> list[int | None]:
        """`days_of` each of these requests."""
        starts, ends = (map(column.__getitem__, rows) for column in (self.opened, self.column("resolved")))
        days = list(map(self._workdays.__getitem__, zip(starts, ends, strict=True)))
        exact = list(map(self.exact.__getitem__, rows))
        return days if all(exact) else [n if sure else None for n, sure in zip(days, exact, strict=True)]

    @cached_property
    def _workdays(self) -> Worked[tuple[date | datetime | None, date | None], int | None]:
        calendar = self.calendar  # not these facts, which would hold themselves to the end of a run
        return Worked(lambda span: _workdays_between(calendar, *span))

    def kept(self, index: int) -> bool | None:
        """Whether a resolved request with a due date kept it; None for the others."""
        due, resolved = self.column("due")[index], self.column("resolved")[index]
        return None if due is None or resolved is None else resolved <= due

    @cached_property
    def scores(self) -> list[int | None]:
        """The score from 1 to 5 that the customer gave."""
        return [feedback.score if feedback else None for feedback in self.column("feedback")]


def _workdays_between(calendar: WorkCalendar, moment: date | datetime | None, end: date | None) -> int | None:
    opened = as_date(moment)
    return None if opened is None or end is None or opened > end else calendar.workdays_between(opened, end)


def _first_response(life: Life | None) -> date | datetime | None:
    return life.first_response if life and "first_response" not in life.unsure else None


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


def _sorted(days: Sequence[int | None]) -> tuple[list[int], list[int]]:
    """(day, request) of each that has a day, by day and then in sheet order."""
    known: Sequence[int] = range(len(days))
    if None in days:
        known = [index for index in known if days[index] is not None]
    order = sorted(known, key=days.__getitem__)  # type: ignore[arg-type]  # the sort keeps the order of equals
    return [days[index] for index in order], order  # type: ignore[misc]


def _span(window: Window) -> tuple[int, int]:
    return window.period.start.toordinal(), window.until.toordinal()


def _slice(column: tuple[list[int], list[int]], window: Window) -> list[int]:
    days, indices = column
    first, last = _span(window)
    return indices[bisect_left(days, first) : bisect_right(days, last)]
