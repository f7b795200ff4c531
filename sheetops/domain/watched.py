"""What the ledger remembers of a sheet's requests, looked up when it is asked for: a review asks of some months."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import accumulate, compress
from operator import not_
from typing import Any, TypeVar

from sheetops.domain.history import Life
from sheetops.domain.view import View

K = TypeVar("K")
T = TypeVar("T")


class Worked(dict[K, T]):
    """What a function gives for each value that it was asked for, worked out once."""

    def __init__(self, work: Callable[[K], T]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, value: K) -> T:
        found = self[value] = self._work(value)
        return found


class Watched:
    """Request → its life, where the ledger watched it from its start.

    Of the others it knows some things and not others, those answered early least of all: figures of them would
    be biased. A request is known by its place among all of a view, in sheet order.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._first = list(accumulate(map(len, view.logs), initial=0))  # of each table, and behind the last
        # Many requests share one life: of each, which of the different ones it has.
        self._different: list[Life | None] = [None]
        self._number_of: dict[int, int] = {id(None): 0}
        self._numbers = [0] * self._first[-1]
        self._asked = bytearray(len(self._numbers))
        self._told: dict[Callable[[Life | None], Any], Worked[int, Any]] = {}

    def numbers(self, rows: Collection[int]) -> list[int]:
        """Which of the different lives each of these requests has; many are better asked for at once."""
        asked = self._asked
        if not all(map(asked.__getitem__, rows)):
            self._look_up(sorted(compress(rows, map(not_, map(asked.__getitem__, rows)))))
        return list(map(self._numbers.__getitem__, rows))

    def life(self, number: int) -> Life | None:
        """One of the different lives."""
        return self._different[number]

    def of(self, rows: Collection[int]) -> list[Life | None]:
        """The life of each of these requests."""
        return list(map(self._different.__getitem__, self.numbers(rows)))

    def each(self, tell: Callable[[Life | None], T], rows: Collection[int]) -> list[T]:
        """What `tell` gives for the life of each of these requests; it is asked once for each different one."""
        if tell not in self._told:
            different = self._different  # not through this object, which would hold itself
            self._told[tell] = Worked(lambda number: tell(different[number]))
        return list(map(self._told[tell].__getitem__, self.numbers(rows)))

    def _look_up(self, rows: Sequence[int]) -> None:
        numbers = self._number_of
        for row, life in self._found(rows, self._tells):
            number = numbers.get(id(life))
            if number is None:
                number = numbers[id(life)] = len(self._different)
                self._different.append(life)
            self._numbers[row] = number
        for row in rows:
            self._asked[row] = True

    def _found(
        self, rows: Sequence[int], wanted: Callable[[Life], bool]
    ) -> Iterator[tuple[int, Life | None]]:
        for log, first, behind in zip(self._view.logs, self._first, self._first[1:], strict=False):
            here = rows[bisect_left(rows, first) : bisect_left(rows, behind)]
            if here:
                lives = self._view.lives(log, wanted, [row - first for row in here])
                yield from zip(here, lives, strict=True)

    def _tells(self, life: Life) -> bool:
        since = self._view.history.since
        return since is not None and life.first_seen > since and "first_seen" not in life.unsure

    def reopened(self) -> list[tuple[int, Life]]:
        """The requests that the ledger saw come back, watched from their start or not, in sheet order."""
        rows: list[int] = []
        for log, first in zip(self._view.logs, self._first, strict=False):
            ids = log.values("id")
            rows += [first + at for at in self._view.history.reopened_among(ids)]
            if None in ids:
                rows += [first + at for at, identifier in enumerate(ids) if identifier is None]
        lives = self._found(sorted(rows), lambda life: bool(life.reopenings))
        return [(row, life) for row, life in lives if life is not None]
