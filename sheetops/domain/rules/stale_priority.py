"""A high-priority request that is open and whose progress has not changed for some working days.

Needs the ledger: progress is a change of owner, urgency, due date or result between two runs, or since the last one.
High is the setting `high_priority` (4 and up), the days are `stale_days` (1). Silent while notes say `暂停至2026-03-01`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.values import snoozed_until
from sheetops.errors import CalendarYearUnknown


def check(look: Look) -> Iterator[Finding]:
    """Open rows of high priority without recent progress."""
    history, policy = look.view.history, look.view.policy
    if not history.lives:
        return
    key = "result" if look.log.table.has("result") else "priority"
    rows = look.log.open_rows
    told = zip(rows, look.log.values_at("priority", rows), strict=True)
    priorities = {at: level for at, level in told if level is not None and level >= policy.high_priority}
    high = list(priorities)
    found: list[tuple[int, int]] = []
    for index, life in zip(high, look.view.lives_at(look.log, high), strict=True):
        if life is None:
            continue
        try:
            days = look.calendar.workdays_between((life.last_progress or life.first_seen).date(), look.today)
        except CalendarYearUnknown:
            continue
        snoozed = snoozed_until(look.log.value("notes", index), look.today)
        if days > policy.stale_days and (snoozed is None or snoozed < look.today):
            found.append((index, days))
    moved = look.view.progressed(look.log, [index for index, _ in found])
    for (index, days), since in zip(found, moved, strict=True):
        if not since:
            yield look.finding(index, key, priority=str(priorities[index]), days=str(days))


RULE = Rule("stale-priority", Severity.WARNING, check)
