"""What is worked out for the rules is used again to remember the run, and only while it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from sheetops.books.base import Applied
from sheetops.domain.plan import Edit, Judged, Plan, resolve
from sheetops.ledger import Ledger, asleep, begin, keyed_marks, open_ledger
from sheetops.ledger import tables as t
from sheetops.ledger.prints import Printer
from tests.sheets import log
from tests.unit.ledger.looks import DAY, SHEET, START, look, marked, see
from tests.unit.ledger.test_kept_marks import Row, request, rows_with

JUDGED = {"Requests": Judged("as always", frozenset())}
CHANGED = {3: request(3, result="told"), 12: request(12, notes="n"), 20: request(20, id="A21")}


def tables(ledger: Ledger) -> dict[str, list[Any]]:
    """All that a ledger holds but what tells of chance."""
    with ledger._engine.connect() as link:
        kept = {
            table.name: [row._asdict() for row in link.execute(select(table))]
            for table in t.metadata.sorted_tables
        }
    for run in kept["runs"]:
        del run["id"]
    return kept


def second_run(ledger: Ledger, ask: bool, meanwhile: Callable[[], object], left: int = 0) -> None:
    """A run on a sheet that changed a little, which writes two cells; `left` edits are planned and not written."""
    rows: list[Row] = [CHANGED.get(at, one) for at, one in enumerate([*rows_with(30), request(30, id=None)])]
    view = see([marked(log(*rows))], START + DAY)
    history = ledger.history(SHEET, view.now)
    (table,) = view.snapshot.tables
    if ask:
        assert sorted(history.to_judge(table, "as always") or ()) == [3, 12, 20, 30]
        assert history.first_seen(["A3", "A12", "A29"]) == [START] * 3
    run = ledger.start_run(SHEET, ["fill"], view.now)
    wanted = [(5, "due", date(2026, 11, 9)), (30, "id", "A30")]
    edits = [Edit(table.ref(at), key, table.cell(at, key), None, new, "why") for at, key, new in wanted]
    writes, conflicts = resolve(edits, view.snapshot)
    meanwhile()
    plan = Plan(edits=tuple(edits), judged=JUDGED)
    done = Applied(tuple(writes[left:]), tuple(conflicts), (), "1")
    ledger.record(run, replace(view, history=history), plan, done)


@pytest.mark.parametrize("left", [0, 1, 2])
@pytest.mark.parametrize("lost", [None, "A3", "A5", "A17", "A20"])
@pytest.mark.parametrize("at_once", [7, 5000])
def test_whether_anybody_asked_before_is_seen_nowhere(
    new_ledger: Callable[[], Ledger],
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
    lost: str | None,
    left: int,
) -> None:
    """Nor when another process forgets a request between the rules and what is remembered."""
    monkeypatch.setattr(begin, "AT_ONCE", at_once)
    kept = []
    for ask in (True, False):
        ledger = new_ledger()
        with open_ledger(ledger.place) as other:
            look(ledger, marked(log(*rows_with(30))), plan=Plan(judged=JUDGED))
            second_run(ledger, ask, lambda other=other: lost and other.forget(lost), left)  # type: ignore[misc]
            kept.append(tables(ledger))
            assert ledger.rebuild() == 0
    assert kept[0] == kept[1]
    assert len(kept[0]["changes"]) >= 2


def test_nothing_is_worked_out_twice(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    look(ledger, marked(log(*rows_with(30))), plan=Plan(judged=JUDGED))
    calls: list[str] = []
    for place, name in ((keyed_marks, "once_in_each"), (Printer, "row_marks"), (asleep, "inflated")):
        before = getattr(place, name)

        def note(*told: Any, name: str = name, before: Callable[..., Any] = before) -> Any:
            calls.append(name)
            return before(*told)

        monkeypatch.setattr(place, name, note)
    second_run(ledger, True, lambda: None, left=2)
    assert sorted(calls) == ["inflated", "once_in_each", "row_marks"]
