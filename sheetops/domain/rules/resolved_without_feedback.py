"""A resolved request whose customer has not been asked, though the days for calling back are over.

The days are the setting `feedback_days` (working days after the resolved date, 3 by default). Requests that
were resolved long ago are let rest. A sheet in which nobody has ever noted feedback is told once, not row by
row.

Parameters: `forget_after` is the number of calendar days after which a request is let rest; `unused_from` is
the number of resolved requests from which a column without any feedback counts as not in use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import compress, repeat
from operator import is_

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.requests import Requests
from sheetops.domain.rules.base import MANY, Look, Rule
from sheetops.errors import CalendarYearUnknown

_FIRST = 100  # rows of which one nearly always says that feedback is in use


def check(look: Look) -> Iterator[Finding]:
    """Resolved rows without feedback, some working days later, where feedback is noted at all."""
    if look.log.table.has("feedback") and _in_use(look):
        yield from _told(look, [index for index in _waiting(look) if _late(look, index)])


def _of_all(look: Look) -> Iterator[Finding]:
    """The same rows where no cell holds feedback: of many, one stands for all."""
    if not look.log.table.has("feedback") or _in_use(look):
        return
    waiting = _waiting(look)
    late = [index for index in waiting if _late(look, index)]
    if late and len(waiting) >= look.number("unused_from"):
        first = look.first_of(late)
        yield look.finding(first, "feedback", "unused", severity=Severity.HINT, rows=str(len(late)))
    else:
        yield from _told(look, late)


def _grounds(look: Look) -> str:
    return "in use" if look.log.table.has("feedback") and _in_use(look) else ""


def _in_use(look: Look) -> bool:
    """Whether any cell of the whole column holds feedback."""
    log = look.whole.log
    return look.whole.once(
        f"feedback-in-use {log.table.tab}",
        lambda: _some_says(log.some(range(min(len(log), _FIRST)))) or _some_says(log),
    )


def _some_says(log: Requests) -> bool:
    return any(log.read("feedback", raw)[0] for raw in log.distinct("feedback") if raw is not None)


def _waiting(look: Look) -> list[int]:
    """The resolved rows without feedback."""
    resolved, feedback = look.log.values("resolved"), look.log.values("feedback")
    raw = look.log.cells("feedback")
    silent = compress(range(len(feedback)), map(is_, feedback, repeat(None)))
    return [
        index
        for index in silent
        if resolved[index] is not None and (raw[index] is None or isinstance(raw[index], str))
    ]


def _told(look: Look, late: Iterable[int]) -> Iterator[Finding]:
    unreadable = {index for index, _ in look.log.unreadable("feedback")}
    resolved = look.log.values("resolved")
    for index in late:
        if index not in unreadable:
            days = str(look.calendar.workdays_between(resolved[index], look.today))
            yield look.finding(index, "feedback", resolved=resolved[index].isoformat(), days=days)


def _late(look: Look, index: int) -> bool:
    resolved: date = look.log.values("resolved")[index]
    if not 0 <= (look.today - resolved).days <= look.number("forget_after"):
        return False
    try:
        return look.calendar.workdays_between(resolved, look.today) > look.view.policy.feedback_days
    except CalendarYearUnknown:
        return False


RULE = Rule(
    "resolved-without-feedback",
    Severity.WARNING,
    check,
    {"forget_after": 60, "unused_from": 10},
    limits={"forget_after": (1, 3650), "unused_from": (1, MANY)},
    by_row=True,
    whole=_of_all,
    grounds=_grounds,
)
