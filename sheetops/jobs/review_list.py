"""The requests behind the figures: one line a request, one column a figure, to be filtered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sheetops.domain.kpis import BY_KEY
from sheetops.domain.kpis.breakdown import CAUSE, DIMENSIONS, OWNER, keys_of
from sheetops.domain.kpis.facts import Worked
from sheetops.domain.personal import masked, masked_all
from sheetops.domain.table import cell_name
from sheetops.domain.tabs import Cell, Link, Range, Style
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
_MARKS: Mapping[int | None, Cell] = {mark: Cell(mark, "integer") for mark in (None, 0, 1)}
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
    scores = Worked[int | None, Cell](lambda score: Cell(score, "integer"))
    page.add_rows(
        zip(
            _names(made, chosen),
            *(_telling(made, key, chosen) for key in facts),
            map(scores.__getitem__, map(made.facts.scores.__getitem__, chosen)),
            *(map(_MARKS.__getitem__, map(one.get, chosen)) for one in marks.values()),
            strict=True,
        )
    )
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

    faults = Counter(
        index for key, fine in good.items() for index, mark in marks[key].items() if mark != fine
    )
    days = made.facts.opened_day

    def rank(index: int) -> tuple[int, int, int]:
        return -faults[index], -(days[index] or 0), index

    return sorted(sorted(every, key=rank)[:MOST_LISTED])


def _names(made: Review, chosen: Sequence[int]) -> Iterator[Cell]:
    """The cells that name requests and lead to them."""
    facts, ids = made.facts, made.facts.column("id")
    said = masked_all([ids[index] or "" for index in chosen])
    for index, name in zip(chosen, said, strict=True):
        log, at = facts.at(index)
        table = log.table
        cell = table.cell(at, "id" if table.has("id") else next(iter(table.columns)))
        yield Cell(name or f"{table.tab}!{cell}", "link", Link(table.tab, cell))


def _telling(made: Review, key: str, chosen: Sequence[int]) -> Iterator[Cell]:
    """What makes the cells of requests under one of `_FACTS`; requests that say the same share it."""
    facts = made.facts
    if key == "opened":
        moments, exact = facts.opened, facts.exact
        days = Worked[date | datetime | None, Cell](lambda moment: Cell(as_date(moment), "date"))
        months = Worked[date | datetime | None, Cell](
            lambda moment: Cell(None if moment is None else f"{moment:%Y-%m}", "date")
        )
        return ((days if exact[index] else months)[moments[index]] for index in chosen)
    if key in ("due", "resolved", "priority"):
        style: Style = "integer" if key == "priority" else "date"
        said, cells = facts.column(key), Worked[Any, Cell](lambda value: Cell(value, style))
    elif key in ("type", "urgency", "source"):
        said = facts.column(key)
        cells = Worked(lambda value: Cell(made.label(key, value) if value else None))
    else:
        groups = keys_of(facts, {**DIMENSIONS, "owner": OWNER, "cause": CAUSE}[key])
        return map(Worked[str | None, Cell](_text).__getitem__, groups.of(chosen))
    return map(cells.__getitem__, map(said.__getitem__, chosen))


def _text(text: str | None) -> Cell:
    return Cell(masked(text) if text else None)
