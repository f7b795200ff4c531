"""Where the ledger's tests keep ledgers: a file, or a database on this process's own PostgreSQL cluster."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import pytest

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))


_numbers = count()


class Cluster:
    """A cluster that is started with the first database, and stopped with the tests: making one takes seconds."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.address: str | None = None

    def start(self) -> str:
        """The address of its own database."""
        if self.address is None:
            self.address = self.stack.enter_context(_cluster())
        return self.address

    def stop(self) -> None:
        self.stack.close()
        self.address = None


CLUSTER = Cluster()


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a fresh database; skips where there is no PostgreSQL."""
    home = CLUSTER.start()
    import psycopg

    name = f"desk_{next(_numbers)}"
    with psycopg.connect(home, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")
        yield home.removesuffix("postgres") + name
        link.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _cluster() -> Iterator[str]:
    """The address of a fresh cluster on a free port, run by an ordinary user; skips where there is none."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    if not _BINARIES:
        pytest.skip("PostgreSQL is not installed (Debian package postgresql)")
    binaries = _BINARIES[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="sheetops-pg-"))
    user = _ordinary_user()
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    data, port = folder / "data", _free_port()

    def call(*command: str) -> None:
        as_user = (
            ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"]
            if user
            else []
        )
        done = subprocess.run([*as_user, *command], cwd=folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"

    try:
        call(*f"{binaries}/initdb -D {data} -U desk -A trust -E UTF8 --locale=C -N".split())
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
            " -c autovacuum=off"
        )
        start = f"{binaries}/pg_ctl -D {data} -w -t 90 -l {folder / 'log'}"
        call(*start.split(), "-o", options, "start")
        try:
            yield f"postgresql://desk@127.0.0.1:{port}/postgres"
        finally:
            call(f"{binaries}/pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ordinary_user() -> str | None:
    """PostgreSQL refuses to run as root; None where we are an ordinary user already."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def emptied(server: str) -> str:
    """The address of the server's database, with nothing in it."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as link:
        link.execute("DROP SCHEMA public CASCADE")
        link.execute("CREATE SCHEMA public")
    return server
