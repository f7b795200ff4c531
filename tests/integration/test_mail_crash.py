"""Ten thousand crashes between claim, send and record: nobody is mailed twice, and nothing is lost unseen."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from itertools import chain
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import select

from sheetops.domain.people import Person
from sheetops.domain.plan import Digest, Item, Plan
from sheetops.ledger import Ledger, open_ledger, tables
from sheetops.messages import Attempt, Message, Outbox, Sender, Server, Smtp, Style
from sheetops.messages.compose import message_id
from sheetops.settings.files import find, load_texts
from tests.crowd import context, started
from tests.integration.mail_places import Mailbox, mail_server
from tests.sheets import log, row, view

STYLE = Style(partial(find, "templates"), load_texts)
PEOPLE = [Person("Service", f"P{n}*", f"p{n}@house.internal") for n in range(3)]
FIRST = date(2001, 1, 1)
STEPS = ("before-claim", "after-claim", "before-send", "after-send", "before-record", "after-record")


class Crash(BaseException):
    """The process is gone, as far as the outbox can tell."""


class Power:
    """Counts the steps of a run and cuts the power at one of them."""

    def __init__(self, cut_at: int) -> None:
        self.cut_at = cut_at
        self.steps: list[str] = []

    def step(self, name: str) -> None:
        if len(self.steps) == self.cut_at:
            raise Crash(name)
        self.steps.append(name)


class Office:
    """A mail server that keeps what it took; some of its answers are passing errors or get lost."""

    def __init__(self, power: Power, taken: Counter[str], moods: random.Random) -> None:
        self.power, self.taken, self.moods = power, taken, moods

    def cannot_reach(self, address: str) -> str | None:
        return None

    def connect(self) -> Attempt | None:
        return None

    def send(self, mail: EmailMessage, name: str) -> Attempt:
        self.power.step("before-send")
        mood = self.moods.random()
        if mood < 0.1:
            return Attempt("failed", again=True)
        if mood < 0.12:
            return Attempt("refused")
        if mood < 0.2:
            if mood < 0.16:
                self.taken[mail["Message-ID"]] += 1
            return Attempt("unknown")
        self.taken[mail["Message-ID"]] += 1
        self.power.step("after-send")
        return Attempt("sent")

    def close(self) -> None:
        return None


class Book:
    """The ledger, with a power cut around each of its transactions."""

    def __init__(self, ledger: Ledger, power: Power) -> None:
        self.ledger, self.power = ledger, power

    def claim_mail(self, run: str, job: str, sheet: str, person: str, day: date, message_id: str) -> bool:
        raise AssertionError("a digest is claimed for its person")

    def claim_digest(self, run: str, sheets: Sequence[str], person: str, day: date, message_id: str) -> bool:
        self.power.step("before-claim")
        taken = self.ledger.claim_digest(run, sheets, person, day, message_id)
        self.power.step("after-claim")
        return taken

    def hold_digest(self, run: str, sheet: str, person: str, day: date) -> bool:
        return self.ledger.hold_digest(run, sheet, person, day)

    def has_turn(self, sheets: Sequence[str], person: str, day: date) -> bool:
        return self.ledger.has_turn(sheets, person, day)

    def has_mailed(self, job: str, sheets: Sequence[str], person: str, day: date) -> tuple[bool, bool]:
        return self.ledger.has_mailed(job, sheets, person, day)

    def mail_outcome(self, message_id: str, outcome: str) -> None:
        self.power.step("before-record")
        self.ledger.mail_outcome(message_id, outcome)
        self.power.step("after-record")


def _plan(day: date) -> Plan:
    return Plan(digests=tuple(Digest(person, day, (_ITEM,)) for person in PEOPLE))


_VIEW = view(log(row(id="20261101", description="Labels print twice", due=date(2026, 11, 16))))
_ITEM = Item("overdue", _VIEW.logs[0].all[0], "I2", 2)


def _outcomes(ledger: Ledger) -> dict[str, str | None]:
    with ledger._read() as link:
        digests = tables.mails.c.job == "remind"
        wanted = select(tables.mails.c.message_id, tables.mails.c.outcome).where(digests)
        return dict(map(tuple, link.execute(wanted)))


def crashes(count: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Counter[str], Counter[int]]:
    """`count` runs that crash at every step in turn, each repeated until it ends; where they crashed, how often each mail left."""
    monkeypatch.setattr(
        "sheetops.messages.outbox.render_sections", lambda *_: Message("subject", "text", "<p>text</p>")
    )
    ledger = open_ledger(folder / "ledger.db")
    run = ledger.start_run("desk.xlsx", ["remind"], datetime(2026, 11, 18, 9))
    sender, moods = Sender("desk@house.internal"), random.Random(6)
    taken: Counter[str] = Counter()
    where: Counter[str] = Counter()
    ids: set[str] = set()
    number = 0
    while where.total() < count:
        day = FIRST + timedelta(days=number)
        cut_at = number % 16
        number += 1
        while True:
            power = Power(cut_at)
            book = Book(ledger, power)
            outbox = Outbox(Office(power, taken, moods), sender, book, STYLE, (1, 2), lambda _: None)
            try:
                outbox.deliver(run, _plan(day), _VIEW)
                break
            except Crash as crash:
                where[str(crash)] += 1
                cut_at = cut_at + 3 if where.total() % 2 else 1000
        ids |= {message_id("remind", "desk.xlsx", person.key, day) for person in PEOPLE}
    outcomes = _outcomes(ledger)
    assert set(outcomes) == ids
    for identifier, outcome in outcomes.items():
        assert taken[identifier] <= 1
        assert (
            outcome in (None, "refused", "failed") or taken[identifier] == 1
        )  # not sent, but then it is shown
        assert outcome not in ("refused", "failed") or taken[identifier] == 0
    assert {mail.message_id for mail in ledger.unknown_mails()} == {
        i for i, o in outcomes.items() if o is None
    }
    return where, Counter(taken.values())


def test_a_crash_at_any_step_never_mails_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where, times = crashes(100, tmp_path, monkeypatch)
    assert set(times) == {1} and set(where) == set(STEPS)


@pytest.mark.slow
def test_ten_thousand_crashes(monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory = Path("/dev/shm")  # the crash is of the process, so the disk need not be waited for
    with tempfile.TemporaryDirectory(dir=in_memory if in_memory.is_dir() else None) as folder:
        where, times = crashes(10_000, Path(folder), monkeypatch)
    print(
        f"\n{where.total()} crashes ({dict(where)}): {times.total()} mails left, {sum(count for n, count in times.items() if n > 1)} twice"
    )
    assert set(times) == {1} and set(where) == set(STEPS)


def _deliver(place: str, port: int, day: str, ready: Connection) -> None:
    """One run that mails everybody, in a process of its own; says when it begins."""
    ledger = open_ledger(place)
    run = ledger.start_run("desk.xlsx", ["remind"], datetime(2026, 11, 18, 9))
    server = Server("127.0.0.1", port, "none", timeout=10)
    outbox = Outbox(Smtp(server), Sender("desk@house.internal"), ledger, STYLE, (), lambda _: None)
    plan = _plan(date.fromisoformat(day))
    outbox.deliver(None, plan, _VIEW)  # so that everything is loaded before the clock runs
    ready.send("ready")
    outbox.deliver(run, plan, _VIEW)


def _killed(folder: Path, times: int) -> tuple[int, Counter[str], Mailbox]:
    """Real processes killed (SIGKILL) in the middle; then run again until they end."""
    box, moods, killed = Mailbox(), random.Random(9), 0
    with mail_server(box) as port:
        for number in range(times):
            day = (FIRST + timedelta(days=number)).isoformat()
            for patience in (moods.uniform(0.0, 0.1), 60.0):
                ours, theirs = context().Pipe()
                child = started(_deliver, str(folder / "ledger.db"), port, day, theirs)
                assert ours.poll(60) and ours.recv() == "ready"
                child.join(patience)
                if child.exitcode is None:
                    child.kill()
                    child.join()
                    killed += 1
                else:
                    assert child.exitcode == 0
    return killed, Counter(mail["Message-ID"] for _, mail in box.mails), box


def _hold_what_was_killed(folder: Path, times: int) -> None:
    killed, taken, _ = _killed(folder, times)
    ledger = open_ledger(folder / "ledger.db")
    ids = {
        message_id("remind", "desk.xlsx", p.key, FIRST + timedelta(days=n))
        for p in PEOPLE
        for n in range(times)
    }
    unknown = {mail.message_id for mail in ledger.unknown_mails()}
    print(
        f"\n{killed} of {times} killed: {taken.total()} mails left, {len(unknown)} unknown, {len(ids - set(taken) - unknown)} lost"
    )
    assert killed and max(taken.values()) == 1 and ids == set(taken) | unknown


def test_killed_processes_never_mail_twice(tmp_path: Path) -> None:
    _hold_what_was_killed(tmp_path, 2)


@pytest.mark.slow
def test_many_killed_processes_never_mail_twice(tmp_path: Path) -> None:
    _hold_what_was_killed(tmp_path, 60)


def test_two_runs_at_once_mail_everybody_once(tmp_path: Path) -> None:
    box = Mailbox()
    place = tmp_path / "ledger.db"
    open_ledger(place).close()

    def run(port: int) -> list[str]:
        with open_ledger(place) as ledger:
            started = ledger.start_run("desk.xlsx", ["remind"], datetime(2026, 11, 18, 9))
            server = Server("127.0.0.1", port, "none", timeout=10)
            outbox = Outbox(Smtp(server), Sender("desk@house.internal"), ledger, STYLE, ())
            people = [Person("Service", f"P{n}*", f"p{n}@house.internal") for n in range(15)]
            plan = Plan(digests=tuple(Digest(person, FIRST, (_ITEM,)) for person in people))
            return [delivery.outcome for delivery in outbox.deliver(started, plan, _VIEW)]

    with mail_server(box) as port, ThreadPoolExecutor(3) as pool:
        outcomes = Counter(chain.from_iterable(pool.map(run, [port] * 3)))
    assert outcomes == {"sent": 15, "already": 30} and set(box.count.values()) == {1}
