"""Raw cell → typed value, or a problem that a rule turns into a finding.

What people plainly mean is accepted: `高 `, `４级`, `2023/10/4`, `10月4日`, `23.10.4`, an Excel serial, English
words in a Chinese sheet. Each reader returns the typed value and, where the cell cannot be understood, a
`Problem` with the reason and, where one can be offered, the fix.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

from sheetops.domain.patterns import pattern
from sheetops.domain.table import CellError, Raw
from sheetops.domain.table import as_text as as_text
from sheetops.domain.text import fold, tidy


class Problem(NamedTuple):
    """Why a cell cannot be understood (`kind` is a rule's word) and what it should say, where that is plain."""

    kind: str
    fix: str | None = None


class Owner(NamedTuple):
    """One responsible department or person, as written and split at the first hyphen."""

    department: str
    person: str | None
    lead: bool = False


class Feedback(NamedTuple):
    """What the customer said: a score 1–5 where given, the words, and how the words sound (+1, 0, −1)."""

    score: int | None
    words: str
    tone: int


_BLANK = frozenset(("", "-", "--", "—", "——", "–", "/", "\\", "无", "無", "n/a", "na", "none", "nil", "空"))
_DATE = pattern(r"(\d{4}|\d{2})\s*[-/.年_]\s*(\d{1,2})\s*[-/.月_]\s*(\d{1,2})\s*[日号號]?")
_MONTH_DAY = pattern(r"(\d{1,2})\s*[月/.\-]\s*(\d{1,2})\s*[日号號]?")
_COMPACT = pattern(r"(\d{4})(\d{2})(\d{2})(?!\d)")
_YEAR_LAST = pattern(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})(?!\d)")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_NAMED_MONTH = pattern(
    r"(?:(?P<d1>\d{1,2})(?:st|nd|rd|th)?[\s\-]*(?:of\s+)?)?"
    rf"(?P<m>{'|'.join(_MONTH_NAMES)})[a-z]*\.?[\s\-]*"
    r"(?(d1)|(?:(?P<d2>\d{1,2})(?:st|nd|rd|th)?(?!\d))?)[\s,\-]*(?P<y>\d{4}|\d{2}(?!\d))?",
    re.IGNORECASE,
)
_BEFORE = pattern(r"\s*(?:之前|以前|前|左右)$")
_TIME = pattern(
    r"(上午|下午|am|pm)?\s*(\d{1,2})[:点時时](\d{1,2})?(?:[:分](\d{1,2})?(?:\.\d+)?)?秒?\s*(am|pm)?",
    re.IGNORECASE,
)
_WEEKDAY = pattern(r"[(（]?(?:星期|周|週|礼拜|禮拜)[一二三四五六日天][)）]?")
_EPOCH = datetime(1899, 12, 30)
FIRST_YEAR, LAST_YEAR = 1990, 2199


def read_date(raw: Raw, today: date) -> tuple[date | datetime | None, Problem | None]:
    """A date, or a date and time, from a cell.

    A year with two digits is 20yy; a date without a year is the one nearest to `today`. Numbers are Excel
    serials of the 1900 system (books hand over 1904 dates already converted); a dash or `无` is a blank.
    Problems: `not-a-date`, `impossible-date`, `ambiguous-date`, `wrong-year` (outside 1990–2199).
    """
    if raw is None:
        return None, None
    if isinstance(raw, datetime):
        return _in_range(raw)
    if isinstance(raw, date):
        return _in_range(raw)
    if isinstance(raw, (CellError, bool, time, timedelta)):
        return None, Problem("not-a-date")
    if isinstance(raw, (int, float)):
        return _from_number(raw)
    return _from_text(tidy(raw), today)


def _in_range(value: date | datetime) -> tuple[date | datetime | None, Problem | None]:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        return None, Problem("wrong-year")
    return value, None


