"""The ledger: what earlier runs saw and did, so that the sheet need not hold it.

SQLAlchemy and Alembic are imported when a ledger is opened, not before.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Any

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


class _Asyncio(ModuleType):
    """Stands for asyncio in SQLAlchemy's eyes: the real one is loaded when something of it is used."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module("asyncio"), name)

    def iscoroutine(self, thing: object) -> bool:
        """All that SQLAlchemy takes of asyncio before it is used."""
        return bool(import_module("asyncio").iscoroutine(thing))


_LOADING = Lock()


def _load_sqlalchemy() -> None:
    """Import SQLAlchemy without asyncio, with ssl and sockets a seventh of its 0.2 s; a ledger here is never asynchronous."""
    with _LOADING:
        if "sqlalchemy" in sys.modules or "asyncio" in sys.modules:
            return
        stand_in = sys.modules["asyncio"] = _Asyncio("asyncio")
        try:
            import_module("sqlalchemy.dialects.sqlite")
        except ImportError:
            pass  # it wants more of asyncio than it did, or is not there: the usual import does it, or says so
        finally:
            if sys.modules.get("asyncio") is stand_in:
                del sys.modules["asyncio"]


def __getattr__(name: str) -> object:
    if name == "Ledger":
        from sheetops.ledger.ledger import Ledger

        return Ledger
    raise AttributeError(name)
