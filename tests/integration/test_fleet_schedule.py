"""Slots of a fleet: each becomes one order a sheet, whatever dies, and ends as its order does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sheetops.errors import ServiceUnreachable
from sheetops.ledger import Ledger, open_ledger
from sheetops.scheduling.loop import Outcome, Told
from sheetops.scheduling.slots import Scheduled
from tests.integration.ledger_places import emptied, postgres
from tests.terminal import Terminal
from tests.unit.scheduling.made import SHANGHAI, scheduled

pytest.importorskip("procrastinate", reason="the extra `scale` is not installed")

from sheetops.scheduling.fleet import orders
from sheetops.scheduling.fleet.database import Link, connect
from sheetops.scheduling.fleet.dispatch import HOLDER, FleetScheduler, OrderBook
from sheetops.scheduling.fleet.tables import install

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MONDAY = datetime(2026, 11, 2, 8, 0, tzinfo=SHANGHAI).astimezone(UTC)
SLOT = MONDAY + 30 * MINUTE


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


class Fleet:
    """Schedulers of a fleet on one database, and a clock that the test holds in its hands."""

    def __init__(self, address: str, ledger: Ledger, link: Link) -> None:
        self.address, self.ledger, self.link = address, ledger, link
        self.now = MONDAY
        self.jobs = [scheduled(place=f"/srv/{name}.xlsx") for name in ("a", "b")]
        self.told: list[Told] = []
        self.pings: list[str] = []

    def scheduler(self) -> FleetScheduler:
        def ping(_job: Scheduled, event: str) -> None:
            self.pings.append(event)

        return FleetScheduler(
            roster=lambda: self.jobs,
            ledger=self.ledger,
            work=lambda job: Outcome("failed"),
            clock=lambda: self.now,
            holder=HOLDER,
            lives=lambda *_: True,
            tell=self.told.append,
            ping=ping,
            book=OrderBook(self.address, self.ledger.number_of),
        )

    def at(self, moment: datetime, *schedulers: FleetScheduler) -> None:
        self.now = moment
        for scheduler in schedulers:
            scheduler.tick()

    def orders(self) -> list[tuple[str, str]]:
        return sorted((order.place, order.state) for order in orders.recent(self.link))

    def end(self, state: str, exit_code: int, line: str) -> None:
        for order in orders.recent(self.link):
            orders.end(self.link, order.number, order.attempt, state, exit_code, line, "r")

    def slots(self) -> list[tuple[str, str]]:
        return [
            (slot.state, slot.note)
            for job in self.jobs
            for slot in self.ledger.slots_of(job.key, MONDAY - DAY)
        ]


@pytest.fixture
def fleet(server: str, tmp_path: Path) -> Iterator[Fleet]:
    address = emptied(server)
    with (
        open_ledger(address, key_file=tmp_path / "key") as ledger,
        connect(address, "test") as link,
    ):
        install(link, address)
        yield Fleet(address, ledger, link)


BOTH = [("/srv/a.xlsx", "waiting"), ("/srv/b.xlsx", "waiting")]


def test_a_slot_is_ordered_once_by_many_schedulers_and_ends_as_its_order(fleet: Fleet) -> None:
    four = [fleet.scheduler() for _ in range(4)]
    fleet.at(MONDAY, *four)
    assert fleet.orders() == []
    fleet.at(SLOT, *four)
    fleet.at(SLOT + MINUTE, *four)
    assert fleet.orders() == BOTH
    assert fleet.slots() == [("running", ""), ("running", "")]
    fleet.end("done", 1, "3 findings")
    fleet.at(SLOT + 2 * MINUTE, *four)
    assert fleet.slots() == [("done", "3 findings"), ("done", "3 findings")]
    assert [told.what for told in fleet.told if told.what != "started"] == ["done", "done"]


def test_an_order_that_failed_is_a_slot_that_failed(fleet: Fleet) -> None:
    one = fleet.scheduler()
    fleet.at(MONDAY, one)
    fleet.at(SLOT, one)
    fleet.end("failed", 2, "there is no such file")
    fleet.at(SLOT + MINUTE, one)
    assert fleet.slots() == [("failed", "there is no such file")] * 2
    assert len(fleet.ledger.never_ran(MONDAY - DAY)) == 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_scheduler_that_dies_between_claim_and_order_loses_nothing(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    mortal, other = fleet.scheduler(), fleet.scheduler()
    fleet.at(MONDAY, mortal, other)
    real: Callable[[Scheduled, datetime], int | None] = mortal.book.order

    def dies(job: Scheduled, slot: datetime) -> int | None:
        if when == "after":
            real(job, slot)
        raise ServiceUnreachable("the database went away")

    monkeypatch.setattr(mortal.book, "order", dies)
    fleet.at(SLOT, mortal)
    assert fleet.slots() == [("running", "")] * 2
    fleet.at(SLOT + MINUTE, other)
    assert fleet.orders() == BOTH


def test_an_order_that_has_not_begun_by_the_next_slot_does_its_work_too(fleet: Fleet) -> None:
    one = fleet.scheduler()
    fleet.at(MONDAY, one)
    fleet.at(SLOT, one)
    fleet.at(SLOT + DAY, one)
    assert fleet.orders() == BOTH
    assert [slot[0] for slot in fleet.slots()] == ["running", "done", "running", "done"]


def test_the_slot_of_a_sheet_that_left_the_fleet_ends_with_its_order(fleet: Fleet) -> None:
    one = fleet.scheduler()
    fleet.at(MONDAY, one)
    fleet.at(SLOT, one)
    gone = fleet.jobs.pop()
    fleet.at(SLOT + MINUTE, one)
    assert [slot.state for slot in fleet.ledger.slots_of(gone.key, MONDAY)] == ["running"]
    fleet.end("done", 0, "well")
    fleet.at(SLOT + 2 * MINUTE, one)
    assert [slot.state for slot in fleet.ledger.slots_of(gone.key, MONDAY)] == ["done"]
    assert fleet.ledger.unended_slots() == []


def test_a_connection_that_broke_is_made_anew(fleet: Fleet) -> None:
    one = fleet.scheduler()
    fleet.at(MONDAY, one)
    fleet.at(SLOT, one)
    fleet.link.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'sheetops schedule'"
    )
    fleet.end("done", 0, "well")
    fleet.at(SLOT + MINUTE, one)
    fleet.at(SLOT + 2 * MINUTE, one)
    assert fleet.slots() == [("done", "well")] * 2


def test_the_command_orders_what_is_due_for_workbooks_that_came_later_too(
    server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    me = Terminal(tmp_path, capsys)
    address = emptied(server)
    (tmp_path / "desks").mkdir()
    me.run("init", "desks/first.xlsx", "--language", "en")
    settings = (
        f"fleet: {{database: '{address}', folders: ['desks/*']}}\nteam: {{schedule: {{day: '* * * * *'}}}}\n"
    )
    (tmp_path / "sheetops.yaml").write_text(settings, encoding="utf-8")
    me.run("schedule", "--fleet", "--once")
    me.run("init", "desks/second.xlsx", "--language", "en")
    me.run("schedule", "--fleet", "--once")
    with connect(address, "test") as link:
        found = {Path(order.place).name for order in orders.recent(link)}
    assert found == {"first.xlsx", "second.xlsx"}
    assert "second.xlsx" in me.run("schedule", "--fleet", "--next")
