"""What stands beside the figures, on a real service desk: pandas and SQL count the same, or the review says it cannot."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from sheetops.domain.kpis.ageing import ageing
from sheetops.domain.kpis.breakdown import DIMENSIONS, crosstab, owner_load
from sheetops.domain.kpis.peaks import peaks
from sheetops.domain.kpis.staffing import forecast
from sheetops.domain.kpis.training import training
from sheetops.domain.period import parse_period
from sheetops.jobs.review import review
from sheetops.jobs.review_data import Review
from sheetops.jobs.validate import validate
from tests.integration.test_review_inputs import FILES, NOW, read_again, seen
from tests.shared_inputs import shared
from tests.unit.kpis.oracle import Oracle

both = pytest.mark.parametrize("name", FILES)


def made(name: str) -> Review:
    return Review(seen(shared("inputs") / name), parse_period("2016-Q1"))


def frame_of(path: Path) -> pd.DataFrame:
    table = read_again(path)
    parts = table.owner.str.partition("-")
    table["department"] = parts[0].str.strip().where(table.owner.notna(), "")
    table["segment"] = table.customer.str.partition("-")[2].str.strip().fillna("")
    for key in ("type", "source", "urgency"):
        table[key] = table[key].str.lower()
    table["priority"] = table.priority.astype(str)
    return table


def oracle(table: pd.DataFrame) -> Oracle:
    return Oracle(table, date(2016, 1, 1), date(2016, 3, 31), NOW)


@both
def test_every_breakdown_of_a_real_desk(name: str) -> None:
    review_of, table = made(name), frame_of(shared("inputs") / name)
    for dimension in DIMENSIONS:
        groups = review_of.groups(dimension)
        if dimension not in table:
            assert set(groups) == {None}, dimension
            continue
        assert {key or "" for key in groups} == set(table[dimension].fillna("")), dimension
        most = sorted(groups, key=lambda key: (-groups[key].opened, key or ""))[:8]
        for key, group in ((key, groups[key]) for key in most):
            part = oracle(table[table[dimension].fillna("") == (key or "")])
            assert (group.opened, group.resolved, group.open) == (
                part.intake()[0],
                part.resolved()[0],
                part.backlog()[0],
            )
            assert (group.on_time_rate, group.cases) == part.on_time_rate(), (dimension, key)
            assert (group.median, len(group.days)) == part.resolution_median(), (dimension, key)


@both
def test_ages_load_types_and_peaks_of_a_real_desk(name: str) -> None:
    review_of, table = made(name), frame_of(shared("inputs") / name)
    whole, facts, window = oracle(table), review_of.facts, review_of.window
    days = (pd.Timestamp(NOW).normalize() - whole.left.opened.dt.normalize()).dt.days
    cuts = pd.cut(days, [-1, 3, 7, 14, 30, 9999], labels=["0-3", "4-7", "8-14", "15-30", "31+"]).astype(str)
    assert ageing(facts, window) == Counter(zip(cuts, whole.left.urgency, strict=True))
    owners = whole.left.owner.fillna("").str.replace(r"\s*-\s*", "-", regex=True)
    late = whole.left.due < pd.Timestamp(NOW).normalize()
    high = whole.left.priority.astype(int) >= 4
    expected = {
        owner: (int(n), int(high[owners == owner].sum()), int(late[owners == owner].sum()))
        for owner, n in owners.value_counts().items()
    }
    assert {key or "": tuple(load) for key, load in owner_load(facts, window).items()} == expected
    pairs = Counter(zip(whole.came.type, whole.came.department, strict=True))
    assert {(k, d or ""): n for (k, d), n in crosstab(facts, window).items()} == pairs
    times = whole.came.opened
    assert peaks(facts, window) == Counter(zip(times.dt.day_of_week, times.dt.hour // 2 * 2, strict=True))


@both
def test_complaints_of_a_real_desk_by_department(name: str) -> None:
    found, table = made(name).pareto, frame_of(shared("inputs") / name)
    counts = table[table.type == "complaint"].department.value_counts()
    assert found.by == "department" and {bar[0]: bar[1] for bar in found.bars} == counts.to_dict()
    assert found.head == 1


@both
def test_words_of_a_real_desk_are_counted_with_a_pattern(name: str) -> None:
    found, table = made(name).keywords, frame_of(shared("inputs") / name)
    assert found.n == 445 and len(found.words) >= 3
    for word in found.words:
        spoken = table.description.str.contains(rf"\b{word.text}\b", case=False, regex=True)
        assert (word.now, word.before, len(word.rows)) == (int(spoken.sum()), 0, int(spoken.sum()))


@both
def test_findings_of_a_real_desk_are_grouped_by_sql(name: str) -> None:
    review_of, table = made(name), frame_of(shared("inputs") / name)
    at = FILES[name][1] + 2
    findings = pd.DataFrame(
        [(f.row, f.rule, f.severity.value) for f in validate(review_of.view).findings],
        columns=["row", "rule", "severity"],
    )
    requests = table.assign(row=range(at, at + len(table)))[["row", "department"]]
    desk = duckdb.connect()
    desk.register("findings", findings)
    desk.register("requests", requests)
    counted = desk.execute(
        "select department, rule, count(*) from findings join requests using (row) where severity != 'hint' "
        "group by all having count(*) >= 3 order by 3 desc, 1, 2"
    ).fetchall()
    assert training(review_of.facts, review_of.findings) == counted
    assert len(counted) >= 1


@both
def test_a_real_desk_of_two_days_has_no_limits_and_no_forecast_and_says_so(name: str) -> None:
    review_of = made(name)
    assert {result.trend.signal for result in review_of.results.values()} == {"unknown"}
    assert forecast(review_of.facts, review_of.window, review_of.results["intake"].trend, 1) is None
    told = [
        str(cells[0]) for cells in review(review_of.view, parse_period("2016-Q1")).tabs[0].values() if cells
    ]
    assert "Six ended periods are needed for a forecast." in told
