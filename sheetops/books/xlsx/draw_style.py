"""The one look of all tabs: fonts by language, a calm palette, and what each style word means in Excel.

Loaded only where a tab is drawn, as openpyxl is slow to import.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, Final, NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.styles.differential import DifferentialStyle

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

_LINE = Side(style="thin", color=RULE)
_EDGES: Final = {
    "": Border(),
    "all": Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE),
    "below": Border(bottom=Side(style="medium", color=PRIMARY)),
}


def font_name(language: str) -> str:
    """The font of a language; Excel replaces it by one of its own where it is not installed."""
    return FONTS.get(language, FONTS["en"])


def line_height(language: str, size: float = SIZE) -> float:
    """Points that one line of text takes; Chinese fonts stand taller."""
    return size * (1.35 if language == "en" else 1.6)


class Styles:
    """The styles of one workbook, each made once: setting them cell by cell takes most of the time otherwise."""

    def __init__(self, book: Workbook, language: str) -> None:
        self._font = font_name(language)
        self._made: dict[tuple[Style, str | None, bool], StyleArray] = {}
        sheet = book.create_sheet()
        self._scratch: Any = sheet.cell(1, 1)
        book.remove(sheet)
        _set_default_font(book, self._font)

    def of(self, style: Style, format: str | None = None, quoted: bool = False) -> StyleArray:
        """The style of a word.

        `format` is used where the word has none of its own; `quoted` marks text that a program might take for
        a formula.
        """
        key = (style, format, quoted)
        if key not in self._made:
            self._made[key] = self._make(LOOKS[style], format, quoted)
        return copy(self._made[key])

    def _make(self, look: Look, format: str | None, quoted: bool) -> StyleArray:
        cell = self._scratch
        cell._style = StyleArray()
        cell.font = Font(
            name=self._font,
            size=look.size,
            bold=look.bold,
            color=look.colour,
            underline="single" if look.underline else None,
        )
        if look.fill:
            cell.fill = PatternFill("solid", fgColor=look.fill)
        cell.border = _EDGES[look.edge]
        cell.alignment = Alignment(
            horizontal=look.across,
            vertical=look.down,
            wrap_text=look.wrap,
        )
        cell.number_format = look.format if look.format != "General" or format is None else format
        if quoted:
            cell._style.quotePrefix = 1
        made: StyleArray = cell._style
        return made


def _set_default_font(book: Any, name: str) -> None:
    """Cells yet to be typed and the width of columns go by the font of the Normal style, the first of all."""
    normal = Font(name=name, size=SIZE, color=INK, family=2)
    book._fonts[0] = normal
    book._named_styles["Normal"].font = copy(normal)


def highlight_style(style: str) -> DifferentialStyle:
    """What a conditional format lays over a cell; Excel takes a solid fill's colour from `bgColor` here."""
    colour, fill = TONES[style]
    shade = PatternFill("solid", fgColor=fill, bgColor=fill) if fill else None
    return DifferentialStyle(font=Font(color=colour), fill=shade)
