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
