"""How many examples a law is tried on whose single examples cost much."""

from __future__ import annotations

from hypothesis import settings

FULL = "full"  # the profile of `make test-all`


def costly(full: int, quick: int) -> int:
    """`max_examples` of a test that would take seconds: all with the profile `full`, fewer in the quick suite."""
    return full if settings.get_current_profile_name() == FULL else quick
