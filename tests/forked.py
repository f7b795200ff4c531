"""`python -m sheetops …` as a process of its own, without the second that importing takes each time.

A helper process imports what commands import, and forks for each one. The child has its own folder, environment,
arguments, streams and end, and runs the package as `-m` does; what earlier commands computed is not in it, only what
they imported. Tests about starting, signals and terminals start the real thing instead.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
STARTS_WITH = ("PYTHON", "LC_", "LANG", "LD_")  # what an interpreter reads only when it starts
THREADED = ("pyarrow", "duckdb", "numpy", "pandas", "psycopg", "grpc")  # not to be imported before a fork
SIZE = 1 << 20


class Helper:
    """The process that forks; started with the first command, and ended by `end`."""

    def __init__(self) -> None:
        self.environment: dict[str, str] = {}
        self.link: socket.socket | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def run(
        self, words: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
    ) -> subprocess.CompletedProcess[str]:
        """`sheetops WORDS` in the folder; killed, and `TimeoutExpired` raised, after so many seconds."""
        if sys.platform != "linux":
            return started_anew(words, folder, environment, seconds)
        link = self._linked(environment)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            asked = {"words": list(words), "folder": str(folder), "environment": dict(environment)}
            asked["seconds"] = seconds
            socket.send_fds(link, [json.dumps(asked).encode()], [out.fileno(), err.fileno()])
            told = link.recv(SIZE)
            assert told, "the helper that forks has ended"
            code = json.loads(told)
            out.seek(0)
            err.seek(0)
            said, complained = out.read().decode("utf-8"), err.read().decode("utf-8")
        if code is None:
            raise subprocess.TimeoutExpired(list(words), seconds, said, complained)
        return subprocess.CompletedProcess(["sheetops", *words], code, said, complained)

    def _linked(self, environment: Mapping[str, str]) -> socket.socket:
        of_start = {key: value for key, value in environment.items() if key.startswith(STARTS_WITH)}
        if self.link is None or of_start != self.environment:
            self.end()
            self.environment = of_start
            self.link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "tests.forked", str(theirs.fileno())],
                    cwd=ROOT,
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                )
        return self.link

    def end(self) -> None:
        """The helper ends with its link."""
        if self.link is not None and self.process is not None:
            self.link.close()
            self.process.wait(30)
            self.link = self.process = None


HELPER = Helper()


def started_anew(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """`python -m sheetops WORDS` by a new interpreter."""
    command = [sys.executable, "-m", "sheetops", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, timeout=seconds, capture_output=True, encoding="utf-8"
    )


def serve(link: socket.socket) -> None:
    """Fork for each command that is asked for, one after the other, until nobody asks any more."""
    import sheetops.cli  # noqa: F401

    while True:
        data, streams, *_ = socket.recv_fds(link, SIZE, 2)
        if not data:
            return
        asked = json.loads(data)
        ours, theirs = os.pipe()
        gc.freeze()
        child = os.fork()
        if child == 0:
            link.close()
            os.close(ours)
            be_the_command(asked, streams, theirs)
        for place in (theirs, *streams):
            os.close(place)
        names, code = ended(child, ours, asked["seconds"])
        os.close(ours)
        learn(names)
        link.send(json.dumps(code).encode())


def ended(child: int, told: int, seconds: float) -> tuple[list[str], int | None]:
    """What the child imported, told until its end, and how it ended, as `subprocess` has it; None: it took too long."""
    names, until = b"", time.monotonic() + seconds
    while select.select([told], [], [], max(0, until - time.monotonic()))[0]:
        more = os.read(told, SIZE)
        names += more
        if not more:
            return names.decode().split(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return [], None


def learn(names: Sequence[str]) -> None:
    """Import what a command imported, so that the next one finds it."""
    for name in names:
        if name not in sys.modules and not name.startswith(THREADED):
            with suppress(Exception):
                importlib.import_module(name)


def be_the_command(asked: dict[str, Any], streams: Sequence[int], names: int) -> None:
    """Run the package as `python -m sheetops` does, and end."""
    code: object = 1
    before = set(sys.modules)
    try:
        for place, stream in zip((1, 2), streams, strict=True):
            os.dup2(stream, place)
            os.close(stream)
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        time.tzset()
        sys.path[0] = asked["folder"]
        sys.argv[1:] = asked["words"]
        try:
            runpy.run_module("sheetops", run_name="__main__", alter_sys=True)
            code = 0
        except SystemExit as left:
            code = left.code
        except BaseException:
            sys.excepthook(*sys.exc_info())
        atexit._run_exitfuncs()
        for stream_ in (sys.stdout, sys.stderr):
            stream_.flush()
        with os.fdopen(names, "w") as told:
            told.write(" ".join(name for name in sys.modules if name not in before))
    finally:
        os._exit(code if isinstance(code, int) else bool(code))


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
