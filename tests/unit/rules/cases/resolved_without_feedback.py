"""Resolved rows that nobody called back about; three working days before 2026-11-20 is 2026-11-17."""

from __future__ import annotations

from datetime import date, datetime

from sheetops.domain.finding import Finding
from tests.unit.rules.looks import GOOD, everywhere, several


def _row(resolved: object, feedback: object = None) -> dict[str, object]:
    return {"resolved": resolved, "feedback": feedback}


_LONG_AGO = date(2026, 11, 10)
TOLD = everywhere(
    (_row(date(2026, 11, 16)), {"column": "feedback"}),
    _row(date(2026, 11, 13)),
    _row(_LONG_AGO),
    _row("2026-11-10"),
    _row("11月10日"),
    _row(datetime(2026, 11, 10, 9)),
    _row(date(2026, 9, 25)),
    _row(_LONG_AGO, " "),
    _row(_LONG_AGO, "-"),
    _row(_LONG_AGO, "n/a"),
    _row(_LONG_AGO, "待回访"),
    ([_row(_LONG_AGO)] * 12, {"variant": "unused"}),
)
INNOCENT = everywhere(
    _row(date(2026, 11, 17)),
    _row(date(2026, 11, 20)),
    _row(date(2026, 11, 18)),
    _row(None),
    _row("?"),
    _row(_LONG_AGO, 5),
    _row(_LONG_AGO, "OK"),
    _row(_LONG_AGO, "满意(5分)"),
    _row(_LONG_AGO, "9分"),  # told as a score out of range
    _row(date(2026, 3, 1)),  # long ago: let rest
    _row(date(2026, 12, 1)),  # told as resolved in the future
    _row(_LONG_AGO, "No answer, tried twice"),
)


def look(language: str, case: object) -> list[Finding]:
    if isinstance(case, list):
        return several("resolved-without-feedback", language, case, calendar={"country": "CN"})
    good = {"id": "20261102", "feedback": GOOD[language]["feedback"]}
    return several("resolved-without-feedback", language, [case, good], calendar={"country": "CN"})
