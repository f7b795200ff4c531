"""Since when the findings stand that the last run saw."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from itertools import compress
from operator import itemgetter

from sqlalchemy import Connection, select

from sheetops.domain.finding import Finding
from sheetops.domain.table import Raw
from sheetops.ledger import tables as t
from sheetops.ledger.bulk import chunks
from sheetops.ledger.lives import Lives
from sheetops.ledger.prints import MARK_BYTES, Printer, plain_texts


def name_of(finding: Finding, request: int | None) -> str:
    """What makes it the same finding: rule, variant, column and request, or the cell where it is of no request."""
    where = f"#{request}" if request is not None else f"{finding.tab}!{finding.cell}"
    return f"{finding.rule}/{finding.variant}/{finding.column}/{where}"


_Row = tuple[str, int]  # tab and row
_Known = tuple[str, int, bytes]  # ID as it is kept, number, and prints of customer and description


def _awake(link: Connection, sheet: int, names: Sequence[str]) -> Iterator[_Known]:
    """The requests with rows of their own that are in the sheet under one of these IDs, the oldest first."""
    columns = t.requests.c
    wanted = select(columns.identifier, columns.number, columns.core_print)
    wanted = wanted.where(columns.sheet == sheet, columns.gone.is_(None)).order_by(columns.number)
    for some in chunks(names):
        yield from map(tuple, link.execute(wanted.where(columns.identifier.in_(some))))


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

    def __call__(self, findings: Sequence[Finding], twins: Mapping[int, Sequence[Raw]]) -> list[date | None]:
        """The day of the run that saw each first; None for one that is new, or in a row without an ID.

        `twins` are customer and description of those in rows that share their ID with others, by their places.
        """
        ids = self._printer.identifiers([one.id or "" for one in findings])
        with self._reading() as link:
            numbers = self._numbers(link, [kept for at, kept in enumerate(ids) if at not in twins])
            of_row: dict[_Row, int | None] = {
                (one.tab, one.row): numbers.get(kept) for one, kept in zip(findings, ids, strict=True)
            }
            of_row |= self._of_twins(link, findings, ids, twins)
            names = [name_of(one, of_row[one.tab, one.row]) for one in findings]
            since = self._since(link, names)
        return [since.get(name) for name in names]

    def _numbers(self, link: Connection, identifiers: Iterable[str]) -> Mapping[str, int]:
        asleep, awake = self._lives.sorted_out(identifiers)
        found = {name: part.first + index for name, (part, index) in asleep.items()}
        found.update((name, number) for name, number, _ in reversed(list(_awake(link, self._sheet, awake))))
        return found  # the oldest wins

    def _of_twins(
        self,
        link: Connection,
        findings: Sequence[Finding],
        ids: Sequence[str],
        twins: Mapping[int, Sequence[Raw]],
    ) -> Iterator[tuple[_Row, int | None]]:
        """The request of each row that shares its ID, one to one: by customer and description, then by one of them."""
        rows: dict[str, dict[_Row, bytes]] = {}
        for at, cells in twins.items():
            core = b"".join(self._printer.marks(plain_texts(cells)))
            rows.setdefault(ids[at], {})[findings[at].tab, findings[at].row] = core
        known: dict[str, list[tuple[int, bytes]]] = {}
        for name, number, core in sorted(self._all_under(link, rows), key=itemgetter(1)):
            known.setdefault(name, []).append((number, core))
        for name, some in rows.items():
            left = known.get(name, [])
            for part in (slice(None), slice(MARK_BYTES), slice(MARK_BYTES, None)):
                numbers: dict[bytes, deque[int]] = {}
                for number, core in left:
                    numbers.setdefault(core[part], deque()).append(number)
                pairs = [
                    (row, numbers[core[part]].popleft())
                    for row, core in sorted(some.items())
                    if numbers.get(core[part])
                ]
                yield from pairs
                taken = {number for _, number in pairs}
                left = [one for one in left if one[0] not in taken]
                for row, _ in pairs:
                    del some[row]
            yield from ((row, None) for row in some)

    def _all_under(self, link: Connection, names: Collection[str]) -> Iterator[_Known]:
        """Every request of the sheet that has one of these IDs."""
        yield from _awake(link, self._sheet, list(names))
        for part in self._lives.parts if names else ():
            texts = part.texts("id")
            for index in compress(range(len(texts)), map(names.__contains__, texts)):
                if part.sleeps(part.first + index):
                    yield texts[index], part.first + index, part.core(index)

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
