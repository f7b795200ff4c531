"""Reopen rate and first-contact resolution: whether resolved stayed resolved. Both need the ledger.

Formula of the reopen rate: requests reopened at least once ÷ requests that were resolved at least once, over
those opened in the period that the ledger watched from their start. Formula of FCR (first-contact resolution):
requests whose first response came with the resolution and that were never reopened ÷ requests resolved in the
period that the ledger watched from their start. Source: domain.md §4.
"""

from __future__ import annotations

from datetime import date, datetime

from sheetops.domain.kpis.base import Figure, Measure, share
from sheetops.domain.kpis.facts import Facts, Window
from sheetops.domain.values import as_date


def measure(facts: Facts, window: Window) -> Measure:
    """The share of once resolved requests that came back."""
    rows, hits = [], []
    until = window.until.toordinal()
    for index in facts.opened_in(window):
        life = facts.lives[index]
        if life is None or "reopened" in life.unsure:
            continue
        if life.reopened or facts.resolved[index] <= until:
            rows.append(index)
            if life.reopened:
                hits.append(index)
    return share(hits, rows, "no_history")


def first_contact(facts: Facts, window: Window) -> Measure:
    """The share resolved with the first response."""
    rows, hits = [], []
    for index in facts.resolved_in(window):
        life, response = facts.lives[index], facts.responses[index]
        if life is None or response is None or "reopened" in life.unsure:
            continue
        rows.append(index)
        if not life.reopened and _at_once(facts, index, response):
            hits.append(index)
    return share(hits, rows, "no_history")


def _at_once(facts: Facts, index: int, response: date | datetime) -> bool:
    """Whether the first response is the resolution: seen by one run, or written with one day."""
    row, life = facts.rows[index], facts.lives[index]
    if row.first_response is None and life is not None and life.resolved_seen is not None:
        return response == life.resolved_seen
    return row.resolved is not None and as_date(response) == row.resolved


FIGURE = Figure("reopen_rate", "percent", "less", measure, limits="p")
FIRST_CONTACT = Figure("fcr", "percent", "more", first_contact, limits="p")
