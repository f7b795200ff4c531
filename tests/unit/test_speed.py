"""What sheetops needs beside openpyxl and beside the limits, by ratios of one run: never by seconds, which a busy machine stretches.

The bounds leave half as much again as was measured, or more; `make bench` has the figures (docs/benchmarks.md).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.measure import Took, once, python
from bench.suite import Desk, make_apart
from bench.workload import make

FINDINGS = (0, 1)


def cpu(name: str, source: Path, tmp_path: Path, runs: int = 1) -> Took:
    """The quickest of some runs: the first may have had to compile our modules."""
    out = tmp_path / "out.xlsx"
    command = python("-m", "bench.child", name, str(source), str(source), str(out))
    taken = []
    for _ in range(runs):
        out.unlink(missing_ok=True)
        taken.append(once(command))
    return min(taken)


def times(one: Took, other: Took) -> float:
    return one.cpu / other.cpu


def test_an_edit_takes_a_fraction_of_openpyxls(tmp_path: Path) -> None:
    source = make(tmp_path, 6_000).path
    theirs, ours = cpu("openpyxl_bare", source, tmp_path), cpu("sheetops_edit", source, tmp_path, 2)
    assert times(ours, theirs) < 0.1, (ours, theirs)


@pytest.mark.parametrize("rows", [1_000, 6_000])
def test_an_edit_takes_less_than_that_of_the_fastest_peer(rows: int, tmp_path: Path) -> None:
    pytest.importorskip("pyopenxlsx", reason="the extra `bench` is not installed")
    source = make(tmp_path, rows).path
    theirs, ours = (cpu(name, source, tmp_path, 3) for name in ("pyopenxlsx", "sheetops_edit"))
    assert times(ours, theirs) < 1, (ours, theirs)


@pytest.mark.parametrize(("rows", "most"), [(6_000, 2.5), (20_000, 1.7)])
def test_a_look_takes_little_more_than_calamine(rows: int, most: float, tmp_path: Path) -> None:
    source = make(tmp_path, rows).path
    limit, ours = (cpu(name, source, tmp_path, 2) for name in ("calamine_limit", "sheetops_read"))
    assert times(ours, limit) < most, (ours, limit)


@pytest.mark.slow
def test_a_large_sheet_in_whole(tmp_path: Path) -> None:
    """20,000 rows: filled, validated and saved; and the same five times as long in at most five and a half times."""
    took = {}
    for rows in (20_000, 100_000):
        desk = Desk(tmp_path, make_apart(tmp_path, rows))
        desk.fresh()
        took[rows] = once(desk.command("sheetops_jobs"), desk.env, FINDINGS)
    bare = cpu("openpyxl_bare", make_apart(tmp_path, 20_000), tmp_path)
    print(
        f"\nopenpyxl, 20,000 rows: {bare}\n"
        + "\n".join(f"sheetops, {n:,} rows: {t}" for n, t in took.items())
    )
    assert times(took[20_000], bare) < 0.3
    assert took[20_000].memory < bare.memory * 1.2
    assert times(took[100_000], took[20_000]) < 5.5
