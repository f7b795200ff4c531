"""Working time, against a slow count in quarters of an hour; and deadlines case by case."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sheetops.domain.workdays import WorkCalendar
from sheetops.domain.workdays_clock import NINE_TO_SIX, Shift, Target, TargetUnit, WorkClock, WorkHours
from sheetops.errors import CalendarYearUnknown, SettingsError
from tests.examples import costly

# Laying a year out for the first time may outlast the usual limit on a busy machine.
unhurried = settings(deadline=None)

QUARTER = timedelta(minutes=15)
SHANGHAI = ZoneInfo("Asia/Shanghai")
LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
OFFICE = WorkClock()
NIGHT = (Shift(time(22), time(6)),)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@st.composite
def clocks(draw: st.DrawFn) -> WorkClock:
    """Two shifts on whole hours, perhaps overnight, in a zone with or without daylight saving time."""
    a, b, c, d = sorted(draw(st.sets(st.integers(0, 23), min_size=4, max_size=4)))
    day = (Shift(time(a), time(b)), Shift(time(c), time(d)))
    night = (Shift(time(b), time(c)), Shift(time(d), time(a)))
    zone = draw(st.sampled_from([SHANGHAI, LONDON, NEW_YORK]))
    calendar = WorkCalendar(None, week=draw(st.frozensets(st.integers(0, 6), min_size=2)))
    return WorkClock(calendar, WorkHours(draw(st.sampled_from([day, night])), zone))


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """A quarter of an hour near a change of clocks, a year's end, or anywhere."""
    near = draw(
        st.sampled_from(["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-01-01", "2025-06-10"])
    )
    return at(near).replace(tzinfo=UTC) + draw(st.integers(-200, 200)) * QUARTER


def slow_between(clock: WorkClock, start: datetime, end: datetime) -> timedelta:
    """Quarters of an hour whose wall time lies within a shift of a working day."""
    total, moment = timedelta(), start
    while moment < end:
        local = moment.astimezone(clock.hours.zone)
        for shift in clock.hours.shifts:
            day, now = local.date(), local.time()
            if shift.overnight:
                inside = now >= shift.start or now < shift.end
                day -= timedelta(days=now < shift.end)
            else:
                inside = shift.start <= now < shift.end
            total += QUARTER * (inside and clock.calendar.is_workday(day))
        moment += QUARTER
    return total


@settings(max_examples=costly(200, 80), deadline=None)
@given(clocks(), instants(), st.integers(0, 500))
def test_working_time_agrees_with_the_slow_count(clock: WorkClock, start: datetime, quarters: int) -> None:
    end = start + quarters * QUARTER
    assert clock.working_time_between(start, end) == slow_between(clock, start, end)


@unhurried
@given(clocks(), instants(), instants(), instants())
def test_working_time_is_additive_and_signed(clock: WorkClock, a: datetime, b: datetime, c: datetime) -> None:
    between = clock.working_time_between
    assert between(a, c) == between(a, b) + between(b, c)
    assert between(a, b) == -between(b, a)


@unhurried
@given(clocks(), instants(), st.timedeltas(timedelta(hours=-3000), timedelta(hours=3000)))
def test_between_undoes_add(clock: WorkClock, start: datetime, duration: timedelta) -> None:
    end = clock.add_working_time(start, duration)
    assert clock.working_time_between(start, end) == duration
    assert end.tzinfo is clock.hours.zone


@unhurried
@given(clocks(), instants(), st.timedeltas(timedelta(microseconds=1), timedelta(hours=3000)))
def test_add_gives_the_nearest_moment(clock: WorkClock, start: datetime, duration: timedelta) -> None:
    end = clock.add_working_time(start, duration).astimezone(UTC)
    assert clock.working_time_between(start, end - timedelta(microseconds=1)) < duration
    begin = clock.add_working_time(start, -duration).astimezone(UTC)
    assert clock.working_time_between(begin + timedelta(microseconds=1), start) < duration


@unhurried
@given(clocks(), instants(), st.integers(0, 4000), st.integers(0, 4000))
def test_adding_is_monotonic(clock: WorkClock, start: datetime, m: int, n: int) -> None:
    assume(m <= n)
    assert clock.add_working_time(start, m * QUARTER) <= clock.add_working_time(start, n * QUARTER)
    later = start + m * QUARTER
    assert clock.add_working_time(start, n * QUARTER) <= clock.add_working_time(later, n * QUARTER)


