"""Scheduled jobs for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sheetops.domain.workdays import WorkCalendar
from sheetops.scheduling.slots import Scheduled
from sheetops.settings.model import Team, Timetable
from sheetops.settings.policy import mail_hours_of

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


def scheduled(
    *at: str, place: str = "/srv/desk.xlsx", zone: ZoneInfo = SHANGHAI, entry: str = "day", **table: Any
) -> Scheduled:
    """A job that is due `at`, by default of a Chinese team."""
    made = Timetable.model_validate({"at": list(at or ("working days 08:30",)), **table})
    country = "CN" if zone is SHANGHAI else "DE"
    calendar = WorkCalendar(country).estimating()
    return Scheduled(entry, place, Team(), made, zone, calendar, mail_hours_of(Team()))


def another(job: Scheduled, **changes: Any) -> Scheduled:
    """The same job but for some fields."""
    return replace(job, **changes)