def _from_number(number: float) -> tuple[date | datetime | None, Problem | None]:
    if not isfinite(number):
        return None, Problem("not-a-date")
    if number == int(number) and (compact := _COMPACT.fullmatch(str(int(number)))):
        return _build(*compact.groups())
    if not 1 <= number < 2958466:  # the serials of 1900-01-01 and 9999-12-31
        return None, Problem("not-a-date")
    moment = _EPOCH + timedelta(seconds=round(number * 86400))
    return _in_range(moment.date() if moment.time() == time(0) else moment)


def _from_text(text: str, today: date) -> tuple[date | datetime | None, Problem | None]:
    if text.casefold() in _BLANK:
        return None, None
    text = _BEFORE.sub("", _WEEKDAY.sub("", text).strip())
    if match := _YEAR_LAST.match(text):
        value, problem = _year_last(int(match[1]), int(match[2]), match[3])
    elif match := _DATE.match(text) or _COMPACT.match(text):
        value, problem = _build(*match.groups())
        if len(match[1]) == 2 and value is not None and abs(value.year - today.year) > 3:
            turned = _build(match[3], match[2], match[1])[0]
            if turned is not None and abs(turned.year - today.year) <= 3:
                return None, Problem("ambiguous-date")  # 30.11.26 said in November 2026 is hardly 2030
    elif match := _MONTH_DAY.fullmatch(text):
        return _nearest_year(int(match[1]), int(match[2]), today)
    elif (match := _NAMED_MONTH.match(text)) and (match["d1"] is None) is not (match["d2"] is None):
        month, day = _MONTHS[match["m"].casefold()], match["d1"] or match["d2"]
        known = _build(match["y"], str(month), day) if match["y"] else _nearest_year(month, int(day), today)
        value, problem = known
    elif re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _from_number(float(text))
    else:
        return None, Problem("not-a-date")
    return (value, problem) if problem else _with_time(value, text[match.end() :])


def _year_last(first: int, second: int, year: str) -> tuple[date | None, Problem | None]:
    """`31/12/2025` has one reading, `10/4/2025` two: which one is meant cannot be known."""
    if first > 12 or second > 12 or first == second:
        day, month = (first, second) if first > 12 else (second, first)
        return _build(year, str(month), str(day))
    return None, Problem("ambiguous-date")


def readings(raw: Raw) -> tuple[date, ...]:
    """The days that a date of two readings (`ambiguous-date`) may mean, as far as there are such days."""
    text = _BEFORE.sub("", _WEEKDAY.sub("", tidy(as_text(raw))).strip())
    if match := _YEAR_LAST.match(text):
        first, second, year = match[1], match[2], match[3]
        found = (_build(year, second, first)[0], _build(year, first, second)[0])
    elif match := _DATE.match(text) or _COMPACT.match(text):
        found = (_build(match[3], match[2], match[1])[0], _build(*match.groups())[0])
    else:
        return ()
    return tuple(day for day in found if day is not None)


def _build(year: str, month: str, day: str) -> tuple[date | None, Problem | None]:
    full = int(year) + (2000 if len(year) == 2 else 0)
    try:
        value = date(full, int(month), int(day))
    except ValueError:
        return None, Problem("impossible-date")
    if not FIRST_YEAR <= full <= LAST_YEAR:
        return None, Problem("wrong-year")
    return value, None


def _with_time(value: date | None, rest: str) -> tuple[date | datetime | None, Problem | None]:
    rest = rest.strip().lstrip("tT,，").strip()
    if not rest or value is None:
        return value, None
    match = _TIME.match(rest)
    if match is None or rest[match.end() :].strip(" Zz秒") != "":
        return None, Problem("not-a-date")
    half = (match[1] or match[5] or "").casefold()
    hour = int(match[2])
    if half in ("下午", "pm") and hour < 12:
        hour += 12
    try:
        return datetime.combine(value, time(hour, int(match[3] or 0), int(match[4] or 0))), None
    except ValueError:
        return None, Problem("impossible-date")


def _nearest_year(month: int, day: int, today: date) -> tuple[date | None, Problem | None]:
    near = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            near.append(date(year, month, day))
        except ValueError:
            continue
    if not near:
        return None, Problem("impossible-date")
    return min(near, key=lambda d: abs((d - today).days)), None


