"""When another scheduler (cron, systemd, …) must start `sheetops schedule --once`, so that no slot goes by. Pure.

No other scheduler knows make-up weekends, nth working days, or what to do after an outage, and each has its own ideas
about skipped hours. So it only wakes ours, every day at the times at which a slot can lie, and ours runs what is due:
a wake too many costs half a second, and a missed one is caught up by the next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sheetops.domain.times import real_moment
from sheetops.scheduling.slots import Scheduled

_SPAN = timedelta(days=400)  # holds both changes of the clocks
_DAY = 24 * 60


class Wake(NamedTuple):
    """Every day, at each of these minutes of each of these hours, by the clocks of a zone."""

    zone: str
    hours: tuple[int, ...]
    minutes: tuple[int, ...]

    @property
    def times(self) -> list[tuple[int, int]]:
        """Each hour and minute, rising."""
        return [(hour, minute) for hour in self.hours for minute in self.minutes]


def wakes(jobs: Iterable[Scheduled], now: datetime, zone: ZoneInfo | None = None) -> list[Wake]:
    """The wakes that these jobs need, by the clocks of `zone`, or each by those of its team.

    What matters is what the clocks show at the very moment of a slot: one that lies in an hour which they skip is
    due, and has its wake, when that hour ends.
    """
    shown: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for job in jobs:
        place = zone or job.zone
        shown[place.key].update(_shown(job, now, place))
    return [wake for key, times in sorted(shown.items()) for wake in _grouped(key, times)]


def _shown(job: Scheduled, now: datetime, zone: ZoneInfo) -> set[tuple[int, int]]:
    """The wall times in `zone` at which a slot of the job may lie.

    They differ from day to day only around a change of clocks, here or there; and of a doubled hour both halves count.
    """
    clocks = sorted({clock for when in job.whens for clock in when.clocks})
    times: set[tuple[int, int]] = set()
    for day in _days_that_differ(now.astimezone(job.zone).date(), job.zone, zone):
        for clock in clocks:
            wall = datetime.combine(day, clock)
            for moment in (real_moment(wall, job.zone), wall.replace(tzinfo=job.zone, fold=1)):
                there = moment.astimezone(zone)
                times.add((there.hour, there.minute))
    return times


def _days_that_differ(first: date, *zones: ZoneInfo) -> set[date]:
    """The first day, and those around each change of the clocks in one of the zones."""
    days = {first}
    before = None
    for day in (first + timedelta(days=n) for n in range(_SPAN.days)):
        noon = datetime.combine(day, time(12))
        offsets = [noon.replace(tzinfo=zone).utcoffset() for zone in zones]
        if before not in (None, offsets):
            days |= {day + timedelta(days=n) for n in (-1, 0, 1)}
        before = offsets
    return days


def _grouped(zone: str, times: set[tuple[int, int]]) -> list[Wake]:
    """The same times in as few wakes as can be said with hours and minutes."""
    minutes_of: dict[int, set[int]] = defaultdict(set)
    for hour, minute in times:
        minutes_of[hour].add(minute)
    hours_with: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for hour, minutes in sorted(minutes_of.items()):
        hours_with[tuple(sorted(minutes))].append(hour)
    return [Wake(zone, tuple(hours), minutes) for minutes, hours in hours_with.items()]


def field(numbers: tuple[int, ...], count: int) -> str:
    """Numbers as a field of cron: `*`, `*/5`, `8-18` or `0,30`. `count` is how many there are of the kind."""
    if len(numbers) == count:
        return "*"
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    if len(steps) == 1:
        (step,) = steps
        if numbers[0] == 0 and count % step == 0 and len(numbers) == count // step:
            return f"*/{step}"
        if step == 1 and len(numbers) > 2:
            return f"{numbers[0]}-{numbers[-1]}"
    return ",".join(map(str, numbers))


def minutes_between(wake: Wake) -> int:
    """The greatest number of minutes such that all times of the wake are a multiple of it apart from midnight."""
    from math import gcd

    return gcd(_DAY, *(hour * 60 + minute for hour, minute in wake.times))
