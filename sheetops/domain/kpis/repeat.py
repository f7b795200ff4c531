"""Repeat customers: what share of the customers came more than once.

Formula: customers with two or more requests opened in the period ÷ customers with any. A customer is what the
customer column says; names are masked there, so two people may look like one: an estimate. n: the customers; rows: their requests. Source: domain.md §4.
"""

from __future__ import annotations

from collections import defaultdict

from sheetops.domain.kpis.base import Figure, Measure
from sheetops.domain.kpis.facts import Facts, Window, Worked
from sheetops.domain.text import tidy


def measure(facts: Facts, window: Window) -> Measure:
    """The share of customers, counted in customers; its rows are their requests."""
    by_customer: dict[str, list[int]] = defaultdict(list)
    customers = facts.column("customer")
    folded = facts.once("customers", lambda: Worked[str, str](lambda customer: tidy(customer).casefold()))
    for index in facts.opened_in(window):
        customer = customers[index]
        if customer:
            by_customer[folded[customer]].append(index)
    if not by_customer:
        unknown = "no_opened" if facts.first_day is None and len(facts) else "no_cases"
        return Measure(None, 0, missing=unknown if facts.has("customer") else "no_customer")
    again = [rows for rows in by_customer.values() if len(rows) > 1]
    hits = [index for rows in again for index in rows]
    every = [index for rows in by_customer.values() for index in rows]
    return Measure(len(again) / len(by_customer), len(by_customer), hits, every)


FIGURE = Figure("repeat_customers", "percent", "neither", measure, limits="p", main=False, listed=False)
