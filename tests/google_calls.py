"""What a full run on a Google spreadsheet costs in calls and bytes, measured on the local Sheets server."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.workload import HEADER, TODAY, requests
from sheetops.books.google.book import GoogleBook
from sheetops.domain.period import period_of
from sheetops.runner import Order, Report, run_order, utc_now
from tests.google_desk import google_book, new_spreadsheet
from tests.sheets import NoLedger, NoPost, policy
from tests.sheets_server.app import App
from tests.sheets_server.world import World

JOBS = ("fill", "validate", "remind", "review")
TAB = "需求登记"


class Cost(NamedTuple):
    """One run: its calls, the bytes it sent, the largest of its requests, and what it changed."""

    rows: int
    title: str
    calls: int
    sent: int
    largest: int
    cells: int
    tabs: int
    seconds: float  # with the local server, which is slower than Google


def cost(book: GoogleBook, title: str, rows: int, memory: NoLedger) -> Cost:
    """A run of all jobs on the sheet as it is."""
    service = book.service
    service.calls.clear()
    service.sent = service.largest = 0
    began = time.perf_counter()
    period = period_of(TODAY).before().name
    order = Order(book, JOBS, lambda _: policy("zh-Hans"), as_of=TODAY, period=period)
    report: Report = run_order(order, memory, NoPost(), utc_now)
    applied = report.applied
    assert not applied.conflicts and not applied.held
    seconds = time.perf_counter() - began
    sizes = (len(service.calls), service.sent, service.largest)
    return Cost(rows, title, *sizes, len(applied.writes), len(applied.tabs), seconds)


def costs(rows: int) -> list[Cost]:
    """A sheet never seen, the same again with nothing to do, and once more after a person typed into one cell."""
    app = App(World())
    table = [list(HEADER), *(list(cells) for _, cells in requests(rows))]
    table[-1][0] = table[-1][8] = (
        None  # the newest request lacks both whatever the size, so that all is written
    )
    person = new_spreadsheet(app, TAB, table)
    book = google_book(app, person.id)
    memory = NoLedger()
    first = cost(book, "never seen, 1 % to fill", rows, memory)
    again = cost(book, "nothing to do", rows, memory)
    person.type(f"'{TAB}'!I{rows + 1}", "")
    one = cost(book, "one cell to fill", rows, memory)
    assert app.world.crashes == []
    return [first, again, one]


def table(found: Mapping[int, Sequence[Cost]]) -> str:
    """The figures as a table in Markdown."""
    lines = [
        "| rows | run | API calls | sent | largest request | cells | tabs |",
        "|--:|---|--:|--:|--:|--:|--:|",
    ]
    for rows, some in found.items():
        for c in some:
            sent = f"{c.sent / 1000:,.1f} kB | {c.largest / 1000:,.1f} kB"
            lines.append(f"| {rows:,} | {c.title} | {c.calls} | {sent} | {c.cells} | {c.tabs} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table({rows: costs(rows) for rows in (100, 10_000, 100_000)}))
