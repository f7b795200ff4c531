"""The standard form of a cell: the value it plainly means, written as the rest of the sheet writes it.

Free text is never altered but for the blanks around it, and what can be read in more than one way stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from sheetops.domain.patterns import pattern
from sheetops.domain.requests import Requests
from sheetops.domain.table import CellError, Raw
from sheetops.domain.template import BY_KEY, Kind
from sheetops.domain.text import tidy
from sheetops.domain.values import as_date, as_text, read_date, read_owners, read_priority, read_score
from sheetops.domain.view import View

Form = Callable[[Raw], Raw]

# A text of these alone says a date and nothing else. `10月4日前`, a weekday or a time zone say more.
_ONLY_DATE: Final = pattern(
    r"(?:[\d\s\-/._:,年月日号號时時分秒点點上下午T]|am|pm|st|nd|rd|th|of"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*)+",
    re.IGNORECASE,
)
_SHORT_YEAR: Final = pattern(r"(\d\d)\D+\d{1,2}\D+(\d{1,2})(?!\d)")
_NEAR: Final = 5  # years around today in which a year of two digits is taken for one
_FAR: Final = 400  # days: far enough that the nearest year of a date without one is another
_DIGIT: Final = pattern(r"[1-5]")
_LEVEL: Final = "\0"
_SURROUNDED: Final = pattern(r"[、;；/\n,，(（\[【]")  # an owner cell with more than one owner, or a mark


class Standard:
    """Gives the standard form of the cells of one request log."""

    def __init__(self, view: View, log: Requests) -> None:
        self.view = view
        self.log = log

    def forms(self) -> Iterable[tuple[str, Form]]:
        """Each column that is there, and what a cell of it becomes; a cell that is right is given back as it is."""
        makers: dict[Kind, Callable[[str], Form]] = {
            Kind.LIST: self._listed,
            Kind.PRIORITY: lambda key: self._priority(),
            Kind.DATE: lambda key: self._date,
            Kind.MOMENT: lambda key: self._date,
            Kind.SCORE: lambda key: _score,
            Kind.OWNER: lambda key: self._owner,
        }
        for key in self.log.table.columns:
            make = makers.get(BY_KEY[key].kind)
            form = self._identifier() if key == "id" else make(key) if make is not None else _trimmed
            yield key, form

    def _listed(self, key: str) -> Form:
        """The spelling of the Lists tab; without one the template's where the column uses it, else the commonest."""
        choices, language = self.view.lists[key], self.view.language
        names = {own: choices.name(own, language) for own in choices.keys()}  # noqa: SIM118 (not a mapping)
        if key not in self.view.decided.lists:
            used: dict[str, Counter[str]] = {}
            for raw in self.log.cells(key):
                own = choices.read(raw, language)[0]
                if own is not None:
                    used.setdefault(own, Counter())[tidy(as_text(raw))] += 1
            for own, spellings in used.items():
                if names[own] not in spellings:
                    names[own] = min(spellings, key=lambda text: (-spellings[text], text))

        def form(raw: Raw) -> Raw:
            own = choices.read(raw, language)[0] if isinstance(raw, str) else None
            return _trimmed(raw) if own is None else names[own]

        return form

    def _priority(self) -> Form:
        """As most of the column is written: `4级`, `P4`, or the number 4."""
        shapes: Counter[str] = Counter()
        for raw in self.log.cells("priority"):
            if read_priority(raw)[0] is not None:
                shapes[_shape(raw)] += 1
        shapes.pop("", None)
        best = min(shapes, key=lambda shape: (-shapes[shape], shape)) if shapes else _LEVEL

        def form(raw: Raw) -> Raw:
            level = read_priority(raw)[0]
            if level is None:
                return _trimmed(raw)
            if best == _LEVEL:
                return raw if raw == level else level
            return best.replace(_LEVEL, str(level))

        return form

    def _date(self, raw: Raw) -> Raw:
        """A real date for a text or a bare number that says one; without a year it stays a text."""
        if isinstance(raw, (CellError, bool)) or not isinstance(raw, (str, int, float)):
            return raw
        if isinstance(raw, str) and not _ONLY_DATE.fullmatch(tidy(raw)):
            return _trimmed(raw)
        value, problem = read_date(raw, self.view.today)
        if value is None or problem is not None or _year_is_guessed(raw, self.view.today):
            return _trimmed(raw)
        return value

    def _identifier(self) -> Form:
        """Without full-width digits and outer blanks, unless that is the ID of another row."""
        taken = Counter(tidy(as_text(raw)) for raw in self.log.cells("id"))
        return lambda raw: _tidied(raw) if taken[tidy(as_text(raw))] == 1 else _trimmed(raw)

    def _owner(self, raw: Raw) -> Raw:
        """One owner as the People tab spells them, else with a plain hyphen; several only without outer blanks."""
        owners = read_owners(raw)
        if (
            not isinstance(raw, str)
            or len(owners) != 1
            or _SURROUNDED.search(raw)
            or owners[0].person is None
        ):
            return _trimmed(raw)
        person = self.view.people.find(owners[0])
        department, name = (
            (person.department, person.name) if person else (owners[0].department, owners[0].person)
        )
        return f"{department}-{name}"


def _year_is_guessed(raw: Raw, today: date) -> bool:
    """Whether only a month and a day are given, or two digits of which another pair might be the year."""
    later = date.fromordinal(today.toordinal() + _FAR)
    if as_date(read_date(raw, today)[0]) != as_date(read_date(raw, later)[0]):
        return True
    short = _SHORT_YEAR.match(tidy(raw)) if isinstance(raw, str) else None
    if short is None:
        return False
    first, last = (abs(2000 + int(digits) - today.year) <= _NEAR for digits in short.groups())
    return last or not first


def _shape(raw: Raw) -> str:
    """How a priority is written, its digit as `_LEVEL`; empty for one without a digit (`四级`)."""
    text = tidy(as_text(raw))
    return _DIGIT.sub(_LEVEL, text.removesuffix(".0"), count=1) if _DIGIT.search(text) else ""


def _trimmed(raw: Raw) -> Raw:
    """Without outer blanks; a cell of blanks alone is empty."""
    if not isinstance(raw, str) or isinstance(raw, CellError):
        return raw
    return raw.strip() or None


def _tidied(raw: Raw) -> Raw:
    return tidy(raw) or None if isinstance(raw, str) and not isinstance(raw, CellError) else raw


def _score(raw: Raw) -> Raw:
    score = read_score(raw)[0]
    return _trimmed(raw) if score is None or not isinstance(raw, str) else score