def as_date(value: date | datetime | None) -> date | None:
    """The calendar day of a date or a moment."""
    return value.date() if isinstance(value, datetime) else value


_PRIORITY = pattern(
    r"(?:p|级|級|优先级|優先級|優先順序|priority|level|lv\.?)?\s*[:#]?\s*([1-5])(?:\.0)?\s*(?:[级級星分]|/\s*5)?",
    re.IGNORECASE,
)
_NUMERALS = str.maketrans("一二三四五", "12345")


def read_priority(raw: Raw) -> tuple[int | None, Problem | None]:
    """A priority 1–5 (5 highest) from `4级`, `４级`, `4`, `P4`, `四级`. Problem: `unknown-value`."""
    if raw is None:
        return None, None
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return (int(raw), None) if raw in (1, 2, 3, 4, 5) else (None, Problem("unknown-value"))
    if not isinstance(raw, str) or isinstance(raw, CellError):
        return None, Problem("unknown-value")
    text = tidy(raw).translate(_NUMERALS)
    if not text:
        return None, None
    match = _PRIORITY.fullmatch(text)
    if match:
        return int(match[1]), None
    return None, Problem("unknown-value")


_OWNERS = pattern(r"([、;；/\n]|[,，](?=\s*\S+[-－–—]))")
_LEAD = pattern(r"[(（\[【]\s*(?:牵头|牽頭|主办|主辦|主责|主責|lead)\s*[)）\]】]", re.IGNORECASE)
_HYPHEN = pattern(r"\s*[-－–—]\s*")


def read_owners(raw: Raw) -> tuple[Owner, ...]:
    """The responsible departments and people of `技术部-张*、产品部(牵头)`; the lead is marked, else the first.

    Where nobody is marked and several are named, no owner is a lead: a rule asks for one. A masked name
    without a department belongs to the department before it (`客服部-赵*、李*`, `客服部/赵*`).
    """
    if raw is None or isinstance(raw, CellError):
        return ()
    owners: list[Owner] = []
    pieces = ["", *_OWNERS.split(as_text(raw))]
    for mark, part in zip(pieces[::2], pieces[1::2], strict=True):
        lead = _LEAD.search(part) is not None
        text = tidy(_LEAD.sub("", part))
        if not text:
            continue
        department, *rest = _HYPHEN.split(text, maxsplit=1)
        person = rest[0].strip() or None if rest else None
        before = owners[-1] if owners else None
        if person is None and before is not None and "*" in text:
            if mark == "/" and before.person is None:
                owners[-1] = Owner(before.department, text, lead or before.lead)
                continue
            if before.person is not None:
                department, person = before.department, text
        owners.append(Owner(department.strip(), person, lead))
    if len(owners) == 1:
        owners = [owners[0]._replace(lead=True)]
    return tuple(owners)


