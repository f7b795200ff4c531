"""A due date later than the resolution target of the row's urgency allows.

Counted from the opened column, else from the ledger's first sight of the request (this run's, of a new one); silent
where neither is known, where the urgency has no target, and in years whose working days the calendar does not know. A date that
a person wrote stands: this is a question, not a correction. Resolved requests are not asked about.

Parameters: `grace_days` is how many calendar days beyond the target are let pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.rules.date import slipped
from sheetops.domain.values import as_date
from sheetops.errors import CalendarYearUnknown


def check(look: Look) -> Iterator[Finding]:
    """Due days of open requests after the target's day."""
    late = dict(_late(look))
    slips = slipped(look, "due", list(late))
    for index, target in late.items():
        if index not in slips:
            due: date = look.log.value("due", index)
            urgency = look.view.lists["urgency"].name(look.log.value("urgency", index), look.view.language)
            yield look.finding(
                index, "due", value=due.isoformat(), target=target.isoformat(), urgency=urgency
            )


def _late(look: Look) -> Iterator[tuple[int, date]]:
    """The open rows whose due day lies after the target's, and that day."""
    latest: dict[tuple[str, date | datetime], date | None] = {}
    grace = timedelta(days=look.number("grace_days"))
    known = zip(
        look.log.open_rows,
        *(look.log.values_at(key, look.log.open_rows) for key in ("urgency", "due", "opened")),
        strict=True,
    )
    rows = [row for row in known if row[1] is not None and row[2] is not None]
    days = look.all_known_since([index for index, *_ in rows])
    for (index, urgency, due, opened), day in zip(rows, days, strict=True):
        start = opened or day
        slot = (urgency, start or look.today)
        if slot not in latest:
            latest[slot] = _latest(look, *slot)
        target = latest[slot]
        if target is not None and due > target + grace and (start is not None or look.is_new(index)):
            yield index, target


def _latest(look: Look, urgency: str, start: date | datetime) -> date | None:
    targets = look.view.policy.targets.get(urgency)
    if targets is None or targets.resolution is None:
        return None
    try:
        return as_date(look.view.policy.clock.deadline(start, targets.resolution))
    except CalendarYearUnknown:
        return None


RULE = Rule("due-beyond-target", Severity.WARNING, check, {"grace_days": 0}, limits={"grace_days": (0, 3650)})
