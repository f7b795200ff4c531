"""Slots in the ledger: each taken once, by whoever comes first, on a file and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sheetops.ledger import Ledger, open_ledger
from sheetops.ledger.slots import OVERTAKEN
from tests.integration.ledger_places import emptied, postgres

NOW = datetime.fromisoformat("2026-11-02T08:30:05+08:00")
SLOT = datetime.fromisoformat("2026-11-02T08:30:00+08:00")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
JOB, DESK = "day /srv/desk.xlsx", "/srv/desk.xlsx"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    return tmp_path / "ledger.db" if request.param == "sqlite" else emptied(request.getfixturevalue("server"))


@pytest.fixture
def ledger(place: str | Path, tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(place, key_file=tmp_path / "key", wait=20) as opened:
        yield opened


def test_of_many_that_claim_at_once_one_gets_the_slot(
    ledger: Ledger, place: str | Path, tmp_path: Path
) -> None:
    others = [open_ledger(place, key_file=tmp_path / "key", wait=20) for _ in range(4)]
    slots = [SLOT + n * DAY for n in range(10)]

    def take(number: int) -> list[datetime]:
        return [s for s in slots if others[number].claim_slot(JOB, s, "day", DESK, f"holder {number}", NOW)]

    with ThreadPoolExecutor(4) as pool:
        taken = [slot for got in pool.map(take, range(4)) for slot in got]
    assert sorted(taken) == slots
    assert len(ledger.unended_slots()) == 10
    for other in others:
        other.close()


def test_a_slot_is_shown_until_it_has_ended(ledger: Ledger) -> None:
    assert ledger.claim_slot(JOB, SLOT, "day", DESK, "me", NOW)
    ledger.beat("me", NOW + MINUTE)
    (slot,) = ledger.unended_slots()
    assert (slot.job, slot.slot, slot.entry, slot.sheet, slot.state, slot.tries) == (
        JOB, SLOT, "day", DESK, "running", 1,
    )  # fmt: skip
    assert (slot.claimed, slot.touched) == (NOW.replace(microsecond=0), NOW + MINUTE)
    assert not ledger.end_slot(JOB, SLOT, "somebody else", NOW, "done")
    assert ledger.end_slot(JOB, SLOT, "me", NOW + 2 * MINUTE, "done")
    assert not ledger.end_slot(JOB, SLOT, "me", NOW, "failed"), "it has ended"
    assert ledger.unended_slots() == []
    assert [(s.state, s.ended) for s in ledger.slots_of(JOB, SLOT - DAY)] == [("done", NOW + 2 * MINUTE)]
    assert ledger.slots_of(JOB, SLOT) == []


def test_a_waiting_or_orphaned_slot_is_taken_over_once(ledger: Ledger) -> None:
    ledger.claim_slot(JOB, SLOT, "day", DESK, "me", NOW)
    ledger.end_slot(JOB, SLOT, "me", NOW, "waiting", "in use", NOW + 5 * MINUTE)
    (waiting,) = ledger.unended_slots()
    assert (waiting.state, waiting.again, waiting.note) == ("waiting", NOW + 5 * MINUTE, "in use")
    assert ledger.take_slot(waiting, "a", NOW) and not ledger.take_slot(waiting, "b", NOW)
    (orphan,) = ledger.unended_slots()
    assert (orphan.state, orphan.holder, orphan.tries) == ("running", "a", 2)
    assert ledger.take_slot(orphan, "c", NOW) and not ledger.take_slot(orphan, "b", NOW)
    assert not ledger.end_slot(JOB, SLOT, "a", NOW, "done"), "who lost it has no say"
    (mine,) = ledger.unended_slots()
    assert not ledger.give_up_slot(orphan, NOW, "died") and ledger.give_up_slot(mine, NOW, "died twice")
    assert [(s.state, s.note) for s in ledger.never_ran(NOW - DAY)] == [("failed", "died twice")]


def test_missed_slots_are_never_run_unless_the_clock_was_ahead(ledger: Ledger) -> None:
    ledger.claim_slot(JOB, SLOT + DAY, "day", DESK, "me", NOW)
    missed = {SLOT: "outage", SLOT + MINUTE: OVERTAKEN, SLOT + DAY: "outage"}
    assert ledger.miss_slots(JOB, missed, "day", DESK, NOW) == 2, "one is taken"
    assert not ledger.claim_slot(JOB, SLOT, "day", DESK, "me", NOW + MINUTE)
    assert [s.slot for s in ledger.never_ran(NOW - DAY, DESK)] == [SLOT], "an overtaken one is no outage"
    assert ledger.never_ran(NOW, DESK) == [] and ledger.never_ran(NOW - DAY, "/srv/other.xlsx") == []
    assert ledger.claim_slot(JOB, SLOT, "day", DESK, "me", NOW - DAY), "it was marked by a clock ahead"
    assert not ledger.claim_slot(JOB, SLOT, "day", DESK, "me", NOW - DAY)
    assert ledger.slot_states([JOB, "other"], SLOT) == {JOB: "running"}


def test_the_halves_of_a_doubled_hour_are_two_slots(ledger: Ledger) -> None:
    first = datetime.fromisoformat("2026-10-25T02:30:00+02:00")
    second = datetime.fromisoformat("2026-10-25T02:30:00+01:00")
    assert all(ledger.claim_slot(JOB, slot, "day", DESK, "me", slot) for slot in (second, first))
    assert [slot.slot for slot in ledger.slots_of(JOB, first - DAY)] == [first, second]
    assert [slot.slot for slot in ledger.slots_of(JOB, first)] == [second]


def test_a_timetable_holds_from_its_first_sight_on(ledger: Ledger) -> None:
    seen = NOW.replace(microsecond=0)
    assert ledger.timetable_since(JOB, "a", NOW) == seen
    assert ledger.timetable_since(JOB, "a", NOW + DAY) == seen
    assert ledger.timetable_since(JOB, "b", NOW + DAY) == seen + DAY


def test_old_slots_are_pruned(ledger: Ledger) -> None:
    for slot in (SLOT, SLOT + 40 * DAY):
        ledger.claim_slot(JOB, slot, "day", DESK, "me", slot)
        ledger.end_slot(JOB, slot, "me", slot, "done")
    assert ledger.prune((SLOT + 10 * DAY).replace(tzinfo=None))["slots"] == 1
    assert [slot.slot for slot in ledger.slots_of(JOB, SLOT - DAY)] == [SLOT + 40 * DAY]


def test_what_did_not_run_is_told_to_each_reader_since_their_last_digest(ledger: Ledger) -> None:
    desk = "/srv/desk.xlsx"
    monday = datetime(2026, 11, 2, 8, 30)

    def told(person: str, now: datetime) -> list[str]:
        return [
            f"{one.name} {one.slot:%m-%d} {one.failed}" for one in ledger.history(desk, now).not_run(person)
        ]

    def miss(day: int) -> None:
        ledger.miss_slots(JOB, {SLOT + day * DAY: "outage"}, "day", desk, NOW + day * DAY)

    assert told("lou@x", monday) == [], "a sheet never seen"
    miss(0)
    ledger.claim_slot(JOB, SLOT + DAY, "day", desk, "me", NOW + DAY)
    ledger.end_slot(JOB, SLOT + DAY, "me", NOW + DAY, "failed", "the brake")
    later = monday + 2 * DAY
    assert told("lou@x", later) == ["day 11-02 False", "day 11-03 True"]
    run = ledger.start_run(desk, ["remind"], later)
    ledger.claim_mail(run, "remind", desk, "lou@x", later.date(), "<1@x>")
    ledger.mail_outcome("<1@x>", "failed")
    assert len(told("lou@x", later + DAY)) == 2, "it surely did not leave"
    ledger.mail_outcome("<1@x>", "sent")
    assert told("lou@x", later + DAY) == [] and len(told("ann@x", later + DAY)) == 2
    miss(3)
    assert told("lou@x", monday + 4 * DAY) == ["day 11-05 False"]
    assert told("lou@x", monday + 30 * DAY) == [], "old ones are no news"
    assert ledger.history("/srv/other.xlsx", later).not_run("lou@x") == ()
