"""The context that rows are judged under holds all that a verdict may rest on, and is alike in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import sheetops.domain.rules.context as context_room
from sheetops.domain.history import History
from sheetops.domain.policy import Policy
from sheetops.domain.rules.context import told
from sheetops.domain.table import Grid, RawSheet, take_snapshot
from sheetops.domain.view import View
from sheetops.domain.workdays import WorkCalendar
from tests.unit.rules.full_policy import context, full_policy, full_view, others
from tests.unit.rules.looks import GOOD, NOW, grid, view

ROOT = Path(__file__).parents[3]


def test_every_part_of_the_policy_is_told() -> None:
    found = full_policy()
    plain, seen = told(found), 0
    for name in [field.name for field in fields(Policy)]:
        before = seen
        for what, other in others(getattr(found, name)):
            assert told(replace(found, **{name: other})) != plain, f"{name}{what}"
            seen += 1
        assert seen > before, name
    assert seen > 60


@pytest.mark.parametrize("name", [field.name for field in fields(Policy) if field.name != "lists"])
def test_every_part_of_the_policy_is_in_the_context(name: str) -> None:
    found = full_policy()
    other = next(other for _, other in others(getattr(found, name)))
    if name == "texts":
        other = replace(found.texts, entries={**found.texts.entries, "checks.comma": "/"})
    if name == "rules":
        other = {**found.rules, "untidy": found.rules["required"]}
    if name == "id_pattern":
        other = f"x{found.id_pattern}"
    assert context(full_view(replace(found, **{name: other}))) != context(full_view(found))


def test_what_an_object_remembers_of_its_use_is_not_told() -> None:
    used, fresh = full_policy(), full_policy()
    assert used.calendar.workdays_between(NOW.date(), (NOW + timedelta(days=40)).date()) > 0
    assert used.lists["urgency"].read("High", "en")[0] == "high"
    assert told(used) == told(fresh)


def test_the_context_is_alike_in_every_process() -> None:
    def asked(seed: str) -> str:
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.unit.rules.full_policy"]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert {asked("1"), asked("77")} == {context(full_view())}


def _seen(*tabs: Grid, rows: tuple[dict[str, Any], ...] = ({},), **more: Any) -> View:
    return view(grid([{**GOOD["en"], **row} for row in rows], "en"), *tabs, language="en", **more)


def _people(name: str) -> Grid:
    return Grid("People", [["Department", "Name", "E-mail"], ["Tech", name, "z@example.com"]])


def test_what_the_sheet_says_beside_its_rows_is_in_the_context() -> None:
    lists = Grid("Lists", [["Sources", "Departments"], ["Online chat", "Tech"]])
    longer = Grid("Lists", [["Sources", "Departments"], ["Online chat", "Tech"], ["Fax", "Service"]])
    plain = _seen()
    header, *rows = plain.snapshot.raw.grids[0].rows
    renamed = Grid("Log", [["Where from", *header[1:]], *rows])
    less = Grid("Log", [row[:-1] for row in (header, *rows)])
    moved = Grid("Log", [[*row[1:], row[0]] for row in (header, *rows)])
    names = {"Where from": "id"}
    views = [
        plain,
        _seen(_people("Z*")),
        _seen(_people("Y*")),
        _seen(lists),
        _seen(longer),
        _seen(now=NOW + timedelta(days=1)),
        view(less, language="en"),
        view(moved, language="en"),
        replace(plain, snapshot=take_snapshot(RawSheet("test.xlsx", (renamed,), "1"), (), names, "en")),
        view(replace(plain.snapshot.raw.grids[0], name="Requests"), language="en"),
        replace(plain, snapshot=replace(plain.snapshot, language="zh-Hans")),
    ]
    contexts = list(map(context, views))
    assert len(set(contexts)) == len(views)


def test_neither_rows_nor_history_nor_the_time_of_day_are_in_the_context() -> None:
    plain = context(_seen())
    assert context(_seen(rows=({"urgency": "Low"}, {"id": "x"}))) == plain
    assert context(_seen(now=NOW + timedelta(hours=5))) == plain
    assert context(_seen(history=History(since=datetime(2026, 1, 1)))) == plain


def test_another_program_is_another_context(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = context(_seen())
    monkeypatch.setattr(context_room, "__version__", "0.0.9")
    assert context(_seen()) != plain


def test_working_days_that_the_library_knows_better_are_another_context(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = context(_seen())
    monkeypatch.setattr(WorkCalendar, "workdays_of_year", lambda self, year: (year,))
    assert context(_seen()) != plain


def test_a_value_of_a_kind_that_no_policy_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="memoryview"):
        told([memoryview(b"x")])
