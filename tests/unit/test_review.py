"""When a review is due, what its tab holds, and what it never claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from sheetops.domain.history import History, Life, Reopening
from sheetops.domain.kpis import FIGURES
from sheetops.domain.period import parse_period
from sheetops.domain.table import Grid, Raw
from sheetops.domain.tabs import Tab
from sheetops.domain.template import LANGUAGES
from sheetops.domain.view import View
from sheetops.errors import UsageError
from sheetops.jobs import review_list
from sheetops.jobs.review import review, review_when_due
from sheetops.jobs.review_data import Review
from sheetops.jobs.review_opportunities import opportunities
from sheetops.settings.files import load_texts
from tests.sheets import KEYS, header, log, row, view
from tests.unit.kpis.desk import desk

COLUMNS = (*KEYS, "opened", "cause")


def case(number: int, opened: date, **cells: Raw) -> list[Raw]:
    defaults: dict[str, Raw] = {
        "id": f"R{number:04}",
        "type": "Consult",
        "urgency": "Medium",
        "opened": opened,
    }
    return row(COLUMNS, **{**defaults, **cells})


def desk_of(
    *rows: list[Raw], now: datetime = datetime(2026, 11, 3, 9), period: str | None = None, **more: object
) -> View:
    return replace(view(log(*rows, keys=COLUMNS), now=now, **more), period=period)  # type: ignore[arg-type]


def october(count: int = 3) -> list[list[Raw]]:
    return [case(n, date(2026, 10, 1 + n % 28)) for n in range(count)]


def lines(tab: Tab) -> dict[Raw, tuple[Raw, ...]]:
    """The rows by their first cell, the first of each."""
    found: dict[Raw, tuple[Raw, ...]] = {}
    for values in tab.values():
        if values and values[0] is not None:
            found.setdefault(values[0], values)
    return found


def with_tab(seen: View, tab: Tab) -> View:
    """The view once the tab stands in the sheet."""
    raw = seen.snapshot.raw
    grids = (*(g for g in raw.grids if g.name != tab.name), Grid(tab.name, [list(r) for r in tab.values()]))
    return replace(seen, snapshot=replace(seen.snapshot, raw=replace(raw, grids=grids)))


def test_last_months_review_is_due_once_it_has_requests() -> None:
    (tab,) = review_when_due(desk_of(*october())).tabs
    assert tab.name == "Review 2026-10"
    assert review_when_due(desk_of(case(1, date(2026, 11, 2)))).tabs == ()
    assert (
        review_when_due(desk_of(*october(), now=datetime(2026, 11, 28, 9))).tabs[0].name == "Review 2026-10"
    )


def test_a_second_run_the_same_day_plans_the_same_tab() -> None:
    seen = desk_of(*october())
    (tab,) = review_when_due(seen).tabs
    (again,) = review_when_due(with_tab(seen, tab)).tabs
    assert again == tab
    later = replace(with_tab(seen, tab), now=datetime(2026, 11, 4, 17, 3))
    assert review_when_due(later).tabs == (tab,)


@pytest.mark.parametrize(("day", "rewritten"), [(5, True), (6, False), (28, False)])
def test_late_entries_count_for_five_days_then_a_review_stands(day: int, rewritten: bool) -> None:
    seen = desk_of(*october())
    (tab,) = review_when_due(seen).tabs
    late = with_tab(desk_of(*october(), case(90, date(2026, 10, 30)), now=datetime(2026, 11, day, 9)), tab)
    assert bool(review_when_due(late).tabs) is rewritten


def test_a_review_that_a_person_deleted_is_not_written_again_unless_asked_for() -> None:
    written = History(reviewed={"2026-10": datetime(2026, 11, 1, 8)})
    seen = desk_of(*october(), history=written)
    assert review_when_due(seen).tabs == ()
    assert review_when_due(replace(seen, period="2026-10")).tabs[0].name == "Review 2026-10"


def test_a_review_keeps_the_tab_that_it_has_in_another_language() -> None:
    seen = desk_of(*october())
    other = replace(review_when_due(seen).tabs[0], name="服务复盘 2026-10")
    assert review_when_due(with_tab(seen, other)).tabs[0].name == "服务复盘 2026-10"


@pytest.mark.parametrize("name", ["2026", "2026-Q4", "2026-10", "2026-W45"])
def test_every_span_has_its_tab(name: str) -> None:
    (tab,) = review_when_due(replace(desk_of(*october(40)), period=name)).tabs
    assert tab.name == f"Review {name}"


def test_a_figure_that_the_sheet_cannot_give_says_what_would() -> None:
    bare = view(log(row(description="One", type="Consult")), now=datetime(2026, 11, 3, 9))
    made = lines(review(bare, parse_period("2026-10")).tabs[0])
    assert made["Opened"][1] == "–" and "Opened" in str(made["Opened"][7])
    assert made["Open at the end"][1] == 1  # it is there, whenever it came
    assert "First response" in str(made["Answered in time"][7])
    assert any(str(text).startswith("1 request without a day of opening") for text in made)


def test_the_month_in_an_id_is_enough_for_intake_but_not_for_an_age_or_a_week() -> None:
    seen = view(
        log(row(id="20261001"), row(id="20261002", resolved=date(2026, 10, 9))), now=datetime(2026, 11, 3, 9)
    )
    month = Review(seen, parse_period("2026-10"))
    assert (month.results["intake"].now.value, month.results["backlog"].now.value) == (2, 1)
    assert month.results["resolution_median"].now.value is None
    week = Review(seen, parse_period("2026-W41"))
    assert week.results["intake"].now.value is None
    assert (week.opening, week.results["resolved"].now.value, week.results["backlog"].now.value) == (2, 1, 1)


def test_the_first_look_of_the_ledger_dates_nothing_and_later_ones_do() -> None:
    began = datetime(2026, 10, 5, 9)
    lives = {"A": Life(began), "B": Life(began + timedelta(days=1)), "C": Life(began + timedelta(days=2))}
    lives["C"] = lives["C"]._replace(unsure=frozenset(("first_seen",)))
    rows = [row(id=name, type="Consult") for name in "ABCD"]
    seen = view(log(*rows), now=datetime(2026, 11, 3, 9), history=History(lives=lives, since=began))
    made = Review(seen, parse_period("2026-10"))
    assert [i for i, day in enumerate(made.facts.opened) if day] == [1]
    assert (made.results["intake"].now.value, made.opening, made.results["backlog"].now.value) == (1, 3, 4)


def test_what_the_first_look_knows_of_some_is_no_figure_of_all() -> None:
    began = datetime(2026, 10, 20, 9)
    seen_open, seen_done = frozenset(("first_seen",)), frozenset(("first_seen", "first_response", "resolved"))
    lives = {
        f"R{n:04}": Life(began, unsure=seen_open if n < 3 else seen_done, due_changes=n % 2) for n in range(9)
    }
    rows = [case(n, date(2026, 10, 5), resolved=None if n < 3 else date(2026, 10, 8)) for n in range(9)]
    made = Review(desk_of(*rows, history=History(lives=lives, since=began)), parse_period("2026-10"))
    told = {key: made.results[key].now for key in ("first_response", "reopen_rate", "fcr", "due_moved")}
    assert {key: (now.value, now.missing) for key, now in told.items()} == {
        "first_response": (None, "no_response"),
        "reopen_rate": (None, "no_history"),
        "fcr": (None, "no_history"),
        "due_moved": (None, "no_history"),
    }


def test_few_cases_are_marked_and_little_history_claims_no_change() -> None:
    tab = review(desk_of(*october(3)), parse_period("2026-10")).tabs[0]
    line = next(cells for cells in tab.rows if cells and cells[0].value == "Complaint rate")
    assert line[2].style == "warning" and "n below 30" in str(line[7].value)
    assert "0 of 6" in str(line[7].value)


def test_a_jump_is_called_a_change_and_chance_is_not() -> None:
    steady = [case(n, date(2025, 9, 1) + timedelta(days=n)) for n in range(395)]
    calm = Review(desk_of(*steady), parse_period("2026-09"))
    assert calm.results["intake"].trend.signal == "usual"
    crowd = [case(1000 + n, date(2026, 9, 1 + n % 30), type="Complaint") for n in range(40)]
    moved = Review(desk_of(*steady, *crowd), parse_period("2026-09"))
    assert moved.results["intake"].trend.signal == "above"
    assert moved.results["complaint_rate"].trend.signal == "above"
    assert "worse" in {found.rule for found in opportunities(moved)}
    assert "rose above" in str(
        review(desk_of(*steady, *crowd), parse_period("2026-09")).tabs[0].rows[2][0].value
    )


def test_goals_of_the_settings_and_the_fixed_baseline_of_complaints() -> None:
    first = [case(n, date(2026, 8, 1 + n % 28), type="Complaint" if n < 10 else "Consult") for n in range(40)]
    now = [
        case(100 + n, date(2026, 10, 1 + n % 28), type="Complaint" if n < 11 else "Consult")
        for n in range(40)
    ]
    few = [case(90 + n, date(2026, 7, 1), type="Complaint") for n in range(9)]  # too few for a baseline
    made = Review(desk_of(*few, *first, *now, goals={"resolution_rate": 50}), parse_period("2026-10"))
    assert made.results["complaint_rate"].goal == pytest.approx(0.2)
    assert made.results["complaint_rate"].gap == pytest.approx(0.2 - 11 / 40)
    assert (made.results["resolution_rate"].goal, made.results["resolution_rate"].met) == (0.5, False)
    assert {"goal"} <= {found.rule for found in opportunities(made)}
    own = Review(desk_of(*first, *now, goals={"complaint_rate": 30}), parse_period("2026-10"))
    assert (own.results["complaint_rate"].goal, own.results["complaint_rate"].met) == (0.3, True)


def test_the_head_of_the_pareto_is_an_opportunity_from_ten_complaints_on() -> None:
    def complaints(count: int) -> View:
        causes = ["Late delivery"] * (count - 1) + ["Rude"]
        return desk_of(
            *(case(n, date(2026, 10, 5), type="Complaint", cause=cause) for n, cause in enumerate(causes))
        )

    assert "pareto" in {
        found.rule for found in opportunities(Review(complaints(10), parse_period("2026-10")))
    }
    assert "pareto" not in {
        found.rule for found in opportunities(Review(complaints(9), parse_period("2026-10")))
    }


def test_the_head_is_the_fewest_causes_that_make_four_fifths() -> None:
    causes = ["Late delivery"] * 15 + ["Rude"] * 3 + ["Wrong bill"] * 2
    seen = desk_of(
        *(case(n, date(2026, 10, 5), type="Complaint", cause=cause) for n, cause in enumerate(causes))
    )
    assert Review(seen, parse_period("2026-10")).pareto.head == 2


def test_a_department_is_called_late_only_beyond_chance() -> None:
    def seen(late: int) -> set[str]:
        due = {"due": date(2026, 10, 9), "opened": date(2026, 10, 5)}
        rows = [
            case(
                n,
                owner="Tech-A*" if n < 20 else "Desk-B*",
                resolved=date(2026, 10, 12 if n < late else 8),
                **due,
            )
            for n in range(80)
        ]
        return {found.rule for found in opportunities(Review(desk_of(*rows), parse_period("2026-10")))}

    assert "late" in seen(12) and "late" not in seen(1)


def test_a_slow_type_is_called_slow_beside_the_others() -> None:
    rows = [
        case(
            n,
            date(2026, 10, 5),
            type="Feature" if n < 12 else "Consult",
            resolved=date(2026, 10, 16 if n < 12 else 7),
        )
        for n in range(40)
    ]
    found = {one.rule: one.evidence for one in opportunities(Review(desk_of(*rows), parse_period("2026-10")))}
    assert found["slow"] == "Feature takes 9.0 working days (median of 12), the other types 2.0."


def test_a_long_list_keeps_what_needs_a_look_and_says_how_many_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(review_list, "MOST_LISTED", 20)
    good = [
        case(n, date(2026, 10, 20), resolved=date(2026, 10, 21), due=date(2026, 10, 30)) for n in range(50)
    ]
    bad = [
        case(90 + n, date(2026, 10, 2), resolved=date(2026, 10, 9), due=date(2026, 10, 5)) for n in range(5)
    ]
    tab = review(desk_of(*good, *bad), parse_period("2026-10")).tabs[0]
    assert tab.filter is not None
    listed = [cells[0].value for cells in tab.rows[tab.filter.first_row : tab.filter.last_row]]
    assert len(listed) == 20 and {f"R{90 + n:04}" for n in range(5)} <= set(listed)
    assert any(str(value).startswith("20 of 55 requests are listed") for value in lines(tab))


def test_figures_lead_to_their_column_and_lines_to_their_cell() -> None:
    tab = review(desk_of(*october()), parse_period("2026-10")).tabs[0]
    line = next(cells for cells in tab.rows if cells and cells[0].value == "On-time rate")
    assert line[0].link is not None and line[0].link.cell is not None
    column, number = line[0].link.cell[0], int(line[0].link.cell[1:])
    assert tab.rows[number - 1][ord(column) - 65].value == "On-time rate"
    assert tab.rows[number][0].link == ("Requests", "A2", None)
    heads = next(n for n, cells in enumerate(tab.rows) if cells and cells[0].value == "Figure")
    figures = [cells[0] for cells in tab.rows[heads + 1 : heads + 13]]
    assert all(cell.link is not None and cell.link.tab == tab.name for cell in figures)


def test_charts_take_their_numbers_from_the_tab() -> None:
    seen, _, _ = desk(9)
    tab = review(seen, parse_period("2026-10")).tabs[0]
    values = tab.values()
    assert {chart.kind for chart in tab.charts} == {"line", "stacked", "bar", "column"}
    for chart in tab.charts:
        for block in (chart.categories, *(one.values for one in chart.series)):
            cells = [
                values[n - 1][block.first_column - 1] for n in range(block.first_row, block.last_row + 1)
            ]
            assert block.tab is None and any(cell is not None for cell in cells), chart.title
        titles = [values[chart.categories.first_row - 2][one.values.first_column - 1] for one in chart.series]
        assert titles == [one.name for one in chart.series]  # the heading above the numbers


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_its_texts_and_a_page(language: str) -> None:
    texts = load_texts(language)
    for figure in FIGURES:
        assert texts(f"review.figure.{figure.key}.name") and texts(f"review.figure.{figure.key}.formula")
        assert "Formula" in figure.page and "Source" in figure.page


def test_the_catalogues_of_the_review_say_the_same_things() -> None:
    names = [{n for n in load_texts(language).entries if n.startswith("review.")} for language in LANGUAGES]
    assert names[0] == names[1] == names[2]


def test_a_period_before_the_first_request_is_empty_and_one_to_come_is_refused() -> None:
    old = lines(review_when_due(desk_of(*october(), period="2024-05")).tabs[0])
    assert (old["Opened"][1], old["Open at the end"][1], old["CSAT"][1]) == (0, 0, "–")
    with pytest.raises(UsageError, match="has not begun"):
        review_when_due(desk_of(*october(), period="2026-12"))


def test_an_empty_log_has_an_empty_review() -> None:
    empty = view(Grid("Requests", [header()]), now=datetime(2026, 11, 3, 9))
    assert review_when_due(empty).tabs == ()
    told = lines(review(empty, parse_period("2026")).tabs[0])
    assert told["Opened"][1] == 0 and told["CSAT"][1] == "–"


def test_personal_data_is_shown_masked() -> None:
    seen = desk_of(
        case(1, date(2026, 10, 5), type="Complaint", cause="Call 13812345678", owner="Desk-a@example.com")
    )
    tab = review(seen, parse_period("2026-10")).tabs[0]
    text = "\n".join(str(value) for values in tab.values() for value in values)
    assert "13812345678" not in text and "a@example.com" not in text


def test_a_request_that_comes_back_is_received_again_on_its_day_and_what_was_reported_stays() -> None:
    began = datetime(2026, 9, 1, 9)
    rows = [case(1, date(2026, 9, 3)), case(2, date(2026, 9, 4), resolved=date(2026, 9, 8))]
    back = Life(began, reopenings=(Reopening(date(2026, 9, 7), datetime(2026, 10, 6, 9)),))

    def told(month: str, life: Life) -> dict[str, float | None]:
        seen = desk_of(*rows, history=History(lives={"R0001": life}, since=began))
        made = Review(seen, parse_period(month))
        keys = ("intake", "reopened", "resolved", "backlog", "resolution_rate", "breach")
        return {key: made.results[key].now.value for key in keys} | {"opening": made.opening}

    september = {"intake": 2, "reopened": 0, "resolved": 2, "backlog": 0, "resolution_rate": 1, "opening": 0}
    october = {"intake": 0, "reopened": 1, "resolved": 0, "backlog": 1, "resolution_rate": None, "opening": 0}
    assert told("2026-09", back) == september | {"breach": None}
    assert told("2026-10", back) == october | {"breach": None}
    mistaken = Life(began, reopenings=(Reopening(date(2026, 9, 7), datetime(2026, 9, 9, 9)),))
    rows[0] = case(1, date(2026, 9, 3), resolved=date(2026, 9, 7))  # the date was taken away and put back
    assert told("2026-09", mistaken)["reopened"] == 0


def test_the_first_screen_says_that_requests_came_back() -> None:
    began = datetime(2026, 9, 1, 9)
    life = Life(began, reopenings=(Reopening(date(2026, 9, 7), datetime(2026, 10, 6, 9)),))
    history = History(lives={"R0001": life}, since=began)
    (tab,) = review(desk_of(case(1, date(2026, 9, 3)), history=history), parse_period("2026-10")).tabs
    assert "0 requests came in, 1 came back and 0 were resolved; 1 is open" in str(tab.values()[2][0])
    assert lines(tab)["Reopened"][1] == 1
