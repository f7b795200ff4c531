"""Reopened, reopen rate and first-contact resolution: whether resolved stayed resolved. All need the ledger.

Formula of reopened: the number of times that a resolved request was seen open again, on the days of the period; a
date that was taken away and put back is none. Feedback that asks to be followed up (不满意, a score up to 2) opens
no request again: that is the follow-up, and the resolution stands. Formula of the reopen rate: requests reopened at
least once ÷ requests that were resolved at least once, over those opened in the period that the ledger watched from
their start. Formula of FCR (first-contact resolution): requests whose first response came with the resolution and that
were never reopened ÷ requests resolved in the period that the ledger watched from their start. n: the reopenings, and
for the rates the requests divided by; rows: their requests. Source: domain.md §4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from itertools import compress
from typing import Any

from sheetops.domain.history import Life
from sheetops.domain.kpis.base import Figure, Measure, share
from sheetops.domain.kpis.facts import Facts, Window, Worked
from sheetops.domain.values import as_date
from sheetops.domain.watched import Watched


def times(facts: Facts, window: Window) -> Measure:
    """How often a request came back; 0 in the list is one whose resolution in the period did not last."""
    if not facts.looked_at(window):
        return Measure(None, 0, missing="no_history")
    found = facts.reopened_in(window)
    back = dict.fromkeys(found)
    lost = dict.fromkeys(facts.undone_in(window))
    return Measure(len(found), len(found), list(back), list(back | lost))


def measure(facts: Facts, window: Window) -> Measure:
    """The share of once resolved requests that came back."""
    until = window.until.toordinal()
    opened = facts.opened_in(window)
    resolved = set(facts.resolved_of(opened, until))
    came_back = facts.watched.each(_came_back, opened)
    rows = [
        index
        for index, back in zip(opened, came_back, strict=True)
        if back or (back is not None and index in resolved)
    ]
    return share(compress(opened, came_back), rows, _why(facts, window, opened))


def _came_back(life: Life | None) -> bool | None:
    """Whether a request was reopened; None where that is not known."""
    return None if life is None or "reopened" in life.unsure else bool(life.reopenings)


def first_contact(facts: Facts, window: Window) -> Measure:
    """The share resolved with the first response."""
    resolved = facts.resolved_in(window)
    columns = facts.column("first_response"), facts.column("resolved")
    said, ends = (map(column.__getitem__, resolved) for column in columns)
    at_once = facts.once(
        "at once", lambda: Worked[tuple[Any, ...], bool | None](partial(_at_once, facts.watched))
    )
    asked = zip(facts.watched.numbers(resolved), facts.responses_of(resolved), said, ends, strict=True)
    verdicts = list(map(at_once.__getitem__, asked))
    rows = [index for index, verdict in zip(resolved, verdicts, strict=True) if verdict is not None]
    return share(compress(resolved, verdicts), rows, _why(facts, window, resolved))


def _at_once(
    watched: Watched, request: tuple[int, date | datetime | None, date | datetime | None, date | None]
) -> bool | None:
    """Whether the first response is the resolution, seen by one run or written with one day; None if not known."""
    life, (response, said, resolved) = watched.life(request[0]), request[1:]
    if life is None or response is None or "reopened" in life.unsure:
        return None
    if life.reopenings:
        return False
    if said is None and life.resolved_seen is not None:
        return response == life.resolved_seen
    return resolved is not None and as_date(response) == resolved


def _why(facts: Facts, window: Window, concerned: Sequence[int]) -> str:
    """Without a case: there is a ledger and nothing happened, or it did not watch what did."""
    return "no_cases" if facts.looked_at(window) and not concerned else "no_history"


TIMES = Figure("reopened", "count", "less", times, main=False)
FIGURE = Figure("reopen_rate", "percent", "less", measure, limits="p")
FIRST_CONTACT = Figure("fcr", "percent", "more", first_contact, limits="p")
