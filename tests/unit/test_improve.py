"""Improvements from proposal to verdict: nothing twice, nothing of people's touched, each number from its rows."""

from __future__ import annotations

import copy
import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.domain.living import FOLLOW_UPS, IMPROVEMENTS, LIVING
from sheetops.domain.samples import expand, read_sample
from sheetops.domain.table import Grid
from sheetops.domain.template import COLUMNS, OPTIONAL_COLUMNS, match_header
from sheetops.jobs.improve import improvements
from sheetops.jobs.living import Pen, rows_of
from tests.unit.improving import Desk, Stream, blank_tab

FIRST = date(2025, 1, 1)
TODAY = date(2026, 1, 3)
ROWS = Stream(7, a_day=3.5, satisfied=lambda day: 0.75 if day < date(2026, 1, 20) else 0.93).rows(
    FIRST, date(2026, 12, 31)
)
FEW = Stream(7, a_day=1.5, satisfied=lambda day: 0.7).rows(FIRST, date(2026, 6, 1))


@pytest.fixture
def desk() -> Desk:
    made = Desk(ROWS)
    made.run(TODAY)
    return made


def test_what_misses_its_goal_is_proposed_with_evidence_and_a_baseline_of_other_months(desk: Desk) -> None:
    (row,) = [r for r in desk.cells() if r["key"] == "csat"]
    assert row["id"] == "IMP-001" and row["kpi"] == "CSAT" and row["goal"] == 90 and row["unit"] == "%"
    assert str(row["evidence"]).startswith("2025-12: CSAT is ")
    assert row["baseline_period"] == "2025-06-01 – 2025-11-30"  # not the month that was noticed
    scored = [r for r in ROWS if date(2025, 6, 1) <= r["resolved"] <= date(2025, 11, 30) and r["feedback"]]  # type: ignore[operator]
    good = [r["id"] for r in scored if str(r["feedback"])[0] in "45"]
    assert (row["baseline_n"], row["baseline"]) == (len(scored), round(100 * len(good) / len(scored), 2))
    cases = read_sample(str(row["baseline_rows"]), "share")
    assert cases is not None and sorted(cases.ids[1.0]) == sorted(map(str, good))
    bad = [
        r["id"]
        for r in ROWS
        if date(2025, 12, 1) <= r["resolved"] <= date(2025, 12, 31)  # type: ignore[operator]
        and r["feedback"]
        and str(r["feedback"])[0] in "123"
    ]
    assert sorted(expand(str(row["evidence_rows"]))) == sorted(map(str, bad))


def test_a_second_run_does_nothing_nor_does_one_on_another_day_of_the_month(desk: Desk) -> None:
    assert desk.run(TODAY).edits == ()
    assert desk.run(TODAY + timedelta(days=1)).edits == ()


def test_an_open_improvement_is_not_proposed_again_nor_one_that_people_dropped_or_deleted(desk: Desk) -> None:
    rows = len(desk.cells())
    desk.write("IMP-001", progress="Dropped")
    desk.run(date(2026, 2, 2))
    assert [r["key"] for r in desk.cells()].count("csat") == 1
    tab = copy.deepcopy(desk.tab)
    assert tab is not None
    desk.tab = Grid(tab.name, [line for line in tab.rows if line[0] != "IMP-001"])
    desk.run(date(2026, 2, 3))
    assert len(desk.cells()) >= rows and "csat" in [
        r["key"] for r in desk.cells()
    ]  # another month's evidence
    desk.tab = Grid(tab.name, [line for line in desk.tab.rows if "csat" not in line])
    desk.run(date(2026, 2, 4))
    assert "csat" not in [r["key"] for r in desk.cells()]
    assert len({r["id"] for r in desk.cells()}) == len(desk.cells())


