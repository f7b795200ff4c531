"""Due before opened."""

from __future__ import annotations

from datetime import date, datetime

from tests.unit.rules.looks import everywhere


def _row(opened: object, due: object) -> dict[str, object]:
    return {"opened": opened, "due": due}


_DAY = date(2026, 11, 5)
TOLD = everywhere(
    (_row(date(2026, 11, 6), _DAY), {"column": "due"}),
    _row(date(2026, 11, 30), _DAY),
    _row(datetime(2026, 11, 6, 9), _DAY),
    _row("2026-11-06", "2026-11-05"),
    _row("2026/11/6", "11月5日"),
    _row("11月6日", 20261105),
    _row(46332, 46331),
    _row("26.11.6", "26.11.5"),
    _row(date(2026, 3, 1), date(2026, 2, 28)),
    _row(date(2026, 1, 2), date(2025, 12, 30)),
)
INNOCENT = everywhere(
    _row(_DAY, _DAY),
    _row(datetime(2026, 11, 5, 17), _DAY),
    _row(_DAY, date(2026, 11, 6)),
    _row(None, _DAY),
    _row(_DAY, None),
    _row("?", _DAY),
    _row(_DAY, "?"),
    _row(date(2025, 12, 30), date(2026, 1, 2)),
    _row("11月4日", _DAY),
    _row(date(2026, 11, 5), date(2025, 11, 6)),  # told as a slip of the year
    _row("-", _DAY),
    _row(20261104, "2026-11-05"),
)
