"""An Excel file as a book: read under the job lock, patched in memory, checked, replaced in one move."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sheetops.books.base import Again, Applied, Hold, settled
from sheetops.books.xlsx.cellvalue import Value
from sheetops.books.xlsx.joblock import DEFAULT_WAIT
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.read import read_workbook
from sheetops.books.xlsx.replace import Original, changing, hindrance, read_whole
from sheetops.books.xlsx.sheet import require_distinct_tabs
from sheetops.domain.plan import Conflict, Edit, Write, resolve, untouched_tabs
from sheetops.domain.table import RawSheet, Snapshot
from sheetops.domain.tabs import Tab
from sheetops.errors import EditRefused, SheetChanged, SheetError

_TRIES = 3  # at writing to a file that people keep saving
_WAIT_IN_FLEET = 5.0  # seconds for another job's lock; a worker has other sheets to go on with


class XlsxBook:
    """The workbook at `location`, an .xlsx or .xlsm file."""

    def __init__(self, location: str, backups: int = 5, state: Path | None = None) -> None:
        """`state` is the folder of locks and backups; None is the user's state folder."""
        self.location = location
        self._backups = backups
        self._locks = state / "locks" if state else None
        self._kept = state / "backups" if state else None

    def read(self) -> RawSheet:
        """Look without locking. Raises SheetNotFound, NotAWorkbook or RefusedWorkbook."""
        return read_workbook(read_whole(Path(self.location)), self.location)

    def rehearse(
        self,
        seen: RawSheet,
        edits: Sequence[Edit],
        tabs: Sequence[Tab],
        see: Callable[[RawSheet], Snapshot],
        again: Again | None = None,
    ) -> Applied:
        """What `XlsxSession.apply` would do now, by the same code on a copy in memory."""
        data = read_whole(Path(self.location))
        token = hashlib.sha256(data).hexdigest()
        applied = Applied(token=token)
        if edits or tabs:
            raw = seen if token == seen.token else read_workbook(data, self.location)
            applied = _make(data, seen, raw, edits, tabs, see, again).applied._replace(token=token)
        return applied._replace(hindrance=hindrance(Path(self.location), data))

    @contextmanager
    def session(self, hold: Hold | None = None) -> Iterator[XlsxSession]:
        """Take the workbook's job lock and read it. Raises SheetInUse while somebody has it open."""
        with changing(
            Path(self.location),
            backups=self._backups,
            lock_dir=self._locks,
            backup_dir=self._kept,
            wait=DEFAULT_WAIT if hold is None else _WAIT_IN_FLEET,
            still_mine=hold.still_mine if hold else None,
        ) as original:
            yield XlsxSession(self.location, original)


class XlsxSession:
    """One look at a workbook, and at most one replacement of it."""

    def __init__(self, location: str, original: Original) -> None:
        self._location = location
        self._original = original
        self.raw = self._latest = read_workbook(original.data, location)

    def apply(
        self,
        edits: Sequence[Edit],
        tabs: Sequence[Tab],
        see: Callable[[RawSheet], Snapshot],
        again: Again | None = None,
    ) -> Applied:
        """Patch the cells and put the tabs in one replacement; see `Session.apply`."""
        for left in reversed(range(_TRIES)):
            try:
                return self._apply_once(edits, tabs, see, again)
            except SheetChanged:
                if not left:
                    raise
        raise AssertionError("the last try returns or raises")

    def _apply_once(
        self,
        edits: Sequence[Edit],
        tabs: Sequence[Tab],
        see: Callable[[RawSheet], Snapshot],
        again: Again | None,
    ) -> Applied:
        raw = (
            read_workbook(self._original.data, self._location)
            if self._original.look_again()
            else self._latest
        )
        self._latest = raw
        made = _make(self._original.data, self.raw, raw, edits, tabs, see, again)
        if made.package.touched() and not self._gone_back(made):
            from sheetops.books.xlsx.check import check_save  # most runs find all as it should be

            self._original.replace(
                made.package.to_bytes(),
                lambda after: check_save(made.package, after, made.cells, made.applied.tabs),
                proves_zip=True,
            )
        backup = self._original.backup
        return made.applied._replace(token=self._original.sha256, backup=str(backup) if backup else None)

    def _gone_back(self, made: _Made) -> bool:
        """Whether the cells were taken back by the bytes of an earlier version, as undo wants it.

        Only undo has nothing but cells that hold something and that an earlier version may know.
        """
        edits = [write.edit for write in made.applied.writes]
        if made.applied.tabs or any(edit.old in (None, "") for edit in edits):
            return False
        from sheetops.books.xlsx.going_back import check_gone_back, gone_back

        data, where = self._original.data, self._location
        now = {(write.tab, write.cell): write.edit.old for write in made.applied.writes}
        new = gone_back(data, where, now, _cells(made.applied.writes), self._original.earlier())
        if new is None:
            return False
        self._original.replace(new, lambda after: check_gone_back(data, after, where, now))
        return True


