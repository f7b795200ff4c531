"""Targets as people write them: `24小时`, `1个工作日内`, `3 working days`, `不限时`."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sheetops.domain.patterns import pattern
from sheetops.domain.table import CellError, Raw
from sheetops.domain.text import fold, simplified, tidy
from sheetops.domain.values import Problem
from sheetops.domain.workdays_clock import Target, TargetUnit
from sheetops.errors import SettingsError

_NO_TARGET: Final = frozenset(
    map(
        fold,
        (
            "none", "no", "no limit", "no target", "unlimited", "n/a", "不限", "不限时", "不限时间", "无", "无限制", "没有",
        ),
    )
)  # fmt: skip
_DASHES: Final = frozenset(("-", "--", "—", "——", "–", "/"))
_SAME_DAY: Final = frozenset(map(fold, ("当天", "当日", "当个工作日", "same day", "same working day")))
_DIGITS: Final = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2}
_AROUND: Final = pattern(r"^(?:within|in|under|≤|<=|<|不超过|最多|至多)\s*|\s*(?:以内|之内|内|or less)$")
_TARGET: Final = pattern(
    r"(?P<amount>\d+(?:\.\d+)?|[零一二三四五六七八九两十百]+|半|an?)\s*个?\s*-?"
    r"(?:(?P<working>工作|working\s*|business\s*|work\s*)?\s*"
    r"(?P<unit>小时|时|hours?|hrs?|h|分钟|分|minutes?|mins?|日|天|days?|d)|(?P<bare>工时))"
)
_HOUR_UNITS: Final = ("小", "时", "h")


def read_target(raw: Raw) -> tuple[Target | None, Problem | None]:
    """A target from a cell or a setting; (None, None) is a blank or the plain wish for no target.

    Days are working days; hours and minutes run on the clock unless they are called working hours (工作小时,
    工时). A duration of the spreadsheet is hours on the clock. Problem `not-a-target` for anything else: a bare
    number has no unit, and a week or month has no agreed number of working days.
    """
    if raw is None:
        return None, None
    if isinstance(raw, timedelta):
        return _made(raw / timedelta(hours=1), TargetUnit.CLOCK_HOURS)
    if not isinstance(raw, str) or isinstance(raw, CellError):
        return None, Problem("not-a-target")
    text = simplified(tidy(raw)).casefold()
    if not text or text in _DASHES or fold(text) in _NO_TARGET:
        return None, None
    text = _AROUND.sub("", text)
    if fold(text) in _SAME_DAY:
        return _made(0, TargetUnit.WORKING_DAYS)
    match = _TARGET.fullmatch(text)
    if match is None:
        return None, Problem("not-a-target")
    amount, unit = _amount(match["amount"]), match["unit"] or "时"
    if unit[0] in "日天d":
        return _made(amount, TargetUnit.WORKING_DAYS)
    if not unit.startswith(_HOUR_UNITS):
        amount /= 60
    working = match["working"] or match["bare"]
    return _made(amount, TargetUnit.WORKING_HOURS if working else TargetUnit.CLOCK_HOURS)


def says_no_target(raw: Raw) -> bool:
    """Whether a cell says in words that there is no target (a blank cell says nothing)."""
    return isinstance(raw, str) and bool(raw.strip()) and read_target(raw) == (None, None)


def _made(amount: float, unit: TargetUnit) -> tuple[Target | None, Problem | None]:
    try:
        return Target(amount, unit), None
    except SettingsError:
        return None, Problem("not-a-target")


def _amount(text: str) -> float:
    if text[0].isascii():
        return 1.0 if text[0] == "a" else float(text)
    if text == "半":
        return 0.5
    total, digit = 0, 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        else:
            total, digit = total + max(digit, 1) * (10 if character == "十" else 100), 0
    return float(total + digit)
