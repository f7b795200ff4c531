"""Request IDs: what a pattern means, which pattern a sheet follows, and the next number.

A pattern is text with `{yyyy}`, `{yy}`, `{mm}`, `{dd}` and one `{seq}` or `{seq:02}` (at least two digits, more
when the month needs them): `{yyyy}{mm}{seq:02}` gives 20231001, 20231002, …
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import itemgetter

from sheetops.domain.patterns import pattern
from sheetops.domain.text import SEAM, places, seamed
from sheetops.errors import SettingsError

_FIELD = pattern(r"\{(yyyy|yy|mm|dd|seq)(?::0?(\d+))?\}")
_DATE_DIGITS = {
    "yyyy": r"(?:19|20|21)\d\d",
    "yy": r"\d\d",
    "mm": r"(?:0[1-9]|1[0-2])",
    "dd": r"(?:0[1-9]|[12]\d|3[01])",
}
_NUMBERED = pattern(r"(.*?)([0-9]+)", re.ASCII)
_YEAR, _MONTH, _DAY = r"(20\d\d)", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
_FIELDS = {1: "{yyyy}", 3: "{mm}", 5: "{dd}"}  # by place among the groups of `_DATED`
# A day or month, most telling first; a number without a sign before it has two digits at least.
_DATED = tuple(
    pattern(r"(\D*)" + _YEAR + date + number, re.ASCII)
    for date in (r"([-/._ ]?)" + _MONTH + r"([-/._ ]?)" + _DAY, r"([-/._ ]?)" + _MONTH, "")
    for number in (r"([^\d{}]+)(\d+)", r"()(\d{2,})")
    if date or number.startswith("([")
)


@dataclass(frozen=True)
class IdPattern:
    """One way of numbering requests."""

    text: str

    def __post_init__(self) -> None:
        fields = [match[1] for match in _FIELD.finditer(self.text)]
        if fields.count("seq") != 1 or not self.text.endswith("}") or fields[-1] != "seq":
            raise SettingsError(
                f"the ID pattern {self.text} must end with one {{seq}}",
                mend="write for example {yyyy}{mm}{seq:02}",
            )

    @cached_property
    def width(self) -> int:
        """To how many digits the number is padded."""
        return next(int(m[2] or 1) for m in _FIELD.finditer(self.text) if m[1] == "seq")

    @property
    def _sequence(self) -> str:
        """Padded to the width, or longer without a zero before it: 0012 is of four digits, not of two."""
        return rf"(?:\d{{{self.width}}}|[1-9]\d{{{self.width},}})"

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        parts, end = [], 0
        for match in _FIELD.finditer(self.text):
            parts.append(re.escape(self.text[end : match.start()]))
            parts.append(self._sequence if match[1] == "seq" else _DATE_DIGITS[match[1]])
            end = match.end()
        return re.compile("".join(parts))

    def fits(self, identifier: str) -> bool:
        """Whether `identifier` could have been made by this pattern."""
        return self._regex.fullmatch(identifier) is not None

    def misfits(self, identifiers: Sequence[str]) -> list[int]:
        """The places of the IDs that do not fit; all are gone through at once."""
        joined = seamed(["", *identifiers, ""])
        flags = re.ASCII if joined.isascii() else 0  # the same digits, sooner
        odd = re.finditer(rf"{SEAM}(?!\Z|{self._regex.pattern}{SEAM})", joined, flags)
        return places(joined, (match.end() for match in odd))

    def prefix(self, day: date) -> str:
        """What stands before the sequence number for requests of `day`."""
        before = self.text[: self.text.rindex("{")]
        values = {
            "yyyy": f"{day.year:04}",
            "yy": f"{day.year % 100:02}",
            "mm": f"{day.month:02}",
            "dd": f"{day.day:02}",
        }
        return _FIELD.sub(lambda match: values[match[1]], before)

    def make(self, prefix: str, number: int, width: int | None = None) -> str:
        """The ID with this sequence number, padded to the pattern's width where no other is told."""
        return f"{prefix}{number:0{width or self.width}}"


