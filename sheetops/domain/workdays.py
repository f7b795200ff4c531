"""Working days: which dates a team works, and counting in them.

One convention holds everywhere:

- Day 0 of a count is the start itself if it is a working day, else the first working day after it.
- `workdays_between(a, b)` counts the working days after `a` up to and including `b`; backwards it is the
  same count with a minus. On working days it undoes `add_workdays`.
- A year that the calendar does not know is refused with `CalendarYearUnknown`, unless the settings
  supply that year's days (`YearTable`) or the caller asks for `estimating()` and announces it itself.

A count costs one look-up a year it spans: each year's working days are laid out once and kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, MINYEAR, date
from itertools import accumulate
from typing import NamedTuple

from sheetops.domain.calendars import check_country, country_year, known_years
from sheetops.errors import CalendarYearUnknown, SettingsError

MONDAY_TO_FRIDAY = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class YearTable:
    """A year's public days off and make-up days, supplied by the settings; it replaces the library's year."""

    year: int
    off: frozenset[date] = frozenset()
    """Public days off. A weekend day is listed only if the team's regular week has it."""
    make_up: frozenset[date] = frozenset()
    """Weekend days that are worked."""

    def __post_init__(self) -> None:
        """Raise `SettingsError` for a date of another year or one that is both off and worked."""
        for day in sorted(self.off | self.make_up):
            if day.year != self.year:
                raise SettingsError(f"{day} does not belong in the calendar table of {self.year}")
        _refuse_both(self.off, self.make_up, f"the calendar table of {self.year}")


class _Year(NamedTuple):
    """A year laid out for counting."""

    days: tuple[int, ...]
    """Ordinals of the working days, rising."""
    before: tuple[int, ...]
    """For each day of the year (0 = 1 January), and for the day after its last: working days before it."""