@unhurried
@given(clocks(), instants(), instants())
def test_the_service_day_is_a_working_day_and_rises(clock: WorkClock, a: datetime, b: datetime) -> None:
    early, late = sorted((a, b))
    assert clock.calendar.is_workday(clock.service_day(a))
    assert clock.service_day(early) <= clock.service_day(late)
    assert clock.service_day(a) >= a.astimezone(clock.hours.zone).date() - timedelta(days=1)


@settings(max_examples=10, deadline=None)
@given(clocks(), st.permutations([at(f"{year}-06-15T10:00+00:00") for year in range(2020, 2026)]))
def test_the_order_of_questions_changes_no_answer(clock: WorkClock, moments: list[datetime]) -> None:
    fresh = WorkClock(clock.calendar, clock.hours)
    answers = {moment: fresh.add_working_time(moment, timedelta(hours=5000)) for moment in moments}
    assert answers == {
        moment: clock.add_working_time(moment, timedelta(hours=5000)) for moment in sorted(moments)
    }


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-20T09:00", "2026-11-20T18:00", 8),
        ("2026-11-20T08:00", "2026-11-20T23:00", 8),
        ("2026-11-20T11:30", "2026-11-20T13:30", 1),  # lunch
        ("2026-11-20T17:00", "2026-11-23T10:00", 2),  # over a weekend
        ("2026-11-21T09:00", "2026-11-22T18:00", 0),
        ("2026-02-14T09:00", "2026-02-14T18:00", 8),  # a make-up Saturday
        ("2026-02-14T17:00", "2026-02-24T10:00", 2),  # the Spring Festival
        ("2026-11-23T10:00", "2026-11-20T17:00", -2),
        ("2026-11-20T01:00+00:00", "2026-11-20T10:00+00:00", 8),  # the same day in UTC
    ],
)
def test_office_hours(start: str, end: str, hours: float) -> None:
    assert OFFICE.working_time_between(at(start), at(end)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-27T22:00", "2026-03-28T06:00", 8),  # Friday night; Saturday is off
        ("2026-03-28T02:00", "2026-03-28T12:00", 4),  # within it
        ("2026-03-28T22:00", "2026-03-29T06:00", 0),
        ("2025-12-31T22:00", "2026-01-01T06:00", 8),  # over the year's end
        ("2026-01-01T02:00", "2026-01-01T12:00", 4),
    ],
)
def test_a_night_shift_belongs_to_the_day_it_begins_on(start: str, end: str, hours: float) -> None:
    clock = WorkClock(WorkCalendar(None), WorkHours(NIGHT, LONDON))
    assert clock.working_time_between(at(start), at(end)) == timedelta(hours=hours)


