"""What `doctor` looks at on this machine: clock, disk, mail login, the dead man's switch, the schedule."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sheetops.cli.checks import Check, failed, tried
from sheetops.errors import SheetopsError

if TYPE_CHECKING:
    from sheetops.cli.edge import Edge
    from sheetops.settings.model import Team

_OFF = timedelta(minutes=5)
"""A clock that is more wrong than that mails outside the hours, or twice a day."""

LOW, EMPTY = 500, 50  # megabytes
_NTP = "set it, and let it be kept right (NTP: `timedatectl set-ntp true`, or Windows time service)"


def mail_checks(edge: Edge) -> Iterator[Check]:
    """Connect, encrypt and log in as a run does, then QUIT: nothing is sent. The server's clock is compared."""
    from sheetops.cli.mailing import make_smtp

    settings = edge.loaded.settings.mail.smtp
    assert settings is not None
    greeting = make_smtp(settings, edge.loaded.folder).greet()
    if greeting.trouble:
        mend = "check `mail: smtp:` in the settings" + (
            ", user and password above all" if settings.user else ""
        )
        yield Check("mail", "error", greeting.trouble, mend)
        return
    login = f"logged in as {settings.user}" if settings.user else "no login asked for"
    sender = edge.loaded.settings.mail.sender
    yield Check(
        "mail", "ok", f"{greeting.server} answers, {settings.security}, {login}; from {sender}; nothing sent"
    )
    if greeting.largest is not None and greeting.largest < 1_000_000:
        yield Check(
            "mail", "warning", f"it takes mails of up to {greeting.largest} bytes only", "ask its keeper"
        )


def clock_checks(edge: Edge, now: datetime, newest: datetime | None) -> Iterator[Check]:
    """The clock against what is known: this program's age, the last run, the files just written, a web server's Date."""
    from sheetops.scheduling.loop import OLDEST

    words = f"{now.astimezone():%Y-%m-%d %H:%M %Z}"
    if now < OLDEST:
        yield Check("clock", "error", f"it says {words}, which is before this program was made", _NTP)
        return
    if newest is not None and newest > now + timedelta(days=1):
        yield Check(
            "clock", "error", f"it says {words}, and the ledger knows a run of {newest:%Y-%m-%d %H:%M}", _NTP
        )
        return
    off, whose = _files_clock(edge.state, now), f"the disk of {edge.state}"
    if off is None or abs(off) <= _OFF:
        off, whose = _google_clock(edge, now), "Google's"
    if off is not None and abs(off) > _OFF:
        minutes = round(off.total_seconds() / 60)
        yield Check(
            "clock",
            "error",
            f"it is {abs(minutes)} minutes {'behind' if minutes > 0 else 'ahead of'} {whose}",
            _NTP,
        )
        return
    yield Check("clock", "ok", words)


def _files_clock(folder: Path, now: datetime) -> timedelta | None:
    """How far the clock of the disk (a server's, on a share) is ahead of ours."""
    import os
    import tempfile

    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return None
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".clock-") as file:
            made = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
    except OSError:
        return None
    return made - now


def _google_clock(edge: Edge, now: datetime) -> timedelta | None:
    """How far Google's clock is ahead of ours; only asked where a sheet lies there anyway."""
    from sheetops.domain.addresses import is_google

    loaded = edge.loaded
    if not any(is_google(loaded.place(sheet)) for sheet in loaded.settings.sheets):
        return None
    import requests

    try:
        answer = requests.head(loaded.settings.google.api or "https://sheets.googleapis.com", timeout=(5, 10))
        return parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC) - now
    except (requests.RequestException, KeyError, ValueError, TypeError):
        return None


def newest_run(edge: Edge) -> datetime | None:
    """When the newest run of the ledger began. Runs are in local time, so this is right to a day."""
    try:
        runs = edge.ledger.runs(1)
    except SheetopsError:
        return None
    return runs[0].began.replace(tzinfo=UTC) - timedelta(hours=14) if runs else None


