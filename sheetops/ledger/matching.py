"""Which row of today is which request of before: by the whole row, the ID, the cells people own, then the core.

The row number plays no part, so sorting, inserting and moving between tabs change nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sheetops.ledger.prints import Print
from sheetops.ledger.seeing import Seen, described

Key = Callable[..., Hashable]


class Known(NamedTuple):
    """A request as the ledger last saw it."""

    number: int
    identifier: str | None
    tab: str
    print: Print
    core: bytes  # the prints of customer and description

    @property
    def described(self) -> bytes | None:
        """The prints of customer and description, None while there is no description."""
        return described(self.core)


@dataclass
class Matched:
    """The outcome: which request each row is, which rows are new, which requests are missing."""

    pairs: list[tuple[Seen, Known]] = field(default_factory=list)
    new: list[Seen] = field(default_factory=list)
    missing: list[Known] = field(default_factory=list)
    guessed: set[int] = field(default_factory=set)  # numbers of requests whose row was one of several alike


def match(
    rows: Sequence[Seen],
    known: Iterable[Known],
    gone: Callable[[], Iterable[Known]],
    core_print: Callable[[Seen], bytes | None],
    another: Callable[[Seen, Known], bool],
) -> Matched:
    """Pair rows with requests. `known` were there at the last look, `gone()` earlier; `core_print` is of a row's
    customer and description, None while there is no description.

    `another` tells whether a row with the ID of a request is plainly about something else.
    """
    work = _Work(list(rows), list(known))
    work.pair(lambda row: row.print, lambda was: was.print)
    # Ledgers before version 0005 knew of a due date what it means, not how it is written.
    work.pair(lambda row: row.meant, lambda was: was.print)
    work.pair(
        lambda row: (row.identifier, core_print(row)), lambda was: (was.identifier, was.described), _with_id
    )
    work.pair(lambda row: row.identifier, lambda was: was.identifier, _known, another)
    work.pair(lambda row: row.print[0], lambda was: was.print[0])
    work.pair_by_core(core_print)
    missing = work.known
    if work.rows:
        work.known = list(gone())
        work.pair(lambda row: row.identifier, lambda was: was.identifier, _known, another)
        work.pair(
            lambda row: core_print(row) and row.print[0],
            lambda was: was.described and was.print[0],
            _known,
        )
    return Matched(work.pairs, work.rows, missing, work.guessed)


def _with_id(key: Hashable) -> bool:
    return isinstance(key, tuple) and None not in key


def _known(key: Hashable) -> bool:
    return key is not None


class _Work:
    def __init__(self, rows: list[Seen], known: list[Known]) -> None:
        self.rows, self.known = rows, known
        self.pairs: list[tuple[Seen, Known]] = []
        self.guessed: set[int] = set()

    def pair(
        self,
        of_row: Callable[[Seen], Hashable],
        of_known: Callable[[Known], Hashable],
        wanted: Callable[[Hashable], bool] = lambda key: True,
        another: Callable[[Seen, Known], bool] = lambda row, was: False,
    ) -> None:
        """Pair what has the same key and is not `another`; of several alike the same tab first, then the order of the numbers."""
        if not (self.rows and self.known):
            return
        waiting: dict[Hashable, list[Known]] = defaultdict(list)
        for was in self.known:
            key = of_known(was)
            if wanted(key):
                waiting[key].append(was)
        same: dict[Hashable, list[Seen]] = defaultdict(list)
        rest = []
        for row in self.rows:
            key = of_row(row)
            if wanted(key) and key in waiting:
                same[key].append(row)
            else:
                rest.append(row)
        for key, rows in same.items():
            rest.extend(self._pair_alike(rows, waiting[key], another))
        self._settle(rest)

    def pair_by_core(self, core_print: Callable[[Seen], bytes | None]) -> None:
        """Pair rows with the same customer and description, where each is the only one and IDs do not gainsay."""
        if not (self.rows and self.known):
            return
        cores = [core_print(row) for row in self.rows]
        count_rows = Counter(cores)
        count_known = Counter(was.described for was in self.known)
        waiting = {was.described: was for was in self.known}
        rest = []
        for row, core in zip(self.rows, cores, strict=True):
            was = waiting.get(core) if core is not None else None
            typed = row.identifier if "id" not in row.written else None
            if (
                was is None
                or count_rows[core] > 1
                or count_known[core] > 1
                or (typed is not None and was.identifier is not None)
            ):
                rest.append(row)
            else:
                self.pairs.append((row, was))
        self._settle(rest)

    def _settle(self, rest: list[Seen]) -> None:
        used = {was.number for _, was in self.pairs}
        self.known = [was for was in self.known if was.number not in used]
        self.rows = sorted(rest, key=lambda row: (row.place.tab, row.index))

    def _pair_alike(
        self, rows: list[Seen], candidates: list[Known], another: Callable[[Seen, Known], bool]
    ) -> list[Seen]:
        unchanged = candidates[0].print in (rows[0].print, rows[0].meant)
        if len(candidates) > len(rows) or (not unchanged and max(len(candidates), len(rows)) > 1):
            self.guessed.update(was.number for was in candidates)
        left = []
        for row in rows:
            fits = [at for at, was in enumerate(candidates) if not another(row, was)]
            if not fits:
                left.append(row)
                continue
            at = next((i for i in fits if candidates[i].tab == row.place.tab), fits[0])
            self.pairs.append((row, candidates.pop(at)))
        return left
