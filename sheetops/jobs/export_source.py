"""What all lines of an export are read from: one sheet with its facts, lives and findings."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cached_property

from sheetops.domain.finding import Finding
from sheetops.domain.history import Life
from sheetops.domain.kpis.facts import Facts
from sheetops.domain.period import Period
from sheetops.domain.view import View
from sheetops.jobs.validate import findings


class Source:
    """What all lines of one sheet are read from."""

    def __init__(self, view: View, name: str) -> None:
        self.view = view
        self.name = name
        self.facts = Facts(view)
        self.findings: tuple[Finding, ...] = findings(view)
        self.counts = Counter((one.tab, one.row, one.severity.value) for one in self.findings)

    @cached_property
    def lives(self) -> list[Life | None]:
        """What the ledger remembers of each request, however much that is."""
        history, found = self.view.history, []
        for log in self.view.logs:
            ids = log.values("id")
            lives = history.lives_of(ids)
            found += [
                life if identifier else history.unnamed(log.table, index)
                for index, (identifier, life) in enumerate(zip(ids, lives, strict=True))
            ]
        return found

    def there(self, index: int, period: Period) -> bool:
        """Whether a request was there in the period; one whose opening is not known is taken to be."""
        if self.facts.there_from[index] > period.end.toordinal():
            return False
        return self.facts.resolved[index] >= period.start.toordinal()

    def listed(self, key: str, value: str | None) -> str | None:
        """A list's value as the sheet calls it."""
        return self.view.lists[key].name(value, self.view.language) if value else None

    def workdays(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`."""
        return self.facts.calendar.workdays_between(start, end)
