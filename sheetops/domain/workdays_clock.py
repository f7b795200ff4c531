"""Working time: shifts on working days, in the team's time zone, and the deadlines that follow.

A shift belongs to the working day on which it begins; an overnight shift runs into the next date, even
one off. Lengths are real elapsed time, so a night shift is an hour shorter or longer when the clocks
change. A naive datetime is wall time in the team's zone; every datetime given back is aware, in that zone.

Working time is counted in whole microseconds. Each year's shifts are laid out once and kept, so that a
count costs a binary search a year it spans.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate
from math import ceil, isfinite
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sheetops.domain.workdays import WorkCalendar
from sheetops.errors import CalendarYearUnknown, SettingsError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)
_MOST_AMOUNT: Final = 10_000


@dataclass(frozen=True, order=True, slots=True)
class Shift:
    """A stretch of work on the wall clock. An `end` at or before the `start` lies on the next date."""

    start: time
    end: time

    def __post_init__(self) -> None:
        """Raise `SettingsError` for times that carry a zone: the zone is the team's."""
        if self.start.tzinfo or self.end.tzinfo:
            raise SettingsError("the times of a shift carry no time zone", mend="set the team's time zone")

    @property
    def overnight(self) -> bool:
        """True if the shift ends on the next date (00:00 to 00:00 is the whole day)."""
        return self.end <= self.start

    def holds(self, moment: time) -> bool:
        """Whether a time on the wall clock lies in the shift; its end does not."""
        if self.overnight:
            return moment >= self.start or moment < self.end
        return self.start <= moment < self.end


NINE_TO_SIX = (Shift(time(9), time(12)), Shift(time(13), time(18)))
"""09:00 to 18:00 with lunch from 12:00 to 13:00."""


@dataclass(frozen=True)
class WorkHours:
    """The shifts of every working day, and the team's time zone."""

    shifts: tuple[Shift, ...] = NINE_TO_SIX
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))

    def __post_init__(self) -> None:
        """Sort the shifts; raise `SettingsError` if there is none or two of them overlap."""
        if not self.shifts:
            raise SettingsError("a working day needs at least one shift", mend="give one such as 09:00-18:00")
        object.__setattr__(self, "shifts", tuple(sorted(self.shifts)))
        spans = [_span_of_day(shift) for shift in self.shifts]
        first_again = (spans[0][0] + _DAY, spans[0][1] + _DAY)
        for (_, end), (start, _), shift in zip(spans, [*spans[1:], first_again], self.shifts, strict=True):
            if end > start:
                what = f"the shift {shift.start:%H:%M}-{shift.end:%H:%M} overlaps the next one"
                raise SettingsError(what, mend="let each shift end before the next begins")

    @property
    def overnight(self) -> bool:
        """True if a shift runs into the next date."""
        return any(shift.overnight for shift in self.shifts)


class TargetUnit(StrEnum):
    """What a target is counted in."""

    CLOCK_HOURS = "clock_hours"
    """Hours on the clock, day and night, working or not."""
    WORKING_HOURS = "working_hours"
    """Hours of working time."""
    WORKING_DAYS = "working_days"
    """Working days; the deadline is a date, until whose end there is time."""


@dataclass(frozen=True, slots=True)
class Target:
    """How long the team allows itself, such as 24 clock hours or 3 working days."""

    amount: float
    unit: TargetUnit

    def __post_init__(self) -> None:
        """Raise `SettingsError` for an amount that no deadline can be computed from."""
        if not isfinite(self.amount) or not 0 <= self.amount <= _MOST_AMOUNT:
            what = f"a target cannot be {self.amount} {self.unit}"
            raise SettingsError(what, mend=f"give 0 to {_MOST_AMOUNT}")
        if self.unit is TargetUnit.WORKING_DAYS and self.amount != int(self.amount):
            what = f"a target of {self.amount} working days is not whole"
            raise SettingsError(what, mend="give whole days, or working hours")


class _Shifts(NamedTuple):
    """The shifts of a year's working days, in microseconds since 1970 UTC, rising."""

    days: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    """Working microseconds before each shift; last, those of the whole year."""

    def elapsed(self, instant: int) -> int:
        """Working microseconds of this year before the instant."""
        index = bisect_right(self.starts, instant) - 1
        if index < 0:
            return 0
        return self.before[index] + min(instant, self.ends[index]) - self.starts[index]

    @property
    def total(self) -> int:
        return self.before[-1]


