"""A value that is understood but not written in its standard form: `高 `, `high` in a Chinese sheet, `４级`, `10月4日`.

Off by default: people mean what they write, and the jobs understand it. Switched on, it offers the standard form;
nothing is changed unless a job is asked to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.table import CellError, Raw
from sheetops.domain.text import tidy
from sheetops.domain.values import read_date, read_priority

_DATES = ("due", "resolved", "opened", "first_response")


def check(look: Look) -> Iterator[Finding]:
    """Texts that differ from the standard form of what they mean."""
    forms: dict[str, Callable[[str], str | None]] = {"id": tidy, "customer": str.strip, "owner": str.strip}
    forms |= {key: _listed(look, key) for key in ("source", "type", "urgency")}
    forms["priority"] = _priority(look)
    forms |= dict.fromkeys(_DATES, lambda text: _date(look, text))
    for key, standard in forms.items():
        better: dict[Raw, str] = {}
        for raw in look.log.distinct(key):
            if (
                isinstance(raw, str)
                and not isinstance(raw, CellError)
                and (form := standard(raw))
                and form != raw
            ):
                better[raw] = form
        for index, form in look.rows_with(key, better):
            yield look.finding(index, key, fix=form, value=str(look.log.cells(key)[index]))


def _listed(look: Look, key: str) -> Callable[[str], str | None]:
    choices, language = look.view.lists[key], look.view.language

    def form(text: str) -> str | None:
        meant = choices.read(text, language)[0]
        return choices.name(meant, language) if meant else None

    return form


def _priority(look: Look) -> Callable[[str], str | None]:
    """The way most texts of the column are written: `4级`, `4級` or `4`."""
    suffixes = Counter(
        raw[-1] for raw in look.log.cells("priority") if isinstance(raw, str) and raw[-1:] in ("级", "級")
    )
    plain = sum(isinstance(raw, (int, float)) for raw in look.log.cells("priority"))
    (suffix, count) = suffixes.most_common(1)[0] if suffixes else ("", 0)

    def form(text: str) -> str | None:
        value = read_priority(text)[0]
        return None if value is None else f"{value}{suffix if count >= plain else ''}"

    return form


def _date(look: Look, text: str) -> str | None:
    value = read_date(text, look.today)[0]
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return value.isoformat() if value else None


RULE = Rule("untidy", Severity.HINT, check, on=False)
