"""USER_ENTERED: what Google makes of text a person types. Gives a value and the format it brings."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from tests.sheets_server.locales import Locale, locale_of
from tests.sheets_server.model import Formula, Value

EPOCH = dt.datetime(1899, 12, 30)
TIME = re.compile(
    r"(?P<h>\d{1,4}):(?P<m>\d{1,2})(?::(?P<s>\d{1,2})(?P<f>\.\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?\Z"
)
ISO_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\Z")
SHORT_DATE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})(?:\2(\d{4}|\d{2}))?\Z")
CHINESE_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日\Z")
WORD_DATE = re.compile(
    r"(?:(\d{1,2})[\s-]([A-Za-z]{3,9})|([A-Za-z]{3,9})[\s-](\d{1,2}))(?:,?[\s-](\d{4}))?\Z"
)
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
Entry = tuple[Value, dict[str, Any] | None]


def serial(moment: dt.datetime | dt.date) -> float:
    """Days since 1899-12-30, with the time as a fraction."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime(moment.year, moment.month, moment.day)
    delta = moment.replace(tzinfo=None) - EPOCH
    return delta.days + (delta.seconds + delta.microseconds / 1e6) / 86400


def moment(number: float) -> dt.datetime:
    """The moment of a serial number, to the millisecond."""
    return EPOCH + dt.timedelta(days=int(number // 1), milliseconds=round(number % 1 * 86_400_000))


def user_entered(text: str, locale_name: str = "en_US", today: dt.date | None = None) -> Entry:
    """The value and number format that typing `text` gives."""
    if text.startswith("'"):
        return text[1:], None
    if text.startswith("=") and len(text) > 1:
        return Formula(text), None
    if text.startswith("+") and len(text) > 1 and re.match(r"\+[A-Za-z(]", text):
        return Formula("=" + text), None
    bare = text.strip()
    if bare.upper() in ("TRUE", "FALSE"):
        return bare.upper() == "TRUE", None
    locale = locale_of(locale_name)
    for reader in (_number, _date_time):
        found = reader(bare, locale, today or dt.date(2026, 1, 1))
        if found is not None:
            return found
    return text, None


def read_number(text: str) -> float | None:
    """Text as a number the way a formula coerces it, dates included."""
    value, _ = user_entered(text.strip())
    if isinstance(value, float) and not isinstance(value, bool):
        return value
    return None


def _number(text: str, locale: Locale, today: dt.date) -> Entry | None:
    sign, body = 1.0, text
    if body.startswith("(") and body.endswith(")"):
        sign, body = -1.0, body[1:-1]
    symbol = ""
    match = re.match(r"([-+]?)\s*([$€£¥￥₩])?\s*([-+]?)(.*?)\s*(%)?\s*([$€£¥￥₩])?\Z", body)
    if not match:
        return None
    before, front, inner, digits, percent, back = match.groups()
    if before and inner:
        return None
    symbol = front or back or ""
    if (before or inner) == "-":
        sign = -sign
    point, group = re.escape(locale.decimal), re.escape(locale.group)
    shape = re.fullmatch(rf"((?:\d{{1,3}}(?:{group}\d{{3}})+)|\d+)?(?:{point}(\d*))?([eE][+-]?\d+)?", digits)
    if not shape or (shape.group(1) is None and not shape.group(2)):
        return None
    whole, fraction, power = shape.groups()
    grouped = bool(whole and locale.group in whole)
    plain = (whole or "0").replace(locale.group, "") + "." + (fraction or "0") + (power or "")
    value = sign * float(plain)
    if percent:
        return value / 100, {"type": "PERCENT", "pattern": "0.00%" if fraction else "0%"}
    if symbol:
        return value, _currency(symbol, bool(fraction))
    if power:
        return value, {"type": "SCIENTIFIC", "pattern": "0.00E+00"}
    if grouped:
        return value, {"type": "NUMBER", "pattern": "#,##0.00" if fraction else "#,##0"}
    return value, None


def _currency(symbol: str, fraction: bool) -> dict[str, Any]:
    return {"type": "CURRENCY", "pattern": f'"{symbol}"#,##0' + (".00" if fraction else "")}


def _date_time(text: str, locale: Locale, today: dt.date) -> Entry | None:
    date = _date(text, locale, today)
    if date is not None:
        return serial(date[0]), {"type": "DATE", "pattern": date[1]}
    clock = _time(text)
    if clock is not None:
        return clock[0], {"type": "TIME", "pattern": clock[1]}
    match = re.match(r"(.+?)(?:[T\s]+)(\d{1,2}:.+?)(Z|[+-]\d\d:\d\d)?\Z", text)
    if match:
        date, clock = _date(match.group(1), locale, today), _time(match.group(2))
        if date and clock and clock[0] < 1:
            pattern = f"{date[1]} {clock[1]}"
            return serial(date[0]) + clock[0], {"type": "DATE_TIME", "pattern": pattern}
    return None


def _time(text: str) -> tuple[float, str] | None:
    match = TIME.match(text)
    if not match:
        return None
    hours, minutes, seconds = int(match["h"]), int(match["m"]), int(match["s"] or 0)
    if minutes > 59 or seconds > 59:
        return None
    pattern = "h:mm:ss" if match["s"] else "h:mm"
    if match["half"]:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if match["half"][0] in "Pp" else 0)
        pattern += " am/pm"
    elif hours > 23:
        pattern = "[h]:mm:ss"
    fraction = float(match["f"] or 0)
    return (hours * 3600 + minutes * 60 + seconds + fraction) / 86400, pattern


def _build(year: int, month: int, day: int) -> dt.date | None:
    if year < 100:
        year += 2000 if year < 30 else 1900
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _date(text: str, locale: Locale, today: dt.date) -> tuple[dt.date, str] | None:
    match = ISO_DATE.match(text)
    if match:
        built = _build(*(int(part) for part in match.groups()))
        sign = text[4]
        pattern = "yyyy-mm-dd" if len(match.group(2)) == 2 or len(match.group(3)) == 2 else "yyyy-m-d"
        return (built, pattern.replace("-", sign)) if built else None
    match = CHINESE_DATE.match(text)
    if match:
        built = _build(*(int(part) for part in match.groups()))
        return (built, 'yyyy"年"m"月"d"日"') if built else None
    match = SHORT_DATE.match(text)
    if match:
        return _short_date(match, locale, today)
    match = WORD_DATE.match(text)
    return _word_date(match, today) if match else None


def _short_date(match: re.Match[str], locale: Locale, today: dt.date) -> tuple[dt.date, str] | None:
    first, sign, second, year = match.groups()
    if sign == "." and not locale.dotted_dates:
        return None
    month_first = locale.date_order != "dmy"
    month, day = (first, second) if month_first else (second, first)
    built = _build(int(year) if year else today.year, int(month), int(day))
    if built is None:
        return None
    long = (len(first) == 2 and first[0] == "0") or (len(second) == 2 and second[0] == "0")
    parts = ["mm" if long else "m", "dd" if long else "d"]
    if not month_first:
        parts.reverse()
    if year:
        parts.append("yyyy" if len(year) == 4 else "yy")
    return built, sign.join(parts)


def _word_date(match: re.Match[str], today: dt.date) -> tuple[dt.date, str] | None:
    day_a, month_a, month_b, day_b, year = match.groups()
    word = (month_a or month_b).lower()
    if word[:3] not in MONTHS or (len(word) > 3 and not _full_month(word)):
        return None
    built = _build(int(year) if year else today.year, MONTHS.index(word[:3]) + 1, int(day_a or day_b))
    if built is None:
        return None
    name = "mmm" if len(word) == 3 else "mmmm"
    if month_a:
        pattern = f"d-{name}" + ("-yyyy" if year else "")
    else:
        pattern = f"{name} d" + (", yyyy" if year else "")
    return built, pattern


def _full_month(word: str) -> bool:
    return dt.date(2000, MONTHS.index(word[:3]) + 1, 1).strftime("%B").lower() == word
