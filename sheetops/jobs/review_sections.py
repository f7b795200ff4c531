"""The sections of a review that hold numbers over time, by group and by cause, each with its chart."""

from __future__ import annotations

from collections.abc import Sequence

from sheetops.domain.kpis import BY_KEY as FIGURE_OF
from sheetops.domain.kpis.ageing import BUCKETS, ageing
from sheetops.domain.kpis.base import SMALL
from sheetops.domain.kpis.breakdown import DIMENSIONS, Group, crosstab, owner_load
from sheetops.domain.kpis.trend import Point
from sheetops.domain.tabs import Cell, Series, Style
from sheetops.domain.template import BY_KEY
from sheetops.jobs.review_data import CHARTED, Review
from sheetops.jobs.review_page import Page, column, number, shown

_MOST_GROUPS = 12
_MOST_BARS = 8  # that a chart of this height has names for
_MOST_OWNERS = 40
_MOST_DEPARTMENTS = 12
_BOUNDS = ("centre", "low", "high")
_WITH_BOUNDS = ("intake", "on_time_rate", "complaint_rate")  # their limits stand in the table and the charts


def add_trend(page: Page, made: Review, room: int) -> None:
    """The charted figures period by period, counts and then rates; the first chart goes to the first screen."""
    texts = made.view.texts
    span = texts(f"review.span.{made.span}")
    page.section(texts("review.trend.title", span=span), texts("review.trend.note"))
    counts, rates = ([key for key in CHARTED if _is_rate(key) is wanted] for wanted in (False, True))
    first, last, places = _trend_table(page, made, counts)
    if last < first:
        page.text(texts("review.none_found"))
        return
    _chart_trend(page, made, (room, 0), places["intake"], first, last, "intake")
    page.add()
    first, last, places = _trend_table(page, made, rates)
    if last - first >= 1:
        below = page.room()
        for side, key in enumerate(("on_time_rate", "complaint_rate")):
            _chart_trend(page, made, (below, side), places[key], first, last, key)


def _is_rate(key: str) -> bool:
    return FIGURE_OF[key].unit == "percent"


def _trend_table(page: Page, made: Review, keys: Sequence[str]) -> tuple[int, int, dict[str, int]]:
    """Add the table of these figures; gives its first and last row, and the column of each. Rates show their n."""
    texts = made.view.texts
    heads, places = [texts("review.column.period")], {}
    for key in keys:
        heads.append(made.name(key))
        places[key] = len(heads)
        if key in _WITH_BOUNDS:
            heads.extend(texts(f"review.trend.{bound}") for bound in _BOUNDS)
        if _is_rate(key):
            heads.append(texts("review.column.n"))
    page.header(*heads)
    first = len(page.rows) + 1
    for together in zip(*(made.trends[key].points for key in keys), strict=True):
        cells = [Cell(together[0].window.period.name, "label")]
        for key, point in zip(keys, together, strict=True):
            cells.extend(_point(key, point))
        page.add(*cells)
    return first, len(page.rows), places


def _point(key: str, point: Point) -> list[Cell]:
    unit = FIGURE_OF[key].unit
    cells = [number(point.measure.value, unit)]
    if key in _WITH_BOUNDS:
        style: Style = "percent" if unit == "percent" else "number"
        bounds = (point.centre, point.low, point.high)
        cells.extend(Cell(None if b is None else round(b, 6), style) for b in bounds)
    if unit == "percent":
        cells.append(Cell(point.measure.n, "warning" if 0 < point.measure.n < SMALL else "integer"))
    return cells


def _chart_trend(
    page: Page, made: Review, place: tuple[int, int], at: int, first: int, last: int, key: str
) -> None:
    texts = made.view.texts
    series = [Series(made.name(key), column(first, last, at), colour="2B7286")]
    colours = ("9AA7B0", "D9A9A0", "D9A9A0")
    limited = made.trends[key].points[-1].high is not None
    if limited:
        series.extend(
            Series(texts(f"review.trend.{bound}"), column(first, last, at + offset), line=True, colour=colour)
            for offset, (bound, colour) in enumerate(zip(_BOUNDS, colours, strict=True), 1)
        )
    name = "review.trend.chart" if limited else "review.trend.chart_plain"
    title = texts(name, figure=made.name(key), span=texts(f"review.span.{made.span}"))
    kind = "line" if last - first >= 2 else "column"
    page.chart(kind, title, place, column(first, last, 1), series, percent=key != "intake")


