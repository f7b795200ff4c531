"""kill -9 at every step of a save: the workbook is the old one or the new one, and the next job works.

A forked child runs one whole save under a profile function that sees every call into the operating
system, and kills itself before or after the n-th one. The product has no hook for this.
"""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

import pytest

from sheetops.books.xlsx.backup import backups_of
from sheetops.books.xlsx.replace import write_new
from tests.unit.xlsx.replacing import OLD, Place, in_child, of_folder, package, place_in

NEW, NEXT = package("new"), package("next")
DANGEROUS = {"open", "write", "fsync", "replace", "fchmod", "close", "unlink", "flock", "mkdir"}


def system_call(event: str, function: Any) -> str | None:
    """The name of the call into the system that the profile event is about, if it is one."""
    if event not in {"c_call", "c_return"}:
        return None
    module = getattr(function, "__module__", None)
    owner = type(getattr(function, "__self__", None)).__module__
    if module in {"posix", "fcntl", "_io"} or owner == "_io":
        return str(function.__name__) if function.__name__ != "fspath" else None
    return None


def killed_at(number: int, work: Callable[[], object]) -> Callable[[], list[str]]:
    """`work`, killed at its `number`-th event; with -1 it ends and returns the names of all events."""

    def run() -> list[str]:
        seen: list[str] = []

        def watch(frame: FrameType, event: str, function: Any) -> None:
            name = system_call(event, function)
            if name is None:
                return
            if len(seen) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            seen.append(f"{'before' if event == 'c_call' else 'after'} {name}")

        sys.setprofile(watch)
        try:
            work()
        finally:
            sys.setprofile(None)
        return seen

    return run


def require_sound(data: bytes) -> None:
    """The bytes are a whole zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None


EVERY = [pytest.param(1, marks=pytest.mark.slow), 2]  # with 2, not after one call and again before the next


@pytest.mark.parametrize("every", EVERY)
def test_killed_before_and_after_every_system_call(
    memory: Path, capsys: pytest.CaptureFixture[str], every: int
) -> None:
    steps = _steps(memory, _save_new)
    assert {step.split()[1] for step in steps} >= DANGEROUS
    found: Counter[str] = Counter()
    moments = chosen(steps, every)
    for number, step in moments:
        place = _prepared(memory)
        assert in_child(killed_at(number, partial(_save_new, place))) == -signal.SIGKILL, step
        now = place.book.read_bytes()
        assert now in (OLD, NEW), f"killed {step} (event {number})"
        found["old" if now == OLD else "new"] += 1
        for backup in backups_of(place.book, place.backups):
            require_sound(backup.read_bytes())
        if now == NEW:
            assert OLD in [backup.read_bytes() for backup in backups_of(place.book, place.backups)]
        place.save(NEXT, backups=2)
        assert place.book.read_bytes() == NEXT
        assert place.others() == [], f"killed {step} (event {number})"
        folders = list(place.backups.iterdir())
        assert [len(list(folder.iterdir())) for folder in folders] == [2]
    with capsys.disabled():
        print(f"\nkilled at {len(moments)} moments: {found['old']} old, {found['new']} new, 0 other, 0 gone")
    assert found["old"] > 20
    assert found["new"] > 5


@pytest.mark.parametrize("every", EVERY)
def test_a_new_file_is_whole_or_not_there_whenever_the_job_is_killed(memory: Path, every: int) -> None:
    def create(place: Place) -> None:
        write_new(place.team / "copy.xlsx", NEW, lock_dir=place.locks, wait=0.0)

    for number, step in chosen(_steps(memory, create), every):
        place = _prepared(memory)
        copy = place.team / "copy.xlsx"
        assert in_child(killed_at(number, partial(create, place))) == -signal.SIGKILL
        if copy.exists():
            assert copy.read_bytes() == NEW, step
            with place.changing(copy) as original:  # not refused for the temp file's second name
                original.replace(NEXT, require_sound)
        else:
            create(place)
        assert place.others() == ["copy.xlsx"], step


def test_killed_at_any_moment_from_outside(tmp_path: Path) -> None:
    """The same with real timing and a large file: kills land inside system calls, writes half done."""
    place = place_in(tmp_path)
    versions = [package("a", 6_000_000), package("b", 6_000_000)]
    place.book.write_bytes(versions[0])
    dice = random.Random(7)
    left_over = 0
    for _ in range(25):
        child = os.fork()
        if child == 0:
            while True:
                for version in reversed(versions):
                    place.save(version, backups=1)
        time.sleep(dice.uniform(0.0, 0.25))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert place.book.read_bytes() in versions
        left_over += len(place.others())
    assert left_over > 0, "no kill fell between making the temp file and renaming it"
    place.save(NEXT)
    assert place.others() == []


def _save_new(place: Place) -> None:
    place.save(NEW, backups=2)


def chosen(steps: list[str], every: int) -> list[tuple[int, str]]:
    """The moments to kill at: all, or each state that the disk was in once.

    Between the end of one call and the begin of the next nothing happens to the disk.
    """
    return [
        (number, step)
        for number, step in enumerate(steps)
        if every == 1 or step.startswith("after") or number == 0 or steps[number - 1].startswith("before")
    ]


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory where there is one: it is the process that dies, so the disk need not be waited for."""
    shared = Path("/dev/shm")
    with TemporaryDirectory(dir=shared if os.access(shared, os.W_OK) else None) as folder:
        yield Path(folder)


def _prepared(folder: Path) -> Place:
    """A place that has seen two saves, so that locks and backups exist and are full; each time the same folder."""
    home, kept = folder / "home", folder / "kept"
    if kept.exists():
        shutil.rmtree(home)
        shutil.copytree(kept, home)
        return of_folder(home)
    home.mkdir()
    place = place_in(home)
    place.save(package("older"), backups=2)
    place.save(OLD, backups=2)
    shutil.copytree(home, kept)
    return place


def _steps(folder: Path, work: Callable[[Place], None]) -> list[str]:
    """The system calls of one undisturbed run of `work`, before and after each."""
    place = _prepared(folder)
    steps = in_child(killed_at(-1, lambda: work(place)))
    assert isinstance(steps, list), steps
    return steps
