"""What a spreadsheet's locale decides: separators, date order, default patterns, names of months and days."""

from __future__ import annotations

from dataclasses import dataclass

ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Locale:
    """Separators and orders of one locale."""

    decimal: str = "."
    group: str = ","
    date_order: str = "mdy"
    date_pattern: str = "m/d/yyyy"
    time_pattern: str = "h:mm:ss am/pm"
    dotted_dates: bool = False
    months: tuple[str, ...] = ENGLISH_MONTHS
    days: tuple[str, ...] = ENGLISH_DAYS
    currency: str = "$"


GERMAN_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
GERMAN_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
FRENCH_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
FRENCH_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
CHINESE_MONTHS = tuple(
    f"{n}月" for n in ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
)
CHINESE_DAYS = tuple(f"星期{n}" for n in "一二三四五六日")
JAPANESE_MONTHS = tuple(f"{n}月" for n in range(1, 13))
JAPANESE_DAYS = tuple(f"{n}曜日" for n in "月火水木金土日")

US = Locale()
GB = Locale(date_order="dmy", date_pattern="dd/mm/yyyy", time_pattern="hh:mm:ss", currency="£")
LOCALES = {
    "en_US": US,
    "en_GB": GB,
    "en_IE": GB,
    "en_AU": GB,
    "en_NZ": GB,
    "en_IN": GB,
    "en_CA": Locale(date_order="ymd", date_pattern="yyyy-mm-dd"),
    "de": Locale(",", ".", "dmy", "dd.mm.yyyy", "hh:mm:ss", True, GERMAN_MONTHS, GERMAN_DAYS, "€"),
    "de_CH": Locale(".", "’", "dmy", "dd.mm.yyyy", "hh:mm:ss", True, GERMAN_MONTHS, GERMAN_DAYS, "CHF"),
    "fr": Locale(",", "\u202f", "dmy", "dd/mm/yyyy", "hh:mm:ss", False, FRENCH_MONTHS, FRENCH_DAYS, "€"),
    "es": Locale(",", ".", "dmy", "d/m/yyyy", "h:mm:ss", currency="€"),
    "it": Locale(",", ".", "dmy", "dd/mm/yyyy", "h.mm.ss", currency="€"),
    "pt": Locale(",", ".", "dmy", "dd/mm/yyyy", "hh:mm:ss", currency="€"),
    "pt_BR": Locale(",", ".", "dmy", "dd/mm/yyyy", "hh:mm:ss", currency="R$"),
    "nl": Locale(",", ".", "dmy", "d-m-yyyy", "hh:mm:ss", currency="€"),
    "pl": Locale(",", "\u00a0", "dmy", "d.mm.yyyy", "hh:mm:ss", True, currency="zł"),
    "ru": Locale(",", "\u00a0", "dmy", "dd.mm.yyyy", "h:mm:ss", True, currency="₽"),
    "sv": Locale(",", "\u00a0", "ymd", "yyyy-mm-dd", "hh:mm:ss", currency="kr"),
    "zh": Locale(
        date_order="ymd", date_pattern="yyyy/m/d", time_pattern="h:mm:ss",
        months=CHINESE_MONTHS, days=CHINESE_DAYS, currency="¥",
    ),
    "ja": Locale(
        date_order="ymd", date_pattern="yyyy/mm/dd", time_pattern="h:mm:ss",
        months=JAPANESE_MONTHS, days=JAPANESE_DAYS, currency="￥",
    ),
    "ko": Locale(date_order="ymd", date_pattern="yyyy. m. d", time_pattern="h:mm:ss", currency="₩"),
}  # fmt: skip


def locale_of(name: str) -> Locale:
    """The locale by its full name, else by its language, else en_US."""
    return LOCALES.get(name) or LOCALES.get(name.split("_")[0]) or US


def known_locale(name: str) -> bool:
    return name in LOCALES or name.split("_")[0] in {key.split("_")[0] for key in LOCALES}
