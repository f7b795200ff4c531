"""`sheetops doctor` looks at mail server, clock, disk, folder and schedule, each with how it is mended."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import namedtuple
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from sheetops.books.xlsx.draw import new_workbook
from sheetops.jobs.layout import team_workbook
from sheetops.ledger import open_ledger
from sheetops.scheduling.slots import scheduled_jobs
from sheetops.settings.files import load_texts
from sheetops.settings.load import load
from tests.integration.mail_places import PASSWORD, USER, Mailbox, mail_server
from tests.terminal import Terminal

NOW = datetime.now(UTC)
Check = dict[str, str]


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    made = Terminal(tmp_path, capsys)
    (tmp_path / "log.xlsx").write_bytes(workbook())
    return made


@cache
def workbook() -> bytes:
    """A new workbook in Chinese."""
    tabs = team_workbook("zh-Hans", load_texts("zh-Hans"), date(2026, 11, 2))
    return new_workbook(tabs, "zh-Hans")


def checks(terminal: Terminal, settings: str, code: int = 0) -> dict[str, list[Check]]:
    """What doctor says under these settings, by name."""
    (terminal.folder / "sheetops.yaml").write_text(f"state: state\n{settings}", encoding="utf-8")
    document = json.loads(terminal.run("doctor", "--json", code=code))
    found: dict[str, list[Check]] = {}
    for check in [*document["checks"], *(c for sheet in document["sheets"] for c in sheet["checks"])]:
        found.setdefault(check["name"], []).append(check)
        assert check["state"] == "ok" or check["mend"], f"how is {check} mended?"
    return found


def test_the_mail_server_is_logged_in_to_and_nothing_is_sent(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox, ours = Mailbox(), tmp_path / "cert.pem"
    with mail_server(mailbox, tmp_path, "starttls", auth=True) as port:
        smtp = f"{{host: localhost, port: {port}, user: {USER}, password: {{env: PW}}, ca_file: {ours}}}"
        settings = f"mail: {{sender: desk@house.internal, smtp: {smtp}}}\n"
        monkeypatch.setenv("PW", PASSWORD)
        (mail,) = checks(terminal, settings)["mail"]
        assert mail["state"] == "ok" and f"logged in as {USER}" in mail["what"] and "starttls" in mail["what"]
        monkeypatch.setenv("PW", "hunter2")
        (mail,) = checks(terminal, settings, code=2)["mail"]
        assert mail["state"] == "error" and "535" in mail["what"] and "password" in mail["mend"]
        assert "hunter2" not in str(mail)
    assert mailbox.mails == []
    (mail,) = checks(terminal, settings, code=2)["mail"]
    assert "no connection" in mail["what"]
    monkeypatch.delenv("PW")
    (mail,) = checks(terminal, settings, code=2)["mail"]
    assert "environment variable PW" in mail["what"]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (lambda: datetime(1970, 1, 1, tzinfo=UTC), "before this program was made"),
        (lambda: datetime.now(UTC) + timedelta(hours=2), r"1(19|2\d) minutes ahead of the disk"),
        (lambda: datetime.now(UTC) - timedelta(hours=2), r"1(19|2\d) minutes behind the disk"),
        (lambda: datetime.now(UTC) - timedelta(days=40), "the ledger knows a run of"),
    ],
)
def test_a_wrong_clock_is_an_error(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, now: Callable[[], datetime], said: str
) -> None:
    (terminal.folder / "sheetops.yaml").write_text("state: state\n")
    terminal.run("run", "log.xlsx")
    monkeypatch.setattr("sheetops.runner.utc_now", now)
    (clock,) = checks(terminal, "", code=2)["clock"]
    assert re.search(said, clock["what"]) and "NTP" in clock["mend"]


def test_a_full_disk(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    room = namedtuple("room", "total used free")
    for free, state, code in (
        (30_000_000, "error", 2),
        (200_000_000, "warning", 0),
        (2_000_000_000, "ok", 0),
    ):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: room(10**12, 0, free))
        (disk,) = checks(terminal, "", code)["disk"]
        assert disk["state"] == state and ("30 MB" in disk["what"] or state != "error")


def test_a_folder_in_which_nothing_can_be_replaced(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = "sheets: [{path: log.xlsx}]\n"
    assert checks(terminal, settings)["writing"][0]["state"] == "ok"
    before = sorted(path.name for path in terminal.folder.iterdir())

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        (writing,) = checks(terminal, settings, code=2)["writing"]
    assert "in the place of another" in writing["what"] and "let the account" in writing["mend"]
    assert sorted(path.name for path in terminal.folder.iterdir()) == before, "nothing is left behind"


def test_the_schedule_is_told_with_what_is_odd_about_it(terminal: Terminal) -> None:
    found = checks(
        terminal,
        "team: {schedule: {late: '23:00', far: {at: 1st working day 09:00, jobs: [fill], ping: {env: NO_SUCH_SWITCH}}}}\n"
        "sheets: [{path: log.xlsx}]\n",
    )
    said = [check["what"] for check in found["schedule"]]
    assert any("late: next" in one and "23:00 (Asia/Shanghai)" in one for one in said)
    assert any("late is due outside 07:00–20:00, so it mails nobody" in one for one in said)
    assert any("far counts working days, and those of" in one for one in said)
    assert any("no scheduler has run it in the last month" in one for one in said)
    assert "NO_SUCH_SWITCH" in found["ping"][0]["what"]


def test_the_last_slot_that_did_not_run_is_told(terminal: Terminal) -> None:
    settings = "team: {schedule: {day: '08:30'}}\nsheets: [{path: log.xlsx}]\n"
    assert any("no scheduler" in check["what"] for check in checks(terminal, settings)["schedule"])
    (job,) = scheduled_jobs(load(terminal.folder / "sheetops.yaml"), lambda *_: "zh-Hans")
    with open_ledger(terminal.folder / "state" / "ledger.db") as ledger:
        slots = job.slots(NOW - timedelta(days=3), NOW)
        ledger.miss_slots(job.key, {slots[-1]: "outage"}, job.entry, job.place, job.local(NOW))
    said = [check["what"] for check in checks(terminal, settings)["schedule"]]
    assert not any("no scheduler" in one for one in said)
    assert any("did not run: nothing was there to run it" in one for one in said)
    with open_ledger(terminal.folder / "state" / "ledger.db") as ledger:
        ledger.claim_slot(job.key, NOW, job.entry, job.place, "me", job.local(NOW))
        ledger.end_slot(job.key, NOW, "me", job.local(NOW), "done")
    assert [check["state"] for check in checks(terminal, settings)["schedule"]] == ["ok"]
