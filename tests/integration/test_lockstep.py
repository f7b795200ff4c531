"""Rows with marks save work alone: with them and without, every command says, writes, mails and remembers the same."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench.workload import make
from tests.lockstep import Lockstep, at
from tests.lockstep_people import People

BEGAN = datetime(2026, 9, 21, 0, 30, tzinfo=UTC)  # a Monday


def live(step: Lockstep, people: People, days: int, most: int) -> Counter[str]:
    """So many days of both worlds; what was run how often."""
    count, filled = Counter[str](), ""
    for number in range(days):
        day = BEGAN + timedelta(days=number)
        today = day.astimezone(ZoneInfo("Asia/Shanghai")).date()
        if number == 25:
            step.rename("renamed.xlsx")
        for hour, words in _commands(people, today, number):
            if hour in (9, 13, 17):
                people.change(step.book, today, most)
                step.worked()
            if words[0] == "undo":
                words = ("undo", filled, "desk", "-v")
            code, said, _ = step.run(*words, now=at(day, hour))
            count[f"{words[0]} {code}"] += 1
            if words[0] == "fill":
                filled = json.loads(said)["run"]
    count["pieces of marks"] = step.worlds[0].marked
    assert step.worlds[1].marked == 0
    return count


def _commands(people: People, today: date, number: int) -> list[tuple[int, tuple[str, ...]]]:
    """What is run that day, by the hour."""
    dice = people.dice
    found: list[tuple[int, tuple[str, ...]]] = [
        (9, ("fill", "desk", "--json")),
        (9, ("validate", "desk", "--json")),
        (10, ("remind", "desk", "-v")),
        (13, ("validate", "desk", "-v")),
        (17, ("run", "desk", "-v")),
        (18, ("status",)),
    ]
    if today.weekday() == 0:
        found += [(15, ("improve", "desk", "-v")), (16, ("export", "desk", "--out", "exported"))]
    if today.weekday() == 3:
        found.append((14, ("review", "desk", "--period", f"{today:%Y-%m}")))
    if dice.random() < 0.3:
        found.append((11, ("validate", "desk", "--dry-run", "-v")))
    if dice.random() < 0.2:
        found.append((12, ("undo",)))
    if people.known:
        found += [
            (18, ("history", identifier))
            for identifier in dice.sample(people.known, min(3, len(people.known)))
        ]
        if number % 9 == 5:
            found.append((12, ("forget", dice.choice(people.known), "--yes")))
    if number % 11 == 7:
        found.append((16, ("normalise", "desk", "-v")))
    if number % 13 == 3:
        found.append((11, ("policy", "desk")))
    return sorted(found, key=lambda one: one[0])


def test_two_days_with_marks_and_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Lockstep(tmp_path, monkeypatch, BEGAN)
    assert live(step, People(1, step.settle), 2, 4)["pieces of marks"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_two_months_with_marks_and_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    step = Lockstep(tmp_path, monkeypatch, BEGAN)
    count = live(step, People(seed, step.settle), 60, 6)
    with capsys.disabled():
        print(f"\n60 days, seed {seed}: {dict(count)}")
    assert count["pieces of marks"]


@pytest.mark.slow
def test_ten_days_of_a_large_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of as many rows as have marks by themselves."""
    book = make(tmp_path / "made", 9_000, opened=True, until=date(2026, 9, 20)).path.read_bytes()
    step = Lockstep(tmp_path, monkeypatch, BEGAN, book)
    count = live(step, People(7, step.settle), 10, 6)
    with capsys.disabled():
        print(f"\n10 days of 9,000 rows: {dict(count)}")
    assert count["pieces of marks"] > 5
