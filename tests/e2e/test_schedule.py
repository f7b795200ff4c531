"""`sheetops schedule` as a process: started, killed, stopped, four at once; pings to a real server."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sheetops.books.xlsx.draw import new_workbook
from sheetops.books.xlsx.joblock import job_lock
from sheetops.jobs.layout import team_workbook
from sheetops.ledger import Ledger, open_ledger
from sheetops.scheduling.slots import scheduled_jobs
from sheetops.settings.files import load_texts
from sheetops.settings.load import load
from tests.e2e.helpers import Shell
from tests.terminal import Terminal

ZONE = "Pacific/Kiritimati"  # no machine of ours is set to it


class Desk(Shell):
    """A folder with a workbook, and settings whose timetable was due a while ago."""

    def due(self, *sheets: str, ago: int = 15, **table: Any) -> None:
        """Workbooks that were due `ago` minutes ago, by a timetable that is known since yesterday."""
        for sheet in sheets:
            (self.folder / sheet).write_bytes(workbook())
        now = datetime.now(UTC)
        hours = {"mail_hours": "00:00-00:00", "timezone": ZONE, "language": "en"}
        at = f"{(now + timedelta(hours=14, minutes=-ago)):%H:%M}"
        team = hours | {"schedule": {"day": {"at": at, "jobs": ["fill", "validate"]} | table}}
        settings = {"team": team, "state": "state", "sheets": [{"path": sheet} for sheet in sheets]}
        path = self.folder / "sheetops.yaml"
        path.write_text(json.dumps(settings), encoding="utf-8")
        with self.ledger() as ledger:
            for job in scheduled_jobs(load(path), lambda *_: "en"):
                ledger.timetable_since(job.key, job.definition, job.local(now - timedelta(days=1)))

    def ledger(self) -> Ledger:
        return open_ledger(self.folder / "state" / "ledger.db")

    def slots(self) -> list[tuple[str, int, str]]:
        """State, tries and note of each slot."""
        with closing(sqlite3.connect(self.folder / "state" / "ledger.db")) as link:
            return link.execute("SELECT state, tries, note FROM slots ORDER BY job, slot").fetchall()

    def runs(self) -> list[str | None]:
        with self.ledger() as ledger:
            return [run.outcome for run in ledger.runs()]

    @contextmanager
    def started(self, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
        """The scheduler, at work; killed at the end if it still is."""
        process = subprocess.Popen(
            [sys.executable, "-m", "sheetops", "schedule", *options],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "XDG_STATE_HOME": str(self.folder / "state"), **environment},
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def until(self, wanted: str, count: int = 1) -> None:
        """Wait until so many slots are in a state."""
        end = time.monotonic() + 60
        while sum(state == wanted for state, _, _ in self.slots()) < count:
            assert time.monotonic() < end, (wanted, self.slots())
            time.sleep(0.1)


@cache
def workbook() -> bytes:
    """A new workbook in English."""
    return new_workbook(team_workbook("en", load_texts("en"), date(2026, 11, 2)), "en")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path)


def ended(process: subprocess.Popen[str], how: int | None = signal.SIGTERM) -> tuple[int, str, str]:
    """Code and words of a process that is told to end."""
    if how is not None:
        process.send_signal(how)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_what_is_due_is_run_once_and_the_scheduler_stops_when_told(desk: Desk) -> None:
    desk.due("a.xlsx", "b.xlsx")
    with desk.started() as process:
        desk.until("done", 2)
        code, out, err = ended(process)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert "2 timetables; next: day" in lines[0] and "Ctrl-C" in lines[0]
    assert sum("done in" in line for line in lines) == 2
    assert lines[-1].endswith("stopped; nothing is left half done") and len(lines) == 4
    with desk.started() as process:
        assert "next: day" in process.stdout.readline()  # type: ignore[union-attr]
        code, out, _ = ended(process, signal.SIGINT)
    assert code == 0 and "done in" not in out
    assert desk.runs() == ["done", "done"]


def test_a_signal_lets_the_running_sheet_end(desk: Desk) -> None:
    desk.due("a.xlsx", "b.xlsx")
    with desk.started() as process:
        with job_lock(desk.folder / "a.xlsx", lock_dir=desk.folder / "state" / "locks"):
            desk.until("running")
            process.send_signal(signal.SIGTERM)
            time.sleep(1)
            assert process.poll() is None, "it is still at work on the sheet"
        code, out, err = ended(process, None)
    assert (code, err) == (0, "") and out.splitlines()[-1].endswith("stopped; nothing is left half done")
    assert [state for state, _, _ in desk.slots()] == ["done"], "the other sheet was not begun"
    assert desk.run("schedule", "--once").returncode == 0
    assert [(state, tries) for state, tries, _ in desk.slots()] == [("done", 1)] * 2


def test_who_is_killed_on_a_sheet_is_followed(desk: Desk) -> None:
    desk.due("a.xlsx")
    with (
        job_lock(desk.folder / "a.xlsx", lock_dir=desk.folder / "state" / "locks"),
        desk.started() as process,
    ):
        desk.until("running")
        process.kill()
        process.wait()
    assert [state for state, _, _ in desk.slots()] == ["running"]
    done = desk.run("schedule", "--once", "-v")
    assert done.returncode == 0 and "done in" in done.stdout, done.stderr
    assert [(state, tries) for state, tries, _ in desk.slots()] == [("done", 2)]
    assert list((desk.folder / "state" / "schedulers").iterdir()) == [], "the dead one's mark is gone"


def test_four_at_once_share_the_work(desk: Desk) -> None:
    desk.due(*(f"{name}.xlsx" for name in "abc"))
    with ExitStack() as stack:
        four = [stack.enter_context(desk.started("--once")) for _ in range(4)]
        said = [ended(process, None) for process in four]
    assert [(code, err) for code, _, err in said] == [(0, "")] * 4
    assert [(state, tries) for state, tries, _ in desk.slots()] == [("done", 1)] * 3
    assert desk.runs() == ["done"] * 3


def test_a_sheet_in_use_waits_and_the_others_do_not(desk: Desk) -> None:
    desk.due("a.xlsx", "b.xlsx")
    owner = desk.folder / "~$a.xlsx"
    owner.write_bytes(b"\x03Ann" + b" " * 161)
    with desk.started("--once", "-v") as process:
        desk.until("waiting")
        desk.until("done")
        code, out, _ = ended(process)
    assert code == 0 and "Ann" in out and "tried again at" in out
    assert [state for state, _, _ in desk.slots()] == ["waiting", "done"]


class _Switch(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.heard.append(self.path)  # type: ignore[attr-defined]
        self.send_response(self.server.answer)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def switch() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Switch)
    server.heard, server.answer = [], 200  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def terminal(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(desk.folder, capsys)


def test_a_dead_mans_switch_is_told(
    desk: Desk, terminal: Terminal, switch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.due("a.xlsx", ping={"env": "SWITCH"})
    address = f"http://127.0.0.1:{switch.server_address[1]}/secret-4711?create=1"
    monkeypatch.setenv("SWITCH", address)
    assert terminal.run("schedule", "--once") == ""
    assert switch.heard == ["/secret-4711/start?create=1", "/secret-4711?create=1"]

    switch.heard.clear()
    switch.answer = 500
    desk.due("b.xlsx", ping={"file": "switch.txt"})
    (desk.folder / "switch.txt").write_text(address + "\n")
    (desk.folder / "b.xlsx").write_bytes(b"no workbook")
    said = terminal.run("schedule", "--once", code=2)
    assert switch.heard == ["/secret-4711/start?create=1", "/secret-4711/fail?create=1"]
    assert "it answered 500" in said and "secret-4711" not in said
    assert [state for state, _, _ in desk.slots()] == ["done", "failed"]


def test_a_switch_that_is_away_or_not_set_stops_nothing(
    desk: Desk, terminal: Terminal, switch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.due("a.xlsx", "b.xlsx", ping={"env": "SWITCH"})
    monkeypatch.setenv("SWITCH", f"http://127.0.0.1:{switch.server_address[1]}/x")
    switch.shutdown()
    switch.server_close()
    assert "could not be told of start: no connection" in terminal.run("schedule", "--once", "a.xlsx")
    monkeypatch.delenv("SWITCH")
    assert "the environment variable SWITCH" in terminal.run("schedule", "--once")
    assert [state for state, _, _ in desk.slots()] == ["done", "done"]


def test_the_settings_are_read_again_when_they_change(desk: Desk) -> None:
    desk.due("a.xlsx", ago=-30)
    with desk.started() as process:
        assert "next: day" in process.stdout.readline()  # type: ignore[union-attr]
        (desk.folder / "sheetops.yaml").write_text("team: {schedul: {}}\n")
        assert "did you mean schedule?" in (line := process.stderr.readline())  # type: ignore[union-attr]
        assert "go on holding" in line
        assert ended(process)[0] == 0


def test_what_did_not_run_is_told_by_status_until_the_sheet_is_run(desk: Desk, terminal: Terminal) -> None:
    desk.due("a.xlsx", ago=150, catch_up="skip")
    assert "never ran: outage" in terminal.run("schedule", "--once")
    said = terminal.run("status", code=1)
    assert "on " + str(desk.folder / "a.xlsx") + " did not run: no scheduler was there to run it" in said
    with desk.ledger() as ledger:
        now = datetime.now(UTC)
        ledger.claim_slot("day elsewhere", now, "day", "/srv/b.xlsx", "somebody", now)
    assert (
        "slot day of" in (said := terminal.run("status", code=1)) and "on /srv/b.xlsx: at work since" in said
    )
    terminal.run("run", "a.xlsx")
    said = terminal.run("status")
    assert "did not run" not in said


def test_what_comes_next_is_shown(desk: Desk, terminal: Terminal) -> None:
    desk.due("a.xlsx")
    shown = terminal.run("schedule", "--next")
    assert shown.count("day a.xlsx  fill validate") == 5 and "+1400" in shown
    (first, *_) = json.loads(terminal.run("schedule", "--next", "--json"))
    assert first["slot"].endswith("+14:00") and first["timetable"] == "day"


def test_a_bare_file_has_the_default_timetable_in_its_own_zone(desk: Desk, terminal: Terminal) -> None:
    terminal.run("init", "log.xlsx", "--language", "zh-Hant")
    assert "08:30+0800  day log.xlsx  fill validate " in terminal.run("schedule", "--next", "log.xlsx")


def test_without_a_timetable_there_is_nothing_to_stay_for(desk: Desk, terminal: Terminal) -> None:
    assert "no sheet is named" in terminal.run("schedule", code=2)
    (desk.folder / "sheetops.yaml").write_text("team: {schedule: {day: off}}\nsheets: [{path: a.xlsx}]\n")
    assert "no timetable is on" in terminal.run("schedule", code=2)
