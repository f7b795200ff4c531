"""Ledgers for tests: each a copy of one new ledger, for making the schema takes its time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sheetops.ledger import Ledger, open_ledger


@pytest.fixture(scope="session")
def new_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Ledger]]:
    """A function that opens another empty ledger."""
    home = tmp_path_factory.mktemp("ledgers")
    open_ledger(home / "empty.db").close()
    with ExitStack() as stack:
        count = iter(range(1_000_000))

        def make() -> Ledger:
            place: Path = home / f"{next(count)}.db"
            for suffix in ("", ".key"):
                shutil.copy(home / f"empty.db{suffix}", place.with_name(place.name + suffix))
            return stack.enter_context(open_ledger(place))

        yield make


@pytest.fixture
def ledger(new_ledger: Callable[[], Ledger]) -> Ledger:
    """An empty ledger."""
    return new_ledger()
