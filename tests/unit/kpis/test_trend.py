"""Control limits, held against numpy; noise is not called change, and a planted change is."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from sheetops.domain.kpis.base import Figure, Measure, percentile
from sheetops.domain.kpis.facts import Facts, window_of
from sheetops.domain.kpis.staffing import forecast
from sheetops.domain.kpis.trend import Trend, trend, trend_span, windows
from sheetops.domain.period import parse_period, period_of
from sheetops.domain.view import View
from sheetops.jobs.review_data import Review
from tests.sheets import KEYS, log, view

NOW = datetime(2026, 11, 3, 9)
COLUMNS = (*KEYS, "opened")


def figure(limits: str, unit: str = "count") -> Figure:
    return Figure("figure", unit, "less", lambda facts, window: Measure(None, 0), limits=limits)  # type: ignore[arg-type]


def months(count: int) -> list[object]:
    period = parse_period("2026-10")
    found = []
    for _ in range(count):
        found.append(window_of(period, NOW))
        period = period.before()
    return found[::-1]


def over(kind: Figure, values: list[float | None], cases: list[int] | None = None) -> Trend:
    cases = cases or [50] * len(values)
    measures = [Measure(value, n) for value, n in zip(values, cases, strict=True)]
    return trend(kind, list(zip(months(len(values)), measures, strict=True)))  # type: ignore[arg-type]


def test_xmr_limits_come_from_the_earlier_periods() -> None:
    values = [20.0, 24, 19, 22, 25, 21, 23, 60]
    earlier = np.array(values[:-1])
    reach = 2.66 * np.abs(np.diff(earlier)).mean()
    found = over(figure("xmr"), list(values))
    assert found.points[-1].centre == pytest.approx(earlier.mean())
    assert found.points[-1].low == pytest.approx(earlier.mean() - reach)
    assert found.points[-1].high == pytest.approx(earlier.mean() + reach)
    assert found.signal == "above"


def test_p_limits_follow_the_cases_of_each_period() -> None:
    values, cases = [0.10, 0.12, 0.08, 0.11, 0.09, 0.10, 0.30], [100, 80, 120, 90, 110, 100, 25]
    centre = np.average(values[:-1], weights=cases[:-1])
    found = over(figure("p", "percent"), list(values), cases)
    for point, n in zip(found.points, cases, strict=True):
        reach = 3 * np.sqrt(centre * (1 - centre) / n)
        assert (point.low, point.high) == (
            pytest.approx(max(0, centre - reach)),
            pytest.approx(centre + reach),
        )
    assert found.signal == "above"


@pytest.mark.parametrize(
    ("values", "signal"),
    [
        ([10.0, 12, 11, 9, 10, 11, 10], "usual"),
        ([10.0, 12, 11, 9, 10, 2], "unknown"),  # five earlier periods are too few
        ([10.0, None, 11, 9, 10, None, 2], "unknown"),
        ([26.0, 8, 24, 10, 21, 22, 21, 23, 21, 22, 21, 22, 21.5], "run_above"),
        ([14.0, 32, 16, 30, 19, 18, 19, 17, 19, 18, 19, 18, 18.5], "run_below"),
        ([26.0, 8, 24, 10, 26, 14, 23, 22, 21, 22, 21, 22, 21.5], "usual"),  # seven in a row
        ([10.0, 12, 11, 9, 10, 11, None], "unknown"),
    ],
)  # fmt: skip
def test_what_a_trend_says(values: list[float | None], signal: str) -> None:
    assert over(figure("xmr"), values).signal == signal


def test_days_move_by_whole_days() -> None:
    steady = [2.0] * 8
    assert over(figure("xmr", "days"), [*steady, 3.0]).signal == "usual"
    assert over(figure("xmr", "days"), [*steady, 3.5]).signal == "above"
    assert over(figure("xmr"), [*steady, 3.0]).signal == "above"


def desk_of(first: date, last: date, seed: int, planted: bool = False) -> View:
    """A steady desk of about four requests a day; a planted October has three complaints in ten instead of one."""
    dice = random.Random(seed)
    rows = []
    for day in range((last - first).days + 1):
        opened = first + timedelta(days=day)
        for _ in range(int(dice.triangular(0, 9, 4))):
            done = opened + timedelta(days=int(dice.expovariate(0.25)))
            bad = dice.random() < (0.3 if planted and opened >= date(2026, 10, 1) else 0.1)
            cells = {
                "type": "Complaint" if bad else "Consult",
                "opened": opened,
                "due": opened + timedelta(days=7),
                "resolved": done if done <= last else None,
                "feedback": f"{dice.choices((1, 3, 4, 5), (1, 2, 6, 10))[0]} points"
                if dice.random() < 0.6
                else None,
            }
            rows.append([cells.get(key) for key in COLUMNS])
    return view(log(*rows, keys=COLUMNS), now=NOW)


def test_noise_is_seldom_called_change_and_a_planted_change_is_found() -> None:
    told: Counter[str] = Counter()
    first, last = date(2025, 9, 1), date(2026, 11, 2)
    for seed in range(12):
        results = Review(desk_of(first, last, seed), parse_period("2026-10")).results
        told.update(
            "usual" if r.trend.signal == "usual" else "change"
            for r in results.values()
            if r.trend.signal != "unknown"
        )
        planted = Review(desk_of(first, last, seed, planted=True), parse_period("2026-10")).results
        assert planted["complaint_rate"].worse
    assert told["usual"] > 100
    assert told["change"] / told.total() < 0.05


def test_a_short_history_is_shown_in_finer_periods() -> None:
    facts = Facts(desk_of(date(2026, 8, 20), date(2026, 11, 2), 1), "quarter")
    assert trend_span(facts, parse_period("2026-Q4"), NOW) == "week"
    assert trend_span(facts, parse_period("2026-10"), NOW) == "week"
    longer = Facts(desk_of(date(2026, 1, 5), date(2026, 11, 2), 1), "quarter")
    assert trend_span(longer, parse_period("2026-Q3"), NOW) == "month"
    last = windows(longer, parse_period("2026-Q3"), NOW, "month")
    assert [w.period.name for w in last] == [f"2026-{month:02}" for month in range(1, 10)]


def test_at_most_thirteen_periods_and_none_before_the_first_request() -> None:
    facts = Facts(desk_of(date(2025, 3, 10), date(2026, 11, 2), 1))
    names = [w.period.name for w in windows(facts, parse_period("2026-10"), NOW, "month")]
    assert (names[0], names[-1], len(names)) == ("2025-10", "2026-10", 13)


def test_the_forecast_is_the_prediction_interval_of_the_rates() -> None:
    seen = desk_of(date(2026, 1, 1), date(2026, 11, 2), 3)
    made = Review(seen, parse_period("2026-10"))
    found = forecast(made.facts, made.window, made.results["intake"].trend, 7)
    assert found is not None and found.periods == 10 and found.period.name == "2026-11"
    opened = [request.opened for _, _, request in seen.requests()]
    rates = []
    for month in range(1, 11):
        period = period_of(date(2026, month, 1))
        days = np.busday_count(period.start, period.end + timedelta(days=1))
        rates.append(sum(day in period for day in opened) / days)
    days = np.busday_count("2026-11-01", "2026-12-01")
    reach = 2.262 * np.std(rates, ddof=1) * np.sqrt(1 + 1 / 10)
    assert found.likely == pytest.approx(np.mean(rates) * days)
    assert (found.low, found.high) == (
        pytest.approx((np.mean(rates) - reach) * days),
        pytest.approx((np.mean(rates) + reach) * days),
    )
    assert found.needed == pytest.approx((found.likely + 7) / days)
    assert forecast(made.facts, made.window, over(figure("xmr"), [1.0] * 5), 7) is None


def test_percentiles_are_interpolated_as_in_a_spreadsheet() -> None:
    dice = random.Random(1)
    for size in (1, 2, 7, 30):
        values = [dice.randrange(40) for _ in range(size)]
        for part in (0.0, 0.5, 0.9, 1.0):
            assert percentile(values, part) == pytest.approx(np.quantile(values, part))
