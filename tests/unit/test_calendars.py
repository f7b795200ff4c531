"""Public holidays and make-up days, against an independent calendar, and where knowledge ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
import pytest
from chinese_calendar.constants import holidays as chinese_periods
from holidays import HolidayBase, country_holidays
from holidays.countries.china import ChinaStaticHolidays

from sheetops.domain import calendars
from sheetops.domain.calendars import check_country, country_year, known_years
from sheetops.domain.workdays import WorkCalendar
from sheetops.errors import SettingsError

FIRST_CHECKED = 2004

CHINESECALENDAR_ERRS = {
    # The State Council's notice on 2006 gives 1 to 3 January off and moves the days off of Saturday
    # 31 December and Sunday 1 January to the 2nd and 3rd: the 31st is worked. chinesecalendar has the
    # 3rd off and no day worked for it. https://zh.wikisource.org/wiki/国务院办公厅关于2006年部分节假日安排的通知
    date(2005, 12, 31): True,
}
"""Days on which the oracle is wrong, with the truth (worked or not)."""


def days_of(first: int, last: int) -> Iterator[date]:
    day = date(first, 1, 1)
    while day.year <= last:
        yield day
        day += timedelta(days=1)


@pytest.fixture
def fresh_calendars() -> Iterator[None]:
    """The module's caches emptied before and after a test that alters what the library says."""
    for cached in (known_years, country_year, calendars._library):
        cached.cache_clear()
    yield
    for cached in (known_years, country_year, calendars._library):
        cached.cache_clear()


def test_every_chinese_day_agrees_with_chinesecalendar() -> None:
    calendar = WorkCalendar("CN")
    last = max(chinese_periods).year
    days = list(days_of(FIRST_CHECKED, last))
    differing = {
        day: calendar.is_workday(day)
        for day in days
        if calendar.is_workday(day) != chinese_calendar.is_workday(day)
    }
    print(f"{len(days)} days from {FIRST_CHECKED} to {last} compared, {len(differing)} differ")
    assert differing == CHINESECALENDAR_ERRS
    assert len(days) == date(last + 1, 1, 1).toordinal() - date(FIRST_CHECKED, 1, 1).toordinal() >= 8401
    assert last <= calendar.known_until


def test_chinese_make_up_days_are_all_there() -> None:
    ours = {day for year in range(FIRST_CHECKED, 2027) for day in country_year("CN", None, year).make_up}
    theirs = {day for day in chinese_calendar.constants.workdays if FIRST_CHECKED <= day.year < 2027}
    assert ours - theirs == set(CHINESECALENDAR_ERRS)
    assert theirs <= ours
    assert len(theirs) > 130


def test_whole_periods_hold_every_day_of_the_notices() -> None:
    last = max(chinese_periods).year
    ours = {day for year in range(FIRST_CHECKED, last + 1) for day in country_year("CN", None, year).holidays}
    assert set(chinese_periods) - ours == set()
    for extra in ours - set(chinese_periods):
        # Notices of 2014 to 2018 say "joined with the weekend" and do not count its days.
        assert extra.weekday() >= 5
        assert extra not in country_year("CN", None, extra.year).make_up
        assert {extra - timedelta(days=n) for n in (-2, -1, 1, 2)} & set(chinese_periods)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 14), True),  # make-up Saturday
        (date(2026, 2, 21), False),  # Saturday within the Spring Festival
        (date(2026, 3, 7), True),  # an ordinary Saturday
        (date(2026, 10, 3), False),  # National Day itself
        (date(2023, 12, 30), False),  # Saturday joined with 1 January 2024
    ],
)
def test_a_six_day_team_rests_through_whole_periods(day: date, works: bool) -> None:
    assert WorkCalendar("CN", week=frozenset(range(6))).is_workday(day) is works


