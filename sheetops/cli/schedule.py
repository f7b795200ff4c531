"""`sheetops schedule`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from sheetops.cli.columns import aligned, counted
from sheetops.cli.common import Wishes, sheets_of
from sheetops.cli.signals import interrupt
from sheetops.errors import UsageError

if TYPE_CHECKING:
    from sheetops.cli.edge import Edge
    from sheetops.scheduling.loop import Scheduler, Told
    from sheetops.scheduling.roster import Roster
    from sheetops.scheduling.slots import Scheduled
    from sheetops.settings.load import Loaded
    from sheetops.settings.model import Team

TICK = 10  # seconds between two looks at what is due
_FIRST = timedelta(minutes=10)
"""`--once`, started by cron at the very minute, must not find a timetable it has never seen before too late."""


@click.command("schedule")
@click.argument("sheets", nargs=-1, metavar="[SHEET]...")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
@click.option("--once", is_flag=True, help="Run what is due, tries again included, and leave; for cron.")
@click.option(
    "--fleet", is_flag=True, help="Order what is due from the fleet's workers instead of running it."
)
@click.option("--next", "ahead", is_flag=True, help="Only show the next slots of every timetable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a line for each thing that happens.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Print what happens with --once in cron too.")
def command(
    sheets: tuple[str, ...],
    config: Path | None,
    once: bool,
    fleet: bool,
    ahead: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Stay, and run each sheet's jobs when they are due (setting `schedule`); each slot once, whatever crashes.

    Sheets that are due together tell each person in one mail. With --fleet, what is due is ordered from the workers, for
    the sheets in the fleet's folders too. On SIGTERM or Ctrl-C the sheet that is worked on is finished first. With
    --once, what is due is run and the exit code is 0, or 2 where a run failed.
    """
    from sheetops.runner import utc_now

    watch = _Watch(as_json, quiet or (once and not verbose and not as_json and not sys.stdout.isatty()))
    roster = _roster(sheets, config, watch, fleet)
    watch.short = lambda place: roster.loaded.names(sheets).short(place)
    if ahead:
        _show_next(roster(), utc_now(), as_json, watch)
        return
    with _stopping() as stop, _scheduler(roster, watch, stop, once, fleet) as scheduler:
        if once:
            _once(scheduler, stop)
        else:
            _stay(scheduler, roster, stop, watch)
    raise click.exceptions.Exit(2 if once and watch.failed else 0)


def _roster(sheets: tuple[str, ...], config: Path | None, watch: _Watch, fleet: bool) -> Roster:
    from sheetops.runner import utc_now
    from sheetops.scheduling.roster import Roster
    from sheetops.settings.load import load

    kept: list[Edge] = []  # one for all sheets: it holds connections

    def edge_of(loaded: Loaded) -> Edge:
        if not kept or kept[0].loaded is not loaded:
            kept[:] = [quiet_edge(loaded)]
        return kept[0]

    def read_language(loaded: Loaded, place: str, team: Team) -> str:
        return language_of(edge_of(loaded), place, team)

    read = partial(load, config, beside=sheets)
    if fleet:
        from sheetops.cli.fleet_schedule import FolderRoster, sheets_now

        return FolderRoster(read, sheets_now(sheets, edge_of), read_language, utc_now, watch.trouble)
    return Roster(read, partial(sheets_of, sheets), read_language, utc_now, watch.trouble)


def language_of(edge: Edge, place: str, team: Team) -> str:
    """The language of a sheet, read from it."""
    from sheetops.cli.doctor import look

    return look(edge, place, team).language


def quiet_edge(loaded: Loaded) -> Edge:
    from sheetops.cli.edge import Edge

    return Edge(loaded, Wishes((), None, None, False, False, True, False, False))


@contextmanager
def _scheduler(roster: Roster, watch: _Watch, stop: _Stop, once: bool, fleet: bool) -> Iterator[Scheduler]:
    from sheetops.cli.schedule_work import Work
    from sheetops.runner import utc_now
    from sheetops.scheduling.alive import Presence
    from sheetops.scheduling.loop import Scheduler, pulse

    first = quiet_edge(roster.loaded)
    work = Work(roster)
    grace = _FIRST if once else timedelta(0)
    if fleet:
        from sheetops.cli.fleet_schedule import fleet_scheduler

        with fleet_scheduler(roster, first, watch, work.ping, lambda: stop.asked, grace) as scheduler:
            yield scheduler
        return
    with Presence(first.state) as presence:
        yield Scheduler(
            roster=roster,
            ledger=first.ledger,
            work=work,
            finish=work.finish,
            clock=utc_now,
            holder=presence.name,
            lives=presence.lives,
            tell=watch,
            ping=work.ping,
            stopped=lambda: stop.asked,
            grace=grace,
            pulse=pulse,
        )


