"""What is due at one tick is one round: its mails leave at its end, and no slot is done before they have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from sheetops.ledger import Ledger, open_ledger
from sheetops.scheduling.loop import MOST_TRIES, Outcome
from sheetops.scheduling.slots import Scheduled
from tests.scheduling_world import Killed
from tests.unit.scheduling.made import scheduled
from tests.unit.scheduling.test_loop import MINUTE, MONDAY, SLOT, Desk, states


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as opened:
        yield opened


class Rounds(Desk):
    """A scheduler whose work leaves its mails to the round's end, but for what `answers` has."""

    def __init__(self, ledger: Ledger, *jobs: Scheduled, holder: str = "one", dead: tuple[str, ...] = ()):
        super().__init__(ledger, *jobs, holder=holder, dead=dead)
        self.answer = None  # type: ignore[assignment]
        self.left: list[str] = []  # runs whose mails wait
        self.mailed: list[list[str]] = []
        self.ends: Outcome | BaseException = Outcome("done", "1 mails")
        self.scheduler.finish = self.finish

    def work(self, job: Scheduled) -> Outcome:
        outcome = super().work(job)
        if outcome is None:
            self.left.append(job.place)
        return outcome

    def finish(self) -> Sequence[Outcome]:
        left, self.left = self.left, []
        if isinstance(self.ends, BaseException):
            raise self.ends
        self.mailed.append(left)
        return [self.ends] * len(left)


def desks(*names: str) -> list[Scheduled]:
    return [scheduled("08:30", place=f"/srv/{name}.xlsx") for name in names]


def test_slots_are_running_until_the_mails_of_their_round_have_left(ledger: Ledger) -> None:
    jobs = desks("a", "b", "c")
    desk = Rounds(ledger, *jobs)
    desk.at(MONDAY)
    desk.answers = {jobs[1].key: Outcome("retry", "Ann has it open")}
    seen: list[list[str]] = []
    finish = desk.finish
    desk.scheduler.finish = lambda: (seen.extend(states(ledger, job) for job in jobs), finish())[1]
    assert desk.at(SLOT) == 1, "the sheet in use waits"
    assert seen == [["running"], ["waiting"], ["running"]]
    assert desk.mailed == [["/srv/a.xlsx", "/srv/c.xlsx"]]
    assert [states(ledger, job) for job in jobs] == [["done"], ["waiting"], ["done"]]
    desk.answers.clear()
    assert desk.at(SLOT + 2 * MINUTE) == 0
    assert desk.mailed[1:] == [["/srv/b.xlsx"]]
    assert desk.at(SLOT + 3 * MINUTE) == 0 and len(desk.mailed) == 2, "an empty round mails nothing"


def test_mails_that_did_not_leave_are_tried_again_together(ledger: Ledger) -> None:
    jobs = desks("a", "b")
    desk = Rounds(ledger, *jobs)
    desk.at(MONDAY)
    desk.ends = Outcome("retry", "no connection")
    assert desk.at(SLOT) == 2
    desk.ends = Outcome("done")
    assert desk.at(SLOT + 2 * MINUTE) == 0
    assert desk.mailed == [["/srv/a.xlsx", "/srv/b.xlsx"]] * 2


def test_a_stop_sends_what_the_sheets_that_were_run_have_to_say(ledger: Ledger) -> None:
    jobs = desks("a", "b")
    desk = Rounds(ledger, *jobs)
    desk.at(MONDAY)
    work = desk.scheduler.work

    def stopping(job: Scheduled) -> Outcome | None:
        desk.stop = True
        return work(job)

    desk.scheduler.work = stopping
    desk.at(SLOT)
    assert desk.mailed == [["/srv/a.xlsx"]]
    assert [states(ledger, job) for job in jobs] == [["done"], []]


def test_who_dies_before_the_mails_left_is_followed_and_one_who_is_told_of_a_defect_fails(
    ledger: Ledger,
) -> None:
    jobs = desks("a", "b")
    desk = Rounds(ledger, *jobs)
    desk.at(MONDAY)
    desk.ends = Killed()
    with pytest.raises(Killed):
        desk.at(SLOT)
    assert [states(ledger, job) for job in jobs] == [["running"]] * 2
    second = Rounds(ledger, *jobs, holder="two", dead=("one",))
    second.at(SLOT + MINUTE)
    assert second.mailed == [["/srv/a.xlsx", "/srv/b.xlsx"]]
    second.ends = ValueError("boom")
    second.at(SLOT + timedelta(days=1))
    assert [states(ledger, job) for job in jobs] == [["done", "failed"]] * 2
    assert [told.note for told in second.told if told.what == "failed"] == [
        "a defect of sheetops (ValueError: boom)"
    ] * 2


@pytest.mark.parametrize("deadly", [0, 1, 2])
def test_a_deadly_sheet_takes_none_of_its_round_with_it(ledger: Ledger, deadly: int) -> None:
    jobs = desks("a", "b", "c")
    mailed: list[str] = []
    names = [str(number) for number in range(MOST_TRIES * 2)]
    for number, name in enumerate(names):
        desk = Rounds(ledger, *jobs, holder=name, dead=tuple(names[:number]))
        if number == 0:
            desk.at(MONDAY)
        desk.answers = {jobs[deadly].key: Killed()}
        with suppress(Killed):
            desk.at(SLOT + number * MINUTE)
        mailed += [place for places in desk.mailed for place in places]
    others = [job for job in jobs if job is not jobs[deadly]]
    assert states(ledger, jobs[deadly]) == ["failed"]
    assert [states(ledger, job) for job in others] == [["done"]] * 2
    assert sorted(mailed) == [job.place for job in others]


def test_a_long_round_ends_before_its_last_sheet(ledger: Ledger) -> None:
    desk = Rounds(ledger, *desks("a", "b", "c"))
    desk.at(MONDAY)
    work = desk.scheduler.work

    def slow(job: Scheduled) -> Outcome | None:
        desk.now += 16 * MINUTE
        return work(job)

    desk.scheduler.work = slow
    desk.at(SLOT)
    assert desk.mailed == [["/srv/a.xlsx", "/srv/b.xlsx"], ["/srv/c.xlsx"]]
