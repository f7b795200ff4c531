"""Resolved on a day to come; today is 2026-11-20."""

from __future__ import annotations

from datetime import date, datetime

from tests.unit.rules.looks import everywhere

TOLD = everywhere(
    *(
        {"resolved": resolved}
        for resolved in (
            date(2026, 11, 21), date(2026, 12, 1), date(2027, 1, 4), "2026-11-21", "11月21日", "2026/11/30", 20261125, 46350,
            datetime(2026, 11, 21, 0, 1), "26.11.22", "21 Nov 2026",
        )
    )
)  # fmt: skip
INNOCENT = everywhere(
    *(
        {"resolved": resolved}
        for resolved in (
            date(2026, 11, 20), date(2026, 11, 19), None, "2026-11-20", "11月20日", "soon", datetime(2026, 11, 20, 23), 46346, "-",
            date(2020, 1, 1), date(2036, 11, 19), "20 Nov 2026",
        )
    )
)  # fmt: skip
