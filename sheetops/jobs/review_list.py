"""The requests behind the figures: one line a request, one column a figure, to be filtered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sheetops.domain.kpis import BY_KEY
from sheetops.domain.kpis.breakdown import department_of, owner_of, segment_of
from sheetops.domain.personal import masked
from sheetops.domain.table import Raw, cell_name
from sheetops.domain.tabs import Cell, Link, Range
from sheetops.domain.values import as_date
from sheetops.jobs.review_data import Review
from sheetops.jobs.review_page import Page
from sheetops.jobs.review_sections import dimension_name

MOST_LISTED = 3_000
# What the groups of the other sections are told by, so that a filter shows their requests.
_FACTS = (
    "opened", "type", "urgency", "priority", "source", "department", "owner", "segment", "cause", "due", "resolved",
)  # fmt: skip
# Figures without a column of their own, and the column that tells their requests.
_TOLD_BY = {
    "intake": "opened", "resolved": "resolved", "resolution_median": "resolved", "resolution_p90": "resolved",
    "nps": "resolved", "repeat_customers": "opened",
}  # fmt: skip
LISTED = tuple(key for key, figure in BY_KEY.items() if figure.listed)


def add_list(page: Page, made: Review) -> tuple[dict[str, str], Range | None]:
    """Add the list; gives the header cell of the column that tells each figure, and the block to filter."""
    texts = made.view.texts
    marks = {key: _marks(made, key) for key in LISTED}
    every = sorted(
        {index for one in marks.values() for index in one} | set(made.results["resolved"].now.rows)
    )
    chosen = _chosen(made, every, marks)
    notes = [texts("review.list.note")]
    if len(chosen) < len(every):
        notes.append(texts("review.list.more", listed=len(chosen), rows=len(every)))
    page.section(texts("review.list.title"), *notes)
    facts = [key for key in _FACTS if key != "cause" or made.facts.has("cause")]
    header = page.header(
        texts("column.id"),
        *(dimension_name(made, key) for key in facts),
        texts("review.list.score"),
        *(made.name(key) for key in LISTED),
    )
    for index in chosen:
        page.add(*_line(made, index, facts, [one.get(index) for one in marks.values()]))
    first = len(facts) + 3
    places = {key: cell_name(header, place) for place, key in enumerate(LISTED, first)}
    places |= {key: cell_name(header, facts.index(fact) + 2) for key, fact in _TOLD_BY.items()}
    places["breach"] = places["on_time_rate"]
    last = first + len(LISTED) - 1
    return places, Range(header, 1, len(page.rows), last) if chosen else None


def _marks(made: Review, key: str) -> dict[int, int]:
    """1 for a request that counts for the figure, 0 for one that it was merely counted from."""
    now = made.results[key].now
    return {**dict.fromkeys(now.rows, 0), **dict.fromkeys(now.hits, 1)}


def _chosen(made: Review, every: Sequence[int], marks: dict[str, dict[int, int]]) -> Sequence[int]:
    """All, or where they are too many those that need a look: late, open, dissatisfied, complaining; then the newest."""
    if len(every) <= MOST_LISTED:
        return every
    good = {"on_time_rate": 1, "csat": 1, "first_response": 1, "complaint_rate": 0, "reopen_rate": 0}

    def rank(index: int) -> tuple[int, int, int]:
        faults = sum(marks[key].get(index, fine) != fine for key, fine in good.items())
        return -faults, -(made.facts.opened_day[index] or 0), index

    return sorted(sorted(every, key=rank)[:MOST_LISTED])


def _line(made: Review, index: int, told: Sequence[str], marks: Sequence[int | None]) -> list[Cell]:
    row, facts = made.facts.rows[index], made.facts
    opened: Raw = as_date(facts.opened[index])
    if isinstance(opened, date) and not facts.exact[index]:
        opened = f"{opened:%Y-%m}"
    place, at = facts.cells[index]
    table = made.view.logs[place].table
    cell = table.cell(at, "id" if table.has("id") else next(iter(table.columns)))
    name = masked(row.id) if row.id else f"{row.tab}!{cell}"
    score = row.feedback.score if row.feedback else None
    known: Mapping[str, Cell] = {
        "opened": Cell(opened, "date"),
        "priority": Cell(row.priority, "integer"),
        "department": _text(department_of(row)),
        "owner": _text(owner_of(row)),
        "segment": _text(segment_of(row)),
        "cause": _text(row.cause),
        "due": Cell(row.due, "date"),
        "resolved": Cell(row.resolved, "date"),
    }
    listed = {key: getattr(row, key) for key in ("type", "urgency", "source")}
    return [
        Cell(name, "link", Link(row.tab, cell)),
        *(known.get(key) or Cell(made.label(key, listed[key]) if listed[key] else None) for key in told),
        Cell(score, "integer"),
        *(Cell(mark, "integer") for mark in marks),
    ]


def _text(text: str | None) -> Cell:
    return Cell(masked(text) if text else None)
