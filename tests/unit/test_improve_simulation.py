"""Two simulated years, many seeds: what works is called effective, what does not is not, and noise is called nothing.

A month's requests are drawn with real noise. In the second year people take up each proposal at once, say that it is
done, and nothing else; whether the world changes that day is what the scenario says. The job runs every month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from math import sqrt

import pytest

from tests.unit.improving import Desk, Stream, months

FIRST, LAST = date(2024, 1, 1), date(2025, 12, 31)
BEGIN = date(2024, 7, 2)  # the first run: half a year of history
ALPHA = 0.05


def _scenario(name: str, seed: int) -> tuple[Desk, dict[str, date]]:
    """The desk, and a place for the day on which the measure is done."""
    done: dict[str, date] = {}

    def after(day: date) -> bool:
        return "day" in done and day > done["day"]

    calm = Stream(
        seed, a_day=3, satisfied=lambda day: 0.88, complains=lambda day: 0.12, late=lambda day: 0.12
    )
    stream = {
        # Goals that noise alone misses every few months; nothing ever changes.
        "noise": calm,
        # A standing problem; the measure does nothing.
        "dud": replace(calm, satisfied=lambda day: 0.78, complains=lambda day: 0.2),
        # A standing problem; from the day it is done, 78 % satisfied become 90 %.
        "planted": replace(calm, satisfied=lambda day: 0.90 if after(day) else 0.78),
    }[name]
    return Desk(_Later(stream), settings={"goals": {"csat": 88, "complaint_rate": 12}}), done  # type: ignore[arg-type]


class _Later(list[dict[str, object]]):
    """Rows that are drawn anew when the day of the measure is known, the same up to then."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream.rows(FIRST, LAST))
        self.stream = stream

    def again(self) -> None:
        self[:] = self.stream.rows(FIRST, LAST)


def simulate(name: str, seed: int, last: date = LAST) -> Counter[str]:
    """One desk through its years: how many rows were proposed, judged, and called what."""
    desk, done = _scenario(name, seed)
    seen: set[str] = set()
    for day in _days(desk, BEGIN, last):
        desk.run(day)
        for row in desk.cells() if desk.tab else ():
            identifier = str(row["id"])
            if identifier not in seen:
                seen.add(identifier)
                desk.write(identifier, measure="something", progress="Done", done_on=day)
                if row["key"] == "csat" and "day" not in done and name == "planted":
                    done["day"] = day
                    assert isinstance(desk.rows, _Later)
                    desk.rows.again()
    tally: Counter[str] = Counter()
    first = True  # the row of CSAT whose measure changes the world; a later one is a dud again
    for row in desk.cells() if desk.tab else ():
        names = ["any", str(row["key"]).partition("=")[0]]
        if row["key"] == "csat" and first:
            names, first = [*names, "first csat"], False
        for of in names:
            tally[f"{of} proposed"] += 1
            if row["tests"]:
                tally[f"{of} judged"] += 1
                tally[f"{of} judgements"] += int(row["tests"])  # type: ignore[call-overload]
            tally[f"{of} {row['verdict'] or 'open'}"] += 1
    return tally


def _days(desk: Desk, first: date, last: date) -> Iterator[date]:
    """Every month, and every day on which something is to be judged."""
    plain = set(months(first, last))
    day = first
    while day <= last:
        due = desk.tab is not None and any(row["review_on"] == day for row in desk.cells())
        if day in plain or due:
            yield day
        day += timedelta(days=1)


def run(name: str, seeds: range, workers: int = 2) -> Counter[str]:
    total: Counter[str] = Counter()
    with ProcessPoolExecutor(workers) as pool:
        for tally in pool.map(simulate, [name] * len(seeds), seeds, chunksize=4):
            total += tally
    return total


def _tell(name: str, seeds: int, tally: Counter[str], of: str = "any") -> str:
    judged, effective = tally[f"{of} judged"], tally[f"{of} Effective"]
    share = effective / judged if judged else 0.0
    spread = 1.96 * sqrt(share * (1 - share) / judged) if judged else 0.0
    return (
        f"{name} ({seeds} desks): {tally[f'{of} proposed']} proposed, {judged} judged "
        f"{tally[f'{of} judgements']} times, {effective} called effective = {share:.1%} (± {spread:.1%})"
    )


def test_a_few_desks_show_what_many_prove() -> None:
    short = date(2024, 11, 30)
    assert simulate("planted", 1, short)["first csat Effective"] == 1
    dud = simulate("dud", 2, short)
    assert dud["any judged"] >= 2 and dud["any Effective"] == 0


@pytest.mark.slow
def test_rates_over_many_desks() -> None:
    desks = 60
    lines = []
    for name in ("noise", "dud"):
        tally = run(name, range(1000, 1000 + desks))
        lines.append(_tell(name, desks, tally))
        figures = sorted(of.removesuffix(" judged") for of in tally if of.endswith(" judged"))
        lines += [
            f"  {of}: {tally[f'{of} Effective']} of {tally[f'{of} judged']}" for of in figures if of != "any"
        ]
        judged, effective = tally["any judged"], tally["any Effective"]
        assert judged >= desks / 3
        assert effective <= ALPHA * judged + 2 * sqrt(ALPHA * (1 - ALPHA) * judged), lines
    tally = run("planted", range(5000, 5000 + desks))
    lines.append(_tell("planted CSAT 78 % to 90 %", desks, tally, "first csat"))
    assert tally["first csat Effective"] >= 0.8 * tally["first csat judged"] > 0
    print("\n" + "\n".join(lines))
