"""A full run costs the same calls however many rows, and sends what changed and no more."""

from __future__ import annotations

import pytest

from sheetops.books.google.service import PAYLOAD
from tests.google_calls import Cost, costs, table


def _held(found: list[Cost]) -> None:
    """15 calls for a run that fills IDs and dates and puts tabs, 11 for one that fills one cell, 4 for nothing to do."""
    first, again, one = found
    assert [first.calls, again.calls, one.calls] == [15, 4, 11]
    assert first.cells > 0 and first.tabs == 2 and (one.cells, one.tabs) == (1, 0)
    assert again.sent < 2_000 and one.sent < 5_000  # however large the sheet is


def test_as_many_calls_for_a_hundred_rows_as_for_a_thousand() -> None:
    for rows in (100, 1_000):
        _held(costs(rows))


@pytest.mark.slow
def test_calls_and_bytes_of_full_runs() -> None:
    """Prints the figures of docs/google.md."""
    found = {rows: costs(rows) for rows in (100, 10_000)}
    for some in found.values():
        _held(some)
    large = costs(100_000)
    print("\n" + table({**found, 100_000: large}))
    first, again, one = large
    assert (again.calls, one.calls) == (4, 11) and max(c.largest for c in large) < PAYLOAD + 100_000
    assert first.calls <= 15 + first.sent // 500_000  # more only where its requests are split