def test_a_measure_that_worked_is_measured_again_and_called_effective(desk: Desk) -> None:
    desk.write("IMP-001", why="5 × why", measure="Call back", action_owner="Desk-Ann*", progress="done")
    desk.run(date(2026, 1, 20))
    (row,) = [r for r in desk.cells() if r["id"] == "IMP-001"]
    assert row["done_on"] == date(2026, 1, 20) and row["review_on"] == date(2026, 4, 3)
    frozen = {k: row[k] for k in row if str(k).startswith("baseline")}
    desk.run(date(2026, 4, 2))
    assert desk.cells()[0]["verdict"] is None  # the day has not come
    desk.run(date(2026, 4, 3))
    row = desk.cells()[0]
    assert row["verdict"] == "Effective" and row["tests"] == 1
    assert row["measured_period"] == "2026-01-21 – 2026-04-02"
    scored = [r for r in ROWS if date(2026, 1, 21) <= r["resolved"] <= date(2026, 4, 2) and r["feedback"]]  # type: ignore[operator]
    good = sum(str(r["feedback"])[0] in "45" for r in scored)
    assert (row["measured_n"], row["measured"]) == (len(scored), round(100 * good / len(scored), 2))
    assert "Fisher" in str(row["proof"]) and "level 0.025" in str(row["proof"])
    assert {k: row[k] for k in frozen} == frozen
    assert (row["why"], row["measure"]) == ("5 × why", "Call back")
    assert desk.run(date(2026, 4, 3)).edits == ()
    assert not [e for e in desk.run(date(2026, 9, 3)).edits if e.ref.id == "IMP-001"]  # proven is proven


def test_what_did_not_work_is_opened_again_and_judged_more_strictly_on_new_days() -> None:
    desk = Desk(Stream(11, satisfied=lambda day: 0.75).rows(FIRST, date(2026, 12, 31)))
    desk.run(TODAY)
    desk.write("IMP-001", progress="done", done_on=date(2026, 1, 10))
    desk.run(date(2026, 4, 3))
    row = desk.cells()[0]
    assert (row["verdict"], row["tests"], row["review_on"]) == ("Not effective", 1, date(2026, 7, 2))
    desk.run(date(2026, 7, 2))
    row = desk.cells()[0]
    assert row["measured_period"] == "2026-04-03 – 2026-07-01" and row["tests"] == 2
    assert "level 0.0125" in str(row["proof"])


def test_too_little_data_is_no_verdict_and_spends_no_level(desk: Desk) -> None:
    desk.write("IMP-001", progress="done", done_on=date(2026, 3, 30))
    desk.run(date(2026, 4, 3))
    row = desk.cells()[0]
    assert (row["verdict"], row["tests"], row["review_on"]) == ("Too little data", 0, date(2026, 5, 3))
    assert "at least 30" in str(row["proof"])
    desk.run(date(2026, 5, 3))
    row = desk.cells()[0]
    assert row["measured_period"] == "2026-03-31 – 2026-05-02" and "level 0.025" in str(row["proof"])


def test_a_change_for_the_worse_has_its_baseline_from_the_month_after() -> None:
    bad = Stream(5, a_day=14, complains=lambda day: 0.10 if day < date(2025, 12, 1) else 0.35)
    desk = Desk(bad.rows(date(2025, 3, 1), date(2026, 6, 30)), settings={"goals": {"csat": 5}})
    desk.run(TODAY)
    (row,) = [
        r for r in desk.cells() if r["key"] == "complaint_rate" and "worse" in str(r["opportunity"])
    ] or [None]
    if row is None:  # the goal of 20 % less was missed too, which says it already
        (row,) = [r for r in desk.cells() if r["key"] == "complaint_rate"]
        assert row["baseline"] is not None
        return
    assert row["baseline"] is None and row["baseline_period"] == "2026-01-01 – 2026-01-31"


def test_a_persons_own_row_is_numbered_and_followed(desk: Desk) -> None:
    own = blank_tab(
        {
            "opportunity": "Fewer late ones",
            "kpi": "On-time rate",
            "scope": "Department: Tech",
            "goal": "95 %",
        },
        {"kpi": "Our own figure", "measure": "x"},
        {"remarks": "just a note"},
        {"opportunity": "Fewer calls", "kpi": "Opened"},
    )
    desk.tab, desk.listed = own, {"csat": desk.view(TODAY).now, "complaint_rate": desk.view(TODAY).now}
    desk.run(TODAY)
    late, unknown, note, calls = desk.cells()[:4]
    assert (
        late["id"] == "IMP-001" and late["key"] == "on_time_rate/department=Tech" and late["goal"] == "95 %"
    )
    assert late["baseline_period"] == "2025-06-01 – 2025-11-30" and late["baseline_n"]
    assert unknown["id"] == "IMP-002" and "not understood" in str(unknown["proof"])
    assert note["id"] is None
    assert calls["unit"] == "per working day" and calls["goal"] is None
    desk.write("IMP-003", progress="Done", done_on=date(2026, 1, 5), review_on=date(2026, 2, 1), goal=3)
    desk.run(date(2026, 2, 1))
    judged = desk.cells()[3]
    assert "Poisson" in str(judged["proof"]) and judged["verdict"] == "Not effective"