def add_ageing(page: Page, made: Review, room: int) -> None:
    """The open requests by age; the chart goes to the first screen."""
    texts, lists = made.view.texts, made.view.lists["urgency"]
    counts = ageing(made.facts, made.window)
    urgencies = [key for key in (*lists.keys(), None) if any(u == key for _, u in counts)]
    page.section(texts("review.ageing.title"), texts("review.ageing.note"))
    if not urgencies:
        page.text(texts("review.none_found"))
        return
    names = [made.label("urgency", key) for key in urgencies]
    page.header(texts("review.ageing.days"), *names, texts("review.total"))
    first = len(page.rows) + 1
    for bucket in BUCKETS:
        row = [counts[bucket, urgency] for urgency in urgencies]
        together = int(sum(row))
        if bucket != "unknown" or together:
            label = texts("review.ageing.unknown") if bucket == "unknown" else bucket.replace("-", "–")
            page.add(Cell(label, "label"), *(Cell(n, "integer") for n in (*row, together)))
    last = len(page.rows)
    series = [Series(name, column(first, last, place)) for place, name in enumerate(names, 2)]
    page.chart("stacked", texts("review.ageing.chart"), (room, 1), column(first, last, 1), series)


def add_breakdowns(page: Page, made: Review) -> None:
    """One table a dimension that the sheet fills, and the bars of the departments and types."""
    texts = made.view.texts
    page.section(texts("review.breakdown.title"), texts("review.breakdown.note"))
    tables: dict[str, tuple[int, int]] = {}
    for dimension in DIMENSIONS:
        groups = made.groups(dimension)
        if any(key is not None for key in groups):
            tables[dimension] = _breakdown(page, made, dimension, groups)
    if not tables:
        page.text(texts("review.none_found"))
    charted = [key for key in ("department", "type") if key in tables]
    if charted:
        room = page.room()
        for side, key in enumerate(charted):
            first, last = tables[key][0], min(tables[key][1], tables[key][0] + _MOST_BARS - 1)
            title = texts("review.breakdown.chart", dimension=dimension_name(made, key))
            names = ("opened", "open")
            series = [
                Series(texts(f"review.breakdown.{name}"), column(first, last, place))
                for name, place in zip(names, (2, 6), strict=True)
            ]
            page.chart("bar", title, (room, side), column(first, last, 1), series)
    _crosstab(page, made)


def dimension_name(made: Review, key: str) -> str:
    """What the groups of a breakdown are called together."""
    return made.view.texts(f"column.{key}" if key in BY_KEY else f"review.breakdown.by.{key}")


def _breakdown(page: Page, made: Review, dimension: str, groups: dict[str | None, Group]) -> tuple[int, int]:
    """Add one table; gives its first and last row."""
    texts = made.view.texts
    heads = (
        "opened",
        "before",
        "share",
        "resolved",
        "open",
        "on_time",
        "on_time_n",
        "days",
        "days_n",
        "csat",
        "csat_n",
    )
    page.add()
    page.header(dimension_name(made, dimension), *(texts(f"review.breakdown.{head}") for head in heads))
    total = sum(group.opened for group in groups.values())
    keys = _ordered(made, dimension, groups)
    first = len(page.rows) + 1
    for key in keys[:_MOST_GROUPS]:
        page.add(Cell(made.label(dimension, key), "label"), *_group(groups[key], total))
    last = len(page.rows)
    if len(keys) > _MOST_GROUPS:
        rest = Group()
        for key in keys[_MOST_GROUPS:]:
            _join(rest, groups[key])
        label = texts("review.others", count=len(keys) - _MOST_GROUPS)
        page.add(Cell(label, "label"), *_group(rest, total))
    return first, last


def _join(into: Group, group: Group) -> None:
    for name in ("opened", "before", "resolved", "open", "cases", "on_time", "scores", "satisfied"):
        setattr(into, name, getattr(into, name) + getattr(group, name))
    into.days.extend(group.days)


