"""The tab of a review: a first screen for the manager, then the sections, then the requests behind the figures."""

from __future__ import annotations

from sheetops.domain.kpis.ageing import BUCKETS, ageing
from sheetops.domain.tabs import Cell, Series, Style, Tab
from sheetops.jobs.review_data import Result, Review
from sheetops.jobs.review_page import WIDTHS, Page, column, number, shown, signed

_WORDS = 8  # columns that a judgement spans


def review_tab(made: Review, name: str) -> Tab:
    """The whole tab."""
    page = Page()
    _head(page, made)
    _key_figures(page, made)
    room = page.room()
    _trend(page, made, room)
    _ageing(page, made, room)
    _formulas(page, made)
    return Tab(
        name=name,
        rows=tuple(page.rows),
        widths=WIDTHS,
        heights=((1, 28.0), *page.heights),
        charts=tuple(page.charts),
        landscape=True,
        repeat_rows=2,
        gridlines=False,
        colour="1F5566",
    )


def _head(page: Page, made: Review) -> None:
    texts, period = made.view.texts, made.window.period
    page.text(texts("review.title", period=period.name), "title")
    kind = "running" if made.window.running else "ended"
    page.text(
        texts(f"review.as_of_{kind}", start=period.start, end=period.end, until=made.window.until), "subtitle"
    )
    for sentence in sentences(made):
        page.text(sentence)


def sentences(made: Review) -> list[str]:
    """What the manager reads first: what came, what is open, what changed."""
    texts, results = made.view.texts, made.results
    say = {key: shown(texts, result.now.value, result.figure.unit) for key, result in results.items()}
    lines = [
        texts(
            "review.say.flow", opening=made.opening, **{k: say[k] for k in ("intake", "resolved", "backlog")}
        )
    ]
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
        return texts("review.say.too_early")
    if not changed:
        return texts("review.say.no_change")
    named = texts("review.comma").join(
        texts(f"review.say.{r.trend.signal}", figure=texts(f"review.figure.{r.figure.key}.name"))
        for r in changed
    )
    return texts("review.say.changes", figures=named)


def _key_figures(page: Page, made: Review) -> None:
    texts = made.view.texts
    page.section(texts("review.key_figures"))
    heads = [
        texts(f"review.column.{key}") for key in ("figure", "actual", "n", "before", "change", "goal", "gap")
    ]
    page.add(
        *(Cell(head, "header") for head in heads),
        Cell(texts("review.column.judgement"), "header", span=_WORDS),
    )
    for result in made.results.values():
        if result.figure.main:
            page.add(*_line(made, result))


def _line(made: Review, result: Result) -> list[Cell]:
    texts, figure, now = made.view.texts, result.figure, result.now
    name = Cell(texts(f"review.figure.{figure.key}.name"), "label")
    if now.value is None:
        return [
            name,
            Cell("–", "muted"),
            *([Cell(None, "muted")] * 5),
            Cell(_missing(made, result), "muted", span=_WORDS),
        ]
    small: Style = "warning" if now.small and figure.unit != "count" else "integer"
    gap: Style = "text" if result.met is None else "good" if result.met else "bad"
    return [
        name,
        number(now.value, figure.unit),
        Cell(now.n, small),
        number(result.before.value, figure.unit),
        Cell(signed(texts, result.change, figure.unit), _change_style(result)),
        number(result.goal, figure.unit) if result.goal is not None else Cell("–", "muted"),
        Cell(signed(texts, result.gap, figure.unit), gap) if result.gap is not None else Cell("–", "muted"),
        Cell(_judgement(made, result), "wrap", span=_WORDS),
    ]


def _change_style(result: Result) -> Style:
    """Colour only for what is a change by the limits and has a better side."""
    signal, better = result.trend.signal, result.figure.better
    if signal in ("usual", "unknown") or better == "neither":
        return "text"
    rose = signal in ("above", "run_above")
    return "good" if rose is (better == "more") else "bad"