def disk_checks(edge: Edge, places: list[tuple[str, Team]]) -> Iterator[Check]:
    """Room for the ledger, the backups and the new file beside the old one."""
    from sheetops.domain.addresses import is_google

    folders = {edge.state} | {Path(place).parent for place, _ in places if not is_google(place)}
    seen: set[int] = set()
    for folder in sorted(folders):
        there = next(
            (path for path in (folder.absolute(), *folder.absolute().parents) if path.exists()), None
        )
        if there is None:
            continue
        try:
            device, free = there.stat().st_dev, shutil.disk_usage(there).free // 1_000_000
        except OSError as error:
            yield Check("disk", "error", f"{there} cannot be looked at ({error.strerror})", "check the disk")
            continue
        if device in seen:
            continue
        seen.add(device)
        state = "error" if free < EMPTY else "warning" if free < LOW else "ok"
        room = f"{free / 1000:.1f} GB" if free >= 1000 else f"{free} MB"
        yield Check("disk", state, f"{room} free at {there}", None if state == "ok" else "make room")


def schedule_checks(edge: Edge, place: str, team: Team, now: datetime) -> Iterator[Check]:
    """The next slots of a sheet, what is odd about them, and whether a scheduler looks at them."""
    from sheetops.cli.mailing import read_secret
    from sheetops.cli.schedule import language_of
    from sheetops.scheduling.slots import jobs_of

    try:
        jobs = list(jobs_of(place, team, lambda place, team: language_of(edge, place, team)))
    except SheetopsError as error:
        yield failed("schedule", error)
        return
    if not jobs:
        yield Check("schedule", "ok", "no timetable is on: it is run by hand, or by something else")
    for job in jobs:
        slots = job.next_slots(now, 2)
        if not slots:
            yield Check("schedule", "warning", f"{job.entry}: never due in the next year", "check its `at`")
            continue
        words = ", ".join(f"{slot:%a %Y-%m-%d %H:%M}" for slot in slots)
        yield Check("schedule", "ok", f"{job.entry}: next {words} ({job.zone.key})")
        if job.mails and not all(job.may_mail(job.start_of(slot)) for slot in slots):
            yield Check(
                "schedule",
                "warning",
                f"{job.entry} is due outside {job.mail_hours.start:%H:%M}–{job.mail_hours.end:%H:%M}, so it mails nobody",
                "give it a time inside `mail_hours`, or leave `remind` out of its `jobs`",
            )
        years = (
            sorted({slot.year for slot in job.next_slots(now, 12)})
            if any(w.counts_workdays for w in job.whens)
            else []
        )
        unknown = [year for year in years if not job.calendar.knows_year(year)]
        if unknown:
            yield Check(
                "schedule",
                "warning",
                f"{job.entry} counts working days, and those of {unknown[0]} are taken from the regular week",
                "give its days under `calendar: {years: …}` in the settings",
            )
        if job.table.ping is not None:
            secret = job.table.ping
            read = tried("ping", lambda secret=secret: read_secret(secret, edge.loaded.folder))  # type: ignore[misc]
            at_hand = read.state == "ok"
            yield (
                read._replace(what=f"{job.entry}: its address is at hand")
                if at_hand
                else read._replace(state="warning")
            )
    yield from _looked_after(edge, [job.key for job in jobs], now)


def _looked_after(edge: Edge, keys: list[str], now: datetime) -> Iterator[Check]:
    """Whether the ledger has seen a scheduler for these jobs."""
    try:
        newest = [slots[-1] for key in keys if (slots := edge.ledger.slots_of(key, now - timedelta(days=31)))]
    except SheetopsError:
        return
    if keys and not newest:
        mend = "start `sheetops schedule`, or see `sheetops cron`"
        yield Check("schedule", "warning", "no scheduler has run it in the last month", mend)
    for slot in newest:
        if slot.state in ("missed", "failed"):
            why = "nothing was there to run it" if slot.state == "missed" else slot.note
            yield Check(
                "schedule", "warning", f"{slot.entry} of {slot.slot:%Y-%m-%d %H:%M} did not run: {why}",
                "see `sheetops status`",
            )  # fmt: skip
