"""Undo puts back what still holds the run's value, and says why the rest stays."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from sheetops.domain.history import PastEdit
from sheetops.domain.plan import resolve
from sheetops.domain.table import Raw, RawSheet, Snapshot, take_snapshot
from sheetops.jobs.undo import undo
from sheetops.settings.files import load_texts
from tests.sheets import KEYS, log, row

DUE = date(2026, 11, 20)
TEXTS = load_texts("en")


def snapshot(*rows: list[Raw], keys: tuple[str, ...] = KEYS) -> Snapshot:
    return take_snapshot(RawSheet("desk.xlsx", (log(*rows, keys=keys),), "0"))


def past(**changes: object) -> PastEdit:
    made = PastEdit("r", "Requests", None, "I2", "A1", "due", None, DUE, "written")
    return made._replace(**changes)  # type: ignore[arg-type]


def reasons(made: PastEdit, *rows: list[Raw]) -> list[str]:
    edits, kept = undo([made], snapshot(*rows), TEXTS)
    return [kept[0].reason] if kept else ["put back" for _ in edits]


def test_a_cell_that_still_holds_the_runs_value_is_put_back() -> None:
    now = snapshot(row(id="A0", description="x"), row(id="A1", description="y", due=DUE))
    (edit,), kept = undo([past()], now, TEXTS)
    assert (edit.cell, edit.old, edit.new, kept) == ("I3", DUE, None, ())
    assert "r" in edit.why and "2026-11-20" in edit.why
    assert resolve([edit], now)[0][0].cell == "I3"


@pytest.mark.parametrize(
    ("made", "rows", "reason"),
    [
        (past(), [row(id="A1", due=date(2026, 11, 21))], "changed-since"),
        (past(), [row(id="A1", description="x")], "already-back"),
        (past(), [row(id="A2", due=DUE)], "row-gone"),
        (past(id=None), [row(id="A1", due=DUE)], "row-gone"),
        (past(row=9), [row(id="A1", due=DUE)], "row-gone"),
        (past(), [row(id="A1", due=DUE), row(id="A1", due=DUE)], "row-unclear"),
        (past(stored=False), [row(id="A1", due=DUE)], "not-stored"),
        (past(), [row(id="A1", due=datetime(2026, 11, 20))], "put back"),
        (past(), [row(id="A1", due=datetime(2026, 11, 20, 9))], "changed-since"),
        (past(new=True, old=1), [row(id="A1", due=1)], "already-back"),
    ],
)
def test_what_cannot_be_put_back_says_why(made: PastEdit, rows: list[list[Raw]], reason: str) -> None:
    assert reasons(made, *rows) == [reason]


def test_a_column_that_is_gone() -> None:
    keys = tuple(key for key in KEYS if key != "due")
    _, kept = undo([past()], snapshot(row(keys, id="A1"), keys=keys), TEXTS)
    assert [one.reason for one in kept] == ["column-gone"]


def test_the_place_that_the_ledger_knows_wins_over_the_id() -> None:
    now = snapshot(row(id="A1", due=DUE), row(id="A1", due=DUE))
    (edit,), _ = undo([past(row=3)], now, TEXTS)
    assert edit.cell == "I3"


def test_what_the_run_left_alone_is_not_looked_at() -> None:
    assert undo([past(outcome="cell-changed")], snapshot(row(id="A1", due=DUE)), TEXTS) == ((), ())


@pytest.mark.parametrize(
    ("only", "cells"), [((), ["A2", "I2", "I3"]), (("due",), ["I2", "I3"]), (("A2",), ["I3"])]
)
def test_only_some_columns_or_requests(only: tuple[str, ...], cells: list[str]) -> None:
    now = snapshot(row(id="A1", due=DUE), row(id="A2", due=DUE))
    made = [past(column="id", new="A1"), past(), past(id="A2")]
    assert [edit.cell for edit in undo(made, now, TEXTS, only)[0]] == cells