class _Made(NamedTuple):
    """What a plan makes of a workbook, in memory."""

    package: Package
    cells: Mapping[tuple[str, str], Value]
    applied: Applied


def _make(
    data: bytes,
    seen: RawSheet,
    raw: RawSheet,
    edits: Sequence[Edit],
    tabs: Sequence[Tab],
    see: Callable[[RawSheet], Snapshot],
    again: Again | None,
) -> _Made:
    """Patch the workbook in `data`, which reads as `raw`; what may not be changed is left out and told.

    `seen` is the sheet that the plan was made for.
    """
    now = see(raw)
    tried: list[_Made] = []  # the last one alone: a workbook may be large

    def lost(some: Sequence[Edit]) -> Sequence[Conflict]:
        tried[:] = [_patched(data, now, some)]
        return tried[0].applied.conflicts

    edits, tabs, _ = settled(edits, tabs, again, lost)
    (made,) = tried
    free, held = untouched_tabs(tabs, seen, raw)
    reasons: dict[str, str] = {}
    while stubborn := _graft(made.package, free, now.language):
        tab, error = stubborn
        reasons[tab.name] = str(error)
        free = tuple(other for other in free if other is not tab)
        made = _patched(data, now, edits)  # half of that tab may be in the package
    names = tuple(tab.name for tab in free)
    applied = made.applied._replace(tabs=names, held=(*held, *reasons), reasons=reasons)
    return made._replace(applied=applied)


def _patched(data: bytes, now: Snapshot, edits: Sequence[Edit]) -> _Made:
    """The workbook with these cells alone."""
    writes, conflicts = resolve(edits, now)
    package = Package.from_bytes(data, now.location)
    if not writes:
        require_distinct_tabs(package)
        return _Made(package, {}, Applied((), tuple(conflicts)))
    from sheetops.books.xlsx.edit import patch_cells

    refused: dict[tuple[str, str], EditRefused] = {}
    patched = patch_cells(package, _cells(writes), refused)
    written = tuple(write for write in writes if (write.tab, write.cell) not in refused)
    applied = Applied(written, (*conflicts, *_forbidden(writes, refused)))
    return _Made(package, patched.cells, applied)


def _forbidden(writes: Sequence[Write], refused: Mapping[tuple[str, str], EditRefused]) -> Iterator[Conflict]:
    for write in writes:
        error = refused.get((write.tab, write.cell))
        if error is not None:
            yield Conflict(write.edit, "refused", EditRefused(error.what, mend=error.mend).line())


def _graft(package: Package, tabs: Sequence[Tab], language: str) -> tuple[Tab, SheetError] | None:
    """Put the tabs; or the first that cannot be put, which may have left half of itself in the package."""
    if not tabs:  # most runs: what draws takes longer to load than they take
        return None
    from sheetops.books.xlsx.tab import draw_tab

    for tab in tabs:
        try:
            draw_tab(package, tab, language)
        except SheetError as error:
            return tab, error
    return None


def _cells(writes: Sequence[Write]) -> Mapping[tuple[str, str], object]:
    return {(write.tab, write.cell): write.edit.new for write in writes}
