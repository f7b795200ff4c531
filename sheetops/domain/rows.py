"""Rows that are kept as columns."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast, overload

if TYPE_CHECKING:
    from sheetops.domain.table import Raw

_T = TypeVar("_T")
Marks: TypeAlias = "array[int]"
"""64 bits a row. Rows of one mark are alike in every cell (kind, value, formula), wherever they stand, on every machine
and however the file stores their texts; 0 is not known."""

_EQUAL_TO_NO_OTHER = frozenset((str, type(None), date, datetime))
_SAMPLE = 2000  # cells that tell whether many of a column are alike


class Rows(Sequence["Sequence[Raw]"]):
    """The rows of a tab that was read column by column; each row is made when it is asked for."""

    def __init__(self, columns: Sequence[Sequence[Raw]], marks: Marks | None = None) -> None:
        """`columns` are of one length; blanks are None."""
        self.columns = columns
        self.marks = marks
        """One a row, where the book makes such."""

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    @overload
    def __getitem__(self, at: int) -> list[Raw]: ...
    @overload
    def __getitem__(self, at: slice) -> list[Sequence[Raw]]: ...
    def __getitem__(self, at: int | slice) -> list[Raw] | list[Sequence[Raw]]:
        if isinstance(at, slice):
            return list(Rows([column[at] for column in self.columns]))
        return [column[at] for column in self.columns]

    def __iter__(self) -> Iterator[list[Raw]]:
        return map(list, zip(*self.columns, strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(map(list, other))

    __hash__ = None  # type: ignore[assignment]  # as a list

    def begun(self, header_row: int, wanted: Iterable[int]) -> Sequence[int]:
        """The numbers of the rows under the header in which one of the columns `wanted` holds more than blanks.

        One column that is full says it of all rows at once, and a log has such a column nearly always.
        """
        columns, height = [self.columns[at - 1] for at in wanted], len(self)
        if any(_is_full(column, header_row) for column in columns):
            return range(header_row + 1, height + 1)
        empty = list(range(header_row, height))
        for column in columns:
            empty = [at for at in empty if is_blank(column[at])]
        filled = height - len(empty)
        if not empty or empty[0] == filled:  # all that is empty stands below
            return range(header_row + 1, filled + 1)
        others = set(empty)
        return [at + 1 for at in range(header_row, height) if at not in others]

    def cell(self, row: int, column: int) -> Raw:
        """The value at (row, column), both from 1; None outside."""
        inside = column <= len(self.columns) and row <= len(self)
        return self.columns[column - 1][row - 1] if inside else None

    def changed(self, cells: Mapping[tuple[int, int], Raw]) -> Rows:
        """The same with other values at some (row, column)."""
        height = max(len(self), *(row for row, _ in cells))
        columns = list(self.columns)
        columns += [[None] * len(self) for _ in range(max(at for _, at in cells) - len(columns))]
        wanted = range(1, len(columns) + 1) if height > len(self) else {column for _, column in cells}
        for at in wanted:
            columns[at - 1] = [*columns[at - 1], *[None] * (height - len(self))]
        for (row, at), value in cells.items():
            cast("list[Raw]", columns[at - 1])[row - 1] = value
        return Rows(columns, self._marks_without(cells, height))

    def _marks_without(self, cells: Iterable[tuple[int, int]], height: int) -> Marks | None:
        """The marks of so many rows, none known of those with one of the cells."""
        if self.marks is None:
            return None
        marks = self.marks + array("Q", bytes(self.marks.itemsize * (height - len(self.marks))))
        for row, _ in cells:
            marks[row - 1] = 0
        return marks


def begun_rows(rows: Sequence[Sequence[Raw]], header_row: int, wanted: Sequence[int]) -> Sequence[int]:
    """See `Rows.begun`; of rows of any kind, which may be ragged."""
    if isinstance(rows, Rows):
        return rows.begun(header_row, wanted)
    places = [at - 1 for at in wanted]
    return [
        number
        for number, row in enumerate(rows[header_row:], header_row + 1)
        if not all(is_blank(row[at]) for at in places if at < len(row))
    ]


def at_numbers(column: Sequence[_T], numbers: Sequence[int]) -> Sequence[_T]:
    """What stands in these rows, which are in order, of one value a row from row 1."""
    if numbers and len(numbers) == numbers[-1] - numbers[0] + 1:  # one after the other
        return column[numbers[0] - 1 : numbers[-1]]
    return [column[number - 1] for number in numbers]


def marks_of(rows: Sequence[Sequence[Raw]], numbers: Sequence[int]) -> Marks | None:
    """The marks of these rows, which are in order, where the book makes such."""
    if not isinstance(rows, Rows) or rows.marks is None:
        return None
    return array("Q", at_numbers(rows.marks, numbers))


def is_blank(raw: Raw) -> bool:
    """Whether a cell is empty or holds blanks alone."""
    return raw is None or (isinstance(raw, str) and not raw.strip())


def are_few(cells: Sequence[Raw]) -> bool:
    """Whether many cells are alike, so that each different one is better looked at once: a guess by a sample."""
    sample = cells[:: len(cells) // _SAMPLE + 1]
    return 2 * len(set(sample)) < len(sample)


def types_of(different: Iterable[Raw]) -> frozenset[type] | None:
    """The types of the cells of a column, by its different ones; None where others may hide behind these.

    A number may equal one of another type, and an error a text.
    """
    kinds = frozenset(map(type, different))
    sure = kinds <= _EQUAL_TO_NO_OTHER and not any(raw and str(raw)[:1] == "#" for raw in different)
    return kinds if sure else None


def _is_full(column: Sequence[Raw], start: int) -> bool:
    """Whether each cell from `start` on plainly holds something (a 0 is looked at by itself)."""
    if not all(islice(column, start, None)):
        return False
    try:
        return not any(map(str.isspace, islice(cast("list[str]", column), start, None)))
    except TypeError:  # not all of them are texts, and a number is never blank
        return not any(issubclass(kind, str) for kind in set(map(type, islice(column, start, None))))
