"""The review of a real service desk, held against pandas: 445 incidents of 2016 as they stood on 7 March."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sheetops.books.open import open_book
from sheetops.domain.history import History
from sheetops.domain.kpis import FIGURES
from sheetops.domain.period import parse_period
from sheetops.domain.table import take_snapshot
from sheetops.domain.tabs import Tab
from sheetops.domain.view import View
from sheetops.jobs.fill import fill
from sheetops.jobs.review import review_when_due
from sheetops.jobs.review_data import Review
from tests.shared_inputs import shared
from tests.sheets import policy
from tests.unit.kpis.oracle import Oracle, frame

NOW = datetime(2016, 3, 7, 12)
FILES = {"service-desk-plain.xlsx": ("Requests", 0), "service-desk-dressed.xlsx": ("Service desk log", 2)}
TARGET = {"High": 1, "Medium": 3, "Low": 10}


def seen(path: Path) -> View:
    """The sheet as a job sees it once the due dates are filled."""
    raw = open_book(str(path)).read()
    view = View(take_snapshot(raw), policy("en", timezone="UTC"), History(), NOW, "2016-Q1")
    return view.after(fill(view).edits)


def read_again(path: Path) -> pd.DataFrame:
    """The sheet read by pandas, due dates counted by numpy."""
    tab, header = FILES[path.name]
    table = pd.read_excel(path, sheet_name=tab, header=header, engine="openpyxl")
    table.columns = [name.lower().replace("request id", "id") for name in table.columns]
    late = table.opened.dt.hour >= 18
    days = (table.opened.dt.normalize() + pd.to_timedelta(late.astype(int), unit="D")).values.astype(
        "datetime64[D]"
    )
    first = np.busday_offset(days, 0, roll="forward")
    table["due"] = np.busday_offset(first, table.urgency.map(TARGET).to_numpy())
    return frame(table.to_dict("records"), History())


@pytest.mark.parametrize("name", FILES)
def test_the_figures_of_a_real_desk_are_what_pandas_says(name: str) -> None:
    path = shared("inputs") / name
    view = seen(path)
    oracle = Oracle(read_again(path), date(2016, 1, 1), date(2016, 3, 31), NOW)
    made = Review(view, parse_period("2016-Q1"))
    for figure in FIGURES:
        if figure.key in (
            "reopened",
            "reopen_rate",
            "fcr",
            "due_moved",
            "first_response",
        ):  # neither a column nor a ledger tells them
            assert made.results[figure.key].now.missing in ("no_history", "no_response")
            continue
        now = made.results[figure.key].now
        value, n = getattr(oracle, figure.key)()
        assert (now.value, now.n) == (pytest.approx(value), n), figure.key
    assert (made.results["intake"].now.value, made.results["backlog"].now.value) == (445, 135)


@pytest.mark.parametrize("name", FILES)
def test_the_tab_lists_every_request_and_its_marks_add_up(name: str) -> None:
    view = seen(shared("inputs") / name)
    tab: Tab = review_when_due(view).tabs[0]
    assert tab.name == "Review 2016-Q1" and len(tab.charts) >= 6 and tab.filter is not None
    block = tab.filter
    assert block.last_row - block.first_row == 445
    rows = tab.values()
    header = rows[block.first_row - 1]
    on_time = [rows[n][header.index("On-time rate")] for n in range(block.first_row, block.last_row)]
    marks = [mark for mark in on_time if mark is not None]
    assert sum(marks) / len(marks) == pytest.approx(
        Review(view, parse_period("2016-Q1")).results["on_time_rate"].now.value
    )
    first = tab.rows[block.first_row][0]
    assert first.link is not None and view.snapshot.raw.grid(first.link.tab).rows[0] is not None
