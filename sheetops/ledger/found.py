"""Since when the findings stand that the last run saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime

from sqlalchemy import Connection, select

from sheetops.domain.finding import Finding
from sheetops.ledger import tables as t
from sheetops.ledger.lives import Lives
from sheetops.ledger.prints import Printer
from sheetops.ledger.rows import chunks


def name_of(finding: Finding, request: int | None) -> str:
    """What makes it the same finding: rule, variant, column and request, or the cell where it is of no request."""
    where = f"#{request}" if request is not None else f"{finding.tab}!{finding.cell}"
    return f"{finding.rule}/{finding.variant}/{finding.column}/{where}"


class FoundSince:
    """Tells since when findings stand; asked where the Checks tab does not say it."""

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Connection]],
        sheet: int,
        printer: Printer,
        lives: Lives,
    ) -> None:
        self._reading, self._sheet, self._printer, self._lives = reading, sheet, printer, lives

    def __call__(self, findings: Sequence[Finding]) -> list[date | None]:
        """The day of the run that saw each first; None for one that is new, or in a row without an ID."""
        ids = [self._printer.identifier(one.id) if one.id else None for one in findings]
        with self._reading() as link:
            numbers = self._numbers(link, filter(None, ids))
            names = [
                name_of(one, numbers.get(kept) if kept else None)
                for one, kept in zip(findings, ids, strict=True)
            ]
            since = self._since(link, names)
        return [since.get(name) for name in names]

    def _numbers(self, link: Connection, identifiers: Iterable[str]) -> Mapping[str, int]:
        asleep, awake = self._lives.sorted_out(identifiers)
        found = {name: part.first + index for name, (part, index) in asleep.items()}
        columns = t.requests.c
        wanted = select(columns.identifier, columns.number).where(columns.sheet == self._sheet)
        wanted = wanted.where(columns.gone.is_(None)).order_by(columns.number.desc())  # the oldest wins
        for some in chunks(awake):
            found.update(map(tuple, link.execute(wanted.where(columns.identifier.in_(some)))))
        return found

    def _since(self, link: Connection, names: Iterable[str]) -> Mapping[str, date]:
        wanted = (
            select(t.findings.c.what, t.runs.c.began)
            .join(t.runs, t.runs.c.number == t.findings.c.first_run)
            .where(t.findings.c.sheet == self._sheet, t.findings.c.gone_run.is_(None))
        )
        return {
            what: datetime.fromisoformat(began).date()
            for some in chunks(dict.fromkeys(names))
            for what, began in link.execute(wanted.where(t.findings.c.what.in_(some)))
        }
