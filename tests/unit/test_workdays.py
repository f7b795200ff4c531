"""Counting in working days, against a slow count that asks chinesecalendar one day at a time."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.domain.workdays import WorkCalendar, YearTable
from sheetops.errors import CalendarYearUnknown, SettingsError, SheetopsError
from tests.examples import costly

# Laying a year out for the first time may outlast the usual limit on a busy machine.
unhurried = settings(deadline=None)

ONE = timedelta(days=1)
CHINA = WorkCalendar("CN")
dates = st.dates(date(2006, 1, 1), date(2026, 12, 31))
inner_dates = st.dates(date(2008, 1, 1), date(2024, 12, 31))
counts = st.integers(-300, 300)
steps = st.integers(-240, 240)  # two of them from the last inner date end before 2027, which nobody knows yet
some_dates = st.frozensets(st.dates(date(2020, 1, 1), date(2020, 12, 31)), max_size=40)


def slow_add(day: date, count: int) -> date:
    while not chinese_calendar.is_workday(day):
        day += ONE
    step = ONE if count > 0 else -ONE
    for _ in range(abs(count)):
        day += step
        while not chinese_calendar.is_workday(day):
            day += step
    return day


def slow_between(start: date, end: date) -> int:
    if end < start:
        return -slow_between(end, start)
    return sum(chinese_calendar.is_workday(start + n * ONE) for n in range(1, (end - start).days + 1))


@unhurried
@given(inner_dates, counts)
def test_adding_agrees_with_the_slow_count(day: date, count: int) -> None:
    assert CHINA.add_workdays(day, count) == slow_add(day, count)


@settings(max_examples=costly(60, 20), deadline=None)
@given(dates, dates)
def test_between_agrees_with_the_slow_count(start: date, end: date) -> None:
    assert CHINA.workdays_between(start, end) == slow_between(start, end)


@unhurried
@given(inner_dates, counts)
def test_between_undoes_add_on_working_days(day: date, count: int) -> None:
    day = CHINA.add_workdays(day, 0)
    assert CHINA.workdays_between(day, CHINA.add_workdays(day, count)) == count


@unhurried
@given(inner_dates, inner_dates)
def test_add_undoes_between_on_working_days(start: date, end: date) -> None:
    start, end = CHINA.add_workdays(start, 0), CHINA.add_workdays(end, 0)
    assert CHINA.add_workdays(start, CHINA.workdays_between(start, end)) == end


@unhurried
@given(inner_dates, steps, steps)
def test_adding_in_steps_is_adding_at_once(day: date, first: int, second: int) -> None:
    assert CHINA.add_workdays(CHINA.add_workdays(day, first), second) == CHINA.add_workdays(
        day, first + second
    )


@unhurried
@given(dates, dates, dates)
def test_between_is_additive_and_signed(a: date, b: date, c: date) -> None:
    assert CHINA.workdays_between(a, c) == CHINA.workdays_between(a, b) + CHINA.workdays_between(b, c)
    assert CHINA.workdays_between(a, b) == -CHINA.workdays_between(b, a)


@unhurried
@given(inner_dates, inner_dates, counts, counts)
def test_adding_is_monotonic(a: date, b: date, m: int, n: int) -> None:
    early, late = sorted((a, b))
    assert CHINA.add_workdays(early, n) <= CHINA.add_workdays(late, n)
    if m < n:
        assert CHINA.add_workdays(a, m) < CHINA.add_workdays(a, n)


@unhurried
@given(inner_dates)
def test_neighbours(day: date) -> None:
    after, before = CHINA.next_workday(day), CHINA.previous_workday(day)
    assert before < day < after
    assert CHINA.is_workday(before)
    assert CHINA.is_workday(after)
    assert CHINA.workdays_between(before, after) == 1 + CHINA.is_workday(day)


@settings(max_examples=10, deadline=None)
@given(
    st.permutations(
        [date(2019, 12, 31), date(2020, 1, 31), date(2021, 5, 8), date(2023, 1, 2), date(2025, 10, 8)]
    )
)
def test_the_order_of_questions_changes_no_answer(days: list[date]) -> None:
    fresh = WorkCalendar("CN")
    answers = {
        day: (fresh.add_workdays(day, 250), fresh.add_workdays(day, -250), fresh.is_workday(day))
        for day in days
    }
    assert answers == {
        day: (slow_add(day, 250), slow_add(day, -250), chinese_calendar.is_workday(day)) for day in days
    }


@unhurried
@given(
    some_dates,
    some_dates,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.dates(date(2020, 1, 1), date(2020, 12, 31)),
)
def test_own_days_win_over_the_week(
    closed: frozenset[date], extra: frozenset[date], week: frozenset[int], day: date
) -> None:
    closed -= extra
    calendar = WorkCalendar(None, week=week, closures=closed, extra_workdays=extra)
    assert calendar.is_workday(day) is (day in extra or (day.weekday() in week and day not in closed))


def test_own_days_win_over_public_days() -> None:
    calendar = WorkCalendar(
        "CN", closures=frozenset({date(2026, 2, 14)}), extra_workdays=frozenset({date(2026, 10, 1)})
    )
    assert CHINA.is_workday(date(2026, 2, 14))
    assert not calendar.is_workday(date(2026, 2, 14))
    assert not CHINA.is_workday(date(2026, 10, 1))
    assert calendar.is_workday(date(2026, 10, 1))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-20", 0, "2026-11-20"),  # a Friday is its own day 0
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-21", 0, "2026-11-23"),  # a Saturday's day 0 is Monday
        ("2026-11-21", 1, "2026-11-24"),
        ("2026-11-21", -1, "2026-11-20"),
        ("2026-02-13", 1, "2026-02-14"),  # a make-up Saturday
        ("2026-02-14", 1, "2026-02-24"),  # over the Spring Festival
        ("2026-02-27", 1, "2026-02-28"),
        ("2026-09-30", 3, "2026-10-10"),  # 8 and 9 October, then the make-up Saturday
        ("2025-12-31", 1, "2026-01-04"),  # over the year's end to a make-up Sunday
        ("2026-01-04", -1, "2025-12-31"),
    ],
)
def test_adding_by_hand(start: str, count: int, end: str) -> None:
    assert CHINA.add_workdays(date.fromisoformat(start), count) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("due", "today", "late"),
    [
        ("2026-11-20", "2026-11-20", 0),
        ("2026-11-20", "2026-11-19", 0),
        ("2026-11-20", "2026-11-22", 0),  # overdue, but no working day has passed
        ("2026-11-20", "2026-11-23", 1),
        ("2026-11-20", "2026-11-24", 2),
        ("2023-10-03", "2023-10-07", 1),  # due on a holiday, first worked day is a make-up Saturday
    ],
)
def test_overdue_workdays(due: str, today: str, late: int) -> None:
    assert CHINA.overdue_workdays(date.fromisoformat(due), date.fromisoformat(today)) == late


def test_workdays_of_a_month_count_from_both_ends() -> None:
    for year in range(2004, 2027):
        for month in range(1, 13):
            first = date(year, month, 1)
            days = [
                d for d in (first + n * ONE for n in range(31)) if d.month == month and CHINA.is_workday(d)
            ]
            asked = [CHINA.nth_workday_of_month(year, month, n) for n in range(1, len(days) + 2)]
            back = [CHINA.nth_workday_of_month(year, month, -n) for n in range(1, len(days) + 2)]
            assert asked == [*days, None]
            assert back == [*reversed(days), None]
    with pytest.raises(ValueError, match="count from 1"):
        CHINA.nth_workday_of_month(2026, 1, 0)


def test_a_datetime_counts_as_its_date() -> None:
    late = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
    assert CHINA.is_workday(late)
    assert CHINA.add_workdays(late, 1) == date(2026, 11, 23)
    assert CHINA.workdays_between(late, date(2026, 11, 20)) == 0
    assert CHINA.workdays_between(date(2026, 11, 23), late) == -1


# Years that the calendar does not know

UNKNOWN = CHINA.known_until + 1
TABLE = YearTable(UNKNOWN, off=frozenset({date(UNKNOWN, 1, 1)}), make_up=frozenset())


def test_a_year_past_the_last_decree_is_refused_not_computed() -> None:
    for ask in (
        lambda: CHINA.is_workday(date(UNKNOWN, 3, 1)),
        lambda: CHINA.add_workdays(date(UNKNOWN - 1, 12, 28), 10),
        lambda: CHINA.next_workday(date(UNKNOWN - 1, 12, 31)),
        lambda: CHINA.workdays_between(date(UNKNOWN - 1, 12, 1), date(UNKNOWN, 1, 2)),
        lambda: CHINA.nth_workday_of_month(UNKNOWN, 1, 1),
        lambda: CHINA.is_workday(date(CHINA.known_from - 1, 3, 1)),
    ):
        with pytest.raises(CalendarYearUnknown) as caught:
            ask()
        assert isinstance(caught.value, SheetopsError)
        assert "CN" in caught.value.line()
        assert "settings" in caught.value.line()


def test_a_known_year_is_counted_up_to_its_last_day() -> None:
    assert CHINA.add_workdays(date(UNKNOWN - 1, 12, 1), 3) > date(UNKNOWN - 1, 12, 1)
    assert CHINA.unknown_years(date(UNKNOWN - 1, 1, 1), date(UNKNOWN - 1, 12, 31)) == ()


def test_unknown_years_are_told_in_advance() -> None:
    assert CHINA.unknown_years(date(UNKNOWN - 1, 6, 1), date(UNKNOWN + 1, 6, 1)) == (UNKNOWN, UNKNOWN + 1)
    assert WorkCalendar("US").unknown_years(date(2026, 1, 1), date(2060, 1, 1)) == ()
    assert WorkCalendar(None).unknown_years(date(1950, 1, 1), date(2500, 1, 1)) == ()


def test_an_estimated_year_is_refused_too() -> None:
    with pytest.raises(CalendarYearUnknown, match="only an estimate"):
        WorkCalendar("SG").is_workday(date(2040, 1, 2))
    assert WorkCalendar("SG").unknown_years(date(2024, 1, 1), date(2040, 1, 1))[-1] == 2040


def test_a_table_of_the_settings_makes_the_year_known() -> None:
    make_up = next(day for day in (date(UNKNOWN, 5, 1) + n * ONE for n in range(7)) if day.weekday() == 5)
    holiday = next(day for day in (date(UNKNOWN, 6, 1) + n * ONE for n in range(7)) if day.weekday() == 2)
    table = YearTable(UNKNOWN, off=frozenset({holiday}), make_up=frozenset({make_up}))
    calendar = WorkCalendar("CN", tables=(table,))
    assert calendar.unknown_years(date(2020, 1, 1), date(UNKNOWN, 12, 31)) == ()
    assert calendar.is_workday(make_up)
    assert not calendar.is_workday(make_up + 7 * ONE)
    assert not calendar.is_workday(holiday)
    assert calendar.is_workday(holiday + ONE)
    assert calendar.add_workdays(date(UNKNOWN - 1, 12, 31), 5).year == UNKNOWN
    with pytest.raises(CalendarYearUnknown):
        calendar.is_workday(date(UNKNOWN + 1, 1, 4))


def test_a_table_replaces_a_known_year() -> None:
    calendar = WorkCalendar("CN", tables=(YearTable(2026, off=frozenset({date(2026, 10, 8)})),))
    assert calendar.is_workday(date(2026, 10, 1))
    assert not calendar.is_workday(date(2026, 10, 8))
    assert not calendar.is_workday(date(2026, 10, 10))


def test_estimating_counts_on_and_still_tells() -> None:
    guess = CHINA.estimating()
    assert not guess.is_workday(date(UNKNOWN, 10, 1))
    assert guess.add_workdays(date(UNKNOWN - 1, 12, 28), 10).year == UNKNOWN
    assert guess.unknown_years(date(UNKNOWN, 1, 1), date(UNKNOWN, 1, 1)) == (UNKNOWN,)
    with pytest.raises(CalendarYearUnknown):
        CHINA.is_workday(date(UNKNOWN, 10, 1))


@pytest.mark.parametrize("calendar", [WorkCalendar(None), WorkCalendar("US").estimating()])
@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_time_are_a_clear_error(calendar: WorkCalendar, day: date) -> None:
    for ask in (calendar.is_workday, calendar.next_workday, lambda day: calendar.add_workdays(day, 1)):
        with pytest.raises(CalendarYearUnknown, match="past the years"):
            ask(day)


def test_a_count_without_end_stops() -> None:
    calendar = WorkCalendar(None, week=frozenset({0}))
    with pytest.raises(CalendarYearUnknown, match="past the years"):
        calendar.add_workdays(date(9000, 1, 1), 10**9)


@pytest.mark.parametrize(
    "make",
    [
        lambda: WorkCalendar(week=frozenset()),
        lambda: WorkCalendar(week=frozenset({7})),
        lambda: WorkCalendar(
            closures=frozenset({date(2026, 1, 1)}), extra_workdays=frozenset({date(2026, 1, 1)})
        ),
        lambda: WorkCalendar(tables=(TABLE, YearTable(UNKNOWN))),
        lambda: YearTable(2027, off=frozenset({date(2026, 12, 31)})),
        lambda: YearTable(2027, off=frozenset({date(2027, 1, 2)}), make_up=frozenset({date(2027, 1, 2)})),
    ],
)
def test_contradictions_are_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(SettingsError):
        make()


def test_a_calendar_is_a_value() -> None:
    CHINA.is_workday(date(2026, 1, 5))
    assert WorkCalendar("CN") == CHINA
    assert hash(WorkCalendar("CN")) == hash(CHINA)
    assert pickle.loads(pickle.dumps(CHINA)) == CHINA
