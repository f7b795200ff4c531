"""The only orchestration: read, ask the jobs, write once, remember, then mail.

The order matters here and nowhere else: the ledger is written after the sheet (what was verified is what is
remembered) and before the mails (a claim is what keeps a person from being mailed twice).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from importlib import import_module
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeVar, cast

from sheetops.books.base import Applied, Book, Hold
from sheetops.domain.addresses import UNALIKE, Called
from sheetops.domain.history import History
from sheetops.domain.plan import Delivery, Plan
from sheetops.domain.policy import Policy
from sheetops.domain.table import RawSheet, Snapshot, take_snapshot
from sheetops.domain.view import View
from sheetops.errors import LedgerError, SheetBraked, SheetInUse, SheetopsError
from sheetops.jobs import Job
from sheetops.planning import Plans, ask, numbers_of, numbers_taken

# In the order of a day: what is filled is judged, what is judged is mailed, and all of it is reviewed. Of one that is
# several, the later part rests on what the earlier wants, as far as that can be made.
JOBS: Mapping[str, tuple[str, ...]] = {
    "fill": ("sheetops.jobs.fill:fill",),
    "validate": ("sheetops.jobs.validate:validate",),
    "improve": ("sheetops.jobs.improve:improvements", "sheetops.jobs.follow_up:follow_ups"),
    "remind": ("sheetops.jobs.remind:remind",),
    "review": ("sheetops.jobs.review:review_when_due",),
    "policy": ("sheetops.jobs.policy:refresh_policy",),
}
_TRIES = 5  # at reserving numbers that another run keeps taking


class Memory(Protocol):
    """What the runner asks of the ledger (see sheetops.ledger)."""

    def history(self, sheet: str, now: datetime) -> History: ...
    def moved_from(self, view: View) -> str | None: ...
    def move(self, old: str, new: str) -> None: ...
    def start_run(self, sheet: str, jobs: Sequence[str], now: datetime) -> str: ...
    def reserve_ids(self, run: str, prefix: str, numbers: Sequence[int]) -> bool: ...
    def record(self, run: str, view: View, plan: Plan, applied: Applied) -> None: ...
    def finish_run(self, run: str, outcome: str, timings: Mapping[str, float]) -> None: ...


P = TypeVar("P", contravariant=True)
Q = TypeVar("Q")


class Office(Protocol[P]):
    """Who delivers what several runs left to be sent (see sheetops.messages); one tuple a run, in order."""

    def send(self, posts: Sequence[P]) -> Sequence[tuple[Delivery, ...]]: ...


class Postman(Protocol):
    """Who delivers digests (see sheetops.messages); returns what became of each."""

    def deliver(self, run: str | None, plan: Plan, view: View) -> tuple[Delivery, ...]: ...


class Order(NamedTuple):
    """What is to be run on one sheet."""

    book: Book
    jobs: Sequence[str]
    policy_for: Callable[[str], Policy]  # by the sheet's language
    log_tabs: Sequence[str] = ()
    column_names: Mapping[str, str] = MappingProxyType({})
    language: str | None = None
    called: Called = UNALIKE  # what tells the sheet from its namesakes
    as_of: date | None = None
    period: str | None = None  # of the review
    mail_review: bool = False
    dry_run: bool = False
    force: bool = False
    # Takes the mails, which are left, with the run unfinished, to `mail_together`.
    mail_later: Callable[[str | None, Plan, View], None] | None = None
    hold: Hold | None = None  # the fleet's, where its workers share the sheets
    own: Mapping[str, Job] = MappingProxyType({})  # jobs of this order alone, by name; they come first
    shield: Callable[[], AbstractContextManager[None]] = (
        nullcontext  # around what a signal must not cut short
    )


@dataclass
class Report:
    """What a run saw and did."""

    sheet: str
    run: str | None = None
    plan: Plan = field(default_factory=Plan)
    applied: Applied = field(default_factory=Applied)
    deliveries: tuple[Delivery, ...] = ()
    view: View | None = None
    dry_run: bool = False
    timings: dict[str, float] = field(default_factory=dict)

    def forget_sheet(self) -> None:
        """Let go of the sheet, once it is printed: of many sheets, none is kept in memory for its mails."""
        self.view = None
        self.plan = Plan(remarks=self.plan.remarks)

    @property
    def partly(self) -> bool:
        """Whether a person got there first somewhere, so that the next run has something left to do."""
        return bool(self.applied.conflicts or self.applied.held or self.applied.put_back)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step in seconds."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.timings[name] = self.timings.get(name, 0.0) + time.perf_counter() - began


def run_order(order: Order, memory: Memory, postman: Postman, clock: Callable[[], datetime]) -> Report:
    """Carry out one order. `clock` gives the moment with its zone. Raises SheetopsError; then nothing is lost."""
    report = Report(order.book.location, dry_run=order.dry_run)
    try:
        _carry_out(order, memory, postman, clock, report)
    except SheetopsError as error:
        if report.run is not None:
            outcome = "skipped" if isinstance(error, SheetInUse) else "failed"
            with suppress(LedgerError):  # it may be the ledger itself that failed
                memory.finish_run(report.run, outcome, report.timings)
        raise
    return report


def _carry_out(
    order: Order, memory: Memory, postman: Postman, clock: Callable[[], datetime], report: Report
) -> None:
    with ExitStack() as stack:
        with report.step("read"):
            session = None if order.dry_run else stack.enter_context(order.book.session(order.hold))
            raw = session.raw if session is not None else order.book.read()
        with report.step("plan"):
            view, plans = _think(order, raw, memory, clock, report)
        first = plans.of(())
        report.view, report.plan = view, first.plan
        if session is None or report.run is None:
            with report.step("rehearse"):
                applied = order.book.rehearse(raw, first.edits, first.tabs, _seeing(order, view), plans.again)
                report.plan, report.applied = plans.as_left(applied)
        else:
            with order.shield():
                with report.step("write"):
                    applied = Applied(token=raw.token)
                    if first.edits or first.tabs:
                        applied = session.apply(first.edits, first.tabs, _seeing(order, view), plans.again)
                    report.plan, report.applied = plans.as_left(applied)
                with report.step("remember"):
                    _require_hold(order)  # a stale look must not follow a newer one into the ledger
                    memory.record(report.run, view, report.plan, report.applied)
    plan = report.plan
    if order.mail_later is not None:
        order.mail_later(report.run, plan, view)
        return
    with report.step("mail"):
        _require_hold(order)  # nor may who wakes in the night mail what was due in the evening
        report.deliveries = postman.deliver(report.run, plan, view)
    _finish(report, memory)


def _finish(report: Report, memory: Memory) -> None:
    if report.run is not None:
        memory.finish_run(report.run, "partly" if report.partly else "done", report.timings)


def mail_together(waiting: Sequence[tuple[Report, Q]], memory: Memory, office: Office[Q]) -> None:
    """Send what several runs have to say, to each person one mail, and finish the runs."""
    began = time.perf_counter()
    try:
        found = office.send([post for _, post in waiting])
    except SheetopsError:
        for report, _ in waiting:
            if report.run is not None:
                with suppress(LedgerError):  # it may be the ledger itself that failed
                    memory.finish_run(report.run, "failed", report.timings)
        raise
    took = (time.perf_counter() - began) / len(waiting)
    for (report, _), deliveries in zip(waiting, found, strict=True):
        report.deliveries = deliveries
        report.timings["mail"] = took
        _finish(report, memory)


def _require_hold(order: Order) -> None:
    if order.hold is not None:
        order.hold.still_mine()


def _think(
    order: Order, raw: RawSheet, memory: Memory, clock: Callable[[], datetime], report: Report
) -> tuple[View, Plans]:
    snapshot = _see(order, raw)
    policy = order.policy_for(snapshot.language)
    now = clock().astimezone(policy.clock.hours.zone).replace(tzinfo=None, microsecond=0)
    other_day = order.as_of is not None and order.as_of != now.date()
    if order.as_of is not None and other_day:
        now = datetime.combine(order.as_of, time_of_day(12))
    view = View(snapshot, policy, memory.history(raw.location, now), now, order.period)
    history, told = _known_as(view, memory, order)
    if not order.dry_run:
        report.run = memory.start_run(raw.location, [*order.own, *order.jobs], now)
    if not order.force:
        _brake(
            snapshot, history, policy
        )  # after the run began, so that `status` knows of a sheet that stands still
    jobs = [*order.own.values(), *(each for name in JOBS if name in order.jobs for each in jobs_of(name))]
    for _ in range(_TRIES):
        view = View(snapshot, policy, history, now, order.period, order.mail_review, other_day)
        asked = ask(jobs, view)
        if _reserve(memory, report.run, numbers_of(asked)):
            return view, Plans(jobs, view, told, asked, lambda more: _reserve(memory, report.run, more))
        history = memory.history(raw.location, now)
    raise numbers_taken(raw.location)


def _known_as(view: View, memory: Memory, order: Order) -> tuple[History, Plan]:
    """The sheet's history, taken along if the workbook was renamed or moved, with a word about it."""
    new = view.snapshot.location
    old = memory.moved_from(view) if view.history.since is None else None
    if old is None:
        return view.history, Plan()
    if not order.dry_run:
        memory.move(old, new)
    history = memory.history(old if order.dry_run else new, view.now)
    return history, Plan(remarks=(view.texts("run.moved", old=old),))


