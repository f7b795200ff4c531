"""The sections of a review that are mostly words: peaks, keywords, data quality, forecast, limits of the data, formulas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sheetops.domain.kpis.breakdown import DIMENSIONS
from sheetops.domain.kpis.peaks import BANDS, peaks
from sheetops.domain.kpis.staffing import forecast
from sheetops.domain.kpis.training import training
from sheetops.domain.personal import masked
from sheetops.domain.tabs import Cell, Style
from sheetops.jobs.review_data import Review
from sheetops.jobs.review_page import COLUMNS, Page, number
from sheetops.jobs.review_sections import dimension_name

_MOST_LINES = 15
_SAID_ELSEWHERE = ("resolution_mean", "csat_mean", "feedback_rate")  # in the line of their median, of CSAT
_MOST_NAMED = 12  # requests of one keyword


def add_peaks(page: Page, made: Review) -> None:
    """When requests come: weekday by two hours."""
    texts, counts = made.view.texts, peaks(made.facts, made.window)
    page.section(texts("review.peaks.title"), texts("review.peaks.note"))
    if not counts:
        nothing_came = made.results["intake"].now.value == 0
        page.text(texts("review.none_found" if nothing_came else "review.missing.no_opened_day"))
        return
    timed = any(band is not None for _, band in counts)
    bands: list[int | None] = [*BANDS] if timed else []
    if any(band is None for _, band in counts):
        bands.append(None)
    unknown = texts("review.peaks.no_time")
    page.header(
        texts("review.peaks.weekday"),
        *(unknown if band is None else f"{band:02}–{band + 2:02}" for band in bands),
        texts("review.total"),
    )
    most = max(counts.values())
    for day in range(7):
        row = [counts[day, band] for band in bands]
        cells = [Cell(n, "warning" if timed and n == most else "integer") for n in row]
        page.add(Cell(texts(f"review.weekday.{day}"), "label"), *cells, Cell(int(sum(row)), "integer"))


def add_keywords(page: Page, made: Review) -> None:
    """What the descriptions speak of, and the requests that do."""
    texts, found = made.view.texts, made.keywords
    notes = [texts("review.keywords.note"), texts("review.keywords.n", n=found.n, before=found.n_before)]
    if found.small:
        notes.append(texts("review.keywords.small"))
    if not found.cut and made.view.language != "en":
        notes.append(texts("review.keywords.uncut"))
    page.section(texts("review.keywords.title"), *notes)
    if not found.words:
        page.text(texts("review.none_found"))
        return
    heads = (
        Cell(texts(f"review.keywords.{head}"), "header") for head in ("word", "now", "before", "verdict")
    )
    page.add(*heads, Cell(texts("review.keywords.rows"), "header", span=COLUMNS - 4))
    for word in found.words:
        verdict = texts(f"review.keywords.{'rose' if word.rose else 'usual'}")
        page.add(
            Cell(word.text, "label"),
            Cell(word.now, "integer"),
            Cell(word.before, "integer"),
            Cell(verdict, "warning" if word.rose else "text"),
            Cell(named_rows(made, word.rows), "wrap", span=COLUMNS - 4),
        )


def named_rows(made: Review, rows: Sequence[int]) -> str:
    """The requests by their IDs, the newest of many."""
    texts, facts = made.view.texts, made.facts
    ids = facts.column("id")
    names = [masked(ids[index] or "{}!{}".format(*facts.place(index))) for index in rows[-_MOST_NAMED:]]
    listed = texts("review.comma").join(names)
    more = len(rows) - len(names)
    return texts("review.and_earlier", names=listed, count=more) if more else listed


def add_quality(page: Page, made: Review) -> None:
    """Findings in the period's requests by column and by department and rule: what to train."""
    texts, found = made.view.texts, made.findings
    page.section(texts("review.quality.title"), texts("review.quality.note", n=len(found)))
    if not found:
        page.text(texts("review.none_found"))
        return
    columns = Counter(finding.column for finding, _ in found)
    rules = sorted(columns, key=lambda key: (-columns[key], key))
    page.header(texts("review.quality.column"), texts("review.quality.findings"))
    for key in rules[:_MOST_LINES]:
        page.add(Cell(texts(f"column.{key}"), "label"), Cell(columns[key], "integer"))
    needs = training(made.facts, found)
    page.section(texts("review.training.title"), texts("review.training.note"))
    if not needs:
        page.text(texts("review.none_found"))
        return
    page.add(
        Cell(texts("review.breakdown.by.department"), "header"),
        Cell(texts("review.quality.findings"), "header"),
        Cell(texts("review.training.rule"), "header", span=4),
    )
    for department, rule, count in needs[:_MOST_LINES]:
        name = Cell(made.label("department", department), "label")
        page.add(name, Cell(count, "integer"), Cell(texts(f"rule.{rule}.name"), "wrap", span=4))


