"""Whole processes and what they took: processor time and peak memory, as the kernel counts them."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).resolve().parent.parent


def _with(env: Mapping[str, str] | None) -> dict[str, str]:
    """The environment of a process; an empty text lets Python keep its bytecode."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(env or {})}


class Took(NamedTuple):
    """What one process, or the median of several, took."""

    cpu: float  # seconds, user and system, all threads
    wall: float  # seconds
    memory: float  # peak resident, MB of 10^6 bytes


class Failed(Exception):
    """A process that did not end well; the message is the last line that it said."""


def once(command: Sequence[str], env: Mapping[str, str] | None = None, fine: Sequence[int] = (0,)) -> Took:
    """Run one process. Raises Failed where its exit code is not `fine`.

    It may keep its bytecode, as installed packages have it: else ours alone would be compiled in every run.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=_ROOT,
        env=_with(env),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode not in fine:
        lines = said.decode(errors="replace").strip().splitlines()
        raise Failed(lines[-1][:200] if lines else f"exit {process.returncode}")
    return Took(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024 / 1e6)


def inside(command: Sequence[str], before: Callable[[], None], env: Mapping[str, str] | None = None) -> Took:
    """What a part of a process took, which it tells as its last word: seconds of CPU; no memory can be told."""
    before()
    done = subprocess.run(command, cwd=_ROOT, env=_with(env), capture_output=True, text=True)
    try:
        cpu = float(done.stdout.split()[-1])
    except (IndexError, ValueError):
        lines = done.stderr.strip().splitlines()
        raise Failed(lines[-1][:200] if lines else f"exit {done.returncode}") from None
    return Took(cpu, math.nan, math.nan)


def middle(taken: Sequence[Took]) -> Took:
    """The median of each figure of several processes."""
    return Took(*(statistics.median(column) for column in zip(*taken, strict=True)))


def python(*arguments: str) -> list[str]:
    """The command of a Python process like this one."""
    return [sys.executable, *arguments]
