"""A made-up office: schedulers that crash, sleep and have wrong clocks, all on one ledger. No process, no waiting."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sheetops.ledger import Ledger
from sheetops.scheduling.loop import Outcome, Scheduler, Told
from sheetops.scheduling.slots import Scheduled

Span = tuple[datetime, datetime]


class Killed(BaseException):
    """The scheduler's process is gone."""


@dataclass
class Machine:
    """One machine with a scheduler: when it is down, and how wrong its clock is when."""

    name: str
    down: list[Span] = field(default_factory=list)
    wrong: list[tuple[datetime, datetime, timedelta]] = field(default_factory=list)
    scheduler: Scheduler | None = None
    lives: int = 0  # how often it was started

    def is_down(self, now: datetime) -> bool:
        return any(start <= now < end for start, end in self.down)

    def clock(self, now: datetime) -> datetime:
        return now + sum((by for start, end, by in self.wrong if start <= now < end), timedelta(0))


@dataclass
class Office:
    """Machines, sheets and the true time. `busy` and `deadly` are the chances that a run meets a sheet in use, or dies."""

    ledger: Ledger
    jobs: Sequence[Scheduled]
    machines: Sequence[Machine]
    now: datetime
    busy: float = 0.0
    deadly: float = 0.0
    seed: int = 7
    finished: Counter[tuple[str, datetime]] = field(
        default_factory=Counter
    )  # how often each slot ran to its end
    begun: Counter[tuple[str, datetime]] = field(default_factory=Counter)
    started: dict[tuple[str, datetime], datetime] = field(
        default_factory=dict
    )  # true time of the first start
    trouble: list[str] = field(default_factory=list)
    _alive: set[str] = field(default_factory=set)
    _at: tuple[str, datetime] | None = None

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def run_until(self, end: datetime, step: timedelta) -> None:
        """Let every machine tick, in a new order each time, a little apart."""
        while self.now < end:
            order = list(self.machines)
            self._chance.shuffle(order)
            for machine in order:
                self._tick(machine)
            self.now += step

    def _tick(self, machine: Machine) -> None:
        if machine.is_down(self.now):
            self._kill(machine)
            return
        if machine.scheduler is None:
            machine.lives += 1
            holder = f"{machine.name} {machine.lives}"
            self._alive.add(holder)
            machine.scheduler = self._scheduler(machine, holder)
        try:
            machine.scheduler.tick()
        except Killed:
            self._kill(machine)

    def _kill(self, machine: Machine) -> None:
        if machine.scheduler is not None:
            self._alive.discard(machine.scheduler.holder)
            machine.scheduler = None

    def _scheduler(self, machine: Machine, holder: str) -> Scheduler:
        return Scheduler(
            roster=lambda: self.jobs,
            ledger=self.ledger,
            work=self._work,
            clock=lambda: machine.clock(self.now),
            holder=holder,
            lives=lambda other, touched, now: other in self._alive,
            tell=self._told,
        )

    def _told(self, told: Told) -> None:
        if told.what == "trouble":
            self.trouble.append(told.note)
        if told.job is None or told.slot is None:
            return
        key = (told.job.key, told.slot.astimezone(UTC))
        if told.what == "started":
            self._at = key
            self.begun[key] += 1
            self.started.setdefault(key, self.now)
        if told.what == "done":
            self.finished[key] += 1

    def _work(self, job: Scheduled) -> Outcome:
        assert self._at is not None
        if self.begun[self._at] < 3:  # the third time it goes well
            chance = self._chance.random()
            if chance < self.deadly:
                raise Killed
            if chance < self.deadly + self.busy:
                return Outcome("retry", "somebody has it open")
        return Outcome("done")
