"""A review tab being built: rows one below the other, and the charts beside and above their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sheetops.domain.kpis.base import Unit
from sheetops.domain.table import Raw
from sheetops.domain.tabs import Cell, Chart, Link, Range, Series, Style
from sheetops.domain.texts import Texts

COLUMNS = 16
_WIDTHS = (26.0, 11.0)  # of the first column, and of each other, in digits of the Chinese fonts
_WIDER = (
    7 / 6
)  # of these, where digits are narrower (Calibri): a page is as wide in every language, and prints alike
_CHART_WIDTH = 16.5  # cm; two beside each other
_CHART_ROW = 15.0  # points of each row that a chart lies on
_CHART_ROWS = 12
STYLE_OF: dict[Unit, Style] = {
    "count": "integer", "percent": "percent", "days": "number", "score": "number", "points": "number",
}  # fmt: skip


@dataclass
class Page:
    """The rows and charts so far."""

    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    heights: list[tuple[int, float]] = field(default_factory=list)
    sections: list[int] = field(default_factory=list)  # the rows of their titles
    rooms: list[int] = field(default_factory=list)  # the first rows of lines of charts

    def add(self, *cells: Cell) -> int:
        """Add a row; gives its number."""
        row: list[Cell] = []
        for cell in cells:
            row.append(cell)
            row.extend([Cell()] * (cell.span - 1))
        self.rows.append(tuple(row))
        return len(self.rows)

    def add_rows(self, rows: Iterable[tuple[Cell, ...]]) -> None:
        """Add many rows of cells of which none spans others."""
        self.rows.extend(rows)

    def text(self, text: str, style: Style = "wrap") -> int:
        """Add one text over the whole width."""
        return self.add(Cell(text, style, span=COLUMNS))

    def section(self, title: str, *notes: str) -> int:
        """Begin a section after a blank row."""
        self.add()
        row = self.text(title, "section")
        self.sections.append(row)
        for note in notes:
            self.text(note, "muted")
        return row

    def header(self, *names: str) -> int:
        """Add a header row."""
        return self.add(*(Cell(name, "header") for name in names))

    def room(self) -> int:
        """Leave the rows that a line of charts takes; gives the first."""
        first = len(self.rows) + 1
        self.rooms.append(first)
        for number in range(first, first + _CHART_ROWS):
            self.add()
            self.heights.append((number, _CHART_ROW))
        return first

    def together(self) -> tuple[tuple[int, int], ...]:
        """What is not to be cut in print: each section, in it each table and each line of charts.

        A heading with nothing but notes under it stays with what comes next.
        """
        blocks: list[tuple[int, int]] = []
        began = 1
        for behind in sorted(self._edges() | {len(self.rows) + 1}):
            filled = [row for row in range(began, behind) if self.rows[row - 1]]
            if began in self.rooms:
                blocks.append((began, behind - 1))
            elif filled:
                blocks.append((filled[0], filled[-1]))
            began = behind
        for at, (first, last) in enumerate(blocks[:-1]):
            if all(row and row[0].style in ("section", "muted") for row in self.rows[first - 1 : last]):
                blocks[at] = (first, blocks[at + 1][1])
        ends = [row - 2 for row in self.sections[1:]]
        sections = zip(self.sections, [*ends, len(self.rows)], strict=True) if self.sections else ()
        return (*sections, *blocks)

    def _edges(self) -> set[int]:
        """The rows with which something new begins: behind a blank row, at charts and behind them."""
        charted = {row for first in self.rooms for row in range(first, first + _CHART_ROWS)}
        blank = {number for number, row in enumerate(self.rows, 1) if not row} - charted
        return {number + 1 for number in blank} | {
            edge for first in self.rooms for edge in (first, first + _CHART_ROWS)
        }

    def point(self, row: int, to: Link) -> None:
        """Make the first cell of a row lead somewhere that is only known now."""
        first, *rest = self.rows[row - 1]
        self.rows[row - 1] = (first._replace(link=to), *rest)

    def chart(
        self,
        kind: str,
        title: str,
        place: tuple[int, int],
        labels: Range,
        series: Iterable[Series],
        percent: bool = False,
    ) -> None:
        """Add a chart of half the page's width; `place` is (row, 0 left or 1 right)."""
        row, side = place
        self.charts.append(
            Chart(
                kind,  # type: ignore[arg-type]
                title,
                labels,
                tuple(series),
                row=row,
                column=8 if side else 1,
                width_cm=_CHART_WIDTH,
                height_cm=_CHART_ROW * _CHART_ROWS * 0.0353 - 0.25,
                percent=percent,
            )
        )


def widths(language: str, columns: int) -> tuple[float, ...]:
    """The widths of so many columns."""
    first, other = (round(width * (_WIDER if language == "en" else 1), 1) for width in _WIDTHS)
    return (first, *[other] * (columns - 1))


def column(first: int, last: int, number: int) -> Range:
    """The cells of one column from row `first` to row `last`."""
    return Range(first, number, last, number)


def shown(value: float | None, unit: Unit) -> str:
    """A value in a sentence: `78.2%`, `1,204`, `2.5`."""
    if value is None:
        return "–"
    if unit == "percent":
        return f"{value * 100:.1f}%"
    if unit == "count":
        return f"{value:,.0f}"
    return f"{value:,.1f}" if unit != "score" else f"{value:.2f}"


def signed(texts: Texts, value: float | None, unit: Unit) -> str:
    """A difference: `+3.2` points of a share, `−4`."""
    if value is None:
        return "–"
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    if unit == "percent":
        return texts("review.points", value=f"{sign}{abs(value) * 100:.1f}")
    return f"{sign}{abs(value):,.0f}" if unit == "count" else f"{sign}{abs(value):,.1f}"


def number(value: float | None, unit: Unit, style: Style | None = None) -> Cell:
    """A cell with a value, or a dash."""
    if value is None:
        return Cell("–")
    rounded: Raw = int(value) if unit == "count" else round(value, 6)
    return Cell(rounded, style or STYLE_OF[unit])