TAIWAN_MAKE_UP = {
    2016: ["01-30", "06-04", "09-10"],
    2017: ["02-18", "06-03", "09-30"],
    2018: ["03-31", "12-22"],
    2019: ["01-19", "02-23", "10-05"],
    2020: ["02-15", "06-20", "09-26"],
    2021: ["02-20", "09-11"],
    2022: ["01-22"],
    2023: ["01-07", "02-04", "02-18", "03-25", "06-17", "09-23"],
    2024: ["02-17"],
    2025: ["02-08"],
    2026: [],
}
"""The DGPA's work calendars, https://www.dgpa.gov.tw/informationlist?uid=30"""


def test_taiwan_make_up_days() -> None:
    found = {
        year: [f"{day:%m-%d}" for day in sorted(country_year("TW", None, year).make_up)]
        for year in TAIWAN_MAKE_UP
    }
    assert found == TAIWAN_MAKE_UP
    calendar = WorkCalendar("TW")
    worked = {day for day in days_of(2016, 2026) if day.weekday() >= 5 and calendar.is_workday(day)}
    assert len(worked) == sum(map(len, TAIWAN_MAKE_UP.values()))


@pytest.mark.parametrize(
    ("country", "subdivision"),
    [
        ("CN", None),
        ("TW", None),
        ("HK", None),
        ("MO", None),
        ("US", None),
        ("US", "CA"),
        ("GB", "ENG"),
        ("DE", "BY"),
        ("JP", None),
        ("HU", None),
        ("IL", None),
    ],
)
def test_every_day_agrees_with_the_library_asked_day_by_day(country: str, subdivision: str | None) -> None:
    book = country_holidays(country, subdiv=subdivision, years=range(2010, 2027))
    calendar = WorkCalendar(country, subdivision)
    assert [day for day in days_of(2010, 2026) if calendar.is_workday(day) != book.is_working_day(day)] == []


@pytest.mark.parametrize(
    ("country", "holiday", "workday"),
    [
        ("HK", date(2026, 7, 1), date(2026, 2, 20)),
        ("MO", date(2026, 12, 20), date(2026, 7, 1)),
        ("US", date(2026, 11, 26), date(2026, 10, 1)),
        (
            "US",
            date(2021, 12, 31),
            date(2021, 12, 30),
        ),  # 1 January 2022, a Saturday, is observed the year before
        ("GB", date(2026, 4, 3), date(2026, 5, 1)),
        ("DE", date(2026, 10, 3), date(2026, 11, 26)),
        ("TW", date(2026, 2, 27), date(2026, 2, 13)),
    ],
)
def test_well_known_days(country: str, holiday: date, workday: date) -> None:
    calendar = WorkCalendar(country)
    assert not calendar.is_workday(holiday)
    assert calendar.is_workday(workday)


def test_a_subdivision_adds_its_own_holidays() -> None:
    assert WorkCalendar("DE").is_workday(date(2026, 1, 6))
    assert not WorkCalendar("DE", "BY").is_workday(date(2026, 1, 6))


def test_the_weekend_is_the_countrys_own() -> None:
    friday, sunday = date(2026, 11, 20), date(2026, 11, 22)
    assert not WorkCalendar("IL").is_workday(friday)
    assert WorkCalendar("IL").is_workday(sunday)
    assert WorkCalendar("IL", week=frozenset(range(5))).is_workday(friday)


def test_knowledge_ends_with_the_librarys_last_table() -> None:
    tables = ChinaStaticHolidays.special_public_holidays
    assert known_years("CN") == calendars.KnownYears(min(tables), max(tables))
    assert known_years("CN").first <= FIRST_CHECKED
    assert known_years("CN").last >= 2026


@pytest.mark.usefixtures("fresh_calendars")
def test_a_newer_library_moves_the_end_of_knowledge(monkeypatch: pytest.MonkeyPatch) -> None:
    last = known_years("CN").last
    known_years.cache_clear()
    calendars._library.cache_clear()
    newer = {**ChinaStaticHolidays.special_public_holidays, last + 1: ((2, 20, 2, 14),)}
    monkeypatch.setattr(ChinaStaticHolidays, "special_public_holidays", newer)
    assert known_years("CN").last == last + 1


