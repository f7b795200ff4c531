"""What the ledger tells people: its runs, what is unfinished or unknown, the life of a request."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from heapq import merge
from itertools import compress, groupby
from operator import itemgetter
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from sheetops.domain.history import Happening, Life, PastEdit
from sheetops.errors import LedgerError
from sheetops.ledger import tables as t
from sheetops.ledger.begin import as_row
from sheetops.ledger.events import Event, events
from sheetops.ledger.lives import life
from sheetops.ledger.prints import NOTHING, row_of, unpack
from sheetops.ledger.seeing import Place
from sheetops.ledger.sights import beginnings, of_number, sleeping


class Run(NamedTuple):
    """One run. `outcome` is None while it is unfinished; then `recorded` says whether its writes are remembered."""

    id: str
    sheet: str
    jobs: tuple[str, ...]
    began: datetime
    recorded: bool
    outcome: str | None
    counts: Mapping[str, int]
    timings: Mapping[str, float]
    tabs: tuple[str, ...]
    title: str = ""  # what people call the sheet, where its place does not say it


class Mail(NamedTuple):
    """One claimed mail; `to` is masked. `outcome` is None where nobody knows whether it left."""

    run: str
    sheet: str
    job: str
    to: str
    day: date
    outcome: str | None
    message_id: str

    @property
    def key(self) -> str:
        """What a person types to name it."""
        return self.message_id.strip("<>")[:8]


class SheetState(NamedTuple):
    """One sheet as the last recorded run left it."""

    place: str
    since: datetime
    last_run: str
    last_seen: datetime
    requests: int  # in the sheet
    open: int
    overdue: int  # open and due before the day asked for
    findings: Mapping[str, int]  # severity → how many are there now
    title: str = ""  # what people call it, where its place does not say it


class LifeStory(NamedTuple):
    """All that is known of one request."""

    sheet: str
    tab: str
    id: str | None
    life: Life
    gone: datetime | None  # when it was found to be no longer in the sheet
    fields: Mapping[str, str | None]  # as last seen; None where the words are not stored
    events: tuple[Event, ...]
    edits: tuple[PastEdit, ...]
    findings: tuple[tuple[str, str, str, str | None], ...]  # rule, field, first run, run that found it gone


def runs(link: Connection, limit: int, only_open: bool = False) -> list[Run]:
    """Runs, newest first; or only those that failed or never ended, and after which none on their sheet went well."""
    wanted = select(t.runs, t.sheets.c.place).join(t.sheets, t.sheets.c.number == t.runs.c.sheet)
    if only_open:
        later = t.runs.alias()
        well = exists().where(
            later.c.sheet == t.runs.c.sheet,
            later.c.number > t.runs.c.number,
            later.c.outcome.in_(("done", "partly")),
        )
        wanted = wanted.where(t.runs.c.outcome.is_(None) | (t.runs.c.outcome == "failed"), ~well)
    found = link.execute(wanted.order_by(t.runs.c.number.desc()).limit(limit)).all()
    known = _titles(link, {row.sheet for row in found})
    names: dict[int, list[str]] = {}
    for run, name in link.execute(
        select(t.tabs.c.run, t.tabs.c.name).where(t.tabs.c.run.in_([row.number for row in found]))
    ):
        names.setdefault(run, []).append(name)
    return [
        Run(
            row.id,
            row.place,
            tuple(json.loads(row.jobs)),
            datetime.fromisoformat(row.began),
            bool(row.recorded),
            row.outcome,
            json.loads(row.counts or "{}"),
            json.loads(row.timings or "{}"),
            tuple(names.get(row.number, ())),
            known.get(row.sheet, ""),
        )
        for row in found
    ]


def _titles(link: Connection, sheets: Collection[int]) -> dict[int, str]:
    names = {t.title_of(sheet): sheet for sheet in sheets}
    wanted = select(t.about.c.name, t.about.c.value).where(t.about.c.name.in_(names))
    return {names[name]: title for name, title in link.execute(wanted)}


def sheets_titled(link: Connection, title: str) -> list[int]:
    """The numbers of the sheets that people called so when they were last looked at."""
    wanted = select(t.about.c.name).where(t.about.c.value == title, t.about.c.name.startswith(t.title_of("")))
    return [int(name.removeprefix(t.title_of(""))) for name in link.execute(wanted).scalars()]


def run_named(link: Connection, name: str) -> Any:
    """The run whose id is `name` or, alone, begins with it. Raises LedgerError."""
    exact = link.execute(select(t.runs).where(t.runs.c.id == name)).one_or_none()
    if exact is not None:
        return exact
    begins = t.runs.c.id.startswith(name, autoescape=True)
    found = link.execute(select(t.runs).where(begins).limit(2)).all() if name else []
    if len(found) != 1:
        state = "several runs begin so" if found else "the ledger knows no such run"
        raise LedgerError(f"{name}: {state}", mend="`sheetops status` lists the runs")
    return found[0]


def mails(link: Connection, which: ColumnElement[bool]) -> list[Mail]:
    """The claimed mails that fit; each with the place of the sheet whose run sent it."""
    wanted = (
        select(t.mails, t.runs.c.id.label("run_id"), t.sheets.c.place)
        .join(t.runs, t.runs.c.number == t.mails.c.run)
        .join(t.sheets, t.sheets.c.number == t.runs.c.sheet)
        .where(which, t.mails.c.job.not_in(("told", "held")))
        .order_by(t.mails.c.number)
    )
    return [
        Mail(row.run_id, row.place, row.job, row.label, row.day, row.outcome, row.message_id)
        for row in link.execute(wanted)
    ]


def past_edits(
    link: Connection, wanted: Select[Any], where_now: Mapping[int, Place] | None = None
) -> list[PastEdit]:
    """Edits as they were made (or left alone), each with the place of its row now where that is known."""
    found = link.execute(wanted).all()
    identifiers = _identifiers(link, found)
    edits = []
    for row in found:
        (old, old_print), (new, new_print) = unpack(row.old), unpack(row.new)
        now = (where_now or {}).get(row.request) if row.request is not None else None
        edits.append(
            PastEdit(
                run=row.run_id,
                tab=now.tab if now else row.tab,
                row=now.row if now else None,
                cell=row.cell,
                id=row_of(row.new) or identifiers.get((row.sheet, row.request)),
                column=row.field,
                old=old,
                new=new,
                outcome=row.outcome,
                stored=old_print is None and new_print is None,
                living=row_of(row.new) is not None,
                old_stored=old_print is None,
                print=new_print,
            )
        )
    return edits


def edits_of(number: int) -> Select[Any]:
    """The edits of one run."""
    return _edits().where(t.edits.c.run == number)


def _edits() -> Select[Any]:
    return (
        select(t.edits, t.runs.c.id.label("run_id"), t.runs.c.sheet)
        .join(t.runs, t.runs.c.number == t.edits.c.run)
        .order_by(t.edits.c.run, t.edits.c.place)
    )


def _identifiers(link: Connection, found: Sequence[Any]) -> dict[tuple[int, int | None], str | None]:
    sheets = {row.sheet for row in found}
    wanted = select(t.requests.c.sheet, t.requests.c.number, t.requests.c.identifier)
    if len(found) < 500:
        wanted = wanted.where(
            t.requests.c.number.in_({row.request for row in found if row.request is not None})
        )
    known: dict[tuple[int, int | None], str | None] = {}
    for sheet in sheets:
        for part in beginnings(link, sheet):
            known.update(
                ((sheet, number), identifier or None)
                for number, identifier in enumerate(part.texts("id"), part.first)
            )
    known.update(
        ((sheet, number), identifier)
        for sheet, number, identifier in link.execute(wanted.where(t.requests.c.sheet.in_(sheets)))
    )
    return known


def sheet_states(link: Connection, today: date) -> Iterator[SheetState]:
    """Every sheet that was ever recorded, and how the last run left it."""
    for sheet in link.execute(
        select(t.sheets).where(t.sheets.c.since.is_not(None)).order_by(t.sheets.c.place)
    ):
        last = link.execute(
            select(t.runs.c.id, t.runs.c.began)
            .where(t.runs.c.sheet == sheet.number, t.runs.c.recorded == 1)
            .order_by(t.runs.c.number.desc())
            .limit(1)
        ).one_or_none()
        if last is None:
            continue
        count, dues = _there(link, sheet.number)
        findings = (
            select(t.findings.c.severity, func.count())
            .where(t.findings.c.sheet == sheet.number, t.findings.c.gone_run.is_(None))
            .group_by(t.findings.c.severity)
        )
        yield SheetState(
            sheet.place,
            datetime.fromisoformat(sheet.since),
            last.id,
            datetime.fromisoformat(last.began),
            count,
            len(dues),
            sum(bool(due) and not due.startswith("#") and due < today.isoformat() for due in dues),
            dict(map(tuple, link.execute(findings))),
            _titles(link, {sheet.number}).get(sheet.number, ""),
        )


def _there(link: Connection, sheet: int) -> tuple[int, list[str]]:
    """How many requests are in a sheet, and the due dates of those that are open, blank where there is none."""
    there = (t.requests.c.sheet == sheet) & t.requests.c.gone.is_(None)
    count: int = link.execute(select(func.count()).where(there)).scalar_one()
    wanted = select(t.requests.c.fields).where(there, t.requests.c.resolved_seen.is_(None))
    dues = [json.loads(fields).get("due", "") for fields in link.execute(wanted).scalars()]
    for part in sleeping(link, sheet):
        resolved = list(part.fields_asleep("resolved"))
        count += len(resolved)
        is_open = (not text or text.startswith("#") for text in resolved)
        dues += compress(part.fields_asleep("due"), is_open)
    return count, dues


def requests_named(
    link: Connection, identifier: str, sheet: int | None = None
) -> list[tuple[int, int, bool]]:
    """(sheet, number, whether it is gone) of every request that has (or last had) this ID, in one sheet or in all."""
    of_id = select(t.requests.c.sheet, t.requests.c.number, t.requests.c.gone.is_not(None))
    of_id = of_id.where(t.requests.c.identifier == identifier)
    sheets = select(t.beginnings.c.sheet).distinct()
    if sheet is not None:
        of_id, sheets = of_id.where(t.requests.c.sheet == sheet), sheets.where(t.beginnings.c.sheet == sheet)
    found = [(of_sheet, number, bool(gone)) for of_sheet, number, gone in link.execute(of_id)]
    for of_sheet in link.execute(sheets).scalars().all():
        for part in sleeping(link, of_sheet):
            both = zip(part.numbers(), part.fields_asleep("id"), strict=True)
            found += [(of_sheet, number, False) for number, text in both if text == identifier]
    return sorted(found, key=lambda one: (one[2], *one[:2]))


def stories(link: Connection, identifier: str, sheet: int | None = None) -> list[LifeStory]:
    """Every request that has (or last had) this ID, in the sheets known; the one still there first."""
    places = dict(map(tuple, link.execute(select(t.sheets.c.number, t.sheets.c.place))))
    return [
        story_of(link, of_sheet, number, places[of_sheet])
        for of_sheet, number, _ in requests_named(link, identifier, sheet)
    ]


def story_of(link: Connection, sheet: int, number: int, place: str) -> LifeStory:
    """All that is known of one request."""
    told = (
        select(t.runs.c.began, t.runs.c.id, t.changes.c.what)
        .join(t.runs, t.runs.c.number == t.changes.c.run)
        .where(t.changes.c.sheet == sheet, t.changes.c.request == number)
        .order_by(t.changes.c.run)
    )
    part = of_number(beginnings(link, sheet), number)
    changes = [] if part is None else [part.told(number)]
    changes += [(began, run, json.loads(what)) for began, run, what in link.execute(told)]
    edits = past_edits(link, _edits().where(t.edits.c.request == number, t.runs.c.sheet == sheet))
    over = {(made.run, made.column) for made in edits if made.old is not None or not made.old_stored}
    blank = (made for made in edits if made.old is None and made.old_stored and made.outcome == "written")
    empty = {(made.run, made.column) for made in blank}
    story, happened = events(number, changes, over, empty)
    row = SimpleNamespace(**as_row(sheet, story))
    found = link.execute(
        select(t.findings).where(t.findings.c.sheet == sheet, t.findings.c.request == number)
    ).all()
    ids = dict(
        map(
            tuple,
            link.execute(
                select(t.runs.c.number, t.runs.c.id).where(
                    t.runs.c.number.in_(
                        {f.first_run for f in found} | {f.gone_run for f in found if f.gone_run}
                    )
                )
            ),
        )
    )
    return LifeStory(
        sheet=place,
        tab=story.tab,
        id=story.identifier,
        life=life(row),
        gone=datetime.fromisoformat(story.gone) if story.gone else None,
        fields={key: value.partition("#")[0] or None for key, value in sorted(story.fields.items())},
        events=tuple(happened),
        edits=tuple(edits),
        findings=tuple((f.rule, f.field, ids.get(f.first_run, ""), ids.get(f.gone_run)) for f in found),
    )


def happened(link: Connection, sheet: int) -> Iterator[Happening]:
    """What runs saw happen to every request of a sheet."""
    wanted = (
        select(t.changes.c.request, t.runs.c.began, t.runs.c.id, t.changes.c.what)
        .join(t.runs, t.runs.c.number == t.changes.c.run)
        .where(t.changes.c.sheet == sheet)
        .order_by(t.changes.c.request, t.changes.c.run)
    )
    later = (
        (number, began, run, json.loads(what)) for number, began, run, what in link.execute(wanted).all()
    )
    first = (told for part in beginnings(link, sheet) for told in part.all_told())
    changes = merge(first, later, key=itemgetter(0))  # of one request the first sight comes first
    over, empty = _replaced(link, sheet), _into_empty(link, sheet)
    moments: dict[str, datetime] = {}  # of runs, each of which saw much
    for number, of_request in groupby(changes, key=itemgetter(0)):
        told = [change[1:] for change in of_request]
        story, events_of_it = events(number, told, over.get(number, ()), empty.get(number, ()))
        for one in events_of_it:
            moment = moments.get(one.moment)
            if moment is None:
                moment = moments[one.moment] = datetime.fromisoformat(one.moment)
            yield Happening(number, story.identifier, moment, *one[1:])


def _replaced(link: Connection, sheet: int) -> dict[int, set[tuple[str, str]]]:
    """By request: (run id, field) where a job wrote over something, not into an empty cell."""
    wanted = (
        select(t.edits.c.request, t.runs.c.id, t.edits.c.field)
        .join(t.runs, t.runs.c.number == t.edits.c.run)
        .where(t.runs.c.sheet == sheet, t.edits.c.request.is_not(None), t.edits.c.old != NOTHING)
    )
    return _by_request(link, wanted)


def _into_empty(link: Connection, sheet: int) -> dict[int, set[tuple[str, str]]]:
    """By request: (run id, field) where a job filled an empty cell of a request that was seen before."""
    before = exists().where(
        t.changes.c.sheet == sheet,
        t.changes.c.request == t.edits.c.request,
        t.changes.c.run == t.edits.c.run,
    )
    wanted = (
        select(t.edits.c.request, t.runs.c.id, t.edits.c.field)
        .join(t.runs, t.runs.c.number == t.edits.c.run)
        .where(t.runs.c.sheet == sheet, t.edits.c.outcome == "written", t.edits.c.old == NOTHING, before)
    )
    return _by_request(link, wanted)


def _by_request(link: Connection, wanted: Select[Any]) -> dict[int, set[tuple[str, str]]]:
    found: dict[int, set[tuple[str, str]]] = {}
    for request, run, field in link.execute(wanted):
        found.setdefault(request, set()).add((run, field))
    return found
