"""The rows of a tab as XML, and what its cells bring to the parts around them: links and merged blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property

from sheetops.books.xlsx import cell_forms
from sheetops.books.xlsx.cell_forms import heights, is_quoted, legible, refuse_hiding, stored
from sheetops.books.xlsx.tab_refs import Renames, quoted
from sheetops.books.xlsx.tab_sheet import ESCAPED
from sheetops.books.xlsx.tab_write_styles import Stylesheet
from sheetops.domain.table import Raw, cell_name, column_letters
from sheetops.domain.tabs import Cell, Link, Tab

_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # of day numbers; by whether from 1904
_SECONDS = 86_400  # of a day
_PLAIN = Cell()
_SIGNS = re.compile("[&<>]")
_FORMULA = re.compile("\1([^\1]*)\1")  # among the rows; no text holds that character


class Rows:
    """The cells of one tab, drawn row by row.

    Raises EditRefused, naming the cell, for a value that no workbook can hold, and TabRefused for a span over other
    values.
    """

    def __init__(self, tab: Tab, styles: Stylesheet, language: str, date1904: bool) -> None:
        self._tab, self._styles, self._epoch = tab, styles, _EPOCHS[date1904]
        self.links: list[tuple[str, str | None]] = []
        """(cell, place in this workbook) of each link in the order of the cells; None for a web address."""
        self.urls: list[str] = []
        """The web addresses, in the order of the links to them."""
        self.merged: list[str] = []
        """The blocks that are one cell."""
        self._letters = [
            column_letters(number) for number in range(1, 1 + max(map(len, tab.rows), default=0))
        ]
        self._cells: dict[int, dict[int, str]] = {}
        # What is written behind the name of a cell that says no more than that: a tab shares cells that say the same,
        # and holds them, so that each is known by its identity.
        self._known: dict[int, str] = {}
        for number, row in enumerate(tab.rows, 1):
            cells = self._row(number, row)
            if cells:
                self._cells[number] = cells
        self.heights, self.language = heights(tab, language), language

    def _row(self, number: int, row: Sequence[Cell]) -> dict[int, str]:
        """Column → the cell's XML, with the number of its style in the source between two zero characters."""
        cells: dict[int, str] = {}
        known = self._known
        for column, cell in enumerate(row, 1):
            again = known.get(id(cell))
            if again is not None:
                if again:
                    cells[column] = f'<c r="{self._letters[column - 1]}{number}{again}'
                continue
            if cell == _PLAIN:
                known[id(cell)] = ""
                continue
            name = f"{self._letters[column - 1]}{number}"
            where = f"{self._tab.name}!{name}"
            value, kind, format = stored(cell, where)
            style = self._styles.number(cell.style, format, is_quoted(value, kind))
            said = f'" s="\0{style}\0"{self._content(value, kind)}'
            cells[column] = f'<c r="{name}{said}'
            if cell.link is None and cell.span == 1:
                known[id(cell)] = said
            if cell.link is not None and len(self.links) < cell_forms.MOST_LINKS:
                self._link(name, cell.link)
            if cell.span > 1:
                last = refuse_hiding(row, column, where)
                self.merged.append(f"{name}:{cell_name(number, last)}")
                for other in range(column + 1, last + 1):
                    cells[other] = f'<c r="{cell_name(number, other)}" s="\0{style}\0" t="n"/>'
        return cells

    def _link(self, name: str, link: Link) -> None:
        if link.url is not None:
            self.urls.append(legible(link.url))
            self.links.append((name, None))
        else:
            self.links.append((name, f"{quoted(link.tab or self._tab.name)}!{link.cell or 'A1'}"))

    def _content(self, value: Raw, kind: str) -> str:
        """What follows the style in a cell: its type, its content and its end."""
        if value is None or value == "":
            return ' t="inlineStr"/>' if kind == "s" else ' t="n"/>'
        if kind == "s":
            return f' t="inlineStr"><is>{inline_text(str(value))}</is></c>'
        if kind == "f":
            return f"><f>\1{str(value)[1:]}\1</f></c>"
        if kind == "d":
            value, kind = self._day_number(value), "n"
        return f' t="{kind}"><v>{value:.16g}</v></c>'

    def _day_number(self, value: Raw) -> float:
        """The number by which a day, a moment, a time or a duration is kept."""
        if isinstance(value, timedelta):
            return value.total_seconds() / _SECONDS
        if isinstance(value, time):
            return _of_day(value)
        if isinstance(value, datetime):
            return (value - self._epoch).days + _of_day(value)
        assert isinstance(value, date)
        return (value - self._epoch.date()).days

    @property
    def corner(self) -> tuple[int, int] | None:
        """The cell below and right of what stays in view, if anything does."""
        rows, columns = self._tab.frozen
        return (rows + 1, columns + 1) if rows or columns else None

    @cached_property
    def dimension(self) -> str:
        """The block that all cells are in."""
        places = [(row, column) for row, cells in self._cells.items() for column in cells]
        places += [self.corner] if self.corner else []
        if not places:
            return "A1:A1"
        rows, columns = zip(*places, strict=True)
        return f"{cell_name(min(rows), min(columns))}:{cell_name(max(rows), max(columns))}"

    def xml(self, style_of: Callable[[int], int], renames: Renames) -> bytes:
        """The rows, with the styles and names of the target."""
        style_of(
            0
        )  # the look of a workbook's plain cells is the first of the formats, wherever a tab comes from
        number_of = cache(lambda number: str(style_of(int(number))))
        return b"".join([_of_target(row, number_of, renames) for row in self._written()])

    def _written(self) -> Iterator[str]:
        there = self._cells.keys() | self.heights.keys() | ({self.corner[0]} if self.corner else set())
        for number in sorted(there):
            cells, height = self._cells.get(number, {}), self.heights.get(number)
            points = "" if height is None else ' customHeight="1"'
            points = f' ht="{height:.16g}"{points}' if height else points
            inner = "".join(cells[column] for column in sorted(cells))
            yield f'<row r="{number}"{points}>{inner}</row>' if cells else f'<row r="{number}"{points}/>'


def _of_target(row: str, number_of: Callable[[str], str], renames: Renames) -> bytes:
    """A row with the styles and names of the target."""
    if "\1" in row:
        row = _FORMULA.sub(lambda match: _escaped(renames.formula(match[1])), row).replace("<f></f>", "<f/>")
    pieces = row.split("\0")
    pieces[1::2] = map(number_of, pieces[1::2])
    return "".join(pieces).encode()


def _of_day(value: time | datetime) -> float:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return (seconds + value.microsecond / 10**6) / _SECONDS


def inline_text(value: str) -> str:
    """`value` as the text of a cell or of a note."""
    if "_x" in value:
        value = ESCAPED.sub("_x005F_", value)
    keep = ' xml:space="preserve"' if value != value.strip() else ""
    return f"<t{keep}>{_escaped(value)}</t>"


def _escaped(text: str) -> str:
    if not _SIGNS.search(text):
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
