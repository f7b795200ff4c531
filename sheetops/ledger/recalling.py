"""What the ledger tells the jobs: one sheet's history, read in bulk and turned into lives only where asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select

from sheetops.domain.history import History, Life, NotRun, Reopening
from sheetops.domain.table import Table
from sheetops.domain.template import BY_KEY
from sheetops.ledger import slots
from sheetops.ledger import tables as t
from sheetops.ledger.policies import read_policy
from sheetops.ledger.prints import CELL, Printer, joined, plain, plain_texts, unpack
from sheetops.ledger.seeing import AT_ONCE, CORE, differing

_MAILS_KEPT_AT_HAND = timedelta(days=45)
_NOT_RUN_KEPT_AT_HAND = timedelta(days=14)
Reading = Callable[[], AbstractContextManager[Connection]]


def recall(link: Connection, sheet: int, printer: Printer, now: datetime, reading: Reading) -> History:
    """The history of a sheet; `reading` opens the ledger again for what is seldom asked for."""
    since = link.execute(select(t.sheets.c.since).where(t.sheets.c.number == sheet)).scalar()
    seen = link.execute(
        select(t.runs.c.seen)
        .where(t.runs.c.sheet == sheet, t.runs.c.recorded == 1)
        .order_by(t.runs.c.number.desc())
        .limit(1)
    ).scalar()
    last: dict[str, Any] = json.loads(seen) if seen else {}
    highest = select(t.ids.c.prefix, func.max(t.ids.c.sequence)).where(t.ids.c.sheet == sheet)
    written = select(t.reviews.c.period, t.reviews.c.written).where(t.reviews.c.sheet == sheet)
    lives = _lives(link, sheet, printer)
    return History(
        lives=lives,
        since=_moment(since),
        last_rows={tab: look["rows"] for tab, look in last.items()},
        last_columns={tab: frozenset(look["columns"]) for tab, look in last.items()},
        highest=dict(map(tuple, link.execute(highest.group_by(t.ids.c.prefix)))),
        mailed=_mailed(link, sheet, printer, now.date()),
        reviewed={period: datetime.fromisoformat(moment) for period, moment in link.execute(written)},
        unnamed=_Unnamed(link, sheet, printer),
        differing=_Differing(reading, sheet, printer, lives),
        policy=read_policy(link, sheet),
        print_of=printer.field,
        not_run=_NotRun(reading, sheet, printer, now),
        listed=_Listed(reading, sheet),
    )


class _Told(NamedTuple):
    """A life as the ledger tells it. Thousands of requests, seen by the same runs, have the very same one."""

    first_seen: str
    first_response: str | None
    resolved_seen: str | None
    reopenings: str
    due_changes: int
    owner_changes: int
    last_progress: str | None
    unsure: str
    gone: str | None


_LIFE = [t.requests.c[name] for name in ("identifier", *_Told._fields)]


class _Lives(Mapping[str, Life]):
    """ID → life; what the ledger tells becomes a `Life` when it is asked for, once for all that are alike."""

    def __init__(
        self, rows: Mapping[str, _Told], cores: Mapping[str, bytes | None], printer: Printer
    ) -> None:
        self._rows, self._cores, self._printer = rows, cores, printer
        self._made: dict[_Told, Life] = {}

    def __getitem__(self, identifier: str) -> Life:
        return self._life(self._rows[self._printer.identifier(identifier)])

    def _life(self, told: _Told) -> Life:
        made = self._made.get(told)
        if made is None:
            made = self._made[told] = life(told)
        return made

    def many(self, identifiers: Sequence[str | None]) -> list[Life | None]:
        """The life of each ID: what the ledger tells of many in the same words is read once."""
        kept = self._printer.identifier
        rows = [self._rows.get(kept(text)) if text else None for text in identifiers]
        alike = dict(zip(map(id, rows), rows, strict=True))
        lives = {mark: None if told is None else self._life(told) for mark, told in alike.items()}
        return list(map(lives.__getitem__, map(id, rows)))

    def first_seen(self, identifiers: Iterable[str | None]) -> list[datetime | None]:
        """When each ID was first seen: a run sees many, so each moment is read once."""
        rows = [self._rows.get(self._printer.identifier(text)) if text else None for text in identifiers]
        texts = [row.first_seen if row is not None else None for row in rows]
        moments = {text: _moment(text) for text in set(texts)}
        return [moments[text] for text in texts]

    def core_print(self, identifier: str) -> bytes | None:
        """The print of customer and description as last seen; None for an ID never seen or without a description."""
        return self._cores.get(identifier)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class _Unnamed:
    """Finds the life of a row without an ID, by the cells that people own, else by customer and description."""

    def __init__(self, link: Connection, sheet: int, printer: Printer) -> None:
        there = (
            (t.requests.c.sheet == sheet) & t.requests.c.identifier.is_(None) & t.requests.c.gone.is_(None)
        )
        wanted = select(*_LIFE, t.requests.c.person_print, t.requests.c.core_print).where(there)
        # Last wins: of several alike, the one that was seen last.
        self._rows: dict[bytes, Row[Any]] = {}
        for row in link.execute(wanted.order_by(t.requests.c.first_seen)):
            self._rows.update(dict.fromkeys(filter(None, (row.core_print, row.person_print)), row))
        self._printer = printer

    def __call__(self, table: Table, index: int) -> Life | None:
        """The life of the `index`-th begun row of a table, None for one never seen."""
        if not self._rows:
            return None
        texts = {
            key: f"{key}{CELL}{text}"
            for key in sorted(table.columns)
            if (text := plain(table.column(key)[index]))
        }
        prints = [joined(text for key, text in texts.items() if not BY_KEY[key].by_job)]
        if CORE[-1] in texts:
            prints.append(joined(texts[key] for key in CORE if key in texts))
        found = (self._rows.get(self._printer.row(text)) for text in prints)
        return next((life(row) for row in found if row is not None), None)


class _Differing:
    """Compares a row with the request that was last seen under its ID."""

    def __init__(self, reading: Reading, sheet: int, printer: Printer, lives: _Lives) -> None:
        self._reading, self._sheet, self._printer, self._lives = reading, sheet, printer, lives

    def __call__(self, table: Table, index: int) -> int:
        """How many of customer and description differ; 0 for an ID never seen."""
        raw = table.column("id")[index] if table.has("id") else None
        identifier = self._printer.identifier(plain(raw))
        texts = {key: plain(table.column(key)[index]) for key in CORE}
        return self._of(identifier, texts)

    def many(self, table: Table, indexes: Sequence[int]) -> list[int]:
        """The same of many rows; those that are as good as always are told by their prints alone."""
        found: list[int] = []
        for start in range(0, len(indexes), AT_ONCE):
            found += self._some(table, indexes[start : start + AT_ONCE])
        return found

    def _some(self, table: Table, indexes: Sequence[int]) -> list[int]:
        texts = {key: plain_texts([table.column(key)[index] for index in indexes]) for key in (*CORE, "id")}
        ids = list(map(self._printer.identifier, texts.pop("id")))
        labelled = [[f"{key}{CELL}{text}" if text else "" for text in texts[key]] for key in CORE]
        prints = self._printer.rows(map(joined, zip(*labelled, strict=True)))
        known = map(self._lives.core_print, ids)
        rows = zip(ids, *texts.values(), strict=True)
        return [
            0 if mark and mark == was else self._of(row[0], dict(zip(CORE, row[1:], strict=True)))
            for mark, was, row in zip(prints, known, rows, strict=True)
        ]

    def _of(self, identifier: str, texts: Mapping[str, str]) -> int:
        known = self._lives.core_print(identifier)
        if known is not None and known == self._printer.row(
            joined(f"{key}{CELL}{text}" for key, text in texts.items() if text)
        ):
            return 0  # as good as always, and without asking the ledger
        wanted = select(t.requests.c.fields).where(
            t.requests.c.sheet == self._sheet, t.requests.c.identifier == identifier
        )
        with self._reading() as link:
            fields = link.execute(wanted.order_by(*_OF_ONE_ID).limit(1)).scalar()
        now = {key: self._printer.field(text) for key, text in texts.items() if text}
        return differing(json.loads(fields), now) if fields else 0


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


# Of several requests with one ID: one that is still in the sheet, and of those the oldest.
_OF_ONE_ID = (t.requests.c.gone.is_not(None), t.requests.c.number)


def _lives(link: Connection, sheet: int, printer: Printer) -> _Lives:
    named = t.requests.c.identifier.is_not(None)
    wanted = select(*_LIFE, t.requests.c.core_print).where(t.requests.c.sheet == sheet, named)
    rows: dict[str, _Told] = {}
    cores: dict[str, bytes | None] = {}
    alike: dict[tuple[Any, ...], _Told] = {}
    for identifier, *values, core in link.execute(wanted.order_by(*_OF_ONE_ID)):
        if identifier not in rows:
            told = tuple(values)
            rows[identifier] = alike.get(told) or alike.setdefault(told, _Told(*told))
            cores[identifier] = core
    return _Lives(rows, cores, printer)


def life(row: Any) -> Life:
    """A request of the ledger as the jobs know it."""
    return Life(
        first_seen=datetime.fromisoformat(row.first_seen),
        first_response=_moment(row.first_response),
        resolved_seen=_moment(row.resolved_seen),
        reopenings=tuple(
            Reopening(date.fromisoformat(resolved[:10]), datetime.fromisoformat(seen))
            for resolved, seen in json.loads(row.reopenings)
        ),
        due_changes=row.due_changes,
        owner_changes=row.owner_changes,
        last_progress=_moment(row.last_progress),
        unsure=frozenset(row.unsure.split()),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


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
            last = _moment(link.execute(mails).scalar())
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
