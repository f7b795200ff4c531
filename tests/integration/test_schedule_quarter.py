"""A quarter of four schedulers on one ledger: outages, restarts, crashes, wrong clocks and a spring change.

What must become of each slot is told by `promised`, which knows nothing of the scheduler: it looks at the slots as
a list of wall times and at the hours in which all machines were down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import zip_longest
from pathlib import Path

import pytest

from sheetops.domain.workdays import WorkCalendar
from sheetops.ledger import Ledger, open_ledger
from sheetops.scheduling.slots import Scheduled
from tests.integration.ledger_places import emptied, postgres
from tests.scheduling_world import Machine, Office, Span
from tests.unit.scheduling.made import BERLIN, scheduled

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
LAST_TRY = 2 * HOUR  # the window: a slot that meets a machine in it is run


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    place = (
        tmp_path / "ledger.db" if request.param == "sqlite" else emptied(request.getfixturevalue("server"))
    )
    with open_ledger(place, key_file=tmp_path / "key", wait=20) as opened:
        yield opened


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def timetables() -> dict[Scheduled, list[tuple[date, time]]]:
    """The jobs, and the wall times that they must have from January to April, told without the scheduler."""
    china, germany = WorkCalendar("CN").estimating(), WorkCalendar("DE").estimating()
    days = [date(2026, 1, 1) + n * DAY for n in range(120)]
    last = [day for day in days if (day + DAY).day == 1]

    def nth(calendar: WorkCalendar, number: int) -> list[date]:
        months = [[d for d in days if d.month == month and calendar.is_workday(d)] for month in (1, 2, 3, 4)]
        return [month[number] for month in months]

    def one(job: Scheduled, which: list[date], *clocks: time) -> tuple[Scheduled, list[tuple[date, time]]]:
        return job, [(day, clock) for day in which for clock in clocks]

    return dict(
        (
            one(scheduled("working days 08:30"), [d for d in days if china.is_workday(d)], time(8, 30)),
            one(scheduled("5th working day 09:00", entry="fifth", jobs=["review"]), nth(china, 4), time(9)),
            one(scheduled("last day 18:00", entry="month", jobs=["review"]), last, time(18)),
            # the hour that Berlin's clocks skip on 29 March
            one(scheduled("02:30", entry="night", zone=BERLIN, jobs=["fill"]), days, time(2, 30)),
            one(
                scheduled("0 7,13,19 * * 1-5", entry="thrice", zone=BERLIN, jobs=["validate"], catch_up="skip"),
                [d for d in days if d.weekday() < 5], time(7), time(13), time(19),
            ),
            one(scheduled("last working day 17:00", entry="closing", zone=BERLIN, max_age_days=2), nth(germany, -1), time(17)),
        )
    )  # fmt: skip


def promised(job: Scheduled, slots: list[datetime], dark: list[Span]) -> dict[datetime, str]:
    """What must become of each slot (rising, in UTC): `in time`, `late`, or `missed`."""
    fate = {}
    for slot, following in zip_longest(slots, slots[1:]):
        begin = slot
        for start, end in dark:
            if start <= begin < end:
                begin = end
        if begin <= slot + LAST_TRY:
            fate[slot] = "in time"
            continue
        while job.mails and not 7 <= begin.astimezone(job.zone).hour < 20:
            begin += 10 * MINUTE
        too_old = begin - slot > timedelta(days=job.table.max_age_days)
        overtaken = following is not None and following <= begin
        fate[slot] = "missed" if overtaken or too_old or job.table.catch_up == "skip" else "late"
    return fate


def machines(dark: list[Span], start: datetime, end: datetime) -> list[Machine]:
    """Four, of which each is down now and then, and all of them in the `dark`. Three have clocks that go wrong."""
    made = [Machine(name, list(dark)) for name in ("north", "east", "south", "west")]
    for number, machine in enumerate(made):
        night = start + timedelta(days=1 + number, hours=5 * number)
        while night < end:  # restarts, and hours of its own in which it is down
            machine.down.append((night, night + timedelta(hours=1 + 7 * number)))
            night += timedelta(days=4 + number)
    made[1].wrong.append((start + 3 * DAY, start + 3 * DAY + 5 * HOUR, -HOUR))
    made[2].wrong.append((start + 5 * DAY, start + 6 * DAY, -DAY))
    made[3].wrong.append((start + 4 * DAY, start + 4 * DAY + 40 * MINUTE, timedelta(minutes=25)))
    return made


def check(ledger: Ledger, start: datetime, end: datetime, dark: list[Span], step: timedelta) -> str:
    """Run the office from `start` to `end`; the table of what became of all slots."""
    plan = timetables()
    office = Office(ledger, list(plan), machines(dark, start, end), start, busy=0.06, deadly=0.04)
    office.run_until(end, step)
    lines = [
        f"{'job':8} {'due':>5} {'in time':>8} {'late':>5} {'missed':>7} {'tries':>6} {'twice':>6} {'lost':>5}"
    ]
    for job, walls in plan.items():
        slots = sorted({_real(job, day, clock) for day, clock in walls})
        slots = [slot for slot in slots if start < slot <= end - 3 * HOUR]
        fate = promised(job, slots, dark)
        in_ledger = {s.slot.astimezone(UTC): s for s in ledger.slots_of(job.key, start - DAY)}
        for slot, expected in fate.items():
            runs, state = office.finished[job.key, slot], in_ledger[slot].state
            where = f"{job.entry} {slot.astimezone(job.zone)}: promised {expected}, {state}, {runs} runs"
            assert (runs, state) == ((0, "missed") if expected == "missed" else (1, "done")), where
            if expected == "in time":
                assert -25 * MINUTE <= office.started[job.key, slot] - slot <= LAST_TRY + step, where
        assert set(in_ledger) <= set(slots) | {s for s in in_ledger if s > end - 3 * HOUR}, (
            "a slot that is none"
        )
        count = Counter(fate.values())
        begun = sum(office.begun[job.key, slot] for slot in slots)
        twice = sum(office.finished[job.key, slot] > 1 for slot in slots)
        lost = sum(slot not in in_ledger for slot in slots)
        lines.append(
            f"{job.entry:8} {len(slots):5} {count['in time']:8} {count['late']:5} {count['missed']:7} {begun:6} {twice:6} {lost:5}"
        )
    assert office.trouble == []
    lives = ", ".join(f"{machine.name} {machine.lives}" for machine in office.machines)
    return "\n".join([*lines, f"starts of schedulers: {lives}"])


def _real(job: Scheduled, day: date, clock: time) -> datetime:
    """The moment of a wall time; that which Berlin skips on 29 March 2026 is 03:00, when the skipped hour ends."""
    wall = datetime.combine(day, clock, job.zone)
    if job.zone is BERLIN and day == date(2026, 3, 29) and clock == time(2, 30):
        wall = wall.replace(hour=3, minute=0)
    return wall.astimezone(UTC)


def test_twelve_days(ledger: Ledger) -> None:
    dark = [(at("2026-03-27T22:00"), at("2026-03-31T06:00"))]  # 80 hours, the change of the clocks within
    check(ledger, at("2026-03-21T00:00"), at("2026-04-02T00:00"), dark, 40 * MINUTE)


@pytest.mark.slow
def test_a_quarter(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    dark = [
        (at("2026-01-14T03:00"), at("2026-01-14T09:00")),
        (at("2026-01-29T12:00"), at("2026-02-03T15:30")),  # over a month's end
        (at("2026-02-20T09:59"), at("2026-02-20T10:01")),
        (at("2026-03-06T02:00"), at("2026-03-09T10:00")),  # 80 hours
        (at("2026-03-30T14:30"), at("2026-03-31T23:30")),
    ]
    table = check(ledger, at("2026-01-05T00:00"), at("2026-04-06T00:00"), dark, 10 * MINUTE)
    with capsys.disabled():
        print(f"\na quarter, 4 schedulers, one ledger ({ledger.place.partition(':')[0]})\n{table}")


def test_the_promise_is_not_kept_by_a_scheduler_without_claims(ledger: Ledger) -> None:
    """What this test's own eyes are worth: without the claim, slots run twice and it sees so."""
    claim = ledger.claim_slot
    ledger.claim_slot = lambda *slot: claim(*slot) or True  # type: ignore[method-assign]
    with pytest.raises(AssertionError, match=r"done, [2-9] runs"):
        check(ledger, at("2026-03-21T00:00"), at("2026-03-23T00:00"), [], 40 * MINUTE)
