"""The fleet as people meet it: orders of their own, status, doctor, and what is said where something is missing."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fleet_desk import make_books
from tests.integration.ledger_places import emptied, postgres
from tests.terminal import Terminal

pytest.importorskip("procrastinate", reason="the extra `scale` is not installed")

from sheetops.cli.fleet import linked, worker_task
from sheetops.scheduling.fleet import orders
from sheetops.scheduling.fleet.attempt import Bench, carry_out
from sheetops.settings.load import load


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture
def me(
    server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    """Somebody in a folder with two workbooks of a fleet."""
    make_books(tmp_path / "desks", 2)
    (tmp_path / "desks" / "~$desk-000.xlsx").write_bytes(b"owner")
    settings = f"fleet:\n  database: {emptied(server)}\n  folders: ['desks/*']\n  retry_after: [3600]\nmail: {{outbox: outbox}}\n"
    (tmp_path / "sheetops.yaml").write_text(settings, encoding="utf-8")
    (tmp_path / "desks" / "~$desk-000.xlsx").unlink()
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


@contextmanager
def a_worker(folder: Path) -> Iterator[None]:
    """Does orders as a worker does, in a thread of the test: the queue's own process is tried in test_fleet.py."""
    loaded = load(folder / "sheetops.yaml")
    bench = Bench(str(loaded.settings.fleet.database), worker_task(None, loaded), repr, [3600.0])  # type: ignore[union-attr]
    over = threading.Event()
    with linked(loaded, "worker", install=True) as link:
        row = link.execute("SELECT procrastinate_register_worker_v1()").fetchone()
        worker = row[0] if row else None

        def work() -> None:
            while not over.wait(0.02):
                found = link.execute(
                    "SELECT id, args FROM procrastinate_fetch_job_v2(ARRAY['sheetops'], %s)", (worker,)
                ).fetchone()
                if found and found[0]:
                    carry_out(bench, found[1]["order"], found[1]["attempt"])  # type: ignore[index]
                    link.execute("SELECT procrastinate_finish_job_v1(%s, 'succeeded', true)", (found[0],))

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(30)


def test_a_persons_run_is_done_by_the_fleet_and_told(me: Terminal) -> None:
    with a_worker(me.folder):
        said = me.run("run", "--fleet", "--as-of", "2026-03-03", code=1)
        assert said.count("findings") == 2 and "desk-001.xlsx: run 20260303-" in said
        document = json.loads(
            me.run("run", "--fleet", "--json", "desks/desk-001.xlsx", "--as-of", "2026-03-03", code=1)
        )
        assert document["state"] == "done" and document["exit"] == 1 and document["run"]
        state = json.loads(me.run("status", "--json", "--as-of", "2026-03-03", code=0))["fleet"]
        assert (state["workers"], state["orders"], state["troubles"]) == (1, {"done": 3}, [])
        doctor = me.run("doctor", "--json")
        checks = {
            check["what"]: check["state"]
            for check in json.loads(doctor)["checks"]
            if check["name"] == "fleet"
        }
        assert list(checks.values()) == ["ok", "ok", "ok"], checks
        assert "2 sheets belong to it" in checks
    runs = json.loads(me.run("status", "--json", "--as-of", "2026-03-03"))["runs"]
    assert {run["outcome"] for run in runs} == {"done"} and len(runs) == 3


def test_what_fails_is_told_to_who_waits_and_in_status(me: Terminal) -> None:
    (me.folder / "desks" / "desk-000.xlsx").write_bytes(b"no workbook")
    with a_worker(me.folder):
        said = me.run("run", "--fleet", "desks/desk-000.xlsx", code=2)
        assert "sheetops:" in said and "desk-000.xlsx" in said
    said = me.run("status", code=1)
    assert "1 worker alive; orders of the last day: 1 failed" in said
    assert "to do: fleet: " in said and "desk-000.xlsx" in said.partition("to do: fleet: ")[2]


