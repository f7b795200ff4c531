"""IDs continue, due dates follow the target, and a person's value always wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.domain.history import History, Life
from sheetops.domain.ids import IdPattern, learn
from sheetops.domain.table import Raw
from sheetops.domain.view import View
from sheetops.errors import SettingsError
from sheetops.jobs.fill import fill
from sheetops.jobs.validate import validate
from tests import sheets
from tests.sheets import KEYS, log, view

OPENED = (*KEYS, "opened")


def row(keys: Sequence[str] = KEYS, **cells: Raw) -> list[Raw]:
    """A row that says where the request came from, so that it is more than a line of text."""
    return sheets.row(keys, **{"source": "Phone", **cells})  # type: ignore[arg-type]


def values(plan, column):  # type: ignore[no-untyped-def]
    return [edit.new for edit in plan.edits if edit.column == column]


def test_ids_continue_the_months_sequence_and_leave_no_gap_to_fill() -> None:
    seen = view(
        log(
            row(id="20261101", description="a"),
            row(id="20261107", description="b"),
            row(description="c"),
            row(description="d"),
        )
    )
    assert values(fill(seen), "id") == ["20261108", "20261109"]


def test_the_hundredth_of_a_month_has_three_digits() -> None:
    seen = view(log(row(id="20261199", description="a"), row(description="b")))
    assert values(fill(seen), "id") == ["202611100"]


def test_a_number_ever_given_is_not_given_again_after_a_deletion() -> None:
    seen = view(log(row(description="a")), history=History(highest={"202611": 41}))
    assert values(fill(seen), "id") == ["20261142"]


@pytest.mark.parametrize(
    ("known", "odd", "given"),
    [
        ("202611{:02}", "２０２６１１０９", "20261110"),
        ("INC-{:03}", "inc-009", "INC-010"),
        ("ＩＮＣ-{:03}", "INC-009", "ＩＮＣ-010"),
    ],
)
@pytest.mark.parametrize("gone", [False, True])
def test_width_and_case_do_not_make_an_id_another_one(known: str, odd: str, given: str, gone: bool) -> None:
    history = History(lives={odd: Life(datetime(2026, 11, 2))} if gone else {})
    ids = [known.format(number) for number in range(1, 7)] + [odd] * (not gone)
    seen = view(log(*(row(id=one, description="a") for one in ids), row(description="new")), history=history)
    assert values(fill(seen), "id") == [given]


def test_the_month_is_the_one_the_request_was_opened_in() -> None:
    seen = view(log(row(OPENED, description="a", opened=datetime(2026, 10, 30, 16)), keys=OPENED))
    assert values(fill(seen), "id") == ["20261001"]


WATCHED = datetime(2026, 10, 5, 9)
DAY, OLD = date(2026, 9, 9), date(2025, 12, 8)


@pytest.mark.parametrize(
    ("cells", "since", "given"),
    [
        ({"due": date(2026, 9, 30), "resolved": DAY}, None, "20260901"),
        ({"due": date(2026, 8, 31), "resolved": DAY}, WATCHED, "20260801"),
        ({"resolved": date(2027, 1, 4)}, None, "20261101"),
        ({"due": date(2026, 12, 1)}, None, "20261101"),
        ({"due": OLD}, None, "20251201"),
        ({"due": OLD}, WATCHED, "20261101"),  # new to a sheet that is watched: a slip, which a rule tells
        ({"resolved": 0.5}, None, "20261101"),  # a time of day
        # The same day of this year is near, so the year is a slip; a rule tells it once the month is this one.
        ({"resolved": date(2025, 11, 18)}, WATCHED, "20261101"),
        ({"resolved": date(2024, 11, 2), "due": date(2024, 11, 4)}, WATCHED, "20261101"),
        ({"resolved": date(2026, 11, 17), "due": date(2025, 11, 18)}, WATCHED, "20261101"),
        ({"resolved": date(2025, 11, 18), "due": date(2026, 11, 19)}, None, "20261101"),
        ({"resolved": date(2025, 10, 28)}, WATCHED, "20261001"),
        # Of a row of long ago, noted late or moved here from an older log, the year is none.
        ({"resolved": date(2025, 12, 8)}, WATCHED, "20251201"),
        ({"resolved": date(2024, 6, 3), "due": date(2024, 6, 4)}, WATCHED, "20240601"),
        ({"resolved": date(2025, 11, 18), "due": date(2025, 11, 19)}, None, "20251101"),
    ],
)
def test_a_row_that_does_not_say_when_it_was_opened_has_the_month_by_which_it_was_there(
    cells: dict[str, Raw], since: datetime | None, given: str
) -> None:
    seen = view(log(row(description="a", **cells)), history=History(since=since))  # type: ignore[arg-type]
    assert values(fill(seen), "id") == [given]


@pytest.mark.parametrize(
    ("first_seen", "given"), [(WATCHED, "20251201"), (datetime(2026, 10, 20), "20261001")]
)
def test_a_row_seen_before_without_an_id_has_the_month_of_that_run(first_seen: datetime, given: str) -> None:
    history = History(since=WATCHED, unnamed=lambda table, index: Life(first_seen))
    assert values(fill(view(log(row(description="a", due=OLD)), history=history)), "id") == [given]


@pytest.mark.parametrize("meant", [date(2026, 11, 18), date(2026, 10, 28)])
def test_a_slip_of_the_year_is_told_after_the_row_was_numbered_too(meant: date) -> None:
    slip = meant.replace(year=2025)
    seen = view(log(row(description="a", resolved=slip)), history=History(since=WATCHED))
    told = validate(seen.after(fill(seen).edits)).findings
    fixes = [(one.column, one.fix_value) for one in told if one.rule == "date"]
    assert fixes == [("resolved", meant.isoformat())]


@given(st.lists(st.tuples(*[st.none() | st.dates(date(2024, 1, 1), date(2026, 11, 18))] * 2), max_size=8))
def test_no_rule_takes_the_dates_of_a_row_for_slips_since_it_was_numbered(
    dates: list[tuple[date | None, date | None]],
) -> None:
    def told(seen: View) -> set[tuple[int, str]]:
        found = validate(seen).findings
        return {(one.row, one.column) for one in found if one.rule in ("date", "due-before-opened")}

    seen = view(log(*(row(description=f"a{n}", due=due, resolved=end) for n, (due, end) in enumerate(dates))))
    far_apart = {
        (n, key)
        for n, (due, end) in enumerate(dates, start=2)
        if due and end and abs((due - end).days) > 230  # then one of the two is a slip
        for key in ("due", "resolved")
    }
    assert told(seen.after(fill(seen).edits)) <= told(seen) | far_apart


def test_a_sheet_that_numbers_otherwise_goes_on_in_its_own_way() -> None:
    rows = [row(id=f"INC{n:07}", description="a") for n in range(40, 50)]
    seen = view(log(*rows, row(description="new")))
    assert values(fill(seen), "id") == ["INC0000050"]


def test_ids_typed_as_numbers_stay_numbers() -> None:
    seen = view(log(row(id=20261101.0, description="a"), row(description="b")))
    assert values(fill(seen), "id") == [20261102]


@pytest.mark.parametrize(("texts", "given"), [(1, 20261109), (3, 20261109), (4, "20261109"), (8, "20261109")])
def test_a_few_ids_typed_as_text_do_not_make_the_others_text(texts: int, given: int | str) -> None:
    ids: list[float | str] = [20261100.0 + n for n in range(1, 9 - texts)]
    ids += [f"{20261100 + n}" for n in range(9 - texts, 9)]
    seen = view(log(*(row(id=one, description="a") for one in ids), row(description="b")))
    assert values(fill(seen), "id") == [given]


@pytest.mark.parametrize(("width", "given"), [(3, "202611013"), (4, "2026110013")])
def test_numbers_of_more_digits_after_the_month_go_on_so(width: int, given: str) -> None:
    rows = [row(id=f"202611{n:0{width}}", description="a") for n in range(1, 13)]
    assert values(fill(view(log(*rows, row(description="new")))), "id") == [given]


@pytest.mark.parametrize(
    ("language", "urgency", "due"),
    [
        ("en", "High", date(2026, 11, 19)),
        ("en", "Medium", date(2026, 11, 23)),
        ("en", "Low", date(2026, 12, 2)),
        ("zh-Hans", "高 ", date(2026, 11, 19)),
        ("zh-Hans", "High", date(2026, 11, 19)),
        ("zh-Hant", "緊急", date(2026, 11, 19)),
    ],
)
def test_due_comes_from_urgency_and_working_days(language: str, urgency: str, due: date) -> None:
    seen = view(log(row(id="20261101", description="a", urgency=urgency), language=language))
    assert values(fill(seen), "due") == [due]


def test_opened_wins_over_first_seen_and_first_seen_over_today() -> None:
    life = History(
        lives={"20261101": Life(datetime(2026, 11, 12, 10)), "20261102": Life(datetime(2026, 11, 12, 10))}
    )
    opened = log(
        row(OPENED, id="20261101", urgency="High", description="a"),
        row(OPENED, id="20261102", urgency="High", description="b", opened=date(2026, 11, 10)),
        row(OPENED, id="20261103", urgency="High", description="c"),
        keys=OPENED,
    )
    assert values(fill(view(opened, history=life)), "due") == [
        date(2026, 11, 13),
        date(2026, 11, 11),
        date(2026, 11, 19),
    ]


def test_make_up_weekends_count_and_holidays_do_not() -> None:
    # 2026-10-10 is a Saturday that China works; 1 to 7 October are off.
    seen = view(
        log(
            row(OPENED, id="20260901", urgency="高", description="a", opened=date(2026, 10, 9)),
            language="zh-Hans",
            keys=OPENED,
        )
    )
    assert values(fill(seen), "due") == [date(2026, 10, 10)]
    before = view(
        log(
            row(OPENED, id="20260901", urgency="高", description="a", opened=date(2026, 9, 30)),
            language="zh-Hans",
            keys=OPENED,
        )
    )
    assert values(fill(before), "due") == [date(2026, 10, 8)]


@pytest.mark.parametrize(
    "cells",
    [
        {"urgency": "High", "due": date(2026, 1, 1)},
        {"urgency": "High", "due": "next week"},
        {"urgency": "whenever"},
        {},
        {"urgency": "High", "resolved": date(2026, 11, 2)},
    ],
)
def test_nothing_is_guessed_and_nothing_of_a_person_is_overwritten(cells: dict[str, object]) -> None:
    seen = view(log(row(id="20261101", description="a", **cells)))  # type: ignore[arg-type]
    assert fill(seen).edits == ()


def test_a_year_the_calendar_does_not_know_is_announced_not_computed() -> None:
    seen = view(
        log(row(id="20261101", description="a", urgency="高"), language="zh-Hans"),
        now=datetime(2041, 3, 1, 9),
    )
    plan = fill(seen)
    assert plan.edits == () and "2041" in plan.remarks[0]


@given(st.lists(st.sampled_from(["High", "Low", "medium", "", "???"]), min_size=1, max_size=20), st.data())
def test_filling_twice_is_filling_once(urgencies: list[str], data: st.DataObject) -> None:
    rows = [row(description=f"case {n}", urgency=u or None) for n, u in enumerate(urgencies)]
    seen = view(log(*rows))
    plan = fill(seen)
    assert fill(seen.after(plan.edits)).edits == ()
    ids = values(plan, "id")
    assert len(set(ids)) == len(ids) == len(rows)


@pytest.mark.parametrize("text", ["{yyyy}{mm}", "{seq}{yyyy}", "R{seq}{seq}", "plain"])
def test_a_pattern_without_a_number_at_its_end_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        IdPattern(text)


def test_a_few_odd_ids_do_not_make_a_pattern() -> None:
    wanted = IdPattern("{yyyy}{mm}{seq:02}")
    assert learn(["INC1", "x", "20261101"], wanted) is wanted
    assert learn([f"20261{n:03}" for n in range(100, 120)], wanted) is wanted


def test_a_request_resolved_before_the_first_run_saw_it_gets_no_due_date_later_either() -> None:
    life = History(lives={"20261101": Life(datetime(2026, 11, 12, 10))})
    grid = log(row(id="20261101", urgency="High", description="a", resolved=date(2026, 11, 2)))
    assert fill(view(grid, history=life)).edits == ()
    seen_open = log(row(id="20261101", urgency="High", description="a", resolved=date(2026, 11, 13)))
    assert values(fill(view(seen_open, history=life)), "due") == [date(2026, 11, 13)]


def test_a_formula_is_a_persons_value_whatever_it_shows() -> None:
    grid = log(row(description="a", urgency="High"))
    seen = view(replace(grid, formulas={(2, 1): "=A1+1", (2, 9): '=IF(F2="","",TODAY())'}))
    assert fill(seen).edits == ()
