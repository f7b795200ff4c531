"""A new Improvements or Follow-ups tab: its header with a note on every column, and help for typing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sheetops.domain.kpis import FIGURES
from sheetops.domain.living import FOLLOW_UPS, IMPROVEMENTS, LIVING_ROOM, PROGRESS, VERDICTS, Living
from sheetops.domain.table import column_letters
from sheetops.domain.tabs import Cell, Choice, Highlight, Range, Style, Tab
from sheetops.domain.template import Kind
from sheetops.domain.view import View

_NUMBERS: Final = frozenset(("baseline", "goal", "measured"))
_COUNTS: Final = frozenset(("baseline_n", "measured_n", "tests"))
_LONG: Final = frozenset(
    ("evidence_rows", "baseline_rows", "measured_rows", "key")
)  # wrapped they would fill a page
_SHORT: Final = frozenset(("id", "unit", "request"))
_PEOPLES: Final = frozenset(("goal", "done_on", "review_on", "opportunity", "kpi", "scope", "contact_owner"))


def improvements_tab(view: View) -> Tab:
    """The Improvements tab without a row."""
    language, texts = view.language, view.texts
    at = _places(IMPROVEMENTS)
    progress = tuple(choice.name(language) for choice in PROGRESS)
    ended = [choice.name(language) for choice in PROGRESS if choice.key in ("done", "dropped")]
    verdict = {choice.key: choice.name(language) for choice in VERDICTS}
    late = " ,".join(f'${at["progress"]}2<>"{word}"' for word in ended)
    marks = (
        (f"AND(ISNUMBER(${at['finish_by']}2),${at['finish_by']}2<TODAY(),{late})", "finish_by", "error"),
        (f'${at["verdict"]}2="{verdict["effective"]}"', "verdict", "good"),
        (f'${at["verdict"]}2="{verdict["not_effective"]}"', "verdict", "error"),
        (f'${at["verdict"]}2="{verdict["too_little"]}"', "verdict", "warning"),
        (f'${at["progress"]}2="{ended[-1]}"', None, "muted"),
    )
    figures = tuple(
        texts(f"review.figure.{f.key}.name") for f in FIGURES if f.key not in ("backlog", "repeat_customers")
    )
    choices = (
        Choice(_column(IMPROVEMENTS, "progress"), values=progress),
        Choice(_column(IMPROVEMENTS, "kpi"), values=figures) if _fits(figures) else None,
        *(Choice(_column(IMPROVEMENTS, key), kind="date") for key in ("finish_by", "done_on", "review_on")),
    )
    return _tab(view, IMPROVEMENTS, "improve", [c for c in choices if c], marks)


def follow_ups_tab(view: View) -> Tab:
    """The Follow-ups tab without a row."""
    at = _places(FOLLOW_UPS)
    yes = view.texts("follow.yes")
    marks = (
        (f'AND(${at["id"]}2<>"",${at["sent"]}2<>"")', None, "muted"),
        (f'AND(${at["state"]}2="{view.texts("follow.state.to_contact")}",TODAY()-${at["since"]}2>14)', "since", "warning"),
    )  # fmt: skip
    choices = [
        *(Choice(_column(FOLLOW_UPS, key), values=(yes,)) for key in ("sent", "confirmed")),
        *(Choice(_column(FOLLOW_UPS, key), kind="date") for key in ("sent_on", "confirmed_on")),
    ]
    return _tab(view, FOLLOW_UPS, "follow", choices, marks)


def _tab(
    view: View,
    kind: Living,
    room: str,
    choices: Sequence[Choice],
    marks: Sequence[tuple[str, str | None, str]],
) -> Tab:
    texts, language = view.texts, view.language
    header = tuple(
        Cell(
            column.name(language),
            "header",
            note=texts("improve.who", who=texts(f"improve.by.{_owner(kind, column.key)}"), note=texts(f"{room}.note.{column.key}")),
        )
        for column in kind.columns
    )  # fmt: skip
    whole = Range(2, 1, LIVING_ROOM, len(kind.columns))
    return Tab(
        name=view.snapshot.tab_name(kind.kind) if view.snapshot.known_tab(kind.kind) else kind.tab_name(language),
        rows=(header,),
        widths=tuple(column.width for column in kind.columns),
        heights=((1, 32.0),),
        frozen=(1, 2),
        filter=Range(1, 1, LIVING_ROOM, len(kind.columns)),
        choices=tuple(choices),
        highlights=tuple(
            Highlight(_column(kind, key) if key else whole, formula, style)  # type: ignore[arg-type]
            for formula, key, style in marks
        ),
        column_styles=tuple((n, _style(c.key, c.kind)) for n, c in enumerate(kind.columns, 1)),
        landscape=True,
        repeat_rows=1,
        colour="5B8C5A",
    )  # fmt: skip


def _owner(kind: Living, key: str) -> str:
    """Who writes a column: `job`, `you`, or `both` where the job fills what is blank."""
    if not kind.by_key[key].by_job:
        return "you"
    return "both" if key in _PEOPLES else "job"


def _style(key: str, kind: Kind) -> Style:
    if kind is Kind.DATE:
        return "date"
    if key in _NUMBERS:
        return "number"
    if key in _COUNTS:
        return "integer"
    return "text" if key in _SHORT | _LONG else "wrap"


def _places(kind: Living) -> Mapping[str, str]:
    return {column.key: column_letters(number) for number, column in enumerate(kind.columns, 1)}


def _column(kind: Living, key: str) -> Range:
    at = next(number for number, column in enumerate(kind.columns, 1) if column.key == key)
    return Range(2, at, LIVING_ROOM, at)


def _fits(values: Sequence[str]) -> bool:
    """Whether a workbook takes these values as a written drop-down: at most 255 characters, and no comma in one."""
    return len(",".join(values)) <= 255 and not any("," in value for value in values)
