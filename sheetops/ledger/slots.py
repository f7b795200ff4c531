"""Due times that schedulers take: each once, by primary key, whatever crashes, sleeps or runs twice.

A slot is `running` from its claim to its end; its holder shows every so often that it is alive. It ends as `done`
or `failed`; as `waiting` it is to be tried again; as `missed` it never ran, and never will. Moments are ISO text
with the offset of the team's zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from sheetops.ledger import tables as t

NEVER_RAN = ("missed", "failed")
_DAY = timedelta(days=1)  # more than two offsets differ: ISO texts are in order but for that


class Slot(NamedTuple):
    """One due time of a scheduled job, as far as the ledger knows. All moments have an offset."""

    job: str
    slot: datetime
    entry: str  # the timetable's name in the settings
    sheet: str | None
    state: str  # `running`, `waiting`, `done`, `failed` or `missed`
    holder: str  # who runs it, or did
    tries: int
    claimed: datetime | None  # by the clock of whoever claimed it, or found it missed
    touched: datetime | None  # when its holder last showed to be alive
    again: datetime | None  # when a waiting one is to be tried again
    ended: datetime | None
    note: str  # why it waits, failed or was missed


def iso(moment: datetime) -> str:
    """A moment as the ledger writes it. `moment` has an offset."""
    return moment.isoformat(timespec="seconds")


def since(link: Connection, job: str, definition: str, now: datetime) -> datetime:
    """When this definition of a job's due times was first seen; `now`, and remembered, where it never was."""
    where = (t.timetables.c.job == job) & (t.timetables.c.definition == definition)
    known = link.execute(select(t.timetables.c.since).where(where)).scalar()
    if known is None:
        link.execute(insert(t.timetables).values(job=job, definition=definition, since=iso(now)))
        return now.replace(microsecond=0)
    seen = datetime.fromisoformat(known)
    if seen <= now + _DAY:
        return seen
    link.execute(update(t.timetables).where(where).values(since=iso(now)))  # a clock that was ahead wrote it
    return now.replace(microsecond=0)


def claim(link: Connection, values: dict[str, Any], now: datetime) -> None:
    """Insert a running slot. One marked missed by a clock that was ahead of `now` was not missed yet.

    Raises IntegrityError where it is taken.
    """
    key = and_(t.slots.c.job == values["job"], t.slots.c.slot == values["slot"])
    if "state" in values:
        missed = link.execute(select(t.slots.c.claimed).where(key, t.slots.c.state == "missed")).scalar()
        if missed is not None and datetime.fromisoformat(missed) > now:
            same = key & (t.slots.c.state == "missed") & (t.slots.c.claimed == missed)
            if link.execute(update(t.slots).where(same).values(**values, ended=None, note="")).rowcount == 1:
                return
    link.execute(insert(t.slots).values(**values))


def miss(link: Connection, values: Sequence[dict[str, Any]]) -> int:
    """Mark slots as missed that nobody has taken; returns how many were."""
    count = 0
    for one in values:
        try:
            with link.begin_nested():
                link.execute(insert(t.slots).values(**one))
        except IntegrityError:
            continue
        count += 1
    return count


def take_over(link: Connection, was: Slot, holder: str, now: datetime) -> bool:
    """Take a slot that waits or whose holder died; False if it is no longer as it `was`."""
    same = and_(
        t.slots.c.job == was.job,
        t.slots.c.slot == iso(was.slot),
        t.slots.c.state == was.state,
        t.slots.c.holder == was.holder,
        t.slots.c.tries == was.tries,
    )
    new = {"state": "running", "holder": holder, "tries": was.tries + 1, "touched": iso(now), "again": None}
    return link.execute(update(t.slots).where(same).values(**new)).rowcount == 1


