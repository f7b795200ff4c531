"""Remember one run: what was seen, written and found. One transaction; writes in proportion to what changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from sheetops.domain.finding import Finding
from sheetops.domain.plan import Edit, Plan, Write
from sheetops.domain.table import RowRef, as_text
from sheetops.domain.template import BY_KEY, TAB_NAMES
from sheetops.domain.view import View
from sheetops.errors import LedgerError
from sheetops.ledger import tables as t
from sheetops.ledger.begin import Look
from sheetops.ledger.bulk import chunks, insert_many
from sheetops.ledger.found import name_of
from sheetops.ledger.last_look import Kept, ToJudge, drop_look, keep_look, last_look
from sheetops.ledger.lives import Lives
from sheetops.ledger.placing import Before
from sheetops.ledger.policies import keep_policy
from sheetops.ledger.prints import Printer, pack
from sheetops.ledger.rows import remember_rows
from sheetops.ledger.seeing import Done, SeenTable


def record(link: Connection, printer: Printer, run_id: str, view: View, plan: Plan, done: Done) -> None:
    """Write what the run saw and did. Raises LedgerError for a run that is unknown or was recorded before."""
    run = _open_run(link, run_id)
    before, day = _look_before(link, run.sheet)
    look = Look(run.sheet, run.number, run.began, day)
    tables = see(view, done.writes, printer)
    there = frozenset(grid.name for grid in view.snapshot.raw.grids)
    marked = any(table.marks is not None for table in view.snapshot.tables)
    last = last_look(link, run.sheet, before) if marked else None
    lives = view.history.lives
    read = lives.parts_read if isinstance(lives, Lives) else ()
    asked = view.history.to_judge
    found = asked.found if isinstance(asked, ToJudge) else ()
    numbers, whole = remember_rows(link, look, tables, there, last, Before(read, found))
    if marked and whole:
        keep_look(link, run.sheet, run.number, Kept(tables, numbers, plan.judged, plan.edits), last)
    else:
        drop_look(link, run.sheet)
    request_of = _RequestOf(tables, numbers)
    _edits(link, run.number, done, request_of, printer)
    _release_unwritten(link, run.number, done)
    if "validate" in json.loads(run.jobs):
        _findings(link, look, plan.findings, request_of)
    if done.tabs:
        link.execute(insert(t.tabs), [{"run": run.number, "name": name} for name in dict.fromkeys(done.tabs)])
    _reviews(link, look, done.tabs)
    keep_policy(link, printer, run.sheet, run.number, view)
    seen = {
        tab: {"rows": len(numbers[tab]) - numbers[tab].count(0), "columns": sorted(table.keys)}
        for tab, table in tables.items()
    }
    link.execute(
        update(t.runs)
        .where(t.runs.c.number == run.number)
        .values(recorded=1, seen=_json(seen), counts=_json(_counts(plan, done)), token=done.token)
    )
    _note_title(link, run.sheet, view.snapshot.raw.title)
    if not look.before:
        link.execute(update(t.sheets).where(t.sheets.c.number == run.sheet).values(since=run.began))


def _note_title(link: Connection, sheet: int, title: str) -> None:
    """What people call a sheet whose place does not say it."""
    name = t.title_of(sheet)
    known = link.execute(select(t.about.c.value).where(t.about.c.name == name)).scalar_one_or_none()
    if known is None and title:
        link.execute(insert(t.about).values(name=name, value=title))
    elif known != title and title:
        link.execute(update(t.about).where(t.about.c.name == name).values(value=title))


class _RequestOf:
    """Which request stands in a row of a tab; None for a row that is none of the tables'."""

    def __init__(self, tables: Mapping[str, SeenTable], numbers: Mapping[str, Sequence[int]]) -> None:
        self._tables, self._numbers = tables, numbers

    def __call__(self, tab: str, row: int) -> int | None:
        index = self._tables[tab].index_of(row) if tab in self._tables else None
        return None if index is None else self._numbers[tab][index] or None


def see(view: View, writes: Sequence[Write], printer: Printer) -> dict[str, SeenTable]:
    """The request tables of a view with the writes over them, each in the row that it was planned for.

    What people did between look and write, rows they inserted too, is for the next look to see.
    """
    asked = view.history.to_judge
    keyed = asked.keyed(printer) if isinstance(asked, ToJudge) else {}
    of_tab: dict[str, list[Write]] = {}
    for write in writes:
        of_tab.setdefault(write.edit.ref.tab, []).append(write)
    return {
        table.tab: SeenTable(table, view, of_tab.get(table.tab, ()), printer, keyed.get(table.tab))
        for table in view.snapshot.tables
    }


def _open_run(link: Connection, run_id: str) -> Row[Any]:
    run = link.execute(select(t.runs).where(t.runs.c.id == run_id)).one_or_none()
    if run is None or run.recorded:
        state = "was recorded before" if run is not None else "is not in the ledger"
        raise LedgerError(f"run {run_id} {state}", mend="run the job again")
    # A run that was stopped for long must not put its old look over that of a run that came after it.
    later = select(t.runs.c.id).where(
        t.runs.c.sheet == run.sheet, t.runs.c.number > run.number, t.runs.c.recorded == 1
    )
    # On PostgreSQL two runs on one sheet wait for each other here; SQLite has one writer anyway.
    link.execute(select(t.sheets.c.number).where(t.sheets.c.number == run.sheet).with_for_update())
    newer = link.execute(later.limit(1)).scalar()
    if newer is not None:
        raise LedgerError(
            f"run {newer} looked at the sheet after run {run_id} and is remembered already",
            mend="run it again; what this run wrote stands in the sheet and not in the ledger",
        )
    return run


