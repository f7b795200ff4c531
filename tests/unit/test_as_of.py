"""A day that no sheet can be of is a mistake in the command, not a defect."""

from __future__ import annotations

from datetime import date

import click
import pytest

from sheetops.cli.common import _day
from sheetops.errors import UsageError

_CONTEXT, _OPTION = click.Context(click.Command("run")), click.Option(["--as-of"])


@pytest.mark.parametrize("day", ["0001-01-01", "1989-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_out_of_reach_is_a_usage_error(day: str) -> None:
    with pytest.raises(UsageError, match="out of reach"):
        _day(_CONTEXT, _OPTION, day)


@pytest.mark.parametrize("day", ["1990-01-01", "2199-12-31"])
def test_the_first_and_the_last_day(day: str) -> None:
    assert _day(_CONTEXT, _OPTION, day) == date.fromisoformat(day)