def test_a_run_here_waits_for_the_sheets_worker_and_says_who_it_is(me: Terminal) -> None:
    from sheetops.scheduling.fleet import hold

    loaded = load(me.folder / "sheetops.yaml")
    me.run("run", "desks/desk-000.xlsx", "--as-of", "2026-03-03", code=1)
    with pytest.MonkeyPatch.context() as patch, linked(loaded, "order 7.1") as link:
        patch.setattr(hold, "WAIT", 0.1)
        patch.setattr(hold.take, "__defaults__", (0.1, *hold.take.__defaults__[1:]))  # type: ignore[index]
        hold.take(link, 1, "desk-000")
        said = me.run("run", "desks/desk-000.xlsx", "--as-of", "2026-03-04", code=4)
        assert "another job of the fleet is at work on it (sheetops order 7.1)" in said
        me.run("run", "desks/desk-000.xlsx", "--dry-run", code=1)  # looking needs no hold


def test_without_workers_nobody_waits_for_ever(me: Terminal) -> None:
    assert "start `sheetops worker` once" in me.run("run", "--fleet", code=2)
    loaded = load(me.folder / "sheetops.yaml")
    with linked(loaded, "test", install=True) as link:
        assert "no worker of the fleet is alive" in me.run("run", "--fleet", code=5)
        orders.ask(link, orders.Wanted(1, "/desk.xlsx", ("fill",)))
        assert "1 order waits and no worker is alive" in me.run("status", code=1)
        assert "no worker is alive" in me.run("doctor", code=2)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("", "there is no fleet in these settings"),
        ("fleet: {database: 'postgresql://me:secret@db/x'}", "does not stand in the settings file"),
        (
            "fleet: {database: {env: NOT_SET}}",
            "the environment variable NOT_SET, which holds a secret, is empty",
        ),
        ("fleet: {database: 'mysql://db/x'}", "is a PostgreSQL database"),
    ],
)
def test_settings_that_make_no_fleet_are_told(me: Terminal, settings: str, words: str) -> None:
    desk = "sheets: [{path: desks/desk-000.xlsx}]"
    (me.folder / "sheetops.yaml").write_text(f"{desk}\n{settings}\n", encoding="utf-8")
    for command in ("worker", "schedule --fleet --once"):
        said = me.run(*command.split(), code=2)
        assert words in said and "secret@" not in said and "\n" not in said.strip()


def test_a_database_that_is_away_is_one_line(me: Terminal) -> None:
    (me.folder / "sheetops.yaml").write_text(
        "fleet: {database: 'postgresql://me@127.0.0.1:1/x'}", encoding="utf-8"
    )
    for command in ("worker", "run --fleet"):
        said = me.run(*command.split(), code=5)
        assert "postgresql://127.0.0.1:1/x: the fleet's database does not do its work" in said
        assert "\n" not in said.strip()


def test_folders_are_looked_up_anew_and_only_workbooks_count(me: Terminal) -> None:
    from sheetops.scheduling.fleet.folders import fleet_sheets

    loaded = load(me.folder / "sheetops.yaml")
    desks = me.folder / "desks"
    book = (desks / "desk-001.xlsx").read_bytes()
    for name in (
        "~$desk-001.xlsx",
        ".~lock.desk.xlsx",
        "desk-001 (conflicted copy 2026-03-03).xlsx",
        "new.xlsm",
        "notes.txt",
    ):
        (desks / name).write_bytes(book)
    (desks / "folder.xlsx").mkdir()
    found = [Path(place).name for place, _ in fleet_sheets(loaded, lambda folder: [])]
    assert found == ["desk-000.xlsx", "desk-001.xlsx", "new.xlsm"]


def test_without_the_extra_one_line_says_what_to_install(
    me: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("sheetops.scheduling.fleet")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    for command in ("worker", "run --fleet", "schedule --fleet --once"):
        said = me.run(*command.split(), code=2)
        assert "install sheetops[scale]" in said and "\n" not in said.strip()
