"""Rows that are kept as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast, overload

if TYPE_CHECKING:
    from sheetops.domain.table import Raw


class Rows(Sequence["Sequence[Raw]"]):
    """The rows of a tab that was read column by column; each row is made when it is asked for."""

    def __init__(self, columns: Sequence[Sequence[Raw]]) -> None:
        """`columns` are of one length; blanks are None."""
        self.columns = columns

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
        return Rows(columns)
