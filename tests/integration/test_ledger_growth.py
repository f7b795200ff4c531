"""How large a ledger grows, and that a look's writing follows what changed, not what is there."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from sheetops.domain.table import Raw
from sheetops.ledger import Ledger, open_ledger
from tests.sheets import KEYS, log, row
from tests.unit.ledger.looks import DAY, SHEET, START, look

DAYS = 365


def opened(number: int) -> list[Raw]:
    return row(
        id=f"2026{number:06}",
        source="Phone",
        customer=f"W*{number}-shop",
        description=f"request {number}: the monthly report cannot be exported, accounts are waiting for it",
        type="Complaint",
        urgency="High",
        priority="4",
    )


def later(cells: list[Raw], step: int, day: int) -> None:
    """What happens to a request, one thing a day: owner, answer, due date, progress, resolution, call-back."""
    today = START.date() + timedelta(days=day)
    key, value = (
        ("owner", f"Tech-{step}{day % 9}*"),
        ("result", "looking into it"),
        ("due", today + timedelta(days=3)),
        ("result", "fix in test"),
        ("resolved", today),
        ("feedback", "Satisfied (5 points)"),
    )[step]
    cells[KEYS.index(key)] = value


def year(ledger: Ledger, requests: int) -> None:
    """A year in which `requests` come in evenly and each goes through six changes on six days."""
    rows: list[list[Raw]] = []
    going: list[tuple[list[Raw], int]] = []
    for day in range(DAYS):
        new = [opened(len(rows) + n) for n in range(requests * (day + 1) // DAYS - len(rows))]
        for cells, step in going:
            later(cells, step, day)
        going = [(cells, step + 1) for cells, step in going if step < 5] + [(cells, 0) for cells in new]
        rows += new
        look(ledger, log(*rows), now=START + day * DAY)


def size(place: Path) -> int:
    return sum(path.stat().st_size for path in place.parent.glob(place.name + "*"))


@pytest.mark.slow
def test_a_year_of_a_hundred_thousand_requests_fits_in_160_megabytes(tmp_path: Path) -> None:
    sizes = {}
    for requests in (365, 1095):
        place = tmp_path / str(requests) / "ledger.db"
        with open_ledger(place) as ledger:
            year(ledger, requests)
            assert len(ledger.history(SHEET, START).lives) == requests
        sizes[requests] = size(place)
    each = (sizes[1095] - sizes[365]) / (1095 - 365)
    fixed = sizes[365] - 365 * each
    whole = fixed + 100_000 * each
    print(
        f"\n{each:.0f} bytes a request, {fixed / DAYS:.0f} a daily run; 100,000 requests: {whole / 1e6:.0f} MB"
    )
    assert whole < 160e6


def _statements(ledger: Ledger, work: Callable[[], object]) -> tuple[int, float]:
    """How many rows `work` writes, and its processor seconds."""
    written = 0

    def count(
        _link: object, _cursor: object, statement: str, values: object, _context: object, many: bool
    ) -> None:
        nonlocal written
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            written += len(values) if many else 1  # type: ignore[arg-type]

    event.listen(ledger._engine, "before_cursor_execute", count)
    began = time.process_time()
    work()
    took = time.process_time() - began
    event.remove(ledger._engine, "before_cursor_execute", count)
    return written, took


def test_a_look_writes_what_changed(tmp_path: Path) -> None:
    rows = [opened(n) for n in range(3000)]
    with open_ledger(tmp_path / "ledger.db") as ledger:
        look(ledger, log(*rows))
        figures = []
        for day, changed in enumerate((0, 10, 100, 1000, 0), 1):
            for cells in rows[:changed]:
                cells[KEYS.index("result")] = f"step {day}"
            sheet, now = log(*rows), START + day * DAY
            written, took = _statements(ledger, lambda sheet=sheet, now=now: look(ledger, sheet, now=now))
            figures.append((changed, written))
            print(
                f"\n{changed:5} of {len(rows)} rows changed: {written} rows written, {took * 1000:.0f} ms of processor"
            )
        assert [written - 2 * changed for changed, written in figures] == [5] * 5, (
            "a change and a life each; the run; two statements that clear what was kept of the look before"
        )


@pytest.mark.slow
def test_what_a_large_unchanged_sheet_costs(tmp_path: Path) -> None:
    chance = random.Random(1)
    rows = [opened(n) for n in range(100_000)]
    with open_ledger(tmp_path / "ledger.db") as ledger:
        _, first = _statements(ledger, lambda: look(ledger, log(*rows)))
        chance.shuffle(rows)
        _, again = _statements(ledger, lambda: look(ledger, log(*rows), now=START + DAY))
        began = time.process_time()
        lives = ledger.history(SHEET, START).lives
        asked = time.process_time() - began
        assert len(lives) == 100_000
    print(
        f"\n100,000 rows: first look {first:.1f} s, the same shuffled {again:.1f} s, history {asked:.1f} s of processor"
    )
    assert again < 6 and asked < 3