def test_where_nothing_is_moved_any_more_silence_is_knowledge() -> None:
    assert known_years("TW").last > 2026
    assert known_years("US").last > 2050
    assert known_years("HU").last < 2050
    for country in calendars.MOVED_DAYS_ENDED:
        book = country_holidays(country)
        assert max(calendars._years_with_moved_days(book)) < 2026, "the custom is back, so the entry must go"


@pytest.mark.parametrize("language", ["en_US", "zh_CN", "ar"])
@pytest.mark.usefixtures("fresh_calendars")
def test_estimates_are_told_apart_under_any_locale(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("LANGUAGE", language)
    assert country_year("SG", None, 2040).estimated
    assert country_year("TR", None, 2040).estimated
    assert not country_year("SG", None, 2024).estimated
    assert not country_year("CN", None, 2026).estimated


def test_outside_the_librarys_range_only_the_weekend_is_filled() -> None:
    year = country_year("US", None, 2150)
    assert year.holidays == frozenset()
    assert len(year.weekend) == 104


@pytest.mark.parametrize("code", ["CN", "cn", " CHN "])
def test_codes_are_read_in_any_case(code: str) -> None:
    check_country(code)
    assert known_years(code) == known_years("CN")


@pytest.mark.parametrize(
    ("country", "subdivision", "words"),
    [
        ("XX", None, "'XX'"),
        ("", None, "no public holidays"),
        ("CN", "ZZ", "leave the subdivision out"),
        ("DE", "ZZ", "BY"),
    ],
)
def test_an_unknown_country_is_named_and_mended(country: str, subdivision: str | None, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        check_country(country, subdivision)
    assert caught.value.mend
    with pytest.raises(SettingsError):
        WorkCalendar(country, subdivision).check()


@pytest.mark.usefixtures("fresh_calendars")
def test_each_year_is_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    of_year = calendars._of_year

    def counted(plain: HolidayBase, year: int) -> HolidayBase:
        asked.append(year)
        return of_year(plain, year)

    monkeypatch.setattr(calendars, "_of_year", counted)
    for _ in range(3):
        calendar = WorkCalendar("CN")
        for day in days_of(2023, 2025):
            calendar.is_workday(day)
    assert sorted(asked) == [2023, 2024, 2025]


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, sheetops.domain.workdays_clock; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_one_country_is_loaded_without_its_neighbours_and_the_package_stays_whole() -> None:
    code = """
import sys
from sheetops.domain.calendars import known_years
assert known_years("CN").last >= 2026 and known_years("GP").last > 2026  # the second builds on France
loaded = [name for name in sys.modules if name.startswith("holidays.countries")]
assert sorted(loaded) == [f"holidays.countries.{name}" for name in ("china", "france", "guadeloupe")], loaded
from holidays.countries import China, Germany
import holidays
assert China is sys.modules["holidays.countries.china"].China and holidays.CN(years=2026) and Germany
"""
    subprocess.run([sys.executable, "-c", code], timeout=60, check=True)


def test_every_country_is_the_same_alone() -> None:
    """Each class that loads alone is the library's own; what cannot load alone is left to the library."""
    code = """
import sys
from sheetops.domain import calendars
from holidays.registry import COUNTRIES
known = {codes[0]: calendars.known_years(codes[0]) for _, *codes in COUNTRIES.values()}
assert "holidays.countries" not in sys.modules, "one could not be loaded alone"
for module in [name for name in sys.modules if name.startswith("holidays")]:
    del sys.modules[module]
calendars.known_years.cache_clear()
import holidays.countries
assert known == {code: calendars.known_years(code) for code in known} and len(known) > 200
"""
    subprocess.run([sys.executable, "-c", code], timeout=120, check=True)
