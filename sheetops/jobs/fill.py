"""Fill what a person left empty: ID, due date and, where the team wants it, owner. A person's value always wins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from sheetops.domain.plan import Edit, Plan
from sheetops.domain.requests import Requests
from sheetops.domain.values import as_date
from sheetops.domain.view import View
from sheetops.domain.workdays_clock import TargetUnit
from sheetops.errors import CalendarYearUnknown
from sheetops.jobs.fill_ids import Ids
from sheetops.jobs.fill_owner import owner_edits
from sheetops.jobs.fill_priority import priority_remark


def fill(view: View) -> Plan:
    """The IDs, due dates and owners that are missing, as edits with their reasons.

    An ID continues the numbers under its prefix (in the sheet, once seen in it or ever given, see `History`; a slip
    far beyond the others leads none astray) and says the earliest month by which the request is known to be there; a row with one cell filled, such as a total, is not numbered yet. A due date is the resolution target of the row's urgency, counted from the optional opened
    column, else from the run that first saw the request. Owners are given only with the setting `assign`. A
    priority is suggested in a remark and never written. Nothing is filled where that would be a guess: a row
    without a known urgency, or one already resolved whose opening nobody noted. A cell of blanks is empty.
    """
    remarks: list[str] = [
        view.texts("fill.unread", cell=f"{one.tab}!{one.cell}", value=one.value)
        for one in view.decided.unread
    ]
    ids = Ids(view)
    edits = [*ids.edits(), *_dues(view, remarks), *owner_edits(view)]
    remarks += filter(None, (ids.remark(), priority_remark(view)))
    return Plan(edits=tuple(edits), remarks=tuple(dict.fromkeys(remarks)), numbers=tuple(ids.given))


def _dues(view: View, remarks: list[str]) -> Iterator[Edit]:
    """The missing due dates; a year that the calendar does not know is a remark."""
    reasons = _Reasons(view)
    for log in view.logs:
        blank = log.blank("due")
        told = zip(blank, *(log.values_at(key, blank) for key in ("urgency", "resolved")), strict=True)
        for index, urgency, resolved in told:
            try:
                edit = _due(view, log, index, urgency, resolved, reasons)
            except CalendarYearUnknown as unknown:
                remarks.append(unknown.line())
                continue
            if edit is not None:
                yield edit


class _Reasons(dict[tuple[str, date | datetime], tuple[date, str]]):
    """Urgency and opening → the due date and why; requests of one day share them."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view
        known, since = view.history.lives, view.history.since  # no request was seen before the first run
        self.earliest = min(view.today, since.date() if since else date.min) if known else view.today

    def __missing__(self, key: tuple[str, date | datetime]) -> tuple[date, str]:
        (urgency, opened), view = key, self._view
        target = view.policy.targets[urgency].resolution
        assert target is not None
        due = as_date(view.policy.clock.deadline(opened, target))
        assert due is not None
        why = view.texts(
            "fill.due",
            urgency=view.lists["urgency"].name(urgency, view.language),
            target=target_words(view, urgency),
            opened=as_date(opened),
        )
        self[key] = due, why
        return due, why


def _due(
    view: View, log: Requests, index: int, urgency: str | None, resolved: date | None, reasons: _Reasons
) -> Edit | None:
    targets = view.policy.targets.get(urgency or "")
    if urgency is None or targets is None or targets.resolution is None:
        return None
    if (
        resolved is not None
        and resolved < reasons.earliest
        and not log.value("opened", index)
        and log.value("id", index)
    ):
        return None  # whenever it was first seen, that was later
    opened = view.opened(log, index) or view.today
    if resolved is not None and resolved < (as_date(opened) or view.today):
        return None  # resolved before anybody looked: when it was opened is not known
    due, why = reasons[urgency, opened]
    old = log.table.column("due")[index]
    return Edit(log.ref(index), "due", log.table.cell(index, "due"), old, due, why)


def target_words(view: View, urgency: str) -> str:
    """An urgency's resolution target in words: `1 working day`, `24 hours`."""
    targets = view.policy.targets.get(urgency)
    target = targets.resolution if targets else None
    if target is None:
        return view.texts("target.none")
    unit = "days" if target.unit is TargetUnit.WORKING_DAYS else target.unit.value
    return view.texts(f"target.{unit}", count=f"{target.amount:g}")
