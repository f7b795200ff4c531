"""First-response attainment: whether customers were answered within the target of their urgency.

Formula: requests opened in the period and answered within the response target ÷ those that were answered or
whose target has passed. Urgencies without a target are left out, and so are requests whose first response
neither a column nor the ledger could know. A response that is known by its day only is granted the whole day.
n and rows: the requests answered or past their target. Source: domain.md §4.
"""

from __future__ import annotations

from datetime import date, datetime

from sheetops.domain.kpis.base import Figure, Measure, share
from sheetops.domain.kpis.facts import Facts, Window, Worked
from sheetops.domain.values import as_date


def measure(facts: Facts, window: Window) -> Measure:
    """The share answered within the target."""
    rows, hits = [], []
    has_column = facts.has("first_response")
    lives, responses, until = facts.lives, facts.responses, window.until.toordinal()
    moments, exact, urgencies, deadlines = (
        facts.opened,
        facts.exact,
        facts.column("urgency"),
        _deadlines(facts),
    )
    for index in facts.opened_in(window):
        response, opened = responses[index], moments[index]
        if opened is None or not exact[index]:
            continue
        if response is None and not has_column:
            life = lives[index]
            if life is None or "first_response" in life.unsure:
                continue
        deadline = deadlines[opened, urgencies[index] or ""]
        if deadline is None:
            continue
        if response is not None and response.toordinal() > until:
            response = None
        if response is not None or has_passed(deadline, window.now):
            rows.append(index)
            if response is not None and not has_passed(deadline, response):
                hits.append(index)
    nothing_came = facts.first_day is not None and not facts.opened_in(window)
    return share(hits, rows, "no_cases" if has_column or nothing_came else "no_response")


def response_deadline(facts: Facts, index: int) -> date | datetime | None:
    """Until when a request was to be answered; None without a target, or where its opening is not known."""
    opened = facts.opened[index]
    if opened is None or not facts.exact[index]:
        return None
    return _deadlines(facts)[opened, facts.column("urgency")[index] or ""]


def _deadlines(facts: Facts) -> Worked[tuple[date | datetime, str], date | datetime | None]:
    """(opened, urgency) → the deadline: many requests of a day share it."""
    return facts.once("deadlines", lambda: Worked(lambda asked: _deadline(facts, *asked)))


def _deadline(facts: Facts, opened: date | datetime, urgency: str) -> date | datetime | None:
    target = facts.view.policy.targets.get(urgency)
    if target is None or target.response is None:
        return None
    found = facts.clock.deadline(opened, target.response)
    return found.replace(tzinfo=None) if isinstance(found, datetime) else found


def has_passed(deadline: date | datetime, moment: date | datetime) -> bool:
    """Whether a deadline was over at a moment; where one of them is a day, the whole day is granted."""
    if isinstance(deadline, datetime) and isinstance(moment, datetime):
        return moment > deadline
    day, last = as_date(moment), as_date(deadline)
    return day is not None and last is not None and day > last


FIGURE = Figure("first_response", "percent", "more", measure, limits="p")
