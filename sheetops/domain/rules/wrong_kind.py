"""A text that looks exactly like the dates or numbers of its column but is none, so it sorts and adds up apart.

Told only where nearly all other cells of the column are real dates (or numbers), and only for the full form
`2026-03-01`: what people plainly type otherwise (`2026/3/1`, `3月1日`) is read as a date and left alone.

Parameters: `share` is the share of real dates or numbers from which a text is out of place; `at_least` is how many
there must be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from unicodedata import normalize

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.patterns import pattern
from sheetops.domain.rules.base import MANY, Look, Rule
from sheetops.domain.table import CellError
from sheetops.domain.values import read_date

_FULL_DATE = pattern(r"\s*\d{4}-\d{2}-\d{2}(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?\s*")
_NUMBER = pattern(r"\s*\d+(?:\.\d+)?\s*")
_DATES, _NUMBERS = ("due", "resolved", "opened", "first_response"), ("priority", "nps")


def check(look: Look) -> Iterator[Finding]:
    """Texts among real dates, then among real numbers."""
    rare = _are_rare(look)
    if not rare:
        look = look.whole
    for key in _DATES:
        for index, text in look.rows_with(key, _texts_among(look, key, (date,), rare)):
            value, _ = read_date(text, look.today)
            if value is not None:
                yield look.finding(index, key, "date", fix=value.isoformat(), value=text)
    for key in _NUMBERS:
        for index, text in look.rows_with(key, _texts_among(look, key, (int, float), rare)):
            yield look.finding(index, key, "number", fix=normalize("NFKC", text).strip(), value=text)


def _texts_among(look: Look, key: str, kinds: tuple[type, ...], rare: bool) -> dict[str, str]:
    suspects = _suspects(look, key)
    if not suspects:
        return {}
    if rare:
        look.see_again([index for index, _ in look.rows_with(key, suspects)])
    counts = Counter(map(type, look.whole.log.table.column(key)))
    del counts[type(None)]
    counts[str] += counts.pop(bool, 0)  # nobody means a number by it
    real = sum(count for kind, count in counts.items() if issubclass(kind, kinds))
    usual = real >= look.number("at_least") and real >= look.number("share") * counts.total()
    return suspects if usual else {}


def _suspects(look: Look, key: str) -> dict[str, str]:
    """The texts that look like the dates or numbers of this column."""
    form = _FULL_DATE if key in _DATES else _NUMBER
    return {
        raw: raw
        for raw in look.log.distinct(key)
        if isinstance(raw, str) and not isinstance(raw, CellError) and form.fullmatch(raw)
    }


def _are_rare(look: Look) -> bool:
    """Whether so few rows hold such a text that each is better looked at every time."""
    return look.is_rare("wrong-kind", _count)


def _count(look: Look) -> int:
    return sum(len(list(look.rows_with(key, _suspects(look, key)))) for key in (*_DATES, *_NUMBERS))


RULE = Rule(
    "wrong-kind",
    Severity.HINT,
    check,
    {"share": 0.8, "at_least": 5},
    limits={"share": (0, 1), "at_least": (1, MANY)},
    by_row=True,
    grounds=lambda look: "rare" if _are_rare(look) else "",
)
