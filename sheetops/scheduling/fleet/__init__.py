"""The fleet: many workers, perhaps on many machines, share hundreds of sheets through one PostgreSQL database.

An **order** is the wish that jobs be run on one sheet; it stands in a table of ours until somebody deletes it by
age. procrastinate carries it to a worker. Each attempt at it has a number, and whatever an attempt wants to say of
its order is said under that number: an attempt that was given up on cannot speak for the one that followed it.

procrastinate, psycopg and pyrate-limiter (the extra `scale`) are imported by the modules below; this one only looks
whether they are there.
"""

from __future__ import annotations

from importlib.util import find_spec

from sheetops.errors import SettingsError

if not all(find_spec(name) for name in ("procrastinate", "psycopg", "psycopg_pool", "pyrate_limiter")):
    raise SettingsError(
        "a fleet needs procrastinate, psycopg and pyrate-limiter", mend="install sheetops[scale]"
    )
