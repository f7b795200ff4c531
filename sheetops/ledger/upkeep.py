"""Keep the ledger small, honest and discreet: rebuild what is derived, prune what is old, forget a request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from sheetops.ledger import tables as t
from sheetops.ledger.asking import requests_named
from sheetops.ledger.asleep import Beginnings
from sheetops.ledger.begin import as_row
from sheetops.ledger.bulk import chunks
from sheetops.ledger.last_look import drop_look, forget_marks
from sheetops.ledger.life import Story
from sheetops.ledger.seeing import AT_ONCE
from sheetops.ledger.sights import beginnings, forget_beginnings, of_number
from sheetops.ledger.stories import write_stories
from sheetops.ledger.taken import keep_numbers, note_forgotten


def _held(link: Connection, sheet: int | None = None) -> Sequence[int]:
    """A sheet, or all: on PostgreSQL no run remembers what it saw of them meanwhile; SQLite has one writer anyway.

    A run writes over what it has read; it would put back what is taken out in between.
    """
    wanted = select(t.sheets.c.number).order_by(t.sheets.c.number).with_for_update()
    if sheet is not None:
        wanted = wanted.where(t.sheets.c.number == sheet)
    return link.execute(wanted).scalars().all()


def rebuild(link: Connection) -> int:
    """Derive every request anew from the changes. Returns how many were not as they should be."""
    wrong = 0
    for sheet in _held(link):
        asleep = beginnings(link, sheet)
        stored = select(func.max(t.requests.c.number)).where(t.requests.c.sheet == sheet)
        told = select(func.max(t.changes.c.request)).where(t.changes.c.sheet == sheet)
        last = max(link.execute(highest).scalar() or 0 for highest in (stored, told))
        parts = range(1, last + 1, AT_ONCE)
        of_sheet = sum(_rebuild_some(link, sheet, first, first + AT_ONCE - 1, asleep) for first in parts)
        if of_sheet:
            drop_look(link, sheet)  # it was of requests that were not as they should be
        wrong += of_sheet
    return wrong


def _rebuild_some(link: Connection, sheet: int, first: int, last: int, asleep: Sequence[Beginnings]) -> int:
    """As `rebuild`, of the requests with these numbers."""
    columns = t.requests.c
    wanted = select(t.requests).where(columns.sheet == sheet, columns.number.between(first, last))
    stored = {row.number: dict(row._mapping) for row in link.execute(wanted)}
    differing: list[Story] = []
    for story in _retold(link, sheet, first, last, asleep):
        was = stored.pop(story.number, None)
        if was != as_row(sheet, story):
            story.asleep = was is None
            differing.append(story)
    write_stories(link, sheet, differing)
    _delete_requests(link, sheet, stored)
    return len(differing) + len(stored)


def _retold(
    link: Connection, sheet: int, first: int, last: int, asleep: Sequence[Beginnings]
) -> Iterator[Story]:
    """The stories of the requests of which something changed since they were first seen."""
    columns = t.changes.c
    changes = (
        select(columns.request, t.runs.c.began, columns.what)
        .join(t.runs, t.runs.c.number == columns.run)
        .where(columns.sheet == sheet, columns.request.between(first, last))
        .order_by(columns.request, columns.run)
    )
    for number, of_request in groupby(link.execute(changes).all(), key=itemgetter(0)):
        part = of_number(asleep, number)
        story = Story(number) if part is None else part.stories([number])[0]
        for _, began, what in of_request:
            story.add(began, json.loads(what))
        yield story


def forget(link: Connection, identifier: str, sheet: int | None) -> int:
    """Delete all that is known of the requests with this ID but that its number is taken. Returns how many there were."""
    _held(link, sheet)
    found = [(of_sheet, number) for of_sheet, number, _ in requests_named(link, identifier, sheet)]
    for of_sheet, number in found:
        keep_numbers(link, of_sheet, [identifier])
        note_forgotten(link, of_sheet, identifier)
        _forget(link, of_sheet, [number])
    return len(found)


def _forget(link: Connection, sheet: int, numbers: Sequence[int]) -> None:
    of_sheet = select(t.runs.c.number).where(t.runs.c.sheet == sheet)
    forget_beginnings(link, sheet, numbers)
    forget_marks(link, sheet, numbers)
    for part in chunks(numbers):
        link.execute(delete(t.changes).where(t.changes.c.sheet == sheet, t.changes.c.request.in_(part)))
        link.execute(delete(t.findings).where(t.findings.c.sheet == sheet, t.findings.c.request.in_(part)))
        link.execute(delete(t.edits).where(t.edits.c.run.in_(of_sheet), t.edits.c.request.in_(part)))
        _delete_requests(link, sheet, part)


def _delete_requests(link: Connection, sheet: int, numbers: Iterable[int]) -> None:
    for part in chunks(numbers):
        link.execute(delete(t.requests).where(t.requests.c.sheet == sheet, t.requests.c.number.in_(part)))


def prune(link: Connection, before: str) -> dict[str, int]:
    """Delete what ended before the moment `before` (ISO text). Returns how many rows of each table went.

    Kept whatever its age: requests that are still in the sheet with their whole life, the highest number given
    under each prefix, what the policy says now, runs that these need, and the last recorded run of each sheet.
    """
    removed = {"requests": 0}
    for sheet in link.execute(select(t.sheets.c.number)).scalars().all():
        old = select(t.requests.c.number).where(t.requests.c.sheet == sheet, t.requests.c.gone < before)
        if link.execute(old.limit(1)).scalar() is None:
            continue
        _held(link, sheet)
        numbers = link.execute(old).scalars().all()
        keep_numbers(link, sheet, link.execute(old.with_only_columns(t.requests.c.identifier)).scalars())
        _forget(link, sheet, numbers)
        removed["requests"] += len(numbers)
    old_runs = select(t.runs.c.number).where(t.runs.c.began < before)
    last = select(func.max(t.runs.c.number)).where(t.runs.c.recorded == 1).group_by(t.runs.c.sheet)
    highest, later = t.ids.alias(), t.policy.alias()
    followed = select(later.c.run).where(
        later.c.sheet == t.policy.c.sheet, later.c.name == t.policy.c.name, later.c.run > t.policy.c.run
    )
    higher = select(highest.c.sequence).where(
        highest.c.sheet == t.ids.c.sheet,
        highest.c.prefix == t.ids.c.prefix,
        highest.c.sequence > t.ids.c.sequence,
    )
    for table, ended in (
        (t.edits, t.edits.c.run.in_(old_runs)),
        (t.tabs, t.tabs.c.run.in_(old_runs)),
        (t.policy, t.policy.c.run.in_(old_runs) & followed.exists()),
        (t.findings, t.findings.c.gone_run.in_(old_runs)),
        (t.mails, t.mails.c.day < datetime.fromisoformat(before).date()),
        (t.slots, t.slots.c.slot < before),
        (t.ids, t.ids.c.run.in_(old_runs) & higher.exists()),
    ):
        removed[table.name] = _delete(link, table, ended)
    needed = t.runs.c.number.in_(select(t.changes.c.run)) | t.runs.c.number.in_(last)
    needed |= t.runs.c.number.in_(select(t.findings.c.first_run)) | t.runs.c.number.in_(select(t.mails.c.run))
    needed |= t.runs.c.number.in_(select(t.policy.c.run)) | t.runs.c.number.in_(select(t.beginnings.c.run))
    removed["runs"] = _delete(link, t.runs, (t.runs.c.began < before) & ~needed)
    return removed


def _delete(link: Connection, table: Table, ended: ColumnElement[bool]) -> int:
    count: int = link.execute(delete(table).where(ended)).rowcount
    return count