def _judgement(made: Review, result: Result) -> str:
    texts, figure, trend = made.view.texts, result.figure, result.trend
    last = trend.points[-1]
    parts = []
    if trend.signal != "unknown":
        low, high = (shown(texts, bound, figure.unit) for bound in (last.low, last.high))
        parts.append(texts(f"review.judge.{trend.signal}", low=low, high=high))
    elif made.window.running and figure.unit == "count":
        parts.append(texts("review.judge.running"))
    else:
        parts.append(texts("review.judge.too_early", periods=max(0, trend.known - 1)))
    if result.now.small and figure.unit != "count":
        parts.append(texts("review.judge.small"))
    return texts("review.stop").join(parts)


def _missing(made: Review, result: Result) -> str:
    return made.view.texts(f"review.missing.{result.now.missing or 'no_cases'}")


def _trend(page: Page, made: Review, room: int) -> None:
    texts = made.view.texts
    page.section(
        texts("review.trend.title", span=texts(f"review.span.{made.span}")), texts("review.trend.note")
    )
    keys = list(made.trends)
    page.header(
        texts("review.column.period"),
        *(texts(f"review.figure.{key}.name") for key in keys),
        *(texts(f"review.trend.{bound}") for bound in ("centre", "low", "high")),
    )
    first = len(page.rows) + 1
    points = [made.trends[key].points for key in keys]
    for together in zip(*points, strict=True):
        values = [
            number(point.measure.value, made.trends[key].figure.unit)
            for key, point in zip(keys, together, strict=True)
        ]
        intake = together[0]
        bounds = [
            Cell(None if b is None else round(b, 2), "number")
            for b in (intake.centre, intake.low, intake.high)
        ]
        page.add(Cell(intake.window.period.name, "label"), *values, *bounds)
    last = len(page.rows)
    if last < first:
        return
    series = [Series(texts("review.figure.intake.name"), column(first, last, 2))]
    if points[0][-1].centre is not None:
        for offset, bound in enumerate(("centre", "low", "high")):
            series.append(
                Series(texts(f"review.trend.{bound}"), column(first, last, 2 + len(keys) + offset), line=True)
            )
    else:
        series.append(Series(texts("review.figure.resolved.name"), column(first, last, 3)))
    title = texts("review.trend.chart", span=texts(f"review.span.{made.span}"))
    page.chart("line", title, (room, 0), column(first, last, 1), series)


def _ageing(page: Page, made: Review, room: int) -> None:
    texts, lists = made.view.texts, made.view.lists["urgency"]
    counts = ageing(made.facts, made.window)
    urgencies = [key for key in (*lists.keys(), None) if any(u == key for _, u in counts)]
    page.section(texts("review.ageing.title"), texts("review.ageing.note"))
    names = [lists.name(key, made.view.language) if key else texts("review.blank") for key in urgencies]
    page.header(texts("review.ageing.days"), *names, texts("review.total"))
    first = len(page.rows) + 1
    for bucket in BUCKETS:
        row = [counts[bucket, urgency] for urgency in urgencies]
        if bucket != "unknown" or sum(row):
            label = texts("review.ageing.unknown") if bucket == "unknown" else bucket.replace("-", "–")
            page.add(Cell(label, "label"), *(Cell(n, "integer") for n in (*row, sum(row))))
    last = len(page.rows)
    if urgencies:
        series = [Series(name, column(first, last, place)) for place, name in enumerate(names, 2)]
        page.chart("stacked", texts("review.ageing.chart"), (room, 1), column(first, last, 1), series)


def _formulas(page: Page, made: Review) -> None:
    texts = made.view.texts
    page.section(texts("review.formulas"))
    for key in made.results:
        name, formula = (texts(f"review.figure.{key}.{part}") for part in ("name", "formula"))
        page.add(Cell(name, "label"), Cell(formula, "wrap", span=len(WIDTHS) - 1))
