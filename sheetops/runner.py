"""The only orchestration: read, ask the jobs, write once, remember, then mail.

The order matters here and nowhere else: the ledger is written after the sheet (what was verified is what is
remembered) and before the mails (a claim is what keeps a person from being mailed twice).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from importlib import import_module
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeVar, cast

from sheetops.books.base import Applied, Book, Hold, Session
from sheetops.domain.history import History
from sheetops.domain.plan import Conflict, Delivery, Edit, Plan, Write, folded, tab_is_as_planned
from sheetops.domain.policy import Policy
from sheetops.domain.seals import sealed, state_of
from sheetops.domain.table import RawSheet, Snapshot, take_snapshot
from sheetops.domain.template import tab_kind
from sheetops.domain.view import View
from sheetops.errors import LedgerError, SheetBraked, SheetInUse, SheetopsError
from sheetops.jobs import Job

# In the order of a day: what is filled is judged, what is judged is mailed, and all of it is reviewed.
JOBS: Mapping[str, str] = {
    "fill": "sheetops.jobs.fill:fill",
    "validate": "sheetops.jobs.validate:validate",
    "improve": "sheetops.jobs.improve:improve",
    "remind": "sheetops.jobs.remind:remind",
    "review": "sheetops.jobs.review:review_when_due",
    "policy": "sheetops.jobs.policy:refresh_policy",
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
            view, plan = _think(order, raw, memory, clock, report)
        report.view, report.plan = view, plan
        if session is None or report.run is None:
            with report.step("rehearse"):
                edits, tabs, rows = folded(plan.edits, plan.tabs, view.snapshot)
                rehearsed = order.book.rehearse(raw, edits, tabs, _seeing(order, view))
                report.applied = _with_rows(rehearsed, rows)
                report.plan = plan = _as_written(order, view, plan, report.applied)
        else:
            with order.shield():
                with report.step("write"):
                    report.applied = _write(order, session, view, plan)
                with report.step("remember"):
                    report.plan = plan = _as_written(order, view, plan, report.applied)
                    _require_hold(order)  # a stale look must not follow a newer one into the ledger
                    memory.record(report.run, view, plan, report.applied)
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
) -> tuple[View, Plan]:
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
    for _ in range(_TRIES):
        view = View(snapshot, policy, history, now, order.period, order.mail_review, other_day)
        plan = _ask(order, view)
        if report.run is None or _reserve(memory, report.run, plan):
            return view, told + _only_our_tabs(plan, view)
        history = memory.history(raw.location, now)
    raise LedgerError(
        "other runs keep taking the next request numbers", where=raw.location, mend="run it again"
    )


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


_SEALED = frozenset(("checks", "review", "policy"))  # kinds of tabs that jobs write again and again


def _only_our_tabs(plan: Plan, view: View) -> Plan:
    """The plan without tabs that say already what they should, and without those that hold something of a person's."""
    ready = (sealed(tab) if tab_kind(tab.name) in _SEALED else tab for tab in plan.tabs)
    wanted = [tab for tab in ready if not tab_is_as_planned(tab, view.snapshot)]
    states = [state_of(view.snapshot.raw.grid(tab.name)) for tab in wanted]
    free = tuple(tab for tab, state in zip(wanted, states, strict=True) if state in ("blank", "whole"))
    words = {"foreign": "run.tab_is_yours", "changed": "run.tab_has_notes"}
    told = [view.texts(words[s], tab=tab.name) for tab, s in zip(wanted, states, strict=True) if s in words]
    return plan.with_tabs(free) + Plan(remarks=tuple(told))


def _see(order: Order, raw: RawSheet) -> Snapshot:
    return take_snapshot(raw, order.log_tabs, order.column_names, order.language)


def _seeing(order: Order, view: View) -> Callable[[RawSheet], Snapshot]:
    """How a book finds the tables in what it sees; what the view was made of is not gone through again."""
    seen = view.snapshot
    return lambda raw: seen if raw is seen.raw else _see(order, raw)


def _ask(order: Order, view: View, unwritten: Collection[Edit] = ()) -> Plan:
    """Each job sees the sheet as the jobs before it would leave it, but for edits that could not be written."""
    plan = Plan()
    for ask in (*order.own.values(), *(job(name) for name in JOBS if name in order.jobs)):
        wanted = ask(view)
        plan += wanted
        view = view.after(edit for edit in wanted.edits if edit not in unwritten)
    return plan


def _as_written(order: Order, view: View, plan: Plan, applied: Applied) -> Plan:
    """The plan with what is told and remembered of the sheet as it was left: an ID that stands in no cell is nobody's.

    Where an edit was not made, the jobs are asked again without it. Tabs and their figures stay as they were saved:
    what forbids a cell is known only within the one write that puts them too, and a second write in each run, as
    long as a cell is locked, would be worse than a tab that counts it as filled.
    """
    unwritten = frozenset(conflict.edit for conflict in applied.conflicts)
    if not unwritten:
        return plan
    true = _ask(order, view, unwritten)
    return replace(
        plan, digests=true.digests, reviews=true.reviews, findings=true.findings, judged=true.judged
    )


def job(name: str) -> Job:
    """The job of this name."""
    module, _, function = JOBS[name].partition(":")
    return cast(Job, getattr(import_module(module), function))


def _reserve(memory: Memory, run: str, plan: Plan) -> bool:
    by_prefix: dict[str, list[int]] = {}
    for prefix, number in plan.numbers:
        by_prefix.setdefault(prefix, []).append(number)
    return all(memory.reserve_ids(run, prefix, numbers) for prefix, numbers in by_prefix.items())


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


def _write(order: Order, session: Session, view: View, plan: Plan) -> Applied:
    edits, tabs, rows = folded(plan.edits, plan.tabs, view.snapshot)
    if not edits and not tabs:
        return Applied(token=view.snapshot.raw.token)
    return _with_rows(session.apply(edits, tabs, _seeing(order, view)), rows)


def _with_rows(applied: Applied, rows: Sequence[Write]) -> Applied:
    """What was done, with the first rows of the living tabs that were made."""
    made = tuple(write for write in rows if write.tab in applied.tabs)
    lost = tuple(Conflict(write.edit, "row-gone") for write in rows if write.tab not in applied.tabs)
    return applied._replace(writes=applied.writes + made, conflicts=applied.conflicts + lost)


def utc_now() -> datetime:
    """The clock of this machine: the one place where time is read."""
    return datetime.now(UTC)