@dataclass(frozen=True)
class WorkClock:
    """Counts working time for one team: its calendar and its hours together."""

    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    hours: WorkHours = field(default_factory=WorkHours)
    _laid_out: dict[int, _Shifts] = field(default_factory=dict, init=False, repr=False, compare=False)

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; negative when `end` is earlier.

        Raises `CalendarYearUnknown` for a year whose working days are not certain.
        """
        first, last = self._instant(start), self._instant(end)
        early, late = (start, end) if first <= last else (end, start)
        years = range(self._first_year(early), self._date(late).year + 1)
        shifts = [self._shifts(year) for year in years]
        return _MICROSECOND * sum(year.elapsed(last) - year.elapsed(first) for year in shifts)

    def add_working_time(self, start: datetime, duration: timedelta) -> datetime:
        """The moment by which `duration` of working time has passed since `start`.

        The earliest such moment: a day's work from opening ends at closing, not at the next opening.
        Backwards (a negative duration) the latest; a duration of 0 gives `start` itself.
        Raises `CalendarYearUnknown` for a year whose working days are not certain.
        """
        instant, left = self._instant(start), duration // _MICROSECOND
        if left < 0:
            return self._local(self._back(instant, -left, self._date(start).year))
        return self._local(self._forward(instant, left, self._first_year(start)))

    def service_day(self, moment: datetime) -> date:
        """The working day to which a moment counts: that of the first shift which has not ended by then.

        So 08:00 and lunch count to the same day, closing time and days off to the next working day,
        and 02:00 in Friday's night shift to Friday.
        """
        instant, year = self._instant(moment), self._first_year(moment)
        while True:
            shifts = self._shifts(year)
            index = bisect_right(shifts.ends, instant)
            if index < len(shifts.ends):
                return date.fromordinal(shifts.days[index])
            year += 1

    def deadline(self, opened: date | datetime, target: Target) -> date | datetime:
        """When a request opened then must be answered or solved.

        Working days give a date: 1 working day is the working day after day 0, and day 0 is the opening's
        `service_day` (of a date, the first working day from it on). Hours give a datetime, or a date if
        `opened` is one: its time is unknown, so the whole of that day is granted.
        Raises `CalendarYearUnknown` for a year whose working days are not certain.
        """
        try:
            if isinstance(opened, datetime):
                return self._deadline_of_moment(opened, target)
            return self._deadline_of_day(opened, target)
        except OverflowError:
            raise CalendarYearUnknown("the deadline runs past the years that dates can have") from None

    def has_passed(self, deadline: date | datetime, now: datetime) -> bool:
        """True if it is later than the deadline; a date has passed when its last moment has."""
        if isinstance(deadline, datetime):
            return self._instant(now) > self._instant(deadline)
        return self._date(now) > deadline

    def _deadline_of_moment(self, opened: datetime, target: Target) -> date | datetime:
        if target.unit is TargetUnit.WORKING_DAYS:
            return self.calendar.add_workdays(self.service_day(opened), int(target.amount))
        allowed = timedelta(hours=target.amount)
        if target.unit is TargetUnit.WORKING_HOURS:
            return self.add_working_time(opened, allowed)
        return self._local(self._instant(opened) + allowed // _MICROSECOND)

    def _deadline_of_day(self, opened: date, target: Target) -> date:
        if target.unit is TargetUnit.CLOCK_HOURS:
            return opened + ceil(target.amount / 24) * _DAY
        day = self.calendar.add_workdays(opened, 0)
        if target.unit is TargetUnit.WORKING_DAYS:
            return self.calendar.add_workdays(day, int(target.amount))
        *_, (_, closing) = self._spans_of(day.toordinal())
        end = self._forward(closing, timedelta(hours=target.amount) // _MICROSECOND, day.year)
        # One microsecond back lies within the shift that does the last of the work.
        return self.service_day(self._local(end - 1))

    def _forward(self, instant: int, left: int, year: int) -> int:
        """The earliest instant with `left` working microseconds since `instant`, searched from `year` on."""
        if left == 0:
            return instant
        while True:
            shifts = self._shifts(year)
            wanted = shifts.elapsed(instant) + left
            if wanted <= shifts.total:
                index = bisect_left(shifts.before, wanted) - 1
                return shifts.starts[index] + wanted - shifts.before[index]
            left = wanted - shifts.total
            year += 1

    def _back(self, instant: int, left: int, year: int) -> int:
        """The latest instant with `left` working microseconds until `instant`, searched back from `year`."""
        while True:
            shifts = self._shifts(year)
            wanted = shifts.elapsed(instant) - left
            if wanted >= 0:
                index = bisect_right(shifts.before, wanted, hi=len(shifts.starts)) - 1
                return shifts.starts[index] + wanted - shifts.before[index]
            left = -wanted
            year -= 1

    def _first_year(self, moment: datetime) -> int:
        """The first year whose shifts may touch the moment: on 1 January, a night shift of 31 December does."""
        day = self._date(moment)
        return day.year - 1 if (day.month, day.day) == (1, 1) and self.hours.overnight else day.year

    def _date(self, moment: datetime) -> date:
        """The team's date at that moment."""
        return moment.date() if moment.tzinfo is None else moment.astimezone(self.hours.zone).date()

    def _shifts(self, year: int) -> _Shifts:
        shifts = self._laid_out.get(year)
        if shifts is None:
            shifts = self._laid_out[year] = self._lay_out(year)
        return shifts

    def _lay_out(self, year: int) -> _Shifts:
        days = self.calendar.workdays_of_year(year)
        spans = [(day, *span) for day in days for span in self._spans_of(day)]
        return _Shifts(
            days=tuple(day for day, _, _ in spans),
            starts=tuple(start for _, start, _ in spans),
            ends=tuple(end for _, _, end in spans),
            before=tuple(accumulate((end - start for _, start, end in spans), initial=0)),
        )

    def _spans_of(self, day: int) -> Iterator[tuple[int, int]]:
        """Start and end of each shift that begins on the day with this ordinal."""
        today = date.fromordinal(day)
        for shift in self.hours.shifts:
            last = today + _DAY if shift.overnight else today
            start = self._instant(datetime.combine(today, shift.start))
            yield start, self._instant(datetime.combine(last, shift.end))

    def _instant(self, moment: datetime) -> int:
        """Microseconds since 1970 UTC. A wall time that the clocks skip is the moment they skip it."""
        if not MINYEAR < moment.year < MAXYEAR:
            raise CalendarYearUnknown(f"working time cannot be counted in the year {moment.year}")
        if moment.tzinfo is not None:
            return (moment - _EPOCH) // _MICROSECOND
        local = moment.replace(tzinfo=self.hours.zone)
        other = local.replace(fold=1 - local.fold)
        if local.utcoffset() != other.utcoffset() and _is_skipped(local):
            return self._change_of_clocks(local.replace(fold=0))
        return (local - _EPOCH) // _MICROSECOND

    def _change_of_clocks(self, skipped: datetime) -> int:
        """The change of clocks, to the second, that skips this wall time: within the day before its instant."""
        second = _SECOND // _MICROSECOND
        last = (skipped - _EPOCH) // _SECOND
        seconds = range(last - _DAY // _SECOND, last + 1)
        offset_before = self._local(seconds[0] * second).utcoffset()
        index = bisect_left(
            seconds, True, key=lambda at: self._local(at * second).utcoffset() != offset_before
        )
        return seconds[index] * second

    def _local(self, instant: int) -> datetime:
        return (_EPOCH + instant * _MICROSECOND).astimezone(self.hours.zone)


def _is_skipped(local: datetime) -> bool:
    """True if the clocks skip this wall time: no instant reads back as it."""
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None)


def _span_of_day(shift: Shift) -> tuple[timedelta, timedelta]:
    """Start and end since midnight of the day on which the shift begins."""
    midnight = datetime.combine(date.min, time(0))
    start = datetime.combine(date.min, shift.start) - midnight
    end = datetime.combine(date.min, shift.end) - midnight
    return start, end + _DAY if shift.overnight else end