def _look_before(link: Connection, sheet: int) -> tuple[int | None, str]:
    """The number and the day of the last recorded run of a sheet, blank where there is none."""
    wanted = select(t.runs.c.number, t.runs.c.began).where(t.runs.c.sheet == sheet, t.runs.c.recorded == 1)
    last = link.execute(wanted.order_by(t.runs.c.number.desc()).limit(1)).one_or_none()
    return (last.number, last.began[:10]) if last is not None else (None, "")


def _edits(link: Connection, run: int, done: Done, request_of: _RequestOf, printer: Printer) -> None:
    done_or_left = [(write.edit, write.tab, write.cell, "written") for write in done.writes]
    done_or_left += [(c.edit, c.edit.ref.tab, c.edit.cell, c.reason) for c in done.conflicts]
    living = _living_rows([edit for edit, *_ in done_or_left])
    rows = [
        _edit(edit, request_of(edit.ref.tab, edit.ref.row), tab, cell, outcome, printer, living)
        for edit, tab, cell, outcome in done_or_left
    ]
    if rows:
        insert_many(link, t.edits, [{"run": run, "place": at, **row} for at, row in enumerate(rows)])


def _living_rows(edits: Sequence[Edit]) -> dict[RowRef, str]:
    """The IDs of the rows of living tabs, those given by this run too. No request has columns of theirs alone."""
    living = {edit.ref.tab for edit in edits if edit.column not in BY_KEY}
    given = {edit.ref: as_text(edit.new) for edit in edits if edit.column == "id" and edit.new is not None}
    refs = {edit.ref for edit in edits if edit.ref.tab in living}
    return {ref: row for ref in refs if (row := ref.id or given.get(ref)) is not None}


def _release_unwritten(link: Connection, run: int, done: Done) -> None:
    """Give back the numbers that the run took and did not write (a locked cell, a person who got there first).

    Nobody saw them, so the next run may give them; else every run would burn one for each such row.
    """
    mine = select(t.ids.c.prefix, t.ids.c.sequence).where(t.ids.c.run == run)
    taken = link.execute(mine).all()
    ways = {len(prefix) for prefix, _ in taken}
    written: set[tuple[str, int]] = set()  # every way to read each ID that was written
    for write in done.writes:
        if ways and write.edit.column == "id":
            text = as_text(write.edit.new)
            written.update((text[:at], int(text[at:])) for at in ways if text[at:].isdecimal())
    for prefix, number in taken:
        if (prefix, number) not in written:
            this = (t.ids.c.run == run) & (t.ids.c.prefix == prefix) & (t.ids.c.sequence == number)
            link.execute(delete(t.ids).where(this))


def _edit(
    edit: Edit,
    request: int | None,
    tab: str,
    cell: str,
    outcome: str,
    printer: Printer,
    living: Mapping[RowRef, str],
) -> dict[str, object]:
    row = living.get(edit.ref)
    return {
        "request": request,
        "tab": tab,
        "cell": cell,
        "field": edit.column,
        "old": pack(edit.column, edit.old, printer, row),
        "new": pack(edit.column, edit.new, printer, row),
        "outcome": outcome,
    }


def _findings(link: Connection, look: Look, findings: Sequence[Finding], request_of: _RequestOf) -> None:
    """Findings that are new begin, those that are no longer there end; the others are left alone."""
    now: dict[str, dict[str, object]] = {}
    for finding in findings:
        request = request_of(finding.tab, finding.row)
        what = name_of(finding, request)
        now[what] = {
            "sheet": look.sheet,
            "what": what,
            "rule": finding.rule,
            "severity": finding.severity.value,
            "field": finding.column,
            "request": request,
            "first_run": look.run,
        }
    open_ones = select(t.findings.c.what, t.findings.c.number).where(
        t.findings.c.sheet == look.sheet, t.findings.c.gone_run.is_(None)
    )
    before: dict[str, int] = dict(map(tuple, link.execute(open_ones)))
    begun = [values for what, values in now.items() if what not in before]
    if begun:
        link.execute(insert(t.findings), begun)
    for part in chunks(number for what, number in before.items() if what not in now):
        link.execute(update(t.findings).where(t.findings.c.number.in_(part)).values(gone_run=look.run))


def _reviews(link: Connection, look: Look, tabs: Sequence[str]) -> None:
    """Note the periods whose review tab was written; the tab's name says which."""
    words = [f"{word} " for word in TAB_NAMES["review"].values()]
    periods = {tab.removeprefix(word) for tab in tabs for word in words if tab.startswith(word)}
    for period in sorted(periods):
        same = (t.reviews.c.sheet == look.sheet) & (t.reviews.c.period == period)
        if link.execute(update(t.reviews).where(same).values(written=look.moment)).rowcount == 0:
            link.execute(insert(t.reviews).values(sheet=look.sheet, period=period, written=look.moment))


def _counts(plan: Plan, done: Done) -> dict[str, int]:
    severities = Counter(finding.severity.value for finding in plan.findings)
    return {
        "planned": len(plan.edits),
        "written": len(done.writes),
        "conflicts": len(done.conflicts),
        "tabs": len(done.tabs),
        "digests": len(plan.digests),
        **severities,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