def test_copied_rows_are_left_alone_and_told(desk: Desk) -> None:
    assert desk.tab is not None
    rows = list(desk.tab.rows)
    desk.tab = Grid("Improvements", [*rows, list(rows[1])])
    desk.write("IMP-001", progress="done")
    plan = desk.run(date(2026, 4, 3))
    assert not [e for e in plan.edits if e.ref.id == "IMP-001"] and "IMP-001" in plan.remarks[0]


def test_a_baseline_that_a_person_changed_is_not_judged_by(desk: Desk) -> None:
    desk.write("IMP-001", progress="done", done_on=TODAY, baseline_rows="we lost it")
    desk.run(date(2026, 4, 3))
    row = desk.cells()[0]
    assert row["verdict"] is None and "can no longer be read" in str(row["proof"])
    assert desk.run(date(2026, 4, 4)).edits == ()


@settings(max_examples=6, deadline=None)
@given(
    st.randoms(use_true_random=False),
    st.sampled_from(["2026-01-03", "2026-01-25", "2026-04-04", "2026-05-20"]),
)
def test_order_and_own_columns_change_nothing_and_people_are_never_overwritten(
    dice: random.Random, day: str
) -> None:
    desk = Desk(FEW)
    desk.run(TODAY)
    desk.write("IMP-001", progress=dice.choice(["done", "Under way", "Dropped", None]), why="w", remarks="r")
    assert desk.tab is not None
    header, *rows = [list(line) for line in desk.tab.rows]
    rows += [[None] * len(header) for _ in range(dice.randrange(3))]
    rows[-1][2] = rows[-1][2] or "CSAT"
    at = dice.randrange(1, len(header))
    mixed = copy.deepcopy(rows)
    dice.shuffle(mixed)
    other = [[*line[:at], f"own {n}", *line[at:]] for n, line in enumerate([header, *mixed])]
    one, two = (
        Desk(FEW, tab=Grid("Improvements", [header, *rows]), listed=dict(desk.listed)),
        Desk(FEW, tab=Grid("Kaizen", other), listed=dict(desk.listed)),
    )
    own = [f"own {n}" for n in range(len(other))]
    people = [c.key for c in IMPROVEMENTS.columns if not c.by_job]
    before = sorted(repr([r[k] for k in people]) for r in two.cells())
    when = date.fromisoformat(day)
    for each in (one, two):
        each.run(when)
        assert each.run(when).edits == ()
    strip = lambda cells: sorted(repr({k: v for k, v in r.items() if k != "id"}) for r in cells)  # noqa: E731
    assert strip(one.cells()) == strip(two.cells())
    after = sorted(repr([r[k] for k in people]) for r in two.cells())
    assert all(row in after for row in before)
    assert [line[at] for line in two.tab.rows][: len(own)] == own  # type: ignore[union-attr]


def test_a_job_cannot_write_into_a_column_of_people(desk: Desk) -> None:
    table = desk.table()
    pen = Pen(desk.view(TODAY), IMPROVEMENTS, table)
    with pytest.raises(AssertionError):
        pen.set(rows_of(table)[0][0], "measure", "mine", "because")
    with pytest.raises(AssertionError):
        pen.add({"why": "mine"}, "because")


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_a_living_tab_is_never_taken_for_a_log_whatever_it_is_called(language: str) -> None:
    for kind in LIVING:
        names = [column.name(language) for column in kind.columns]
        assert not match_header(names, COLUMNS + OPTIONAL_COLUMNS).columns
        assert set(match_header(names, kind.columns).columns) == {c.key for c in kind.columns}
    both = {c.name(language) for c in IMPROVEMENTS.columns} & {c.name(language) for c in FOLLOW_UPS.columns}
    assert len(both) <= 1  # the system key alone


def test_a_tab_of_a_persons_own_called_improvements_is_left_alone() -> None:
    desk = Desk(ROWS, tab=Grid("Improvements", [["Ideas"], ["Coffee"]]))
    view = desk.view(TODAY)
    assert view.snapshot.living == ()
    assert (
        improvements(view).tabs[0].name == "Improvements"
    )  # which the runner then leaves out: it is not ours
