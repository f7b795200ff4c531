"""Rows of words as aligned columns; a Chinese character takes the room of two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice


def counted(count: int, one: str, many: str = "") -> str:
    """A count and what is counted: "1 row", "3 rows"; `many` for a plural that is not `one` with an s."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def listed(lines: Iterable[str], everything: bool, most: int = 40) -> Iterator[str]:
    """The lines, or the first `most` and how many more there are: nobody reads a thousand in a terminal."""
    left = iter(lines)
    yield from left if everything else islice(left, most)
    more = sum(1 for _ in left)
    if more:
        yield f"    … and {more} more; -v prints them all"


def aligned(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """One line a row; the last column is as long as it is."""
    from rich.cells import cell_len, set_cell_size

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        (indent + "  ".join([*map(set_cell_size, row[:-1], widths[:-1]), row[-1]])).rstrip() for row in rows
    ]
