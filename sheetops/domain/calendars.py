"""What is publicly known of a country's year: its holidays, its make-up days, and where knowledge ends.

The facts come from the `holidays` library. Some countries move days off by decree: a weekday is given
off and a weekend day is worked for it (调休, 補班). Such a decree is published year by year, so past the
last one the library holds, its silence means "not known", not "none". `known_years` finds that
last year in the library's own tables, so that a newer library moves it without a change here.

Everything is loaded on first use and kept per (country, subdivision, year).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from sheetops.domain.deferred import is_own_process, load
from sheetops.errors import SettingsError

if TYPE_CHECKING:
    from holidays import HolidayBase

MOVED_DAYS_ENDED: Mapping[str, str] = {
    # Since 2026 the day before New Year's Eve is a holiday by law, which was the last reason to move a day.
    "TW": "Act of 28 May 2025 (Decree No. 11400053171); the DGPA work calendar 2026 has no make-up day",
    # Since 2017 a holiday on a weekend moves to the following Monday by law, and nothing is decreed.
    "BG": "Labour Code as changed by State Gazette 105 of 30 December 2016",
}
"""Countries that no longer move days, with the source: there the library's silence does mean "none"."""

WHOLE_PERIODS = frozenset({"CN"})
"""Countries whose decree names whole periods off ("2月15日至23日放假"), weekend days within them included."""


class CountryYear(NamedTuple):
    """One year of one country, as far as the library holds it."""

    holidays: frozenset[date]
    """Days off by law or decree, also those on weekend days."""
    make_up: frozenset[date]
    """Weekend days that are worked for another day off."""
    weekend: frozenset[date]
    """Days of the country's own weekend, make-up days included."""
    estimated: bool
    """True if the library marks any of the days as an estimate (such as a feast set by the moon's sighting)."""


@dataclass(frozen=True, slots=True)
class KnownYears:
    """The first and the last year whose days off and make-up days are published, both included."""

    first: int
    last: int

    def __contains__(self, year: int) -> bool:
        return self.first <= year <= self.last


def check_country(country: str, subdivision: str | None = None) -> None:
    """Raise `SettingsError` unless the library knows this country and subdivision."""
    _library(country, subdivision)


@lru_cache(maxsize=64)
def known_years(country: str, subdivision: str | None = None) -> KnownYears:
    """The span of years that is really known.

    For a country that moves days by decree, from the first to the last year with a published move;
    for any other (and where the custom has ended), the years the library computes from the law.

    Raises `SettingsError` for a country or subdivision that the library does not know.
    """
    book = _library(country, subdivision)
    moved = _years_with_moved_days(book)
    if not moved:
        return KnownYears(book.start_year, book.end_year)
    last = book.end_year if book.country in MOVED_DAYS_ENDED else max(moved)
    return KnownYears(max(book.start_year, min(moved)), last)


@lru_cache(maxsize=1024)
def country_year(country: str, subdivision: str | None, year: int) -> CountryYear:
    """The year's days as the library holds them, known or not; ask `known_years` which it is.

    Outside the library's range only the weekend is filled in.
    Raises `SettingsError` for a country or subdivision that the library does not know.
    """
    plain = _library(country, subdivision)
    inside = plain.start_year <= year <= plain.end_year
    book = _of_year(plain, year) if inside else plain
    days = [date(year, 1, 1) + timedelta(days=i) for i in range(366)]
    days = [day for day in days if day.year == year]
    off = {day for day in days if day in book} if inside else set()
    make_up = frozenset(day for day in book.weekend_workdays if day.year == year)
    weekend = frozenset(day for day in days if book.is_weekend(day))
    if book.country in WHOLE_PERIODS:
        off |= _whole_periods(days, off, weekend - make_up)
    return CountryYear(frozenset(off), make_up, weekend, _is_estimated(book, off))


