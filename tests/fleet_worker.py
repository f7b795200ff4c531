"""A worker of the fleet that keeps a journal, and that stops or dies at a chosen moment.

    python -m tests.fleet_worker JOURNAL MOMENT COUNT worker --config …

MOMENT is `never`, or what happens at the COUNTth write: `stop-before-check`, `stop-after-check` (the hold was still
its own, then it sleeps), `die-before-rename`, `die-after-rename`. The journal has a line for every replacement of a
workbook, and one when a hold is taken and left; nothing of the product writes into it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from sheetops.books.xlsx.replace import Original
from sheetops.cli import main
from sheetops.scheduling.fleet import attempt
from sheetops.scheduling.fleet.hold import SheetHold
from tests.fleet_desk import sha


class _Journal:
    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(self, what: str, **more: Any) -> None:
        line = json.dumps({"what": what, "at": time.time(), "pid": os.getpid(), **more})
        os.write(self._fd, f"{line}\n".encode())


def _watch_writes(journal: _Journal, moment: str, count: int) -> None:
    writes = 0
    real_replace, real_rename, real_check = Original.replace, Original._rename, SheetHold.still_mine
    renaming = False

    def here(name: str) -> None:
        if moment == name and writes == count:
            journal.note(name)
            os.kill(os.getpid(), signal.SIGKILL if name.startswith("die") else signal.SIGSTOP)
            journal.note("woke")

    def replace(self: Original, new: bytes, check: Any, **more: Any) -> None:
        nonlocal writes
        if new == self.data:
            return
        writes += 1
        journal.note("replacing", path=str(self.path), before=self.sha256, after=sha(new))
        real_replace(self, new, check, **more)
        journal.note("replaced", path=str(self.path), after=sha(new))

    def rename(self: Original, temp: Path) -> None:
        nonlocal renaming
        here("die-before-rename")
        renaming = True
        try:
            real_rename(self, temp)
        finally:
            renaming = False
        here("die-after-rename")

    def still_mine(self: SheetHold) -> None:
        if renaming:
            here("stop-before-check")
        real_check(self)
        if renaming:
            here("stop-after-check")

    Original.replace = replace  # type: ignore[method-assign]
    Original._rename = rename  # type: ignore[method-assign]
    SheetHold.still_mine = still_mine  # type: ignore[method-assign]


def _watch_holds(journal: _Journal) -> None:
    real_work = attempt._held_work
    real_take = attempt.take

    def take(link: Any, sheet: int, place: str, **more: Any) -> SheetHold:
        hold = real_take(link, sheet, place, **more)
        journal.note("took", path=place, session=link.info.backend_pid)
        return hold

    def held_work(bench: Any, order: Any, link: Any) -> Any:
        try:
            return real_work(bench, order, link)
        finally:
            journal.note("left", path=order.place, session=link.info.backend_pid)

    attempt.take = take  # type: ignore[assignment]
    attempt._held_work = held_work


if __name__ == "__main__":
    book, when, number, *arguments = sys.argv[1:]
    made = _Journal(book)
    _watch_writes(made, when, int(number))
    _watch_holds(made)
    main(arguments)
