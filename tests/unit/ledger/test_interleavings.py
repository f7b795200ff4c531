"""Whatever people, runs and crashes do in whatever order, the derived lives are what the changes tell."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from sheetops.books.base import Applied
from sheetops.domain.plan import Edit, Plan, resolve
from sheetops.domain.table import Raw
from sheetops.ledger import Ledger
from sheetops.ledger import tables as t
from tests.examples import costly
from tests.sheets import KEYS, log
from tests.unit.ledger.looks import DAY, SHEET, START, marked, see

VALUES: dict[str, list[Raw]] = {
    "id": [None, "A1", "A2", 3, "x"],
    "customer": ["W*-1", "L*-2", None],
    "description": ["cannot export", "asks", None],
    "urgency": ["High", "low", "?", None],
    "owner": ["Tech-Z*", "Tech-Q*", None],
    "due": [None, "2026-11-09", "soon", START.date()],
    "resolved": [None, START.date(), "2026-11-04", "yesterday"],
    "result": [None, "looking", "done"],
    "feedback": [None, "5", "Satisfied (4 points)"],
}
Sheet = dict[str, list[list[Raw]]]
_DEEDS = (
    "edit",
    "edit",
    "insert",
    "delete",
    "restore",
    "copy",
    "sort",
    "move",
    "run",
    "run",
    "crash",
    "half",
)
steps = st.lists(st.tuples(st.sampled_from(_DEEDS), st.integers(0, 2**31)), min_size=2, max_size=16)


class _Crash(Exception):
    pass


def people(sheet: Sheet, deed: str, chance: random.Random, thrown: list[list[Raw]]) -> None:
    tab = chance.choice(sorted(sheet))
    rows = sheet[tab]
    if deed == "insert" or not rows:
        rows.insert(chance.randrange(len(rows) + 1), [chance.choice(VALUES.get(key, [None])) for key in KEYS])
    elif deed == "edit":
        key = chance.choice(sorted(VALUES))
        chance.choice(rows)[KEYS.index(key)] = chance.choice(VALUES[key])
    elif deed == "delete":
        thrown.append(rows.pop(chance.randrange(len(rows))))
    elif deed == "restore":
        rows.extend(thrown[-1:])
        del thrown[-1:]
    elif deed == "copy":
        rows.append(list(chance.choice(rows)))
    elif deed == "sort":
        rows.sort(key=str)
    else:
        sheet[chance.choice(sorted(sheet))].append(rows.pop(chance.randrange(len(rows))))


def job(ledger: Ledger, sheet: Sheet, day: int, chance: random.Random, crash_at: int | None) -> None:
    """A run that numbers rows and sets due dates; at `crash_at` statements into its record it dies."""
    grids = [log(*rows, name=name) for name, rows in sheet.items()]
    view = see(list(map(marked, grids)) if chance.random() < 0.7 else grids, START + day * DAY)
    edits = [
        Edit(
            table.ref(i),
            key,
            "A1",
            table.column(key)[i],
            f"N{day}-{table.tab}-{i}" if key == "id" else START.date(),
            "",
        )
        for table in view.snapshot.tables
        for i in range(len(table))
        for key in ("id", "due")
        if table.column(key)[i] is None and chance.random() < 0.6
    ]
    writes, conflicts = resolve(edits, view.snapshot)
    run = ledger.start_run(SHEET, ["fill"], view.now)
    for write in writes:
        sheet[write.tab][write.row - 2][KEYS.index(write.edit.column)] = write.edit.new
    left = crash_at

    def die(*_: Any) -> None:
        nonlocal left
        left = None if left is None else left - 1
        if left == 0:
            raise _Crash

    event.listen(ledger._engine, "after_cursor_execute", die)
    try:
        ledger.record(run, view, Plan(edits=tuple(edits)), Applied(tuple(writes), tuple(conflicts)))
        ledger.finish_run(run, "done", {})
    except _Crash:
        pass
    finally:
        event.remove(ledger._engine, "after_cursor_execute", die)


def changes_in(ledger: Ledger) -> int:
    with ledger._engine.connect() as link:
        told: int = link.execute(select(func.count()).select_from(t.changes)).scalar_one()
        first: int = link.execute(select(func.coalesce(func.sum(t.beginnings.c.size), 0))).scalar_one()
        return told + first


@settings(
    max_examples=costly(40, 15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=steps, seed=st.integers(0, 2**31))
def test_rebuilding_gives_what_the_runs_left(
    new_ledger: Callable[[], Ledger], steps: list[tuple[str, int]], seed: int
) -> None:
    ledger = new_ledger()
    chance = random.Random(seed)
    sheet: Sheet = {"Requests": [], "Done": []}
    thrown: list[list[Raw]] = []
    for _ in range(4):
        people(sheet, "insert", chance, [])
    for day, (deed, luck) in enumerate(steps):
        if deed in ("run", "crash", "half"):
            job(ledger, sheet, day, chance, {"run": None, "crash": 1, "half": 2 + luck % 12}[deed])
        else:
            people(sheet, deed, random.Random(luck), thrown)
    job(ledger, sheet, len(steps), chance, None)
    assert ledger.rebuild() == 0
    begun = sum(any(value is not None for value in cells) for rows in sheet.values() for cells in rows)
    assert sum(state.requests for state in ledger.sheets(START.date())) == begun, (
        "one request for each row that is there"
    )
    changes = changes_in(ledger)
    last = see([log(*rows, name=name) for name, rows in sheet.items()], START + 99 * DAY)
    ledger.record(ledger.start_run(SHEET, ["fill"], last.now), last, Plan(), Applied())
    assert changes_in(ledger) == changes, "the same sheet again is no change"
    ledger.close()
