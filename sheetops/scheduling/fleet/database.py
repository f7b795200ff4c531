"""The fleet's database: connections, and what it says in one line for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import procrastinate
import psycopg

from sheetops.errors import ServiceUnreachable, SettingsError

Link = psycopg.Connection[tuple[object, ...]]
_CONNECT_SECONDS = 10
_TABLES_ARE_MISSING = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction)


def place_of(address: str) -> str:
    """The address without its password, for messages."""
    if not _can_be_read(address):
        return f"{address.partition('://')[0]}://…"
    parts = urlsplit(address)
    host = parts.hostname or "this machine's socket"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}"


def plain(address: str) -> str:
    """The address as libpq reads it. Raises SettingsError for one of another kind of database."""
    scheme, separator, rest = address.partition("://")
    if not separator or scheme.split("+")[0] not in ("postgresql", "postgres"):
        raise SettingsError(
            "the fleet's database is a PostgreSQL database",
            where="fleet.database",
            mend="write postgresql://user@host/database",
        )
    if not _can_be_read(address):
        raise SettingsError(
            "this is no address of a database",
            where="fleet.database",
            mend="write postgresql://user@host/database, and in its password %2F for /, %40 for @ and %3A for :",
        )
    return f"postgresql://{rest}"


def _can_be_read(address: str) -> bool:
    """Whether no sign in a password ends it early, so that the rest would be told as a port or a database."""
    try:
        parts = urlsplit(address)
        return (parts.port or 1) > 0 and "@" not in parts.path
    except ValueError:
        return False


def connect(address: str, name: str) -> Link:
    """A new connection without a transaction of its own; `name` is what the server's list of sessions shows.

    A dead network is noticed by both ends within about a minute. Raises psycopg.Error.
    """
    return psycopg.connect(
        plain(address),
        autocommit=True,
        application_name=name[:63],
        connect_timeout=_CONNECT_SECONDS,
        keepalives_idle=20,
        keepalives_interval=10,
        keepalives_count=3,
        options="-c lock_timeout=30000 -c idle_in_transaction_session_timeout=60000",
    )


@contextmanager
def told(address: str) -> Iterator[None]:
    """Turn what the database says into one line. Raises ServiceUnreachable or SettingsError."""
    try:
        yield
    except _TABLES_ARE_MISSING:
        raise SettingsError(
            "the fleet's tables are not in its database",
            where=place_of(address),
            mend="start `sheetops worker` once; it makes them",
        ) from None
    except (psycopg.Error, procrastinate.exceptions.ConnectorException) as error:
        cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
        lines = str(cause).strip().splitlines()
        raise ServiceUnreachable(
            f"the fleet's database does not do its work ({lines[0] if lines else type(cause).__name__})",
            where=place_of(address),
            mend="see whether it runs, and `fleet: database:` in the settings",
        ) from None