def _see(order: Order, raw: RawSheet) -> Snapshot:
    return replace(
        take_snapshot(raw, order.log_tabs, order.column_names, order.language), called=order.called
    )


def _seeing(order: Order, view: View) -> Callable[[RawSheet], Snapshot]:
    """How a book finds the tables in what it sees; what the view was made of is not gone through again."""
    seen = view.snapshot
    return lambda raw: seen if raw is seen.raw else _see(order, raw)


def jobs_of(name: str) -> Iterator[Job]:
    """The functions that are the job of this name."""
    for place in JOBS[name]:
        module, _, function = place.partition(":")
        yield cast(Job, getattr(import_module(module), function))


def _reserve(memory: Memory, run: str | None, numbers: Iterable[tuple[str, int]]) -> bool:
    """Take numbers for the run; a dry run takes none."""
    by_prefix: dict[str, list[int]] = {}
    for prefix, number in numbers if run is not None else ():
        by_prefix.setdefault(prefix, []).append(number)
    return run is None or all(
        memory.reserve_ids(run, prefix, numbers) for prefix, numbers in by_prefix.items()
    )


def _brake(snapshot: Snapshot, history: History, policy: Policy) -> None:
    """Stop before a sheet that lost many rows, a column or a log tab since the last run is taken at its word."""
    for tab, before in history.last_rows.items():
        if before and tab not in {table.tab for table in snapshot.tables}:
            raise SheetBraked(
                f"it held {before} requests at the last run and is no request log any more, so nothing was changed",
                where=f"{snapshot.location}, tab {tab}",
                mend="put the tab or its header back, or run once with --force",
            )
    for table in snapshot.tables:
        before = history.last_rows.get(table.tab, 0)
        if before >= 10 and len(table) < before * (1 - policy.brake_share):
            raise SheetBraked(
                f"it had {before} requests at the last run and has {len(table)} now, so nothing was changed",
                where=f"{snapshot.location}, tab {table.tab}",
                mend="if that is right, run once with --force",
            )
        gone = sorted(history.last_columns.get(table.tab, frozenset()) - set(table.columns))
        if gone:
            names = ", ".join(policy.texts(f"column.{key}") for key in gone)
            raise SheetBraked(
                f"the header of {names} is gone since the last run, so nothing was changed",
                where=f"{snapshot.location}, tab {table.tab}, row {table.header_row}",
                mend="put it back, or run once with --force",
            )


def utc_now() -> datetime:
    """The clock of this machine: the one place where time is read."""
    return datetime.now(UTC)
