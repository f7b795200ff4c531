"""A tab as data: what a job wants to stand in a tab, whatever kind of book draws it.

Rows and columns count from 1, as in a sheet. Style words are drawn alike by every book.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from sheetops.domain.table import Raw

Style = Literal[
    "text", "wrap", "muted", "title", "subtitle", "section", "header", "label", "date", "moment", "integer",
    "number", "percent", "link", "error", "warning", "hint", "good", "bad", "neutral", "input", "big", "big_percent",
]  # fmt: skip


class Link(NamedTuple):
    """Where a click leads: a cell of a tab in the same book, or a web address."""

    tab: str | None = None
    cell: str | None = None
    url: str | None = None


class Cell(NamedTuple):
    """One cell: value, style word, and a link, note or span where wanted.

    A span counts the columns merged, the cell's own included; the cells that it covers still stand in their
    row, empty. `Cell()` draws nothing at all. A text that begins with `=` is a formula only when `formula` is set; anything else stays text.
    """

    value: Raw = None
    style: Style = "text"
    link: Link | None = None
    note: str | None = None
    span: int = 1
    formula: bool = False


class Range(NamedTuple):
    """A block of cells, both ends included; `tab` None is the tab itself."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int
    tab: str | None = None


class Series(NamedTuple):
    """One row of numbers in a chart; `line` draws it as a line over bars (Pareto), on its own axis if `second`."""

    name: str
    values: Range
    line: bool = False
    second: bool = False
    colour: str | None = None  # RRGGBB


class Chart(NamedTuple):
    """A native chart whose numbers stand in the tab, so that a reader can trace them."""

    kind: Literal["column", "bar", "line", "stacked"]
    title: str
    categories: Range
    series: tuple[Series, ...]
    row: int  # of its upper left corner
    column: int
    width_cm: float = 15.0
    height_cm: float = 7.5
    x_title: str | None = None
    y_title: str | None = None
    percent: bool = False  # of the value axis (the second one in a Pareto chart)


class Choice(NamedTuple):
    """A drop-down (or another check) on a block: values from `source` or written out; `strict` refuses others.

    `source` may end in spare blank rows: the drop-down ends at the last filled one. `minimum` and `maximum`
    are the bounds of a whole number, or the first and last year of a date.
    """

    on: Range
    source: Range | None = None
    values: tuple[str, ...] = ()
    kind: Literal["list", "date", "whole"] = "list"
    minimum: int | None = None
    maximum: int | None = None
    prompt: str | None = None
    error: str | None = None
    strict: bool = False


class Highlight(NamedTuple):
    """A live conditional format: rows of `on` where `formula` (written for its first cell) is true."""

    on: Range
    formula: str
    style: Literal["error", "warning", "hint", "good", "muted"]


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its cells row by row, and how it looks, prints and helps typing."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...] = ()  # in characters, column by column
    heights: tuple[tuple[int, float], ...] = ()  # (row, points)
    frozen: tuple[int, int] = (0, 0)  # rows and columns that stay in view
    filter: Range | None = None
    charts: tuple[Chart, ...] = ()
    choices: tuple[Choice, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    column_styles: tuple[tuple[int, Style], ...] = ()  # (column, style) for cells yet to be typed
    names: tuple[tuple[str, Range], ...] = ()  # defined names
    landscape: bool = False
    repeat_rows: int = 0  # printed on top of every page
    printed: Range | None = None  # what goes on paper; none: everything
    together: tuple[
        tuple[int, int], ...
    ] = ()  # (first row, last row) to print on one page, where the book can say so
    gridlines: bool = True
    colour: str | None = None  # of the tab's ear, RRGGBB

    def values(self) -> tuple[tuple[Raw, ...], ...]:
        """The values alone, as a reader of the sheet would find them."""
        return tuple(tuple(cell.value for cell in row) for row in self.rows)
