"""The scheduler: every so often it looks what is due, and runs what nobody else has taken.

A slot belongs to whoever claims it in the ledger. One whose holder died is taken over, up to `MOST_TRIES` runs in
all; a run repeats no mail and overwrites no person, so a second one is safe. What fails stops nothing else.

What is run in one tick is one round: work may leave its mails to the round's end, so that who is in several sheets is
told of all in one mail. Until they have left, its slots are running.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple, Protocol

from sheetops.errors import SheetopsError
from sheetops.ledger.slots import OVERTAKEN, Slot
from sheetops.scheduling.ping import Event
from sheetops.scheduling.slots import LOOK_BACK, Scheduled, judge, next_try

MOST_TRIES = 3
"""How often a slot is begun whose scheduler dies on it: perhaps it dies of it."""

OLDEST = datetime(2026, 1, 1, tzinfo=UTC)
"""This program is younger than that: a clock that says so is not set yet."""

LONGEST_ROUND = timedelta(minutes=30)  # then mails leave, though sheets are still to be worked on

BEAT = 30.0  # seconds between two signs of life while a sheet is worked on


class Slots(Protocol):
    """What a scheduler asks of the ledger."""

    def timetable_since(self, job: str, definition: str, now: datetime) -> datetime: ...
    def slots_of(self, job: str, after: datetime) -> list[Slot]: ...
    def slot_states(self, jobs: Sequence[str], slot: datetime) -> dict[str, str]: ...
    def unended_slots(self) -> list[Slot]: ...
    def claim_slot(
        self, job: str, slot: datetime, entry: str, sheet: str, holder: str, now: datetime
    ) -> bool: ...
    def miss_slots(
        self, job: str, missed: Mapping[datetime, str], entry: str, sheet: str, now: datetime
    ) -> int: ...
    def take_slot(self, was: Slot, holder: str, now: datetime) -> bool: ...
    def give_up_slot(self, was: Slot, now: datetime, note: str) -> bool: ...
    def beat(self, holder: str, now: datetime) -> None: ...
    def end_slot(
        self,
        job: str,
        slot: datetime,
        holder: str,
        now: datetime,
        state: str,
        note: str,
        again: datetime | None,
    ) -> bool: ...


class Outcome(NamedTuple):
    """How a run ended: `done`, `failed`, or `retry` where a later try may go better; and in a few words what happened."""

    state: Literal["done", "retry", "failed"]
    note: str = ""


class Told(NamedTuple):
    """Something that happened, for whoever watches."""

    what: Literal["started", "done", "waiting", "failed", "missed", "trouble"]
    job: Scheduled | None
    slot: datetime | None
    note: str
    seconds: float | None = None


class _Begun(NamedTuple):
    """A run whose sheet is done, and whose slot is still ours."""

    job: Scheduled
    slot: datetime
    tries: int
    began: datetime
    start: datetime  # of this try
    seconds: float


@dataclass
class _Known:
    """What this scheduler remembers of one job between two ticks."""

    since: datetime
    until: datetime  # listed so far
    pending: list[datetime] = field(default_factory=list)  # due, and not known to be taken


@dataclass
class Scheduler:
    """Runs what is due. `clock` gives the moment with a zone; `lives` tells whether another scheduler is alive.

    `work` answers None where mails wait for the round's end; then `finish` sends them, and answers for each such work in
    order.
    """

    roster: Callable[[], Sequence[Scheduled]]
    ledger: Slots
    work: Callable[[Scheduled], Outcome | None]
    clock: Callable[[], datetime]
    holder: str
    lives: Callable[[str, datetime | None, datetime], bool]
    tell: Callable[[Told], None]
    finish: Callable[[], Sequence[Outcome]] = tuple
    ping: Callable[[Scheduled, Event], str | None] = lambda job, event: None
    stopped: Callable[[], bool] = lambda: False
    grace: timedelta = timedelta(0)  # how far before its first sight a new timetable is due already
    pulse: Callable[[Callable[[], None]], AbstractContextManager[object]] = lambda beat: nullcontext()
    _known: dict[tuple[str, str], _Known] = field(default_factory=dict)
    _owed: list[tuple[Scheduled, datetime, datetime, str, str, datetime | None]] = field(default_factory=list)
    _round: list[_Begun] = field(default_factory=list)  # runs whose mails wait for its end
    _waiting: int = 0
    _clock_told: bool = False

    def tick(self) -> int:
        """Run all that is due now; returns how many slots still wait for another try. Never raises."""
        now = self.clock()
        if now < OLDEST:
            if not self._clock_told:
                self._trouble(f"the clock says {now:%Y-%m-%d}, so nothing is run until it is set")
            self._clock_told = True
            return 0
        self._clock_told = False
        with self._safely(None):
            self._pay()
        jobs = {job.key: job for job in self.roster()}
        self._waiting = 0
        for job in jobs.values():
            if not self.stopped():
                with self._safely(job):
                    self._new_slots(job, jobs)
        if not self.stopped():
            with self._safely(None):
                self._old_slots(jobs)
        self._end_round(jobs)  # who is told to stop sends what its sheets have to say first
        return self._waiting

    def soon(self) -> bool:
        """Whether a slot's time has come, and its jitter not yet."""
        now = self.clock()
        return any(
            slot <= now
            for job in self.roster()
            if job.table.jitter_minutes
            for slot in job.slots(now, now + timedelta(minutes=job.table.jitter_minutes))
        )

    @contextmanager
    def _safely(self, job: Scheduled | None) -> Iterator[None]:
        """One job's trouble is told, and stops no other."""
        try:
            yield
        except SheetopsError as error:
            self._trouble(error.line(), job)
        except Exception as error:  # a defect of one job, or a broken disk
            self._trouble(f"a defect of sheetops ({type(error).__name__}: {error})", job)

    def _trouble(self, words: str, job: Scheduled | None = None) -> None:
        self.tell(Told("trouble", job, None, words))

    # Slots that nobody has taken

    def _new_slots(self, job: Scheduled, jobs: Mapping[str, Scheduled]) -> None:
        now = self.clock()
        known = self._list(job, now)
        verdict = judge(job, known.pending, now)
        if verdict.missed:
            marked = self.ledger.miss_slots(job.key, verdict.missed, job.entry, job.place, job.local(now))
            lost = [(slot, why) for slot, why in verdict.missed.items() if why != OVERTAKEN]
            if lost and marked:  # else another scheduler was first, and has told it
                slot, why = lost[-1]
                before = f", as did {len(lost) - 1} before it" if len(lost) > 1 else ""
                self.tell(Told("missed", job, slot, why + before))
            known.pending = [slot for slot in known.pending if slot not in verdict.missed]
        if verdict.run is not None:
            mine = self.ledger.claim_slot(
                job.key, verdict.run, job.entry, job.place, self.holder, job.local(now)
            )
            known.pending.remove(verdict.run)
            if mine:
                self._run(job, verdict.run, 1, now, jobs)

    def _list(self, job: Scheduled, now: datetime) -> _Known:
        """The job's due slots that are not known to be taken. After the clock was put back, all are looked at anew."""
        key = (job.key, job.definition)
        known = self._known.get(key)
        if known is not None and now >= known.until:
            known.pending += job.slots(max(known.until, now - LOOK_BACK), now)
            known.until = now
            return known
        if known is None:
            since = self.ledger.timetable_since(job.key, job.definition, job.local(now - self.grace))
        else:
            since = min(known.since, now)
        after = max(since, now - LOOK_BACK)
        taken = {
            slot.slot
            for slot in self.ledger.slots_of(job.key, after)
            # what a clock that was ahead called missed is still to come
            if slot.state != "missed" or slot.claimed is None or slot.claimed <= now
        }
        pending = [slot for slot in job.slots(after, now) if slot not in taken]
        self._known[key] = known = _Known(since, now, pending)
        return known

    # Slots that wait for another try, or whose holder died

    def _old_slots(self, jobs: Mapping[str, Scheduled]) -> None:
        for slot in self.ledger.unended_slots():
            job = jobs.get(slot.job)
            if job is None or self.stopped():
                continue
            with self._safely(job):
                waits = self._old_slot(job, slot, jobs)
                self._waiting += waits

    def _old_slot(self, job: Scheduled, slot: Slot, jobs: Mapping[str, Scheduled]) -> bool:
        """Go on with one; whether it still waits."""
        now = self.clock()
        died = slot.state == "running"
        if died and self.lives(slot.holder, slot.touched, now):
            return False
        if not died and slot.again is not None and now < slot.again <= now + job.window:
            return True  # a moment further ahead was written by a clock that was ahead
        why_not = self._past(job, slot, now, died)
        if why_not is not None:
            if self.ledger.give_up_slot(slot, job.local(now), why_not) and why_not != OVERTAKEN:
                self._ended(job, slot.slot, Told("failed", job, slot.slot, why_not), jobs)
            return False
        late = now - job.start_of(slot.slot) > job.window
        if late and job.mails and not job.may_mail(now):
            return True
        alone = died and slot.tries + 1 >= MOST_TRIES
        if alone:  # perhaps it is deadly: what others have to say leaves before
            self._end_round(jobs)
        if not self.ledger.take_slot(slot, self.holder, job.local(now)):
            return False
        began = now if late or slot.claimed is None else slot.claimed
        waits = self._run(job, slot.slot, slot.tries + 1, began, jobs)
        if alone:  # or another of its round was: then it must not be given up for that one's sake
            self._end_round(jobs)
        return waits

    def _past(self, job: Scheduled, slot: Slot, now: datetime, died: bool) -> str | None:
        """Why a slot is not tried again; None where it is."""
        if job.slots(job.start_of(slot.slot), now):
            return OVERTAKEN if job.start_of(slot.slot) + job.window > now else slot.note or "its run died"
        if died and slot.tries >= MOST_TRIES:
            return f"its run died {slot.tries} times"
        late = now - job.start_of(slot.slot)
        if late > timedelta(days=job.table.max_age_days) or (
            late > job.window and job.table.catch_up == "skip"
        ):
            return slot.note or "its run died"
        return None

    # One run

    def _run(
        self, job: Scheduled, slot: datetime, tries: int, began: datetime, jobs: Mapping[str, Scheduled]
    ) -> bool:
        """Run a slot that is ours; whether it waits for another try. It may stay begun until the round's end."""
        start = self.clock()
        self.tell(Told("started", job, slot, "" if tries == 1 else f"try {tries}"))
        if tries == 1:
            self._ping(job, slot, "start", jobs)
        with self.pulse(lambda: self.ledger.beat(self.holder, job.local(self.clock()))):
            outcome = self._outcome(job)
        now = self.clock()
        run = _Begun(job, slot, tries, began, start, max(0.0, (now - start).total_seconds()))
        if outcome is None:
            self._round.append(run)
            if now - self._round[0].start > LONGEST_ROUND:
                self._end_round(jobs)
            return False
        return self._conclude(run, outcome, jobs)

    def _end_round(self, jobs: Mapping[str, Scheduled]) -> None:
        """Send what the round's sheets have to say, and end their slots."""
        runs, self._round = self._round, []
        if not runs:
            return
        start = self.clock()
        job = runs[0].job
        with self.pulse(lambda: self.ledger.beat(self.holder, job.local(self.clock()))):
            outcomes = self._finished(len(runs))
        share = max(0.0, (self.clock() - start).total_seconds()) / len(runs)
        for run, outcome in zip(runs, outcomes, strict=True):
            with self._safely(run.job):
                waits = self._conclude(run._replace(seconds=run.seconds + share), outcome, jobs)
                self._waiting += waits

    def _finished(self, count: int) -> Sequence[Outcome]:
        try:
            outcomes = self.finish()
        except Exception as error:
            return [_failure(error)] * count
        return (
            outcomes
            if len(outcomes) == count
            else [Outcome("failed", "its mails were lost sight of")] * count
        )

    def _conclude(self, run: _Begun, outcome: Outcome, jobs: Mapping[str, Scheduled]) -> bool:
        """End a slot; whether it waits for another try."""
        job, slot, now = run.job, run.slot, self.clock()
        again = next_try(job, slot, run.tries, run.began, now) if outcome.state == "retry" else None
        state = "waiting" if again else "done" if outcome.state == "done" else "failed"
        local = None if again is None else job.local(again)
        self._owed.append((job, slot, job.local(now), state, outcome.note, local))
        with self._safely(job):
            self._pay()
        note = f"{outcome.note}; tried again at {local:%H:%M}" if local else outcome.note
        told = Told(
            "waiting" if again else "done" if state == "done" else "failed", job, slot, note, run.seconds
        )
        self._ended(job, slot, told, jobs)
        return again is not None

    def _pay(self) -> None:
        """Write down how slots ended; what a locked ledger does not take now stays owed."""
        while self._owed:
            job, slot, now, state, note, again = self._owed[0]
            if not self.ledger.end_slot(job.key, slot, self.holder, now, state, note, again):
                self._trouble("another scheduler took its slot over while it ran", job)
            del self._owed[0]

    def _outcome(self, job: Scheduled) -> Outcome | None:
        try:
            return self.work(job)
        except Exception as error:
            return _failure(error)

    def _ended(self, job: Scheduled, slot: datetime, told: Told, jobs: Mapping[str, Scheduled]) -> None:
        self.tell(told)
        if told.what == "done":
            self._ping(job, slot, "success", jobs)
        elif told.what == "failed":
            self._ping(job, slot, "fail", jobs)

    # The dead man's switch

    def _ping(self, job: Scheduled, slot: datetime, event: Event, jobs: Mapping[str, Scheduled]) -> None:
        """Tell the switch. Sheets that share one are one job to it: it starts once, and succeeds when all have."""
        if job.table.ping is None:
            return
        with self._safely(job):
            peers = [
                other.key
                for other in jobs.values()
                if other.table.ping == job.table.ping
                and (other.entry, other.definition) == (job.entry, job.definition)
            ]
            states = self.ledger.slot_states(peers, slot)
            if event == "start" and len(states) > 1:
                return
            if event == "success" and any(states.get(peer) != "done" for peer in peers):
                return
            trouble = self.ping(job, event)
            if trouble is not None:
                self._trouble(f"its dead man's switch could not be told of {event}: {trouble}", job)


def _failure(error: Exception) -> Outcome:
    if isinstance(error, SheetopsError):
        return Outcome("failed", error.line())
    return Outcome("failed", f"a defect of sheetops ({type(error).__name__}: {error})")


@contextmanager
def pulse(beat: Callable[[], None], seconds: float = BEAT) -> Iterator[None]:
    """Call `beat` every so often while the work inside goes on, in a thread of its own."""
    over = threading.Event()

    def go() -> None:
        while not over.wait(seconds):
            try:
                beat()
            except SheetopsError:
                continue  # a busy ledger; the next beat is not far

    thread = threading.Thread(target=go, name="pulse", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=60)
