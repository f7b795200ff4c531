"""When something is due, as people write it: `working days 08:30`, `last working day 17:00`, `30 8 * * 1-5`.

Two rules make clock changes harmless. A time of day means the wall clock: one that a spring change skips is due
when the skipped hour ends, one that an autumn change doubles is due the first time. A cron expression whose hours
are `*` follows the running clock instead: every hour has its turn, the doubled one both times.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from cronsim import CronSim, CronSimError

from sheetops.domain.patterns import pattern
from sheetops.domain.text import simplified, tidy
from sheetops.domain.weekdays import read_weekdays
from sheetops.domain.workdays import WorkCalendar
from sheetops.errors import CalendarYearUnknown, SettingsError

MOST_NTH = 13
"""The highest `nth working day`: no month of a country we know has fewer, so that none goes without a run."""

_LAST_CERTAIN_DAY = 28
_DAY = timedelta(days=1)
_CRON_FIELD = pattern(r"[0-9A-Za-z*/,#-]+")
_CLOCK = pattern(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])")
_FILLER = pattern(
    r"\b(?:at|on|the|of|every|each|month|monthly)\b|每个月|每月|每个|每(?=周|星期|礼拜)|的|于|[,]"
)
_WORDS = {
    word: number for number, word in enumerate(("first", "second", "third", "fourth", "fifth"), start=1)
} | {word: number for number, word in enumerate("一二三四五六七八九十", start=1)}
_EVERY_DAY = frozenset(("", "day", "days", "daily", "天", "每天", "每日"))
_WORKING_DAYS = frozenset(("working day", "working days", "workday", "workdays", "工作日", "每工作日"))
_LAST_DAY = frozenset(("last day", "end", "最后一天", "最后1天", "月末", "月底"))
_LAST_WORKING_DAY = frozenset(("last working day", "last workday", "最后一个工作日", "最后1个工作日"))
_NTH_WORKING_DAY = pattern(
    r"(?:(?P<number>\d+)(?:st|nd|rd|th)?|(?P<word>[a-z]+)) (?P<back>last )?(?:working day|workday)"
    r"|(?P<zh_back>倒数)?第?(?P<zh>\d+|[一二三四五六七八九十])个工作日"
)
_NTH_DAY = pattern(r"day (\d+)|(\d+)(?:st|nd|rd|th)(?: day)?|(\d+)[日号]")
_MONDAY_TO_FRIDAY = frozenset(("weekday", "weekdays"))


@dataclass(frozen=True)
class When:
    """One rule for due times. Give either `cron`, or a time of day and the days on which it holds."""

    text: str  # as it was written
    clock: time | None = None
    days: Callable[[date, WorkCalendar], bool] | None = None  # None: every day
    cron: str | None = None
    counts_workdays: bool = False  # whether the team's calendar decides

    def between(
        self, after: datetime, until: datetime, zone: tzinfo, calendar: WorkCalendar
    ) -> list[datetime]:
        """The due moments after `after` up to and including `until` (both with a zone), rising.

        Each has the fixed offset that `zone` has then: Python compares two times of one zone by their wall clocks,
        for which the two halves of a doubled hour are the same.
        `calendar` should be `estimating()`; a day of a year it refuses counts as no working day.
        """
        after, until = after.astimezone(UTC), until.astimezone(UTC)
        if self.cron is not None and self.cron.split()[1] == "*":
            found = self._by_running_clock(after, until, zone)
        else:
            found = (real_moment(wall, zone) for wall in self._walls(after, until, zone, calendar))
        moments = {moment.astimezone(UTC): moment for moment in found}
        return [fixed(moments[utc]) for utc in sorted(moments) if after < utc <= until]

    @property
    def clocks(self) -> list[time]:
        """The times of day at which it may be due, whatever the day."""
        if self.cron is None:
            assert self.clock is not None
            return [self.clock]
        sim = CronSim(" ".join([*self.cron.split()[:2], "* * *"]), datetime(2024, 1, 1))
        return [time(hour, minute) for hour in sorted(sim.hours) for minute in sorted(sim.minutes)]

    def _by_running_clock(self, after: datetime, until: datetime, zone: tzinfo) -> Iterator[datetime]:
        # In UTC nothing is skipped or doubled; each minute is shown to the expression in the team's own time.
        assert self.cron is not None
        minutes = CronSim(f"{self.cron.split()[0]} * * * *", datetime(2024, 1, 1)).minutes
        days = _Days(self.cron)
        moment = after.replace(second=0, microsecond=0)
        while moment <= until:
            wall = moment.astimezone(zone)
            if wall.minute in minutes and wall.second == 0 and days.has(wall.date()):
                yield wall
            moment += timedelta(minutes=1)

    def _walls(
        self, after: datetime, until: datetime, zone: tzinfo, calendar: WorkCalendar
    ) -> Iterator[datetime]:
        """Wall times around the span, a day more on both sides: clock changes move less than that."""
        first, last = (moment.astimezone(zone).replace(tzinfo=None) for moment in (after, until))
        first, last = first - _DAY, last + _DAY
        if self.cron is not None:
            for wall in CronSim(self.cron, first):
                if wall > last:
                    return
                yield wall
        assert self.clock is not None
        day = first.date()
        while day <= last.date():
            if self.days is None or _holds(self.days, day, calendar):
                yield datetime.combine(day, self.clock)
            day += _DAY


class _Days:
    """Asks a cron expression about days, each once."""

    def __init__(self, cron: str) -> None:
        self._sim = CronSim("0 0 " + " ".join(cron.split()[2:]), datetime(2024, 1, 1))
        self._known: dict[date, bool] = {}

    def has(self, day: date) -> bool:
        if day not in self._known:
            self._known[day] = day.month in self._sim.months and bool(self._sim.match_day(day))
        return self._known[day]


def _holds(days: Callable[[date, WorkCalendar], bool], day: date, calendar: WorkCalendar) -> bool:
    try:
        return days(day, calendar)
    except CalendarYearUnknown:
        return False


def fixed(moment: datetime) -> datetime:
    """The same moment with the offset it has instead of a zone, so that it compares and prints as what it is."""
    offset = moment.utcoffset()
    assert offset is not None, "a moment has a zone"
    return moment.replace(tzinfo=timezone(offset), fold=0)


def real_moment(wall: datetime, zone: tzinfo) -> datetime:
    """The moment at which the wall clock of `zone` first shows `wall` (naive), or has passed it by.

    A time that the clocks skip becomes the end of the skipped span; of a doubled one, the first is meant.
    """
    moment = wall.replace(tzinfo=zone, fold=0)
    if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # Skipped: with fold 0 it is read by the offset before the change, with fold 1 by the one after.
    low = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # before the change
    high = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)  # after it
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0).astimezone(zone)


def read_when(text: str) -> When:
    """A due time from the settings. Raises SettingsError, with what can be written, for anything else.

    Five fields are cron's (with `L`, `LW` and `#` as cronsim knows them). Else a time of day, and before or after it
    the days: none (every day), `working days`, `Mon-Fri`, `last day`, `last working day`, `3rd working day`,
    `2nd last working day`, `15th`; or the same in Chinese.
    """
    fields = text.split()
    if len(fields) == 5 and all(_CRON_FIELD.fullmatch(field) for field in fields):
        return _of_cron(text, " ".join(fields).upper())
    plain = simplified(tidy(text)).casefold()
    clocks = list(_CLOCK.finditer(plain))
    if len(clocks) != 1 or int(clocks[0][1]) == 24:
        raise _unreadable(text, "it names no time of day" if not clocks else "its time of day is unclear")
    clock = time(int(clocks[0][1]), int(clocks[0][2]))
    rest = plain[: clocks[0].start()] + " " + plain[clocks[0].end() :]
    days = " ".join(_FILLER.sub(" ", rest).split())
    return _of_days(text, clock, days)


def _of_cron(text: str, cron: str) -> When:
    try:
        next(CronSim(cron, datetime(2024, 1, 1)))
    except (CronSimError, StopIteration) as error:
        why = str(error).lower() or "no day ever matches"
        raise _unreadable(text, f"as a cron expression it has a fault ({why})") from None
    return When(text, cron=cron)


def _of_days(text: str, clock: time, days: str) -> When:
    if days in _EVERY_DAY:
        return When(text, clock)
    if days in _WORKING_DAYS:
        return When(text, clock, lambda day, calendar: calendar.is_workday(day), counts_workdays=True)
    if days in _LAST_DAY:
        return When(text, clock, lambda day, _: day.day == monthrange(day.year, day.month)[1])
    if days in _LAST_WORKING_DAY:
        return _nth_working(text, clock, -1)
    if match := _NTH_WORKING_DAY.fullmatch(days):
        return _nth_working(text, clock, _nth(text, match))
    if match := _NTH_DAY.fullmatch(days):
        number = int(match[1] or match[2] or match[3])
        if not 1 <= number <= _LAST_CERTAIN_DAY:
            raise _unreadable(
                text, f"not every month has a day {number}: write `last day`, or a cron expression"
            )
        return When(text, clock, lambda day, _: day.day == number)
    weekdays = frozenset(range(5)) if days in _MONDAY_TO_FRIDAY else read_weekdays(days)
    if weekdays is None or days.isdecimal():  # `15` could be the fifteenth as well as Monday and Friday
        raise _unreadable(text, f"{days!r} are no days that are known")
    return When(text, clock, lambda day, _: day.weekday() in weekdays)


def _nth(text: str, match: re.Match[str]) -> int:
    said = match["number"] or match["word"] or match["zh"]
    number = int(said) if said.isdecimal() else _WORDS.get(said, 0)
    if not 1 <= number <= MOST_NTH:
        raise _unreadable(text, f"not every month has so many working days: 1 to {MOST_NTH} can be named")
    return -number if match["back"] or match["zh_back"] else number


def _nth_working(text: str, clock: time, number: int) -> When:
    def days(day: date, calendar: WorkCalendar) -> bool:
        return calendar.nth_workday_of_month(day.year, day.month, number) == day

    return When(text, clock, days, counts_workdays=True)


def _unreadable(text: str, why: str) -> SettingsError:
    return SettingsError(
        f"{text!r} is no due time: {why}",
        mend="write `working days 08:30`, `Mon-Fri 08:30`, `last working day 17:00`, `3rd working day 09:00`, "
        "`15th 09:00` or cron's five fields such as `30 8 * * 1-5`",
    )
