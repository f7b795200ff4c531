"""USER_ENTERED: what Google makes of text a person types. Gives a value and the format it brings."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

from tests.sheets_server.formula_locale import canonical
from tests.sheets_server.locales import ENGLISH_MONTHS, Locale, locale_of
from tests.sheets_server.model import Formula, Value

EPOCH = dt.datetime(1899, 12, 30)
TIME = re.compile(
    r"(?P<h>\d{1,4}):(?P<m>\d{1,2})(?::(?P<s>\d{1,2})(?P<f>\.\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?\Z"
)
CHINESE_TIME = re.compile(r"(上午|下午|午前|午後|오전|오후)\s*(\d{1,2}:\d{1,2}(?::\d{1,2})?)\Z")
ISO_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\Z")
SHORT_DATE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})(?:\2(\d{4}|\d{1,2}))?\Z")
DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.\Z")
MONTH_DATE = re.compile(r"(?:(\d{1,2})([-/])(\d{4})|(\d{4})([-/])(\d{1,2}))\Z")
CHINESE_DATE = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(?:(\d{1,2})日)?\Z")
WORD_DATE = re.compile(
    r"(?:(\d{1,2})(?:\.?\s|-)([^\W\d_]{3,12})\.?|([^\W\d_]{3,12})\.?[\s-](\d{1,2}))(?:,?[\s-](\d{4}))?\Z"
)
WORD_MONTH = re.compile(r"([^\W\d_]{3,12})\.?[\s-](\d{4})\Z")
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
    locale = locale_of(locale_name)
    if text.startswith("=") and len(text) > 1:
        return Formula(canonical(text, locale.decimal == ",")), None
    bare = text.strip()
    for words in (locale.words, ("TRUE", "FALSE")):
        if bare.upper() in words:
            return bare.upper() == words[0], None
    for reader in (_number, _date_time):
        found = reader(bare, locale, today or dt.date(2026, 1, 1))
        if found is not None:
            return found
    if re.match(r"\+\s*[\w($.'\"]", text):  # typed without `=`; a telephone number becomes #ERROR!
        return Formula(canonical("=" + text, locale.decimal == ",")), None
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
    if locale.group.isspace():  # any blank groups, typed or pasted
        digits = re.sub(r"[ \u00a0\u202f]", locale.group, digits)
    point, group = re.escape(locale.decimal), re.escape(locale.group)
    shape = re.fullmatch(rf"((?:\d{{1,3}}(?:{group}\d{{3}})+)|\d+)?(?:{point}(\d*))?([eE][+-]?\d+)?", digits)
    if not shape or (shape.group(1) is None and not shape.group(2)):
        return None
    whole, fraction, power = shape.groups()
    grouped = bool(whole and locale.group in whole)
    plain = (whole or "0").replace(locale.group, "") + "." + (fraction or "0") + (power or "")
    value = sign * float(plain)
    if math.isinf(value):
        return None
    if percent:
        return value / 100, {"type": "PERCENT", "pattern": "0.00%" if fraction else "0%"}
    if symbol:
        return value, _currency(symbol, bool(fraction), back is not None, locale)
    if power:
        return value, {"type": "SCIENTIFIC", "pattern": "0.00E+00"}
    if grouped:
        return value, {"type": "NUMBER", "pattern": "#,##0.00" if fraction else "#,##0"}
    return value, None


def _currency(symbol: str, fraction: bool, behind: bool, locale: Locale) -> dict[str, Any]:
    digits = "#,##0.00" if fraction else "#,##0"
    own = f'"{symbol}"' if symbol == locale.currency else f"[${symbol}]"
    pattern = f"{digits}\\ {own}" if behind and locale.decimal == "," else own + digits
    return {"type": "CURRENCY", "pattern": pattern}


def _date_time(text: str, locale: Locale, today: dt.date) -> Entry | None:
    date = _date(text, locale, today)
    if date is not None:
        return serial(date[0]), {"type": "DATE", "pattern": date[1]}
    clock = _time(text)
    if clock is not None:
        return clock[0], {"type": "TIME", "pattern": clock[1]}
    # A `T` between day and time, as machines write it, stays text.
    match = re.match(r"(.+?)\s+(\S*\d{1,2}:.+)\Z", text)
    if match:
        date, clock = _date(match.group(1), locale, today), _time(match.group(2))
        if date and clock and clock[0] < 1:
            pattern = f"{date[1]} {clock[1]}"
            return serial(date[0]) + clock[0], {"type": "DATE_TIME", "pattern": pattern}
    return None


def _time(text: str) -> tuple[float, str] | None:
    spoken = CHINESE_TIME.match(text)
    if spoken:
        found = _time(f"{spoken[2]} {'am' if spoken[1] in ('上午', '午前', '오전') else 'pm'}")
        return (found[0], "am/pm" + found[1].removesuffix(" am/pm")) if found else None
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
        return _chinese_date(match, today)
    match = SHORT_DATE.match(text) or (DOTTED_DATE.match(text) if locale.dotted_dates else None)
    if match:
        return _short_date(match, locale, today)
    match = MONTH_DATE.match(text)
    if match:
        return _month(match)
    match = WORD_DATE.match(text)
    if match:
        return _word_date(match, locale, today)
    match = WORD_MONTH.match(text)
    month = _month_named(match[1], locale) if match else None
    if match and month:
        return dt.date(int(match[2]), month[0], 1), f"{month[1]}{text[-5]}yyyy"
    return None


def _chinese_date(match: re.Match[str], today: dt.date) -> tuple[dt.date, str] | None:
    year, month, day = match.groups()
    if not year and not day:
        return None
    built = _build(int(year or today.year), int(month), int(day or 1))
    pattern = ('yyyy"年"' if year else "") + 'm"月"' + ('d"日"' if day else "")
    return (built, pattern) if built else None


def _month(match: re.Match[str]) -> tuple[dt.date, str] | None:
    month, sign, year = match[1] or match[6], match[2] or match[5], match[3] or match[4]
    if not (1 <= int(month) <= 12 and int(year)):
        return None
    word = "mm" if len(month) == 2 and month[0] == "0" else "m"
    return dt.date(int(year), int(month), 1), f"{word}{sign}yyyy" if match[1] else f"yyyy{sign}{word}"


def _short_date(match: re.Match[str], locale: Locale, today: dt.date) -> tuple[dt.date, str] | None:
    first, sign, second, year = match.groups() if len(match.groups()) == 4 else (match[1], ".", match[2], "")
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
    return built, sign.join(parts) + ("." if year == "" else "")


def _word_date(match: re.Match[str], locale: Locale, today: dt.date) -> tuple[dt.date, str] | None:
    day_a, month_a, month_b, day_b, year = match.groups()
    month = _month_named(month_a or month_b, locale)
    if month is None:
        return None
    built = _build(int(year) if year else today.year, month[0], int(day_a or day_b))
    if built is None:
        return None
    name = month[1]
    if month_a:
        pattern = f"d-{name}" + ("-yyyy" if year else "")
        if "." in match[0].split()[0]:
            pattern = pattern.replace("-", ". ", 1).replace("-", " ")
    else:
        pattern = f"{name} d" + (", yyyy" if year else "")
    return built, pattern


def _month_named(word: str, locale: Locale) -> tuple[int, str] | None:
    """The month of a name in the locale's language or in English, and the pattern that shows it so."""
    for names in (locale.months, ENGLISH_MONTHS):
        for number, name in enumerate(names, 1):
            if word.casefold() == name.casefold():
                return number, "mmmm" if len(name) > 3 else "mmm"
            if len(name) > 3 and word.casefold() == name[:3].casefold():
                return number, "mmm"
    return None
