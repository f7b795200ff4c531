"""What there is to say about one request: each row once by its date, and what else is to be done with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sheetops.domain.finding import Finding
from sheetops.domain.plan import Item
from sheetops.domain.requests import Request, Requests
from sheetops.domain.values import snoozed_until
from sheetops.domain.view import View
from sheetops.errors import CalendarYearUnknown

# Findings that are a thing to do rather than a cell to correct.
_GROUP_OF_RULE = {"resolved-without-feedback": "call_back", "stale-priority": "stale"}
# What a request without anybody to answer for it says already.
_SAID_BY_UNASSIGNED = frozenset(("required", "unknown-owner"))


def snoozed(view: View, request: Request) -> bool:
    """Whether its notes silence it today."""
    until = snoozed_until(request.notes, view.today)
    return until is not None and until > view.today


def items_of(
    view: View, log: Requests, index: int, request: Request, found: Sequence[Finding], assigned: bool
) -> Iterator[Item]:
    """All there is to say about a request to whoever answers for it, or to the team lead where nobody does."""
    dated = by_date(view, log, index, request)
    if not assigned and request.open:
        cell = log.table.cell(index, "owner") if log.table.has("owner") else _cell(log, index)
        days = dated.days if dated else None
        dated = Item("unassigned", request, cell, days, answer_by=dated.answer_by if dated else None)
    if dated is not None:
        yield dated
    for finding in found:
        group = _GROUP_OF_RULE.get(finding.rule, "to_correct")
        days = None
        if group == "call_back" and request.resolved is not None:
            days = workdays(view, request.resolved, view.today) - view.policy.feedback_days
        elif group == "stale":
            if dated is not None:
                continue  # its due date says it already
            days = int(finding.params["days"])
        elif not assigned and finding.column == "owner" and finding.rule in _SAID_BY_UNASSIGNED:
            continue
        yield Item(group, request, finding.cell, days, finding)


def by_date(view: View, log: Requests, index: int, request: Request) -> Item | None:
    """What the due date and the first response of an open request say; days are working days over or left."""
    if not request.open:
        return None
    today, group, days = view.today, None, None
    if request.due is not None:
        days = workdays(view, request.due, today)
        if request.due < today:
            return Item("overdue", request, _cell(log, index), days)
        if request.due == today:
            group = "due_today"
        elif -days <= view.policy.due_soon_days:
            group = "due_soon"
    answer_by = answer_until(view, log, index, request)
    if answer_by is not None:
        return Item("to_answer", request, _cell(log, index), days, answer_by=answer_by)
    return Item(group, request, _cell(log, index), days) if group else None


def mandatory(view: View, item: Item) -> bool:
    """Whether no opting out silences it: a request of high urgency whose date or first response has passed."""
    request = item.request
    if request is None or request.urgency != "high" or item.finding is not None:
        return False
    if request.due is not None and request.due < view.today:
        return True
    return item.answer_by is not None and answer_is_late(view, item.answer_by)


def answer_is_late(view: View, answer_by: date | datetime) -> bool:
    """Whether the time for the first response is over."""
    return answer_by < view.now if isinstance(answer_by, datetime) else answer_by < view.today


def answer_until(view: View, log: Requests, index: int, request: Request) -> date | datetime | None:
    """Until when a request of high urgency must be answered, where that is before the next digest or over.

    A result counts as an answer (domain.md §1); the opening is the column's, else the first run that saw it.
    """
    target = view.policy.targets.get("high")
    if request.urgency != "high" or target is None or target.response is None:
        return None
    if request.first_response or request.result:
        return None
    life = view.life(log, index)
    if life is not None and life.first_response:
        return None
    opened = request.opened or (life.first_seen if life is not None else None)
    if opened is None:
        return None
    clock = view.policy.clock
    try:
        deadline = clock.deadline(opened, target.response)
    except CalendarYearUnknown:
        deadline = replace(clock, calendar=clock.calendar.estimating()).deadline(opened, target.response)
    if isinstance(deadline, datetime):
        deadline = deadline.replace(tzinfo=None)
        return deadline if deadline <= _next_look(view) else None
    return deadline if deadline <= _next_look(view).date() else None


def awaits_answer(view: View, log: Requests, index: int, request: Request) -> bool:
    """Whether an open request waits for a first response that is late or soon will be, whatever else is told of it.

    A snooze hides it until it is late.
    """
    answer_by = answer_until(view, log, index, request) if request.open else None
    return answer_by is not None and (answer_is_late(view, answer_by) or not snoozed(view, request))


def _next_look(view: View) -> datetime:
    """When the next digest may be expected: the next working day, at this time."""
    calendar = view.policy.calendar.estimating()
    day = view.today + timedelta(days=1)
    while not calendar.is_workday(day):
        day += timedelta(days=1)
    return datetime.combine(day, view.now.time())


def workdays(view: View, start: date, end: date) -> int:
    """Working days of the team from one date to another, counting on through years that are not yet known."""
    calendar = view.policy.calendar
    if calendar.unknown_years(min(start, end), max(start, end)):
        calendar = calendar.estimating()
    return calendar.workdays_between(start, end)


def _cell(log: Requests, index: int) -> str:
    return log.table.cell(index, "due" if log.table.has("due") else next(iter(log.table.columns)))
