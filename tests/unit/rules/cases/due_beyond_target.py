"""Due later than the target; 2026-11-06 is a Friday."""

from __future__ import annotations

from datetime import date, datetime

from sheetops.domain.finding import Finding
from sheetops.domain.history import History, Life
from tests.unit.rules.looks import LANGUAGES, NOW, one

_WORDS = {"zh-Hans": ("高", "中", "低"), "zh-Hant": ("高", "中", "低"), "en": ("High", "Medium", "Low")}
_FRIDAY = date(2026, 11, 6)


def _row(language: str, urgency: int, opened: object, due: object, **more: object) -> dict[str, object]:
    return {"urgency": _WORDS[language][urgency], "opened": opened, "due": due, "resolved": None, **more}


TOLD = {
    language: [
        (_row(language, 0, _FRIDAY, date(2026, 11, 10)), {"column": "due"}),
        _row(language, 0, _FRIDAY, "2026-11-20"),
        _row(language, 0, datetime(2026, 11, 6, 10), date(2026, 11, 10)),
        _row(language, 0, datetime(2026, 11, 6, 19), date(2026, 11, 11)),  # after closing: Monday is day 0
        _row(language, 1, _FRIDAY, date(2026, 11, 12)),
        _row(language, 1, "2026-11-06", "11月12日"),
        _row(language, 2, _FRIDAY, date(2026, 11, 23)),
        _row(language, 2, _FRIDAY, date(2026, 12, 31)),
        _row(language, 0, date(2026, 9, 30), date(2026, 10, 9)),
        _row(language, 0, None, date(2026, 11, 30), id="20261150"),  # the ledger saw it on 2026-11-18
        _row(language, 1, None, date(2026, 11, 24), id="20261150"),
        _row(language, 0, None, date(2026, 11, 24)),  # this run is the first to see it, on 2026-11-20
    ]
    for language in LANGUAGES
}
INNOCENT = {
    language: [
        _row(language, 0, _FRIDAY, date(2026, 11, 9)),
        _row(language, 0, _FRIDAY, _FRIDAY),
        _row(language, 0, datetime(2026, 11, 6, 10), date(2026, 11, 9)),
        _row(language, 0, datetime(2026, 11, 6, 19), date(2026, 11, 10)),
        _row(language, 1, _FRIDAY, date(2026, 11, 11)),
        _row(language, 2, _FRIDAY, date(2026, 11, 20)),
        _row(language, 0, None, date(2026, 12, 31), id="20261151"),  # as old as the ledger itself
        _row(language, 0, _FRIDAY, date(2026, 12, 31), resolved=date(2026, 11, 9)),
        _row(language, 0, _FRIDAY, None),
        _row(language, 0, None, date(2026, 11, 23)),
        _row(language, 0, date(2026, 9, 30), date(2026, 10, 8)),  # the national holiday lies between
        _row(language, 0, date(2050, 1, 3), date(2050, 5, 1)),  # no calendar knows 2050
        {**_row(language, 0, _FRIDAY, date(2026, 12, 31)), "urgency": None},
    ]
    for language in LANGUAGES
}
_LIVES = {"20261150": Life(datetime(2026, 11, 18, 9)), "20261151": Life(datetime(2026, 10, 1))}


def look(language: str, change: dict[str, object]) -> list[Finding]:
    history = History(lives=_LIVES, since=datetime(2026, 10, 1))
    return one("due-beyond-target", language, change, history=history, now=NOW, calendar={"country": "CN"})
