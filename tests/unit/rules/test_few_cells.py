"""What is asked of few rows is what the whole column says of them, whatever else was asked before."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from sheetops.domain.requests import Requests
from tests.unit.rules.looks import ALL_KEYS, GOOD, grid, view
from tests.unit.rules.test_to_judge import ODD


def _log(dice: random.Random, odd: float) -> Requests:
    rows: list[dict[str, Any]] = [dict(GOOD["zh-Hans"]) for _ in range(dice.randrange(1, 40))]
    for row in rows:
        row |= {key: dice.choice((*ODD[key], True, False, 0, 1, 1.5)) for key in ODD if dice.random() < odd}
        if dice.random() < 0.5:
            row["resolved"] = dice.choice((None, " ", "待定", date(1900, 1, 5), date(2026, 11, 13)))
    keys = dice.sample(ALL_KEYS, dice.randrange(5, len(ALL_KEYS)))
    return view(grid(rows, keys=keys)).logs[0]


@pytest.mark.parametrize("seed", range(40))
def test_few_rows_say_what_the_column_says(seed: int) -> None:
    dice = random.Random(seed)
    log = _log(dice, dice.choice((0.1, 0.8)))
    few = sorted(dice.sample(range(len(log)), min(len(log), dice.randrange(6))))
    fresh = Requests(log.table, log.lists, log.language, log.today)
    for key in dice.sample(ALL_KEYS, len(ALL_KEYS)):
        asked = dice.choice(("", "meanings", "values"))
        if asked == "values" or (asked == "meanings" and key in ("due", "owner", "urgency", "resolved")):
            getattr(log, asked)(key)
        values = fresh.values(key)
        assert log.values_at(key, few) == [values[index] for index in few]
        assert [log.value(key, index) for index in few] == [values[index] for index in few]
    assert log.open_rows == [index for index, day in enumerate(fresh.values("resolved")) if day is None]
