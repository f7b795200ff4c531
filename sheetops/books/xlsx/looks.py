"""The one look of all tabs: fonts by language, a calm palette, and what each style word means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from sheetops.domain.tabs import Style

FONTS: Final[Mapping[str, str]] = {
    "zh-Hans": "Microsoft YaHei",
    "zh-Hant": "Microsoft JhengHei",
    "en": "Calibri",
}
SIZE: Final = 10.0

INK, GREY, PRIMARY, BLUE = "26323A", "7C8A94", "1F5566", "1D5FA8"
PALE, RULE, CREAM = "EAF1F3", "D3DCE1", "FFFAE5"

TONES: Final[Mapping[str, tuple[str, str | None]]] = {  # style → (text, fill)
    "error": ("9C1F1F", "FBE1DE"),
    "warning": ("855300", "FDEFCF"),
    "hint": ("1F4F82", "E1EDF8"),
    "good": ("1D6B3C", "DFF2E5"),
    "bad": ("9C1F1F", "FBE1DE"),
    "neutral": ("4D5B65", "EEF1F3"),
    "muted": (GREY, None),
}


class Look(NamedTuple):
    """How one style word looks; `edge` is the border: none, all round, or a line below."""

    colour: str = INK
    fill: str | None = None
    size: float = SIZE
    bold: bool = False
    underline: bool = False
    format: str = "General"
    across: str | None = None
    down: str = "center"
    wrap: bool = False
    edge: str = "all"


def _tone(name: str) -> Look:
    colour, fill = TONES[name]
    return Look(colour=colour, fill=fill, wrap=True)


LOOKS: Final[Mapping[Style, Look]] = {
    "text": Look(across="left"),
    "wrap": Look(wrap=True),
    "muted": Look(colour=GREY, wrap=True, edge=""),
    "title": Look(colour=PRIMARY, size=18, bold=True, edge=""),
    "subtitle": Look(colour=GREY, wrap=True, edge=""),
    "section": Look(colour=PRIMARY, size=12, bold=True, down="bottom", edge="below"),
    "header": Look(colour="FFFFFF", fill=PRIMARY, bold=True, wrap=True),
    "label": Look(fill=PALE, bold=True, wrap=True),
    "date": Look(format="yyyy-mm-dd", across="left"),
    "moment": Look(format="yyyy-mm-dd hh:mm", across="left"),
    "integer": Look(format="#,##0"),
    "number": Look(format="#,##0.0"),
    "percent": Look(format="0.0%"),
    "link": Look(colour=BLUE, underline=True),
    "error": _tone("error"),
    "warning": _tone("warning"),
    "hint": _tone("hint"),
    "good": _tone("good"),
    "bad": _tone("bad"),
    "neutral": _tone("neutral"),
    "input": Look(fill=CREAM, wrap=True),
    "big": Look(colour=PRIMARY, size=20, bold=True, format="#,##0.##", across="left", edge=""),
    "big_percent": Look(colour=PRIMARY, size=20, bold=True, format="0.0%", across="left", edge=""),
}


def font_name(language: str) -> str:
    """The font of a language; Excel replaces it by one of its own where it is not installed."""
    return FONTS.get(language, FONTS["en"])


def line_height(language: str, size: float = SIZE) -> float:
    """Points that one line of text takes; Chinese fonts stand taller."""
    return size * (1.35 if language == "en" else 1.6)
