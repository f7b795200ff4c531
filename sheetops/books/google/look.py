"""How the style words look in Google Sheets: the one palette of all books, as Google's cell formats."""

from __future__ import annotations

from functools import cache
from typing import Any

from sheetops.books.google.convert import DAY_FORMAT, MOMENT_FORMAT, format_for
from sheetops.books.google.service import Json
from sheetops.domain.table import Raw
from sheetops.domain.tabs import Style

_FORMATS = {"yyyy-mm-dd": DAY_FORMAT, "yyyy-mm-dd hh:mm": MOMENT_FORMAT}
_DOWN = {"center": "MIDDLE", "bottom": "BOTTOM", "top": "TOP"}


def colour(hexadecimal: str) -> Json:
    """An RRGGBB colour as a ColorStyle."""
    red, green, blue = (int(hexadecimal[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return {"rgbColor": {"red": red, "green": green, "blue": blue}}


def cell_format(style: Style, value: Raw = None) -> Json:
    """The userEnteredFormat of a style word; dates get a date format in any style."""
    made = dict(_base(style))
    number_format = made.get("numberFormat") or format_for(value)
    if number_format:
        made["numberFormat"] = number_format
    return made


@cache
def _base(style: Style) -> Json:
    from sheetops.books.xlsx.looks import LOOKS, PRIMARY, RULE

    look = LOOKS[style]
    text = {"foregroundColorStyle": colour(look.colour), "fontSize": round(look.size), "bold": look.bold}
    made: Json = {
        "textFormat": {**text, "underline": look.underline},
        "verticalAlignment": _DOWN[look.down],
        "wrapStrategy": "WRAP" if look.wrap else "OVERFLOW_CELL",
    }
    if look.fill:
        made["backgroundColorStyle"] = colour(look.fill)
    if look.across:
        made["horizontalAlignment"] = look.across.upper()
    if look.edge == "all":
        line = {"style": "SOLID", "colorStyle": colour(RULE)}
        made["borders"] = dict.fromkeys(("top", "bottom", "left", "right"), line)
    elif look.edge == "below":
        made["borders"] = {"bottom": {"style": "SOLID_MEDIUM", "colorStyle": colour(PRIMARY)}}
    if look.format != "General":
        made["numberFormat"] = _FORMATS.get(look.format) or _number(look.format)
    return made


def _number(pattern: str) -> Json:
    return {"type": "PERCENT" if pattern.endswith("%") else "NUMBER", "pattern": pattern}


def highlight_format(style: str) -> dict[str, Any]:
    """What a conditional format lays over a cell."""
    from sheetops.books.xlsx.looks import TONES

    ink, fill = TONES[style]
    made: dict[str, Any] = {"textFormat": {"foregroundColorStyle": colour(ink)}}
    if fill:
        made["backgroundColorStyle"] = colour(fill)
    return made
