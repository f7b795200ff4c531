"""High urgency with a low priority, or low urgency with the highest.

Priority (5 is highest) weighs impact, customer value and effort; urgency says how soon. They may differ, but not
by this much.

Parameters: high urgency is doubted with a priority up to `high_from`, low urgency from `low_to` on.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule


def check(look: Look) -> Iterator[Finding]:
    """Rows whose urgency and priority lie far apart."""
    urgencies, priorities = look.log.values("urgency"), look.log.values("priority")
    high, low = look.number("high_from"), look.number("low_to")
    bad = {
        (urgency, priority)
        for urgency, priority in set(zip(urgencies, priorities, strict=True))
        if priority is not None
        and ((urgency == "high" and priority <= high) or (urgency == "low" and priority >= low))
    }
    if not bad:
        return
    for index, pair in enumerate(zip(urgencies, priorities, strict=True)):
        if pair in bad:
            name = look.view.lists["urgency"].name(pair[0], look.view.language)
            yield look.finding(index, "priority", urgency=name, value=str(pair[1]))


RULE = Rule(
    "urgency-priority",
    Severity.WARNING,
    check,
    {"high_from": 2, "low_to": 5},
    limits={"high_from": (1, 5), "low_to": (1, 5)},
    by_row=True,
)
