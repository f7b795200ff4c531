"""What stands beside the figures, computed another way from the domain's definitions: limits, groups, goals, forecast."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import chinese_calendar
import numpy as np
import pandas as pd
import pytest

from sheetops.domain.kpis import FIGURES
from sheetops.domain.kpis.breakdown import DIMENSIONS, breakdown
from sheetops.domain.kpis.facts import Facts, window_of
from sheetops.domain.kpis.pareto import pareto
from sheetops.domain.kpis.staffing import forecast
from sheetops.domain.kpis.training import training
from sheetops.domain.period import parse_period
from sheetops.domain.view import View
from sheetops.jobs.review_data import Review
from sheetops.jobs.validate import validate
from tests.sheets import log, view
from tests.unit.kpis.desk import COLUMNS, TODAY, desk, requests
from tests.unit.kpis.oracle import Answer, Oracle, frame

UNITS = {figure.key: figure.unit for figure in FIGURES}
# What each figure is by nature, from its definition: a share of cases, or a value of its own.
SHARES = {"resolution_rate", "on_time_rate", "due_moved", "first_response", "csat", "feedback_rate", "complaint_rate",
          "reopen_rate", "fcr", "repeat_customers"}  # fmt: skip
VALUES = {"intake", "resolved", "backlog", "breach", "resolution_median", "resolution_p90", "nps"}


def months_before(last: str, count: int) -> list[str]:
    """The names of `count` months up to `last`, oldest first."""
    return [str(month) for month in pd.period_range(end=last, periods=count, freq="M")]


def limits(key: str, answers: list[Answer]) -> tuple[float, float, float] | None:
    """Centre, lower and upper limit for the last of these periods, from those before it."""
    earlier = [(value, n) for value, n in answers[:-1] if value is not None]
    if len(earlier) < 6 or answers[-1][0] is None:
        return None
    values, cases = np.array(earlier, dtype=float).T
    if key in SHARES:
        centre = float((values * cases).sum() / cases.sum())
        reach = 3 * np.sqrt(centre * (1 - centre) / answers[-1][1])
        return centre, max(0.0, centre - reach), min(1.0, centre + reach)
    centre, reach = values.mean(), 2.66 * np.abs(np.diff(values)).mean()
    reach = max(reach, 1.0) if key.startswith("resolution_") else reach
    return centre, centre - reach if key == "nps" else max(0.0, centre - reach), centre + reach


def verdict(answers: list[Answer], found: tuple[float, float, float] | None) -> str:
    if found is None:
        return "unknown"
    centre, low, high = found
    last = answers[-1][0]
    assert last is not None
    if last > high or last < low:
        return "above" if last > high else "below"
    eight = [value for value, _ in answers if value is not None][-8:]
    if len(eight) == 8 and min(eight) > centre:
        return "run_above"
    return "run_below" if len(eight) == 8 and max(eight) < centre else "usual"


@pytest.mark.parametrize(("seed", "month"), [(21, "2026-10"), (22, "2026-02")])
def test_limits_and_signals_of_every_figure_are_computed_anew(seed: int, month: str) -> None:
    seen, rows, history = desk(seed, 900)
    table, results = frame(rows, history), Review(seen, parse_period(month)).results
    periods = [parse_period(name) for name in months_before(month, 13)]
    oracles = [Oracle(table, p.start, p.end, seen.now) for p in periods]
    judged = 0
    for key in (*SHARES, *VALUES):
        answers = [getattr(oracle, key)() for oracle in oracles]
        expected = limits(key, answers)
        trend = results[key].trend
        last = trend.points[-1]
        assert trend.signal == verdict(answers, expected), key
        if expected is not None:
            assert (last.centre, last.low, last.high) == pytest.approx(expected), key
            judged += 1
    assert judged >= 8
    assert SHARES | VALUES | {"reopened", "resolution_mean", "csat_mean"} == set(UNITS)


def test_every_dimension_is_broken_down_as_pandas_does() -> None:
    dice, rows = random.Random(3), requests(31, 500)
    for one in rows:
        one["customer_type"], one["industry"] = (
            dice.choice(("New", "Old", "")),
            dice.choice(("Food", "Banks")),
        )
    keys = (*COLUMNS, "customer_type", "industry")
    seen = view(log(*([one.get(key) for key in keys] for one in rows), keys=keys), timezone="UTC")
    table = frame(rows, seen.history)
    table["department"] = table.owner.str.partition("-")[0]
    table["segment"] = table.customer.str.partition("-")[2]
    table["priority"] = table.priority.astype(str)
    for name in ("type", "source", "urgency"):
        table[name] = table[name].str.lower()
    period = parse_period("2026-Q3")
    facts, window = Facts(seen, "quarter"), window_of(period, seen.now)
    earlier = window_of(period.before(), seen.now)
    for dimension, key_of in DIMENSIONS.items():
        groups = breakdown(facts, window, earlier, key_of)
        assert {key or "" for key in groups} <= set(table[dimension]) and len(groups) >= 2, dimension
        for key, group in groups.items():
            part = table[table[dimension] == (key or "")]
            oracle = Oracle(part, period.start, period.end, seen.now)
            before = Oracle(part, earlier.period.start, earlier.period.end, seen.now)
            told = (group.opened, group.before, group.resolved, group.open, group.cases, group.scores)
            answers = (oracle.intake(), before.intake(), oracle.resolved(), oracle.backlog())
            assert told[:4] == tuple(value for value, _ in answers), (dimension, key)
            assert (group.on_time_rate, group.cases) == oracle.on_time_rate()
            assert (group.csat, group.scores) == oracle.csat()
            assert (group.median, len(group.days)) == oracle.resolution_median()


def test_complaints_without_causes_are_counted_by_department() -> None:
    rows = [{**one, "cause": None} for one in requests(5, 600)]
    seen = view(log(*([one.get(key) for key in COLUMNS] for one in rows), keys=COLUMNS), timezone="UTC")
    period = parse_period("2026-Q3")
    oracle = Oracle(frame(rows, seen.history), period.start, period.end, seen.now)
    owners = oracle.came[oracle.came.type == "Complaint"].owner.str.partition("-")[0]
    found = pareto(Facts(seen, "quarter"), window_of(period, seen.now))
    assert found.by == "department"
    assert {name or "": count for name, count, _ in found.bars} == owners.value_counts().to_dict()


@pytest.mark.parametrize("seed", [41, 42])
def test_goals_gaps_and_the_baseline_of_complaints_are_computed_anew(seed: int) -> None:
    seen, rows, history = desk(seed, 900)
    table = frame(rows, history)
    results = Review(seen, parse_period("2026-10")).results
    rates = [
        Oracle(table, p.start, p.end, seen.now).complaint_rate()
        for p in map(parse_period, months_before("2026-10", 24))
    ]
    baseline = next(rate for rate, n in rates if rate is not None and n >= 30)
    now, before = rates[-1][0], rates[-2][0]
    told = results["complaint_rate"]
    assert now is not None and before is not None
    assert told.goal == pytest.approx(0.8 * baseline) and told.gap == pytest.approx(0.8 * baseline - now)
    assert told.change == pytest.approx(now - before) and told.met is (now <= 0.8 * baseline)
    csat = Oracle(table, date(2026, 10, 1), date(2026, 10, 31), seen.now).csat()[0]
    assert (
        csat is not None and results["csat"].goal == 0.9 and results["csat"].gap == pytest.approx(csat - 0.9)
    )


@pytest.mark.parametrize("seed", [51, 52])
def test_the_forecast_of_a_desk_is_what_pandas_says(seed: int) -> None:
    seen, rows, history = desk(seed, 900)
    made = Review(seen, parse_period("2026-10"))
    backlog = int(made.results["backlog"].now.value or 0)
    found = forecast(made.facts, made.window, made.results["intake"].trend, backlog)
    table = frame(rows, history)
    periods = [parse_period(name) for name in months_before("2026-10", 12)]
    rates = [
        Oracle(table, p.start, p.end, seen.now).intake()[1]
        / np.busday_count(p.start, p.end + timedelta(days=1))
        for p in periods
    ]
    days = np.busday_count("2026-11-01", "2026-12-01")
    mean, reach = (
        np.mean(rates),
        2.201 * np.std(rates, ddof=1) * np.sqrt(1 + 1 / 12),
    )  # t of 11 degrees, 97.5 %
    assert found is not None and found.periods == 12
    assert (found.low, found.likely, found.high) == pytest.approx(
        ((mean - reach) * days, mean * days, (mean + reach) * days)
    )
    october = Oracle(table, date(2026, 10, 1), date(2026, 10, 31), seen.now)
    assert found.backlog == october.backlog()[0]
    assert found.pace == pytest.approx(october.resolved()[0] / np.busday_count("2026-10-01", "2026-11-01"))
    assert found.needed == pytest.approx((mean * days + len(october.left)) / days)


def test_training_needs_are_the_findings_grouped_by_pandas() -> None:
    rows = requests(61, 400, first=date(2026, 9, 1))
    dice = random.Random(9)
    for one in rows:
        if dice.random() < 0.2:
            one["type"] = dice.choice(("Compliment", None))
        if dice.random() < 0.1:
            one["feedback"] = "9 points"
    seen = view(log(*([one.get(key) for key in COLUMNS] for one in rows), keys=COLUMNS), timezone="UTC")
    made = Review(seen, parse_period("2026-10"))
    table = frame(rows, seen.history).assign(row=range(2, len(rows) + 2))
    came = Oracle(table, date(2026, 10, 1), date(2026, 10, 31), seen.now).came
    findings = pd.DataFrame(
        [(f.row, f.rule) for f in validate(seen).findings if f.severity.value != "hint"],
        columns=["row", "rule"],
    )
    joined = findings.merge(came.assign(department=came.owner.str.partition("-")[0]), on="row")
    counts = joined.groupby(["department", "rule"]).size()
    expected = dict(counts[counts >= 3].items())
    assert {(d or "", rule): n for d, rule, n in training(made.facts, made.findings)} == expected
    assert len(made.findings) == len(joined) and len(expected) >= 4


def chinese(rows: list[dict[str, object]]) -> View:
    typed = [[one.get(key) for key in COLUMNS] for one in rows]
    return view(log(*typed, keys=COLUMNS), timezone="UTC", calendar={"country": "CN"})  # type: ignore[arg-type]


def test_days_to_resolve_skip_chinese_holidays_and_count_made_up_weekends() -> None:
    rows = requests(71, 700)
    seen = chinese(rows)
    for name in ("2026-02", "2025-10", "2026"):
        period = parse_period(name)
        results = Review(seen, period).results
        days = []
        for one in rows:
            opened, resolved = one["opened"], one.get("resolved")
            if (
                opened
                and resolved
                and opened.date() <= resolved
                and period.start <= resolved <= min(period.end, TODAY)
            ):
                after = (
                    opened.date() + timedelta(days=n) for n in range(1, (resolved - opened.date()).days + 1)
                )
                days.append(sum(map(chinese_calendar.is_workday, after)))
        for key, value in (
            ("resolution_median", np.median(days)),
            ("resolution_p90", np.quantile(days, 0.9)),
            ("resolution_mean", np.mean(days)),
        ):
            now = results[key].now
            assert (now.value, now.n) == (pytest.approx(value), len(days)), (name, key)


def test_the_rows_of_every_figure_are_those_that_pandas_counts() -> None:
    seen, rows, history = desk(81)
    period = parse_period("2026-Q3")
    table = frame(rows, history)
    oracle = Oracle(table, period.start, period.end, seen.now)
    measures = {f.key: f.measure(Facts(seen, "quarter"), window_of(period, seen.now)) for f in FIGURES}
    came, done, late = set(oracle.came.index), set(oracle.done.index), set(oracle.overdue.index)
    due = set(oracle.done[oracle.done.due.notna()].index)
    scored = set(oracle.done[oracle.done.score.notna()].index)
    expected = {
        "intake": (came, came),
        "backlog": (set(oracle.left.index),) * 2,
        "on_time_rate": (due | late, set(oracle.done[oracle.done.resolved <= oracle.done.due].index)),
        "breach": (due | late, set(oracle.done[oracle.done.resolved > oracle.done.due].index) | late),
        "complaint_rate": (came, set(oracle.came[oracle.came.type == "Complaint"].index)),
        "csat": (scored, set(oracle.done[oracle.done.score >= 4].index)),
        "feedback_rate": (done, scored),
        "nps": (
            set(oracle.done[oracle.done.nps.notna()].index),
            set(oracle.done[oracle.done.nps >= 9].index),
        ),
        "due_moved": (set(oracle.done[oracle.done.known].index), set(oracle.done[oracle.done.moved].index)),
    }
    for key, (of, hits) in expected.items():
        assert (set(measures[key].rows), set(measures[key].hits)) == (of, hits), key


def test_counts_of_the_tab_are_the_same_requests_however_they_are_cut() -> None:
    seen, _, _ = desk(91)
    made = Review(seen, parse_period("2026-10"))
    opened = made.results["intake"].now.n
    sums = {name: Counter({k: g.opened for k, g in made.groups(name).items()}).total() for name in DIMENSIONS}
    assert set(sums.values()) == {opened}