def _group(group: Group, total: int) -> list[Cell]:
    return [
        Cell(group.opened, "integer"),
        Cell(group.before, "integer"),
        number(group.opened / total if total else None, "percent"),
        Cell(group.resolved, "integer"),
        Cell(group.open, "integer"),
        number(group.on_time_rate, "percent"),
        Cell(group.cases, "integer"),
        number(group.median, "days"),
        Cell(len(group.days), "integer"),
        number(group.csat, "percent"),
        Cell(group.scores, "integer"),
    ]


def _ordered(made: Review, dimension: str, groups: dict[str | None, Group]) -> list[str | None]:
    """Lists in the order of their drop-down, priorities from 5 down, anything else by what was opened."""
    choices = made.view.lists.get(dimension)
    named = [key for key in groups if key is not None]
    if choices is not None:
        order = {key: place for place, key in enumerate(choices.keys())}
        named.sort(key=lambda key: (order.get(key, len(order)), key))
    elif dimension == "priority":
        named.sort(reverse=True)
    else:
        named.sort(key=lambda key: (-groups[key].opened, -groups[key].open, key))
    return [*named, None] if None in groups else list(named)


def _crosstab(page: Page, made: Review) -> None:
    texts, counts = made.view.texts, crosstab(made.facts, made.window)
    groups = made.groups("department")
    departments = [d for d in _ordered(made, "department", groups) if groups[d].opened]
    if not any(kind for kind, _ in counts) or not any(departments):
        return
    page.section(texts("review.crosstab"))
    own, rest = departments[:_MOST_DEPARTMENTS], departments[_MOST_DEPARTMENTS:]
    others = [texts("review.others", count=len(rest))] if rest else []
    page.header(
        texts("column.type"), *(made.label("department", d) for d in own), *others, texts("review.total")
    )
    for kind in _ordered(made, "type", made.groups("type")):
        row = [counts[kind, d] for d in own]
        if rest:
            row.append(int(sum(counts[kind, d] for d in rest)))
        if any(row):
            page.add(Cell(made.label("type", kind), "label"), *_integers([*row, int(sum(row))]))


def _integers(numbers: Sequence[int]) -> list[Cell]:
    return [Cell(n, "integer") for n in numbers]


def add_load(page: Page, made: Review) -> None:
    """What each owner has open, by name: never a ranking."""
    texts, loads = made.view.texts, owner_load(made.facts, made.window)
    page.section(texts("review.load.title"), texts("review.load.note"))
    if not loads:
        page.text(texts("review.none_found"))
        return
    page.header(texts("column.owner"), *(texts(f"review.load.{key}") for key in ("open", "high", "overdue")))
    names = sorted(loads, key=lambda name: (name is None, name or ""))
    for name in names[:_MOST_OWNERS]:
        page.add(Cell(name or texts("review.blank"), "label"), *_integers(loads[name]))
    if len(names) > _MOST_OWNERS:
        rest = [loads[name] for name in names[_MOST_OWNERS:]]
        label = texts("review.others", count=len(rest))
        page.add(Cell(label, "label"), *_integers([sum(part) for part in zip(*rest, strict=True)]))


def add_complaints(page: Page, made: Review) -> None:
    """The Pareto of the complaints."""
    texts, found = made.view.texts, made.pareto
    by = texts(f"review.pareto.by_{found.by}")
    page.section(texts("review.pareto.title"), by, texts("review.pareto.n", n=found.total))
    if not found.total:
        page.text(texts("review.none_found"))
        return
    page.header(
        texts("column.cause") if found.by == "cause" else dimension_name(made, "department"),
        texts("review.pareto.count"),
        texts("review.pareto.reached"),
    )
    first = len(page.rows) + 1
    for name, count, reached in found.bars[:_MOST_GROUPS]:
        page.add(Cell(made.label("cause", name), "label"), Cell(count, "integer"), number(reached, "percent"))
    last = len(page.rows)
    if len(found.bars) > _MOST_GROUPS:
        reached = found.bars[_MOST_GROUPS - 1][2]
        rest = texts("review.others", count=len(found.bars) - _MOST_GROUPS)
        page.text(f"{rest}: {shown(1 - reached, 'percent')}", "muted")
    if last == first:
        return
    series = (
        Series(texts("review.pareto.count"), column(first, last, 2)),
        Series(texts("review.pareto.reached"), column(first, last, 3), line=True, second=True),
    )
    page.chart(
        "column", texts("review.pareto.chart"), (page.room(), 0), column(first, last, 1), series, percent=True
    )
