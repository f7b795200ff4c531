"""Every figure on the written tab shows its n, its formula and its rows; what the data cannot give says what would."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime

import pytest

from sheetops.domain.history import History, Life
from sheetops.domain.kpis import BY_KEY, FIGURES
from sheetops.domain.kpis.breakdown import owner_load
from sheetops.domain.period import parse_period
from sheetops.domain.table import Raw
from sheetops.domain.tabs import Tab
from sheetops.domain.template import LANGUAGES
from sheetops.domain.view import View
from sheetops.jobs.review import review, review_when_due
from sheetops.jobs.review_data import CHARTED, Review
from sheetops.jobs.review_tab import _BESIDE
from sheetops.settings.files import load_texts
from tests.sheets import KEYS, log, row, view
from tests.unit.kpis.desk import desk

NOW = datetime(2026, 11, 3, 9)
COLUMNS = (*KEYS, "opened")
SAID_BESIDE = {key for keys in _BESIDE.values() for key in keys}


def name(key: str, language: str = "en") -> str:
    return load_texts(language)(f"review.figure.{key}.name")


def section(tab: Tab, title: str) -> list[tuple[Raw, ...]]:
    """The rows under a section's title, up to the blank row behind it."""
    values = tab.values()
    start = next(n for n, cells in enumerate(values) if cells and cells[0] == load_texts("en")(title))
    end = next(
        (n for n in range(start, len(values)) if not any(v is not None for v in values[n])), len(values)
    )
    return list(values[start + 1 : end])


def key_figures(tab: Tab) -> dict[Raw, tuple[int, tuple[Raw, ...]]]:
    values = tab.values()
    head = next(n for n, cells in enumerate(values) if cells and cells[0] == "Figure")
    found = {}
    for n in range(head + 1, len(values)):
        if not any(v is not None for v in values[n]):
            break
        found[values[n][0]] = (n, values[n])
    return found


@pytest.fixture(scope="module")
def rich() -> Tab:
    return review(desk(9)[0], parse_period("2026-10")).tabs[0]


@pytest.mark.parametrize("key", [f.key for f in FIGURES])
def test_a_figure_shows_value_n_formula_and_rows(rich: Tab, key: str) -> None:
    formulas = dict(cells[:2] for cells in section(rich, "review.formulas"))
    assert formulas[name(key)] == load_texts("en")(f"review.figure.{key}.formula")
    if key in SAID_BESIDE:
        return  # in the line of the figure it belongs to, with that one's n and rows
    at, line = key_figures(rich)[name(key)]
    assert isinstance(line[1], (int, float)) and isinstance(line[2], int) and line[2] > 0
    link = rich.rows[at][0].link
    assert link is not None and link.tab == rich.name and link.cell is not None
    column, number = ord(link.cell[0]) - 65, int(link.cell[1:])
    heading = rich.values()[number - 1][column]
    assert heading in {name(key), "Opened", "Resolved", "On-time rate"}
    assert rich.filter is not None and number == rich.filter.first_row


def test_figures_said_beside_another_are_there(rich: Tab) -> None:
    lines = key_figures(rich)
    for key, beside in _BESIDE.items():
        words = str(lines[name(key)][1][7])
        assert len(
            [
                part
                for part in beside
                if load_texts("en")(f"review.beside.{part}", value="§", n="§").partition("§")[0].strip()
                in words
            ]
        ) == len(beside)


def test_the_trends_rates_show_their_n(rich: Tab) -> None:
    values = rich.values()
    heads = [n for n, cells in enumerate(values) if cells and cells[0] == "Period"]
    assert len(heads) == 2
    counts, rates = (values[n] for n in heads)
    assert [name(key) for key in CHARTED if BY_KEY[key].unit == "count"] == [
        h for h in counts if h in {name(k) for k in CHARTED}
    ]
    assert rates.count("n") == sum(BY_KEY[key].unit == "percent" for key in CHARTED) == 3
    for cells in values[heads[1] + 1 : heads[1] + 14]:
        for at, head in enumerate(rates):
            if head == "n":
                assert isinstance(cells[at], int)


@pytest.mark.parametrize("key", [f.key for f in FIGURES if f.key not in ("resolved", "backlog", "reopened")])
def test_a_figure_that_a_bare_sheet_cannot_give_says_what_would(key: str) -> None:
    bare = view(log(row(description="One")), now=NOW)
    tab = review(bare, parse_period("2026-10")).tabs[0]
    lines, limits = key_figures(tab), [str(cells[0]) for cells in section(tab, "review.limits.title")]
    if key in SAID_BESIDE:
        return
    if name(key) in lines:
        _, line = lines[name(key)]
        words = str(line[7])
        assert line[1] == "–"
    else:
        (words,) = [text for text in limits if text.startswith(f"{name(key)}: ")]
    if key in ("csat", "resolution_median", "resolution_p90"):  # nothing was resolved, so nothing is missing
        assert words == "No case in this period"
    else:
        assert any(hint in words for hint in ("column", "ledger", "fill", "Needs")), words


def case(number: int, opened: date | None, **cells: Raw) -> list[Raw]:
    return row(
        COLUMNS, **{"id": f"R{number}", "type": "Consult", "urgency": "High", "opened": opened, **cells}
    )


def seen(*rows: list[Raw], history: History | None = None) -> View:
    return view(log(*rows, keys=COLUMNS), now=NOW, history=history, timezone="UTC")


