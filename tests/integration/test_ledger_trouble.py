"""A ledger in trouble says so in one line, and crashes and crowds never spoil it."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event

from sheetops.errors import LedgerError
from sheetops.ledger import open_ledger
from tests.crowd import in_processes, started
from tests.integration.ledger_places import postgres
from tests.sheets import log, row
from tests.unit.ledger.looks import DAY, SHEET, START, look, look_at_rows

ROWS = [row(id=f"2026110{n}", description=f"thing {n}") for n in range(1, 6)]
KEPT = Path(__file__).parents[1] / "ledger_files"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with open_ledger(tmp_path / "state" / "ledger.db") as ledger:
        look_at_rows(ledger, ROWS, 0)
    return tmp_path / "state" / "ledger.db"


def line(file: Path, wait: float = 0.2) -> str:
    with pytest.raises(LedgerError) as caught, open_ledger(file, wait=wait) as ledger:
        look_at_rows(ledger, ROWS, 1)
    assert "\n" not in caught.value.line()
    return caught.value.line()


def test_files_are_the_owners_alone(file: Path) -> None:
    modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in file.parent.iterdir()}
    assert modes == {"ledger.db": 0o600, "ledger.db.key": 0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    file.chmod(0o644)
    with open_ledger(file) as ledger:
        look_at_rows(ledger, ROWS, 1)
        assert {stat.S_IMODE(f.stat().st_mode) for f in file.parent.iterdir()} == {0o600}


def test_a_newer_ledger(file: Path) -> None:
    with sqlite3.connect(file) as link:
        link.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "written by a newer sheetops (its version is 9999" in line(file)
    assert line(file).endswith("update sheetops")


def test_a_file_that_is_no_database(file: Path) -> None:
    file.write_bytes(b"this is a shopping list, and a long one at that. " * 40)
    assert "damaged" in line(file) and "move it away" in line(file) and "history before today" in line(file)


def test_a_database_of_somebody_else(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as link:
        link.execute("CREATE TABLE music (title TEXT)")
    assert "not a ledger of sheetops" in line(tmp_path / "other.db")


@pytest.mark.parametrize("at", [4096 * 2, 4096 * 5])
def test_a_damaged_page(file: Path, at: int) -> None:
    with file.open("r+b") as handle:
        for page in range(at, file.stat().st_size, 4096):
            handle.seek(page)
            handle.write(b"\xff" * 4096)
    assert "damaged" in line(file)


def test_a_table_that_is_missing(file: Path) -> None:
    with sqlite3.connect(file) as link:
        link.execute("DROP TABLE requests")
    assert "damaged (no such table: requests)" in line(file)


def test_a_locked_ledger(file: Path) -> None:
    other = sqlite3.connect(file)
    other.execute("BEGIN IMMEDIATE")
    assert "another run keeps the ledger locked; try again" in line(file)
    other.close()


def test_a_ledger_without_its_key(file: Path) -> None:
    (file.parent / "ledger.db.key").unlink()
    assert "key is gone" in line(file) and "history before today" in line(file)


def test_a_ledger_with_the_key_of_another(file: Path) -> None:
    (file.parent / "ledger.db.key").write_bytes(os.urandom(32))
    assert "made with another key" in line(file)
    (file.parent / "ledger.db.key").write_bytes(b"short")
    assert "key is damaged" in line(file)


def test_a_deleted_ledger_begins_anew_and_says_what_is_lost(file: Path) -> None:
    for path in file.parent.glob("ledger.db*"):
        if path.suffix != ".key":
            path.unlink()
    with open_ledger(file) as ledger:
        assert ledger.notice is not None and "history before today" in ledger.notice
        look_at_rows(ledger, ROWS, 3)
        assert len(ledger.history(SHEET, START).lives) == 5
    with open_ledger(file) as ledger:
        assert ledger.notice is None


def test_a_ledger_deleted_under_an_open_run(file: Path) -> None:
    with open_ledger(file) as ledger:
        for path in file.parent.glob("ledger.db*"):
            path.unlink()
        ledger.close()  # the connection at hand would still write to the deleted file
        with pytest.raises(LedgerError, match="damaged"):
            look_at_rows(ledger, ROWS, 1)


def test_a_folder_and_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    assert "this is no file" in line(tmp_path)
    (tmp_path / "file").touch()
    assert "cannot be opened (File exists)" in line(tmp_path / "file" / "ledger.db")


def test_an_address_that_is_none() -> None:
    with pytest.raises(LedgerError, match="file or a PostgreSQL database"):
        open_ledger("mysql://desk:secret@host/db")
    with pytest.raises(LedgerError) as caught:
        open_ledger("postgresql://desk:secret@127.0.0.1:1/db", wait=1)
    assert "cannot be reached" in caught.value.line() and "secret" not in caught.value.line()


# Crowds


def _open_first(folder: str, worker: int) -> int:
    seen = 0
    for place in (Path(folder) / f"{attempt}.db" for attempt in range(3)):
        with open_ledger(place) as ledger:
            look_at_rows(ledger, ROWS, worker, place=f"{worker}.xlsx")
            seen += len(ledger.history(f"{worker}.xlsx", START).lives)
    return seen


def test_four_processes_open_new_ledgers_at_once(tmp_path: Path) -> None:
    assert in_processes(4, _open_first, str(tmp_path)) == [15] * 4


def test_a_half_made_key_of_a_process_that_died_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "ledger.db.key").write_bytes(b"half")
    with open_ledger(tmp_path / "ledger.db") as ledger:
        look_at_rows(ledger, ROWS, 0)
    assert (tmp_path / "ledger.db.key").stat().st_size == 32


def _claim_all(place: str, key: str, worker: int) -> int:
    """Claim the same hundred IDs, mails and slots as three others; the sum of what this one got."""
    got = 0
    # SQLite's waiting is no queue: on a busy machine one of four may wait for long, which is no matter here.
    with open_ledger(place, key_file=Path(key), wait=90) as ledger:
        run = ledger.start_run(SHEET, ["fill"], START)
        for n in range(40):
            number = n if worker % 2 else 39 - n
            got += ledger.reserve_ids(run, "202611", [number])
            got += 1000 * ledger.claim_slot("run", f"2026-11-02T{number:02}")
            mail = f"p{number}@example.com"
            got += 1000000 * ledger.claim_mail(run, "remind", SHEET, mail, date(2026, 11, 2), f"<{number}@x>")
    return got


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_four_processes_never_take_the_same_number_slot_or_mail(kind: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        place = str(tmp_path / "ledger.db") if kind == "sqlite" else stack.enter_context(postgres())
        got = in_processes(4, _claim_all, place, str(tmp_path / "key"))
        assert sum(got) == 40_040_040
        with open_ledger(place, key_file=tmp_path / "key") as ledger:
            assert len({run.id for run in ledger.runs()}) == 4


# Crashes


def _run_and_die(place: str, statement: int) -> None:
    """A run that is killed (SIGKILL) after its `statement`-th statement, if it has so many."""
    left = statement
    with open_ledger(place) as ledger:

        @event.listens_for(ledger._engine, "after_cursor_execute")
        def die(*_: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        rows = [row(id=f"2026110{n}", description=f"thing {n}", result="new words") for n in range(2, 9)]
        look(ledger, log(*rows), now=START + DAY, edits=[(0, "due", START.date())])


def test_a_run_killed_at_any_statement_leaves_nothing_or_an_unfinished_run(
    file: Path, tmp_path: Path
) -> None:
    outcomes = set()
    for statement in range(2, 40, 3):
        copy = tmp_path / f"at-{statement}" / "ledger.db"
        copy.parent.mkdir()
        for path in file.parent.iterdir():
            shutil.copy(path, copy.parent / path.name)
        run = started(_run_and_die, str(copy), statement)
        run.join(120)
        lived = run.exitcode == 0
        assert lived or run.exitcode == -signal.SIGKILL
        with open_ledger(copy) as ledger:
            assert ledger.rebuild() == 0
            newest = ledger.runs()[0]
            seen = "20261108" in ledger.history(SHEET, START).lives
            assert seen is newest.recorded or not ledger.open_runs()
            assert bool(ledger.edits_of(newest.id)) is (newest.recorded and len(ledger.runs()) == 2)
            outcomes.add((len(ledger.runs()), newest.recorded, newest.outcome))
            look_at_rows(ledger, ROWS, 2)
            assert ledger.rebuild() == 0
        if lived:
            break
    # Nothing at all; begun; begun and remembered; all done.
    assert outcomes == {(1, True, "done"), (2, False, None), (2, True, None), (2, True, "done")}
