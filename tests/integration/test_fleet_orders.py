"""Orders on real PostgreSQL: each step says what it should, and an attempt that was given up on is heard no more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sheetops.books.base import Hold
from sheetops.errors import HoldLost, SettingsError, SheetInUse, SheetNotFound
from tests.integration.ledger_places import emptied, postgres

pytest.importorskip("procrastinate", reason="the extra `scale` is not installed")

from sheetops.scheduling.fleet import attempt, orders, tables, watch
from sheetops.scheduling.fleet.attempt import Bench, Done, carry_out, session_name
from sheetops.scheduling.fleet.database import Link, connect
from sheetops.scheduling.fleet.hold import held, take
from sheetops.scheduling.fleet.orders import FleetOrder, Wanted, again, ask, begin, end, find
from sheetops.scheduling.fleet.rescue import MOST_DEATHS, rescue
from sheetops.scheduling.fleet.tables import install

DESK = Wanted(1, "/desk.xlsx", ("fill",))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture
def address(server: str) -> str:
    return emptied(server)


@pytest.fixture
def link(address: str) -> Iterator[Link]:
    with connect(address, "test") as link:
        install(link, address)
        yield link


def fetch(link: Link, worker: int | None = None) -> tuple[int, int, int] | None:
    """What procrastinate gives a worker next: job, order, attempt."""
    row = link.execute(
        "SELECT id, args FROM procrastinate_fetch_job_v2(ARRAY['sheetops'], %s)", (worker,)
    ).fetchone()
    assert row is not None
    if row[0] is None:
        return None
    args = dict(row[1])  # type: ignore[call-overload]
    assert set(args) == {"order", "attempt"}  # ids, and nothing else
    return int(str(row[0])), args["order"], args["attempt"]


def finish(link: Link, job: int) -> None:
    link.execute("SELECT procrastinate_finish_job_v1(%s, 'succeeded', true)", (job,))


def order(link: Link, number: int) -> FleetOrder:
    found = find(link, number)
    assert found is not None
    return found


def bench(address: str, work: attempt.Work, retry_after: tuple[float, ...] = (60.0,)) -> Bench:
    return Bench(address, work, lambda error: f"a defect ({type(error).__name__})", retry_after)


def test_a_slot_is_ordered_once_and_what_waits_already_is_not_ordered_again(link: Link) -> None:
    slot = Wanted(1, "/desk.xlsx", ("fill",), slot="day 2026-11-23T08:30")
    assert ask(link, slot) is not None
    assert ask(link, slot) is None
    assert ask(link, Wanted(2, "/other.xlsx", ("fill",), slot=slot.slot)) is not None
    once = Wanted(3, "/third.xlsx", ("fill",), once=True)
    number = ask(link, once)
    assert number is not None and ask(link, once) is None
    assert ask(link, Wanted(3, "/third.xlsx", ("review",), once=True)) is not None
    assert watch.look(link, 30).counts == {"waiting": 4}


def test_a_persons_order_goes_first_and_a_sheet_has_one_at_a_time(link: Link) -> None:
    nightly = [ask(link, Wanted(sheet, f"/{sheet}.xlsx", ("fill",))) for sheet in (1, 2, 3)]
    mine = ask(link, Wanted(2, "/2.xlsx", ("fill",), orders.PERSON, patient=False))
    first = fetch(link)
    assert first is not None and first[1] == mine
    taken = [fetch(link), fetch(link), fetch(link)]
    assert [one and one[1] for one in taken] == [
        nightly[0],
        nightly[2],
        None,
    ]  # the second sheet is worked on
    finish(link, first[0])
    last = fetch(link)
    assert last is not None and last[1] == nightly[1]


def test_a_passing_error_is_tried_again_later_and_a_lasting_one_is_not(link: Link, address: str) -> None:
    def busy(order: FleetOrder, _hold: Hold) -> Done:
        raise SheetInUse("somebody has it open", where=order.place)

    def gone(order: FleetOrder, _hold: Hold) -> Done:
        raise SheetNotFound("there is no such file", where=order.place)

    def broken(order: FleetOrder, _hold: Hold) -> Done:
        raise ZeroDivisionError

    number = ask(link, DESK)
    assert number is not None
    carry_out(bench(address, busy, (3600.0,)), number, 1)
    waits = order(link, number)
    assert (waits.state, waits.attempt, waits.failures) == ("waiting", 2, 1)
    assert waits.line == "/desk.xlsx: somebody has it open"
    carry_out(bench(address, busy, (3600.0,)), number, 2)
    assert (order(link, number).state, order(link, number).exit) == ("failed", 4)
    for work, words in ((gone, "no such file"), (broken, "a defect (ZeroDivisionError)")):
        number = ask(link, Wanted(2, "/other.xlsx", ("fill",)))
        assert number is not None
        carry_out(bench(address, work), number, 1)
        ended = order(link, number)
        assert (ended.state, ended.exit, ended.failures) == ("failed", 2, 0)
        assert words in (ended.line or "")
    assert {trouble.place for trouble in watch.look(link, 30).troubles} == {"/desk.xlsx", "/other.xlsx"}


def test_somebody_who_waits_is_told_at_once(link: Link, address: str) -> None:
    number = ask(link, Wanted(1, "/desk.xlsx", ("fill",), orders.PERSON, patient=False))
    assert number is not None
    carry_out(bench(address, lambda *_: Done(5, "r", "mail could not be delivered")), number, 1)
    assert (order(link, number).state, order(link, number).exit) == ("failed", 5)


def test_an_attempt_that_was_given_up_on_is_heard_no_more(link: Link, address: str) -> None:
    number = ask(link, DESK)
    assert number is not None
    assert begin(link, number, 1, "slow") and not begin(link, number, 1, "twice")
    assert again(link, number, 1, 0, "silent", died=True)
    assert not end(link, number, 1, "done", 0, "late", "r1") and not again(link, number, 1, 0, "late")
    carry_out(bench(address, lambda *_: pytest.fail("an old attempt works")), number, 1)
    carry_out(bench(address, lambda *_: Done(0, "r2", "well")), number, 2)
    ended = order(link, number)
    assert (ended.state, ended.run, ended.line, ended.deaths) == ("done", "r2", "well", 1)


def test_an_order_that_waits_does_the_work_of_one_that_would_be_tried_again(link: Link) -> None:
    once = Wanted(1, "/desk.xlsx", ("fill",), once=True)
    first = ask(link, once)
    assert first is not None and fetch(link) is not None and begin(link, first, 1, "w")
    second = ask(link, once)
    assert second is not None
    assert again(link, first, 1, 60, "in use")
    assert (order(link, first).state, order(link, second).state) == ("dropped", "waiting")


def test_an_order_tried_again_stays_before_the_later_ones_of_its_sheet(link: Link) -> None:
    first, second = ask(link, DESK), ask(link, DESK)
    job = fetch(link)
    assert first is not None and second is not None and job is not None and begin(link, first, 1, "w")
    assert again(link, first, 1, 3600, "in use")
    finish(link, job[0])
    assert fetch(link) is None  # the second waits behind the first, which waits for its hour


def _silent_worker(link: Link) -> int:
    row = link.execute("SELECT procrastinate_register_worker_v1()").fetchone()
    assert row is not None
    worker = int(str(row[0]))
    link.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    return worker


def test_who_is_silent_loses_its_hold_and_its_order(link: Link, address: str) -> None:
    number = ask(link, DESK)
    job = fetch(link, _silent_worker(link))
    assert job is not None and job[1] == number
    with connect(address, session_name(*job[1:])) as sleeper:
        hold = take(sleeper, 1, DESK.place)
        assert begin(sleeper, *job[1:], "sleeper")
        hold.still_mine()
        assert rescue(link, [job], 30, lambda _: None) == 1
        with pytest.raises(HoldLost):
            hold.still_mine()
    told = order(link, job[1])
    assert (told.state, told.attempt, told.deaths) == ("waiting", 2, 1)
    following = fetch(link)
    assert following is not None and following[1:] == (number, 2)


def test_who_only_seemed_silent_keeps_its_order(link: Link) -> None:
    number = ask(link, DESK)
    job = fetch(link, _silent_worker(link))
    assert number is not None and job is not None and begin(link, number, 1, "awake")
    link.execute("UPDATE procrastinate_workers SET last_heartbeat = now()")
    assert rescue(link, [job], 30, lambda _: None) == 0
    assert order(link, number).attempt == 1


def test_an_order_that_kills_its_workers_is_given_up_on(link: Link) -> None:
    number = ask(link, DESK)
    assert number is not None
    lines: list[str] = []
    for _ in range(MOST_DEATHS):
        job = fetch(link, _silent_worker(link))
        assert job is not None and begin(link, *job[1:], "w")
        assert rescue(link, [job], 30, lines.append) == 1
    assert fetch(link) is None
    assert (order(link, number).state, order(link, number).deaths) == ("failed", MOST_DEATHS - 1)
    assert "3 workers died or hung" in lines[-1]


def test_an_order_that_the_queue_forgot_is_queued_again(link: Link) -> None:
    number = ask(link, DESK)
    link.execute("DELETE FROM procrastinate_jobs")
    assert rescue(link, [], 30, lambda _: None) == 1
    job = fetch(link)
    assert job is not None and job[1:] == (number, 2)


def test_who_is_cut_off_while_at_work_says_so_once_it_can(link: Link, address: str) -> None:
    number = ask(link, DESK)
    assert number is not None
    seen: list[type[Exception]] = []

    def cut_off(_order: FleetOrder, hold: Hold) -> Done:
        link.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s",
            (session_name(number, 1),),
        )
        try:
            hold.still_mine()
        except HoldLost as error:
            seen.append(type(error))
            raise
        return Done(0, "r", "never said")

    carry_out(bench(address, cut_off), number, 1)
    assert seen == [HoldLost]
    told = order(link, number)
    assert (told.state, told.attempt, told.deaths) == ("waiting", 2, 0)


def test_two_cannot_hold_a_sheet(link: Link, address: str) -> None:
    take(link, 7, "/seven.xlsx")
    with connect(address, "sheetops run me:1") as other:
        with pytest.raises(SheetInUse, match=r"at work on it \(test\)"):
            take(other, 7, "/seven.xlsx", wait=0.1)
        take(other, 8, "/eight.xlsx").still_mine()
    begun = threading.Event()

    def later() -> None:
        with held(address, 9, "/nine.xlsx", "by hand") as hold:
            hold.still_mine()
            begun.set()

    with held(address, 9, "/nine.xlsx", "first"):
        waiting = threading.Thread(target=later)
        waiting.start()
        assert not begun.wait(0.3)
    assert begun.wait(5)
    waiting.join(5)


def test_tables_of_a_newer_program_are_left_alone(link: Link, address: str) -> None:
    install(link, address)
    link.execute("UPDATE sheetops_fleet SET value = '99' WHERE name = 'version'")
    with pytest.raises(SettingsError, match="made by a newer sheetops"):
        install(link, address)


def test_tables_of_an_older_queue_are_brought_up_to_date(
    link: Link, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, script in (
        ("03.02.00_01_pre_known.sql", "SELECT 1 / 0"),
        ("03.04.00_01_pre_first.sql", "CREATE TABLE steps (name text); INSERT INTO steps VALUES ('first')"),
        ("03.04.00_50_post_second.sql", "INSERT INTO steps VALUES ('second')"),
        ("99.00.00_01_pre_of_the_future.sql", "SELECT 1 / 0"),
    ):
        (tmp_path / name).write_text(script, encoding="utf-8")
    monkeypatch.setattr(tables.SchemaManager, "get_migrations_path", lambda: str(tmp_path))
    link.execute("UPDATE sheetops_fleet SET value = '3.3.0' WHERE name = 'queue'")
    for _ in range(2):
        install(link, address)
    assert link.execute("SELECT name FROM steps").fetchall() == [("first",), ("second",)]
    assert "queue 3.3" not in str(watch.versions(link))


def test_old_orders_are_forgotten(link: Link) -> None:
    number = ask(link, Wanted(1, "/desk.xlsx", ("fill",), as_of=date(2026, 11, 23)))
    assert number is not None and end(link, number, 1, "done", 0, "well", "r")
    assert orders.prune(link, 30) == 0
    link.execute("UPDATE sheetops_orders SET ended = now() - interval '31 days'")
    assert orders.prune(link, 30) == 1 and orders.recent(link) == []
