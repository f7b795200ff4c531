"""Statements about many rows, in as few steps as the databases take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table

T = TypeVar("T")
CHUNK = 500  # bound values a statement, well under every database's limit


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists of at most `CHUNK`."""
    left = iter(items)
    while part := list(islice(left, CHUNK)):
        yield part


def insert_many(link: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns in one order, of kinds that every database takes as they are.

    The values go to the database's own driver: SQLAlchemy takes as long to look at each as SQLite to write it.
    """
    sign = _sign(link)
    names = list(rows[0])
    into = f"INSERT INTO {table.name} ({', '.join(_quoted(link, names))}) VALUES ({', '.join([sign] * len(names))})"
    link.exec_driver_sql(into, [tuple(row.values()) for row in rows])


def update_many(
    link: Connection, table: Table, rows: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> None:
    """As `insert_many`, over the rows that have these `keys`."""
    sign = _sign(link)
    names = [name for name in rows[0] if name not in keys]
    values = ", ".join(f"{name} = {sign}" for name in _quoted(link, names))
    where = " AND ".join(f"{name} = {sign}" for name in _quoted(link, keys))
    told = [tuple(map(row.__getitem__, (*names, *keys))) for row in rows]
    link.exec_driver_sql(f"UPDATE {table.name} SET {values} WHERE {where}", told)


def _quoted(link: Connection, names: Iterable[str]) -> list[str]:
    return list(map(link.dialect.identifier_preparer.quote, names))


def _sign(link: Connection) -> str:
    """How the database's driver writes a bound value."""
    return "?" if link.dialect.paramstyle == "qmark" else "%s"
