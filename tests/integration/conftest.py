"""What integration tests leave running until all have ended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.ledger_places import CLUSTER


@pytest.fixture(scope="session", autouse=True)
def _cluster_stops() -> Iterator[None]:
    """The PostgreSQL cluster, if any test asked for one, is stopped with the tests."""
    yield
    CLUSTER.stop()
