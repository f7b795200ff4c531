"""First-response attainment: whether customers were answered within the target of their urgency.

Formula: requests opened in the period and answered within the response target ÷ those that were answered or
whose target has passed. Urgencies without a target are left out, and so are requests whose first response
neither a column nor the ledger could know. A response that is known by its day only is granted the whole day.
n and rows: the requests answered or past their target. Source: domain.md §4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import compress
from typing import Any

from sheetops.domain.history import Life
from sheetops.domain.kpis.base import Figure, Measure, share
from sheetops.domain.kpis.facts import Facts, Window, Worked
from sheetops.domain.policy import UrgencyTarget
from sheetops.domain.values import as_date
from sheetops.domain.workdays_clock import WorkClock


def measure(facts: Facts, window: Window) -> Measure:
    """The share answered within the target."""
    has_column = facts.has("first_response")
    opened = facts.opened_in(window)
    exact = compress(opened, map(facts.exact.__getitem__, opened))
    rows = list(exact) if has_column else _of_watched(facts, list(exact))
    moments, urgencies = (map(col.__getitem__, rows) for col in (facts.opened, facts.column("urgency")))
    in_time = Worked[tuple[Any, ...], bool | None](partial(_in_time, _deadlines(facts), window))
    verdicts = list(map(in_time.__getitem__, zip(moments, urgencies, facts.responses_of(rows), strict=True)))
    counted = [index for index, verdict in zip(rows, verdicts, strict=True) if verdict is not None]
    nothing_came = facts.first_day is not None and not opened
    missing = "no_cases" if has_column or nothing_came else "no_response"
    return share(compress(rows, verdicts), counted, missing)


def _of_watched(facts: Facts, rows: Sequence[int]) -> list[int]:
    """Those of whose first response the ledger can tell."""
    return list(compress(rows, facts.watched.each(_can_tell, rows)))


def _can_tell(life: Life | None) -> bool:
    return life is not None and "first_response" not in life.unsure


def _in_time(
    deadlines: Worked[tuple[date | datetime, str], date | datetime | None],
    window: Window,
    request: tuple[date | datetime, str | None, date | datetime | None],
) -> bool | None:
    """Whether the first response was in time; None where there is no target, or time left for it."""
    opened, urgency, response = request
    deadline = deadlines[opened, urgency or ""]
    if deadline is None:
        return None
    if response is None or response.toordinal() > window.until.toordinal():
        return False if has_passed(deadline, window.now) else None
    return not has_passed(deadline, response)


def response_deadline(facts: Facts, index: int) -> date | datetime | None:
    """Until when a request was to be answered; None without a target, or where its opening is not known."""
    opened = facts.opened[index]
    if opened is None or not facts.exact[index]:
        return None
    return _deadlines(facts)[opened, facts.column("urgency")[index] or ""]


def _deadlines(facts: Facts) -> Worked[tuple[date | datetime, str], date | datetime | None]:
    """(opened, urgency) → the deadline: many requests of a day share it."""
    # Not of the facts: what they keep must not hold them, or they stay in memory to the end of a run.
    targets, clock = facts.view.policy.targets, facts.clock
    return facts.once("deadlines", lambda: Worked(lambda asked: _deadline(targets, clock, *asked)))


def _deadline(
    targets: Mapping[str, UrgencyTarget], clock: WorkClock, opened: date | datetime, urgency: str
) -> date | datetime | None:
    target = targets.get(urgency)
    if target is None or target.response is None:
        return None
    found = clock.deadline(opened, target.response)
    return found.replace(tzinfo=None) if isinstance(found, datetime) else found


def has_passed(deadline: date | datetime, moment: date | datetime) -> bool:
    """Whether a deadline was over at a moment; where one of them is a day, the whole day is granted."""
    if isinstance(deadline, datetime) and isinstance(moment, datetime):
        return moment > deadline
    day, last = as_date(moment), as_date(deadline)
    return day is not None and last is not None and day > last


FIGURE = Figure("first_response", "percent", "more", measure, limits="p")
