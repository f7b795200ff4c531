"""Due times as people write them, in time zones whose clocks are changed."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.domain.times import MOST_NTH, read_when, real_moment
from sheetops.domain.workdays import WorkCalendar
from sheetops.errors import SettingsError

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
CHINA = WorkCalendar("CN").estimating()
ZONES = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "America/St_Johns",
    "Pacific/Apia", "Africa/Casablanca", "America/Santiago", "Asia/Kathmandu",
]  # fmt: skip
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1)).map(lambda m: m.replace(tzinfo=UTC))


def due(text: str, start: datetime, days: float, zone: ZoneInfo = SHANGHAI) -> list[str]:
    start = start.replace(tzinfo=zone)
    found = read_when(text).between(start, start.astimezone(UTC) + timedelta(days=days), zone, CHINA)
    return [f"{moment:%m-%d %H:%M%z}"[:-2] for moment in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 8 * * 1-5", "09-29 09-30 10-01 10-02 10-05 10-06 10-07 10-08 10-09"),
        ("Mon-Fri 8:30", "09-29 09-30 10-01 10-02 10-05 10-06 10-07 10-08 10-09"),
        ("working days 08:30", "09-29 09-30 10-08 10-09 10-10"),  # a Saturday worked for the holiday
        ("每个工作日 08:30", "09-29 09-30 10-08 10-09 10-10"),
        ("last day 08:30", "09-30"),
        ("月末 08:30", "09-30"),
        ("last working day at 08:30", "09-30"),
        ("每月最後一個工作日 08:30", "09-30"),
        ("2nd last working day 08:30", "09-29"),
        ("倒数第2个工作日 08:30", "09-29"),
        ("3rd working day of the month at 08:30", "10-10"),
        ("third working day 08:30", "10-10"),
        ("每月第３个工作日 08：30", "10-10"),
        ("每月第三个工作日 08:30", "10-10"),
        ("5th 08:30", "10-05"),
        ("每月5日 08:30", "10-05"),
        ("every Monday, Thursday 08:30", "10-01 10-05 10-08"),
        ("每週一 08:30", "10-05"),
        ("30 8 * * 1#1", "10-05"),
        ("30 8 L * *", "09-30"),
    ],
)
def test_what_people_write(text: str, expected: str) -> None:
    found = due(text, datetime(2026, 9, 28, 12), 12.5)
    assert found == [f"{day} 08:30+08" for day in expected.split()]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("8.30", "names no time of day"), ("", "names no time"), ("24:00", "unclear"), ("08:00 09:00", "unclear"),
        ("23rd working day 08:00", "1 to 13"), ("31st 08:00", "last day"), ("15 08:00", "no days"),
        ("someday 08:00", "no days"), ("99 8 * * *", "bad minute"), ("0 0 30 2 *", "fault"),
        ("0 0 * * 8", "fault"), ("0th working day 08:00", "1 to 13"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_why(text: str, why: str) -> None:
    with pytest.raises(SettingsError) as told:
        read_when(text)
    assert why in told.value.what and "working days 08:30" in (told.value.mend or "")


def test_every_month_has_the_working_days_that_may_be_named() -> None:
    for country in ("CN", "TW", "HK", "DE", "US", "JP", "SG", "GB", "MM", None):
        calendar = WorkCalendar(country).estimating()
        for year in range(2020, 2035):
            for month in range(1, 13):
                assert calendar.nth_workday_of_month(year, month, MOST_NTH), (country, year, month)


SPRING, AUTUMN = datetime(2026, 3, 28, 23), datetime(2026, 10, 24, 23)  # the evenings before, in Berlin


@pytest.mark.parametrize(
    ("text", "spring", "autumn"),
    [
        ("02:30", ["29 03:00+02"], ["25 02:30+02"]),
        ("30 2 * * *", ["29 03:00+02"], ["25 02:30+02"]),
        ("*/30 2 * * *", ["29 03:00+02"], ["25 02:00+02", "25 02:30+02"]),
        ("0 1-3 * * *", ["29 01:00+01", "29 03:00+02"], ["25 01:00+02", "25 02:00+02", "25 03:00+01"]),
        # every hour of the running clock: none is skipped, and the doubled one has two turns
        (
            "30 * * * *",
            ["28 23:30+01", "29 00:30+01", "29 01:30+01", "29 03:30+02", "29 04:30+02"],
            ["24 23:30+02", "25 00:30+02", "25 01:30+02", "25 02:30+02", "25 02:30+01"],
        ),
    ],
)
def test_when_clocks_change(text: str, spring: list[str], autumn: list[str]) -> None:
    assert [found[3:] for found in due(text, SPRING, 5 / 24, BERLIN)] == spring
    assert [found[3:] for found in due(text, AUTUMN, 5 / 24, BERLIN)] == autumn


@given(st.sampled_from(ZONES), MOMENTS, st.integers(0, 1439))
def test_a_time_of_day_is_due_once_a_day_whatever_the_clocks_do(
    name: str, start: datetime, minute: int
) -> None:
    zone = ZoneInfo(name)
    when = read_when(f"{minute // 60:02}:{minute % 60:02}")
    end = start + timedelta(days=90)
    found = when.between(start, end, zone, CHINA)
    walls = [start.astimezone(zone).date() + timedelta(days=n) for n in range(-1, 92)]
    expected = {
        real_moment(datetime.combine(day, when.clock), zone).astimezone(UTC) for day in walls if when.clock
    }
    assert [m.astimezone(UTC) for m in found] == sorted(m for m in expected if start < m <= end)
    assert all(later > earlier for earlier, later in pairwise(found))


@given(st.sampled_from(ZONES), MOMENTS)
def test_real_moment_is_the_first_at_which_the_wall_clock_has_reached_it(name: str, moment: datetime) -> None:
    zone, wall = ZoneInfo(name), moment.replace(tzinfo=None, second=0, microsecond=0)
    found = real_moment(wall, zone).astimezone(UTC)

    def shows(at: datetime) -> datetime:
        return at.astimezone(zone).replace(tzinfo=None)

    assert shows(found) >= wall
    for back in (1, 60, 1800, 3599):  # a second, a minute … before, the clock had not come so far
        assert shows(found - timedelta(seconds=back)) < wall


TEXTS = st.sampled_from(
    ["08:30", "working days 02:15", "last day 23:59", "0 9 * * *", "*/20 * * * *", "30 2 * * 1-5",
     "5th working day 00:00", "15 */3 * * *"]
)  # fmt: skip


@given(TEXTS, st.sampled_from(ZONES), MOMENTS, st.lists(st.integers(1, 4000), max_size=6))
def test_any_cut_of_a_span_gives_the_same_slots(
    text: str, name: str, start: datetime, cuts: list[int]
) -> None:
    when, zone = read_when(text), ZoneInfo(name)
    marks = [start]
    for minutes in cuts:
        marks.append(marks[-1] + timedelta(minutes=minutes))
    whole = when.between(marks[0], marks[-1], zone, CHINA)
    parts = [m for a, b in pairwise(marks) for m in when.between(a, b, zone, CHINA)]
    assert [m.isoformat() for m in whole] == [m.isoformat() for m in parts]


@given(st.dates(date(2020, 1, 1), date(2026, 12, 1)), st.integers(1, MOST_NTH))
def test_nth_working_days_by_counting(day: date, number: int) -> None:
    first = day.replace(day=1)
    days = [first + timedelta(days=n) for n in range(monthrange(first.year, first.month)[1])]
    working = [one for one in days if CHINA.is_workday(one)]
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(number, "th")
    start = datetime.combine(first, datetime.min.time(), SHANGHAI) - timedelta(seconds=1)
    for text, expected in (
        (f"{number}{suffix} working day", working[number - 1]),
        ("last working day", working[-1]),
    ):
        found = read_when(f"{text} 09:00").between(start, start + timedelta(days=len(days)), SHANGHAI, CHINA)
        assert [m.date() for m in found] == [expected]


def test_a_year_that_the_calendar_refuses_stops_no_other_timetable() -> None:
    strict = WorkCalendar("CN")
    start = datetime(2039, 1, 3, tzinfo=SHANGHAI)
    assert read_when("working days 08:30").between(start, start + timedelta(days=3), SHANGHAI, strict) == []
    assert len(read_when("08:30").between(start, start + timedelta(days=3), SHANGHAI, strict)) == 3
