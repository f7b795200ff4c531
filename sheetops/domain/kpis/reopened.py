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

from sheetops.domain.kpis.base import Figure, Measure, share
from sheetops.domain.kpis.facts import Facts, Window
from sheetops.domain.values import as_date


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
    rows, hits = [], []
    until = window.until.toordinal()
    lives = facts.lives
    opened = facts.opened_in(window)
    resolved = set(facts.resolved_of(opened, until))
    for index in opened:
        life = lives[index]
        if life is None or "reopened" in life.unsure:
            continue
        if life.reopenings or index in resolved:
            rows.append(index)
            if life.reopenings:
                hits.append(index)
    return share(hits, rows, _why(facts, window, facts.opened_in(window)))


def first_contact(facts: Facts, window: Window) -> Measure:
    """The share resolved with the first response."""
    rows, hits = [], []
    lives, responses = facts.lives, facts.responses
    for index in facts.resolved_in(window):
        life, response = lives[index], responses[index]
        if life is None or response is None or "reopened" in life.unsure:
            continue
        rows.append(index)
        if not life.reopenings and _at_once(facts, index, response):
            hits.append(index)
    return share(hits, rows, _why(facts, window, facts.resolved_in(window)))


def _why(facts: Facts, window: Window, concerned: Sequence[int]) -> str:
    """Without a case: there is a ledger and nothing happened, or it did not watch what did."""
    return "no_cases" if facts.looked_at(window) and not concerned else "no_history"


def _at_once(facts: Facts, index: int, response: date | datetime) -> bool:
    """Whether the first response is the resolution: seen by one run, or written with one day."""
    life, resolved = facts.lives[index], facts.column("resolved")[index]
    if facts.column("first_response")[index] is None and life is not None and life.resolved_seen is not None:
        return response == life.resolved_seen
    return resolved is not None and as_date(response) == resolved


TIMES = Figure("reopened", "count", "less", times, main=False)
FIGURE = Figure("reopen_rate", "percent", "less", measure, limits="p")
FIRST_CONTACT = Figure("fcr", "percent", "more", first_contact, limits="p")
