"""The ledger: what earlier runs saw and did, so that the sheet need not hold it.

SQLAlchemy and Alembic are imported when a ledger is opened, not before.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sheetops.domain.deferred import load

if TYPE_CHECKING:
    from sheetops.ledger.ledger import Ledger

__all__ = ["Ledger", "open_ledger"]


def open_ledger(place: str | Path, *, key_file: Path | None = None, wait: float = 30.0) -> Ledger:
    """Open the ledger at `place` (a file, or the URL of a PostgreSQL database), making or migrating it first.

    `key_file` holds the secret behind the fingerprints; by default it lies beside the file, and for a database
    in the user's state folder. `wait` is how many seconds to wait for another run that is writing. Raises
    LedgerError, in one line, for a ledger that is newer than this program, damaged, locked or without its key.
    """
    _load_sqlalchemy()
    from sheetops.ledger.opening import open_engine

    return open_engine(place, key_file, wait)


# What SQLAlchemy imports and a ledger here never uses, with the functions that it takes of each without calling them:
# all that is asynchronous (with ssl and sockets a seventh of its 0.2 s), and the search for installed dialects.
_UNUSED: dict[str, tuple[str, ...]] = {"asyncio": ("iscoroutine",), "importlib.metadata": ()}
_UNUSED_DIALECTS: dict[str, tuple[str, ...]] = {
    "sqlalchemy.dialects.sqlite.aiosqlite": (),
    "sqlalchemy.dialects.sqlite.pysqlcipher": (),
}


def _load_sqlalchemy() -> None:
    """Import SQLAlchemy without what is never used of it.

    In two steps: once it has run, its compiled part cannot be made anew, so a fault of the second must leave it be.
    """
    load("sqlalchemy", _UNUSED)
    load("sqlalchemy.dialects.sqlite", _UNUSED | _UNUSED_DIALECTS)


def __getattr__(name: str) -> object:
    if name == "Ledger":
        from sheetops.ledger.ledger import Ledger

        return Ledger
    raise AttributeError(name)
