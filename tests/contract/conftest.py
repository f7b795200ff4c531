"""The desk that every contract is held on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.desks import Desk, google_desk, memory_desk, xlsx_desk


@pytest.fixture(params=[memory_desk, xlsx_desk, google_desk], ids=["memory", "xlsx", "google"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made: Desk = request.param(tmp_path)
    return made
