"""The Guide tab of a new workbook: one page on how the sheet and the jobs work together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from sheetops.domain.tabs import Cell, Link, Style, Tab
from sheetops.domain.template import COLUMNS, TAB_NAMES
from sheetops.domain.texts import Texts
from sheetops.jobs.layout_log import column_notes

_WIDTHS: Final = (2.0, 17.0, 16.0, 27.0, 48.0)
_GAP: Final = 9.0  # points of the row before a section
_DO: Final = ("do_check", "do_fill", "do_remind", "do_review", "do_improve", "do_follow")
_DONT: Final = ("dont_touch", "dont_race", "dont_mail", "dont_lose", "dont_yours", "dont_twice")
_COLOURS: Final[tuple[Style, ...]] = ("error", "warning", "hint", "muted")
Row = tuple[Cell, ...]


def guide_tab(language: str, texts: Texts, today: date) -> Tab:
    """The guide; every sentence comes from the catalogue."""
    rows: list[Row] = [
        _line(Cell(texts("layout.guide.title"), "title", span=4)),
        _line(Cell(texts("layout.guide.subtitle"), "subtitle", span=4)),
    ]
    heights = [(1, 34.0)]
    for section in (
        _start(language, texts),
        _jobs(language, texts),
        _columns(language, texts, today),
        _colours(texts),
        _habits(language, texts, today),
        _ask(texts),
    ):
        rows.append(())
        heights.append((len(rows), _GAP))
        rows.extend(section)
    return Tab(
        name=TAB_NAMES["guide"][language],
        rows=tuple(rows),
        widths=_WIDTHS,
        heights=tuple(heights),
        gridlines=False,
        colour="9AA7B0",
    )


def _line(*cells: Cell) -> Row:
    """One row behind the margin, each span followed by the cells that it covers."""
    row = [Cell()]
    for cell in cells:
        row.append(cell)
        row.extend(Cell() for _ in range(cell.span - 1))
    return tuple(row)


def _section(texts: Texts, name: str) -> Row:
    return _line(Cell(texts(f"layout.guide.{name}.title"), "section", span=4))


def _start(language: str, texts: Texts) -> Iterator[Row]:
    yield _section(texts, "start")
    steps = [(tab, TAB_NAMES[tab][language], tab, "A1") for tab in ("people", "lists", "log")]
    steps.append(("examples", texts("layout.guide.start.examples_label"), "log", "A2"))
    for number, (step, label, tab, cell) in enumerate(steps, 1):
        link = Link(TAB_NAMES[tab][language], cell)
        text = texts(f"layout.guide.start.{step}")
        yield _line(Cell(f"{number}. {label}", "link", link), Cell(text, "wrap", span=3))


def _jobs(language: str, texts: Texts) -> Iterator[Row]:
    yield _section(texts, "jobs")
    head = (texts("layout.guide.jobs.do"), texts("layout.guide.jobs.dont"))
    yield _line(Cell(f"✓ {head[0]}", "good", span=3), Cell(f"✗ {head[1]}", "neutral"))
    names = {tab: TAB_NAMES[tab][language] for tab in ("checks", "review", "improvements", "follow_ups")}
    for do, dont in zip(_DO, _DONT, strict=True):
        left, right = (texts(f"layout.guide.jobs.{name}", **names) for name in (do, dont))
        yield _line(Cell(left, "wrap", span=3), Cell(right, "wrap"))


def _columns(language: str, texts: Texts, today: date) -> Iterator[Row]:
    yield _section(texts, "columns")
    heads = [texts(f"layout.guide.columns.{name}") for name in ("column", "who", "what")]
    yield _line(Cell(heads[0], "header"), Cell(heads[1], "header"), Cell(heads[2], "header", span=2))
    notes = column_notes(language, texts, today)
    for column in COLUMNS:
        who = texts(f"layout.guide.columns.{'job' if column.by_job else 'person'}")
        name = Cell(column.name(language), "label")
        yield _line(name, Cell(who, "wrap"), Cell(notes[column.key], "wrap", span=2))


def _colours(texts: Texts) -> Iterator[Row]:
    yield _section(texts, "colours")
    for style in _COLOURS:
        means = texts(f"layout.guide.colours.{style}_means")
        yield _line(Cell(texts(f"layout.guide.colours.{style}"), style), Cell(means, "wrap", span=3))


def _habits(language: str, texts: Texts, today: date) -> Iterator[Row]:
    yield _section(texts, "habits")
    technical = f"{texts('layout.department.technical')}-{texts('layout.person.technical')}"
    product = f"{texts('layout.department.product')}-{texts('layout.person.product_lead')}"
    example = f"{technical}{texts('layout.lead_mark')}{texts('layout.between_owners')}{product}"
    people = TAB_NAMES["people"][language]
    for habit in ("snooze", "several", "away"):
        means = texts(
            f"layout.guide.habits.{habit}_means",
            snooze=today + timedelta(days=14),
            example=example,
            people=people,
        )
        yield _line(Cell(texts(f"layout.guide.habits.{habit}"), "label"), Cell(means, "wrap", span=3))


def _ask(texts: Texts) -> Iterator[Row]:
    yield _section(texts, "ask")
    for about in ("sheet", "tool"):
        label = Cell(texts(f"layout.guide.ask.{about}"), "label", span=2)
        yield _line(label, Cell(texts("layout.guide.ask.fill_in"), "input", span=2))
