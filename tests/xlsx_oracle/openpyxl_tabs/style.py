"""The look of tabs as openpyxl wants it said.

Loaded only where a workbook is drawn, as openpyxl is slow to import.
"""

from __future__ import annotations

from copy import copy
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.styles.differential import DifferentialStyle

from sheetops.books.xlsx.looks import INK, LOOKS, PRIMARY, RULE, SIZE, TONES, Look, font_name
from sheetops.domain.tabs import Style

_LINE = Side(style="thin", color=RULE)
_EDGES: Final = {
    "": Border(),
    "all": Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE),
    "below": Border(bottom=Side(style="medium", color=PRIMARY)),
}


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
