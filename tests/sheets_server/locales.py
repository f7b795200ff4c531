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
    halves: tuple[str, str] = ("AM", "PM")
    words: tuple[str, str] = ("TRUE", "FALSE")


GERMAN_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
GERMAN_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
GERMAN = ("WAHR", "FALSCH")
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
    "de": Locale(",", ".", "dmy", "dd.mm.yyyy", "hh:mm:ss", True, GERMAN_MONTHS, GERMAN_DAYS, "€", words=GERMAN),
    "de_CH": Locale(".", "’", "dmy", "dd.mm.yyyy", "hh:mm:ss", True, GERMAN_MONTHS, GERMAN_DAYS, "CHF", words=GERMAN),
    "fr": Locale(",", "\u202f", "dmy", "dd/mm/yyyy", "hh:mm:ss", False, FRENCH_MONTHS, FRENCH_DAYS, "€", words=("VRAI", "FAUX")),
    "es": Locale(",", ".", "dmy", "d/m/yyyy", "h:mm:ss", currency="€", words=("VERDADERO", "FALSO")),
    "it": Locale(",", ".", "dmy", "dd/mm/yyyy", "h.mm.ss", currency="€", words=("VERO", "FALSO")),
    "pt": Locale(",", ".", "dmy", "dd/mm/yyyy", "hh:mm:ss", currency="€", words=("VERDADEIRO", "FALSO")),
    "pt_BR": Locale(",", ".", "dmy", "dd/mm/yyyy", "hh:mm:ss", currency="R$", words=("VERDADEIRO", "FALSO")),
    "nl": Locale(",", ".", "dmy", "d-m-yyyy", "hh:mm:ss", currency="€", words=("WAAR", "ONWAAR")),
    "pl": Locale(",", "\u00a0", "dmy", "d.mm.yyyy", "hh:mm:ss", True, currency="zł", words=("PRAWDA", "FAŁSZ")),
    "ru": Locale(",", "\u00a0", "dmy", "dd.mm.yyyy", "h:mm:ss", True, currency="₽", words=("ИСТИНА", "ЛОЖЬ")),
    "sv": Locale(",", "\u00a0", "ymd", "yyyy-mm-dd", "hh:mm:ss", currency="kr", words=("SANT", "FALSKT")),
    "zh": Locale(
        date_order="ymd", date_pattern="yyyy/m/d", time_pattern="h:mm:ss",
        months=CHINESE_MONTHS, days=CHINESE_DAYS, currency="¥", halves=("上午", "下午"),
    ),
    "ja": Locale(
        date_order="ymd", date_pattern="yyyy/mm/dd", time_pattern="h:mm:ss",
        months=JAPANESE_MONTHS, days=JAPANESE_DAYS, currency="￥", halves=("午前", "午後"),
    ),
    "ko": Locale(date_order="ymd", date_pattern="yyyy. m. d", time_pattern="h:mm:ss", currency="₩", halves=("오전", "오후")),
}  # fmt: skip


def locale_of(name: str) -> Locale:
    """The locale by its full name, else by its language, else en_US."""
    return LOCALES.get(name) or LOCALES.get(name.split("_")[0]) or US


def decimal_comma(name: str) -> bool:
    """Whether numbers there have a comma before their decimals, so that formulas are written in another way."""
    return locale_of(name).decimal == ","


def known_locale(name: str) -> bool:
    return name in LOCALES or name.split("_")[0] in {key.split("_")[0] for key in LOCALES}
