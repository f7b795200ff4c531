"""Every figure of a review, held against a second computation on two years of an invented desk."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pandas as pd
import pytest

from sheetops.domain.kpis import FIGURES, backlog
from sheetops.domain.kpis.ageing import ageing
from sheetops.domain.kpis.breakdown import DIMENSIONS, breakdown, crosstab, owner_load
from sheetops.domain.kpis.facts import Facts, window_of
from sheetops.domain.kpis.pareto import pareto
from sheetops.domain.kpis.peaks import peaks
from sheetops.domain.period import parse_period
from tests import sheets
from tests.unit.kpis.desk import desk
from tests.unit.kpis.oracle import Oracle, frame

PERIODS = (
    "2024",
    "2025",
    "2026",
    "2025-Q1",
    "2026-Q4",
    "2025-02",
    "2026-10",
    "2026-11",
    "2026-W07",
    "2026-W47",
)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_figure_is_what_pandas_says(seed: int) -> None:
    view, rows, history = desk(seed)
    table = frame(rows, history)
    told = Counter[str]()
    for name in PERIODS:
        period = parse_period(name)
        facts, window = Facts(view, period.span), window_of(period, view.now)
        oracle = Oracle(table, period.start, period.end, view.now)
        assert backlog.opening(facts, window) == oracle.opening(), name
        for figure in FIGURES:
            measure = figure.measure(facts, window)
            value, n = getattr(oracle, figure.key)()
            assert (measure.value, measure.n) == (pytest.approx(value), n), (name, figure.key)
            told[figure.key] += value is not None
    assert min(told[figure.key] for figure in FIGURES) >= 4  # none was compared as blank only


@pytest.mark.parametrize("name", PERIODS)
def test_the_backlog_adds_up_and_every_value_comes_from_its_rows(name: str) -> None:
    view, _, _ = desk(4)
    period = parse_period(name)
    facts, window = Facts(view, period.span), window_of(period, view.now)
    measures = {figure.key: figure.measure(facts, window) for figure in FIGURES}
    received, resolved = measures["intake"].n, measures["resolved"].n
    received += measures["reopened"].n
    assert backlog.opening(facts, window) + received - resolved == measures["backlog"].value
    assert measures["backlog"].value == facts.open_count(window.until)
    for figure in FIGURES:
        found = measures[figure.key]
        assert set(found.hits) <= set(found.rows)
        assert len(set(found.rows)) == len(found.rows)
        if figure.unit == "percent" and figure.key != "repeat_customers" and found.value is not None:
            assert found.value == len(found.hits) / len(found.rows)
            assert found.n == len(found.rows)


def test_ageing_groups_the_backlog_by_age_and_urgency() -> None:
    view, rows, history = desk(5)
    period = parse_period("2026-10")
    facts, window = Facts(view), window_of(period, view.now)
    left = Oracle(frame(rows, history), period.start, period.end, view.now).left
    ages = (pd.Timestamp(period.end) - left.exact_opened.dt.normalize()).dt.days
    cuts = pd.cut(ages, [-1, 3, 7, 14, 30, 10**6], labels=["0-3", "4-7", "8-14", "15-30", "31+"])
    expected = Counter(
        zip(cuts.astype(object).where(ages.notna(), "unknown"), left.urgency.str.lower(), strict=True)
    )
    assert ageing(facts, window) == expected
    assert len({bucket for bucket, _ in expected}) >= 5


def test_breakdowns_are_the_key_figures_of_each_group() -> None:
    view, rows, history = desk(6)
    period = parse_period("2026-Q3")
    facts, window = Facts(view, "quarter"), window_of(period, view.now)
    earlier = window_of(period.before(), view.now)
    table = frame(rows, history)
    table["department"] = table.owner.str.partition("-")[0].replace("", None)
    table["segment"] = table.customer.str.partition("-")[2]
    table["priority"] = table.priority.astype(str)
    for dimension in ("department", "segment", "priority"):
        groups = breakdown(facts, window, earlier, DIMENSIONS[dimension])
        for key, group in groups.items():
            part = table[table[dimension].isna() if key is None else table[dimension] == key]
            oracle = Oracle(part, period.start, period.end, view.now)
            before = Oracle(part, earlier.period.start, earlier.period.end, view.now)
            assert (group.opened, group.before) == (oracle.intake()[0], before.intake()[0])
            assert (group.resolved, group.open) == (oracle.resolved()[0], oracle.backlog()[0])
            assert (group.on_time_rate, group.cases) == (
                pytest.approx(oracle.on_time_rate()[0]),
                oracle.on_time_rate()[1],
            )
            assert (group.median, len(group.days)) == oracle.resolution_median()
            assert (group.csat, group.scores) == (pytest.approx(oracle.csat()[0]), oracle.csat()[1])
        assert sum(group.opened for group in groups.values()) == len(facts.opened_in(window))


def test_types_by_department_load_peaks_and_pareto_count_the_same_requests() -> None:
    view, rows, history = desk(7)
    period = parse_period("2026")
    facts, window = Facts(view, "year"), window_of(period, view.now)
    oracle = Oracle(frame(rows, history), period.start, period.end, view.now)
    came, left = oracle.came, oracle.left
    departments = [owner.partition("-")[0] or None for owner in came.owner]
    assert crosstab(facts, window) == Counter(zip(came.type.str.lower(), departments, strict=True))
    owners = Counter(owner or None for owner in left.owner)
    high = Counter(owner or None for owner in left.owner[left.priority >= 4])
    late = Counter(owner or None for owner in oracle.overdue.owner)
    loads = owner_load(facts, window)
    assert {k: tuple(v) for k, v in loads.items()} == {k: (owners[k], high[k], late[k]) for k in owners}
    times = came.exact_opened.dropna()
    assert peaks(facts, window) == Counter(zip(times.dt.day_of_week, times.dt.hour // 2 * 2, strict=True))
    causes = came[came.type == "Complaint"].cause.fillna("").value_counts()
    found = pareto(facts, window)
    assert {name or "": count for name, count, _ in found.bars} == causes.to_dict()
    shares = sorted(causes, reverse=True)
    assert [reached for *_, reached in found.bars] == pytest.approx(pd.Series(shares).cumsum() / causes.sum())
    assert found.head == int((pd.Series(shares).cumsum() / causes.sum() < 0.8).sum()) + 1


def test_a_period_that_has_not_ended_is_counted_to_today_only() -> None:
    view, _, _ = desk(8)
    window = window_of(parse_period("2026-11"), view.now)
    assert window.running and window.until == view.today
    ended = window_of(parse_period("2026-10"), view.now)
    assert not ended.running and ended.as_of == date(2026, 11, 1) == ended.until + timedelta(days=1)


@pytest.mark.parametrize(("resolved", "opened"), [(date(2026, 9, 9), 0), (date(2026, 11, 2), 1)])
def test_an_id_tells_no_month_of_opening_in_which_the_request_was_resolved_already(
    resolved: date, opened: int
) -> None:
    seen = sheets.view(sheets.log(sheets.row(id="20261101", description="a", resolved=resolved)))
    facts, window = Facts(seen), window_of(parse_period("2026-11"), seen.now)
    assert len(facts.opened_in(window)) == opened and facts.undated == 1 - opened
    assert facts.backwards == 0 and facts.open_count(window.until) == 0
