"""The ledger as the runner, the outbox, the schedule and the commands use it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from sheetops.domain.history import Happening, History, PastEdit
from sheetops.domain.plan import Plan
from sheetops.domain.table import Raw
from sheetops.domain.view import View
from sheetops.errors import LedgerError
from sheetops.ledger import asking, slots, upkeep
from sheetops.ledger import tables as t
from sheetops.ledger.mailing import MailClaims
from sheetops.ledger.moving import move, moved_from, was_seen
from sheetops.ledger.opening import told
from sheetops.ledger.places import place_of, run_of, sheet_for, sheet_number
from sheetops.ledger.placing import place_rows
from sheetops.ledger.prints import Printer, plain
from sheetops.ledger.recalling import recall
from sheetops.ledger.recording import record, see
from sheetops.ledger.seeing import Done, Place


class Ledger(MailClaims):
    """One open ledger. Every method is one transaction; moments are naive, in the team's time zone."""

    def __init__(self, engine: Engine, key: bytes, place: str, notice: str | None = None) -> None:
        self._engine = engine
        self._printer = Printer(key)
        self.place = place
        self.notice = notice  # a sentence for the person who looks after the sheet, where there is one

    def close(self) -> None:
        """Let go of the file or the database."""
        self._engine.dispose()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with told(self.place), self._engine.begin() as link:
            yield link

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with told(self.place), self._engine.connect().execution_options(reading=True) as link:
            yield link

    # What the runner asks (sheetops.runner.Memory)

    def history(self, sheet: str, now: datetime) -> History:
        """What is remembered of a sheet; empty for one never seen."""
        with self._read() as link:
            number = sheet_number(link, sheet)
            return History() if number is None else recall(link, number, self._printer, now, self._read)

    def moved_from(self, view: View) -> str | None:
        """The place where this sheet, never seen here, stood before it was renamed or moved; None if it is new."""
        with self._read() as link:
            if was_seen(link, place_of(view.snapshot.location)):
                return None
            return moved_from(link, view, self._printer)

    def move(self, old: str, new: str) -> None:
        """Let the history of the sheet at `old` be that of the sheet at `new`."""
        with self._write() as link:
            move(link, place_of(old), place_of(new))

    def start_run(self, sheet: str, jobs: Sequence[str], now: datetime) -> str:
        """Begin a run, marked unfinished until `finish_run`. Returns its id, such as `20261121-0912-3f0a`."""
        while True:
            run = f"{now:%Y%m%d-%H%M}-{secrets.token_hex(2)}"
            values = {"id": run, "jobs": json.dumps(list(jobs)), "recorded": 0}
            values["began"] = now.isoformat(timespec="seconds")

            def begin(link: Connection, values: dict[str, object] = values) -> None:
                link.execute(insert(t.runs).values(sheet=sheet_for(link, sheet), **values))

            if self._take(begin):
                return run

    def reserve_ids(self, run: str, prefix: str, numbers: Sequence[int]) -> bool:
        """Take these sequence numbers for the run's sheet; False, and none taken, if any is taken already."""

        def reserve(link: Connection) -> None:
            number, sheet = run_of(link, run)
            rows = [{"sheet": sheet, "prefix": prefix, "sequence": n, "run": number} for n in numbers]
            if rows:
                link.execute(insert(t.ids), rows)

        return self._take(reserve)

    def record(self, run: str, view: View, plan: Plan, applied: Done) -> None:
        """Remember what a run saw, wrote and found, all or nothing; a run is recorded once."""
        with self._write() as link:
            record(link, self._printer, run, view, plan, applied)

    def finish_run(self, run: str, outcome: str, timings: Mapping[str, float]) -> None:
        """Say how a run ended (`done`, `partly`, `skipped`, `failed`; see `take_over` for `lost`) and how many seconds each step took.

        A run that was skipped wrote nothing, so its numbers are free again. One that failed may have written.
        """
        rounded = json.dumps({step: round(seconds, 4) for step, seconds in timings.items()})
        with self._write() as link:
            number, _ = run_of(link, run)
            link.execute(
                update(t.runs).where(t.runs.c.number == number).values(outcome=outcome, timings=rounded)
            )
            if outcome == "skipped":
                link.execute(delete(t.ids).where(t.ids.c.run == number))

    # What the fleet asks

    def number_of(self, sheet: str) -> int:
        """The number of a sheet, given now to one never seen; it stays the same for ever."""
        with self._write() as link:
            return sheet_for(link, sheet)

    def take_over(self, sheet: str) -> int:
        """Say of the runs on a sheet that never said how they ended that they are `lost`; returns how many.

        The caller knows that none of them can be at work any more, and does their work again. What they wrote,
        if anything, stands in the sheet, so the numbers that they took stay taken.
        """
        with self._write() as link:
            unended = (t.runs.c.sheet == sheet_for(link, sheet)) & t.runs.c.outcome.is_(None)
            count: int = link.execute(update(t.runs).where(unended).values(outcome="lost")).rowcount
            return count

    # What the outbox and the schedule ask

    def claim_slot(
        self,
        job: str,
        slot: datetime | str,
        entry: str | None = None,
        sheet: str | None = None,
        holder: str = "",
        now: datetime | None = None,
    ) -> bool:
        """Take one due time of a scheduled job; False if it was taken before.

        With `now` (with an offset, as `slot`) the slot is running until `end_slot`, and shown while it is not ended.
        """

        def take(link: Connection) -> None:
            values: dict[str, Any] = {"job": job, "slot": slot if isinstance(slot, str) else slots.iso(slot)}
            if now is None:
                link.execute(insert(t.slots).values(**values))
                return
            number = None if sheet is None else sheet_for(link, sheet)
            values |= {"entry": entry, "sheet": number, "state": "running", "holder": holder, "tries": 1}
            values |= {"claimed": slots.iso(now), "touched": slots.iso(now)}
            slots.claim(link, values, now)

        return self._take(take)

    def timetable_since(self, job: str, definition: str, now: datetime) -> datetime:
        """When this definition of a job's due times was first seen, now if never before; nothing was due earlier."""
        for _ in range(2):  # the second time, if another scheduler wrote it meanwhile
            found: list[datetime] = []
            if self._take(lambda link, found=found: found.append(slots.since(link, job, definition, now))):  # type: ignore[misc]
                return found[0]
        raise LedgerError("the ledger cannot remember a timetable", where=self.place)

    def miss_slots(
        self, job: str, missed: Mapping[datetime, str], entry: str, sheet: str, now: datetime
    ) -> int:
        """Mark slots (with why) as missed unless somebody took them; returns how many were."""
        with self._write() as link:
            common = {
                "job": job,
                "entry": entry,
                "sheet": sheet_for(link, sheet),
                "state": "missed",
                "tries": 0,
            }
            common |= {"holder": "", "claimed": slots.iso(now), "ended": slots.iso(now)}
            rows = [common | {"slot": slots.iso(slot), "note": note} for slot, note in missed.items()]
            return slots.miss(link, rows)

    def take_slot(self, was: slots.Slot, holder: str, now: datetime) -> bool:
        """Take a slot that waits, or whose holder died; False if it is no longer as it `was`."""
        with self._write() as link:
            return slots.take_over(link, was, holder, now)

    def end_slot(
        self,
        job: str,
        slot: datetime,
        holder: str,
        now: datetime,
        state: str,
        note: str = "",
        again: datetime | None = None,
    ) -> bool:
        """Say how a slot that `holder` runs ended: `done`, `failed`, or `waiting` until `again`; False if it is not its."""
        with self._write() as link:
            return slots.end(link, job, slot, holder, now, state, note, again)

    def give_up_slot(self, was: slots.Slot, now: datetime, note: str) -> bool:
        """End a slot that waits, or whose holder died, as failed; False if it is no longer as it `was`."""
        with self._write() as link:
            return slots.give_up(link, was, now, note)

    def beat(self, holder: str, now: datetime) -> None:
        """Show that whoever holds running slots is alive."""
        with self._write() as link:
            slots.beat(link, holder, now)

    def unended_slots(self) -> list[slots.Slot]:
        """Slots that run or wait, oldest first."""
        with self._read() as link:
            return slots.unended(link)

    def slots_of(self, job: str, after: datetime) -> list[slots.Slot]:
        """The slots of a job after a moment that somebody took or missed."""
        with self._read() as link:
            return slots.of_job(link, job, after)

    def slot_states(self, jobs: Sequence[str], slot: datetime) -> dict[str, str]:
        """The state of these jobs' slots of one moment, where the ledger has them."""
        with self._read() as link:
            return slots.at(link, jobs, slot)

    def never_ran(self, after: datetime, sheet: str | None = None) -> list[slots.Slot]:
        """Slots (of a sheet, or of all) that ended after a moment and never ran to their end; oldest first."""
        with self._read() as link:
            return slots.never_ran(link, _scope(link, sheet), after)

    # What people ask

    def runs(self, limit: int = 20) -> list[asking.Run]:
        """The last runs, newest first."""
        with self._read() as link:
            return asking.runs(link, limit)

    def open_runs(self, limit: int = 20) -> list[asking.Run]:
        """Runs that failed, or never said how they ended (they crashed, or are still at work), newest first.

        One after which a run on the same sheet went well is not among them: what it left undone was done then.
        """
        with self._read() as link:
            return asking.runs(link, limit, only_open=True)

    def sheets(self, today: date) -> list[asking.SheetState]:
        """Every sheet as its last recorded run left it; overdue is counted against `today`."""
        with self._read() as link:
            return list(asking.sheet_states(link, today))

    def run(self, name: str) -> tuple[str, str]:
        """The id and sheet of the run called `name`, or whose id alone begins so. Raises LedgerError."""
        with self._read() as link:
            found = asking.run_named(link, name)
            place = link.execute(select(t.sheets.c.place).where(t.sheets.c.number == found.sheet))
            return found.id, place.scalar_one()

    def recorded(self, run: str) -> bool:
        """Whether what the run saw and wrote is remembered. Raises LedgerError for a run never begun."""
        with self._read() as link:
            return bool(asking.run_named(link, run).recorded)

    def tabs_of(self, run: str) -> list[str]:
        """The tabs that a run wrote as a whole. Raises LedgerError for a run never begun."""
        with self._read() as link:
            wanted = select(t.tabs.c.name).where(t.tabs.c.run == asking.run_named(link, run).number)
            return sorted(link.execute(wanted).scalars())

    def print_of(self, raw: Raw) -> str:
        """What is kept of a cell whose words are not (`PastEdit.print`)."""
        return self._printer.field(plain(raw))

    def edits_of(self, run: str, view: View | None = None) -> list[PastEdit]:
        """What a run wrote and left alone; with a `view` of its sheet, each with the place of its row now."""
        with self._read() as link:
            found = asking.run_named(link, run)
            where_now = None if view is None else self._where(link, found.sheet, view)
            return asking.past_edits(link, asking.edits_of(found.number), where_now)

    def _where(self, link: Connection, sheet: int, view: View) -> dict[int, Place]:
        tables = see(view, (), self._printer)
        placed = place_rows(link, sheet, tables)
        where = {
            number: tables[tab].place(index)
            for tab, numbers in placed.same.items()
            for index, number in enumerate(numbers)
            if number
        }
        return where | {was.number: row.place for row, was in placed.matched.pairs}

    def stories(self, identifier: str, sheet: str | None = None) -> list[asking.LifeStory]:
        """The life of each request that has this ID (in all sheets, or one): events, edits and findings."""
        with self._read() as link:
            return asking.stories(link, self._printer.identifier(identifier), _scope(link, sheet))

    def earlier_stories(self, identifier: str, sheet: str | None = None) -> list[asking.LifeStory]:
        """The life of each request that had this ID once, whatever it is called now."""
        from sheetops.ledger.earlier import earlier_stories

        with self._read() as link:
            return earlier_stories(link, self._printer.identifier(identifier), _scope(link, sheet))

    def happened(self, sheet: str) -> list[Happening]:
        """All that runs saw happen to the requests of a sheet, request by request, oldest first."""
        with self._read() as link:
            number = sheet_number(link, sheet)
            return [] if number is None else list(asking.happened(link, number))

    # Upkeep

    def forget(self, identifier: str, sheet: str | None = None) -> int:
        """Delete all that is known of the requests with this ID; returns how many there were.

        Only that its number is taken stays, so that no other request gets it. A row that is still in a sheet is
        seen anew by the next run; what it was before cannot be known then.
        """
        with self._write() as link:
            count = upkeep.forget(link, self._printer.identifier(identifier), _scope(link, sheet))
        if count and self._engine.dialect.name == "sqlite":
            with told(self.place), closing(self._engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log beside the file forgets too
        return count

    def prune(self, before: datetime) -> dict[str, int]:
        """Delete requests that left their sheet, and runs, edits, mails and slots, from before a moment.

        Returns how many rows of each table went. The life of a request that is still in its sheet is kept.
        """
        with self._write() as link:
            return upkeep.prune(link, before.isoformat(timespec="seconds"))

    def rebuild(self) -> int:
        """Derive every request's life anew from the changes; returns how many were not as they should be."""
        with self._write() as link:
            return upkeep.rebuild(link)

    def _take(self, work: Callable[[Connection], object]) -> bool:
        """Do `work` in a transaction; False, and nothing done, when it took what is taken already."""
        try:
            with told(self.place, but=IntegrityError), self._engine.begin() as link:
                work(link)
        except IntegrityError:
            return False
        return True


def _scope(link: Connection, sheet: str | None) -> int | None:
    """The number of a sheet that was asked for; 0, which no sheet has, for one never seen; None for all."""
    return None if sheet is None else sheet_number(link, sheet) or 0


__all__ = ["Ledger", "place_of"]
