"""What the ledger tells the jobs: one sheet's history, read in bulk and turned into lives only where asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from operator import add, itemgetter
from typing import Any

from sqlalchemy import Connection, func, select

from sheetops.domain.history import History, Life, NotRun
from sheetops.domain.table import Raw, Table
from sheetops.ledger import slots
from sheetops.ledger import tables as t
from sheetops.ledger.found import FoundSince
from sheetops.ledger.last_look import ToJudge
from sheetops.ledger.lives import LIFE, Lives, Reading, life, moment, told_asleep
from sheetops.ledger.policies import read_policy
from sheetops.ledger.prints import (
    CELL,
    JOB,
    NO_MARK,
    Print,
    Printer,
    joined,
    mapped,
    plain,
    plain_texts,
    print_from_bytes,
    unpack,
)
from sheetops.ledger.progress import Progress
from sheetops.ledger.seeing import AT_ONCE, CORE, described, differing

_MAILS_KEPT_AT_HAND = timedelta(days=45)
_NOT_RUN_KEPT_AT_HAND = timedelta(days=14)


def recall(link: Connection, sheet: int, printer: Printer, now: datetime, reading: Reading) -> History:
    """The history of a sheet; `reading` opens the ledger again for what is seldom asked for."""
    about = select(t.sheets.c.since, t.sheets.c.requests).where(t.sheets.c.number == sheet)
    since, size = link.execute(about).one()
    looked = link.execute(
        select(t.runs.c.number, t.runs.c.seen)
        .where(t.runs.c.sheet == sheet, t.runs.c.recorded == 1)
        .order_by(t.runs.c.number.desc())
        .limit(1)
    ).one_or_none()
    run, seen = looked if looked is not None else (None, None)
    last: dict[str, Any] = json.loads(seen) if seen else {}
    highest = select(t.ids.c.prefix, func.max(t.ids.c.sequence)).where(t.ids.c.sheet == sheet)
    written = select(t.reviews.c.period, t.reviews.c.written).where(t.reviews.c.sheet == sheet)
    lives = Lives(reading, sheet, printer, size)
    return History(
        lives=lives,
        since=moment(since),
        last_rows={tab: look["rows"] for tab, look in last.items()},
        last_columns={tab: frozenset(look["columns"]) for tab, look in last.items()},
        highest=dict(map(tuple, link.execute(highest.group_by(t.ids.c.prefix)))),
        mailed=_mailed(link, sheet, printer, now.date()),
        reviewed={period: datetime.fromisoformat(moment) for period, moment in link.execute(written)},
        unnamed=_Unnamed(reading, sheet, printer, lives),
        differing=_Differing(printer, lives),
        found_since=FoundSince(reading, sheet, printer, lives),
        progress=Progress(reading, sheet, printer, lives),
        policy=read_policy(link, sheet),
        print_of=printer.field,
        not_run=_NotRun(reading, sheet, printer, now),
        listed=_Listed(reading, sheet),
        to_judge=ToJudge(reading, sheet, run, printer, lives.ahead),
    )


class _Unnamed:
    """Finds the life of a row without an ID, by the cells that people own, else by customer and description."""

    def __init__(self, reading: Reading, sheet: int, printer: Printer, lives: Lives) -> None:
        self._reading, self._sheet, self._printer, self._lives = reading, sheet, printer, lives

    @cached_property
    def _rows(self) -> Mapping[bytes, Any]:
        columns = t.requests.c
        awake = select(*LIFE, columns.print).where(columns.sheet == self._sheet, columns.gone.is_(None))
        with self._reading() as link:
            rows = link.execute(awake.where(columns.identifier.is_(None)).order_by(columns.number)).all()
        found: list[tuple[str, Any, bytes, Print]] = [
            (row.first_seen, row, row.core_print, print_from_bytes(row.print)) for row in rows
        ]
        for part in self._lives.parts:
            if "" in part.texts("id"):
                of_part = zip(part.numbers(), part.fields_asleep("id"), strict=True)
                indexes = [number - part.first for number, text in of_part if not text]
                found += [
                    (part.first_seen, told_asleep(part, part.life_keys[i]), part.cores[i], part.print(i))
                    for i in indexes
                ]
        # Last wins: of several alike, the one that was seen last.
        told: dict[bytes, Any] = {}
        for _, row, core, mark in sorted(found, key=itemgetter(0)):
            told.update(dict.fromkeys(filter(None, (described(core), mark[0])), row))
        return told

    def __call__(self, table: Table, index: int) -> Life | None:
        """The life of the `index`-th begun row of a table, None for one never seen."""
        if not self._rows:
            return None
        texts = {
            key: f"{key}{CELL}{text}"
            for key in sorted(table.columns)
            if (text := plain(table.column(key)[index]))
        }
        person = self._printer.row(joined(text for key, text in texts.items() if key not in JOB))
        core = described(b"".join(self._printer.marks([plain(table.column(key)[index]) for key in CORE])))
        found = (self._rows.get(mark) for mark in (person, core) if mark is not None)
        return next((life(row) for row in found if row is not None), None)


class _Differing:
    """Compares a row with the request that was last seen under its ID."""

    def __init__(self, printer: Printer, lives: Lives) -> None:
        self._printer, self._lives = printer, lives

    def __call__(self, table: Table, index: int) -> int:
        """How many of customer and description differ; 0 for an ID never seen."""
        raw = table.column("id")[index] if table.has("id") else None
        known = self._lives.core(self._printer.identifier(plain(raw)))
        now = b"".join(self._printer.marks([plain(table.column(key)[index]) for key in CORE]))
        return 0 if known is None else differing(known, now)

    def many(self, table: Table, indexes: Sequence[int], least: int = 1) -> list[int]:
        """The same of many rows; where both must differ, the descriptions of customers that are the same are not read."""
        if self._lives.are_few(indexes):
            ids = map(table.column("id").__getitem__, indexes)
            self._lives.ahead(self._printer.identifiers(plain_texts(list(ids))))
            return [self(table, index) for index in indexes]
        found: list[int] = []
        for start in range(0, len(indexes), AT_ONCE):
            some = indexes[start : start + AT_ONCE]
            found += self._both(table, some) if least == len(CORE) else self._some(table, some)
        return found

    def _both(self, table: Table, indexes: Sequence[int]) -> list[int]:
        """As `_some`, but 0 for a row of which not both differ."""
        found, others = [0] * len(indexes), self._of_others(table, indexes)
        differing = self._some(table, [indexes[at] for at in others]) if others else []
        for at, count in zip(others, differing, strict=True):
            found[at] = count if count == len(CORE) else 0
        return found

    def _of_others(self, table: Table, indexes: Sequence[int]) -> list[int]:
        """The places of the rows in which another customer stands."""
        ids, customers = (list(map(table.column(key).__getitem__, indexes)) for key in ("id", CORE[0]))
        known = self._lives.customers_of(self._printer.identifiers(plain_texts(ids)))
        both = enumerate(zip(known, mapped(customers, self._marks), strict=True))
        return [at for at, (was, now) in both if was != now and was not in (None, NO_MARK) and now != NO_MARK]

    def _some(self, table: Table, indexes: Sequence[int]) -> list[int]:
        cells = {key: list(map(table.column(key).__getitem__, indexes)) for key in ("id", *CORE)}
        known = self._lives.cores_of(self._printer.identifiers(plain_texts(cells.pop("id"))))
        now = map(add, *(mapped(some, self._marks) for some in cells.values()))
        both = zip(known, now, strict=True)
        return [0 if was is None or was == core else differing(was, core) for was, core in both]

    def _marks(self, cells: Sequence[Raw]) -> list[bytes]:
        return self._printer.marks(plain_texts(cells))


class _Listed:
    """Tells when each key was last written into a living tab."""

    def __init__(self, reading: Reading, sheet: int) -> None:
        self._reading, self._sheet = reading, sheet

    def __call__(self) -> Mapping[str, datetime]:
        """System key → the last run that wrote it."""
        wanted = (
            select(t.edits.c.new, t.runs.c.began)
            .join(t.runs, t.runs.c.number == t.edits.c.run)
            .where(t.runs.c.sheet == self._sheet, t.edits.c.field == "key", t.edits.c.outcome == "written")
        )
        with self._reading() as link:
            found = link.execute(wanted.order_by(t.edits.c.run)).all()
        keys = ((unpack(new)[0], datetime.fromisoformat(began)) for new, began in found)
        return {key: began for key, began in keys if isinstance(key, str)}


class _NotRun:
    """Tells a reader of digests which scheduled runs did not happen since the last one."""

    def __init__(self, reading: Reading, sheet: int, printer: Printer, now: datetime) -> None:
        self._reading, self._sheet, self._printer, self._now = reading, sheet, printer, now

    def __call__(self, person: str) -> tuple[NotRun, ...]:
        """Since the run that last mailed `person`, and at most for two weeks."""
        mails = (
            select(func.max(t.runs.c.began))
            .join(t.mails, t.mails.c.run == t.runs.c.number)
            .where(t.mails.c.sheet == self._sheet, t.mails.c.job == "remind")
            .where(t.mails.c.person == self._printer.person(person))
            .where(func.coalesce(t.mails.c.outcome, "") != "failed")
        )
        with self._reading() as link:
            last = moment(link.execute(mails).scalar())
            first = self._now - _NOT_RUN_KEPT_AT_HAND
            after = first if last is None else max(last, first)
            found = slots.never_ran(link, self._sheet, after)
        return tuple(NotRun(s.entry, s.slot.replace(tzinfo=None), s.state == "failed") for s in found)


class _Mailed:
    """Answers `(job, person key, day) in mailed` from prints, so that no address is kept."""

    def __init__(self, claims: frozenset[tuple[str, bytes, date]], printer: Printer) -> None:
        self._claims, self._printer = claims, printer

    def __contains__(self, claim: object) -> bool:
        if not (isinstance(claim, tuple) and len(claim) == 3):
            return False
        job, person, day = claim
        return (job, self._printer.person(person), day) in self._claims


def _mailed(link: Connection, sheet: int, printer: Printer, today: date) -> _Mailed:
    """Who was told of this sheet: by a claim of its own, or by a digest that told of it and did not fail."""
    mails, digest = t.mails.c, t.mails.alias()
    near = mails.day.between(today - _MAILS_KEPT_AT_HAND, today + _MAILS_KEPT_AT_HAND)
    wanted = select(mails.job, mails.person, mails.day).where(mails.sheet == sheet, near)
    own = wanted.where(mails.job.not_in(("told", "held")), func.coalesce(mails.outcome, "") != "failed")
    lost = select(digest.c.number).where(
        digest.c.job == "remind",
        digest.c.person == mails.person,
        digest.c.day == mails.day,
        digest.c.outcome == "failed",
    )
    told = wanted.where(mails.job == "told", ~lost.exists())
    claims = [(job, bytes(person), day) for job, person, day in link.execute(own)]
    claims += [("remind", bytes(person), day) for _, person, day in link.execute(told)]
    return _Mailed(frozenset(claims), printer)
