"""One scheduler and several, tick by tick, on a real ledger and a made-up clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sheetops.errors import LedgerError, SheetBraked
from sheetops.ledger import Ledger, open_ledger
from sheetops.scheduling.loop import MOST_TRIES, Outcome, Scheduler
from sheetops.scheduling.slots import Scheduled
from tests.scheduling_world import Killed
from tests.unit.scheduling.made import SHANGHAI, scheduled

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 11, 2, 8, 0, tzinfo=SHANGHAI).astimezone(UTC)
SLOT = MONDAY + 30 * MINUTE


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as opened:
        yield opened


class Desk:
    """A scheduler whose clock and work the test holds in its hands."""

    def __init__(
        self, ledger: Ledger, *jobs: Scheduled, holder: str = "one", dead: tuple[str, ...] = ()
    ) -> None:
        self.now, self.told, self.pings = MONDAY, [], []  # type: ignore[var-annotated]
        self.jobs, self.ledger, self.answer = list(jobs), ledger, Outcome("done")
        self.answers: dict[str, Any] = {}
        self.ran: list[str] = []
        self.stop = False
        self.scheduler = Scheduler(
            roster=lambda: self.jobs,
            ledger=ledger,
            work=self.work,
            clock=lambda: self.now,
            holder=holder,
            lives=lambda other, touched, now: other not in dead,
            tell=self.told.append,
            ping=lambda job, event: self.pings.append(event),  # type: ignore[func-returns-value]
            stopped=lambda: self.stop,
        )

    def work(self, job: Scheduled) -> Outcome:
        self.ran.append(job.key)
        answer = self.answers.get(job.key, self.answer)
        if isinstance(answer, BaseException):
            raise answer
        return answer  # type: ignore[no-any-return]

    def at(self, now: datetime) -> int:
        self.now = now
        return self.scheduler.tick()

    def what(self) -> list[str]:
        heard = [told.what for told in self.told if told.what != "started"]
        self.told.clear()
        return heard


def states(ledger: Ledger, job: Scheduled) -> list[str]:
    return [slot.state for slot in ledger.slots_of(job.key, MONDAY - 40 * DAY)]


def test_nothing_is_due_before_a_timetable_was_first_seen(ledger: Ledger) -> None:
    desk = Desk(ledger, scheduled("07:00"))
    desk.at(MONDAY)
    desk.at(MONDAY + 22 * HOUR)
    assert desk.ran == []
    desk.at(MONDAY + 23 * HOUR)
    desk.at(MONDAY + 23 * HOUR + MINUTE)
    assert len(desk.ran) == 1


def test_one_jobs_failure_stops_no_other_and_is_told(ledger: Ledger) -> None:
    jobs = [scheduled("08:30", place=f"/srv/{n}.xlsx") for n in range(4)]
    desk = Desk(ledger, *jobs)
    desk.at(MONDAY)
    desk.answers = {
        jobs[0].key: ValueError("boom"),
        jobs[1].key: SheetBraked(where="1.xlsx"),
        jobs[2].key: Outcome("failed", "no"),
    }
    desk.at(SLOT)
    assert desk.ran == [job.key for job in jobs]
    assert [told.note for told in desk.told if told.what == "failed"] == [
        "a defect of sheetops (ValueError: boom)",
        "1.xlsx: The sheet shrank sharply since the last run, so nothing was changed.",
        "no",
    ]
    assert [states(ledger, job) for job in jobs] == [["failed"]] * 3 + [["done"]]
    desk.at(SLOT + 5 * MINUTE)
    assert len(desk.ran) == 4, "what failed for good is not tried again"


def test_a_sheet_in_use_is_tried_again_within_its_window_and_then_told(ledger: Ledger) -> None:
    job = scheduled("08:30", ping={"env": "PING"})
    desk = Desk(ledger, job)
    desk.at(MONDAY)
    desk.answer = Outcome("retry", "Ann has it open")
    now = SLOT
    while desk.at(now):
        now += MINUTE
    assert states(ledger, job) == ["failed"]
    assert SLOT + HOUR < now <= SLOT + 2 * HOUR + MINUTE and 5 <= len(desk.ran) <= 10
    assert desk.what() == ["waiting"] * (len(desk.ran) - 1) + ["failed"]
    assert desk.pings == ["start", "fail"], "one job to the switch, however often it is tried"
    assert [slot.note for slot in ledger.never_ran(MONDAY)] == ["Ann has it open"]


def test_another_try_may_be_another_schedulers(ledger: Ledger) -> None:
    job = scheduled("08:30")
    one, two = Desk(ledger, job), Desk(ledger, job, holder="two")
    one.at(MONDAY)
    one.answer = Outcome("retry", "in use")
    assert one.at(SLOT) == 0 or states(ledger, job) == ["waiting"]
    assert two.at(SLOT + MINUTE) == 1 and two.ran == []
    assert two.at(SLOT + 2 * MINUTE) == 0 and two.ran == [job.key]
    assert one.at(SLOT + 3 * MINUTE) == 0 and len(one.ran) == 1 and states(ledger, job) == ["done"]


def test_who_dies_on_a_slot_is_followed_until_it_is_deadly(ledger: Ledger) -> None:
    job = scheduled("08:30")
    Desk(ledger, job).at(MONDAY)
    for life in range(MOST_TRIES):
        dead = tuple(f"life {n}" for n in range(life))
        desk = Desk(ledger, job, holder=f"life {life}", dead=dead)
        desk.answer = Killed()
        with pytest.raises(Killed):
            desk.at(SLOT + life * MINUTE)
    after = Desk(ledger, job, holder="after", dead=tuple(f"life {n}" for n in range(MOST_TRIES)))
    after.at(SLOT + 9 * MINUTE)
    assert after.ran == [] and after.what() == ["failed"]
    assert [slot.note for slot in ledger.never_ran(MONDAY)] == ["its run died 3 times"]


def test_a_slow_scheduler_keeps_its_slot(ledger: Ledger) -> None:
    job = scheduled("08:30")
    slow = Desk(ledger, job)
    slow.at(MONDAY)
    slow.answer = Killed()  # stopped in the middle, and alive
    with pytest.raises(Killed):
        slow.at(SLOT)
    other = Desk(ledger, job, holder="other")
    other.at(SLOT + 5 * HOUR)
    assert other.ran == [] and states(ledger, job) == ["running"]


def test_after_an_outage_the_newest_runs_once_by_day(ledger: Ledger) -> None:
    job = scheduled("working days 08:30")
    Desk(ledger, job).at(MONDAY - DAY)
    desk = Desk(ledger, job, holder="after")
    desk.at(MONDAY + 14 * HOUR + 3 * DAY)  # Thursday, 22:00
    assert desk.ran == [] and [told.note for told in desk.told] == ["outage, as did 2 before it"]
    desk.at(MONDAY + 14 * HOUR + 3 * DAY + MINUTE)
    assert desk.ran == [] and len(desk.told) == 1, "no digest at night"
    desk.at(MONDAY + 23 * HOUR + 3 * DAY)  # Friday, 07:00
    assert len(desk.ran) == 1
    desk.at(SLOT + 4 * DAY)
    assert len(desk.ran) == 2
    assert states(ledger, job) == ["missed"] * 3 + ["done"] * 2


def test_a_clock_put_back_runs_nothing_twice_and_one_put_ahead_loses_nothing(ledger: Ledger) -> None:
    job = scheduled("08:30", jobs=["fill"])
    desk = Desk(ledger, job)
    desk.at(MONDAY)
    desk.at(SLOT)
    desk.at(MONDAY - HOUR)
    desk.at(SLOT)
    assert len(desk.ran) == 1
    desk.at(SLOT + 3 * DAY)  # a wrong clock: Tuesday and Wednesday are called missed, Thursday is run
    assert len(desk.ran) == 2
    desk.at(SLOT + MINUTE)
    for day in (1, 2, 3):
        desk.at(SLOT + day * DAY)
    assert len(desk.ran) == 4 and states(ledger, job) == ["done"] * 4
    desk.at(datetime(1970, 1, 1, tzinfo=UTC))
    assert "trouble" in desk.what() and len(desk.ran) == 4


def test_what_a_clock_ahead_called_missed_is_run_by_whoever_starts_when_its_time_has_come(
    ledger: Ledger,
) -> None:
    job = scheduled("08:30", jobs=["fill"])
    ahead = Desk(ledger, job)
    ahead.at(MONDAY)
    ahead.at(SLOT + 2 * DAY)
    assert states(ledger, job) == ["missed", "missed", "done"]
    right = Desk(ledger, job, holder="right", dead=("one",))
    right.at(SLOT + MINUTE)
    assert right.ran == [job.key] and states(ledger, job) == ["done", "missed", "done"]


def test_a_slot_that_waits_for_the_morning_outlives_a_clock_put_back(ledger: Ledger) -> None:
    job = scheduled("working days 08:30")
    Desk(ledger, job).at(MONDAY)
    desk = Desk(ledger, job, holder="after")
    desk.at(MONDAY + 14 * HOUR)
    desk.at(MONDAY + 13 * HOUR)
    assert desk.ran == []
    desk.at(MONDAY + 23 * HOUR)
    assert desk.ran == [job.key]


def test_a_changed_timetable_begins_anew(ledger: Ledger) -> None:
    desk = Desk(ledger, scheduled("23:00"))
    desk.at(MONDAY)
    desk.jobs = [scheduled("07:30")]
    desk.at(SLOT)
    assert desk.ran == [], "today's 07:30 was before it was written"
    desk.at(MONDAY + DAY)
    assert len(desk.ran) == 1


def test_a_locked_ledger_loses_no_slot_and_no_ending(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    job = scheduled("08:30")
    desk = Desk(ledger, job)
    desk.at(MONDAY)

    def locked(*_: object) -> bool:
        raise LedgerError("another run keeps the ledger locked")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "claim_slot", locked)
        desk.at(SLOT)
    assert desk.ran == [] and "trouble" in desk.what()
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "end_slot", locked)
        desk.at(SLOT + MINUTE)
    assert len(desk.ran) == 1 and states(ledger, job) == ["running"]
    desk.at(SLOT + 2 * MINUTE)
    assert len(desk.ran) == 1 and states(ledger, job) == ["done"]


def test_a_stop_lets_the_running_sheet_end_and_begins_no_other(ledger: Ledger) -> None:
    jobs = [scheduled("08:30", place=f"/srv/{n}.xlsx") for n in range(3)]
    desk = Desk(ledger, *jobs)
    desk.at(MONDAY)
    desk.scheduler.work = lambda job: setattr(desk, "stop", True) or Outcome("done")  # type: ignore[func-returns-value]
    desk.at(SLOT)
    assert [states(ledger, job) for job in jobs] == [["done"], [], []]


def test_sheets_that_share_a_switch_are_one_job_to_it(ledger: Ledger) -> None:
    jobs = [scheduled("08:30", place=f"/srv/{n}.xlsx", ping={"env": "PING"}) for n in range(3)]
    desk = Desk(ledger, *jobs)
    desk.at(MONDAY)
    desk.at(SLOT)
    assert desk.pings == ["start", "success"]
    desk.answers = {jobs[0].key: Outcome("failed", "no")}
    desk.at(SLOT + DAY)
    assert desk.pings[2:] == ["start", "fail"], "who succeeds after it does not hide it"


def test_a_switch_that_cannot_be_told_stops_nothing(ledger: Ledger) -> None:
    desk = Desk(ledger, scheduled("08:30", ping={"env": "PING"}))
    desk.at(MONDAY)
    desk.scheduler.ping = lambda job, event: "no answer in time"
    desk.at(SLOT)
    assert desk.what() == ["trouble", "done", "trouble"]


def test_a_job_that_is_not_ours_is_left_to_others(ledger: Ledger) -> None:
    job = scheduled("08:30")
    ledger.claim_slot(job.key, SLOT, "day", job.place, "dead", SLOT)
    Desk(ledger, scheduled("08:30", place="/srv/other.xlsx"), dead=("dead",)).at(SLOT + MINUTE)
    assert states(ledger, job) == ["running"]
