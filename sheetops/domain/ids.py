"""Request IDs: what a pattern means, which pattern a sheet follows, and the next number.

A pattern is text with `{yyyy}`, `{yy}`, `{mm}`, `{dd}` and one `{seq}` or `{seq:02}` (at least two digits, more
when the month needs them): `{yyyy}{mm}{seq:02}` gives 20231001, 20231002, …
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sheetops.errors import SettingsError

_FIELD = re.compile(r"\{(yyyy|yy|mm|dd|seq)(?::0?(\d+))?\}")
_DATE_DIGITS = {
    "yyyy": r"(?:19|20|21)\d\d",
    "yy": r"\d\d",
    "mm": r"(?:0[1-9]|1[0-2])",
    "dd": r"(?:0[1-9]|[12]\d|3[01])",
}
_NUMBERED = re.compile(r"(.*?)(\d+)")


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
    def _width(self) -> int:
        return next(int(m[2] or 1) for m in _FIELD.finditer(self.text) if m[1] == "seq")

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        parts, end = [], 0
        for match in _FIELD.finditer(self.text):
            parts.append(re.escape(self.text[end : match.start()]))
            parts.append(f"(\\d{{{self._width},}})" if match[1] == "seq" else _DATE_DIGITS[match[1]])
            end = match.end()
        return re.compile("".join(parts))

    def fits(self, identifier: str) -> bool:
        """Whether `identifier` could have been made by this pattern."""
        return self._regex.fullmatch(identifier) is not None

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

    def number(self, identifier: str, prefix: str) -> int | None:
        """The sequence number of `identifier` under `prefix`, None where it has another prefix or form."""
        rest = identifier[len(prefix) :]
        if (
            not identifier.startswith(prefix)
            or len(rest) < self._width
            or not (rest.isascii() and rest.isdigit())
        ):
            return None
        return int(rest)

    def make(self, prefix: str, number: int) -> str:
        """The ID with this sequence number."""
        return f"{prefix}{number:0{self._width}}"


def learn(identifiers: Iterable[str], wanted: IdPattern, share: float = 0.8, at_least: int = 5) -> IdPattern:
    """The pattern that a sheet follows: `wanted`, unless most of its IDs plainly follow another numbering.

    Plainly: at least `at_least` IDs, and `share` of all, have one text before their digits and one number of
    digits (INC0000045), and fewer than half fit `wanted`.
    """
    known = list(identifiers)
    if len(known) < at_least or sum(map(wanted.fits, known)) * 2 >= len(known):
        return wanted
    forms = Counter((m[1], len(m[2])) for text in known if (m := _NUMBERED.fullmatch(text)) is not None)
    if not forms:
        return wanted
    (before, digits), count = forms.most_common(1)[0]
    if count < at_least or count < share * len(known) or "{" in before or "}" in before:
        return wanted
    return IdPattern(f"{before}{{seq:0{digits}}}")
