"""The stylesheet of a tab that is written without openpyxl: the forms that its cells have, and nothing else."""

from __future__ import annotations

from sheetops.books.xlsx.looks import INK, LOOKS, PRIMARY, RULE, SIZE, TONES, Look, font_name
from sheetops.books.xlsx.tab_styles import FIRST_CUSTOM_FORMAT
from sheetops.books.xlsx.xmlbytes import MAIN, escape
from sheetops.domain.tabs import Style

_BUILT_IN = {"General": 0, "#,##0": 3}  # ISO/IEC 29500-1 §18.8.30; the looks use no other
_LINE = f'style="thin"><color rgb="00{RULE}"/>'
_BORDERS = {
    "": "<border/>",
    "all": "<border>"
    + "".join(f"<{e} {_LINE}</{e}>" for e in ("left", "right", "top", "bottom"))
    + "</border>",
    "below": f'<border><bottom style="medium"><color rgb="00{PRIMARY}"/></bottom></border>',
}
_PLACES = {edge: place for place, edge in enumerate(_BORDERS, 1)}


class Stylesheet:
    """Counts the forms of cells as they come."""

    def __init__(self, language: str) -> None:
        self._font = escape(font_name(language)).decode()
        self._numbers: dict[tuple[Style, str | None, bool], int] = {}
        self._tones: dict[str, int] = {}
        self._formats: dict[str, int] = {}
        self._fonts = [
            f'<name val="{self._font}"/><family val="2"/><color rgb="00{INK}"/><sz val="{SIZE:g}"/>'
        ]
        self._fills: list[str] = []
        self._xfs = ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>']

    def number(self, style: Style, format: str | None = None, quoted: bool = False) -> int:
        """The position in cellXfs of a style word.

        `format` is used where the word has none of its own; `quoted` marks text that a program might take for
        a formula.
        """
        key = (style, format, quoted)
        if key not in self._numbers:
            self._numbers[key] = self._add(LOOKS[style], format, quoted)
        return self._numbers[key]

    def _add(self, look: Look, format: str | None, quoted: bool) -> int:
        code = look.format if look.format != "General" or format is None else format
        bold, line = '<b val="1"/>' if look.bold else "", '<u val="single"/>' if look.underline else ""
        self._fonts.append(
            f'<name val="{self._font}"/>{bold}<color rgb="00{look.colour}"/><sz val="{look.size:g}"/>{line}'
        )
        fill = 0
        if look.fill:
            self._fills.append(
                f'<patternFill patternType="solid"><fgColor rgb="00{look.fill}"/></patternFill>'
            )
            fill = len(self._fills) + 1
        across = f'horizontal="{look.across}" ' if look.across else ""
        wrap = ' wrapText="1"' if look.wrap else ""
        self._xfs.append(
            f'<xf numFmtId="{self._format(code)}" fontId="{len(self._fonts) - 1}" fillId="{fill}"'
            f' borderId="{_PLACES[look.edge]}" quotePrefix="{int(quoted)}">'
            f'<alignment {across}vertical="{look.down}"{wrap}/></xf>'
        )
        return len(self._xfs) - 1

    def _format(self, code: str) -> int:
        if code in _BUILT_IN:
            return _BUILT_IN[code]
        return self._formats.setdefault(code, FIRST_CUSTOM_FORMAT + len(self._formats))

    def tone(self, style: str) -> int:
        """The position in dxfs of what a conditional format lays over a cell."""
        return self._tones.setdefault(style, len(self._tones))

    def part(self) -> bytes:
        """The stylesheet."""
        formats = "".join(
            f'<numFmt numFmtId="{number}" formatCode="{escape(code).decode()}"/>'
            for code, number in self._formats.items()
        )
        lists = (
            ("numFmts", formats),
            ("fonts", "".join(f"<font>{font}</font>" for font in self._fonts)),
            ("fills", "<fill/><fill/>" + "".join(f"<fill>{fill}</fill>" for fill in self._fills)),
            ("borders", "<border/>" + "".join(_BORDERS.values())),
            ("cellXfs", "".join(self._xfs)),
            ("dxfs", "".join(map(_differential, self._tones))),
        )
        inner = "".join(f"<{name}>{entries}</{name}>" for name, entries in lists if entries)
        return f'<styleSheet xmlns="{MAIN}">{inner}</styleSheet>'.encode()


def _differential(style: str) -> str:
    """Excel takes a solid fill's colour from `bgColor` here."""
    colour, fill = TONES[style]
    shade = f'<fgColor rgb="00{fill}"/><bgColor rgb="00{fill}"/>'
    solid = f'<fill><patternFill patternType="solid">{shade}</patternFill></fill>' if fill else ""
    return f'<dxf><font><color rgb="00{colour}"/></font>{solid}</dxf>'