@pytest.mark.parametrize(("evening", "hours"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-06-06", 8)])
def test_night_shifts_are_as_long_as_the_night(evening: str, hours: int) -> None:
    clock = WorkClock(WorkCalendar(None, week=frozenset(range(7))), WorkHours(NIGHT, LONDON))
    start = at(f"{evening}T22:00")
    assert clock.working_time_between(start, start + timedelta(hours=8)) == timedelta(hours=hours)
    assert clock.add_working_time(start, timedelta(hours=hours)).replace(tzinfo=None) == start + timedelta(
        hours=8
    )


@pytest.mark.parametrize(
    ("shift", "hours"),
    [((1, 2), 0.0), ((1, 3), 1.0), ((0, 1), 1.0), ((0, 2), 1.0)],
)
def test_hours_that_the_clocks_skip_are_not_worked(shift: tuple[int, int], hours: float) -> None:
    every_day = WorkCalendar(None, week=frozenset(range(7)))
    clock = WorkClock(every_day, WorkHours((Shift(time(shift[0]), time(shift[1])),), LONDON))
    assert clock.working_time_between(at("2026-03-29T00:00"), at("2026-03-29T12:00")) == timedelta(
        hours=hours
    )


def test_a_shift_wholly_inside_the_skipped_hour_is_empty() -> None:
    hours = WorkHours((Shift(time(1, 10), time(1, 40)), Shift(time(9), time(10))), LONDON)
    clock = WorkClock(WorkCalendar(None, week=frozenset(range(7))), hours)
    assert clock.working_time_between(at("2026-03-29T00:00"), at("2026-03-29T12:00")) == timedelta(hours=1)
    assert clock.add_working_time(at("2026-03-29T00:00"), timedelta(hours=1)) == at("2026-03-29T10:00+01:00")


def test_a_wall_time_that_is_read_twice_is_the_fold_it_says() -> None:
    clock = WorkClock(
        WorkCalendar(None, week=frozenset(range(7))), WorkHours((Shift(time(0), time(0)),), LONDON)
    )
    first = at("2026-10-25T01:30")
    assert clock.working_time_between(first, first.replace(fold=1)) == timedelta(hours=1)


DAY = Target(1, TargetUnit.WORKING_DAYS)
THREE_DAYS = Target(3, TargetUnit.WORKING_DAYS)
CLOCK = Target(24, TargetUnit.CLOCK_HOURS)
HOURS = Target(4, TargetUnit.WORKING_HOURS)


@pytest.mark.parametrize(
    ("opened", "target", "due"),
    [
        ("2026-11-19", DAY, "2026-11-20"),
        ("2026-11-20", DAY, "2026-11-23"),
        ("2026-11-21", DAY, "2026-11-24"),  # a day off counts from Monday
        ("2026-11-20", THREE_DAYS, "2026-11-25"),
        ("2026-11-20", Target(0, TargetUnit.WORKING_DAYS), "2026-11-20"),
        ("2026-02-13", DAY, "2026-02-14"),
        ("2026-09-30", DAY, "2026-10-08"),
        ("2026-11-20T08:00", DAY, "2026-11-23"),
        ("2026-11-20T17:59", DAY, "2026-11-23"),
        ("2026-11-20T18:00", DAY, "2026-11-24"),  # closed: counts from Monday
        ("2026-11-21T10:00", DAY, "2026-11-24"),
        ("2026-11-20T09:59+00:00", DAY, "2026-11-23"),  # 17:59 in Shanghai
        ("2026-11-20T10:00+00:00", DAY, "2026-11-24"),
        ("2026-11-20", CLOCK, "2026-11-21"),
        ("2026-11-20", Target(25, TargetUnit.CLOCK_HOURS), "2026-11-22"),
        ("2026-11-20", HOURS, "2026-11-23"),
        ("2026-11-20", Target(8, TargetUnit.WORKING_HOURS), "2026-11-23"),
        ("2026-11-20", Target(8.5, TargetUnit.WORKING_HOURS), "2026-11-24"),
        ("2026-11-20", Target(0, TargetUnit.WORKING_HOURS), "2026-11-20"),
    ],
)
def test_deadlines_on_a_date(opened: str, target: Target, due: str) -> None:
    moment = at(opened) if "T" in opened else date.fromisoformat(opened)
    found = OFFICE.deadline(moment, target)
    assert type(found) is date
    assert found == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("opened", "target", "due"),
    [
        ("2026-11-20T17:00", CLOCK, "2026-11-21T17:00+08:00"),  # a Saturday: hours run on the clock
        ("2026-11-20T17:00", HOURS, "2026-11-23T12:00+08:00"),
        ("2026-11-20T22:00", HOURS, "2026-11-23T14:00+08:00"),
        ("2026-02-13T17:00", HOURS, "2026-02-14T12:00+08:00"),
        ("2026-11-20T09:00", Target(8, TargetUnit.WORKING_HOURS), "2026-11-20T18:00+08:00"),
    ],
)
def test_deadlines_at_a_time(opened: str, target: Target, due: str) -> None:
    assert OFFICE.deadline(at(opened), target) == at(due)


def test_a_day_of_clock_hours_is_24_real_hours_when_the_clocks_change() -> None:
    clock = WorkClock(WorkCalendar(None), WorkHours(zone=LONDON))
    assert clock.deadline(at("2026-03-28T12:00"), CLOCK) == at("2026-03-29T13:00+01:00")


def test_a_request_in_the_night_shift_counts_to_the_day_it_began() -> None:
    clock = WorkClock(WorkCalendar(None), WorkHours(NIGHT, LONDON))
    assert clock.service_day(at("2026-11-21T02:00")) == date(2026, 11, 20)
    assert clock.deadline(at("2026-11-21T02:00"), DAY) == date(2026, 11, 23)
    assert clock.service_day(at("2026-11-21T06:00")) == date(2026, 11, 23)
    assert clock.service_day(at("2026-01-01T02:00")) == date(2025, 12, 31)


@unhurried
@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2025, 12, 1)), st.integers(1, 60), st.sampled_from(TargetUnit)
)
def test_a_date_is_granted_as_much_as_any_of_its_times(
    moment: datetime, amount: int, unit: TargetUnit
) -> None:
    assume(OFFICE.calendar.add_workdays(moment, 0) == OFFICE.service_day(moment))
    target = Target(amount, unit)
    granted, timed = OFFICE.deadline(moment.date(), target), OFFICE.deadline(moment, target)
    assert (timed.date() if isinstance(timed, datetime) else timed) <= granted


