"""The tables of the fleet, beside procrastinate's own, and how they are brought up to date."""

from __future__ import annotations

import secrets
from importlib.metadata import version
from pathlib import Path
from typing import LiteralString

from procrastinate.schema import SchemaManager

from sheetops.errors import SettingsError
from sheetops.scheduling.fleet.database import Link, place_of

VERSION = 1  # of our own tables
_MIGRATION_LOCK = 0x5EE7F1E  # any number that other programs on the same PostgreSQL do not use

# `attempt` counts every start, `failures` those that ended in a passing error, `deaths` those whose worker died.
_OURS: LiteralString = """
CREATE TABLE IF NOT EXISTS sheetops_fleet (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE IF NOT EXISTS sheetops_orders (
    number bigserial PRIMARY KEY,
    sheet integer NOT NULL,
    place text NOT NULL,
    jobs text NOT NULL,
    as_of date,
    force boolean NOT NULL DEFAULT false,
    priority integer NOT NULL DEFAULT 0,
    patient boolean NOT NULL DEFAULT true,
    slot text,
    once text,
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'working', 'done', 'failed', 'dropped')),
    attempt integer NOT NULL DEFAULT 1,
    failures integer NOT NULL DEFAULT 0,
    deaths integer NOT NULL DEFAULT 0,
    job bigint,
    worker text,
    run text,
    exit integer,
    line text,
    asked timestamptz NOT NULL DEFAULT now(),
    began timestamptz,
    ended timestamptz
);
CREATE UNIQUE INDEX IF NOT EXISTS sheetops_orders_slot ON sheetops_orders (slot, sheet, jobs) WHERE slot IS NOT NULL;
CREATE INDEX IF NOT EXISTS sheetops_orders_open ON sheetops_orders (state) WHERE state IN ('waiting', 'working');
CREATE INDEX IF NOT EXISTS sheetops_orders_sheet ON sheetops_orders (sheet, number);
"""


def install(link: Link, address: str) -> None:
    """Make the tables, or bring them up to date; what is newer than this program is refused (SettingsError)."""
    with link.transaction():
        link.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
        known = about(link)
        refuse_newer(known, address)
        queue = version("procrastinate")
        if "queue" not in known:
            link.execute(SchemaManager.get_schema())
        else:
            for script in _scripts(known["queue"], queue):
                link.execute(script.read_text(encoding="utf-8"))
        link.execute(_OURS)
        values = {"version": str(VERSION), "queue": queue, "crew": known.get("crew") or secrets.token_hex(8)}
        for name, value in values.items():
            link.execute(
                "INSERT INTO sheetops_fleet VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )


def about(link: Link) -> dict[str, str]:
    """What the database says of itself: `version`, `queue` (of procrastinate), `crew`; nothing before `install`."""
    there = link.execute("SELECT to_regclass('sheetops_fleet') IS NOT NULL").fetchone()
    if there is None or not there[0]:
        return {}
    return {str(name): str(value) for name, value in link.execute("SELECT name, value FROM sheetops_fleet")}


def refuse_newer(known: dict[str, str], address: str) -> None:
    """Raises SettingsError for tables that a newer program made."""
    newer = int(known.get("version", 0)) > VERSION
    if newer or _number(known.get("queue", "0")) > _number(version("procrastinate")):
        raise SettingsError(
            "the fleet's tables were made by a newer sheetops or procrastinate",
            where=place_of(address),
            mend="install the same version on every machine of the fleet",
        )


def _number(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())


def _scripts(known: str, wanted: str) -> list[Path]:
    """procrastinate's own migrations after version `known` up to `wanted`, in their order."""
    folder = Path(SchemaManager.get_migrations_path())
    return [
        script
        for script in sorted(folder.glob("*.sql"))
        if _number(known) < _number(script.name.split("_")[0]) <= _number(wanted)
    ]
