"""Whether another scheduler lives: by its lock on this machine, by its last sign of life elsewhere."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sheetops.errors import SettingsError
from sheetops.scheduling.alive import LEASE, Presence

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LONG_AGO, JUST_NOW = NOW - timedelta(days=9), NOW - timedelta(seconds=30)
OTHER = """
import sys, time
from pathlib import Path
from sheetops.scheduling.alive import Presence
print(Presence(Path(sys.argv[1])).name, flush=True)
time.sleep(60)
"""


def test_a_scheduler_of_this_machine_lives_as_long_as_its_process_whatever_the_clock_says(
    tmp_path: Path,
) -> None:
    other = subprocess.Popen([sys.executable, "-c", OTHER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        with Presence(tmp_path) as me:
            assert me.lives(name, LONG_AGO, NOW), "stopped, or asleep with the machine"
            other.kill()
            other.wait()
            assert not me.lives(name, JUST_NOW, NOW), "dead, however lately it was seen"
            assert not me.lives(name, JUST_NOW, NOW)
            assert me.lives(me.name, LONG_AGO, NOW)
            assert len(list((tmp_path / "schedulers").iterdir())) == 1, "its mark is gone"
        assert list((tmp_path / "schedulers").iterdir()) == []
    finally:
        other.kill()
        other.communicate()


def test_one_elsewhere_lives_by_its_last_sign(tmp_path: Path) -> None:
    with Presence(tmp_path / "here") as me, Presence(tmp_path / "there") as other:
        for name in (other.name, "elsewhere/12345678/42/abcdef", "odd"):
            assert me.lives(name, JUST_NOW, NOW)
            assert me.lives(name, NOW + timedelta(minutes=1), NOW), "its clock is a little ahead"
            assert not me.lives(name, NOW - LEASE, NOW) and not me.lives(name, None, NOW)


def test_a_state_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(SettingsError, match="set `state`"):
        Presence(tmp_path / "state")