@lru_cache(maxsize=64)
def _library(country: str, subdivision: str | None) -> HolidayBase:
    """The library's calendar, without the days of any year yet; nobody changes it."""
    _load_library()
    from holidays import country_holidays

    code = country.strip().upper()
    _load_alone(code)
    try:
        return country_holidays(code, subdiv=subdivision, expand=False)
    except NotImplementedError:
        pass
    try:
        subdivisions = ", ".join(country_holidays(code).subdivisions)
    except NotImplementedError:
        raise SettingsError(
            f"no public holidays are known for the country '{country}'",
            mend="use a two-letter code such as CN, TW, HK, US or DE",
        ) from None
    raise SettingsError(
        f"the country '{country}' has no subdivision '{subdivision}'",
        mend=f"use one of {subdivisions}" if subdivisions else "leave the subdivision out",
    ) from None


def _of_year(plain: HolidayBase, year: int) -> HolidayBase:
    """The days of a year, in the calendar's own language so that the machine's locale plays no part."""
    from holidays import country_holidays

    code, own = plain.country, plain.default_language
    return country_holidays(code, subdiv=plain.subdiv, years=year, expand=False, language=own)


_VERSION = "holidays.version"


def _load_library() -> None:
    """Load the library, in a process of our own without what nothing here asks it for: two thirds of its time.

    It reads dates out of texts by another library, and its own version out of the list of what is installed. The
    version is left out of it afterwards, so that who wants it has to import it.
    """
    if not is_own_process() or "holidays" in sys.modules:
        return
    vacant = ModuleType(_VERSION)
    vars(vacant)["__version__"] = ""
    try:
        if sys.modules.setdefault(_VERSION, vacant) is vacant:
            load("holidays", {"dateutil.parser": ("parse",)})
            vars(sys.modules.get("holidays", vacant)).pop("__version__", None)
    finally:
        if sys.modules.get(_VERSION) is vacant:
            del sys.modules[_VERSION]


_COUNTRIES = "holidays.countries"
_LOADING = Lock()


@lru_cache(maxsize=64)
def _load_alone(code: str) -> None:
    """Load the module of one country without its 250 neighbours, which the library's package would import too.

    They take a tenth of a second. The package is there in name only meanwhile, and comes whole for whoever asks for
    it later; a country that builds on a neighbour is left to the library.
    """
    import holidays
    from holidays.registry import COUNTRIES

    module = next((name for name, (_, *codes) in COUNTRIES.items() if code in codes), None)
    if module is None:
        return
    with _LOADING:
        if _COUNTRIES in sys.modules:
            return
        package = sys.modules[_COUNTRIES] = ModuleType(_COUNTRIES)
        package.__path__ = [str(Path(place) / "countries") for place in holidays.__path__]
        try:
            import_module(f"{_COUNTRIES}.{module}")
        except ImportError:
            return  # whatever it is, the library says it itself
        finally:
            del sys.modules[_COUNTRIES]


def _years_with_moved_days(book: HolidayBase) -> set[int]:
    """Years for which the library's tables move a day: entries (to month, to day, from month, from day)."""
    years = set()
    for name in dir(book):
        table = getattr(book, name, None) if name.startswith("special_") else None
        if not isinstance(table, dict):
            continue
        for year, entries in table.items():
            several = entries if entries and isinstance(entries[0], tuple) else (entries,)
            if any(len(entry) > 3 for entry in several):
                years.add(year)
    return years


def _is_estimated(book: HolidayBase, off: Iterable[date]) -> bool:
    labels = (getattr(book, name, None) for name in ("estimated_label", "observed_estimated_label"))
    frames = [label.split("%s") for label in labels if label]
    return any(
        name.startswith(before) and name.endswith(after)
        for day in off
        for name in book.get_list(day)
        for before, after in frames
    )


def _whole_periods(days: list[date], off: set[date], weekend: frozenset[date]) -> set[date]:
    """Holidays with the weekend days that touch one, directly or through another weekend day.

    The year's end touches a holiday too: 1 January.
    """
    found: set[date] = set()
    for ordered, touching_before in ((days, False), (days[::-1], True)):
        touching = touching_before
        for day in ordered:
            touching = day in off or (touching and day in weekend)
            if touching:
                found.add(day)
    return found
