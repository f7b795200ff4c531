"""The tests of the verdicts against other ways to compute them, and what their samples look like in a cell."""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.domain.proof import fisher, level, mann_whitney, poisson
from sheetops.domain.samples import compact, expand, read_sample, read_span, sample, span_text
from tests.examples import costly


def test_fishers_tea_and_the_convicted_twins() -> None:
    # Fisher's tasting lady: 4 of 4 right is 1 of 70; his twins (2 of 15 fraternal, 10 of 13 identical): 619/1330665.
    assert fisher(0, 4, 4, 4, more=True) == pytest.approx(1 / 70)
    assert fisher(2, 17, 10, 13, more=True) == pytest.approx(619 / 1330665)
    assert fisher(5, 0, 3, 9, more=True) == 1.0


@given(st.integers(1, 14), st.integers(1, 14), st.data())
def test_fisher_is_the_share_of_all_ways_to_deal_the_hits(n_1: int, n_2: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, n_1)), data.draw(st.integers(0, n_2))
    ways = {k: comb(n_2, k) * comb(n_1, a + b - k) for k in range(max(0, a + b - n_1), min(n_2, a + b) + 1)}
    up = Fraction(sum(w for k, w in ways.items() if k >= b), sum(ways.values()))
    down = Fraction(sum(w for k, w in ways.items() if k <= b), sum(ways.values()))
    assert fisher(a, n_1, b, n_2, more=True) == pytest.approx(float(up))
    assert fisher(a, n_1, b, n_2, more=False) == pytest.approx(float(down))


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 60), st.integers(1, 60))
def test_poisson_is_the_binomial_of_the_later_events(a: int, b: int, t_1: int, t_2: int) -> None:
    p = Fraction(t_2, t_1 + t_2)
    down = sum(comb(a + b, k) * p**k * (1 - p) ** (a + b - k) for k in range(b + 1))
    assert poisson(a, t_1, b, t_2, more=False) == pytest.approx(float(down) if a + b else 1.0)
    assert poisson(a, t_1, b, t_2, more=False) == pytest.approx(poisson(b, t_2, a, t_1, more=True)) or a == b


def test_mann_whitney_is_near_the_exact_test_and_knows_ties() -> None:
    dice = random.Random(3)
    values = [dice.randrange(9) for _ in range(14)]
    before, after = values[:7], values[7:]

    def u(later: list[int], earlier: list[int]) -> float:
        return sum((x > y) + (x == y) / 2 for x in later for y in earlier)

    seen = u(after, before)
    every = [
        u([values[i] for i in pick], [values[i] for i in range(14) if i not in pick])
        for pick in combinations(range(14), 7)
    ]
    exact = sum(value >= seen for value in every) / len(every)
    count = lambda side: {v: side.count(v) for v in side}  # noqa: E731
    assert mann_whitney(count(before), count(after), more=True) == pytest.approx(exact, abs=0.03)
    assert mann_whitney({2: 40}, {2: 50}, more=True) == 1.0
    assert mann_whitney({5: 40}, {1: 40}, more=False) < 1e-9 < mann_whitney({5: 40}, {1: 40}, more=True)


def test_all_looks_together_stay_below_alpha() -> None:
    assert [level(0.05, judged) for judged in range(3)] == [0.025, 0.0125, 0.00625]
    assert sum(level(0.05, judged) for judged in range(60)) <= 0.05


def test_a_sample_is_short_readable_and_read_back() -> None:
    cases = [(1.0, f"202610{n:02}") for n in range(1, 6)] + [
        (0.0, "20261009"),
        (0.0, None),
        (0.0, "20261020"),
    ]
    made = sample("share", cases)
    assert made.text() == "1 ×5: 20261001–20261005; 0 ×3: 20261009, 20261020"
    assert made.value("share") == 62.5 and made.n == 8
    back = read_sample(made.text(), "share")
    assert back is not None and back.counts == made.counts and back.ids == made.ids
    assert read_sample("1 ×5: 20261001; about 3", "share") is None
    assert read_sample("2 ×5", "share") is None and read_sample("×5 / 3", "share") is None
    events = sample("events", [(1.0, "R9"), (1.0, "R10")], days=21)
    assert events.text() == "×2 / 21: R9, R10" and events.value("rate") == 2 / 21
    assert read_sample("×2 / 21: R9, R10", "events") == events
    assert read_sample("×0 / 21", "events") == sample("events", [], days=21)


def test_what_a_figure_is_of_its_sample() -> None:
    days = sample("values", [(d, None) for d in (0.0, 1.0, 1.0, 2.0, 10.0)])
    assert (days.value("median"), days.value("mean"), days.value("p90")) == (1, 2.8, pytest.approx(6.8))
    assert sample("values", [(10.0, None), (9.0, None), (7.0, None), (3.0, None)]).value("nps") == 25
    assert sample("values", []).value("median") is None


IDS = st.lists(st.from_regex(r"[A-Z]{0,2}-?[0-9]{1,6}", fullmatch=True), unique=True, max_size=40)


@given(IDS)
def test_compact_ids_expand_to_the_same(ids: list[str]) -> None:
    assert sorted(expand(compact(ids))) == sorted(ids)


@settings(max_examples=costly(100, 25))
@given(st.dictionaries(st.integers(0, 60).map(float), st.integers(1, 4000), max_size=40))
def test_long_lists_are_cut_and_no_case_is_lost(counts: dict[float, int]) -> None:
    many = sample("values", [(v, f"R{v:g}-{3 * k}") for v, n in counts.items() for k in range(n)])
    text = many.text()
    assert len(text) <= 32_767
    back = read_sample(text, "values") if text else many
    assert back is not None and back.counts == many.counts


def test_a_span_of_days_is_read_back() -> None:
    days = (date(2026, 10, 1), date(2026, 10, 31))
    assert read_span(span_text(*days)) == days
    assert read_span("October") is None and read_span("2026-10-01 – 2026-13-31") is None
