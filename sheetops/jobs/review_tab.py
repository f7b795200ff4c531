"""The tab of a review: a first screen for the manager, then the sections, then the requests behind the figures."""

from __future__ import annotations

from collections.abc import Sequence

from sheetops.domain.tabs import Cell, Link, Range, Style, Tab
from sheetops.jobs.review_data import Result, Review
from sheetops.jobs.review_list import add_list
from sheetops.jobs.review_notes import (
    add_forecast,
    add_formulas,
    add_keywords,
    add_limits,
    add_peaks,
    add_quality,
)
from sheetops.jobs.review_opportunities import Opportunity, opportunities
from sheetops.jobs.review_page import COLUMNS, Page, number, shown, signed, widths
from sheetops.jobs.review_sections import (
    add_ageing,
    add_breakdowns,
    add_complaints,
    add_load,
    add_trend,
)
from sheetops.jobs.review_sounding import add_sounding

_WORDS = 9  # columns that a judgement spans
# Figures that are never read alone: they are said in the line of another.
_BESIDE = {"resolution_median": ("resolution_mean",), "csat": ("csat_mean", "feedback_rate")}
_TOLD = 3  # opportunities on the first screen


def review_tab(made: Review, name: str) -> Tab:
    """The whole tab."""
    found = opportunities(made)
    page = Page()
    _head(page, made, found[:_TOLD])
    lines = _key_figures(page, made)
    page.add()
    room = page.room()
    _opportunities(page, made, found)
    add_trend(page, made, room)
    add_ageing(page, made, room)
    add_breakdowns(page, made)
    for add in (add_load, add_complaints):
        add(page, made)
    for add in (
        add_peaks,
        add_keywords,
        add_sounding,
        add_quality,
        add_forecast,
        add_limits,
        add_formulas,
    ):
        add(page, made)
    last, together = len(page.rows), page.together()
    listed, filtered = add_list(page, made)
    for key, row in lines.items():
        if key in listed:
            page.point(row, Link(name, listed[key]))
    return Tab(
        name=name,
        rows=tuple(page.rows),
        widths=widths(made.view.language, max(COLUMNS, *map(len, page.rows))),
        heights=((1, 28.0), *page.heights),
        filter=filtered,
        printed=Range(1, 1, last, COLUMNS),  # the list is for filtering
        together=together,
        charts=tuple(page.charts),
        landscape=True,
        repeat_rows=2,
        gridlines=False,
        colour="1F5566",
    )


def _head(page: Page, made: Review, told: Sequence[Opportunity]) -> None:
    texts, period = made.view.texts, made.window.period
    page.text(texts("review.title", period=period.name), "title")
    kind = "running" if made.window.running else "ended"
    page.text(
        texts(f"review.as_of_{kind}", start=period.start, end=period.end, until=made.window.until), "subtitle"
    )
    page.text(texts("review.space").join(sentences(made)))
    for found in told:
        page.text(f"{found.evidence}{texts('review.space')}{texts(f'review.why.{found.rule}')}", "warning")


def sentences(made: Review) -> list[str]:
    """What the manager reads first: what came, what is open, what changed."""
    texts, results = made.view.texts, made.results
    say = {key: shown(result.now.value, result.figure.unit) for key, result in results.items()}
    flow = {key: say[key] for key in ("intake", "reopened", "resolved", "backlog")}
    kind = "flow_reopened" if results["reopened"].now.value else "flow"
    if made.empty:
        kind = "nothing"
    elif results["intake"].now.value is None:
        kind = "flow_unknown"
    lines = [texts(f"review.say.{kind}", opening=made.opening, **flow)]
    if results["on_time_rate"].now.value is not None:
        lines.append(texts("review.say.on_time", rate=say["on_time_rate"], breach=say["breach"]))
    if results["csat"].now.value is not None:
        n = results["csat"].now.n
        lines.append(texts("review.say.csat", rate=say["csat"], n=n, mean=say["csat_mean"]))
    lines.append(_changes(made))
    return lines


