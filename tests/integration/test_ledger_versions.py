"""Ledgers of every version that ever landed are brought up to date, and nothing in them is lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from base64 import b64encode
from contextlib import closing, nullcontext
from datetime import UTC, date
from pathlib import Path
from unittest.mock import patch

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, inspect, select, text

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.history import Reopening
from sheetops.domain.plan import Plan
from sheetops.domain.tabs import Tab
from sheetops.ledger import open_ledger, opening
from sheetops.ledger import tables as t
from sheetops.ledger.prints import CELL, NEXT, Printer, print_from_bytes
from tests.integration.ledger_places import postgres
from tests.sheets import log, row
from tests.unit.ledger.looks import DAY, START, look, marked

KEPT = Path(__file__).parents[1] / "ledger_files"
DESK = "https://sheets.example/desk"
FIRST = [
    row(
        id="20261101", customer="W*-shop", description="cannot export", urgency="High", due=date(2026, 11, 3)
    ),
    row(id="20261102", customer="L*-cafe", description="asks for points", urgency="Low"),
]
SECOND = [
    FIRST[0],
    row(id="20261102", customer="L*-cafe", description="asks for points", urgency="Low", result="told"),
]


def make(folder: Path) -> None:
    """Write the kept file of the newest version (once, when a version lands)."""
    place = folder / f"v{t.VERSIONS[-1]}.db"
    with open_ledger(place) as ledger:
        found = Finding("required", Severity.WARNING, "Requests", 3, "H3", "owner", "20261102")
        plan = Plan(findings=(found,), tabs=(Tab("Review 2026-10", ()),))
        first = look(ledger, marked(log(*FIRST)), place=DESK, jobs=["fill", "validate"], plan=plan)
        ledger.reserve_ids(first, "202611", [1, 2])
        ledger.claim_mail(first, "remind", DESK, "zoe@example.com", START.date(), "<1@x>")
        ledger.claim_slot("run desk", START.isoformat())
        monday = START.replace(tzinfo=UTC)
        ledger.claim_slot("day desk", monday, "day", DESK, "one scheduler", monday)
        second = marked(log(*SECOND))
        look(ledger, second, now=START + DAY, place=DESK, edits=[(1, "due", date(2026, 11, 13))])
        ledger.start_run(DESK, ["fill"], START + 2 * DAY)
    with sqlite3.connect(place) as link:
        link.execute("PRAGMA journal_mode=DELETE")
        link.execute("VACUUM")


def test_every_version_has_a_kept_file() -> None:
    assert sorted(path.stem for path in KEPT.glob("*.db")) == [f"v{version}" for version in t.VERSIONS]


@pytest.mark.parametrize("version", t.VERSIONS)
def test_a_ledger_of_an_earlier_version_is_read_in_full(version: str, tmp_path: Path) -> None:
    for path in KEPT.glob(f"v{version}.db*"):
        shutil.copy(path, tmp_path / path.name)
    with open_ledger(tmp_path / f"v{version}.db") as ledger:
        history = ledger.history(DESK, START + 2 * DAY)
        assert history.since == START and history.highest == {"202611": 2}
        assert history.last_rows == {"Requests": 2} and set(history.reviewed) == {"2026-10"}
        assert ("remind", "zoe@example.com", START.date()) in history.mailed
        assert history.lives["20261102"].first_response == START + DAY
        assert ledger.rebuild() == 0
        assert [run.outcome for run in ledger.runs()] == [None, "done", "done"]
        (edit,) = ledger.edits_of(ledger.runs()[1].id)
        assert (edit.id, edit.column, edit.old, edit.new) == ("20261102", "due", None, date(2026, 11, 13))
        assert not ledger.claim_slot("run desk", START.isoformat())
        running = [(slot.slot, slot.sheet) for slot in ledger.unended_slots()]
        assert running == ([(START.replace(tzinfo=UTC), DESK)] if version >= "0003" else [])
        assert len(ledger.unknown_mails()) == 1
        before = ledger.stories("20261102")
        assert before[0].findings[0][0] == "required"
        due = [*SECOND[1][:8], date(2026, 11, 13), *SECOND[1][9:]]
        look(ledger, marked(log(due, SECOND[0])), now=START + 3 * DAY, place=DESK)
        assert ledger.stories("20261102") == before, "the same words give the same prints"
        with ledger._engine.connect() as link:
            told = select(func.count()).select_from(t.changes).where(t.changes.c.run > 2)
            assert link.execute(told).scalar_one() == 0, "and nothing is written of them"


def test_what_an_older_program_left_untold_is_told_once_it_is_brought_up_to_date(tmp_path: Path) -> None:
    for name in ("v0001.db", "v0001.db.key"):
        shutil.copy(KEPT / name, tmp_path / name)
    days = [(START + days * DAY).isoformat() for days in (4, 5)]
    with closing(sqlite3.connect(tmp_path / "v0001.db")) as link:
        for run, (moment, resolved) in enumerate(zip(days, ('"2026-11-05"', "null"), strict=True), 4):
            values = (run, f"run {run}", 1, '["fill"]', moment, 1, "done")
            names = "number, id, sheet, jobs, began, recorded, outcome"
            link.execute(f"INSERT INTO runs ({names}) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            what = f'{{"p":["AAAA","AAAA","AAAA"],"f":{{"resolved":{resolved}}}}}'
            link.execute("INSERT INTO changes VALUES (1, 2, ?, ?)", (run, what))
        link.commit()
    with open_ledger(tmp_path / "v0001.db") as ledger:
        reopened = ledger.history(DESK, START).lives["20261102"].reopenings
        assert reopened == (Reopening(date(2026, 11, 5), START + 5 * DAY),)


def test_rows_alike_but_for_a_note_are_told_apart_in_a_ledger_of_an_earlier_version(tmp_path: Path) -> None:
    for name in ("v0004.db", "v0004.db.key"):
        shutil.copy(KEPT / name, tmp_path / name)
    printer = Printer((tmp_path / "v0004.db.key").read_bytes())
    common = {"customer": "T*-bank", "description": "twins", "id": "20261107", "due": "2026/11/9"}
    twins = [row(**common, notes=note) for note in ("one", "two")]
    with closing(sqlite3.connect(tmp_path / "v0004.db")) as link:
        for number, note in ((3, "one"), (4, "two")):
            words = {"customer": "T*-bank", "description": "twins", "notes": note}
            person = printer.row(NEXT.join(f"{key}{CELL}{text}" for key, text in words.items()))
            fields = {key: printer.field(text) for key, text in words.items()}
            fields |= {"id": "20261107", "due": "2026-11-09"}
            prints = ["AAAA", b64encode(person).decode(), "AAAA"]
            what = json.dumps({"new": "2026-11-02", "tab": "Requests", "p": prints, "f": fields})
            link.execute("INSERT INTO changes VALUES (1, ?, 2, ?)", (number, what))
        link.execute("UPDATE sheets SET requests = 4")
        link.commit()
    due = [*SECOND[1][:8], date(2026, 11, 13), *SECOND[1][9:]]
    with open_ledger(tmp_path / "v0004.db") as ledger:
        before = ledger.happened(DESK)
        assert [one.request for one in before if one.what == "first_seen"] == [1, 2, 3, 4]
        look(ledger, log(twins[1], due, SECOND[0], twins[0]), now=START + 3 * DAY, place=DESK)
        assert ledger.happened(DESK) == before
        assert [story.life.unsure for story in ledger.stories("20261107")] == [frozenset()] * 2
        with ledger._engine.connect() as link:
            written = link.execute(select(t.requests.c.number, t.requests.c.print)).all()
            again = select(func.count()).select_from(t.changes)
            count = link.execute(again).scalar_one()
        assert {n: print_from_bytes(kept)[1] for n, kept in written if n > 2} == dict.fromkeys(
            (3, 4), printer.field("2026/11/9")
        ), "from now on the due date is compared as it is written"
        look(ledger, log(twins[1], due, SECOND[0], twins[0]), now=START + 4 * DAY, place=DESK)
        with ledger._engine.connect() as link:
            assert link.execute(again).scalar_one() == count


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrations_make_the_tables_that_a_new_ledger_begins_with(kind: str, tmp_path: Path) -> None:
    def made(place: str | Path) -> list[tuple[object, ...]]:
        """How the database itself describes its tables."""
        with open_ledger(place, key_file=tmp_path / "key") as ledger, ledger._engine.connect() as link:
            options = {"compare_type": True, "compare_server_default": True}
            assert compare_metadata(MigrationContext.configure(link, opts=options), t.metadata) == []
            about = inspect(link)
            return [
                (
                    name,
                    [
                        (c["name"], str(c["type"]), c["nullable"], c["default"])
                        for c in about.get_columns(name)
                    ],
                    about.get_pk_constraint(name)["constrained_columns"],
                    sorted((index["name"], index["column_names"]) for index in about.get_indexes(name)),
                    sorted(unique["column_names"] for unique in about.get_unique_constraints(name)),
                    link.execute(text("SELECT version_num FROM alembic_version")).scalar_one(),
                )
                for name in sorted(about.get_table_names())
            ]

    with postgres() if kind == "postgresql" else nullcontext(tmp_path / "new.db") as place:
        begun = made(place)
    other = postgres() if kind == "postgresql" else nullcontext(tmp_path / "old.db")
    with other as place, patch.object(opening, "_create", opening._upgrade):
        migrated = made(place)
    assert begun == migrated and len(begun) == len(t.metadata.tables) + 1


def test_heavy_libraries_wait_until_a_ledger_is_opened(tmp_path: Path) -> None:
    place = tmp_path / "ledger.db"
    script = f"""
import sys
import sheetops.ledger, sheetops.cli.undo, sheetops.cli.status, sheetops.cli.history, sheetops.jobs.undo
assert not {{"sqlalchemy", "alembic"}} & set(sys.modules), "imported before a ledger is opened"
sheetops.ledger.open_ledger({str(place)!r}).close()
assert "alembic" not in sys.modules, "imported where there is nothing to migrate"
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=KEPT.parents[1], timeout=60)


def test_sqlalchemy_is_whole_though_it_was_loaded_without_asyncio(tmp_path: Path) -> None:
    script = f"""
import sys
from sheetops.domain.deferred import own_process
from sheetops.ledger import open_ledger
own_process()
open_ledger({str(tmp_path / "ledger.db")!r}).close()
assert "asyncio" not in sys.modules, "nothing here asks for it"
from sqlalchemy.util import concurrency
assert not concurrency.is_cancellation_exception(ValueError()) and not concurrency.iscoroutine(1)
import asyncio
assert concurrency.is_cancellation_exception(asyncio.CancelledError())
async def work():
    return 5
assert concurrency.iscoroutine(waiting := work()) and asyncio.run(waiting) == 5
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=KEPT.parents[1], timeout=60)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
