"""Judging grows with the rows and no faster; the long versions print what it takes and what the tables hold."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from sheetops.domain.rules import RULES, judge
from sheetops.domain.view import View
from sheetops.jobs.fill import fill
from tests.unit.rules.looks import GOOD, LANGUAGES, grid, said, view
from tests.unit.rules.test_planted import _plausible, _seen
from tests.unit.rules.test_tables import cases_of

_TEXT, _OTHERS = "导出月度报表时页面一直转圈无法下载请尽快处理谢谢", "咨询会员积分兑换规则及有效期"


def _alike(count: int) -> View:
    """Rows of one customer and one day, whose texts differ in one or two characters."""
    dice = random.Random(3)
    rows: list[dict[str, Any]] = []
    for number in range(count):
        text = list(_TEXT)
        for _ in range(2):
            text[dice.randrange(len(text))] = dice.choice(_OTHERS)
        rows.append({**GOOD["zh-Hans"], "id": f"20261{number:06}", "description": "".join(text)})
    return view(grid(rows))


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def test_twice_the_rows_that_are_all_alike_take_about_twice_the_time() -> None:
    few, many = _alike(1500), _alike(3000)
    one = min(_cpu(lambda: said("near-duplicate", few)) for _ in range(3))
    two = min(_cpu(lambda: said("near-duplicate", many)) for _ in range(3))
    assert two < 3.2 * one, (one, two)  # every pair compared would be 4


def test_what_a_fill_leaves_alone_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = _plausible(400, random.Random(1))
    for row in rows[:8]:
        row["due"] = None
    seen = _seen(rows)
    judge(seen)
    log = seen.logs[0]
    read = {key: log.values(key) for key in log.table.columns}
    after = seen.after(fill(seen).edits).logs[0]
    assert after is not log and after.table is not log.table
    kept = [key for key in log.table.columns if after.values(key) is read[key]]
    assert set(log.table.columns) - set(kept) == {"due"}


@pytest.mark.slow
def test_how_long_judging_takes(capsys: pytest.CaptureFixture[str]) -> None:
    rows = _plausible(100_000, random.Random(1))
    for number, row in enumerate(rows):
        row["id"] = f"202611{number:06}"
        if number % 100 == 0:
            row["due"] = None
    judge(_seen(_plausible(300, random.Random(2))))
    seen = _seen(rows)
    began = time.process_time()
    filled = seen.after(fill(seen).edits)
    between = time.process_time()
    found = judge(filled)
    done = time.process_time()
    alike = _cpu(lambda: said("near-duplicate", _alike(100_000)))
    with capsys.disabled():
        print(
            f"\n100,000 rows: fill {between - began:.2f} s, type and judge {done - between:.2f} s of CPU, "
            f"{len(found)} findings; near-duplicate among 100,000 rows all alike {alike:.1f} s"
        )
        for rule in RULES:
            cases = cases_of(rule)
            counts = [f"{len(cases.TOLD[name])}/{len(cases.INNOCENT[name])}" for name in LANGUAGES]
            print(f"  {rule.code:28} told/innocent in zh-Hans, zh-Hant, en: {'  '.join(counts)}")
    assert done - began < 30  # a guard against another order of growth, not a figure
