"""Improvements: what is worth improving is proposed with its evidence, and what was done about it is judged.

A job and people write in one tab. The job proposes rows, freezes each baseline, and at the review date measures again
and says whether the measure worked; people add cause, measure, owner, dates and progress, and rows of their own.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sheetops.domain.kpis import BY_KEY
from sheetops.domain.kpis.breakdown import DIMENSIONS
from sheetops.domain.kpis.facts import Facts
from sheetops.domain.living import IMPROVEMENTS
from sheetops.domain.period import Period, parse_period, period_of
from sheetops.domain.personal import masked
from sheetops.domain.plan import Plan
from sheetops.domain.samples import ROOM, compact, read_span
from sheetops.domain.table import Raw
from sheetops.domain.template import BY_KEY as COLUMNS_BY_KEY
from sheetops.domain.text import fold
from sheetops.domain.view import View
from sheetops.jobs.improve_judge import Judge, Span, baseline_cells, first_baseline, is_open, progress_of
from sheetops.jobs.improve_measure import OWN_FIGURES, RIPENING, Aim, against, measure, read_aim
from sheetops.jobs.improve_tab import improvements_tab
from sheetops.jobs.living import Pen, Row, rows_of, table_of
from sheetops.jobs.review import LAST_MONTH, REFRESH_DAYS, tab_name
from sheetops.jobs.review_data import Review
from sheetops.jobs.review_opportunities import Opportunity, opportunities

_FRESH: Final = frozenset(("worse", "topic", "column"))  # rules whose earlier months are of better times
_BEGUN: Final = ("opportunity", "kpi", "why", "measure")  # a row with one of these is meant as one


def improvements(view: View) -> Plan:
    """Bring the rows of the Improvements tab up to date, and propose what the last month shows.

    The month is looked at while its review is due (see `review_when_due`), or whenever a period is asked for.
    Raises UsageError for a text that names no period.
    """
    table = view.snapshot.living_tab(IMPROVEMENTS.kind)
    tab = None if table else improvements_tab(view)
    table = table or table_of(tab, IMPROVEMENTS)  # type: ignore[arg-type]
    pen = Pen(view, IMPROVEMENTS, table)
    rows, twins = rows_of(table)
    followed = [(row, aim) for row in rows if (aim := _aim(view, pen, row)) is not None]
    period = _period(view)
    if followed or period is not None:
        made = Review(view, period) if period is not None else None
        facts = made.facts if made is not None else Facts(view)
        judge = Judge(view, facts, pen)
        for row, aim in followed:
            judge.follow(row, aim)
        if made is not None:
            _propose(made, pen, rows)
    remarks = tuple(view.texts("improve.twins", tab=table.tab, id=twin) for twin in twins)
    tabs = (tab,) if tab is not None and pen.edits else ()
    return Plan(tuple(pen.edits), tabs=tabs, remarks=remarks, numbers=tuple(pen.numbers))


def _period(view: View) -> Period | None:
    """The period to look for opportunities in, None where that was done."""
    if view.period is not None and view.period != LAST_MONTH:
        return parse_period(view.period)
    period = period_of(view.today).before()
    there = view.snapshot.raw.grid(tab_name(view, period)) is not None or period.name in view.history.reviewed
    settled = view.today > period.end + timedelta(days=REFRESH_DAYS)
    return None if there and settled and view.period is None else period


def _aim(view: View, pen: Pen, row: Row) -> Aim | None:
    """What a row is about; a person's own row gets its ID, and its key from what they wrote under KPI and Scope."""
    if not row.text("id") and any(row.text(key) for key in _BEGUN):
        pen.set(row, "id", pen.new_id(), view.texts("improve.why.id"))
    aim = read_aim(row.text("key"))
    if aim is None and row.text("kpi"):
        aim = _own_aim(view, row)
        why = view.texts("improve.why.key")
        if aim is not None:
            pen.set(row, "key", aim.key, why)
        elif is_open(row, view.language):
            pen.fill(row, "proof", view.texts("improve.proof.unknown_kpi"), why)
    return aim