@dataclass(frozen=True)
class WorkCalendar:
    """Which dates are working days for one team.

    From strongest to weakest: the team's own `closures` and `extra_workdays`; the `tables` of the
    settings; the country's published holidays and make-up days; the regular `week`.
    """

    country: str | None = "CN"
    """ISO 3166 code whose public holidays hold; None for none."""
    subdivision: str | None = None
    """State or province, where holidays differ within the country."""
    week: frozenset[int] | None = None
    """Regular working weekdays, 0 = Monday. None: all but the country's own weekend; Monday to Friday
    where no country is named."""
    closures: frozenset[date] = frozenset()
    """The team's own days off."""
    extra_workdays: frozenset[date] = frozenset()
    """The team's own additional working days."""
    tables: tuple[YearTable, ...] = ()
    """Years whose public days the settings supply, known to the library or not."""
    estimate: bool = False
    """True: count unknown years by the library's guess and the regular week. The caller announces it."""
    _laid_out: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raise `SettingsError` where the fields contradict each other."""
        if self.week is not None and not frozenset() < self.week <= frozenset(range(7)):
            raise SettingsError("the regular week needs at least one weekday, from 0 (Monday) to 6 (Sunday)")
        _refuse_both(self.closures, self.extra_workdays, "the working-day settings")
        years = [table.year for table in self.tables]
        for year in years:
            if years.count(year) > 1:
                raise SettingsError(f"there are two calendar tables of {year}", mend="keep one")

    def check(self) -> None:
        """Raise `SettingsError` unless the library knows the country and subdivision."""
        if self.country is not None:
            check_country(self.country, self.subdivision)

    def estimating(self) -> WorkCalendar:
        """The same calendar, counting on through unknown years. Announce what `unknown_years` gives."""
        return replace(self, estimate=True)

    # What is known

    @property
    def known_from(self) -> int:
        """The first year that the library really knows for the country, tables of the settings aside."""
        return known_years(self.country, self.subdivision).first if self.country else MINYEAR

    @property
    def known_until(self) -> int:
        """The last year that the library really knows for the country, tables of the settings aside.

        A weekend at this year's end may still be made a working day by the next year's decree.
        """
        return known_years(self.country, self.subdivision).last if self.country else MAXYEAR

    def knows_year(self, year: int) -> bool:
        """True if the year's working days are certain: published, or supplied by the settings."""
        if not MINYEAR < year < MAXYEAR:
            return False
        if self.country is None or self._table(year):
            return True
        if year not in known_years(self.country, self.subdivision):
            return False
        return not country_year(self.country, self.subdivision, year).estimated

    def unknown_years(self, start: date, end: date) -> tuple[int, ...]:
        """The years from `start` to `end`, both included, whose working days are not certain."""
        return tuple(year for year in range(start.year, end.year + 1) if not self.knows_year(year))

    # Days

    def is_workday(self, day: date) -> bool:
        """True if the team works on this date."""
        before = self._year(day.year).before
        index = _day_of_year(day)
        return before[index + 1] > before[index]

    def next_workday(self, day: date) -> date:
        """The first working day after this date."""
        return self._at(day.year, self._up_to(day))

    def previous_workday(self, day: date) -> date:
        """The last working day before this date."""
        return self._at(day.year, self._before(day) - 1)

    def add_workdays(self, day: date, count: int) -> date:
        """The date `count` working days from day 0 (see the module); `count` may be negative or 0."""
        return self._at(day.year, self._before(day) + count)

    def workdays_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` is earlier."""
        if (end.year, end.month, end.day) < (start.year, start.month, start.day):
            return -self.workdays_between(end, start)
        whole = sum(len(self._year(year).days) for year in range(start.year, end.year))
        return whole + self._up_to(end) - self._up_to(start)

    def overdue_workdays(self, due: date, today: date) -> int:
        """Working days from the day after `due` to `today`, both included; 0 if none has passed.

        On the Saturday after a due Friday that is 0 too: whether it is overdue, the dates say.
        """
        return max(0, self.workdays_between(due, today))

    def nth_workday_of_month(self, year: int, month: int, n: int) -> date | None:
        """The month's `n`th working day, or from its end if `n` is negative (-1 the last).

        None if the month has fewer; `ValueError` for 0.
        """
        if n == 0:
            raise ValueError("working days of a month count from 1, or from -1 backwards")
        laid_out = self._year(year)
        first = self._before(date(year, month, 1))
        last = self._before(date(year, month + 1, 1)) if month < 12 else len(laid_out.days)
        position = first + n - 1 if n > 0 else last + n
        return date.fromordinal(laid_out.days[position]) if first <= position < last else None

    def workdays_of_year(self, year: int) -> tuple[int, ...]:
        """The ordinals of the year's working days, rising."""
        return self._year(year).days

    def _year(self, year: int) -> _Year:
        """The year laid out for counting. Raises `CalendarYearUnknown` if it is not certain."""
        laid_out = self._laid_out.get(year)
        if laid_out is None:
            laid_out = self._laid_out[year] = self._lay_out(year)
        return laid_out

    def _before(self, day: date) -> int:
        return self._year(day.year).before[_day_of_year(day)]

    def _up_to(self, day: date) -> int:
        return self._year(day.year).before[_day_of_year(day) + 1]

    def _at(self, year: int, position: int) -> date:
        """The working day at a position counted from the year's first working day (0)."""
        while position < 0:
            year -= 1
            position += len(self._year(year).days)
        while position >= len(self._year(year).days):
            position -= len(self._year(year).days)
            year += 1
        return date.fromordinal(self._year(year).days[position])

    def _table(self, year: int) -> YearTable | None:
        return next((table for table in self.tables if table.year == year), None)

    def _lay_out(self, year: int) -> _Year:
        self._refuse_unknown(year)
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        days = [date.fromordinal(ordinal) for ordinal in range(first, last + 1)]
        off, make_up = self._public_days(year)
        regular = self._regular_days(year, days)
        closed, extra = self.closures, self.extra_workdays
        worked = [
            day in extra or (day not in closed and (day in make_up or (day in regular and day not in off)))
            for day in days
        ]
        ordinals = tuple(first + index for index, works in enumerate(worked) if works)
        return _Year(ordinals, tuple(accumulate(worked, initial=0)))

    def _regular_days(self, year: int, days: list[date]) -> frozenset[date]:
        """The days of the regular week, before any holiday."""
        if self.week is None and self.country is not None:
            return frozenset(days) - country_year(self.country, self.subdivision, year).weekend
        week = MONDAY_TO_FRIDAY if self.week is None else self.week
        return frozenset(day for day in days if day.weekday() in week)

    def _public_days(self, year: int) -> tuple[frozenset[date], frozenset[date]]:
        """The year's public days off and make-up days."""
        if table := self._table(year):
            return table.off, table.make_up
        if self.country is None:
            return frozenset(), frozenset()
        known = country_year(self.country, self.subdivision, year)
        return known.holidays, known.make_up

    def _refuse_unknown(self, year: int) -> None:
        if not MINYEAR < year < MAXYEAR:
            raise CalendarYearUnknown("the count runs past the years that dates can have")
        if self.estimate or self.knows_year(year):
            return
        if self.known_from <= year <= self.known_until:
            why = "some are only an estimate as yet"
        else:
            why = f"the calendar knows {self.known_from} to {self.known_until}"
        raise CalendarYearUnknown(
            f"the working days of {year} in {self.country} are not known ({why})",
            mend=f"update the 'holidays' package or give the days of {year} in the settings",
        )


def _day_of_year(day: date) -> int:
    """0 for 1 January. By ordinals, so that a datetime counts as its date."""
    return day.toordinal() - date(day.year, 1, 1).toordinal()


def _refuse_both(off: Iterable[date], worked: Iterable[date], where: str) -> None:
    both = sorted(frozenset(off) & frozenset(worked))
    if both:
        raise SettingsError(f"{both[0]} is both a day off and a working day in {where}", mend="keep one")
