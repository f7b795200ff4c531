"""What is printed for other schedulers wakes ours at every slot, and is read by them as it is meant."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sheetops.errors import UsageError
from sheetops.scheduling import elsewhere
from sheetops.scheduling.elsewhere import Call
from sheetops.scheduling.slots import Scheduled
from sheetops.scheduling.wakes import Wake, field, wakes
from tests.examples import costly
from tests.terminal import Terminal
from tests.unit.scheduling.made import BERLIN, SHANGHAI, scheduled

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
NASTY = '/srv/客服 100%/it\'s $HOME/"a" \\b;c/sheetops.yaml'
CALL = Call(("/opt/my tools/sheetops",), NASTY, ("the desk.xlsx",))
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def shown(lines: Iterable[str]) -> set[tuple[int, int]]:
    """The hours and minutes at which these cron lines fire, read by another reader of cron's language."""
    fires = set()
    for line in lines:
        minute, hour, *days = line.split()[:5]
        assert days == ["*", "*", "*"], "every day, so that what was missed is caught up"
        sim = CronSim(f"{minute} {hour} * * *", datetime(2026, 1, 1))
        fires |= {(h, m) for h in sim.hours for m in sim.minutes}
    return fires


def cron_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line[:1].isdigit() or line.startswith("*")]


AT = st.sampled_from(
    ["08:30", "working days 08:30", "last working day 17:00", "3rd working day 09:05", "30 2 * * *", "0 9 L * *",
     "*/30 8-18 * * 1-5", "15 * * * *", "0 9 29 2 *", "02:15", "*/20 2 * * *", "0 8,12 1,15 * *"]
)  # fmt: skip
ZONES = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Etc/UTC",
    "Asia/Kathmandu",
]


@settings(max_examples=costly(25, 8))
@given(st.lists(AT, min_size=1, max_size=3), st.sampled_from(ZONES), st.sampled_from([None, *ZONES]))
def test_at_every_slot_the_clock_shows_a_time_of_a_printed_line(
    at: list[str], team: str, there: str | None
) -> None:
    job = scheduled(*at, zone=ZoneInfo(team))
    zone = ZoneInfo(there) if there else None
    fires = shown(cron_lines(elsewhere.crontab(CALL, wakes([job], NOW, zone), cron_tz=zone is None)))
    slots = job.slots(NOW, NOW + timedelta(days=399))
    walls = {(w.hour, w.minute) for slot in slots for w in [slot.astimezone(zone or job.zone)]}
    assert walls <= fires
    assert len(fires) <= len(walls) + 60, "and not much more often"


def test_a_slot_in_the_hour_that_the_clocks_skip_has_a_wake_when_it_ends() -> None:
    (wake,) = [w for w in wakes([scheduled("02:30", zone=BERLIN)], NOW) if 3 in w.hours]
    assert (3, 0) in wake.times


@pytest.mark.parametrize(
    ("numbers", "count", "text"),
    [((0, 30), 60, "*/30"), ((5,), 60, "5"), (tuple(range(24)), 24, "*"), ((8, 9, 10), 24, "8-10"),
     ((1, 3, 5), 24, "1,3,5"), ((0, 6, 12, 18), 24, "*/6"), ((0, 7), 24, "0,7")],
)  # fmt: skip
def test_numbers_as_a_field(numbers: tuple[int, ...], count: int, text: str) -> None:
    assert field(numbers, count) == text


def test_cron_hands_the_words_over_as_they_are(tmp_path: Path) -> None:
    program = tmp_path / "my tools" / "echo it"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    program.chmod(0o755)
    call = replace(CALL, program=(str(program),))
    (line,) = cron_lines(elsewhere.crontab(call, [Wake("Etc/UTC", (8,), (30,))], False))
    command = line.split(None, 5)[5]
    assert "%" not in command.replace(r"\%", ""), "cron ends a command at a bare %"
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace(r"\%", "%")], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == ["schedule", "--once", "--quiet", "--config", NASTY, "the desk.xlsx"]
    with pytest.raises(UsageError, match="line break"):
        elsewhere.crontab(replace(CALL, settings="a\nb"), [], False)


