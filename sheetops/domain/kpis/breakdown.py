"""Breakdowns: the main figures for each type, source, urgency, priority, department, segment and so on.

Each request counts for one group: that of its lead owner's department, of what stands in the list columns, or of the
segment after the hyphen of the masked customer. The figures are those of the key figures, over the group's requests:
n stands beside each, and a filter of the list of requests shows the rows. Source: domain.md §4.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

from sheetops.domain.kpis.base import percentile
from sheetops.domain.kpis.facts import Facts, Window
from sheetops.domain.personal import masked
from sheetops.domain.requests import Request

KeyOf = Callable[[Request], str | None]


def department_of(row: Request) -> str | None:
    """The department of the lead owner."""
    owner = row.lead
    return owner.department if owner else None


def owner_of(row: Request) -> str | None:
    """The lead owner, masked; the department alone where nobody is named."""
    owner = row.lead
    if owner is None:
        return None
    return masked(f"{owner.department}-{owner.person}" if owner.person else owner.department)


def segment_of(row: Request) -> str | None:
    """What stands after the first hyphen of the customer: `王*-电商企业` is of the segment 电商企业."""
    _, hyphen, segment = (row.customer or "").replace("－", "-").partition("-")
    return segment.strip() or None if hyphen else None


DIMENSIONS: Final[Mapping[str, KeyOf]] = {
    "type": lambda row: row.type,
    "source": lambda row: row.source,
    "urgency": lambda row: row.urgency,
    "priority": lambda row: str(row.priority) if row.priority else None,
    "department": department_of,
    "segment": segment_of,
    "customer_type": lambda row: row.customer_type,
    "industry": lambda row: row.industry,
}


@dataclass
class Group:
    """The counts of one group; `before` is what was opened in the period before."""

    opened: int = 0
    before: int = 0
    resolved: int = 0
    open: int = 0
    cases: int = 0  # with a due date to keep
    on_time: int = 0
    scores: int = 0
    satisfied: int = 0
    days: list[int] = field(default_factory=list)

    @property
    def on_time_rate(self) -> float | None:
        """Share resolved on time of those with a due date to keep."""
        return self.on_time / self.cases if self.cases else None

    @property
    def csat(self) -> float | None:
        """Share of scores that are 4 or 5."""
        return self.satisfied / self.scores if self.scores else None

    @property
    def median(self) -> float | None:
        """Median working days to resolve."""
        return percentile(self.days, 0.5) if self.days else None


def breakdown(facts: Facts, window: Window, earlier: Window, key_of: KeyOf) -> dict[str | None, Group]:
    """Group → its counts; the group None is of requests that do not say."""
    keys = [key_of(row) for row in facts.rows]
    groups: defaultdict[str | None, Group] = defaultdict(Group)

    def count(name: str, indices: Iterable[int]) -> None:
        for key, number in Counter(map(keys.__getitem__, indices)).items():
            setattr(groups[key], name, number)

    resolved = facts.resolved_in(window)
    kept, scores = facts.on_time, facts.scores
    count("opened", facts.opened_in(window))
    count("before", facts.opened_in(earlier))
    count("open", facts.open_at(window.until))
    count("resolved", facts.resolutions_in(window))
    count("cases", chain(facts.overdue_at(window), (i for i in resolved if kept[i] is not None)))
    count("on_time", (i for i in resolved if kept[i]))
    count("scores", (i for i in resolved if scores[i] is not None))
    count("satisfied", (i for i in resolved if (scores[i] or 0) >= 4))
    for index in resolved:
        days = facts.days_to_resolve[index]
        if days is not None:
            groups[keys[index]].days.append(days)
    return dict(groups)


class Load(NamedTuple):
    """What one owner has open: work to be shared out, not a measure of the person."""

    open: int
    high: int  # of high priority
    overdue: int


def owner_load(facts: Facts, window: Window) -> dict[str | None, Load]:
    """Owner → open requests at the end of the window."""
    least = facts.view.policy.high_priority
    late = set(facts.overdue_at(window))
    loads: dict[str | None, Load] = {}
    for index in facts.open_at(window.until):
        row = facts.rows[index]
        key = owner_of(row)
        was = loads.get(key, Load(0, 0, 0))
        high = row.priority is not None and row.priority >= least
        loads[key] = Load(was.open + 1, was.high + high, was.overdue + (index in late))
    return loads


def crosstab(facts: Facts, window: Window) -> Counter[tuple[str | None, str | None]]:
    """(type, department) → requests opened in the window."""
    rows = (facts.rows[index] for index in facts.opened_in(window))
    return Counter((row.type, department_of(row)) for row in rows)