_SCORE = pattern(
    r"(?<![\d.:/])(-?\d+(?:\.\d+)?)\s*(?:分(?![钟鐘之类類析])|星|points?\b|stars?\b|/\s*5(?!\d))"
    r"|(?:评分|評分|打分|得分|score|rating|rated)\s*[:：=]?\s*(-?\d+(?:\.\d+)?)(?![\d.]*\s*%)"
    r"|[,，:：]\s*([1-5])$",
    re.IGNORECASE,
)
_LABELLED = pattern(r"([^\d(:\"“]{1,12})\(([1-5])分\)")
_ONLY_NUMBER = pattern(r"(-?\d+(?:\.\d+)?)")
_NO_FEEDBACK = _BLANK | {
    "暂无", "暫無", "待回访", "待回訪", "未回访", "未回訪", "待反馈", "待反饋", "未反馈", "未反饋", "暂无反馈", "暫無反饋",
    "无反馈", "無反饋", "未回饋", "暫無回饋", "pending", "no feedback", "no feedback yet", "not yet", "tbd",
}  # fmt: skip
_NEITHER = pattern(r"[没沒][有什么麼]*不[满滿]|并无不满|並無不滿|not bad|no complaints?", re.IGNORECASE)
_UNHAPPY = pattern(
    r"不[^,，。;；]{0,3}[满滿]意|[没沒]有?[^,，。;；不]{0,3}[满滿]意|不[满滿]|不好|很差|太差|差评|差評|失望|糟糕"
    r"|\b(?:dis|un)satisfied\b|\bnot (?:\w+ ){0,2}(?:satisfied|happy|good)\b|\bunhappy\b|\bpoor\b|\bbad\b"
    r"|\bdisappointed\b|\bterrible\b|\bawful\b",
    re.IGNORECASE,
)
_HAPPY = pattern(
    r"[满滿]意|很好|感谢|感謝|好评|好評|\bsatisfied\b|\bhappy\b|\bgood\b|\bgreat\b|\bexcellent\b",
    re.IGNORECASE,
)
_FIRST_WORDS = pattern(r"[\s)）\]】:：,，]*([^\"“”'‘,，。;；:：!！]*)")


def read_feedback(raw: Raw) -> tuple[Feedback | None, Problem | None]:
    """The customer's feedback from `满意(5分):"…"`. Problem: `score-range` for a score outside 1–5.

    The tone is that of the label before the score, or of the first words after it; a quotation has none.
    """
    if raw is None or isinstance(raw, CellError):
        return None, None
    text = tidy(as_text(raw))
    if quick := _LABELLED.match(
        text
    ):  # the template's own form; the rest below is for what people make of it
        return Feedback(
            int(quick[2]), text[quick.end() :].strip(_QUOTES), _tone(quick[1].strip(_QUOTES))
        ), None
    if text.casefold() in _NO_FEEDBACK:
        return None, None
    match = _ONLY_NUMBER.fullmatch(text) or _SCORE.search(text)
    if match is None:
        return Feedback(None, text.strip(_QUOTES), _tone(text)), None
    words = text[match.end() :].strip(_QUOTES)
    label = text[: match.start()].strip(_QUOTES)
    if not label and (first := _FIRST_WORDS.match(text, match.end())):
        label = first[1]
    number = float(next(group for group in match.groups() if group is not None))
    if not (1 <= number <= 5 and number.is_integer()):
        return Feedback(None, words, _tone(label)), Problem("score-range")
    return Feedback(int(number), words, _tone(label)), None


_QUOTES = " ()）（:：,，\"“”'"


@lru_cache(maxsize=4096)
def _tone(label: str) -> int:
    rest = _NEITHER.sub("", label)
    unhappy = _UNHAPPY.search(rest) is not None
    happy = _HAPPY.search(_UNHAPPY.sub("", rest)) is not None
    return happy - unhappy


def read_score(raw: Raw) -> tuple[int | None, Problem | None]:
    """A whole number 0–10 (likelihood to recommend). Problem: `score-range`."""
    if raw is None:
        return None, None
    text = tidy(as_text(raw)).removesuffix("分").strip()
    if text.casefold() in _BLANK:
        return None, None
    try:
        number = float(text)
    except ValueError:
        return None, Problem("score-range")
    if not (0 <= number <= 10 and number.is_integer()):
        return None, Problem("score-range")
    return int(number), None


_SNOOZE = pattern(
    r"(?:暂停至|暫停至|暂停到|暫停到|snooze(?:d)? until|paused? until)\s*[:：]?\s*([0-9/.\-年月日号號]+)",
    re.IGNORECASE,
)


def snoozed_until(notes: Raw, today: date) -> date | None:
    """The day up to which `暂停至2026-03-01` in the notes silences reminders, or None."""
    if not isinstance(notes, str):
        return None
    match = _SNOOZE.search(tidy(notes))
    return as_date(read_date(match[1], today)[0]) if match else None


def same_word(first: str, second: str) -> bool:
    """Whether two words are one, whatever their width, case, spaces and script variant."""
    return fold(first) == fold(second)