@pytest.mark.skipif(shutil.which("crontab") is None, reason="no crontab here (Debian package cron)")
def test_debians_cron_reads_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "crontab"
    found = wakes([scheduled("08:30"), scheduled("*/15 9-17 * * *")], NOW, BERLIN)
    call = replace(CALL, environment={"XDG_STATE_HOME": "/srv/our state"}, secrets=("A", "B"))
    path.write_text(elsewhere.crontab(call, found, False), encoding="utf-8")
    done = subprocess.run(["crontab", "-n", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    path.write_text(path.read_text().replace("*/15", "*/x"))
    assert subprocess.run(["crontab", "-n", str(path)], capture_output=True).returncode != 0, "it does look"


def test_systemd_reads_the_units(tmp_path: Path) -> None:
    text = elsewhere.systemd(
        replace(CALL, program=(sys.executable,)), wakes([scheduled("08:30", "*/5 9 * * *")], NOW)
    )
    files = units(text)
    start = next(line for line in files["sheetops.service"].splitlines() if line.startswith("ExecStart="))
    words = shlex.split(start.partition("=")[2].replace("%%", "%").replace("$$", "$"))
    assert words == [sys.executable, "schedule", "--once", "--quiet", "--config", NASTY, "the desk.xlsx"]
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in files)],
        capture_output=True, text=True, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )  # fmt: skip
    assert "sheetops" not in done.stderr, done.stderr


