"""Renders numbers and dates by a number format pattern and the spreadsheet's locale."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.sheets_server.locales import Locale, locale_of
from tests.sheets_server.numbers_in import moment
from tests.sheets_server.numbers_pattern import literal, number

PIECES = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|am/pm|a/p|General|@|y+|m+|d+|h+|s+|\.0+|[0#?]|.',
    re.IGNORECASE | re.DOTALL,
)
DATE_PIECES = re.compile(r"(?:y+|m+|d+|h+|s+|am/pm|a/p|\[h+\]|\[m+\]|\[s+\])\Z", re.IGNORECASE)
CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[0-9.]+)\]")


def general(value: float, locale: Locale | None = None) -> str:
    """The automatic format: ten significant digits, no trailing zeros."""
    point = locale.decimal if locale else "."
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if abs(value) >= 1e15 or 0 < abs(value) < 1e-9:
        mantissa, _, power = f"{value:.5E}".partition("E")
        mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}E{power[0]}{power[1:].lstrip('0').zfill(2)}".replace(".", point)
    exact = Decimal(repr(value))
    digits = max(0, 9 - exact.adjusted())
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{rounded:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", point)


def render(value: float, format_: dict[str, Any] | None, locale_name: str = "en_US") -> str:
    """A number as the sheet shows it under a NumberFormat."""
    locale = locale_of(locale_name)
    pattern = pattern_of(format_, locale)
    if not pattern or pattern.lower() == "general":
        return general(value, locale)
    section, value = _section(pattern, value)
    pieces = PIECES.findall(section)
    if is_date_pattern(section):
        return _date(pieces, value, locale)
    if any(piece.lower() == "general" or piece == "@" for piece in pieces):
        return "".join(
            general(value, locale) if p.lower() == "general" or p == "@" else literal(p) for p in pieces
        )
    return number(section, value, locale)


def pattern_of(format_: dict[str, Any] | None, locale: Locale) -> str:
    """The pattern of a NumberFormat; a type without pattern has the locale's default."""
    if not format_:
        return ""
    if format_.get("pattern"):
        return format_["pattern"]
    return {
        "NUMBER": "#,##0.00",
        "PERCENT": "0.00%",
        "CURRENCY": f'"{locale.currency}"#,##0.00',
        "DATE": locale.date_pattern,
        "TIME": locale.time_pattern,
        "DATE_TIME": f"{locale.date_pattern} {locale.time_pattern}",
        "SCIENTIFIC": "0.00E+00",
    }.get(format_.get("type", ""), "")


def is_date_pattern(pattern: str) -> bool:
    bare = re.sub(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', "", pattern, flags=re.IGNORECASE)
    bare = re.sub("general", "", bare, flags=re.IGNORECASE)
    return bool(re.search(r"[ymdhs]", bare, re.IGNORECASE))


def is_date_format(format_: dict[str, Any] | None) -> bool:
    """Whether values under this format are dates or times for dateTimeRenderOption."""
    if not format_:
        return False
    if format_.get("type") in ("DATE", "TIME", "DATE_TIME"):
        return True
    return bool(format_.get("pattern")) and is_date_pattern(format_["pattern"])


def text_section(pattern: str, text: str) -> str:
    """A text cell under a pattern with a text section (the fourth, or one with @)."""
    sections = _split(pattern)
    chosen = sections[3] if len(sections) > 3 else next((s for s in sections if "@" in s), None)
    if chosen is None:
        return text
    return "".join(text if piece == "@" else literal(piece) for piece in PIECES.findall(chosen))


def _split(pattern: str) -> list[str]:
    out, quoted = [""], False
    for char in pattern:
        quoted = quoted != (char == '"')
        if char == ";" and not quoted:
            out.append("")
        else:
            out[-1] += char
    return out


def _section(pattern: str, value: float) -> tuple[str, float]:
    sections = _split(pattern)
    conditions = [CONDITION.search(section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _holds(value, condition.group(1), float(condition.group(2))):
                return CONDITION.sub("", section), value
        return sections[-1], value
    if len(sections) > 2 and value == 0:
        return sections[2], value
    if len(sections) > 1 and value < 0:
        return sections[1], -value
    return sections[0], value


def _holds(value: float, sign: str, bound: float) -> bool:
    return {
        "<": value < bound, ">": value > bound, "=": value == bound,
        "<=": value <= bound, ">=": value >= bound, "<>": value != bound,
    }[sign]  # fmt: skip


def _date(pieces: list[str], value: float, locale: Locale) -> str:
    low = [piece.lower() for piece in pieces]
    half = any(piece in ("am/pm", "a/p") for piece in low)
    places = max((len(p) - 1 for p in low if re.match(r"\.0+\Z", p)), default=0)
    when = _to_places(moment(value), places)
    spent = 0  # seconds that larger elapsed units show already
    out = []
    for at, piece in enumerate(low):
        if re.match(r"m+\Z", piece) and _is_minute(low, at):
            out.append(f"{when.minute:0{min(len(piece), 2)}d}")
        elif re.match(r"\[[hms]+\]\Z", piece):
            size = {"h": 3600, "m": 60, "s": 1}[piece[1]]
            total = int(Decimal(repr(value * 86400)).quantize(Decimal("0.001"), ROUND_HALF_UP)) - spent
            spent += total // size * size
            out.append(f"{total // size:0{len(piece) - 2}d}")
        elif re.match(r"\.0+\Z", piece):
            out.append("." + f"{when.microsecond:06d}"[: len(piece) - 1])
        elif DATE_PIECES.match(piece):
            out.append(_date_piece(piece, pieces[at], when, half, locale))
        else:
            out.append(literal(pieces[at]))
    return "".join(out)


def _is_minute(pieces: list[str], at: int) -> bool:
    if len(pieces[at]) > 2:
        return False
    before = [p for p in pieces[:at] if DATE_PIECES.match(p)]
    after = [p for p in pieces[at + 1 :] if DATE_PIECES.match(p)]
    if before and before[-1].strip("[]")[0] == "h":
        return True
    return bool(after) and after[0].strip("[]")[0] == "s"


def _to_places(when: dt.datetime, places: int) -> dt.datetime:
    """The moment with its seconds to so many places; whole seconds are cut, not rounded."""
    if not places:
        return when.replace(microsecond=0)
    step = 10 ** max(0, 6 - places)
    rounded = (when.microsecond + step // 2) // step * step
    return when.replace(microsecond=0) + dt.timedelta(microseconds=rounded)


def _date_piece(piece: str, original: str, when: dt.datetime, half: bool, locale: Locale) -> str:
    size = len(piece)
    if piece in ("am/pm", "a/p"):
        late = when.hour >= 12
        if piece == "am/pm":
            return locale.halves[late]
        return "AP"[late] if original[0].isupper() else "ap"[late]
    if piece[0] == "y":
        return f"{when.year:04d}" if size > 2 else f"{when.year % 100:02d}"
    if piece[0] == "m":
        name = locale.months[when.month - 1]
        return [str(when.month), f"{when.month:02d}", name[:3], name, name[0]][min(size, 5) - 1]
    if piece[0] == "d":
        name = locale.days[when.weekday()]
        return [str(when.day), f"{when.day:02d}", name[:3], name][min(size, 4) - 1]
    if piece[0] == "h":
        hour = (when.hour % 12 or 12) if half else when.hour
        return f"{hour:0{min(size, 2)}d}"
    return f"{when.second:0{min(size, 2)}d}"
