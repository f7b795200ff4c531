"""A date that cannot be read, does not exist, has two readings, or lies in the wrong year.

`2023/10/4`, `10月4日`, `23.10.4`, `4 Oct 2023`, a date with a time of day, an Excel serial number and a dash for
"none" are all accepted. `10/4/2023` has two readings, so it is asked back.

A year is taken for a slip of the pen when the same day in the year of opening (the optional column, else the
month in the ID) would be near it: due 2025-01-06 for a request opened on 2026-01-03 should be 2026-01-06.

Parameters: `far_days` is how far (calendar days) a date may lie from the opening, or a due date from today,
before its year is doubted; a resolved date may lie twice as far after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.policy import RuleSetting
from sheetops.domain.rules.base import Look, Rule, holds
from sheetops.domain.rules.error_value import is_error
from sheetops.domain.rules.malformed_id import months
from sheetops.domain.slips import same_day_within
from sheetops.domain.values import as_text, readings

_DATES = ("due", "resolved", "opened", "first_response")
_NO_PLAN_DAYS = 730  # nobody plans or works this long on a request
_NEAR_DAYS = 150  # a slip of the year leaves the date this soon after the opening once it is put right


def check(look: Look) -> Iterator[Finding]:
    """Unreadable date cells, then readable ones whose year is doubtful."""
    for key in _DATES:
        cells = look.log.cells(key)
        for index, problem in look.log.unreadable(key):
            if not is_error(cells[index]):
                yield _unreadable(look, index, key, problem.kind, as_text(cells[index]))
    for index, key, right in year_slips(look):
        wrong = as_text(look.log.values(key)[index])
        variant, fix = ("year-slip", right.isoformat()) if right else ("wrong-year", None)
        yield look.finding(index, key, variant, fix=fix, severity=Severity.WARNING, value=wrong)


def _unreadable(look: Look, index: int, key: str, kind: str, text: str) -> Finding:
    if kind != "ambiguous-date":
        return look.finding(index, key, kind, value=text)
    days = readings(text)
    if len(days) < 2:  # in a year that no date of a request can have
        return look.finding(index, key, "wrong-year", value=text)
    first, second = (day.isoformat() for day in days)
    return look.finding(index, key, kind, value=text, first=first, second=second)


def year_slips(look: Look) -> list[tuple[int, str, date | None]]:
    """(row, key, the date meant) for due and resolved dates with the year of another time.

    Empty where this rule is switched off, so that the other rules then say what they see.
    """
    setting = look.view.policy.rules.get(RULE.code) or RuleSetting()
    if not holds(setting, look.log.table.tab):
        return []
    far = float({**RULE.parameters, **setting.parameters}["far_days"])
    return look.once(f"year-slips {look.log.table.tab}", lambda: list(_year_slips(look, far)))


def slipped(look: Look, key: str, indexes: Sequence[int]) -> set[int]:
    """Which of these rows, in rising order, have a date under `key` that is told by its year."""
    if not indexes:
        return set()
    few = look.among(look.log.some(indexes), {})
    return {indexes[at] for at, of, _ in year_slips(few) if of == key}


def _year_slips(look: Look, far: float) -> Iterator[tuple[int, str, date | None]]:
    starts = months(look)
    if look.log.table.has("opened"):
        starts = [opened or month for opened, month in zip(look.opened_days, starts, strict=True)]
    for key in ("due", "resolved"):
        after = far * (2 if key == "resolved" else 1)
        days = look.log.values(key)
        wrong = {pair: _meant(look, *pair, far, after) for pair in set(zip(days, starts, strict=True))}
        slips = {pair: meant for pair, meant in wrong.items() if meant is not False}
        for index, pair in enumerate(zip(days, starts, strict=True)) if slips else ():
            if pair in slips:
                yield index, key, slips[pair]


def _meant(
    look: Look, value: date | None, start: date | None, far: float, after: float
) -> date | Literal[False] | None:
    """The date meant where the year is doubtful (None: not known), False where it is not."""
    if value is None:
        return False
    days = (value - start).days if start is not None else (value - look.today).days
    if -far < days < after or (start is None and days < 0):
        return False
    start = start or look.today - timedelta(days=31)
    right = same_day_within(value, start, start + timedelta(days=_NEAR_DAYS))
    return right if right is not None or days > _NO_PLAN_DAYS else False


RULE = Rule("date", Severity.ERROR, check, {"far_days": 270}, limits={"far_days": (1, 3650)}, by_row=True)
