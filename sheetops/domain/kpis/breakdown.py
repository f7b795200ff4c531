"""Breakdowns: the main figures for each type, source, urgency, priority, department, segment and so on.

Each request counts for one group: that of its lead owner's department, of what stands in the list columns, or of the
segment after the hyphen of the masked customer. The figures are those of the key figures, over the group's requests:
n stands beside each, and a filter of the list of requests shows the rows. Source: domain.md §4.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sheetops.domain.kpis.base import percentile
from sheetops.domain.kpis.facts import Facts, Window, Worked
from sheetops.domain.personal import masked
from sheetops.domain.requests import lead_of
from sheetops.domain.values import Owner


class Dimension(NamedTuple):
    """By what requests are grouped: a column, and the group that a value of it stands for."""

    column: str
    group_of: Callable[[Any], str | None]


def department_of(owners: Sequence[Owner]) -> str | None:
    """The department of the lead owner."""
    owner = lead_of(owners)
    return owner.department if owner else None


def owner_of(owners: Sequence[Owner]) -> str | None:
    """The lead owner, masked; the department alone where nobody is named."""
    owner = lead_of(owners)
    if owner is None:
        return None
    return masked(f"{owner.department}-{owner.person}" if owner.person else owner.department)


def segment_of(customer: str | None) -> str | None:
    """What stands after the first hyphen of the customer: `王*-电商企业` is of the segment 电商企业."""
    _, hyphen, segment = (customer or "").replace("－", "-").partition("-")
    return segment.strip() or None if hyphen else None


def _itself(value: str | None) -> str | None:
    return value


DIMENSIONS: Final[Mapping[str, Dimension]] = {
    "type": Dimension("type", _itself),
    "source": Dimension("source", _itself),
    "urgency": Dimension("urgency", _itself),
    "priority": Dimension("priority", lambda priority: str(priority) if priority else None),
    "department": Dimension("owner", department_of),
    "segment": Dimension("customer", segment_of),
    "customer_type": Dimension("customer_type", _itself),
    "industry": Dimension("industry", _itself),
}
OWNER: Final = Dimension("owner", owner_of)
CAUSE: Final = Dimension("cause", _itself)


class Keys:
    """Request → the group that it is of; each value of the column is understood once."""

    def __init__(
        self, column: Sequence[Any], group_of: Callable[[Any], str | None], blank: bool = False
    ) -> None:
        """Of a `blank` column every value is the same."""
        self._column, self._groups, self._blank = column, Worked[Any, str | None](group_of), blank

    def __getitem__(self, index: int) -> str | None:
        return self._groups[self._column[index]]

    def of(self, indices: Iterable[int]) -> Iterator[str | None]:
        """The group of each of these requests."""
        return map(self._groups.__getitem__, map(self._column.__getitem__, indices))

    def count(self, indices: Sequence[int]) -> Mapping[str | None, int]:
        """How many of these requests are of each group."""
        if self._blank and indices:
            return {self[indices[0]]: len(indices)}
        return Counter(self.of(indices))


def keys_of(facts: Facts, dimension: Dimension) -> Keys:
    """The groups of all requests in a dimension."""
    key, group_of = dimension
    return facts.once(("groups", dimension), lambda: Keys(facts.column(key), group_of, not facts.has(key)))


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


def breakdown(facts: Facts, window: Window, earlier: Window, by: Dimension) -> dict[str | None, Group]:
    """Group → its counts; the group None is of requests that do not say."""
    keys = keys_of(facts, by)
    groups: defaultdict[str | None, Group] = defaultdict(Group)
    counted = facts.once(("counted", window, earlier), lambda: _counted(facts, window, earlier))
    for name, indices in counted.items():
        for key, number in keys.count(indices).items():
            setattr(groups[key], name, number)
    timed, times = facts.once(("timed", window), lambda: _timed(facts, window))
    for key, days in zip(keys.of(timed), times, strict=True):
        groups[key].days.append(days)
    return dict(groups)


def _counted(facts: Facts, window: Window, earlier: Window) -> Mapping[str, Sequence[int]]:
    """Count of a group → the requests that are counted."""
    resolved = facts.resolved_in(window)
    due, ends, scores = facts.column("due"), facts.column("resolved"), facts.scores
    cases = [i for i in resolved if due[i] is not None]
    return {
        "opened": facts.opened_in(window),
        "before": facts.opened_in(earlier),
        "open": facts.open_at(window.until),
        "resolved": facts.resolutions_in(window),
        "cases": [*facts.overdue_at(window), *cases],
        "on_time": [i for i in cases if ends[i] <= due[i]],
        "scores": [i for i in resolved if scores[i] is not None],
        "satisfied": [i for i in resolved if (scores[i] or 0) >= 4],
    }


def _timed(facts: Facts, window: Window) -> tuple[list[int], list[int]]:
    """The requests that were resolved in a time that is known, and that time in working days."""
    resolved = facts.resolved_in(window)
    both = zip(resolved, facts.days_of_each(resolved), strict=True)
    known = [(index, days) for index, days in both if days is not None]
    return [index for index, _ in known], [days for _, days in known]


class Load(NamedTuple):
    """What one owner has open: work to be shared out, not a measure of the person."""

    open: int
    high: int  # of high priority
    overdue: int


def owner_load(facts: Facts, window: Window) -> dict[str | None, Load]:
    """Owner → open requests at the end of the window."""
    least = facts.view.policy.high_priority
    late, priorities, owners = set(facts.overdue_at(window)), facts.column("priority"), keys_of(facts, OWNER)
    loads: dict[str | None, Load] = {}
    for index in facts.open_at(window.until):
        key, priority = owners[index], priorities[index]
        was = loads.get(key, Load(0, 0, 0))
        high = priority is not None and priority >= least
        loads[key] = Load(was.open + 1, was.high + high, was.overdue + (index in late))
    return loads


def crosstab(facts: Facts, window: Window) -> Counter[tuple[str | None, str | None]]:
    """(type, department) → requests opened in the window."""
    opened, kinds = facts.opened_in(window), facts.column("type")
    departments = keys_of(facts, DIMENSIONS["department"]).of(opened)
    return Counter(zip(map(kinds.__getitem__, opened), departments, strict=True))
