"""What holds for every test: its own state folder, and patience on a busy machine."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, settings

from tests.examples import FULL
from tests.forked import HELPER

# A shared machine can be slow for a moment; how long an example takes is no law of ours.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(FULL, settings.get_profile("house"))
settings.load_profile("house")

# Hundreds of tests start the program. Where Python is told to keep no bytecode, each start would compile every file
# anew, which takes longer than the command; so it is kept, where git does not look.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    sys.dont_write_bytecode = False

_numbers = count()


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: no garbage collection need look at it again, nor a forked
    child copy it."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    gc.unfreeze()  # else packages in C say at the end that they leak


@pytest.fixture(scope="session", autouse=True)
def _helper_ends() -> Iterator[None]:
    """The process that forks commands ends with the tests."""
    yield
    HELPER.end()


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's ledger, locks or backups, or a settings file lying about."""
    home = tmp_path_factory.mktemp(f"state-{next(_numbers)}", numbered=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    monkeypatch.delenv("SHEETOPS_CONFIG", raising=False)
