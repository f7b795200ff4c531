"""A review tab being built: rows one below the other, and the charts beside and above their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sheetops.domain.kpis.base import Unit
from sheetops.domain.table import Raw
from sheetops.domain.tabs import Cell, Chart, Link, Range, Series, Style
from sheetops.domain.texts import Texts

WIDTHS = (26.0, *[10.0] * 15)
COLUMNS = len(WIDTHS)
_CHART_ROW = 15.0  # points of each row that a chart lies on
_CHART_ROWS = 13
STYLE_OF: dict[Unit, Style] = {
    "count": "integer", "percent": "percent", "days": "number", "score": "number", "points": "number",
}  # fmt: skip


@dataclass
class Page:
    """The rows and charts so far."""

    chart_width: float = 14.3  # cm; two beside each other, where columns are narrowest (Calibri)
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    heights: list[tuple[int, float]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)  # rows with which a printed page begins

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
        for note in notes:
            self.text(note, "muted")
        return row

    def new_page(self) -> None:
        """Let what comes next begin on a new page when it is printed."""
        self.breaks.append(len(self.rows) + 2)  # behind the blank row before a section

    def header(self, *names: str) -> int:
        """Add a header row."""
        return self.add(*(Cell(name, "header") for name in names))

    def room(self) -> int:
        """Leave the rows that a line of charts takes; gives the first."""
        first = len(self.rows) + 1
        for number in range(first, first + _CHART_ROWS):
            self.add()
            self.heights.append((number, _CHART_ROW))
        return first

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
                width_cm=self.chart_width,
                height_cm=_CHART_ROW * _CHART_ROWS * 0.0353 - 0.25,
                percent=percent,
            )
        )


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