def learn(
    identifiers: Iterable[str], wanted: IdPattern, share: float = 0.8, at_least: int = 5
) -> IdPattern | None:
    """The pattern that a sheet follows: `wanted`, unless most of its IDs plainly follow another numbering.

    Plainly: at least `at_least` IDs, and `share` of all, are of one form, and fewer than half fit `wanted`. A form
    is a text and a number (INC0000045, REQ-1 … REQ-30, or 1 … 30), or has the month or day before the number
    (INC-202611-001, 2026/11/05-7). None where the IDs plainly follow no form that is known here: most are of no
    one form and fewer than `at_least` fit `wanted`, so any next number would be invented.
    """
    known = list(identifiers)
    half = known[: (len(known) + 1) // 2]
    if not wanted.misfits(half):  # then the others need no look
        return wanted
    fitting = len(known) - len(wanted.misfits(known))
    if len(known) < at_least or fitting * 2 >= len(known):
        return wanted
    for forms in (_dated_forms(known), _plain_forms(known)):
        count, text = max(forms, key=itemgetter(0), default=(0, ""))
        if count >= at_least and count >= share * len(known):
            return IdPattern(text)
    return wanted if fitting >= at_least else None


def _dated_forms(known: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The patterns with a date that could be meant, each with how many IDs it fits."""
    for form in _DATED:
        parts = [m.groups() for text in known if (m := form.fullmatch(text)) is not None]
        before: Counter[str] = Counter(
            "".join(part if at % 2 == 0 else _FIELDS[at] for at, part in enumerate(groups[:-1]))
            for groups in parts
            if not any("{" in part or "}" in part for part in groups)
        )
        for text, _ in before.most_common(1):
            numbers = [
                groups[-1]
                for groups in parts
                if "".join(p if at % 2 == 0 else _FIELDS[at] for at, p in enumerate(groups[:-1])) == text
            ]
            count, width = usual_width(numbers)
            yield count, text + _sequence(width)


def _plain_forms(known: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The patterns of a text and a number, each with how many IDs it fits."""
    numbers: dict[str, list[str]] = {}
    for text in known:
        if (m := _NUMBERED.fullmatch(text)) is not None and not {"{", "}"} & set(m[1]):
            numbers.setdefault(m[1], []).append(m[2])
    for before, found in numbers.items():
        count, width = usual_width(found)
        yield count, before + _sequence(width)


def usual_width(numbers: Iterable[str]) -> tuple[int, int]:
    """How many of these numbers are padded to one width, and that width: 1 … 30 to 1, 08 … 113 to 2."""
    found = list(numbers)
    lengths = Counter(map(len, found))
    unpadded = Counter(len(number) for number in found if not number.startswith("0"))
    counts = [
        (lengths[width] + sum(count for length, count in unpadded.items() if length > width), width)
        for width in lengths
    ]
    return max(counts, key=lambda pair: (pair[0], -pair[1]))


def _sequence(width: int) -> str:
    return "{seq}" if width == 1 else f"{{seq:0{width}}}"


def months_of(text: str) -> Callable[[str | None], date | None]:
    """What reads the month out of an ID that fits the pattern `text`: its first day, None where it tells none."""
    ids = IdPattern(text)
    before = text[: text.index("{seq")]
    century = "{yyyy}" in before
    if not (century or "{yy}" in before) or "{mm}" not in before:
        return lambda identifier: None
    plain = before.replace("{yyyy}", "yyyy").replace("{yy}", "yy").replace("{mm}", "mm").replace("{dd}", "dd")
    year_at, month_at = plain.index("yy"), plain.index("mm")
    known: dict[str, date | None] = {}

    def month(identifier: str | None) -> date | None:
        if identifier is None or not ids.fits(identifier):
            return None
        key = identifier[: len(plain)]
        if key not in known:
            year = int(key[year_at : year_at + 4]) if century else 2000 + int(key[year_at : year_at + 2])
            known[key] = date(year, int(key[month_at : month_at + 2]), 1)
        return known[key]

    return month
