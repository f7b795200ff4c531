"""Which of two requests alike is the later one, from day to day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sheetops.domain.history import History, Life
from sheetops.domain.table import Raw, Table
from tests.unit.rules.looks import GOOD, grid, said, view

_FIRST = datetime(2026, 11, 23, 9, 0)
_BLANK: Mapping[str, Raw] = {"urgency": None, "due": None, "resolved": None, "result": None, "feedback": None}


def _rows(*changes: Mapping[str, Raw]) -> list[dict[str, Raw]]:
    return [
        {**GOOD["zh-Hans"], **_BLANK, "id": f"202611{n:02}", **change} for n, change in enumerate(changes, 3)
    ]


def _told(
    rows: list[dict[str, Raw]], day: int, seen: Mapping[str, int] | None = None, **more: Any
) -> list[str]:
    """What is told on a day of November (31: December); `seen`: the day on which each ID was seen first, if at all."""
    now = _FIRST + timedelta(days=day - _FIRST.day)
    lives = {name: Life(_FIRST + timedelta(days=of - _FIRST.day)) for name, of in (seen or {}).items()}
    since = None if seen is None else _FIRST
    history = History(lives=MappingProxyType(lives), since=since, **more)
    found = said("near-duplicate", view(grid(rows, keys=tuple(rows[0])), now=now, history=history))
    return [f"{finding.cell} {finding.params['other']}" for finding in found]


def test_a_request_without_any_day_stays_where_it_is_as_the_days_go_by() -> None:
    rows = _rows({}, {"due": date(2026, 11, 24)})
    seen = {"20261103": 23, "20261104": 23}
    first = _told(rows, 23)
    assert first
    assert [_told(rows, day, seen) for day in (24, 25, 26, 32, 60)] == [first] * 5


def test_a_request_without_id_stays_too() -> None:
    rows = _rows({"id": None}, {"due": date(2026, 11, 24)})
    first = _told(rows, 23)

    def unnamed(table: Table, index: int) -> Life | None:
        return Life(_FIRST) if index == 0 else None

    later = [_told(rows, day, {"20261104": 23}, unnamed=unnamed) for day in (25, 32)]
    assert first and later == [first] * 2


def test_the_run_that_sees_a_request_first_says_what_later_ones_say() -> None:
    rows = _rows({"due": date(2026, 12, 20)}, {"due": date(2026, 12, 1)})
    new = _told(rows, 26, {})
    assert new == ["D3 20261103"]
    assert [_told(rows, day, {"20261103": 26, "20261104": 26}) for day in (27, 40)] == [new] * 2
    rows[1]["id"] = None  # its ID could not be written
    assert _told(rows, 26, {}) == new

    def unnamed(table: Table, index: int) -> Life | None:
        return Life(_FIRST + timedelta(days=3)) if index == 1 else None

    assert _told(rows, 28, {"20261103": 26}, unnamed=unnamed) == new
    rows[1]["id"] = "20261104"  # and now it is there: the ledger knows the request without it
    assert _told(rows, 29, {"20261103": 26}, unnamed=unnamed) == new


def test_another_due_date_does_not_move_the_finding_to_the_other_row() -> None:
    seen = {"20261103": 23, "20261104": 23}
    for day in (20, 24, 27, 30):
        rows = _rows({"due": date(2026, 11, day)}, {"due": date(2026, 11, 24)})
        assert _told(rows, 23) == _told(rows, 30, seen) == ["D3 20261103"], day
        rows.reverse()
        assert _told(rows, 23) == _told(rows, 30, seen) == ["D2 20261103"], day


def test_ids_go_by_their_numbers_and_none_comes_last() -> None:
    for one, other in (
        ("20261199", "202611100"),
        ("INC-9", "INC-10"),
        ("202611100", "20261201"),
        ("20261105", None),
    ):
        for day in (20, 28):
            rows = _rows({"id": other, "due": date(2026, 11, 24)}, {"id": one, "due": date(2026, 11, day)})
            assert _told(rows, 23) == [f"D2 {one}"], (one, other, day)
    rows = _rows({"id": None, "due": date(2026, 11, 24)}, {"id": None, "due": date(2026, 11, 20)})
    assert _told(rows, 23) == ["D3 D2"]


def test_what_a_later_run_saw_first_is_later_than_what_the_first_one_saw() -> None:
    rows = _rows({"due": date(2026, 11, 24)}, {"due": date(2026, 11, 30)})
    assert _told(rows, 28, {"20261103": 26, "20261104": 23}) == ["D2 20261104"]


def test_opening_days_go_before_ids_where_all_are_known() -> None:
    rows = _rows({"opened": date(2026, 11, 5)}, {"opened": date(2026, 11, 3)})
    assert _told(rows, 23) == ["D2 20261104"]
    rows[1].update(opened=None, due=date(2026, 11, 4))
    assert _told(rows, 23) == ["D3 20261103"]


def test_of_three_alike_the_last_one_stays_whatever_due_dates_become() -> None:
    for days in ((24, 25, 26), (26, 25, 24), (25, 26, 24)):
        rows = _rows(*({"due": date(2026, 11, day)} for day in days))
        (found,) = said("near-duplicate", view(grid(rows, keys=tuple(rows[0])), now=_FIRST))
        assert (found.cell, found.params["others"]) == ("D4", "20261103、20261104")
