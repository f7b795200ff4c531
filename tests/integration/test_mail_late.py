"""A machine that sleeps between plan and mail sends nothing at night, and nothing of yesterday; the next run tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.test_mail_sheets import Desk, desk  # noqa: F401 (a fixture)


class Clock:
    """Says `first` once, when the run plans, and then what `later` it is."""

    def __init__(self, first: datetime, later: datetime) -> None:
        self.times = [first]
        self.later = later

    def now(self) -> datetime:
        return self.times.pop(0) if self.times else self.later


@pytest.mark.parametrize("slept", [timedelta(hours=12, minutes=30), timedelta(days=1)])
@pytest.mark.parametrize("sheets", [("north.xlsx",), ("north.xlsx", "south.xlsx")])
def test_who_wakes_in_the_night_mails_nobody(
    desk: Desk,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    sheets: tuple[str, ...],
    slept: timedelta,
) -> None:
    ten = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
    clock = Clock(ten, ten + slept)
    clock.times = [ten] * len(sheets)
    monkeypatch.setattr("sheetops.cli.edge.utc_now", clock.now)
    late = desk.remind(*sheets)
    assert {outcome for told in late.values() for outcome in told.values()} == {"not-today"}
    assert not list(Path("outbox").glob("*.eml"))
    woken = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
    monkeypatch.setattr("sheetops.cli.edge.utc_now", lambda: woken)
    after = desk.remind(*sheets)
    assert {outcome for told in after.values() for outcome in told.values()} == {"sent"}
