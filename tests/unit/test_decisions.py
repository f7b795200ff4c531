"""Rows with one ID share their findings' key; each line of the Checks tab keeps its own tick all the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sheetops.domain.plan import tab_is_as_planned
from sheetops.domain.table import Grid
from sheetops.domain.tabs import Tab
from sheetops.jobs.decisions import FRESH, Decision, Wanted, matched
from sheetops.jobs.validate import validate
from tests.unit.rules.looks import NOW, grid, rows_like, view

_SHOPS = ("Ann's shop", "Carl's bank", "Eve's café", "Gil's garage", "Ida's inn")


def _rows(*words: str) -> list[dict[str, Any]]:
    """A row each, with one ID; those that say the same are copies of one another."""
    return rows_like("en", *({"id": "20261101", "urgency": "?", "description": said} for said in words))


def _others(count: int) -> list[dict[str, Any]]:
    return rows_like("en", *({} for _ in range(count + 10)))[10:]


def _validated(rows: list[dict[str, Any]], checks: Grid | None = None, later: int = 0) -> tuple[Tab, bool]:
    """The tab, and whether it is as it stood."""
    grids = (grid(rows, "en"), checks) if checks else (grid(rows, "en"),)
    seen = view(*grids, language="en", now=NOW + timedelta(minutes=later))
    (tab,) = validate(seen).tabs
    return tab, tab_is_as_planned(tab, seen.snapshot)


def _edited(tab: Tab, ticks: dict[str, str | None], order: Sequence[int] = ()) -> Grid:
    """The tab after a person has ticked some cells, and has sorted the lines."""
    rows = [list(row) for row in tab.values()]
    start = next(number for number, row in enumerate(rows) if "#" in row) + 1
    end = next((at for at in range(start, len(rows)) if len(rows[at]) < 11), len(rows))
    for row in rows[start:end]:
        if row[1] in ticks:
            row[8:10] = [ticks[row[1]] and "✓", ticks[row[1]]]
    rows[start:end] = sorted(
        rows[start:end], key=lambda row: order[int(row[1][1:]) % len(order)] if order else 0
    )
    return Grid(tab.name, rows)


def _ticked(tab: Tab) -> dict[str, Any]:
    """Cell → reason of the lines for urgency that are ticked."""
    lines = (list(row) for row in tab.values() if len(row) == 11)
    return {line[1]: line[9] for line in lines if line[8] == "✓" and str(line[1]).startswith("F")}


_words = st.lists(st.sampled_from(_SHOPS), min_size=2, max_size=6)
_subset = st.sets(st.integers(0, 5))


@given(_words, _subset, _subset, st.permutations(range(6)))
def test_exactly_the_lines_that_a_person_ticks_are_ticked(
    words: list[str], first: set[int], second: set[int], order: list[int]
) -> None:
    rows = _rows(*words)
    cells = [f"F{number + 2}" for number in range(len(words))]
    tab, _ = _validated(rows)
    for chosen in (first, second):
        wanted = {cell: f"why {cell}" if at in chosen else None for at, cell in enumerate(cells)}
        tab, _ = _validated(rows, _edited(tab, wanted, order))
        assert _ticked(tab) == {cell: why for cell, why in wanted.items() if why}
        again, same = _validated(rows, Grid(tab.name, [list(row) for row in tab.values()]), later=1)
        assert same and _ticked(again) == _ticked(tab)


@given(_words, _subset, st.integers(1, 3))
def test_ticks_go_with_their_rows_when_rows_are_put_in_above(
    words: list[str], chosen: set[int], more: int
) -> None:
    rows = _rows(*words)
    ticks = {f"F{at + 2}": f"row {at}" for at in range(len(words)) if at in chosen}
    checks = _edited(_validated(rows)[0], dict(ticks))
    tab, _ = _validated([*_others(more), *rows], checks)
    assert _ticked(tab) == {f"F{int(cell[1:]) + more}": why for cell, why in ticks.items()}


@given(st.permutations(range(5)), _subset, st.integers(0, 4))
def test_ticks_go_with_their_rows_when_rows_are_sorted_and_another_comes_with_their_id(
    order: list[int], chosen: set[int], new: int
) -> None:
    rows = _rows(*_SHOPS)
    checks = _edited(_validated(rows)[0], {f"F{at + 2}": f"row {at}" for at in chosen if at < 5})
    moved = [rows[at] for at in order]
    moved.insert(new, _rows("a sixth shop")[0])
    tab, _ = _validated(moved, checks)
    where = {at: moved.index(rows[at]) + 2 for at in range(5)}
    assert _ticked(tab) == {f"F{where[at]}": f"row {at}" for at in chosen if at < 5}


def test_a_tick_stays_where_the_words_of_its_row_are_put_right() -> None:
    rows = _rows("one", "two", "three")
    checks = _edited(_validated(rows)[0], {"F3": "agreed"})
    rows[1]["description"] = "two, put right"
    assert _ticked(_validated(rows, checks)[0]) == {"F3": "agreed"}


def test_a_row_that_comes_new_is_not_silent_and_the_decision_of_one_that_went_is_kept() -> None:
    rows = _rows("one", "two", "three")
    checks = _edited(_validated(rows)[0], {"F2": "agreed"})
    without = [*rows[1:], *_rows("four", "five")]
    tab, _ = _validated(without, checks)
    assert _ticked(tab) == {}
    (kept,) = [list(row) for row in tab.values() if len(row) == 11 and row[9] == "agreed"]
    assert kept[1] is None
    back, _ = _validated([*rows[1:], rows[0]], Grid(tab.name, [list(row) for row in tab.values()]))
    assert _ticked(back) == {"F4": "agreed"}


def test_a_line_that_was_copied_within_the_tab_accepts_its_finding_once() -> None:
    rows = _rows("one", "two")
    checks = _edited(_validated(rows)[0], {})
    line = next(list(row) for row in checks.rows if row[1:2] == ["F3"])
    line[8:10] = ["✓", "copied"]
    tab, _ = _validated(rows, Grid(checks.name, [*checks.rows, line]))
    assert _ticked(tab) == {"F3": "copied"}
    assert sum("copied" in row for row in tab.values()) == 1


def test_a_tab_of_before_there_were_twin_prints_goes_by_the_order_of_the_sheet() -> None:
    rows = _rows("one", "two", "three")
    checks = _edited(_validated(rows)[0], {"F3": "agreed"})
    old = Grid(
        checks.name, [[*row[:10], str(row[10])[:10]] if len(row) == 11 else row for row in checks.rows]
    )
    assert _ticked(_validated([*_others(1), *rows], old)[0]) == {"F4": "agreed"}


def test_five_thousand_lines_with_one_key_take_no_quadratic_work() -> None:
    count = 5_000
    wanted = [Wanted((0, row), "abcd") for row in range(2, count + 2)]
    known: list[Decision] = [
        FRESH._replace(line=row, place=(0, row), twin="abcd", reason=str(row)) for row in range(count, 2, -1)
    ]
    found = dict(matched(wanted, known))
    assert {at + 2: decision.reason for at, decision in found.items()} == {
        row: str(row) for row in range(3, count + 1)
    }
