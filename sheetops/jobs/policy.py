"""The Policy tab: what is enforced on the sheet, where each statement comes from and since when it holds."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from sheetops.domain.plan import Plan
from sheetops.domain.seals import state_of
from sheetops.domain.stating import statements
from sheetops.domain.stating.dated import Change, Dated, dated
from sheetops.domain.tabs import Cell, Tab
from sheetops.domain.view import View

_WIDTHS: Final = (34.0, 62.0, 17.0, 13.0)
_WIDE: Final = len(_WIDTHS)
_SOURCES: Final = ("settings", "default", "fixed", "calendar", "headers")
_MOST_CHANGES: Final = 30
_NAMED: Final = 4  # changes that the head of the tab names
Row = tuple[Cell, ...]


def write_policy(view: View) -> Plan:
    """The Policy tab as the policy holds now."""
    return Plan(tabs=(policy_tab(view),))


def refresh_policy(view: View) -> Plan:
    """The Policy tab where the sheet has one of ours already; a day's run makes none by itself."""
    there = view.snapshot.known_tab("policy")
    if there is None or state_of(there) in ("blank", "foreign"):
        return Plan()
    return write_policy(view)


def policy_tab(view: View) -> Tab:
    """The whole tab: every statement by section, then what changed."""
    texts = view.texts
    found, changes = dated(view, statements(view))
    names = {kind: view.snapshot.tab_name(kind) for kind in ("lists", "people")}
    rows: list[Row] = [
        _wide(texts("policy.title"), "title"),
        _wide(texts("policy.subtitle", **names), "subtitle"),
        _wide(_last_change(view, found, changes), "wrap"),
    ]
    heads = [texts(f"policy.column.{name}") for name in ("label", "text", "source", "since")]
    for section, together in groupby(found, lambda one: one.statement.section):
        rows += [(), _wide(texts(f"policy.section.{section}"), "section")]
        rows.append(tuple(Cell(head, "header") for head in heads))
        rows += [_row(view, one) for one in together]
    rows += [(), _wide(texts("policy.since_note"), "muted")]
    rows += _changed(view, changes)
    return Tab(
        name=view.snapshot.tab_name("policy"),
        rows=tuple(rows),
        widths=_WIDTHS,
        heights=((1, 28.0), (2, 30.0)),
        repeat_rows=1,
        gridlines=False,
        colour="1F5566",
    )


def _wide(text: str, style: str) -> Row:
    return (Cell(text, style, span=_WIDE), *[Cell()] * (_WIDE - 1))  # type: ignore[arg-type]


def _row(view: View, one: Dated) -> Row:
    statement = one.statement
    return (
        Cell(statement.label, "label"),
        Cell(statement.text, "wrap"),
        Cell(source_name(view, statement.source), "wrap"),
        Cell(one.since if statement.lasting else None, "date"),
    )


def source_name(view: View, source: str) -> str:
    """Where a statement comes from, in the sheet's language; a tab by its own name."""
    if source in _SOURCES:
        return view.texts(f"policy.source.{source}")
    return view.texts("policy.source.tab", tab=source)


def _last_change(view: View, found: list[Dated], changes: list[Change]) -> str:
    texts = view.texts
    if not changes:
        return texts("policy.unchanged", date=min(one.since for one in found))
    last = changes[0].day
    labels = [change.label for change in changes if change.day == last]
    more = len(labels) - _NAMED
    named = texts("policy.comma").join(labels[:_NAMED])
    if more > 0:
        return texts("policy.changed_more", date=last, labels=named, more=more)
    return texts("policy.changed", date=last, labels=named)


def _changed(view: View, changes: list[Change]) -> list[Row]:
    texts = view.texts
    rows: list[Row] = [(), _wide(texts("policy.changes.title"), "section")]
    if not changes:
        return [*rows, _wide(texts("policy.changes.none"), "wrap")]
    heads = [texts(f"policy.changes.{name}") for name in ("label", "change", "day")]
    rows.append(
        (Cell(heads[0], "header"), Cell(heads[1], "header", span=2), Cell(), Cell(heads[2], "header"))
    )
    for change in changes[:_MOST_CHANGES]:
        before, after = (
            _said(view, words, at) for words, at in ((change.before, "new"), (change.after, "gone"))
        )
        text = texts("policy.changes.was", before=before, after=after)
        rows.append(
            (Cell(change.label, "label"), Cell(text, "wrap", span=2), Cell(), Cell(change.day, "date"))
        )
    if len(changes) > _MOST_CHANGES:
        rows.append(_wide(texts("policy.changes.more", rows=len(changes) - _MOST_CHANGES), "muted"))
    return rows


def _said(view: View, words: str | None, absent: str) -> str:
    if words is None:
        return view.texts(f"policy.changes.{absent}")
    return words or view.texts("policy.changes.hidden")