AUGUST, OCTOBER = date(2026, 8, 3), date(2026, 10, 5)
WHY = [
    # nothing happened in the period: that is said, and no column is asked for
    ("csat", [case(1, AUGUST, resolved=AUGUST, feedback="5 points")], "No case in this period"),
    ("resolution_median", [case(1, AUGUST, resolved=AUGUST)], "No case in this period"),
    ("on_time_rate", [case(1, AUGUST, resolved=AUGUST, due=AUGUST), case(2, AUGUST, due=date(2026, 12, 1))], "No case in this period"),
    ("first_response", [case(1, AUGUST)], "No case in this period"),
    # something happened, and the sheet does not say what is needed
    ("csat", [case(1, OCTOBER, resolved=OCTOBER)], "No feedback has a score"),
    ("resolution_median", [case(1, None, resolved=OCTOBER)], "add a column Opened"),
    ("on_time_rate", [case(1, OCTOBER, resolved=OCTOBER)], "No request has a due date"),
    ("first_response", [case(1, OCTOBER)], "add a column First response"),
    ("reopen_rate", [case(1, OCTOBER)], "the ledger"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "rows", "why"), WHY)
def test_the_reason_is_the_true_one(key: str, rows: list[list[Raw]], why: str) -> None:
    tab = review(seen(*rows), parse_period("2026-10")).tabs[0]
    assert why in str(key_figures(tab)[name(key)][1][7])


def test_a_ledger_that_watched_nothing_in_a_quiet_month_says_there_was_no_case() -> None:
    began = datetime(2026, 7, 1, 9)
    history = History(lives={"R1": Life(datetime(2026, 8, 3, 9))}, since=began)
    lines = key_figures(review(seen(case(1, AUGUST), history=history), parse_period("2026-10")).tabs[0])
    assert {key: str(lines[name(key)][1][7]) for key in ("reopen_rate", "fcr")} == {
        "reopen_rate": "No case in this period",
        "fcr": "No case in this period",
    }
    later = seen(case(1, AUGUST), case(2, OCTOBER), history=history)
    lines = key_figures(review(later, parse_period("2026-10")).tabs[0])
    assert "ledger" in str(lines[name("reopen_rate")][1][7])


def test_an_empty_month_says_so_in_its_first_sentence_and_to_whoever_asked() -> None:
    quiet = seen(case(1, AUGUST))
    plan = review_when_due(replace(quiet, period="2026-10"))
    assert str(plan.tabs[0].values()[2][0]).startswith(
        "Nothing was opened or resolved in this period; requests open at its end: 1."
    )
    assert plan.remarks == ("nothing was opened or resolved in 2026-10; the tab says what is open",)
    assert review_when_due(quiet).tabs == () and review_when_due(quiet).remarks == ()
    assert review_when_due(replace(seen(case(1, OCTOBER)), period="2026-10")).remarks == ()


def test_the_list_of_requests_is_not_printed(rich: Tab) -> None:
    texts, values = load_texts("en"), rich.values()
    assert rich.printed is not None and values[rich.printed.last_row + 1][0] == texts("review.list.title")
    assert max(last for _, last in rich.together) == rich.printed.last_row


def test_the_list_tells_the_requests_of_every_group(rich: Tab) -> None:
    seen, values, block = desk(9)[0], rich.values(), rich.filter
    assert block is not None
    heads, made = values[block.first_row - 1], Review(seen, parse_period("2026-10"))
    lines = values[block.first_row : block.last_row]
    opened = [
        cells
        for cells in lines
        if isinstance(cells[1], date) and cells[1].month == 10 and cells[1].year == 2026
    ]
    for dimension, title in (
        ("type", "Type"),
        ("source", "Source"),
        ("urgency", "Urgency"),
        ("department", "Department"),
        ("segment", "Segment"),
    ):
        at = heads.index(title)
        for key, group in made.groups(dimension).items():
            told = [cells for cells in opened if cells[at] == (made.label(dimension, key) if key else None)]
            assert len(told) == group.opened, (dimension, key)
    owners = Counter(
        cells[heads.index("Owner")] for cells in lines if cells[heads.index("Open at the end")] == 1
    )
    assert owners == {key: load.open for key, load in owner_load(made.facts, made.window).items()}
    causes = Counter(
        cells[heads.index("Cause")] for cells in opened if cells[heads.index("Complaint rate")] == 1
    )
    assert causes == {name: count for name, count, _ in made.pareto.bars}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_came_in_is_never_a_dash_in_the_first_sentence(language: str) -> None:
    bare = view(log(row(description="One"), language=language), now=NOW, language=language)
    assert "–" not in str(review(bare, parse_period("2026-10")).tabs[0].values()[2][0])


def test_groups_that_the_sheet_does_not_name_are_told_with_what_would_tell() -> None:
    tab = review(seen(case(1, OCTOBER)), parse_period("2026-10")).tabs[0]
    (line,) = [str(c[0]) for c in section(tab, "review.limits.title") if "No breakdown by" in str(c[0])]
    assert (
        all(word in line for word in ("Department", "Segment", "Customer type", "Industry"))
        and "Type," not in line
    )
    rich_line = [
        str(c[0]) for c in section(review(desk(9)[0], parse_period("2026-10")).tabs[0], "review.limits.title")
    ]
    assert "Department" not in " ".join(line for line in rich_line if "No breakdown" in line)
