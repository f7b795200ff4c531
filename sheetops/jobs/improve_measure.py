"""What an improvement is measured by: a figure, over all requests or those of one scope, in any span of days."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple

from sheetops.domain.finding import Severity
from sheetops.domain.kpis import BY_KEY
from sheetops.domain.kpis.breakdown import CAUSE, DIMENSIONS, keys_of
from sheetops.domain.kpis.facts import Facts, Window, Worked
from sheetops.domain.period import Period
from sheetops.domain.personal import masked
from sheetops.domain.samples import Kind, Sample, Statistic, sample
from sheetops.domain.text import fold, tidy
from sheetops.jobs.validate import findings

COMPLAINTS_OF: Final = "complaints_of"
FINDINGS_IN: Final = "findings_in"
MENTIONS_OF: Final = "mentions_of"
OWN_FIGURES: Final = (COMPLAINTS_OF, FINDINGS_IN, MENTIONS_OF)
"""Figures of improvements alone: shares of the requests opened that are complaints of one cause or department, have
a finding in one column, or mention one word."""

RIPENING: Final = frozenset(("reopen_rate", "fcr", FINDINGS_IN))
"""Figures that still change long after their days (a request may be reopened later, a cell corrected later): both
measurements are taken on as many days, and `SETTLED` days after the last."""

SETTLED: Final = 14

_NO_TEST: Final = frozenset(("backlog", "repeat_customers"))  # a stock at one moment; counted in customers
_STATISTICS: Final[dict[str, Statistic]] = {
    "resolution_median": "median",
    "resolution_p90": "p90",
    "resolution_mean": "mean",
    "csat_mean": "mean",
    "nps": "nps",
}
_WORD: Final = re.compile(r"[a-z0-9]+")

Better = Literal["more", "less", "neither"]


class Aim(NamedTuple):
    """What a row is about: a figure, and the scope (dimension and value, masked) that it is narrowed to."""

    figure: str
    dimension: str | None = None
    value: str | None = None

    @property
    def key(self) -> str:
        """As the tab keeps it: `on_time_rate` or `on_time_rate/department=Tech`."""
        return f"{self.figure}/{self.dimension}={self.value}" if self.dimension else self.figure

    @property
    def matter(self) -> Aim:
        """The one improvement that several figures stand for: who is late is late by every measure of it."""
        return self._replace(figure=_SAME_MATTER.get(self.figure, self.figure), value=fold(self.value or ""))

    @property
    def kind(self) -> Kind | None:
        """What its cases are; None for a figure that no test fits."""
        if self.figure in OWN_FIGURES or self.figure == "breach":
            return "share"
        figure = BY_KEY.get(self.figure)
        if figure is None or self.figure in _NO_TEST:
            return None
        return {"percent": "share", "count": "events"}.get(figure.unit, "values")  # type: ignore[return-value]

    @property
    def statistic(self) -> Statistic:
        """How its value is computed from its cases."""
        if self.kind == "values":
            return _STATISTICS.get(self.figure, "median")
        return "rate" if self.kind == "events" else "share"

    @property
    def better(self) -> Better:
        """Which way is better."""
        return "less" if self.figure in OWN_FIGURES else BY_KEY[self.figure].better

    @property
    def unit(self) -> str:
        """The text that names its unit: `improve.unit.…`."""
        return {"share": "percent", "rate": "per_day", "nps": "points"}.get(
            self.statistic, "score" if self.figure == "csat_mean" else "days"
        )


_SAME_MATTER: Final = {
    "breach": "on_time_rate",
    "resolution_p90": "resolution_median",
    "resolution_mean": "resolution_median",
    "csat_mean": "csat",
}


def read_aim(key: str) -> Aim | None:
    """The aim that a key names."""
    figure, slash, scope = key.partition("/")
    dimension, equals, value = scope.partition("=")
    if figure not in BY_KEY and figure not in OWN_FIGURES:
        return None
    if not slash:
        return Aim(figure) if figure not in OWN_FIGURES else None
    return Aim(figure, dimension, value) if equals and value else None


def measure(facts: Facts, aim: Aim, start: date, end: date) -> Sample | None:
    """The cases of an aim from `start` to `end`, as they stand now; None where no test fits the figure."""
    kind = aim.kind
    if kind is None:
        return None
    window = Window(Period("month", start, end), end, datetime.combine(end + timedelta(days=1), time(0)))
    ids = facts.column("id")
    if aim.figure in OWN_FIGURES:
        counts = _own(facts, aim)
        return sample("share", ((counts(i), ids[i]) for i in facts.opened_in(window)))
    found = BY_KEY[aim.figure].measure(facts, window)
    rows = _in_scope(facts, aim, found.rows)
    if kind == "share":
        hits = set(found.hits)
        return sample(kind, ((float(i in hits), ids[i]) for i in rows))
    if kind == "events":
        days = facts.calendar.workdays_between(start - timedelta(days=1), end)
        return sample(kind, ((1.0, ids[i]) for i in rows), days)
    values = _values(facts, aim.figure)
    known = ((value, ids[i]) for i in rows if (value := values(i)) is not None)
    return sample(kind, ((float(value), identifier) for value, identifier in known))


def _values(facts: Facts, figure: str) -> Callable[[int], float | None]:
    if figure == "csat_mean":
        return facts.scores.__getitem__
    if figure == "nps":
        return facts.column("nps").__getitem__
    return facts.days_of


def _in_scope(facts: Facts, aim: Aim, rows: Sequence[int]) -> Sequence[int]:
    if aim.dimension is None:
        return rows
    by = DIMENSIONS.get(aim.dimension)
    if by is None:
        return ()
    value, groups = fold(aim.value or ""), keys_of(facts, by)
    same = Worked[str | None, bool](lambda group: fold(masked(group or "")) == value)
    return [index for index in rows if same[groups[index]]]


def _own(facts: Facts, aim: Aim) -> Callable[[int], float]:
    """Whether a request counts for a figure of improvements alone."""
    value = fold(aim.value or "")
    if aim.figure == COMPLAINTS_OF:
        kinds, groups = facts.column("type"), keys_of(facts, DIMENSIONS.get(aim.dimension or "", CAUSE))
        same = Worked[str | None, bool](lambda group: fold(masked(tidy(group or ""))) == value)
        return lambda i: float(kinds[i] == "complaint" and same[groups[i]])
    if aim.figure == FINDINGS_IN:
        found = {
            (finding.tab, finding.row)
            for finding in findings(facts.view)
            if finding.column == aim.value and finding.severity is not Severity.HINT
        }
        return lambda i: float(facts.place(i) in found)
    word = tidy(aim.value or "").casefold()
    whole = re.compile(rf"\b{re.escape(word)}\b") if _WORD.fullmatch(word) else None
    descriptions = facts.column("description")
    return lambda i: float(_mentions(descriptions[i], word, whole))


def _mentions(text: str | None, word: str, whole: re.Pattern[str] | None) -> bool:
    said = tidy(text or "").casefold()
    return bool(whole.search(said)) if whole else word in said


def against(aim: Aim, found: Sample, bound: float | None) -> Sequence[str]:
    """The IDs of the cases that make the figure what it is: those that count against it."""
    if found.kind == "share":
        wrong = 0.0 if aim.better == "more" else 1.0
        return found.ids.get(wrong, ())
    if found.kind == "events" or bound is None:
        return [identifier for ids in found.ids.values() for identifier in ids]
    return [
        identifier
        for value, ids in found.ids.items()
        if (value < bound if aim.better == "more" else value > bound)
        for identifier in ids
    ]