@pytest.mark.parametrize(
    ("deadline", "now", "passed"),
    [
        (date(2026, 11, 20), "2026-11-20T23:59", False),
        (date(2026, 11, 20), "2026-11-21T00:00", True),
        (date(2026, 11, 20), "2026-11-20T15:59+00:00", False),
        (date(2026, 11, 20), "2026-11-20T16:00+00:00", True),  # midnight in Shanghai
        (at("2026-11-20T17:00"), "2026-11-20T17:00", False),
        (at("2026-11-20T17:00+08:00"), "2026-11-20T17:01", True),
    ],
)
def test_has_passed(deadline: date, now: str, passed: bool) -> None:
    assert OFFICE.has_passed(deadline, at(now)) is passed


def test_an_unknown_year_is_refused_not_computed() -> None:
    last = OFFICE.calendar.known_until
    new_years_eve = datetime(last, 12, 31, 17)
    for ask in (
        lambda: OFFICE.add_working_time(new_years_eve, timedelta(hours=100)),
        lambda: OFFICE.working_time_between(new_years_eve, new_years_eve + timedelta(days=9)),
        lambda: OFFICE.deadline(new_years_eve, THREE_DAYS),
        lambda: OFFICE.deadline(new_years_eve.date(), THREE_DAYS),
    ):
        with pytest.raises(CalendarYearUnknown):
            ask()
    assert OFFICE.deadline(new_years_eve, CLOCK) == datetime(last + 1, 1, 1, 17, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "opened", [date.max, date.min, datetime(9999, 12, 31, 23), datetime(1, 1, 1), datetime(9998, 12, 31)]
)
@pytest.mark.parametrize("unit", list(TargetUnit))
def test_the_ends_of_time_are_a_clear_error(opened: date, unit: TargetUnit) -> None:
    clock = WorkClock(WorkCalendar(None))
    if unit is TargetUnit.CLOCK_HOURS and opened == date.min:
        assert clock.deadline(date.min, Target(24, unit)) == date(1, 1, 2)
        return
    with pytest.raises(CalendarYearUnknown):
        clock.deadline(opened, Target(9999, unit))


@pytest.mark.parametrize(
    "make",
    [
        lambda: WorkHours(()),
        lambda: WorkHours((Shift(time(9), time(13)), Shift(time(12), time(18)))),
        lambda: WorkHours((Shift(time(22), time(6)), Shift(time(5), time(9)))),
        lambda: WorkHours((Shift(time(0), time(0)), Shift(time(9), time(10)))),
        lambda: Shift(time(9, tzinfo=UTC), time(18)),
        lambda: Target(-1, TargetUnit.WORKING_DAYS),
        lambda: Target(0.5, TargetUnit.WORKING_DAYS),
        lambda: Target(float("nan"), TargetUnit.CLOCK_HOURS),
        lambda: Target(float("inf"), TargetUnit.CLOCK_HOURS),
        lambda: Target(1e9, TargetUnit.WORKING_HOURS),
    ],
)
def test_impossible_settings_are_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(SettingsError):
        make()


def test_shifts_may_touch_and_come_in_any_order() -> None:
    assert WorkHours(tuple(reversed(NINE_TO_SIX))) == WorkHours()
    round_the_clock = WorkHours((Shift(time(16), time(0)), Shift(time(0), time(8)), Shift(time(8), time(16))))
    clock = WorkClock(WorkCalendar(None, week=frozenset(range(7))), round_the_clock)
    start = at("2026-01-01T00:00")
    assert clock.working_time_between(start, start + timedelta(days=30)) == timedelta(days=30)