def _changes(made: Review) -> str:
    texts = made.view.texts
    judged = [r for r in made.results.values() if r.figure.main and r.trend.signal != "unknown"]
    changed = [r for r in judged if r.trend.signal != "usual"]
    if not judged:
        return texts("review.say.running" if made.window.running else "review.say.too_early")
    if not changed:
        return texts("review.say.no_change")
    named = (texts(f"review.say.{r.trend.signal}", figure=made.name(r.figure.key)) for r in changed)
    return texts("review.say.changes", figures=texts("review.comma").join(named))


def _key_figures(page: Page, made: Review) -> dict[str, int]:
    """Add the table; gives the row of each figure."""
    texts = made.view.texts
    page.section(texts("review.key_figures"), texts("review.legend"))
    heads = ("figure", "actual", "n", "before", "change", "goal", "gap")
    page.add(
        *(Cell(texts(f"review.column.{key}"), "header") for key in heads),
        Cell(texts("review.column.judgement"), "header", span=_WORDS),
    )
    return {key: page.add(*_line(made, result)) for key, result in made.results.items() if _stands(result)}


def _stands(result: Result) -> bool:
    """The lesser figures have a line where they have something to say, or are said beside another."""
    figure, now = result.figure, result.now
    return figure.main or (now.value is not None and not any(figure.key in keys for keys in _BESIDE.values()))


def _line(made: Review, result: Result) -> list[Cell]:
    texts, figure, now = made.view.texts, result.figure, result.now
    name = Cell(made.name(figure.key), "label")
    if now.value is None:
        why = texts(f"review.missing.{now.missing or 'no_cases'}")
        return [name, *([Cell("–", "neutral")] * 6), Cell(why, "neutral", span=_WORDS)]
    small: Style = "warning" if now.small and figure.unit != "count" else "integer"
    gap: Style = "text" if result.met is None else "good" if result.met else "bad"
    return [
        name,
        number(now.value, figure.unit),
        Cell(now.n, small),
        number(result.before.value, figure.unit),
        Cell(signed(texts, result.change, figure.unit), _change_style(result)),
        number(result.goal, figure.unit),
        Cell(signed(texts, result.gap, figure.unit), gap),
        Cell(_judgement(made, result), "wrap", span=_WORDS),
    ]


def _change_style(result: Result) -> Style:
    """Colour only for what is a change by the limits and has a better side."""
    if result.trend.signal in ("usual", "unknown") or result.figure.better == "neither":
        return "text"
    return "bad" if result.worse else "good"


def _judgement(made: Review, result: Result) -> str:
    texts, figure, trend = made.view.texts, result.figure, result.trend
    parts = [
        texts(f"review.beside.{key}", value=shown(beside.now.value, beside.figure.unit), n=beside.now.n)
        for key in _BESIDE.get(figure.key, ())
        if (beside := made.results[key]).now.value is not None
    ]
    if trend.signal != "unknown":
        last = trend.points[-1]
        low, high = (shown(bound, figure.unit) for bound in (last.low, last.high))
        parts.append(texts(f"review.judge.{trend.signal}", low=low, high=high))
    elif made.window.running and figure.unit == "count":
        parts.append(texts("review.judge.running"))
    elif figure.limits != "none":
        parts.append(texts("review.judge.too_early", periods=max(0, trend.known - 1)))
    if figure.key == "complaint_rate" and made.baseline is not None:
        period, rate = made.baseline
        parts.append(texts("review.judge.baseline", period=period.name, rate=shown(rate, "percent")))
    if result.now.small and figure.unit != "count":
        parts.append(texts("review.judge.small"))
    return texts("review.space").join(parts)


def _opportunities(page: Page, made: Review, found: Sequence[Opportunity]) -> None:
    texts = made.view.texts
    page.section(texts("review.opportunities"), texts("review.opportunities_note"))
    for one in found:
        page.add(
            Cell(texts(f"review.opportunity_name.{one.rule}"), "label"),
            Cell(one.evidence, "wrap", span=COLUMNS - 1),
        )
    if not found:
        page.text(texts("review.none_found"))