def _once(scheduler: Scheduler, stop: _Stop) -> None:
    """Run what is due, and stay as long as something is to be tried again or its jitter has not passed."""
    while (scheduler.tick() or scheduler.soon()) and not stop.asked:
        stop.wait(TICK)


def _stay(scheduler: Scheduler, roster: Roster, stop: _Stop, watch: _Watch) -> None:
    """Tick until somebody says stop. The library keeps the pace, and no time of its own counts."""
    import schedule

    jobs = roster()
    if not jobs and not roster.waits:
        raise UsageError("no timetable is on", mend="see `schedule` in config/example.yaml")
    from sheetops.runner import utc_now

    watch.say(
        f"{counted(len(jobs), 'timetable')}; next: {_next_words(jobs, utc_now(), watch)}; Ctrl-C ends it"
    )
    pace = schedule.Scheduler()
    pace.every(TICK).seconds.do(scheduler.tick)
    scheduler.tick()
    while not stop.asked:
        pace.run_pending()
        stop.wait(max(0.1, min(TICK, pace.idle_seconds or 0)))
    watch.say("stopped; nothing is left half done")


def _next_words(jobs: Any, now: datetime, watch: _Watch) -> str:
    first = min(
        ((slots[0], job) for job in jobs if (slots := job.next_slots(now))),
        key=lambda pair: pair[0].timestamp(),
        default=None,
    )
    return "none" if first is None else f"{watch.name(first[1])} at {first[0]:%a %Y-%m-%d %H:%M%z}"


def _show_next(jobs: Any, now: datetime, as_json: bool, watch: _Watch) -> None:
    rows = [(job, slot) for job in jobs for slot in job.next_slots(now, 5)]
    rows.sort(key=lambda row: row[1].timestamp())
    if as_json:
        document = [
            {"timetable": job.entry, "sheet": job.place, "slot": slot.isoformat(), "jobs": job.table.jobs}
            for job, slot in rows
        ]
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if not rows:
        raise UsageError("no timetable is on", mend="see `schedule` in config/example.yaml")
    lines = [(f"{slot:%a %Y-%m-%d %H:%M%z}", watch.name(job), " ".join(job.table.jobs)) for job, slot in rows]
    click.echo("\n".join(aligned(lines)))


class _Watch:
    """Prints what happens: to people on stdout, troubles on stderr."""

    def __init__(self, as_json: bool, quiet: bool) -> None:
        self._as_json, self._quiet = as_json, quiet
        self.failed = False
        self.short: Callable[[str], str] = str  # the name of a sheet, by its place

    def name(self, job: Scheduled) -> str:
        """A timetable and its sheet."""
        place = job.place if "://" in job.place else self.short(job.place)
        return f"{job.entry} {place}"

    def __call__(self, told: Told) -> None:
        self.failed = self.failed or told.what == "failed"
        if self._as_json:
            job, slot = told.job, told.slot
            click.echo(
                json.dumps(
                    {
                        "what": told.what,
                        "timetable": job.entry if job else None,
                        "sheet": job.place if job else None,
                        "slot": slot.isoformat() if slot else None,
                        "note": told.note,
                        "seconds": None if told.seconds is None else round(told.seconds, 3),
                    },
                    ensure_ascii=False,
                )
            )
            sys.stdout.flush()
        elif told.what in ("failed", "trouble", "missed"):
            click.echo(f"sheetops: {self._line(told)}", err=True)
        elif told.what != "started":
            self.say(self._line(told))

    def _line(self, told: Told) -> str:
        if told.job is None:
            return told.note
        slot = f", slot {told.slot:%Y-%m-%d %H:%M}" if told.slot else ""
        took = f" in {told.seconds:.1f} s" if told.seconds is not None else ""
        what = {"missed": "never ran", "trouble": "trouble"}.get(told.what, told.what)
        return f"{self.name(told.job)}{slot}: {what}{took}" + (f": {told.note}" if told.note else "")

    def say(self, line: str) -> None:
        """A line for who watches."""
        if not self._quiet and not self._as_json:
            from sheetops.runner import utc_now

            click.echo(f"{utc_now().astimezone():%Y-%m-%d %H:%M:%S} {line}")
            sys.stdout.flush()

    def trouble(self, line: str) -> None:
        """Something that somebody should know, whatever was asked for."""
        click.echo(f"sheetops: {line}", err=True)


class _Stop:
    """Whether somebody asked to stop."""

    def __init__(self) -> None:
        self.asked = False

    def wait(self, seconds: float) -> None:
        """Wait, or less when somebody asks to stop."""
        # An Event would be neater, but its lock may be held by the very thread that the signal interrupts.
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.3))

    def ask(self, number: int, frame: FrameType | None) -> None:
        """The first signal asks; the second ends the command as it ends any."""
        if self.asked:
            interrupt(number, frame)
        self.asked = True


@contextmanager
def _stopping() -> Iterator[_Stop]:
    """Signals only ask to stop, while inside."""
    import signal

    stop = _Stop()
    before = {number: signal.signal(number, stop.ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
