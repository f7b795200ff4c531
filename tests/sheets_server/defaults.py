"""What a new spreadsheet looks like at Google."""

from __future__ import annotations

import copy
from typing import Any

WHITE = {"red": 1.0, "green": 1.0, "blue": 1.0}

DEFAULT_FORMAT: dict[str, Any] = {
    "backgroundColor": WHITE,
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": {},
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "foregroundColorStyle": {"rgbColor": {}},
    },
    "backgroundColorStyle": {"rgbColor": WHITE},
}

THEME_COLORS = {
    "TEXT": {},
    "BACKGROUND": WHITE,
    "ACCENT1": {"red": 0.25882354, "green": 0.52156866, "blue": 0.95686275},
    "ACCENT2": {"red": 0.91764706, "green": 0.2627451, "blue": 0.20784314},
    "ACCENT3": {"red": 0.9843137, "green": 0.7372549, "blue": 0.015686275},
    "ACCENT4": {"red": 0.20392157, "green": 0.65882355, "blue": 0.3254902},
    "ACCENT5": {"red": 1.0, "green": 0.42745098, "blue": 0.003921569},
    "ACCENT6": {"red": 0.27450982, "green": 0.7411765, "blue": 0.7764706},
    "LINK": {"red": 0.06666667, "green": 0.33333334, "blue": 0.8},
}


def spreadsheet_properties(title: str) -> dict[str, Any]:
    theme = [{"colorType": kind, "color": {"rgbColor": color}} for kind, color in THEME_COLORS.items()]
    return copy.deepcopy(
        {
            "title": title,
            "locale": "en_US",
            "autoRecalc": "ON_CHANGE",
            "timeZone": "Etc/GMT",
            "defaultFormat": DEFAULT_FORMAT,
            "spreadsheetTheme": {"primaryFontFamily": "Arial", "themeColors": theme},
        }
    )


def sheet_properties(sheet_id: int, title: str, rows: int = 1000, columns: int = 26) -> dict[str, Any]:
    return {
        "sheetId": sheet_id,
        "title": title,
        "sheetType": "GRID",
        "gridProperties": {"rowCount": rows, "columnCount": columns},
    }


def mirror_colors(value: Any) -> Any:
    """Google keeps the old colour fields and the newer `…Style` ones in step; the style wins."""
    if isinstance(value, list):
        return [mirror_colors(item) for item in value]
    if not isinstance(value, dict):
        return value
    out = {key: mirror_colors(item) for key, item in value.items()}
    for old in ("backgroundColor", "foregroundColor", "tabColor"):
        style = out.get(f"{old}Style")
        if style is not None:
            if "rgbColor" in style:
                out[old] = style["rgbColor"]
            elif "themeColor" in style:
                out[old] = THEME_COLORS.get(style["themeColor"], {})
        elif old in out:
            out[f"{old}Style"] = {"rgbColor": out[old]}
    return out


def mirror_mask(tree: dict[str, Any]) -> dict[str, Any]:
    """An update mask that names one colour field names its twin as well."""
    out = {}
    for key, sub in tree.items():
        out[key] = mirror_mask(sub)
        for old in ("backgroundColor", "foregroundColor", "tabColor"):
            if key == old:
                out[f"{old}Style"] = {}
            elif key == f"{old}Style":
                out[old] = {}
    return out
