"""What a BI tool would compute from the exported files is what the review says, on a real desk and an invented one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from sheetops.domain.history import History
from sheetops.domain.period import parse_period
from sheetops.domain.view import View
from sheetops.exports.csv_files import csv_bytes
from sheetops.exports.parquet import parquet_bytes
from sheetops.jobs.export import export
from sheetops.jobs.review_data import Review
from tests.integration.test_review_inputs import FILES, seen
from tests.shared_inputs import shared
from tests.unit.kpis.desk import desk

# Written from the definitions of the figures; `start` and `last` are the period, `today` is when the sheet was read.
SQL = {
    "intake": "select count(*) from r where counted_opened between start and last",
    "resolved": "select count(*) from r where counted_resolved between start and last",
    "backlog": "select count(*) from r where (counted_opened is null or counted_opened <= last) and (counted_resolved is null or counted_resolved > last)",
    "on_time_rate": """
        select count(*) filter (counted_resolved between start and last and resolved <= due)
             / count(*) filter (counted_resolved between start and last or (counted_resolved is null or counted_resolved > last))
        from r where due is not null and (counted_opened is null or counted_opened <= last)
          and ((counted_resolved between start and last) or ((counted_resolved is null or counted_resolved > last) and due < least(today, last + 1)))""",
    "complaint_rate": "select count(*) filter (type_key = 'complaint') / count(*) from r where counted_opened between start and last",
    "csat": "select count(*) filter (feedback_score >= 4) / count(feedback_score) from r where counted_resolved between start and last",
    "csat_mean": "select avg(feedback_score) from r where counted_resolved between start and last",
    "resolution_median": "select median(resolution_working_days) from r where counted_resolved between start and last",
    "resolution_p90": "select quantile_cont(resolution_working_days, 0.9) from r where counted_resolved between start and last",
}  # fmt: skip


def ask(file: Path, sql: str, period: tuple[date, date], today: date) -> float | None:
    start, last, now = (f"date '{day}'" for day in (*period, today))
    reader = f"read_parquet('{file}')" if file.suffix == ".parquet" else f"read_csv('{file}', header = true)"
    text = f"with r as (select *, {start} as start, {last} as last, {now} as today from {reader}) {sql}"
    value = duckdb.sql(text).fetchall()[0][0]
    return None if value is None else float(value)


def check(view: View, name: str, folder: Path, figures: list[str]) -> None:
    period = parse_period(name)
    table = export(view, "desk", ())[0]
    (folder / "r.csv").write_bytes(csv_bytes(table))
    (folder / "r.parquet").write_bytes(parquet_bytes(table))
    results = Review(view, period).results
    for key in figures:
        for file in ("r.csv", "r.parquet"):
            found = ask(folder / file, SQL[key], (period.start, period.end), view.today)
            assert found == pytest.approx(results[key].now.value), (name, key, file)


@pytest.mark.parametrize("name", FILES)
def test_a_real_desks_files_give_the_reviews_figures(name: str, tmp_path: Path) -> None:
    view = seen(shared("inputs") / name)
    known = [key for key in SQL if Review(view, parse_period("2016-Q1")).results[key].now.value is not None]
    assert len(known) >= 6
    check(view, "2016-Q1", tmp_path, known)
    text = pd.read_csv(tmp_path / "r.csv", encoding="utf-8-sig", parse_dates=["opened", "resolved"])
    exact = pd.read_parquet(tmp_path / "r.parquet")
    assert len(text) == len(exact) == 445 and text["opened"].notna().all()
    assert text["id"].astype(str).tolist() == exact["id"].tolist()


@pytest.mark.parametrize("name", ["2026-09", "2026-Q3", "2025", "2026-11"])
def test_an_invented_desks_files_give_the_reviews_figures(name: str, tmp_path: Path) -> None:
    view, _, _ = desk(11, count=900)  # with slips: no day of opening, resolved before it came
    check(replace(view, history=History()), name, tmp_path, list(SQL))