def add_forecast(page: Page, made: Review) -> None:
    """The next period's intake with its interval, and the pace that it asks for."""
    texts = made.view.texts
    page.section(texts("review.forecast.title"), texts("review.forecast.note"))
    backlog = int(made.results["backlog"].now.value or 0)
    found = forecast(made.facts, made.window, made.results["intake"].trend, backlog)
    if found is None:
        page.text(texts("review.forecast.too_early"))
        return
    lines: list[tuple[str, Any, Style]] = [
        ("likely", round(found.likely), "integer"),
        ("low", round(found.low), "integer"),
        ("high", round(found.high), "integer"),
        ("backlog", found.backlog, "integer"),
    ]
    for key, value, style in lines:
        page.add(Cell(texts(f"review.forecast.{key}", period=found.period.name), "label"), Cell(value, style))
    for key, pace in (("needed", found.needed), ("pace", found.pace)):
        page.add(Cell(texts(f"review.forecast.{key}"), "label"), number(pace, "days"))
    page.text(texts("review.forecast.basis", periods=found.periods), "muted")


def add_limits(page: Page, made: Review) -> None:
    """What the data cannot say, how many requests that concerns, and what would help."""
    texts, facts = made.view.texts, made.facts
    page.section(texts("review.limits.title"))
    lines = [*_untold(made)]
    if facts.undated:
        lines.append(texts("review.limits.undated", rows=facts.undated))
    if facts.month_only:
        lines.append(texts("review.limits.month_only", rows=facts.month_only))
    for key in ("opened", "due", "resolved", "feedback", "type"):
        unreadable = sum(log.count_unreadable(key) for log in made.view.logs if log.table.has(key))
        if unreadable:
            lines.append(texts("review.limits.unreadable", column=texts(f"column.{key}"), rows=unreadable))
    if facts.backwards:
        lines.append(texts("review.limits.backwards", rows=facts.backwards))
    years = facts.estimated_years(made.window)
    if years:
        lines.append(texts("review.limits.calendar", years=texts("review.comma").join(map(str, years))))
    for line in lines or [texts("review.limits.none")]:
        page.text(line)


def _untold(made: Review) -> Iterator[str]:
    """The figures that have no line of their own as the data cannot give them, and the groups that it does not name."""
    texts = made.view.texts
    for key, result in made.results.items():
        missing = result.now.missing
        if result.figure.main or missing in (None, "no_cases") or key in _SAID_ELSEWHERE:
            continue
        yield texts("review.limits.figure", figure=made.name(key), why=texts(f"review.missing.{missing}"))
    absent = [key for key in DIMENSIONS if len(made.facts) and set(made.groups(key)) <= {None}]
    if absent:
        names = texts("review.comma").join(dimension_name(made, key) for key in absent)
        yield texts("review.limits.dimensions", names=names)


def add_formulas(page: Page, made: Review) -> None:
    """How each figure is counted, in words."""
    texts = made.view.texts
    page.section(texts("review.formulas"))
    for key in made.results:
        formula = texts(f"review.figure.{key}.formula")
        page.add(Cell(made.name(key), "label"), Cell(formula, "wrap", span=COLUMNS - 1))
