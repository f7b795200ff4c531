"""High priority without progress; today is Friday 2026-11-20. A case is (last progress, row)."""

from __future__ import annotations

from datetime import datetime

from sheetops.domain.finding import Finding
from sheetops.domain.history import History, Life
from tests.unit.rules.looks import everywhere, one

_OPEN = {"resolved": None, "feedback": None, "result": "x"}


def _at(day: int | None, **change: object) -> list[object]:
    return [day, {**_OPEN, **change}]


TOLD = everywhere(
    (_at(18), {"column": "result"}),
    _at(17),
    _at(13),
    _at(18, priority=5),
    _at(18, priority="5级"),
    _at(18, priority="４级"),
    _at(None),  # never any progress since it was first seen on 2026-11-02
    _at(18, notes="暂停至2026-11-19"),
    _at(18, notes="VIP"),
    _at(18, due="2026-12-31"),
    _at(18, result=None),
)
INNOCENT = everywhere(
    _at(19),
    _at(20),
    _at(18, priority=3),
    _at(18, priority=None),
    _at(18, resolved="2026-11-19"),
    _at(18, notes="暂停至2026-11-30"),
    _at(18, notes="snoozed until 2026-11-20"),
    _at(18, id="20269999"),  # the ledger has never seen it
    _at(18, id=None),
    _at(18, priority="?"),
    _at(2, priority=1),
)


def look(language: str, case: list[object]) -> list[Finding]:
    day, change = case
    progress = datetime(2026, 11, day, 9) if day else None
    history = History(
        lives={"20261101": Life(datetime(2026, 11, 2), last_progress=progress)}, since=datetime(2026, 11, 1)
    )
    return one("stale-priority", language, change, history=history, calendar={"country": "CN"})