def units(text: str) -> dict[str, str]:
    """The files in systemd's text, by their names."""
    service, _, timer = text.partition("# /etc/systemd/system/sheetops.timer")
    assert service.startswith("# /etc/systemd/system/sheetops.service\n")
    return {"sheetops.service": service, "sheetops.timer": f"#{timer}"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
@pytest.mark.parametrize("at", ["08:30", "02:30", "*/5 9-17 * * *", "15 * * * *"])
def test_systemd_elapses_at_the_slots(at: str) -> None:
    job = scheduled(at, zone=BERLIN)
    lines = [line for line in elsewhere.systemd(CALL, wakes([job], NOW)).splitlines() if "OnCalendar" in line]
    slot = job.next_slots(datetime.now(UTC))[0].astimezone(UTC)
    base = f"{slot - timedelta(seconds=30):%Y-%m-%d %H:%M:%S} UTC"
    said = [
        subprocess.run(
            ["systemd-analyze", "calendar", f"--base-time={base}", line.partition("=")[2]],
            capture_output=True, text=True, check=True, env={**os.environ, "TZ": "UTC"},
        ).stdout
        for line in lines
    ]  # fmt: skip
    assert any(f"{slot:%Y-%m-%d %H:%M:00} UTC" in one for one in said), said


def test_windows_reads_the_task() -> None:
    call = replace(
        CALL, program=(r"C:\Program Files\sheetops.exe",), settings=r"C:\a & <b>\客服 s.yaml", secrets=("PW",)
    )
    text = elsewhere.windows(call, wakes([scheduled("08:30", "12:00")], NOW, SHANGHAI), NOW)
    task = ElementTree.fromstring(text)
    assert task.tag == f"{TASK}Task" and [e.tag.removeprefix(TASK) for e in task] == [
        "RegistrationInfo", "Triggers", "Settings", "Actions",
    ]  # fmt: skip
    starts = [e.text for e in task.iter(f"{TASK}StartBoundary")]
    assert starts == ["2026-11-22T08:30:00", "2026-11-22T12:00:00"]
    assert next(task.iter(f"{TASK}Command")).text == r"C:\Program Files\sheetops.exe"
    assert (
        next(task.iter(f"{TASK}Arguments")).text
        == r'schedule --once --quiet --config "C:\a & <b>\客服 s.yaml" "the desk.xlsx"'
    )
    assert next(task.iter(f"{TASK}StartWhenAvailable")).text == "true" and "variable PW" in text
    often = ElementTree.fromstring(
        elsewhere.windows(call, wakes([scheduled("*/5 8-18 * * *")], NOW, SHANGHAI), NOW)
    )
    assert len(list(often.iter(f"{TASK}CalendarTrigger"))) == 1, "Windows takes 48 triggers"
    assert next(often.iter(f"{TASK}Interval")).text == "PT5M"


def test_kubernetes_reads_the_jobs() -> None:
    jobs: list[Scheduled] = [scheduled("08:30"), scheduled("07:15", zone=BERLIN, place="/srv/b.xlsx")]
    text = elsewhere.kubernetes(
        replace(CALL, secrets=("PASSWORD",), image="house/sheetops:1"), wakes(jobs, NOW)
    )
    documents = list(YAML(typ="safe").load_all(io.StringIO(text)))
    specs = {(d["spec"]["timeZone"], d["spec"]["schedule"]) for d in documents}
    assert specs == {("Asia/Shanghai", "30 8 * * *"), ("Europe/Berlin", "15 7 * * *")}
    assert len({d["metadata"]["name"] for d in documents}) == 2
    for document in documents:
        assert (document["apiVersion"], document["kind"]) == ("batch/v1", "CronJob")
        pod = document["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert container["command"] == CALL.words and container["image"] == "house/sheetops:1"
        assert pod["restartPolicy"] == "Never", "which a job needs"
        assert {m["name"] for m in container["volumeMounts"]} == {v["name"] for v in pod["volumes"]}
        assert container["env"][1]["valueFrom"]["secretKeyRef"] == {"name": "sheetops", "key": "PASSWORD"}


def test_the_command_prints_what_holds_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", "/srv/state")
    terminal = Terminal(tmp_path, capsys)
    team = "timezone: Asia/Shanghai, language: zh-Hans, schedule: {day: {at: working days 08:30, ping: {env: SWITCH}}}"
    (tmp_path / "sheetops.yaml").write_text(f"team: {{{team}}}\nsheets: [{{path: a.xlsx}}]\n")
    said = terminal.run("cron", "--zone", "Europe/Berlin")
    assert "30 1,2 * * * " in said, "half past eight in Shanghai, in winter and in summer"
    assert f"--config {tmp_path / 'sheetops.yaml'}" in said and 'XDG_STATE_HOME="/srv/state"' in said
    (tmp_path / "other" / "in").mkdir(parents=True)
    (tmp_path / "other" / "sheetops.yaml").write_text((tmp_path / "sheetops.yaml").read_text())
    (tmp_path / "link").symlink_to(tmp_path / "other" / "in")
    plain = terminal.run("cron", "--config", "other/in/../../sheetops.yaml")
    assert f"--config {tmp_path / 'sheetops.yaml'}" in plain, "as a person would write it"
    past = terminal.run("cron", "--config", "link/../sheetops.yaml")
    assert f"--config {tmp_path}/link/../sheetops.yaml" in past, "without the .. it would be another file"
    assert "@reboot" in said and "set SWITCH here" in said
    assert "CRON_TZ=Asia/Shanghai\n30 8 * * * " in terminal.run("cron", "--cron-tz")
    assert "OnCalendar=*-*-* 08:30:00 Asia/Shanghai" in terminal.run("cron", "--format", "systemd")
    assert "timeZone: Asia/Shanghai" in terminal.run("cron", "--format", "kubernetes")
    assert "--program" in terminal.run("cron", "--format", "windows", code=2)
    assert "no time zone Mars" in terminal.run("cron", "--zone", "Mars", code=2)
    (tmp_path / "sheetops.yaml").write_text(
        "team: {language: en, schedule: {day: off}}\nsheets: [{path: a.xlsx}]\n"
    )
    assert "no timetable is on" in terminal.run("cron", code=2)
