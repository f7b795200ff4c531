"""People at work in the sheet while the job runs: no write in a wrong row, no edit lost outside the documented window."""

from __future__ import annotations

import os

import pytest

from tests.google_people import Tally, run


def _runs(first: int, count: int, acts: int = 1, faults: bool = False) -> Tally:
    total = Tally()
    for seed in range(first, first + count):
        total.add(run(seed, acts, faults))
    return total


def _tell(title: str, total: Tally) -> None:
    print(
        f"\n{title}: {total.runs} runs, {sum(total.acts.values())} human acts {dict(total.acts)}, "
        f"{total.writes} cells written, conflicts told {dict(total.conflicts)}, "
        f"{len(total.wrong)} cells wrong, {total.window} human edits lost in the documented window, "
        f"{len(total.formats)} formats, runs stopped {dict(total.stopped)}"
    )


def test_one_person_at_any_moment_of_a_run() -> None:
    total = _runs(0, 100)
    assert total.wrong == [] and total.told == [] and total.formats == []
    assert total.writes > 400 and sum(total.conflicts.values()) > 30  # both sides really happen
    assert total.window <= total.runs * 0.02


def test_the_network_fails_once_as_well() -> None:
    total = _runs(20_000, 40, faults=True)
    assert total.wrong == [] and total.formats == []


@pytest.mark.slow
def test_ten_thousand_runs() -> None:
    count = int(os.environ.get("SHEETOPS_GOOGLE_RUNS", "10000"))
    total = _runs(100_000, count)
    _tell("One person", total)
    assert total.wrong == [] and total.told == [] and total.formats == []
    assert total.window <= total.runs * 0.02


@pytest.mark.slow
def test_three_people_in_the_same_second() -> None:
    """Beyond what can be kept safe; what cannot be put back must then be told, but for the rarest of all."""
    total = _runs(300_000, 1_000, acts=3)
    _tell("Three people", total)
    print(f"{len(total.told)} of the wrong cells are in runs that ended with an error naming cells")
    assert len(total.wrong) <= total.runs * 0.02
