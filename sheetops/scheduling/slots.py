"""From the settings to scheduled jobs, and from the time to what is to be done about their slots. Pure.

A scheduled job is one timetable of the settings on one sheet; a slot is one of its due times. What is done about
slots that nobody has taken yet is decided here, as data: one to run, some that were missed, or one to wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sheetops.domain.times import When, fixed, read_when
from sheetops.domain.workdays import WorkCalendar
from sheetops.domain.workdays_clock import Shift
from sheetops.ledger.ledger import place_of
from sheetops.ledger.slots import OVERTAKEN
from sheetops.settings.load import Loaded
from sheetops.settings.model import Team, Timetable
from sheetops.settings.policy import calendar_of, mail_hours_of, zone_of

LOOK_BACK = timedelta(days=31)
"""How far back slots are listed that nobody took. Older ones are forgotten: nobody waits for them any more."""

_LONGEST_KEY = 200  # characters, see ledger.tables.slots
_AHEAD = timedelta(days=370)  # in which every timetable has a slot, but for cron's 29 February


@dataclass(frozen=True, eq=False)
class Scheduled:
    """One timetable of the settings on one sheet. Two are the same job where their keys are."""

    entry: str  # the timetable's name
    place: str  # of the sheet: a path or an address
    team: Team
    table: Timetable
    zone: ZoneInfo
    calendar: WorkCalendar  # estimating
    mail_hours: Shift

    @cached_property
    def key(self) -> str:
        """The job's name in the ledger, the same in every process that runs it."""
        key = f"{self.entry} {place_of(self.place)}"
        if len(key) <= _LONGEST_KEY:
            return key
        return f"{key[: _LONGEST_KEY - 17]}#{_print(key)}"

    @cached_property
    def whens(self) -> tuple[When, ...]:
        """Its due times."""
        return tuple(read_when(text) for text in self.table.at)

    @property
    def definition(self) -> str:
        """A print of what makes its slots: a changed one begins anew."""
        return _print("\n".join((*self.table.at, self.zone.key, str(self.table.jitter_minutes))))

    @property
    def window(self) -> timedelta:
        """How long after its time a slot still begins as if in time, and is tried again."""
        return timedelta(minutes=self.table.window_minutes)

    @property
    def mails(self) -> bool:
        """Whether a run may mail people."""
        return "remind" in self.table.jobs

    def start_of(self, slot: datetime) -> datetime:
        """When a slot is to start: its time and its jitter, which is the same for every scheduler."""
        if not self.table.jitter_minutes:
            return slot
        share = int(_print(f"{self.key} {slot.isoformat()}"), 16) / 16**16
        return slot + timedelta(seconds=int(share * self.table.jitter_minutes * 60))

    def slots(self, after: datetime, until: datetime) -> list[datetime]:
        """Its slots that start after `after` and up to `until` (both with a zone), rising."""
        early = after - timedelta(minutes=self.table.jitter_minutes)
        found = {
            slot.astimezone(UTC): slot
            for when in self.whens
            for slot in when.between(early, until, self.zone, self.calendar)
        }
        return [found[utc] for utc in sorted(found) if after < self.start_of(found[utc]) <= until]

    def next_slots(self, now: datetime, count: int = 1) -> list[datetime]:
        """The next slots after `now`."""
        found: list[datetime] = []
        start, span = now, timedelta(days=8)
        while len(found) < count and start < now + _AHEAD:
            found += self.slots(start, start + span)
            start += span
        return found[:count]

    def local(self, now: datetime) -> datetime:
        """A moment as the team's clock shows it, with the offset it has then."""
        return fixed(now.astimezone(self.zone))

    def may_mail(self, now: datetime) -> bool:
        """Whether the team's mails may arrive now."""
        return self.mail_hours.holds(now.astimezone(self.zone).time())


def scheduled_jobs(loaded: Loaded, language_of: Callable[[str, Team], str]) -> Iterator[Scheduled]:
    """Every timetable that is on, of every sheet of the settings.

    `language_of` tells the language of a sheet whose team has not set it: time zone and working days follow it.
    """
    for sheet in loaded.settings.sheets:
        yield from jobs_of(loaded.place(sheet), loaded.settings.team_of(sheet), language_of)


def jobs_of(place: str, team: Team, language_of: Callable[[str, Team], str]) -> Iterator[Scheduled]:
    """The timetables of one sheet that are on. Raises SettingsError for a time zone or country that is none."""
    tables = {name: table for name, table in team.schedule.items() if table.on}
    if not tables:
        return
    language = team.language or language_of(place, team)
    zone, calendar = zone_of(team, language), calendar_of(team, language).estimating()
    for name, table in tables.items():
        yield Scheduled(name, place, team, table, zone, calendar, mail_hours_of(team))


class Verdict(NamedTuple):
    """What is to be done about a job's slots that nobody has taken."""

    run: datetime | None  # the slot to run now
    late: bool  # whether it is after the slot's window
    missed: dict[datetime, str]  # slots that never ran and never will, each with why
    waits: bool = False  # the newest is late, and its mails may not leave at this hour


def judge(job: Scheduled, due: Sequence[datetime], now: datetime) -> Verdict:
    """What to do about slots that are `due` (rising) and not taken: the newest runs, the others never will.

    A slot that the next one overtook within its window was no outage. A slot first seen after its window is late:
    by the policy it is caught up, once, unless it is too old; what would mail people waits for the mail hours.
    """
    if not due:
        return Verdict(None, False, {})
    missed = {}
    for slot, following in pairwise(due):
        in_time = job.start_of(following) - job.start_of(slot) <= job.window
        missed[slot] = OVERTAKEN if in_time else "outage"
    newest = due[-1]
    age = now - job.start_of(newest)
    if age <= job.window:
        return Verdict(newest, False, missed)
    if job.table.catch_up == "skip" or age > timedelta(days=job.table.max_age_days):
        return Verdict(None, True, missed | {newest: "outage"})
    if job.mails and not job.may_mail(now):
        return Verdict(None, True, missed, waits=True)
    return Verdict(newest, True, missed)


# A slot whose sheet was in use, or a service away, is tried again after so many minutes, as long as its window lasts.
_PAUSES = (2, 5, 10, 15, 30)


def next_try(job: Scheduled, slot: datetime, tries: int, began: datetime, now: datetime) -> datetime | None:
    """When a slot that could not be worked on is tried again; None where its window is over.

    The window of a slot that was caught up begins with its first try, at `began`.
    """
    end = max(job.start_of(slot), began) + job.window
    again = now + timedelta(minutes=_PAUSES[min(tries, len(_PAUSES)) - 1])
    return again if again <= end else None


def _print(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