def _own_aim(view: View, row: Row) -> Aim | None:
    names = {fold(view.texts(f"review.figure.{key}.name")): key for key in BY_KEY}
    figure = names.get(fold(row.text("kpi")))
    if figure is None:
        figure = row.text("kpi") if row.text("kpi") in BY_KEY else None
    scope = row.text("scope").replace("：", ":")
    if figure is None or not scope:
        return Aim(figure) if figure else None
    head, colon, value = scope.partition(":")
    dimension = next((d for d in DIMENSIONS if fold(_dimension(view, d)) == fold(head)), None)
    if not colon or dimension is None or not value.strip():
        return None
    choices = view.lists.get(dimension)
    key = choices.read(value.strip(), view.language)[0] if choices else value.strip()
    return Aim(figure, dimension, key) if key else None


def _dimension(view: View, dimension: str) -> str:
    known = dimension in COLUMNS_BY_KEY
    if not known and dimension in ("column", "word", "cause"):
        return view.texts(f"improve.dimension.{dimension}")
    return view.texts(f"column.{dimension}" if known else f"review.breakdown.by.{dimension}")


def _propose(made: Review, pen: Pen, rows: list[Row]) -> None:
    view, facts, period = made.view, made.facts, made.window.period
    proposed = view.history.listed()
    seen = {aim.matter for row in rows if (aim := read_aim(row.text("key"))) and _still(view, row, period)}
    for opportunity in opportunities(made):
        aim = opportunity.aim
        before = proposed.get(aim.key)
        if aim.matter in seen or (before is not None and before.date() > period.end):
            continue
        seen.add(aim.matter)
        pen.add(
            _new_row(view, facts, opportunity, period, _last_day(rows, aim)), view.texts("improve.why.found")
        )


def _still(view: View, row: Row, period: Period) -> bool:
    """Whether a row stands for its matter: while it is open, where people said no, and for evidence of its own days."""
    if is_open(row, view.language) or progress_of(row, view.language) == "dropped":
        return True
    measured = read_span(row.text("measured_period"))
    return measured is None or period.start <= measured[1]


def _last_day(rows: list[Row], aim: Aim) -> date | None:
    """The last day that an earlier row of the same matter was measured on."""
    spans = [
        span
        for row in rows
        if (its := read_aim(row.text("key"))) is not None and its.matter == aim.matter
        for key in ("baseline_period", "measured_period")
        if (span := read_span(row.text(key))) is not None
    ]
    return max((end for _, end in spans), default=None)


def _new_row(
    view: View, facts: Facts, found: Opportunity, period: Period, after: date | None
) -> dict[str, Raw]:
    texts, aim = view.texts, found.aim
    kpi, scope = _kpi(view, aim), _scope(view, aim)
    cells: dict[str, Raw] = {
        "opportunity": texts(f"improve.title.{found.rule}", kpi=kpi, scope=scope),
        "kpi": kpi,
        "scope": scope,
        "evidence": texts("improve.evidence", period=period.name, evidence=masked(found.evidence)),
        "review_on": view.today + timedelta(days=view.policy.improve_review_days),
        "key": aim.key,
    }
    cases = measure(facts, aim, period.start, min(period.end, view.today))
    if cases is not None:
        cells["evidence_rows"] = compact(against(aim, cases, found.goal), ROOM)
        fresh = found.rule in _FRESH or aim.figure in RIPENING
        span: Span = first_baseline(view, facts, aim, period, fresh, after)
        cells |= baseline_cells(view, aim, span, found.goal)  # type: ignore[arg-type]
    else:
        cells["proof"] = texts("improve.proof.no_test")
    return cells


def _kpi(view: View, aim: Aim) -> str:
    own = aim.figure in OWN_FIGURES
    return view.texts(f"improve.kpi.{aim.figure}" if own else f"review.figure.{aim.figure}.name")


def _scope(view: View, aim: Aim) -> str:
    if aim.dimension is None or aim.value is None:
        return ""
    choices = view.lists.get(aim.dimension)
    if choices is not None:
        value = choices.name(aim.value, view.language)
    else:
        value = view.texts(f"column.{aim.value}") if aim.dimension == "column" else aim.value
    return view.texts("improve.scope", dimension=_dimension(view, aim.dimension), value=value)