def end(
    link: Connection,
    job: str,
    slot: datetime,
    holder: str,
    now: datetime,
    state: str,
    note: str,
    again: datetime | None,
) -> bool:
    """Say how a slot ended that `holder` runs; False if it is no longer its."""
    mine = and_(
        t.slots.c.job == job,
        t.slots.c.slot == iso(slot),
        t.slots.c.state == "running",
        t.slots.c.holder == holder,
    )
    new = {"state": state, "note": note, "again": iso(again) if again else None}
    new |= {"touched": iso(now), "ended": None if state == "waiting" else iso(now)}
    return link.execute(update(t.slots).where(mine).values(**new)).rowcount == 1


def give_up(link: Connection, was: Slot, now: datetime, note: str) -> bool:
    """End a slot that waits, or whose holder died, as failed; False if it is no longer as it `was`."""
    same = and_(
        t.slots.c.job == was.job,
        t.slots.c.slot == iso(was.slot),
        t.slots.c.state == was.state,
        t.slots.c.holder == was.holder,
        t.slots.c.tries == was.tries,
    )
    new = {"state": "failed", "note": note, "ended": iso(now), "again": None}
    return link.execute(update(t.slots).where(same).values(**new)).rowcount == 1


def beat(link: Connection, holder: str, now: datetime) -> None:
    """Show that `holder` is alive."""
    mine = (t.slots.c.holder == holder) & (t.slots.c.state == "running")
    link.execute(update(t.slots).where(mine).values(touched=iso(now)))


def unended(link: Connection) -> list[Slot]:
    """Every slot that runs or waits, oldest first."""
    return _listed(link, t.slots.c.state.in_(("running", "waiting")))


def of_job(link: Connection, job: str, after: datetime) -> list[Slot]:
    """A job's slots after a moment that are in the ledger."""
    found = _listed(link, (t.slots.c.job == job) & (t.slots.c.slot > iso(after - _DAY)))
    return [slot for slot in found if slot.slot > after]


def at(link: Connection, jobs: Iterable[str], slot: datetime) -> dict[str, str]:
    """The state of these jobs' slot at one moment, as far as the ledger has them."""
    wanted = t.slots.c.job.in_(list(jobs)) & (t.slots.c.slot == iso(slot))
    return {one.job: one.state for one in _listed(link, wanted)}


def never_ran(link: Connection, sheet: int | None, after: datetime) -> list[Slot]:
    """Slots of a sheet (None: of all) that ended after a moment without having run to their end, oldest first.

    Left out are those that a later one of their job overtook within their window: their work was done. A naive
    `after` is compared in each slot's own local time.
    """
    wanted = t.slots.c.state.in_(NEVER_RAN) & (t.slots.c.ended > (after - _DAY).isoformat()[:19])
    if sheet is not None:
        wanted &= t.slots.c.sheet == sheet
    found = _listed(link, and_(wanted, or_(t.slots.c.note.is_(None), t.slots.c.note != OVERTAKEN)))

    def ended(slot: Slot) -> datetime:
        assert slot.ended is not None
        return slot.ended if after.tzinfo else slot.ended.replace(tzinfo=None)

    return [slot for slot in found if ended(slot) > after]


OVERTAKEN = "overtaken"  # a note: the next slot of the job came before this one had begun


def _listed(link: Connection, wanted: Any) -> list[Slot]:
    rows = link.execute(
        select(t.slots, t.sheets.c.place)
        .outerjoin(t.sheets, t.sheets.c.number == t.slots.c.sheet)
        .where(wanted)
        .order_by(t.slots.c.slot, t.slots.c.job)
    )
    return sorted((_slot(row) for row in rows), key=lambda slot: (slot.slot.timestamp(), slot.job))


def _slot(row: Row[Any]) -> Slot:
    return Slot(
        row.job,
        datetime.fromisoformat(row.slot),
        row.entry or row.job,
        row.place,
        row.state or "done",
        row.holder or "",
        row.tries or 0,
        _moment(row.claimed),
        _moment(row.touched),
        _moment(row.again),
        _moment(row.ended),
        row.note or "",
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
